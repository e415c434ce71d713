//! Certificate authorities that the directory's servers are trusted by.

use std::{path::Path, sync::Arc};

use rustls::{
    ClientConfig, RootCertStore,
    crypto::ring,
    pki_types::{CertificateDer, pem::PemObject as _},
};

/// The configuration of TLS: by the authorities of a PEM file alone where one is given, or else as `outgoing` has it.
pub(crate) fn client_config(ca_file: Option<&Path>, outgoing: ClientConfig) -> Result<Arc<ClientConfig>, String> {
    let Some(path) = ca_file else { return Ok(Arc::new(outgoing)) };
    let builder = ClientConfig::builder_with_provider(ring::default_provider().into());
    let builder = builder.with_safe_default_protocol_versions().map_err(|error| error.to_string())?;
    Ok(Arc::new(builder.with_root_certificates(roots(path)?).with_no_client_auth()))
}

/// The authorities of a PEM file; each of them can be used.
pub(crate) fn roots(path: &Path) -> Result<RootCertStore, String> {
    let mut roots = RootCertStore::empty();
    for authority in authorities(path)? {
        roots.add(authority).map_err(|_| not_certificates(path))?;
    }
    Ok(roots)
}

/// The certificates of a PEM file.
fn authorities(path: &Path) -> Result<Vec<CertificateDer<'static>>, String> {
    let text = std::fs::read(path).map_err(|error| format!("cannot read {}: {error}", path.display()))?;
    let parsed: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&text).collect();
    parsed.ok().filter(|certificates| !certificates.is_empty()).ok_or_else(|| not_certificates(path))
}

fn not_certificates(path: &Path) -> String {
    format!("{} must hold certificates as PEM, each beginning with -----BEGIN CERTIFICATE-----", path.display())
}
