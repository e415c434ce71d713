//! The build tools: found where they are, else installed into the cache.

use std::{
    path::PathBuf,
    process::Command,
    sync::{Mutex, PoisonError},
};

use anyhow::{Context, Result, bail};

use crate::{
    paths,
    run::{output_of, step},
};

/// Trunk builds the widget while it is developed. The version is the newest that the minimum Rust compiles.
pub(crate) const TRUNK: Tool = Tool {
    name: "trunk",
    package: "trunk",
    version: "0.21.14",
    // Without the check for updates, which asks a server at every start.
    arguments: &["--locked", "--no-default-features", "--features", "rustls"],
    takes: "about 6 min, once",
};

/// Trunk runs wasm-bindgen's program, whose version must be that of the library in Cargo.lock. Whatever is
/// shipped is made by the library ([`crate::bindgen`]).
pub(crate) const WASM_BINDGEN: Tool = Tool {
    name: "wasm-bindgen",
    package: "wasm-bindgen-cli",
    version: "0.2.130",
    // Not `--locked`: the package's own lock file names a crate version that is no longer served.
    arguments: &[],
    takes: "about 2 min, once",
};

/// geckodriver steers Firefox. It does for every Firefox that Debian has.
pub(crate) const GECKODRIVER: Tool = Tool {
    name: "geckodriver",
    package: "geckodriver",
    version: "0.37.1",
    arguments: &["--locked"],
    takes: "about 2 min, once",
};

/// Lists the materials of a package in the form of `CycloneDX`.
pub(crate) const CYCLONEDX: Tool = Tool {
    name: "cargo-cyclonedx",
    package: "cargo-cyclonedx",
    version: "0.5.9",
    arguments: &["--locked"],
    takes: "about 3 min, once",
};

/// Builds the documentation as a site.
pub(crate) const MDBOOK: Tool = Tool {
    name: "mdbook",
    package: "mdbook",
    version: "0.5.4",
    arguments: &["--locked", "--no-default-features", "--features", "search"],
    takes: "about 3 min, once",
};

/// A program that cargo can install.
pub(crate) struct Tool {
    /// The program.
    pub(crate) name: &'static str,
    /// The package that it is in.
    pub(crate) package: &'static str,
    /// The one version that is used.
    pub(crate) version: &'static str,
    arguments: &'static [&'static str],
    takes: &'static str,
}

impl Tool {
    /// The folder of the program, where the right version is here already.
    pub(crate) fn found(&self) -> Result<Option<PathBuf>> {
        let cached = self.cache()?.join("bin");
        let on_path = paths::on_path(self.name).and_then(|program| program.parent().map(PathBuf::from));
        Ok([Some(cached), on_path].into_iter().flatten().find(|dir| self.is_right_version(dir)))
    }

    /// The folder of the program, installed if need be.
    pub(crate) fn ready(&self) -> Result<PathBuf> {
        if let Some(dir) = self.found()? {
            return Ok(dir);
        }
        let root = self.cache()?;
        let what = format!("Installing {} {}", self.package, self.version);
        if paths::on_path("cargo-binstall").is_some() {
            let mut binstall = Command::new("cargo");
            binstall.args(["binstall", "--no-confirm", "--root"]).arg(&root);
            binstall.arg(format!("{}@{}", self.package, self.version));
            // A binary that isn't to be had is no failure: it is compiled below.
            if step(&what, "some seconds, once", &mut binstall).is_ok() && self.is_right_version(&root.join("bin")) {
                return Ok(root.join("bin"));
            }
        }
        let mut install = Command::new("cargo");
        install.args(["install", &format!("{}@{}", self.package, self.version), "--root"]).arg(&root);
        install.args(self.arguments);
        // The tools run for seconds and compile for minutes: their speed is not worth optimising.
        install.env("CARGO_TARGET_DIR", root.join("build"));
        install.envs([
            ("CARGO_PROFILE_RELEASE_LTO", "off"),
            ("CARGO_PROFILE_RELEASE_OPT_LEVEL", "0"),
            ("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16"),
            ("CARGO_PROFILE_RELEASE_DEBUG", "false"),
        ]);
        step(&what, self.takes, &mut install)?;
        // Only the program is needed from now on.
        let _ = std::fs::remove_dir_all(root.join("build"));
        let dir = root.join("bin");
        if !self.is_right_version(&dir) {
            bail!("{} was installed but does not run as version {}", dir.join(self.name).display(), self.version);
        }
        Ok(dir)
    }

