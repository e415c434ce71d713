//! Debian packages of servers, installed where they are missing.

use std::{fs, path::Path};

use anyhow::Result;

use crate::{paths, tools};

/// Installs the proxies that the server's tests put in front of it, and the client that asks through them.
pub(crate) fn proxies() -> Result<()> {
    proxy()?;
    let packages = [("apache2", "apache2-bin"), ("haproxy", "haproxy"), ("caddy", "caddy")];
    install("Apache, HAProxy and Caddy", "about 10 s, once", &packages)
}

/// Installs nginx and the client.
pub(crate) fn proxy() -> Result<()> {
    install("nginx", "some seconds, once", &[("nginx", "nginx-light"), ("curl", "curl")])
}

/// Installs the directories and databases that adapters are tested with.
pub(crate) fn real_servers() -> Result<()> {
    directories()?;
    install("MariaDB", "about 30 s, once", &[("mariadbd", "mariadb-server")])?;
    postgresql()
}

/// Installs PostgreSQL.
pub(crate) fn postgresql() -> Result<()> {
    // Debian keeps its server off the path, in a folder for each version.
    let mut versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    if versions.any(|version| version.path().join("bin/postgres").is_file()) {
        return Ok(());
    }
    tools::apt_install("Installing PostgreSQL", "about 15 s, once", &["postgresql"])
}

/// Installs Samba and OpenLDAP.
pub(crate) fn directories() -> Result<()> {
    let packages = [("samba", "samba"), ("ldbmodify", "ldb-tools"), ("slapd", "slapd"), ("ldapmodify", "ldap-utils")];
    install("Samba and OpenLDAP", "about 30 s, once", &packages)?;
    // Parts of Samba that have no program of their own.
    let is_whole = Path::new("/usr/share/samba/setup").is_dir()
        && ["ldb/samba_dsdb.so", "vfs/acl_xattr.so"].into_iter().all(has_samba_module);
    if is_whole {
        return Ok(());
    }
    let parts = ["samba-ad-provision", "samba-dsdb-modules", "samba-vfs-modules"];
    tools::apt_install("Installing Samba's domain controller", "about 10 s, once", &parts)
}

/// Tells if Samba has a module, in the libraries of this machine's kind.
fn has_samba_module(name: &str) -> bool {
    let mut libraries = fs::read_dir("/usr/lib").into_iter().flatten().flatten();
    libraries.any(|library| library.path().join("samba").join(name).is_file())
}

/// Installs the packages of programs that are missing.
fn install(what: &str, takes: &str, packages: &[(&str, &'static str)]) -> Result<()> {
    let is_there = |name: &str| {
        paths::on_path(name).is_some()
            || ["/usr/sbin", "/usr/local/sbin"].iter().any(|dir| Path::new(dir).join(name).is_file())
    };
    let missing: Vec<_> =
        packages.iter().filter_map(|&(program, package)| (!is_there(program)).then_some(package)).collect();
    if missing.is_empty() { Ok(()) } else { tools::apt_install(&format!("Installing {what}"), takes, &missing) }
}
