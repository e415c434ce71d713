//! A certificate authority that nobody else knows, and a certificate of it for a loopback address.

use std::{
    fs::{self, OpenOptions},
    io::Write as _,
    net::Ipv4Addr,
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
};

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair, KeyUsagePurpose};

/// Files of an authority and of a server that it vouches for, as PEM.
#[derive(Debug, Clone)]
pub struct Certificates {
    /// The authority's certificate: what clients trust.
    pub authority: PathBuf,
    /// The server's certificate.
    pub certificate: PathBuf,
    /// The server's key, for its owner alone.
    pub key: PathBuf,
}

impl Certificates {
    /// Makes an authority, and a certificate for `localhost` and an address.
    pub fn make(folder: &Path, address: Ipv4Addr) -> Self {
        fs::create_dir_all(folder).expect("a folder");
        let mut authority = CertificateParams::new(Vec::new()).expect("no names");
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        authority.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let authority_key = KeyPair::generate().expect("a key");
        let authority_pem = authority.self_signed(&authority_key).expect("signs").pem();
        let issuer = Issuer::new(authority, authority_key);
        let key = KeyPair::generate().expect("a key");
        let names = ["localhost".to_owned(), address.to_string()];
        let certificate = CertificateParams::new(names).expect("names").signed_by(&key, &issuer).expect("signs");
        let files = Self {
            authority: folder.join("ca.pem"),
            certificate: folder.join("server.pem"),
            key: folder.join("server.key"),
        };
        write(&files.authority, &authority_pem);
        write(&files.certificate, &certificate.pem());
        write(&files.key, &key.serialize_pem());
        files
    }
}

/// Writes a file that its owner alone may read.
pub fn write(path: &Path, text: &str) {
    let mut options = OpenOptions::new();
    let mut file = options.write(true).create(true).truncate(true).mode(0o600).open(path).expect("opens");
    file.write_all(text.as_bytes()).expect("writes");
}
