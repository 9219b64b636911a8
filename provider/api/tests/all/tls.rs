//! HTTPS: only a server that the system trusts is talked to.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::PrivateKeyDer;
use serde_json::json;
use tencentcloud_api::{Client, Error, sts};
use tokio_rustls::TlsAcceptor;

use crate::alone;
use crate::server::{Reply, Server, config};

const IDENTITY: sts::GetCallerIdentityRequest = sts::GetCallerIdentityRequest {};

/// A server with a certificate that nobody knows, and that certificate in PEM.
async fn server() -> (Server, String) {
    let CertifiedKey { cert, signing_key } =
        generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let key = PrivateKeyDer::try_from(signing_key.serialize_der()).unwrap();
    let tls = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![cert.der().clone()], key)
        .unwrap();
    let script = |_: &_| Reply::Done(json!({ "AccountId": "100000000001" }));
    let server = Server::start_tls(TlsAcceptor::from(Arc::new(tls)), script).await;
    let body = STANDARD.encode(cert.der());
    (server, format!("-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----\n"))
}

#[tokio::test]
async fn a_server_with_an_unknown_certificate_gets_no_request() {
    let (server, _) = server().await;
    let error = sts::get_caller_identity(&server.client(), &IDENTITY).await.unwrap_err();
    assert!(matches!(error, Error::Transport { .. }), "{error:?}");
    assert!(error.explain().contains("UnknownIssuer"), "{}", error.explain());
    assert!(server.requests().is_empty());
}

/// The trusted certificates are the system's, which `SSL_CERT_FILE` replaces for one process.
#[tokio::test]
async fn a_server_that_the_system_trusts_is_asked() {
    const URL: &str = "TENCENTCLOUD_API_TEST_URL";
    if alone::inside() {
        let client = Client::new(config(&std::env::var(URL).unwrap()));
        let identity = sts::get_caller_identity(&client, &IDENTITY).await.unwrap();
        assert_eq!(identity.account_id, "100000000001");
        return;
    }
    let (server, certificate) = server().await;
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), certificate).unwrap();
    let variables = [("SSL_CERT_FILE", file.path().to_str().unwrap()), (URL, &*server.url)];
    alone::run("tls::a_server_that_the_system_trusts_is_asked", &variables).await;
}
