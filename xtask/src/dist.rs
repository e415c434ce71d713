//! Makes what is shipped: the loader under its stable and its versioned name, and the glue, wasm and
//! stylesheet under names that hold their hash; each also compressed; and a manifest of it all. Beside it, the
//! npm package of the same files.

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, ensure};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use clap::Args;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256, Sha384};

use crate::{
    assets::{Named, filled, minified, read, script},
    budgets, paths, solver,
    widget::{self, Built, Extent},
};

mod again;
mod css;
mod languages;
mod minify;
mod package;
mod wasm;

use languages::languages;
pub(crate) use minify::Profile;
use minify::Script;
pub(crate) use package::{packaged, tarball};

/// The loader's version, which is the workspace's.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The loader's stable name.
const LOADER: &str = "regain.js";

/// Options of `cargo xtask dist`.
#[derive(Args)]
pub(crate) struct Options {
    /// Build it all again from a copy of the tree, and fail where a file differs (some 10 min)
    #[arg(long)]
    twice: bool,
}

/// The loader's immutable name.
fn versioned_loader() -> String {
    format!("regain-{VERSION}.js")
}

/// Builds the widget, makes `dist` anew, and prints its sizes and the tag to use.
pub(crate) fn run(options: &Options) -> Result<()> {
    build(Profile::Shipped)?;
    budgets::Sizes::of(&paths::dist())?.print();
    let manifest: Value = serde_json::from_slice(&fs::read(paths::dist().join("integrity.json"))?)?;
    let loader = versioned_loader();
    println!("\nThe tag of this very version, to be checked by the browser:\n");
    println!(
        "  <script src=\"https://YOUR-HOST/{loader}\" integrity=\"{}\" crossorigin=\"anonymous\" data-link=\"#cant-access\" async></script>",
        manifest["files"][&loader]["integrity"].as_str().unwrap_or_default()
    );
    println!("\nThe package for npm: {}", tarball().display());
    if options.twice {
        again::compare()?;
    }
    Ok(())
}

/// Builds the widget and makes `dist` anew. The folder is swapped in whole, so that a failed build
/// leaves the former one.
pub(crate) fn build(form: Profile) -> Result<()> {
    let how = form.build();
    let full = widget::build(Extent::Full, how)?;
    let lean = widget::build(Extent::Lean, how)?;
    let solver = solver::build(solver::SOLVER, how)?;
    let generator = solver::build(solver::GENERATOR, how)?;
    let strength = solver::build(solver::STRENGTH, how)?;
    let fresh = paths::target().join("dist.new");
    let _ = fs::remove_dir_all(&fresh);
    fs::create_dir_all(&fresh).with_context(|| format!("{} cannot be made", fresh.display()))?;

    let mut shipped = Shipped { dir: fresh.clone(), files: Map::new(), form };
    let languages = languages(&mut shipped)?;
    let (glue, wasm) = shipped.widget(&lean)?;
    let (full, full_wasm) = shipped.widget(&full)?;
    let style = css::minified(&read("style/regain.css")?);
    let css = shipped.hashed("regain-", ".css", style.as_bytes())?;
    let light_css = shipped.hashed("regain-light-", ".css", css::light(&style).as_bytes())?;

    let solver = shipped.module("regain-work-", &solver)?;
    let outside = shipped.script("outside", &[])?;
    let strength_wasm = shipped.dictionaries("regain-strength-", &strength)?;
    let strength = shipped.script("strength", &[("STRENGTH_WASM", &strength_wasm)])?;
    let generator = shipped.module("regain-generate-", &generator)?;
    let generate = shipped.script("generate", &[("GENERATOR", &generator)])?;
    let breached = shipped.script("breached", &[])?;
    let names = [
        ("SOLVER", &solver),
        ("OUTSIDE", &outside),
        ("STRENGTH", &strength),
        ("GENERATE", &generate),
        ("BREACHED", &breached),
    ];
    let work = shipped.script("work", &names)?;

    let names = [
        ("LEAN_WASM", &wasm),
        ("LEAN", &glue),
        ("FULL_WASM", &full_wasm),
        ("FULL", &full),
        ("LIGHT_CSS", &light_css),
        ("CSS", &css),
        ("WORK", &work),
        ("LANGUAGES", &languages.index),
    ];
    let open = filled(&script("open.js", &names)?, "__REGAIN_TAGS__", &languages.tags)?;
    let open = shipped.minified("open", &open)?;
    let entry = script("entry.js", &[("OPEN", &open)])?;
    let mut loader = script("regain.js", &[])?;
    for (placeholder, value) in [("__REGAIN_ENTRY__", entry.as_str()), ("__REGAIN_VERSION__", VERSION)] {
        loader = filled(&loader, placeholder, value)?;
    }
    let loader = form.script("regain.js", &loader, Script::Classic)?;
    shipped.file(LOADER, loader.as_bytes())?;
    shipped.file(&versioned_loader(), loader.as_bytes())?;
    shipped.manifest(&json!({
        "loader": LOADER,
        "open": open.name,
        "glue": glue.name,
        "wasm": wasm.name,
        "full": full.name,
        "full_wasm": full_wasm.name,
        "css": css.name,
        "light_css": light_css.name,
        "work": work.name,
        "solver": solver.name,
        "strength": strength.name,
        "strength_wasm": strength_wasm.name,
        "generate": generate.name,
        "generator": generator.name,
        "breached": breached.name,
        "outside": outside.name,
    }))?;

    let dist = paths::dist();
    let _ = fs::remove_dir_all(&dist);
    fs::rename(&fresh, &dist)
        .or_else(|_| copy_dir(&fresh, &dist))
        .with_context(|| format!("{} cannot be written", dist.display()))?;
    package::make(&entry)
}

