//! TLS ends at the load balancer (R24): which certificate clients are shown, and which they show.

use std::collections::HashMap;
use std::sync::Arc;

use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert, WebPkiClientVerifier};
use rustls::sign::CertifiedKey;
use rustls::{RootCertStore, ServerConfig};

use crate::clb::certificate::{self, Binding, Certificate};
use crate::clb::listener::{Listener, Protocol};
use crate::clb::rule::Rule;
use crate::store::Scope;

/// How a listener speaks TLS; `None` for one that does not.
///
/// # Errors
/// A sentence, when it cannot be served: a certificate is not in this cloud, or is broken.
pub(super) fn config(
    here: &Scope<'_>,
    listener: &Listener,
    rules: &[(String, Rule)],
) -> Result<Option<Arc<ServerConfig>>, String> {
    if listener.protocol != Protocol::Https {
        return Ok(None);
    }
    let mut shown = Shown { usual: None, by_name: HashMap::new() };
    if let Some(binding) = &listener.certificate {
        shown.usual = Some(first_of(here, binding)?);
    }
    for (_, rule) in rules {
        let Some(binding) = &rule.certificate else { continue };
        let key = first_of(here, binding)?;
        for domain in &rule.domains {
            shown.by_name.insert(domain.to_ascii_lowercase(), Arc::clone(&key));
        }
    }
    let builder = ServerConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?;
    let builder = match listener.certificate.as_ref().filter(|it| it.mode == "MUTUAL") {
        None => builder.with_no_client_auth(),
        Some(binding) => {
            let roots = Arc::new(roots(here, binding)?);
            let verifier = WebPkiClientVerifier::builder_with_provider(roots, provider());
            let verifier = match binding.verify.as_str() {
                "OPTIONAL" => verifier.allow_unauthenticated(),
                _ => verifier,
            };
            builder.with_client_cert_verifier(verifier.build().map_err(|e| e.to_string())?)
        }
    };
    let mut config = builder.with_cert_resolver(Arc::new(shown));
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Some(Arc::new(config)))
}

/// Whether a certificate and its key can be used; for a certificate without a key, whether it can
/// be read.
///
/// # Errors
/// What is wrong.
pub fn check_certificate(certificate: &Certificate) -> Result<(), String> {
    if certificate.key.is_empty() {
        return chain(certificate).map(drop);
    }
    certified(certificate).map(drop)
}

fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}

fn stored(here: &Scope<'_>, id: &str) -> Result<Certificate, String> {
    let found = certificate::find(here, id).map_err(|error| error.to_string())?;
    found.ok_or_else(|| format!("there is no certificate {id} in this cloud"))
}

fn first_of(here: &Scope<'_>, binding: &Binding) -> Result<Arc<CertifiedKey>, String> {
    let id = binding.ids.first().map(String::as_str).unwrap_or_default();
    certified(&stored(here, id)?).map(Arc::new)
}

fn roots(here: &Scope<'_>, binding: &Binding) -> Result<RootCertStore, String> {
    let certificate = stored(here, binding.ca.as_deref().unwrap_or_default())?;
    let mut roots = RootCertStore::empty();
    for one in chain(&certificate)? {
        roots.add(one).map_err(|error| error.to_string())?;
    }
    Ok(roots)
}

fn chain(certificate: &Certificate) -> Result<Vec<CertificateDer<'static>>, String> {
    let all = CertificateDer::pem_slice_iter(certificate.chain.as_bytes());
    let chain = all.collect::<Result<Vec<_>, _>>().map_err(|error| error.to_string())?;
    if chain.is_empty() {
        return Err("it holds no certificate in PEM".to_owned());
    }
    Ok(chain)
}

fn certified(certificate: &Certificate) -> Result<CertifiedKey, String> {
    let key = PrivateKeyDer::from_pem_slice(certificate.key.as_bytes())
        .map_err(|error| format!("its key is not readable: {error}"))?;
    CertifiedKey::from_der(chain(certificate)?, key, &provider())
        .map_err(|error| format!("certificate and key do not fit: {error}"))
}

/// The certificates of a listener.
#[derive(Debug)]
struct Shown {
    usual: Option<Arc<CertifiedKey>>,
    by_name: HashMap<String, Arc<CertifiedKey>>,
}

impl ResolvesServerCert for Shown {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let name = hello.server_name().map(str::to_ascii_lowercase);
        let own = name.as_ref().and_then(|name| {
            let (_, parent) = name.split_once('.')?;
            self.by_name.get(name).or_else(|| self.by_name.get(&format!("*.{parent}")))
        });
        own.or(self.usual.as_ref()).or_else(|| self.by_name.values().next()).cloned()
    }
}
