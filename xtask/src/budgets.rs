//! The size budgets of the design, in bytes of brotli 11, and what `dist` has of them.

use std::{fs, path::Path};

use anyhow::{Context, Result, bail};
use serde_json::Value;

/// Cost of the sign-in page before anyone clicks: the loader, one request.
pub(crate) const LOADER: u64 = 2_000;
/// Everything that the reset flow needs: the lean build's glue and wasm, the stylesheet, and the script and wasm that solve the
/// proof of work, which is the default challenge; in English, without the strength worker.
pub(crate) const RESET_FLOW: u64 = 69_000;

/// The strength worker, which comes beside the first screen: zxcvbn with its dictionaries.
pub(crate) const STRENGTH: u64 = 400_000;

/// A language other than English in the reset flow: the file of its words. The other flows have a second one.
pub(crate) const LANGUAGE: u64 = 4_000;

/// Use of an entry of the manifest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Need {
    /// The sign-in page, before anyone clicks.
    Page,
    /// The reset flow.
    Reset,
    /// Every flow but a reset, and the steps of one that few people come to.
    Full,
    /// Each of these flows.
    Flows,
    /// A person who chooses a password, apart from any budget, once they are past the first screen.
    Later,
}

/// The manifest's entries.
const PARTS: [(&str, Need); 11] = [
    ("loader", Need::Page),
    ("open", Need::Flows),
    ("glue", Need::Reset),
    ("wasm", Need::Reset),
    ("full", Need::Full),
    ("full_wasm", Need::Full),
    ("css", Need::Flows),
    ("work", Need::Flows),
    ("solver", Need::Flows),
    ("strength", Need::Later),
    ("strength_wasm", Need::Later),
];

/// The sizes of what is shipped.
pub(crate) struct Sizes {
    parts: Vec<(&'static str, String, u64, u64)>,
    /// The largest file of a language's words in the reset flow.
    language: (String, u64),
}

impl Sizes {
    /// Reads them off a `dist` folder: the brotli files that would go over the wire.
    pub(crate) fn of(dist: &Path) -> Result<Self> {
        let manifest = fs::read(dist.join("integrity.json"))
            .with_context(|| format!("{} is not built: run `cargo xtask dist`", dist.display()))?;
        let manifest: Value = serde_json::from_slice(&manifest)?;
        let mut parts = Vec::new();
        for (part, _) in PARTS {
            let name = manifest["entry"][part].as_str().with_context(|| format!("the manifest names no {part}"))?;
            let plain = fs::metadata(dist.join(name))?.len();
            let brotli = fs::metadata(dist.join(format!("{name}.br")))?.len();
            parts.push((part, name.to_owned(), plain, brotli));
        }
        Ok(Self { parts, language: largest_language(&manifest)? })
    }

    /// Cost of the sign-in page before the click.
    pub(crate) fn loader(&self) -> u64 {
        self.sum(&[Need::Page])
    }

    /// Cost of the reset flow after it.
    pub(crate) fn reset_flow(&self) -> u64 {
        self.sum(&[Need::Reset, Need::Flows])
    }

    /// Cost of telling how strong a password is, after that.
    fn strength(&self) -> u64 {
        self.sum(&[Need::Later])
    }

    fn sum(&self, needs: &[Need]) -> u64 {
        let wanted = |name: &str| PARTS.into_iter().any(|part| part.0 == name && needs.contains(&part.1));
        self.parts.iter().filter(|part| wanted(part.0)).map(|part| part.3).sum()
    }

    /// Prints each file and both budgets.
    pub(crate) fn print(&self) {
        println!("\n  {:<13} {:>10} {:>10}", "", "bytes", "brotli 11");
        for (part, name, plain, brotli) in &self.parts {
            println!("  {part:<13} {plain:>10} {brotli:>10}  {name}");
        }
        let (language, words) = &self.language;
        for (what, size, budget) in [
            ("before the click", self.loader(), LOADER),
            ("the reset flow", self.reset_flow(), RESET_FLOW),
            ("strength, past the first screen", self.strength(), STRENGTH),
            (&format!("the largest language, {language}"), *words, LANGUAGE),
        ] {
            println!("  {what}: {size} of {budget} bytes ({} %)", size * 100 / budget);
        }
        println!("  changing a password, registering: {} bytes", self.sum(&[Need::Full, Need::Flows]));
    }

    /// Fails past a budget.
    pub(crate) fn check(&self) -> Result<()> {
        if self.loader() > LOADER {
            bail!("the loader has {} bytes of brotli, over its budget of {LOADER}", self.loader());
        }
        if self.reset_flow() > RESET_FLOW {
            bail!("the reset flow has {} bytes of brotli, over its budget of {RESET_FLOW}", self.reset_flow());
        }
        if self.strength() > STRENGTH {
            bail!("the strength worker has {} bytes of brotli, over its budget of {STRENGTH}", self.strength());
        }
        if self.language.1 > LANGUAGE {
            bail!("{} has {} bytes of brotli, over the budget of {LANGUAGE}", self.language.0, self.language.1);
        }
        Ok(())
    }
}

/// Of the languages that people speak, the one whose words in the reset flow take most.
fn largest_language(manifest: &Value) -> Result<(String, u64)> {
    let files = manifest["files"].as_object().context("the manifest lists no files")?;
    let words = files.iter().filter(|(name, _)| {
        let is_pseudo = name.contains("-XA-") || name.contains("-XB-");
        Path::new(name).extension().is_some_and(|it| it == "txt") && !name.contains("-full-") && !is_pseudo
    });
    let sizes = words.map(|(name, file)| (name.clone(), file["brotli"].as_u64().unwrap_or(u64::MAX)));
    sizes.max_by_key(|(_, size)| *size).context("the manifest lists no language")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Sizes, largest_language};

    fn sizes(loader: u64, wasm: u64, strength: u64, words: u64) -> Sizes {
        let part = |name, brotli| (name, String::new(), 0, brotli);
        let parts = vec![part("loader", loader), part("wasm", wasm), part("strength_wasm", strength)];
        Sizes { parts, language: (String::new(), words) }
    }

    #[test]
    fn the_largest_language_is_one_that_somebody_speaks_and_is_looked_at_in_the_reset_flow() {
        let manifest = json!({ "files": {
            "regain-de-0123.txt": { "brotli": 2 },
            "regain-el-0123.txt": { "brotli": 3 },
            "regain-el-full-0123.txt": { "brotli": 4 },
            "regain-en-XA-0123.txt": { "brotli": 5 },
            "regain.js": { "brotli": 6 },
        } });
        assert_eq!(largest_language(&manifest).expect("a language"), ("regain-el-0123.txt".to_owned(), 3));
    }

    #[test]
    fn one_byte_over_a_budget_fails() {
        assert!(sizes(2_000, 69_000, 400_000, 4_000).check().is_ok());
        assert!(sizes(2_001, 69_000, 400_000, 4_000).check().is_err());
        assert!(sizes(2_000, 69_001, 400_000, 4_000).check().is_err());
        assert!(sizes(2_000, 69_000, 400_001, 4_000).check().is_err());
        assert!(sizes(2_000, 69_000, 400_000, 4_001).check().is_err());
    }
}
