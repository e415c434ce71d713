//! Makes scripts and WebAssembly smaller without changing what they do: Terser and Binaryen, the tools of the
//! field. They run under Node, and half a minute for a module, so what they made of the same bytes before is kept.

use std::{fmt::Write as _, fs, process::Command};

use anyhow::{Context as _, Result};
use sha2::{Digest as _, Sha256};

use crate::{npm, paths, run::step, wasm::Build};

/// Effort put into the size of what is built.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Profile {
    /// As it is shipped: as small as it gets. Takes Node.
    Shipped,
    /// As it comes: for the demo, which is to be there soon on a machine that has only Rust. Several times as large.
    Demo,
}

/// Kind of script in the browser.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Script {
    /// A module, of which nothing but the exports is seen outside.
    Module,
    /// A classic script.
    Classic,
}

/// Options of Terser: newer syntax for older, and no function of ours is called with `new` or asks for its `this`. ASCII,
/// because a page's charset may be any.
const TERSER: [&str; 5] =
    ["--compress", "passes=3,ecma=2020,unsafe_arrows=true", "--format", "ascii_only=true", "--mangle"];

/// Options of Binaryen: the features that the compiler uses already, and the passes by which the widget came out
/// smallest after brotli (`-Oz` alone leaves 0.5 kB more; a second one and `--converge` take as long again for 40 bytes).
const BINARYEN: [&str; 13] = [
    "--enable-bulk-memory",
    "--enable-sign-ext",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-multivalue",
    // Below address 1024 is the end of the stack, of a megabyte, and nothing else.
    "--low-memory-unused",
    // A larger function that is called once stays where it is: its like is elsewhere for brotli to find.
    "--one-caller-inline-max-function-size=60",
    "--merge-similar-functions",
    "--flatten",
    "--rereloop",
    "-Os",
    "-Oz",
];

impl Profile {
    /// The build that it is made of.
    pub(crate) fn build(self) -> Build {
        match self {
            Self::Shipped => Build::Shipped,
            Self::Demo => Build::Demo,
        }
    }

    /// The effort of brotli, from 0 to 11.
    pub(super) fn brotli(self) -> i32 {
        match self {
            Self::Shipped => 11,
            Self::Demo => 5,
        }
    }

    /// A script, smaller.
    pub(super) fn script(self, file: &str, script: &str, kind: Script) -> Result<String> {
        let arguments: Vec<&str> = match kind {
            Script::Module => [&TERSER[..], &["--module"]].concat(),
            Script::Classic => TERSER.to_vec(),
        };
        let minified = self.through(file, &npm::TERSER, "bin/terser", &arguments, script.as_bytes())?;
        Ok(String::from_utf8(minified)?)
    }

    /// A WebAssembly module, smaller.
    pub(super) fn wasm(self, file: &str, module: &[u8]) -> Result<Vec<u8>> {
        self.through(file, &npm::BINARYEN, "bin/wasm-opt", &BINARYEN, module)
    }

    fn through(
        self,
        file: &str,
        package: &npm::Package,
        program: &str,
        arguments: &[&str],
        content: &[u8],
    ) -> Result<Vec<u8>> {
        if self == Self::Demo {
            return Ok(content.to_vec());
        }
        let folder = paths::target().join("minified");
        fs::create_dir_all(&folder).with_context(|| format!("{} cannot be made", folder.display()))?;
        let kept = folder.join(name(package, arguments, content));
        if !kept.is_file() {
            let node = package.program(program)?;
            let (from, to) = (kept.with_extension("from"), kept.with_extension("to"));
            fs::write(&from, content)?;
            // Both take the input's name before the rest: Terser reads what follows `--mangle` as its options.
            let mut minify = Command::new("node");
            minify.arg(&node).arg(&from).args(arguments).arg("-o").arg(&to);
            step(&format!("Minifying {file} with {}", package.name), "up to half a minute, once", &mut minify)?;
            fs::rename(&to, &kept)?;
            fs::remove_file(&from)?;
        }
        Ok(fs::read(&kept)?)
    }
}

/// By what it was made from, and how.
fn name(package: &npm::Package, arguments: &[&str], content: &[u8]) -> String {
    let mut hash = Sha256::new();
    for part in [package.name, package.version].iter().chain(arguments) {
        hash.update(part);
        hash.update([0]);
    }
    hash.update(content);
    hash.finalize().iter().fold(String::new(), |mut name, byte| {
        let _ = write!(name, "{byte:02x}");
        name
    })
}
