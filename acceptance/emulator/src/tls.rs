//! HTTPS on the same port, for clients that speak nothing else, as the vendor's CLI.
//!
//! The certificate is made for this run and signed by an authority made for this run, whose own
//! certificate lies at `/_emulator/ca.pem`. Nothing is made before it is needed.

use std::sync::{Arc, OnceLock};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DnType, ExtendedKeyUsagePurpose, IsCa,
    KeyPair, KeyUsagePurpose,
};
use rustls::ServerConfig;
use rustls::crypto::ring::default_provider;
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer};
use tokio_rustls::TlsAcceptor;

use crate::server::DOMAIN;

/// The first byte of a TLS connection; no HTTP method starts with it.
pub const HANDSHAKE: u8 = 0x16;

const PEM_LINE: usize = 64;

/// What the server proves itself with.
#[derive(Default)]
pub struct Identity(OnceLock<Option<Made>>);

struct Made {
    acceptor: TlsAcceptor,
    authority: String,
}

/// Why there is no certificate.
#[derive(Debug, thiserror::Error)]
enum TlsError {
    #[error("cannot make a certificate: {0}")]
    Certificate(#[from] rcgen::Error),
    #[error("cannot use the certificate: {0}")]
    Config(#[from] rustls::Error),
}

impl Identity {
    /// What takes TLS connections; `None` when no certificate could be made.
    #[must_use]
    pub fn acceptor(&self) -> Option<&TlsAcceptor> {
        self.made().map(|made| &made.acceptor)
    }

    /// The authority's certificate, in PEM.
    #[must_use]
    pub fn authority(&self) -> Option<&str> {
        self.made().map(|made| made.authority.as_str())
    }

    fn made(&self) -> Option<&Made> {
        let make = || make().inspect_err(|error| tracing::error!(%error, "no HTTPS")).ok();
        self.0.get_or_init(make).as_ref()
    }
}

fn make() -> Result<Made, TlsError> {
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params.distinguished_name.push(DnType::CommonName, "tencentcloud-emulator");
    let authority = CertifiedIssuer::self_signed(params, KeyPair::generate()?)?;

    let names = ["localhost", "127.0.0.1", "::1", DOMAIN, &format!("*.{DOMAIN}")];
    let mut params = CertificateParams::new(names.map(str::to_owned))?;
    params.use_authority_key_identifier_extension = true;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    let key = KeyPair::generate()?;
    let certificate = params.signed_by(&key, &authority)?;

    let key = PrivatePkcs8KeyDer::from(key.serialize_der());
    let mut config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key.into())?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    let acceptor = TlsAcceptor::from(Arc::new(config));
    Ok(Made { acceptor, authority: pem(authority.der()) })
}

fn pem(certificate: &CertificateDer<'_>) -> String {
    let mut text = String::from("-----BEGIN CERTIFICATE-----\n");
    let base64 = STANDARD.encode(certificate);
    let mut rest = base64.as_str();
    while !rest.is_empty() {
        let (line, after) = rest.split_at(rest.len().min(PEM_LINE));
        text.push_str(line);
        text.push('\n');
        rest = after;
    }
    text + "-----END CERTIFICATE-----\n"
}
