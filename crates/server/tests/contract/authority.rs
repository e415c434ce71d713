//! An organisation's own certificate authority, and the TLS of a server on this machine that it vouches for.

use std::{
    io::Write as _,
    sync::{Arc, LazyLock},
};

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use regain_server::adapters::TrustedRoots;
use tempfile::NamedTempFile;
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        ServerConfig, crypto,
        pki_types::{PrivateKeyDer, pem::PemObject as _},
    },
};

/// An authority that nobody else knows.
pub(crate) struct Authority {
    ca_file: NamedTempFile,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    pub(crate) fn new() -> Self {
        let mut params = CertificateParams::new(Vec::new()).expect("no names");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().expect("a key");
        let pem = params.self_signed(&key).expect("signs").pem();
        let mut ca_file = NamedTempFile::new().expect("a file");
        ca_file.write_all(pem.as_bytes()).expect("writes");
        Self { ca_file, issuer: Issuer::new(params, key) }
    }

    /// The roots of a server whose `server.ca_file` names this authority.
    pub(crate) fn trusted(&self) -> TrustedRoots {
        TrustedRoots::load(Some(self.ca_file.path())).expect("loads")
    }

    /// The TLS of a server with a certificate for `localhost`.
    pub(crate) fn acceptor(&self) -> TlsAcceptor {
        let key = KeyPair::generate().expect("a key");
        let params = CertificateParams::new(["localhost".to_owned()]).expect("a name");
        let certificate = params.signed_by(&key, &self.issuer).expect("signs").der().clone();
        let key = PrivateKeyDer::from_pem_slice(key.serialize_pem().as_bytes()).expect("is PEM");
        let config = ServerConfig::builder_with_provider(Arc::new(crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("has versions")
            .with_no_client_auth()
            .with_single_cert(vec![certificate], key)
            .expect("fits together");
        TlsAcceptor::from(Arc::new(config))
    }
}

/// The roots of a server that names no authority of its own.
pub(crate) fn trusted() -> TrustedRoots {
    static SYSTEM: LazyLock<TrustedRoots> = LazyLock::new(|| TrustedRoots::load(None).expect("loads"));
    SYSTEM.clone()
}
