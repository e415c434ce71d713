//! Makes what is shipped: the loader under its stable and its versioned name, and the glue, wasm and
//! stylesheet under names that hold their hash; each also compressed; and a manifest of it all.

use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, ensure};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256, Sha384};

use crate::{
    budgets, paths, solver, strength,
    widget::{self, Built},
};

mod wasm;

/// The loader's version, which is the workspace's.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Builds the widget, makes `dist` anew, and prints its sizes and the tag to use.
pub(crate) fn run() -> Result<()> {
    build()?;
    budgets::Sizes::of(&paths::dist())?.print();
    let manifest: Value = serde_json::from_slice(&fs::read(paths::dist().join("integrity.json"))?)?;
    let loader = format!("regain-{VERSION}.js");
    println!("\nThe tag of this very version, to be checked by the browser:\n");
    println!(
        "  <script src=\"https://YOUR-HOST/{loader}\" integrity=\"{}\" crossorigin=\"anonymous\" data-link=\"#cant-access\" async></script>",
        manifest["files"][&loader]["integrity"].as_str().unwrap_or_default()
    );
    Ok(())
}

/// Builds the widget and makes `dist` anew. The folder is swapped in whole, so that a failed build
/// leaves the former one.
pub(crate) fn build() -> Result<()> {
    let full = widget::build()?;
    let lean = widget::build_lean()?;
    let solver = solver::build(solver::SOLVER)?;
    let generator = solver::build(solver::GENERATOR)?;
    let strength = strength::build()?;
    let fresh = paths::target().join("dist.new");
    let _ = fs::remove_dir_all(&fresh);
    fs::create_dir_all(&fresh).with_context(|| format!("{} cannot be made", fresh.display()))?;

    let mut shipped = Shipped { dir: fresh.clone(), files: Map::new() };
    let (glue, wasm) = shipped.widget(&lean)?;
    let (full, full_wasm) = shipped.widget(&full)?;
    let css = shipped.hashed("regain-", ".css", squeeze_css(&read("style/regain.css")?).as_bytes())?;

    let solver = shipped.hashed("regain-work-", "_bg.wasm", &wasm::without_custom_sections(&fs::read(&solver)?)?)?;
    let outside = shipped.hashed("regain-outside-", ".js", script("outside.js", &[])?.as_bytes())?;
    let strength = wasm::without_custom_sections(&fs::read(&strength)?)?;
    let strength_wasm = shipped.hashed("regain-strength-", "_bg.wasm", &strength)?;
    let strength = script("strength.js", &[("__REGAIN_STRENGTH_WASM__", &strength_wasm)])?;
    let strength = shipped.hashed("regain-strength-", ".js", strength.as_bytes())?;
    let generator = wasm::without_custom_sections(&fs::read(&generator)?)?;
    let generator = shipped.hashed("regain-generate-", "_bg.wasm", &generator)?;
    let generate = script("generate.js", &[("__REGAIN_GENERATOR__", &generator)])?;
    let generate = shipped.hashed("regain-generate-", ".js", generate.as_bytes())?;
    let breached = shipped.hashed("regain-breached-", ".js", script("breached.js", &[])?.as_bytes())?;
    let work = script(
        "work.js",
        &[
            ("__REGAIN_SOLVER__", &solver),
            ("__REGAIN_OUTSIDE__", &outside),
            ("__REGAIN_STRENGTH__", &strength),
            ("__REGAIN_GENERATE__", &generate),
            ("__REGAIN_BREACHED__", &breached),
        ],
    )?;
    let work = shipped.hashed("regain-work-", ".js", work.as_bytes())?;

    let loader = script(
        "regain.js",
        &[
            ("__REGAIN_LEAN__", &glue),
            ("__REGAIN_FULL__", &full),
            ("__REGAIN_CSS__", &css),
            ("__REGAIN_WORK__", &work),
            ("__REGAIN_VERSION__", VERSION),
        ],
    )?;
    shipped.file("regain.js", loader.as_bytes())?;
    shipped.file(&format!("regain-{VERSION}.js"), loader.as_bytes())?;
    shipped.manifest(&json!({
        "loader": "regain.js",
        "glue": glue,
        "wasm": wasm,
        "full": full,
        "full_wasm": full_wasm,
        "css": css,
        "work": work,
        "solver": solver,
        "strength": strength,
        "strength_wasm": strength_wasm,
    }))?;

    let dist = paths::dist();
    let _ = fs::remove_dir_all(&dist);
    fs::rename(&fresh, &dist)
        .or_else(|_| copy_dir(&fresh, &dist))
        .with_context(|| format!("{} cannot be written", dist.display()))
}

