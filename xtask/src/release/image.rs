//! The image: the program alone, run by nobody in particular, over a file system that it does not write to.

use std::{fs, path::Path, process::Command};

use anyhow::{Context, Result};

use super::program::{Platform, Program, VERSION};
use crate::{
    paths,
    run::step,
    tarball::{Packed, TIME, bundled},
    tools::apt_install,
};

/// Makes `regain-server-<version>-<platform>.oci.tar`.
pub(super) fn make(platform: &Platform, program: &Program, folder: &Path) -> Result<()> {
    if paths::on_path("buildah").is_none() {
        apt_install("Installing what makes images", "about 20 s, once", &["buildah"])?;
    }
    let work = paths::target().join("xtask/image");
    let _ = fs::remove_dir_all(&work);
    let root = work.join("root");
    let state = work.join("state");
    fs::create_dir_all(state.join("regain"))?;
    fs::create_dir_all(root.join("etc/regain"))?;
    fs::copy(&program.path, root.join("regain-server")).context("the program cannot be copied")?;
    fs::write(root.join("etc/passwd"), "regain:x:65532:65532::/var/lib/regain:/\n")?;
    fs::write(root.join("etc/group"), "regain:x:65532:\n")?;
    let layout = work.join("layout");
    let script = format!(
        "set -e\n\
         made=$(buildah from --arch {arch} scratch)\n\
         buildah copy --quiet \"$made\" '{root}' / >/dev/null\n\
         buildah copy --quiet --chown 65532:65532 \"$made\" '{state}' /var/lib >/dev/null\n\
         buildah config --arch {arch} --user 65532:65532 --workingdir /var/lib/regain --port 8080 \\\n\
         --volume /var/lib/regain --entrypoint '[\"/regain-server\", \"--config\", \"/etc/regain/regain.toml\"]' \\\n\
         --healthcheck 'CMD [\"/regain-server\", \"--config\", \"/etc/regain/regain.toml\", \"health\"]' \\\n\
         --label org.opencontainers.image.title=regain-server --label org.opencontainers.image.version={VERSION} \\\n\
         --label org.opencontainers.image.licenses=MIT --created-by regain \"$made\"\n\
         buildah commit --quiet --disable-compression=false --timestamp {TIME} --rm \"$made\" 'oci:{layout}:regain-server:{VERSION}'\n",
        arch = platform.image,
        root = root.display(),
        state = state.display(),
        layout = layout.display(),
    );
    let mut command = Command::new("sh");
    command.args(["-c", &script]).env("STORAGE_DRIVER", "vfs").env("BUILDAH_ISOLATION", "chroot");
    command.env("BUILDAH_FORMAT", "oci");
    step("Making the image", "some seconds", &mut command)?;
    // Buildah's own archives have the time in them.
    let archive = folder.join(format!("regain-server-{VERSION}-{}.oci.tar", platform.name));
    let mut files = Vec::new();
    gather(&layout, "", &mut files)?;
    fs::write(&archive, bundled(files)?).with_context(|| format!("{} cannot be written", archive.display()))
}

/// Adds the files of a folder and of those in it, by their paths from the first.
fn gather(folder: &Path, below: &str, files: &mut Vec<Packed>) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let path = format!("{below}{}", entry.file_name().to_string_lossy());
        if entry.file_type()?.is_dir() {
            gather(&entry.path(), &format!("{path}/"), files)?;
        } else {
            files.push(Packed::file(path, fs::read(entry.path())?));
        }
    }
    Ok(())
}
