//! Certificate authorities that outgoing connections trust, and the configuration of TLS made of them. Mail, hooks,
//! providers and services all connect by these.

use std::{
    env, fmt, io,
    path::{Path, PathBuf},
    sync::Arc,
};

use rustls::{
    ClientConfig, RootCertStore,
    crypto::ring,
    pki_types::{
        CertificateDer,
        pem::{self, PemObject as _},
    },
};
use rustls_native_certs::load_native_certs;

/// Variables of the environment that name other authorities than the system's, as OpenSSL has them.
const NAMED_BY_ENVIRONMENT: [&str; 2] = ["SSL_CERT_FILE", "SSL_CERT_DIR"];

/// The authorities that outgoing connections trust; cheap to clone.
#[derive(Clone)]
pub struct TrustedRoots(Arc<Roots>);

struct Roots {
    system: System,
    /// Those of `server.ca_file`, or of a file for one connection.
    own: Vec<CertificateDer<'static>>,
}

/// The authorities of the system.
enum System {
    /// They are trusted, or those that the environment names.
    Loaded(Vec<CertificateDer<'static>>),
    /// There are none: Mozilla's, which are part of the program, take their place.
    Mozilla,
    /// None of them is trusted.
    Ignored,
}

/// Why the authorities cannot be loaded.
#[derive(Debug, thiserror::Error)]
pub enum TrustedRootsError {
    /// Those of the file of `server.ca_file`.
    #[error("server.ca_file: {0}")]
    CaFile(#[from] CaFileError),
    /// The file or folder that the environment names holds no certificate.
    #[error("SSL_CERT_FILE or SSL_CERT_DIR is set and names no certificate that can be used: {0}")]
    Environment(String),
}

/// Why a file of authorities cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum CaFileError {
    /// It cannot be read.
    #[error("cannot read {path}: {source}")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The system's error.
        source: io::Error,
    },
    /// It holds no certificate, or one that cannot be used.
    #[error("{0} must hold certificates as PEM, each beginning with -----BEGIN CERTIFICATE-----")]
    NotCertificates(PathBuf),
}

impl fmt::Debug for TrustedRoots {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TrustedRoots")
            .field("certificates", &self.certificates().count())
            .field("mozilla", &self.are_mozillas())
            .finish()
    }
}

impl TrustedRoots {
    /// The system's authorities, and those of a PEM file where one is given.
    pub fn load(ca_file: Option<&Path>) -> Result<Self, TrustedRootsError> {
        let own = ca_file.map_or(Ok(Vec::new()), authorities)?;
        let loaded = load_native_certs();
        let system: Vec<_> = loaded.certs.into_iter().filter(is_usable).collect();
        if system.is_empty() && NAMED_BY_ENVIRONMENT.iter().any(|name| env::var_os(name).is_some()) {
            let errors: Vec<_> = loaded.errors.iter().map(ToString::to_string).collect();
            return Err(TrustedRootsError::Environment(errors.join("; ")));
        }
        for error in &loaded.errors {
            tracing::warn!(%error, "authorities of the system cannot be loaded");
        }
        if system.is_empty() {
            tracing::info!("this system has no certificate authorities: Mozilla's are trusted");
        }
        let system = if system.is_empty() { System::Mozilla } else { System::Loaded(system) };
        Ok(Self(Arc::new(Roots { system, own })))
    }

    /// The authorities of a PEM file and no others, for a server that is to be vouched for by those alone.
    pub fn only(ca_file: &Path) -> Result<Self, CaFileError> {
        Ok(Self(Arc::new(Roots { system: System::Ignored, own: authorities(ca_file)? })))
    }

    /// The configuration of TLS for a client.
    pub fn client_config(&self) -> Result<ClientConfig, rustls::Error> {
        let mut roots = RootCertStore::empty();
        if self.are_mozillas() {
            roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
        }
        roots.add_parsable_certificates(self.certificates().cloned());
        let builder = ClientConfig::builder_with_provider(ring::default_provider().into());
        Ok(builder.with_safe_default_protocol_versions()?.with_root_certificates(roots).with_no_client_auth())
    }

    /// Tells if Mozilla's authorities are trusted, in the place of a system's that has none.
    pub fn are_mozillas(&self) -> bool {
        matches!(self.0.system, System::Mozilla)
    }

    /// The certificates of the authorities, but for Mozilla's.
    pub fn certificates(&self) -> impl Iterator<Item = &CertificateDer<'static>> {
        let system = if let System::Loaded(certificates) = &self.0.system { certificates.as_slice() } else { &[] };
        system.iter().chain(&self.0.own)
    }
}

/// The certificates of a PEM file; each of them can be used.
pub fn authorities(path: &Path) -> Result<Vec<CertificateDer<'static>>, CaFileError> {
    let not_certificates = || CaFileError::NotCertificates(path.to_owned());
    let parsed = CertificateDer::pem_file_iter(path).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let certificates = parsed.map_err(|error| match error {
        pem::Error::Io(source) => CaFileError::Unreadable { path: path.to_owned(), source },
        _ => not_certificates(),
    })?;
    if certificates.is_empty() || !certificates.iter().all(is_usable) {
        return Err(not_certificates());
    }
    Ok(certificates)
}

/// Tells if a certificate can be an authority's.
fn is_usable(certificate: &CertificateDer<'static>) -> bool {
    RootCertStore::empty().add(certificate.clone()).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_of_authorities_is_read_whole_or_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("ca.pem");
        let authority = || rcgen::generate_simple_self_signed(["ca.example".to_owned()]).expect("signs").cert.pem();
        let two = format!("# Ours\n{}\n{}", authority(), authority());
        std::fs::write(&path, &two).expect("writes");
        assert_eq!(authorities(&path).expect("reads").len(), 2);
        for text in ["", "no certificate", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"] {
            std::fs::write(&path, text).expect("writes");
            let error = authorities(&path).expect_err("not certificates").to_string();
            assert!(error.contains("ca.pem must hold certificates"), "{error}");
        }
        let error = authorities(&folder.path().join("none")).expect_err("is not there").to_string();
        assert!(error.starts_with("cannot read "), "{error}");
    }
}
