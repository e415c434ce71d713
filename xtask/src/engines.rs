//! The engines that the end-to-end tests are played in: for each a browser and what steers it.

use std::{
    env, fmt, fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context as _, Result};
use clap::ValueEnum;

use crate::{
    paths,
    tools::{GECKODRIVER, apt_install},
};

/// A browser engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Engine {
    /// Chromium or Chrome, and `ChromeDriver` of the same version
    Chromium,
    /// Firefox, and geckodriver
    Firefox,
    /// `WebKitGTK`'s small browser, `WebKitWebDriver`, and an X server that shows nothing
    Webkit,
}

/// A program that an engine needs.
struct Program {
    /// Variable that names it to the tests, with `REGAIN_` before, and by itself names another one to us.
    variable: &'static str,
    /// Its names on `PATH`, or its paths, `*` standing for the machine's kind.
    names: &'static [&'static str],
}

impl Program {
    fn found(&self) -> Option<PathBuf> {
        let named = env::var_os(self.variable).map(PathBuf::from);
        named.or_else(|| {
            self.names.iter().find_map(|name| if name.contains('/') { there(name) } else { paths::on_path(name) })
        })
    }
}

/// The file at a path in which one folder may be any.
fn there(path: &str) -> Option<PathBuf> {
    let (before, after) = path.split_once("*/")?;
    let folders = fs::read_dir(Path::new(before)).ok()?;
    folders.flatten().map(|folder| folder.path().join(after)).find(|file| file.is_file())
}

impl Engine {
    /// All of them, the one that everything is played in first.
    pub(crate) const ALL: [Self; 3] = [Self::Chromium, Self::Firefox, Self::Webkit];

    /// Its name on the command line.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Chromium => "chromium",
            Self::Firefox => "firefox",
            Self::Webkit => "webkit",
        }
    }

    fn programs(self) -> &'static [Program] {
        match self {
            Self::Chromium => &[
                Program { variable: "CHROMIUM", names: &["chromium", "chromium-browser", "google-chrome"] },
                Program { variable: "CHROMEDRIVER", names: &["chromedriver"] },
            ],
            Self::Firefox => &[Program { variable: "FIREFOX", names: &["firefox-esr", "firefox"] }],
            Self::Webkit => &[
                Program {
                    variable: "WEBKIT",
                    names: &[
                        "/usr/lib/*/webkit2gtk-4.1/MiniBrowser",
                        "/usr/libexec/*/webkit2gtk-4.1/MiniBrowser",
                        "MiniBrowser",
                    ],
                },
                Program { variable: "WEBKITWEBDRIVER", names: &["WebKitWebDriver"] },
                Program { variable: "XVFB", names: &["Xvfb"] },
            ],
        }
    }

    /// Debian packages that it needs.
    fn packages(self) -> &'static [&'static str] {
        match self {
            Self::Chromium => &["chromium", "chromium-driver"],
            Self::Firefox => &["firefox-esr"],
            Self::Webkit => &["webkit2gtk-driver", "xvfb"],
        }
    }

    /// The variables that the tests find its programs by, where all that Debian has of them is here.
    fn programs_found(self) -> Option<Vec<(String, PathBuf)>> {
        let found = |program: &Program| Some((format!("REGAIN_{}", program.variable), program.found()?));
        self.programs().iter().map(found).collect()
    }

    /// The variables that the tests find its programs by, where all of them are here.
    pub(crate) fn found(self) -> Result<Option<Vec<(String, PathBuf)>>> {
        let Some(mut variables) = self.programs_found() else { return Ok(None) };
        if self == Self::Firefox {
            let Some(folder) = GECKODRIVER.found()? else { return Ok(None) };
            variables.push(("REGAIN_GECKODRIVER".to_owned(), folder.join(GECKODRIVER.name)));
        }
        Ok(Some(variables))
    }

    /// The same, with everything installed if need be.
    pub(crate) fn ready(self) -> Result<Vec<(String, PathBuf)>> {
        install(&[self])?;
        if self == Self::Firefox {
            GECKODRIVER.ready()?;
        }
        self.found()?.with_context(|| format!("{self} was installed but is not to be found"))
    }
}

impl fmt::Display for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Chromium => "Chromium",
            Self::Firefox => "Firefox",
            Self::Webkit => "WebKitGTK",
        })
    }
}

/// Installs what Debian has of these engines, where it is not here, in one go.
fn install(engines: &[Engine]) -> Result<()> {
    let missing: Vec<Engine> = engines.iter().copied().filter(|engine| engine.programs_found().is_none()).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let names = missing.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    let packages: Vec<&str> = missing.iter().flat_map(|engine| engine.packages()).copied().collect();
    apt_install(&format!("Installing {names}"), "about 1 min, once", &packages)
}

/// Data on the installed engines for the tests.
pub(crate) struct Ready {
    variables: Vec<(String, PathBuf)>,
    missing: Vec<(Engine, String)>,
}

impl Ready {
    /// All engines, installed if need be. Without Chromium there are no tests; another one may be missing, but not
    /// where `CI` says that nobody is there to read about it.
    pub(crate) fn all() -> Result<Self> {
        // After the one go has failed, each is tried, so that one engine is not missed for another's sake.
        let _ = install(&Engine::ALL);
        let mut ready = Self { variables: Vec::new(), missing: Vec::new() };
        for engine in Engine::ALL {
            match engine.ready() {
                Ok(variables) => ready.variables.extend(variables),
                Err(error) if engine == Engine::Chromium || env::var("CI").is_ok_and(|ci| ci == "true") => {
                    return Err(error.context(format!("the end-to-end tests need {engine}")));
                }
                Err(error) => ready.missing.push((engine, format!("{error:#}"))),
            }
        }
        ready.say();
        Ok(ready)
    }

    /// One engine.
    pub(crate) fn only(engine: Engine) -> Result<Self> {
        Ok(Self { variables: engine.ready()?, missing: Vec::new() })
    }

    /// Tells the tests where the engines are, and to leave out the tests of those that are not here.
    pub(crate) fn configure(&self, tests: &mut Command) {
        tests.envs(self.variables.iter().map(|(name, program)| (name, program)));
        for (engine, _) in &self.missing {
            tests.args(["--skip", &format!("engines::{}::", engine.name())]);
        }
    }

    /// Says which engines nothing was played in, and why.
    pub(crate) fn say(&self) {
        for (engine, reason) in &self.missing {
            println!("\n  NOT RUN: the end-to-end tests in {engine}. {reason}\n");
        }
    }
}
