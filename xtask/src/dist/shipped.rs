//! Files of what is shipped: each under a name that says what it is, and also compressed.

use std::{
    fs,
    io::Write as _,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, ensure};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256, Sha384};

use super::{
    minify::{Profile, Script},
    wasm,
};
use crate::{
    assets::{Named, script},
    widget::{self, Built},
};

/// The loader's version, which is the workspace's.
pub(super) const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The loader's stable name.
pub(super) const LOADER: &str = "regain.js";

/// The loader's immutable name.
pub(super) fn versioned_loader() -> String {
    format!("regain-{VERSION}.js")
}

/// The folder of what is shipped, as it fills.
pub(super) struct Shipped {
    dir: PathBuf,
    files: Map<String, Value>,
    form: Profile,
}

impl Shipped {
    /// An empty folder.
    pub(super) fn new(dir: PathBuf, form: Profile) -> Self {
        Self { dir, files: Map::new(), form }
    }

    /// Writes a file under a name that holds its hash.
    pub(super) fn hashed(&mut self, start: &str, end: &str, content: &[u8]) -> Result<Named> {
        let digest = STANDARD.encode(Sha256::digest(content));
        // 48 bits tell versions apart; what is checked is the whole. As the whole begins, so that the two compress as one.
        let hash = digest[..8].replace(['+', '/'], "_");
        let name = format!("{start}{hash}{end}");
        self.file(&name, content)?;
        Ok(Named { name, integrity: format!("sha256-{digest}") })
    }

    /// Writes a script of `src/embed`.
    pub(super) fn script(&mut self, name: &str, names: &[(&str, &Named)]) -> Result<Named> {
        self.minified(name, &script(&format!("{name}.js"), names)?)
    }

    /// Writes a module of ours, minified.
    pub(super) fn minified(&mut self, name: &str, script: &str) -> Result<Named> {
        let script = self.form.script(&format!("{name}.js"), script, Script::Module)?;
        self.hashed(&format!("regain-{name}-"), ".js", script.as_bytes())
    }

    /// Writes a WebAssembly module.
    pub(super) fn module(&mut self, start: &str, built: &Path) -> Result<Named> {
        let module = self.form.wasm(&file_name(built), &wasm::without_custom_sections(&fs::read(built)?)?)?;
        self.hashed(start, "_bg.wasm", &module)
    }

    /// Writes a build of the widget: its glue and its wasm. By the beginning of these names open.js tells our
    /// failures from the page's.
    pub(super) fn widget(&mut self, built: &Built) -> Result<(Named, Named)> {
        let (wasm, glue) = wasm::with_short_names(&fs::read(&built.wasm)?, &fs::read_to_string(&built.glue)?)?;
        let wasm = self.form.wasm(widget::WASM, &wasm)?;
        let wasm = self.hashed("regain-ui-", "_bg.wasm", &wasm)?;
        let glue = with_one_beginning(&glue)?;
        let glue = self.form.script("the glue", &glue, Script::Module)?;
        let glue = self.hashed("regain-ui-", ".js", glue.as_bytes())?;
        Ok((glue, wasm))
    }

    /// Writes a file, and beside it the file in brotli 11 and gzip 9.
    pub(super) fn file(&mut self, name: &str, content: &[u8]) -> Result<()> {
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

    pub(super) fn manifest(self, entry: &Value) -> Result<()> {
        let manifest = json!({ "version": VERSION, "entry": entry, "files": self.files });
        Ok(fs::write(self.dir.join("integrity.json"), format!("{manifest:#}\n"))?)
    }
}

fn file_name(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
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

#[cfg(test)]
mod tests {
    use super::with_one_beginning;

    #[test]
    fn a_glue_that_is_made_in_another_way_is_not_guessed_at() {
        let glue = "a();\nasync function __wbg_load(b) {}\nexport { initSync, __wbg_init as default };\n";
        assert!(with_one_beginning(glue).expect("is as it was").starts_with("a();\nexport default async answer"));
        assert!(with_one_beginning("a();\nexport { initSync, __wbg_init as default };\n").is_err());
        assert!(with_one_beginning("async function __wbg_load(b) {}\nexport { initSync };\n").is_err());
    }
}
