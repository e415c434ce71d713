//! Builds the host pages that are made of packages: React, Vue and plain Vite, which take Regain from its tarball
//! as a web team's page does. What they need of npm is pinned by `tests/hosts/package-lock.json`.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, ensure};

use crate::{dist, npm, paths, run::step};

/// A host page, and what checks its types: each program with the project that it checks.
struct App {
    folder: &'static str,
    checks: &'static [(&'static str, &'static str)],
}

const TSC: &str = "typescript/bin/tsc";
const VUE_TSC: &str = "vue-tsc/bin/vue-tsc.js";

const APPS: [App; 3] = [
    App { folder: "react", checks: &[(TSC, "tsconfig.json"), (TSC, "tsconfig.react-18.json")] },
    App { folder: "vue", checks: &[(VUE_TSC, "tsconfig.json")] },
    App { folder: "vite", checks: &[(TSC, "tsconfig.json")] },
];

/// Builds them all with the package that is there, and says where they are: each in a folder of its own, built in
/// `dist`, and the packages beside them.
pub(crate) fn build() -> Result<PathBuf> {
    let sources = paths::root().join("tests/hosts");
    let apps = paths::target().join("apps");
    install(&sources, &apps)?;
    for App { folder, checks } in &APPS {
        let app = apps.join(folder);
        let _ = fs::remove_dir_all(&app);
        paths::copy_dir(&sources.join(folder), &app).with_context(|| format!("{} cannot be made", app.display()))?;
        for (program, project) in *checks {
            let mut check = node(&apps, program);
            check.args(["--noEmit", "--project"]).arg(app.join(project));
            step(&format!("Checking the types of {folder} by {project}"), "some seconds", &mut check)?;
        }
        let mut build = node(&apps, "vite/bin/vite.js");
        build.arg("build").arg(&app);
        step(&format!("Building the host page of {folder}"), "some seconds", &mut build)?;
        unchanged(&app.join("dist/regain"))?;
    }
    Ok(apps)
}

/// A program of a package.
fn node(apps: &Path, program: &str) -> Command {
    let mut node = Command::new("node");
    node.arg(apps.join("node_modules").join(program)).current_dir(apps);
    node
}

/// Installs what the lock file names, unless that is there, and Regain from its tarball.
fn install(sources: &Path, apps: &Path) -> Result<()> {
    npm::ready()?;
    let lock = fs::read(sources.join("package-lock.json"))?;
    let installed = apps.join("installed.json");
    if fs::read(&installed).ok().as_ref() != Some(&lock) {
        fs::create_dir_all(apps).with_context(|| format!("{} cannot be made", apps.display()))?;
        for name in ["package.json", "package-lock.json", ".npmrc"] {
            fs::copy(sources.join(name), apps.join(name))?;
        }
        let mut ci = npm::command(apps);
        ci.arg("ci");
        step("Installing React, Vue and Vite", "about 1 min, once", &mut ci)?;
        fs::write(&installed, &lock)?;
    }
    // The version of the former one is the same: only a tarball that is not there yet is unpacked.
    let _ = fs::remove_dir_all(apps.join("node_modules/@regain"));
    let mut install = npm::command(apps);
    install.args(["install", "--no-save", "--offline"]).arg(dist::tarball());
    step("Installing Regain from its tarball", "some seconds", &mut install)
}

/// Fails where Vite changed a file of ours, or left one out: what brings them in knows each by name and hash.
fn unchanged(built: &Path) -> Result<()> {
    for name in dist::packaged()? {
        let [ours, theirs] = [paths::dist(), built.to_owned()].map(|folder| fs::read(folder.join(&name)));
        ensure!(ours? == theirs.with_context(|| format!("Vite left out {name}"))?, "Vite changed {name}");
    }
    Ok(())
}