struct Shipped {
    dir: PathBuf,
    files: Map<String, Value>,
    form: Profile,
}

impl Shipped {
    /// Writes a file under a name that holds its hash.
    fn hashed(&mut self, start: &str, end: &str, content: &[u8]) -> Result<Named> {
        let digest = Sha256::digest(content);
        // 48 bits tell versions apart; what is checked is the whole.
        let hash = digest.iter().take(6).fold(0_u64, |hash, byte| hash << 8 | u64::from(*byte));
        let name = format!("{start}{hash:012x}{end}");
        self.file(&name, content)?;
        Ok(Named { name, integrity: format!("sha256-{}", STANDARD.encode(digest)) })
    }

    /// Writes a script of `src/embed`.
    fn script(&mut self, name: &str, names: &[(&str, &Named)]) -> Result<Named> {
        self.minified(name, &script(&format!("{name}.js"), names)?)
    }

    /// Writes a module of ours, minified.
    fn minified(&mut self, name: &str, script: &str) -> Result<Named> {
        let script = self.form.script(&format!("{name}.js"), script, Script::Module)?;
        self.hashed(&format!("regain-{name}-"), ".js", script.as_bytes())
    }

    /// Writes a WebAssembly module.
    fn module(&mut self, start: &str, built: &Path) -> Result<Named> {
        let module = self.form.wasm(&file_name(built), &wasm::without_custom_sections(&fs::read(built)?)?)?;
        self.hashed(start, "_bg.wasm", &module)
    }

    /// Writes one that is mostly dictionaries, which nothing makes smaller.
    fn dictionaries(&mut self, start: &str, built: &Path) -> Result<Named> {
        self.hashed(start, "_bg.wasm", &wasm::without_custom_sections(&fs::read(built)?)?)
    }

    /// Writes a build of the widget: its glue and its wasm. By the beginning of these names open.js tells our
    /// failures from the page's.
    fn widget(&mut self, built: &Built) -> Result<(Named, Named)> {
        let (wasm, glue) = wasm::with_short_names(&fs::read(&built.wasm)?, &fs::read_to_string(&built.glue)?)?;
        let wasm = self.form.wasm(widget::WASM, &wasm)?;
        let wasm = self.hashed("regain-ui-", "_bg.wasm", &wasm)?;
        let glue = minified(&with_one_beginning(&without_doc_comments(&glue))?);
        let glue = self.form.script("the glue", &glue, Script::Module)?;
        let glue = self.hashed("regain-ui-", ".js", glue.as_bytes())?;
        Ok((glue, wasm))
    }

