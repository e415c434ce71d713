//! The server's program as a former revision has it.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context as _, Result, ensure};

use crate::{
    native, paths,
    run::{output_of, step},
};

fn git() -> Command {
    let mut git = Command::new("git");
    git.current_dir(paths::root());
    git
}

/// The program of a revision. It is built once, in a work tree of its own, and what it is built with is shared with this tree.
pub(super) fn program(revision: &str) -> Result<PathBuf> {
    let commit = output_of(git().args(["rev-parse", "--verify", "--quiet"]).arg(format!("{revision}^{{commit}}")));
    let commit = commit.with_context(|| format!("there is no revision {revision}"))?;
    let folder = paths::target().join("upgrade");
    fs::create_dir_all(&folder)?;
    let program = folder.join(format!("regain-server-{}", &commit[..8.min(commit.len())]));
    if program.is_file() {
        return Ok(program);
    }
    let tree = folder.join("tree");
    remove(&tree);
    let added = git().args(["worktree", "add", "--detach", "--force", "--quiet"]).arg(&tree).arg(&commit).status()?;
    ensure!(added.success(), "git cannot check out {revision}");
    let built = build(&tree, &program, revision);
    remove(&tree);
    built.map(|()| program)
}

fn build(tree: &Path, program: &Path, revision: &str) -> Result<()> {
    let target = paths::target();
    let mut build = native::cargo();
    build.current_dir(tree).env("CARGO_TARGET_DIR", &target).args(["build", "--package", "regain-server"]);
    step(&format!("Building the server of {revision}"), "some minutes, once", &mut build)?;
    let unfinished = program.with_extension("unfinished");
    fs::copy(target.join("debug").join("regain-server"), &unfinished)?;
    fs::rename(unfinished, program)?;
    Ok(())
}

fn remove(tree: &Path) {
    let _ = output_of(git().args(["worktree", "remove", "--force"]).arg(tree));
    let _ = fs::remove_dir_all(tree);
}
