//! The places of a configuration, and of what belongs to it, where none is named.

use std::path::{Path, PathBuf};

/// The configuration in the folder that a command runs in.
const IN_FOLDER: &str = "regain.toml";

/// The configuration of an installed package, and the folder of its database and key.
const INSTALLED: &str = "/etc/regain/regain.toml";
const STATE: &str = "/var/lib/regain";

/// The configuration: the one in this folder, or the one of a package.
pub(crate) fn configuration() -> PathBuf {
    first(Path::new(IN_FOLDER), Path::new(INSTALLED))
}

/// Tells if a configuration is the one of a package.
pub(crate) fn is_installed(config: &Path) -> bool {
    config == Path::new(INSTALLED)
}

/// The folder of the database and the key, where a configuration is a package's.
pub(crate) fn state(config: &Path) -> Option<PathBuf> {
    let folder = Path::new(STATE);
    (is_installed(config) && folder.is_dir()).then(|| folder.to_owned())
}

/// The folder of a package is there before its file is.
fn first(in_folder: &Path, installed: &Path) -> PathBuf {
    let is_installed = !in_folder.exists() && installed.parent().is_some_and(Path::is_dir);
    if is_installed { installed } else { in_folder }.to_owned()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn a_configuration_that_nobody_names_is_this_folders_or_the_packages() {
        let folder = tempfile::tempdir().expect("a folder");
        let (here, installed) = (folder.path().join("regain.toml"), folder.path().join("etc/regain.toml"));
        assert_eq!(first(&here, &installed), here, "nothing is installed");
        fs::create_dir(folder.path().join("etc")).expect("makes a folder");
        assert_eq!(first(&here, &installed), installed, "a package is, without its configuration yet");
        fs::write(&here, "").expect("writes");
        assert_eq!(first(&here, &installed), here, "this folder's own comes first");
    }
}
