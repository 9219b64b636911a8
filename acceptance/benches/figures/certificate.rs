//! A certificate as Terraform makes one for each plugin: self-signed, on the curve P-521.
//!
//! It matters for the figures: ring does not know the curve, and the provider checks its signature
//! with other code. What makes certificates here does not know it either, so that this one is
//! written byte by byte; of its fields only the key matters.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use p521::ecdsa::signature::Signer as _;
use p521::ecdsa::{Signature, SigningKey, VerifyingKey};
use p521::elliptic_curve::rand_core::OsRng;
use rustls::pki_types::CertificateDer;
use rustls::sign::{CertifiedKey, Signer, SigningKey as TlsKey};
use rustls::{SignatureAlgorithm, SignatureScheme};

const SEQUENCE: u8 = 0x30;
const INTEGER: u8 = 0x02;
const BITS: u8 = 0x03;
const TIME: u8 = 0x17;
const VERSION: u8 = 0xa0;

/// The object identifiers `ecdsa-with-SHA512`, `ecPublicKey` and `secp521r1`.
const ECDSA_SHA512: &[u8] = &[6, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 4, 3, 4];
const EC_KEY: &[u8] = &[6, 7, 0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1];
const CURVE: &[u8] = &[6, 5, 0x2b, 0x81, 4, 0, 0x23];

/// A certificate and its key.
#[derive(Clone)]
pub struct Identity {
    /// The certificate.
    pub certificate: CertificateDer<'static>,
    key: P521,
}

impl Identity {
    /// A new one.
    pub fn new() -> Identity {
        let key = SigningKey::random(&mut OsRng);
        let point = VerifyingKey::from(&key).to_encoded_point(false);
        let algorithm = der(SEQUENCE, &[ECDSA_SHA512]);
        let nobody = der(SEQUENCE, &[]);
        let to_sign = der(
            SEQUENCE,
            &[
                &der(VERSION, &[&der(INTEGER, &[&[2]])]),
                &der(INTEGER, &[&[1]]),
                &algorithm,
                &nobody,
                &der(SEQUENCE, &[&der(TIME, &[b"200101000000Z"]), &der(TIME, &[b"491231235959Z"])]),
                &nobody,
                &der(
                    SEQUENCE,
                    &[&der(SEQUENCE, &[EC_KEY, CURVE]), &der(BITS, &[&[0], point.as_bytes()])],
                ),
            ],
        );
        let signature: Signature = key.sign(&to_sign);
        let signature = der(BITS, &[&[0], signature.to_der().as_bytes()]);
        let certificate = der(SEQUENCE, &[&to_sign, &algorithm, &signature]).into();
        Identity { certificate, key: P521 { key, spent: Arc::default() } }
    }

    /// How long this side has taken to sign since it was asked last.
    pub fn spent(&self) -> Duration {
        std::mem::take(&mut self.key.spent.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// What TLS uses.
    pub fn certified(&self) -> CertifiedKey {
        CertifiedKey::new(vec![self.certificate.clone()], Arc::new(self.key.clone()))
    }
}

fn der(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let content = parts.concat();
    let length = content.len();
    let mut out = vec![tag];
    match u8::try_from(length) {
        Ok(short) if short < 0x80 => out.push(short),
        Ok(byte) => out.extend([0x81, byte]),
        Err(_) => {
            let length = u16::try_from(length).expect("a certificate is short").to_be_bytes();
            out.extend([0x82, length[0], length[1]]);
        }
    }
    [out, content].concat()
}

/// A key that TLS signs with, and how long that has taken.
#[derive(Clone)]
struct P521 {
    key: SigningKey,
    spent: Arc<Mutex<Duration>>,
}

impl std::fmt::Debug for P521 {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("P521")
    }
}

impl TlsKey for P521 {
    fn choose_scheme(&self, offered: &[SignatureScheme]) -> Option<Box<dyn Signer>> {
        offered.contains(&self.scheme()).then(|| Box::new(self.clone()) as Box<dyn Signer>)
    }

    fn algorithm(&self) -> SignatureAlgorithm {
        SignatureAlgorithm::ECDSA
    }
}

impl Signer for P521 {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, rustls::Error> {
        let start = Instant::now();
        let signature: Signature = self.key.sign(message);
        *self.spent.lock().unwrap_or_else(PoisonError::into_inner) += start.elapsed();
        Ok(signature.to_der().as_bytes().to_vec())
    }

    fn scheme(&self) -> SignatureScheme {
        SignatureScheme::ECDSA_NISTP521_SHA512
    }
}
