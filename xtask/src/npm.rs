//! Packages of npm that our work is judged by, and that make it smaller. They are installed into the cache, never
//! into the system, and what of them is used is checked against a hash.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context as _, Result, ensure};
use sha2::{Digest as _, Sha256};

use crate::{
    paths,
    run::{output_of, step},
    tools,
};

/// The original of zxcvbn, in JavaScript, which ours is measured against. It has no dependencies.
pub(crate) const ZXCVBN: Package = Package {
    name: "zxcvbn",
    version: "4.4.2",
    file: "dist/zxcvbn.js",
    sha256: "f42c651f40506acb6b662490f338dd47a5951d3312039c4ab8fe5090484f351a",
};

/// Finds faults of accessibility in a page. It has no dependencies.
pub(crate) const AXE: Package = Package {
    name: "axe-core",
    version: "4.14.1",
    file: "axe.min.js",
    sha256: "29348999450cdf2849a8e70b7912fc2da85a849da39c0d0d5394f51d4a9ed95c",
};

/// Makes scripts smaller. What it has besides is for its command line.
pub(crate) const TERSER: Package = Package {
    name: "terser",
    version: "5.51.4",
    file: "dist/bundle.min.js",
    sha256: "f116f65dccf5ced7e36011b92caedc54b0c905294dd8e9b73aca1c8bb8f11a21",
};

/// Makes WebAssembly smaller. It has no dependencies.
pub(crate) const BINARYEN: Package = Package {
    name: "binaryen",
    version: "132.0.0",
    file: "bin/wasm-opt",
    sha256: "608c021fa3f2c68cdc26f06a1454341089a0e689abb71cbe5a23ef7300e7f3e3",
};

/// Checks the types of scripts. It has no dependencies.
pub(crate) const TYPESCRIPT: Package = Package {
    name: "typescript",
    version: "5.9.3",
    file: "lib/_tsc.js",
    sha256: "e8f349eabd48486bdb2bf9dc1a00c89d58297270c54b745838879e2859194419",
};

/// Reads a page as a screen reader would. All that it needs is in its one file.
pub(crate) const READER: Package = Package {
    name: "@guidepup/virtual-screen-reader",
    version: "0.33.0",
    file: "lib/esm/index.browser.js",
    sha256: "461e696a21808af0d8c58846573305f278471dc72b0287d90545f08488dd8c7b",
};

/// Installs npm, and Node with it, if need be.
pub(crate) fn ready() -> Result<()> {
    if output_of(Command::new("npm").arg("--version")).is_none() {
        tools::apt_install("Installing npm", "about 2 min, once", &["npm"])?;
    }
    Ok(())
}

/// npm for a folder. Nothing that it installs runs.
pub(crate) fn command(folder: &Path) -> Command {
    let mut npm = Command::new("npm");
    npm.args(["--no-audit", "--no-fund", "--ignore-scripts", "--prefix"]).arg(folder);
    npm
}

/// Builds the binding of better-auth to SQLite, which its package brings along, in a folder where it is installed. Nothing that
/// npm installs runs by itself: this one package may.
pub(crate) fn build_sqlite(folder: &Path) -> Result<()> {
    if ["make", "g++", "python3"].iter().any(|program| paths::on_path(program).is_none()) {
        tools::apt_install("Installing a compiler of C++", "about 30 s, once", &["make", "g++", "python3"])?;
    }
    let mut rebuild = Command::new("npm");
    rebuild.arg("--prefix").arg(folder).args(["rebuild", "better-sqlite3"]);
    step("Building its binding to SQLite", "about 1 min, once", &mut rebuild)
}

/// A package of npm.
pub(crate) struct Package {
    /// Its name.
    pub(crate) name: &'static str,
    /// The one version that is used.
    pub(crate) version: &'static str,
    /// The file of it that is used.
    file: &'static str,
    /// The SHA-256 of that, in hexadecimal.
    sha256: &'static str,
}

impl Package {
    /// Path of the installed file; `None` if there is none, an error if it is another one.
    pub(crate) fn found(&self) -> Result<Option<PathBuf>> {
        let file = self.folder()?.join("node_modules").join(self.name).join(self.file);
        let Ok(content) = fs::read(&file) else { return Ok(None) };
        let hash = Sha256::digest(content).iter().fold(String::new(), |hash, byte| format!("{hash}{byte:02x}"));
        ensure!(hash == self.sha256, "{} is not what it should be: remove it", file.display());
        Ok(Some(file))
    }

    /// Path of the file, with the package installed if need be.
    pub(crate) fn ready(&self) -> Result<PathBuf> {
        if let Some(file) = self.found()? {
            return Ok(file);
        }
        ready()?;
        let folder = self.folder()?;
        fs::create_dir_all(&folder).with_context(|| format!("{} cannot be made", folder.display()))?;
        let mut install = command(&folder);
        install.args(["install", "--no-save"]).arg(format!("{}@{}", self.name, self.version));
        step(&format!("Installing {} {}", self.name, self.version), "some seconds, once", &mut install)?;
        self.found()?.with_context(|| format!("{} was installed but has no {}", self.name, self.file))
    }

    /// A program of it for Node, with the package installed if need be.
    pub(crate) fn program(&self, path: &str) -> Result<PathBuf> {
        self.ready()?;
        Ok(self.folder()?.join("node_modules").join(self.name).join(path))
    }

    fn folder(&self) -> Result<PathBuf> {
        Ok(paths::cache()?.join("tools").join(format!("npm-{}-{}", self.name, self.version)))
    }
}