struct Shipped {
    dir: PathBuf,
    files: Map<String, Value>,
}

impl Shipped {
    /// Writes a file under a name that holds its hash.
    fn hashed(&mut self, start: &str, end: &str, content: &[u8]) -> Result<String> {
        let digest = Sha256::digest(content);
        // 48 bits tell versions apart; the loader carries some of these names, and has few bytes.
        let hash = digest.iter().take(6).fold(0_u64, |hash, byte| hash << 8 | u64::from(*byte));
        let name = format!("{start}{hash:012x}{end}");
        self.file(&name, content)?;
        Ok(name)
    }

    /// Writes a build of the widget: its wasm, and its glue with the wasm's name in it. By the beginning of
    /// these names the loader tells our failures from the page's.
    fn widget(&mut self, built: &Built) -> Result<(String, String)> {
        let (wasm, glue) = wasm::with_short_names(&fs::read(&built.wasm)?, &fs::read_to_string(&built.glue)?)?;
        ensure!(glue.matches(widget::WASM).count() == 1, "the glue does not name {} once", widget::WASM);
        let wasm = self.hashed("regain-ui-", "_bg.wasm", &wasm)?;
        let glue = squeeze_script(&without_doc_comments(&glue)).replace(widget::WASM, &wasm);
        let glue = self.hashed("regain-ui-", ".js", glue.as_bytes())?;
        Ok((glue, wasm))
    }

    /// Writes a file, and beside it the file in brotli 11 and gzip 9.
    fn file(&mut self, name: &str, content: &[u8]) -> Result<()> {
        let mut brotli = Vec::new();
        let parameters = brotli::enc::BrotliEncoderParams { quality: 11, lgwin: 22, ..Default::default() };
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

fn read(path: &str) -> Result<String> {
    fs::read_to_string(paths::root().join(path)).with_context(|| format!("{path} cannot be read"))
}

/// A script of `src/embed`, squeezed, with the names of other files in the places that wait for them.
pub(crate) fn script(file: &str, names: &[(&str, &str)]) -> Result<String> {
    let path = format!("src/embed/{file}");
    let mut script = squeeze_script(&read(&path)?);
    for (placeholder, name) in names {
        ensure!(script.contains(placeholder), "{path} does not say where {placeholder} goes");
        script = script.replace(placeholder, name);
    }
    Ok(script)
}

/// Drops whole-line comments, indentation and empty lines. Nothing else: a script is not ours to parse.
fn squeeze_script(source: &str) -> String {
    let lines = source.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("//"));
    lines.flat_map(|line| [line, "\n"]).collect()
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

/// Drops comments and needless white space. Strings in our stylesheet hold neither.
fn squeeze_css(source: &str) -> String {
    let mut plain = String::with_capacity(source.len());
    let mut rest = source;
    while let Some((before, after)) = rest.split_once("/*") {
        plain.push_str(before);
        rest = after.split_once("*/").map_or("", |(_, after)| after);
    }
    plain.push_str(rest);
    let mut squeezed = plain.split_whitespace().collect::<Vec<_>>().join(" ");
    for mark in ['{', '}', ';', ','] {
        squeezed = squeezed.replace(&format!(" {mark}"), &mark.to_string());
        squeezed = squeezed.replace(&format!("{mark} "), &mark.to_string());
    }
    squeezed.replace(";}", "}")
}

fn copy_dir(from: &Path, to: &Path) -> std::io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        fs::copy(entry.path(), to.join(entry.file_name()))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{squeeze_css, squeeze_script, without_doc_comments};

    #[test]
    fn css_loses_comments_and_white_space_only() {
        let source = "/* one */\n.a > .b {\n  color: red; /* two */\n  margin: 0 auto;\n}\n";
        assert_eq!(squeeze_css(source), ".a > .b{color: red;margin: 0 auto}");
    }

    #[test]
    fn doc_comments_go_whole() {
        let source = "/**\n * One.\n */\nexport function a() {}\n  /** Two. */\nb();\n";
        assert_eq!(without_doc_comments(source), "export function a() {}\nb();\n");
    }

    #[test]
    fn scripts_keep_addresses_that_look_like_comments() {
        let source = "// gone\n  const a = \"https://x\";\n\n  // gone too\n  b();\n";
        assert_eq!(squeeze_script(source), "const a = \"https://x\";\nb();\n");
    }
}
