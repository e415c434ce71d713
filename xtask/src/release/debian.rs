//! The Debian package: the program, its unit, its user, the manual page and the completions. Nothing is started before
//! there is a configuration.

use std::{
    fs::{self, Permissions},
    os::unix::fs::PermissionsExt as _,
    path::Path,
    process::Command,
};

use anyhow::{Context, Result, bail};

use super::{
    archive::Files,
    program::{Platform, VERSION},
};
use crate::{
    assets::read,
    paths,
    run::{output_of, step},
    tarball::{Packed, TIME},
};

/// Makes `regain-server_<version>_<architecture>.deb`.
pub(super) fn make(platform: &Platform, files: &Files, folder: &Path) -> Result<()> {
    if paths::on_path("dpkg-deb").is_none() {
        bail!("the Debian package needs dpkg-deb");
    }
    let root = paths::target().join("xtask/deb");
    let _ = fs::remove_dir_all(&root);
    let put = |path: &str, content: &[u8], mode: u32| -> Result<()> {
        let path = root.join(path);
        fs::create_dir_all(path.parent().context("it lies in a folder")?)?;
        fs::write(&path, content).and_then(|()| fs::set_permissions(&path, Permissions::from_mode(mode)))?;
        Ok(())
    };
    for file in installed(files)? {
        put(&file.path, &file.content, if file.is_program { 0o755 } else { 0o644 })?;
    }
    for script in ["postinst", "prerm", "postrm"] {
        put(&format!("DEBIAN/{script}"), read(&format!("packaging/{script}"))?.as_bytes(), 0o755)?;
    }
    put("DEBIAN/conffiles", b"/etc/default/regain-server\n", 0o644)?;
    put("DEBIAN/control", control(platform, &root)?.as_bytes(), 0o644)?;
    let path = folder.join(format!("regain-server_{VERSION}_{}.deb", platform.debian));
    let mut build = Command::new("dpkg-deb");
    build.args(["--root-owner-group", "-Zxz", "--build"]).arg(&root).arg(&path);
    build.env("SOURCE_DATE_EPOCH", TIME.to_string());
    step("Packing for Debian", "some seconds", &mut build)
}

/// The files that the package installs, by their paths from the root.
fn installed(files: &Files) -> Result<Vec<Packed>> {
    let docs = "usr/share/doc/regain-server";
    let mut all = vec![
        Packed::program("usr/bin/regain-server", files.program.clone()),
        Packed::file(format!("{docs}/THIRD-PARTY-LICENSES.txt"), files.licences.clone()),
    ];
    for (path, source) in [
        ("lib/systemd/system/regain-server.service", "packaging/regain-server.service"),
        ("usr/lib/sysusers.d/regain.conf", "packaging/regain.sysusers"),
        ("etc/default/regain-server", "packaging/regain-server.default"),
        (&format!("{docs}/copyright"), "LICENSE"),
        (&format!("{docs}/CHANGELOG.md"), "CHANGELOG.md"),
        (&format!("{docs}/examples/regain.toml"), "packaging/regain.example.toml"),
    ] {
        all.push(Packed::file(path, read(source)?));
    }
    for (name, content) in &files.manual {
        let path = match name.as_str() {
            "regain-server.1" => "usr/share/man/man1/regain-server.1",
            "regain-server.bash" => "usr/share/bash-completion/completions/regain-server",
            "regain-server.fish" => "usr/share/fish/vendor_completions.d/regain-server.fish",
            "_regain-server" => "usr/share/zsh/vendor-completions/_regain-server",
            other => bail!("{other} has no place in the package"),
        };
        all.push(Packed::file(path, content.clone()));
    }
    for (path, content) in &files.examples {
        all.push(Packed::file(format!("{docs}/examples/{path}"), content.clone()));
    }
    Ok(all)
}

/// The description of the package.
fn control(platform: &Platform, root: &Path) -> Result<String> {
    let size = output_of(Command::new("du").args(["-sk", "--apparent-size"]).arg(root)).context("du cannot be run")?;
    let size = size.split_whitespace().next().unwrap_or("0").to_owned();
    Ok(format!(
        "Package: regain-server\nVersion: {VERSION}\nArchitecture: {}\nMaintainer: The Regain developers <regain@localhost>\n\
         Installed-Size: {size}\nRecommends: systemd, ca-certificates\nSection: admin\nPriority: optional\n\
         Description: account recovery for a sign-in page\n \
         Resets passwords and unlocks accounts of Active Directory, LDAP, a database table or an\n \
         application of your own. After the installation, run\n \
         \"regain-server --config /etc/regain/regain.toml init --state-dir /var/lib/regain\".\n",
        platform.debian
    ))
}

#[cfg(test)]
mod tests {
    use super::{super::examples::examples, *};

    #[test]
    fn the_package_has_the_examples_beside_its_documentation() {
        let files = Files {
            program: b"a program".to_vec(),
            manual: Vec::new(),
            licences: String::new(),
            examples: examples().expect("reads"),
        };
        let installed = installed(&files).expect("reads");
        let docs = "usr/share/doc/regain-server";
        for path in ["copyright", "examples/regain.toml", "examples/grafana.json", "examples/proxies/nginx.conf"] {
            assert!(installed.iter().any(|file| file.path == format!("{docs}/{path}")), "{path} is missing");
        }
        let programs: Vec<_> = installed.iter().filter(|file| file.is_program).map(|file| &file.path).collect();
        assert_eq!(programs, ["usr/bin/regain-server"]);
    }
}
