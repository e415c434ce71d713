//! The end-to-end tests: one program, because browsers stay between its tests.

use std::{
    path::PathBuf,
    process::{Command, Stdio},
};

use anyhow::{Context as _, Result, ensure};

use super::{
    cargo::{Program, threads},
    in_memory,
    timings::Timings,
};
use crate::{
    engines::{Engine, Ready},
    npm, paths, pypi, run,
};

/// The tests of one call, with all that they need.
pub(super) struct EndToEnd {
    engines: Ready,
    engine: Option<Engine>,
    filter: String,
    axe: PathBuf,
    reader: PathBuf,
    /// The folder of what the Django project needs.
    django: PathBuf,
    program: Option<Program>,
    names: Vec<String>,
}

impl EndToEnd {
    /// Has the browsers and the tools ready.
    pub(super) fn ready(filter: &str, engine: Option<Engine>) -> Result<Self> {
        let engines = match engine {
            Some(engine) => Ready::only(engine)?,
            None if filter.is_empty() || filter.starts_with(OTHER_ENGINES) => Ready::all()?,
            None => Ready::only(Engine::Chromium)?,
        };
        let (axe, reader) = (npm::AXE.ready()?, npm::READER.ready()?);
        let django = pypi::django_example()?;
        Ok(Self { engines, engine, filter: filter.to_owned(), axe, reader, django, program: None, names: Vec::new() })
    }

    /// Lists the tests. They are compiled.
    pub(super) fn list(&mut self) -> Result<()> {
        self.program = Program::all()?.into_iter().find(Program::is_end_to_end);
        let mut list = self.command()?;
        list.arg("--list");
        let output = list.stderr(Stdio::inherit()).output().context("the end-to-end tests cannot be run")?;
        ensure!(output.status.success(), "the end-to-end tests cannot be listed");
        let output = String::from_utf8(output.stdout)?;
        self.names = output.lines().filter_map(|line| line.strip_suffix(": test")).map(str::to_owned).collect();
        ensure!(!self.names.is_empty(), "no end-to-end test has “{}” in its name", self.filter);
        Ok(())
    }

    /// Tells whether a test is of a host page that is built from packages.
    pub(super) fn needs_apps(&self) -> bool {
        let apps = ["hosts::react", "hosts::vue", "hosts::vite"];
        self.names.iter().any(|name| apps.iter().any(|app| name.contains(app)))
    }

    /// Runs them.
    pub(super) fn run(&self, timings: &Timings) -> Result<()> {
        let mut tests = self.command()?;
        tests.env("REGAIN_DIST", paths::dist()).env("REGAIN_APPS", paths::target().join("apps"));
        tests.env("REGAIN_AXE", &self.axe).env("REGAIN_READER", &self.reader);
        tests.env("REGAIN_DJANGO", &self.django).env("REGAIN_PLAYGROUND", paths::target().join("playground"));
        tests.env("REGAIN_TIMINGS", timings.file());
        if let Some(folder) = in_memory::folder() {
            tests.env("TMPDIR", folder);
        }
        if let Some(engine) = self.engine {
            tests.env("REGAIN_ENGINE", engine.name());
        }
        let what = match self.engine {
            Some(engine) => format!("Running the end-to-end tests in {engine}"),
            None => "Running the end-to-end tests".to_owned(),
        };
        run::shown(&what, &mut tests)?;
        timings.read_end_to_end()
    }

    /// Says which engines nothing ran in, and why.
    pub(super) fn say_what_is_missing(&self) {
        self.engines.say();
    }

    fn command(&self) -> Result<Command> {
        let mut tests = self.program.as_ref().context("the end-to-end tests are not compiled")?.command();
        tests.args(["--test-threads", &threads()]);
        self.engines.configure(&mut tests);
        if self.engine.is_some() || !self.filter.is_empty() && !self.filter.starts_with(OTHER_ENGINES) {
            tests.args(["--skip", OTHER_ENGINES]);
        }
        if !self.filter.starts_with(PLAYGROUND) {
            tests.args(["--skip", PLAYGROUND]);
        }
        if !self.filter.is_empty() {
            tests.arg(&self.filter);
        }
        Ok(tests)
    }
}

/// The module of the test of the playground, whose server takes minutes to compile: `cargo xtask playground --check` runs it.
pub(super) const PLAYGROUND: &str = "playground::";

/// The module of the tests that run in the other engines too.
const OTHER_ENGINES: &str = "engines::";