    /// Writes a file, and beside it the file in brotli 11 and gzip 9.
    fn file(&mut self, name: &str, content: &[u8]) -> Result<()> {
        let mut brotli = Vec::new();
        let parameters =
            brotli::enc::BrotliEncoderParams { quality: self.form.brotli(), lgwin: 22, ..Default::default() };
        brotli::BrotliCompress(&mut &content[..], &mut brotli, &parameters)?;
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        gzip.write_all(content)?;
        let gzip = gzip.finish()?;
        fs::write(self.dir.join(name), content)?;
        fs::write(self.dir.join(format!("{name}.br")), &brotli)?;
        fs::write(self.dir.join(format!("{name}.gz")), &gzip)?;
        self.files.insert(
            name.to_owned(),
            json!({
                "integrity": format!("sha384-{}", STANDARD.encode(Sha384::digest(content))),
                "bytes": content.len(),
                "brotli": brotli.len(),
                "gzip": gzip.len(),
            }),
        );
        Ok(())
    }

    fn manifest(self, entry: &Value) -> Result<()> {
        let manifest = json!({ "version": VERSION, "entry": entry, "files": self.files });
        Ok(fs::write(self.dir.join("integrity.json"), format!("{manifest:#}\n"))?)
    }
}

fn file_name(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

/// Drops the comments that wasm-bindgen puts before functions.
fn without_doc_comments(glue: &str) -> String {
    let mut plain = String::with_capacity(glue.len());
    let mut inside = false;
    for line in glue.lines() {
        inside |= line.trim_start().starts_with("/**");
        if !inside {
            plain.extend([line, "\n"]);
        }
        inside &= !line.trim_end().ends_with("*/");
    }
    plain
}

/// The last functions of the glue begin with whatever there is of a module: its name, its bytes, a promise of either.
/// Ours is always the answer that brings it. Servers that don't say what it is are put up with, as there.
fn with_one_beginning(glue: &str) -> Result<String> {
    const OURS: &str = "export default async answer => {
const imports = __wbg_get_imports();
const {instance} = await WebAssembly.instantiateStreaming(answer, imports)
.catch(async () => WebAssembly.instantiate(await answer.arrayBuffer(), imports));
__wbg_finalize_init(instance);
};
";
    let (before, theirs) = glue.split_once("async function __wbg_load(").context("the glue begins in another way")?;
    ensure!(theirs.trim_end().ends_with("export { initSync, __wbg_init as default };"), "the glue ends in another way");
    Ok([before, OURS].concat())
}

/// Copies a folder with all that is in it.
pub(crate) fn copy_dir(from: &Path, to: &Path) -> std::io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let to = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy_dir(&entry.path(), &to)?;
        } else {
            fs::copy(entry.path(), to)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{with_one_beginning, without_doc_comments};

    #[test]
    fn doc_comments_go_whole() {
        let source = "/**\n * One.\n */\nexport function a() {}\n  /** Two. */\nb();\n";
        assert_eq!(without_doc_comments(source), "export function a() {}\nb();\n");
    }

    #[test]
    fn a_glue_that_is_made_in_another_way_is_not_guessed_at() {
        let glue = "a();\nasync function __wbg_load(b) {}\nexport { initSync, __wbg_init as default };\n";
        assert!(with_one_beginning(glue).expect("is as it was").starts_with("a();\nexport default async answer"));
        assert!(with_one_beginning("a();\nexport { initSync, __wbg_init as default };\n").is_err());
        assert!(with_one_beginning("async function __wbg_load(b) {}\nexport { initSync };\n").is_err());
    }
}
