//! Packages of npm that our work is judged by. They are installed into the cache, never into the system, and
//! what of them is used is checked against a hash.

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

/// What ours is measured against: the original of zxcvbn, in JavaScript. It has no dependencies.
pub(crate) const ZXCVBN: Package = Package {
    name: "zxcvbn",
    version: "4.4.2",
    file: "dist/zxcvbn.js",
    sha256: "f42c651f40506acb6b662490f338dd47a5951d3312039c4ab8fe5090484f351a",
};

/// What finds faults of accessibility in a page. It has no dependencies.
pub(crate) const AXE: Package = Package {
    name: "axe-core",
    version: "4.14.1",
    file: "axe.min.js",
    sha256: "29348999450cdf2849a8e70b7912fc2da85a849da39c0d0d5394f51d4a9ed95c",
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

/// A package of npm.
pub(crate) struct Package {
    /// Its name.
    pub(crate) name: &'static str,
    /// The one version that is used.
    pub(crate) version: &'static str,
    /// What of it is used.
    file: &'static str,
    /// The SHA-256 of that, in hexadecimal.
    sha256: &'static str,
}

impl Package {
    /// Where the file is, where it is there already and is the right one.
    pub(crate) fn found(&self) -> Result<Option<PathBuf>> {
        let file = self.folder()?.join("node_modules").join(self.name).join(self.file);
        let Ok(content) = fs::read(&file) else { return Ok(None) };
        let hash = Sha256::digest(content).iter().fold(String::new(), |hash, byte| format!("{hash}{byte:02x}"));
        ensure!(hash == self.sha256, "{} is not what it should be: remove it", file.display());
        Ok(Some(file))
    }

    /// Where the file is, with the package installed if need be.
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

    fn folder(&self) -> Result<PathBuf> {
        Ok(paths::cache()?.join("tools").join(format!("npm-{}-{}", self.name, self.version)))
    }
}
