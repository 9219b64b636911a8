//! Mutual TLS with Terraform: both sides hold a certificate made for this one process.
//!
//! Terraform sends its certificate in the environment and presents it in the handshake: a
//! self-signed P-521 certificate that is also an authority. Neither ring (no P-521) nor webpki (no
//! authorities as end entities) accepts it, so the certificate is pinned byte by byte and the
//! P-521 signature is checked with the `p521` crate.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use p521::ecdsa::signature::Verifier;
use p521::ecdsa::{Signature, VerifyingKey};
use rustls::crypto::{WebPkiSupportedAlgorithms, ring};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{
    AlgorithmIdentifier, CertificateDer, InvalidSignature, PrivateKeyDer,
    SignatureVerificationAlgorithm, UnixTime, alg_id,
};
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::{
    DigitallySignedStruct, DistinguishedName, ServerConfig, SignatureScheme, client, crypto,
};

/// The server's side of the connection, and its certificate as the handshake line carries it.
pub struct ServerSide {
    /// The configuration of the server.
    pub config: Arc<ServerConfig>,
    /// The certificate: DER in base64 without padding.
    pub certificate: String,
}

/// Why no server side could be made.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// `PLUGIN_CLIENT_CERT` is not a certificate.
    #[error("PLUGIN_CLIENT_CERT does not hold a certificate")]
    ClientCertificate(#[source] rustls::pki_types::pem::Error),
    /// No certificate could be made.
    #[error("cannot make a certificate")]
    Certificate(#[from] rcgen::Error),
    /// The certificate cannot be used.
    #[error("cannot set TLS up")]
    Setup(#[from] rustls::Error),
}

/// Makes a certificate for this process and accepts one client: the holder of `client`, a
/// certificate in PEM.
///
/// # Errors
/// [`TlsError`] where `client` is not a certificate.
pub fn server_side(client: &str) -> Result<ServerSide, TlsError> {
    let client = CertificateDer::from_pem_slice(client.as_bytes());
    let client = client.map_err(TlsError::ClientCertificate)?;
    let own = rcgen::generate_simple_self_signed(["localhost".to_owned()])?;
    let certificate = STANDARD_NO_PAD.encode(own.cert.der());
    let key = PrivateKeyDer::Pkcs8(own.signing_key.serialize_der().into());
    let provider = Arc::new(ring::default_provider());
    let others = provider.signature_verification_algorithms;
    let pinned = Arc::new(Pinned { client, others });
    let mut config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_client_cert_verifier(pinned)
        .with_single_cert(vec![own.cert.der().clone()], key)?;
    config.alpn_protocols = vec![b"h2".to_vec()];
    Ok(ServerSide { config: Arc::new(config), certificate })
}

/// What Terraform signs with.
static P521: WebPkiSupportedAlgorithms = WebPkiSupportedAlgorithms {
    all: &[&P521_SHA512],
    mapping: &[(SignatureScheme::ECDSA_NISTP521_SHA512, &[&P521_SHA512])],
};

static P521_SHA512: P521Sha512 = P521Sha512;

/// ECDSA on P-521 with SHA-512.
#[derive(Debug)]
struct P521Sha512;

impl SignatureVerificationAlgorithm for P521Sha512 {
    fn verify_signature(
        &self,
        public_key: &[u8],
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), InvalidSignature> {
        let key = VerifyingKey::from_sec1_bytes(public_key).map_err(|_| InvalidSignature)?;
        let signature = Signature::from_der(signature).map_err(|_| InvalidSignature)?;
        key.verify(message, &signature).map_err(|_| InvalidSignature)
    }

    fn public_key_alg_id(&self) -> AlgorithmIdentifier {
        alg_id::ECDSA_P521
    }

    fn signature_alg_id(&self) -> AlgorithmIdentifier {
        alg_id::ECDSA_SHA512
    }
}

/// Accepts exactly one certificate.
#[derive(Debug)]
struct Pinned {
    client: CertificateDer<'static>,
    /// What ring verifies: other tools than Terraform use smaller curves.
    others: WebPkiSupportedAlgorithms,
}

impl Pinned {
    fn algorithms(&self, scheme: SignatureScheme) -> &WebPkiSupportedAlgorithms {
        match scheme {
            SignatureScheme::ECDSA_NISTP521_SHA512 => &P521,
            _ => &self.others,
        }
    }
}

impl ClientCertVerifier for Pinned {
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn verify_client_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _now: UnixTime,
    ) -> Result<ClientCertVerified, rustls::Error> {
        if *end_entity == self.client {
            return Ok(ClientCertVerified::assertion());
        }
        Err(rustls::CertificateError::ApplicationVerificationFailure.into())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<client::danger::HandshakeSignatureValid, rustls::Error> {
        crypto::verify_tls12_signature(message, cert, dss, self.algorithms(dss.scheme))
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<client::danger::HandshakeSignatureValid, rustls::Error> {
        crypto::verify_tls13_signature(message, cert, dss, self.algorithms(dss.scheme))
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        [P521.supported_schemes(), self.others.supported_schemes()].concat()
    }
}
