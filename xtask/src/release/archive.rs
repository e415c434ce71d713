//! The archive of a platform: the program, how to run it, and the licences.

use std::{fs, path::Path, process::Command};

use anyhow::{Context, Result, bail};

use super::{
    licences,
    program::{Platform, Program, VERSION},
};
use crate::{
    assets::read,
    native::build_server,
    paths,
    tarball::{Packed, packed},
};

/// The files of a release for a platform, from its root folder.
pub(super) struct Files {
    pub(super) program: Vec<u8>,
    /// The manual page, and the completions of shells, by name.
    pub(super) manual: Vec<(String, Vec<u8>)>,
    pub(super) licences: String,
}

/// Gathers the files.
pub(super) fn files(platform: &Platform, program: &Program) -> Result<Files> {
    let bytes = fs::read(&program.path).with_context(|| format!("{} is not there", program.path.display()))?;
    Ok(Files { program: bytes, manual: manual(platform, program)?, licences: licences::texts(platform.target)? })
}

/// The manual page and the completions, written by the program itself or, where it does not run here, by this machine's.
fn manual(platform: &Platform, program: &Program) -> Result<Vec<(String, Vec<u8>)>> {
    let folder = paths::target().join("xtask/manual");
    let _ = fs::remove_dir_all(&folder);
    let writer = if program.runs_here { program.path.clone() } else { build_server()? };
    let done = Command::new(&writer).arg("manual").arg(&folder).status();
    if !done.is_ok_and(|status| status.success()) {
        bail!("{} does not write its manual, which the release for {} needs", writer.display(), platform.name);
    }
    let mut files = Vec::new();
    for entry in fs::read_dir(&folder)? {
        let entry = entry?;
        files.push((entry.file_name().to_string_lossy().into_owned(), fs::read(entry.path())?));
    }
    files.sort();
    Ok(files)
}

/// Makes `regain-<version>-<platform>.tar.gz`.
pub(super) fn make(platform: &Platform, files: &Files, folder: &Path) -> Result<()> {
    let name = format!("regain-{VERSION}-{}", platform.name);
    let at = |path: &str| format!("{name}/{path}");
    let mut packing = vec![
        Packed::program(at("regain-server"), files.program.clone()),
        Packed::file(at("README.md"), read("packaging/README.md")?),
        Packed::file(at("LICENSE"), read("LICENSE")?),
        Packed::file(at("CHANGELOG.md"), read("CHANGELOG.md")?),
        Packed::file(at("THIRD-PARTY-LICENSES.txt"), files.licences.clone()),
        Packed::file(at("regain.example.toml"), read("packaging/regain.example.toml")?),
        Packed::file(at("regain-server.service"), read("packaging/regain-server.service")?),
        Packed::file(at("regain.sysusers"), read("packaging/regain.sysusers")?),
    ];
    for (file, content) in &files.manual {
        let path = if file.ends_with(".1") { file.clone() } else { format!("completions/{file}") };
        packing.push(Packed::file(at(&path), content.clone()));
    }
    let path = folder.join(format!("{name}.tar.gz"));
    fs::write(&path, packed(packing)?).with_context(|| format!("{} cannot be written", path.display()))
}