    fn cache(&self) -> Result<PathBuf> {
        Ok(paths::cache()?.join("tools").join(format!("{}-{}", self.package, self.version)))
    }

    fn is_right_version(&self, dir: &std::path::Path) -> bool {
        let mut command = Command::new(dir.join(self.name));
        // Cargo tells a subcommand its own name first, and some answer to nothing else.
        command.args(self.name.strip_prefix("cargo-"));
        // Trunk takes NO_COLOR for a flag of its own and refuses the value 1.
        command.arg("--version").env_remove("NO_COLOR");
        output_of(&mut command).is_some_and(|output| says_version(&output, self.version))
    }
}

/// Tells if the answer to `--version` names exactly this version: after the program's name, in the first line.
fn says_version(output: &str, version: &str) -> bool {
    let stated = output.lines().next().and_then(|line| line.split_whitespace().nth(1));
    stated.is_some_and(|stated| stated.strip_prefix('v').unwrap_or(stated) == version)
}

/// `apt-get` runs once at a time; steps that run side by side may both need it.
static APT: Mutex<()> = Mutex::new(());

/// Installs Debian packages, as root or through `sudo` without a password.
pub(crate) fn apt_install(what: &str, takes: &str, packages: &[&str]) -> Result<()> {
    let _alone = APT.lock().unwrap_or_else(PoisonError::into_inner);
    let list = packages.join(" ");
    if paths::on_path("apt-get").is_none() {
        bail!("{what} needs what Debian calls {list}: install it with your system's package manager");
    }
    let script = format!(
        "apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends {list}"
    );
    let root = output_of(Command::new("id").arg("-u")).as_deref() == Some("0");
    let mut command = if root {
        Command::new("sh")
    } else {
        let mut sudo = Command::new("sudo");
        sudo.args(["-n", "sh"]);
        sudo
    };
    step(what, takes, command.args(["-c", &script]))
        .with_context(|| format!("install the packages yourself, then run this again: apt-get install {list}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_read_from_the_first_line_alone() {
        assert!(says_version("trunk 0.21.14", "0.21.14"));
        assert!(says_version(
            "geckodriver 0.37.1 (8b4b6c0 2026-01-12 09:28 +0000)\n\nThe source code is at 0.0.0",
            "0.37.1"
        ));
        assert!(says_version("cargo-cyclonedx-cyclonedx 0.5.9", "0.5.9"));
        assert!(says_version("mdbook v0.5.4", "0.5.4"));
        for other in ["", "trunk", "trunk 0.21.1", "trunk 0.21.140", "trunk\nversion 0.21.14"] {
            assert!(!says_version(other, "0.21.14"), "{other:?}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_subcommand_of_cargo_is_asked_as_cargo_asks_it() {
        use std::os::unix::fs::PermissionsExt as _;

        let folder = paths::target().join(format!("xtask-test-tools-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder");
        let script = "#!/bin/sh\n[ \"$*\" = \"sample --version\" ] && echo cargo-sample-sample 1.2.3\n";
        let program = folder.join("cargo-sample");
        std::fs::write(&program, script).expect("a program");
        std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).expect("it may be run");
        let tool = |version| Tool { name: "cargo-sample", package: "cargo-sample", version, arguments: &[], takes: "" };
        assert!(tool("1.2.3").is_right_version(&folder));
        assert!(!tool("1.2.4").is_right_version(&folder));
        std::fs::remove_dir_all(&folder).expect("removed");
    }
}
