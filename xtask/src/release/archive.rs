//! The archive of a platform: the program, how to run it, and the licences.

use std::{fs, path::Path, process::Command};

use anyhow::{Context, Result, bail};

use super::{
    examples::examples,
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
    /// Examples beside the configuration's, by path.
    pub(super) examples: Vec<(String, Vec<u8>)>,
}

/// Gathers the files.
pub(super) fn files(platform: &Platform, program: &Program) -> Result<Files> {
    let bytes = fs::read(&program.path).with_context(|| format!("{} is not there", program.path.display()))?;
    Ok(Files {
        program: bytes,
        manual: manual(platform, program)?,
        licences: licences::texts(platform.target)?,
        examples: examples()?,
    })
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
    let path = folder.join(format!("{name}.tar.gz"));
    fs::write(&path, packed(contents(&name, files)?)?).with_context(|| format!("{} cannot be written", path.display()))
}

/// The archive's files, all in one folder.
fn contents(folder: &str, files: &Files) -> Result<Vec<Packed>> {
    let at = |path: &str| format!("{folder}/{path}");
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
    for (path, content) in &files.examples {
        packing.push(Packed::file(at(&format!("examples/{path}")), content.clone()));
    }
    Ok(packing)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_archive_has_the_program_and_its_examples() {
        let files = Files {
            program: b"a program".to_vec(),
            manual: vec![("regain-server.1".to_owned(), Vec::new()), ("_regain-server".to_owned(), Vec::new())],
            licences: String::new(),
            examples: examples().expect("reads"),
        };
        let packing = contents("regain", &files).expect("reads");
        let programs: Vec<_> = packing.iter().filter(|file| file.is_program).map(|file| file.path.as_str()).collect();
        assert_eq!(programs, ["regain/regain-server"]);
        for path in [
            "regain.example.toml",
            "regain-server.1",
            "completions/_regain-server",
            "examples/grafana.json",
            "examples/proxies/nginx.conf",
        ] {
            assert!(packing.iter().any(|file| file.path == format!("regain/{path}")), "{path} is missing");
        }
    }
}
