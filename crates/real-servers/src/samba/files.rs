//! A domain's files, and the tools that write them, whether a controller runs on them or not.

use std::{
    fmt::Write as _,
    fs,
    net::Ipv4Addr,
    path::{Path, PathBuf},
    process::Command,
};

use crate::{
    authority::{self, Certificates},
    process::{program, run},
};

/// The domain's NetBIOS name.
pub const DOMAIN: &str = "REGAIN";

pub(super) const PACKAGE: &str = "samba samba-ad-provision samba-dsdb-modules samba-vfs-modules ldb-tools";

/// Runs `samba-tool` on a domain's files.
pub(super) fn tool(folder: &Path, arguments: &[&str]) {
    let mut tool = Command::new(program("samba-tool", PACKAGE));
    tool.args(arguments).arg("-s").arg(configuration_file(folder));
    run(&mut tool).expect("is done");
}

pub(super) fn modify(folder: &Path, ldif: &str, options: &[&str]) {
    let file = tempfile::NamedTempFile::new().expect("a file");
    fs::write(&file, ldif).expect("writes");
    let mut modify = Command::new(program("ldbmodify", PACKAGE));
    modify.args(options).arg("-H").arg(database(folder)).arg(file.path());
    run(&mut modify).expect("is changed");
}

pub(super) fn database(folder: &Path) -> PathBuf {
    folder.join("private/sam.ldb")
}

pub(super) fn configuration_file(folder: &Path) -> PathBuf {
    folder.join("etc/dc.conf")
}

/// The part of the configuration that a running controller needs and its files do not.
pub(super) struct Tls<'a> {
    pub(super) certificates: &'a Certificates,
    pub(super) former_password_minutes: u32,
}

/// Writes the configuration anew, with the paths of this folder.
pub(super) fn write_configuration(folder: &Path, address: Ipv4Addr, tls: Option<&Tls<'_>>) {
    for name in ["run", "ncalrpc", "cache"] {
        fs::create_dir_all(folder.join(name)).expect("a folder");
    }
    let at = folder.display();
    let mut text = format!(
        "[global]
netbios name = DC1
realm = AD.REGAIN.TEST
workgroup = {DOMAIN}
server role = active directory domain controller
server services = ldap
interfaces = {address}/8
bind interfaces only = yes
private dir = {at}/private
state directory = {at}/state
lock directory = {at}
cache directory = {at}/cache
pid directory = {at}/run
ncalrpc dir = {at}/ncalrpc
logging = file
log file = {at}/log.%m
ldap server require strong auth = no
"
    );
    if let Some(Tls { certificates: Certificates { authority, certificate, key }, former_password_minutes }) = tls {
        let (authority, certificate, key) = (authority.display(), certificate.display(), key.display());
        write!(
            text,
            "tls enabled = yes\ntls cafile = {authority}\ntls certfile = {certificate}\ntls keyfile = {key}
old password allowed period = {former_password_minutes}\n"
        )
        .expect("a text");
    }
    write!(text, "[sysvol]\npath = {at}/state/sysvol\nread only = No\n").expect("a text");
    authority::write(&configuration_file(folder), &text);
}

/// A text as `unicodePwd` takes it in LDIF.
pub(super) fn base64_utf16(text: &str) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let bytes: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let mut encoded = String::new();
    for chunk in bytes.chunks(3) {
        let group = chunk.iter().fold(0_u32, |group, byte| group << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
        for place in 0..4 {
            let digit = DIGITS[(group >> (18 - 6 * place) & 0x3f) as usize];
            encoded.push(if place <= chunk.len() { char::from(digit) } else { '=' });
        }
    }
    encoded
}
