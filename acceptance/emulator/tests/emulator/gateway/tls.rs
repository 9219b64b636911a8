//! HTTPS ends at the load balancer (R24, R28).

use std::io::{BufReader, Read, Write};
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rcgen::{CertificateParams, KeyPair};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use serde_json::json;

use super::{ECHO, connect};
use crate::clb::{Place, User, text};
use crate::scf;

/// A certificate that signs itself: its PEM, its key's PEM, and itself.
fn certificate(name: &str) -> (String, String, CertificateDer<'static>) {
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(vec![name.to_owned()]).unwrap();
    let certificate = params.self_signed(&key).unwrap();
    let der = certificate.der().clone();
    (pem("CERTIFICATE", &der), pem("PRIVATE KEY", &key.serialize_der()), der)
}

fn pem(label: &str, der: &[u8]) -> String {
    let text = STANDARD.encode(der);
    let lines = text.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap());
    let lines = lines.collect::<Vec<_>>().join("\n");
    format!("-----BEGIN {label}-----\n{lines}\n-----END {label}-----\n")
}

/// GETs / over TLS, trusting only the given certificate; `None` if it is not shown.
fn get(address: &str, name: &str, trusted: &CertificateDer<'static>) -> Option<String> {
    get_as(None, address, name, trusted)
}

/// The same by a client that shows a certificate: itself, and the PEM of its key.
fn get_as(
    client: Option<(&CertificateDer<'static>, &str)>,
    address: &str,
    name: &str,
    trusted: &CertificateDer<'static>,
) -> Option<String> {
    let mut roots = RootCertStore::empty();
    roots.add(trusted.clone()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots);
    let config = match client {
        None => config.with_no_client_auth(),
        Some((own, key)) => {
            let key = PrivateKeyDer::from_pem_slice(key.as_bytes()).unwrap();
            config.with_client_auth_cert(vec![own.clone()], key).unwrap()
        }
    };
    let server = ServerName::try_from(name.to_owned()).unwrap();
    let tls = ClientConnection::new(Arc::new(config), server).unwrap();
    let mut stream = StreamOwned::new(tls, connect(address));
    let request = format!("GET / HTTP/1.1\r\nHost: {name}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).ok()?;
    let mut answer = String::new();
    BufReader::new(stream).read_to_string(&mut answer).ok();
    Some(answer.split_once("\r\n\r\n")?.1.to_owned())
}

#[test]
fn r24_tls_ends_at_the_load_balancer() {
    let user = User::new();
    scf::create(&user.client, scf::python("behind", ECHO));
    let balancer = user.balancer();
    let (chain, key, trusted) = certificate("a.com");
    let request = json!({
        "LoadBalancerId": balancer, "Protocol": "HTTPS", "Ports": [8443],
        "Certificate": {"CertName": "mine", "CertContent": chain, "CertKey": key},
    });
    let listener = text(&user.done("CreateListener", request)["ListenerIds"][0]);
    let rule = user.rule(&balancer, &listener, "a.com", "/");
    let place = Place { balancer, listener, rule };
    user.done("RegisterFunctionTargets", place.binding("behind", "$LATEST", 10));
    let shown = user.read("DescribeListeners", json!({"LoadBalancerId": place.balancer}));
    assert_eq!(text(&shown["Listeners"][0]["Certificate"]["CertId"]).len(), 8);
    let body = get(&user.address(&place.balancer, 8443), "a.com", &trusted).unwrap();
    let event: serde_json::Value = serde_json::from_str(&body).unwrap();
    assert_eq!(event["headers"]["X-Forwarded-Proto"], "https");
    assert_eq!(event["headers"]["X-Forwarded-Port"], "8443");
}

#[test]
fn every_domain_may_show_a_certificate_of_its_own() {
    let user = User::new();
    let balancer = user.balancer();
    let request = json!({
        "LoadBalancerId": balancer, "Protocol": "HTTPS", "Ports": [8443], "SniSwitch": 1,
    });
    let listener = text(&user.done("CreateListener", request)["ListenerIds"][0]);
    let certificates = ["a.com", "b.com"].map(|name| {
        let (chain, key, trusted) = certificate(name);
        let uploaded = json!({"CertName": name, "CertContent": chain, "CertKey": key});
        user.done(
            "CreateRule",
            json!({
                "LoadBalancerId": balancer, "ListenerId": listener,
                "Rules": [{"Domain": name, "Url": "/", "Certificate": uploaded}],
            }),
        );
        trusted
    });
    let address = user.address(&balancer, 8443);
    for (name, own, other) in [("a.com", 0, 1), ("b.com", 1, 0)] {
        assert!(get(&address, name, &certificates[own]).unwrap().contains("503"), "{name}");
        assert!(get(&address, name, &certificates[other]).is_none(), "{name}");
    }
}

#[test]
fn clients_show_a_certificate_where_the_listener_has_one_of_theirs() {
    let user = User::new();
    let balancer = user.balancer();
    let (chain, key, trusted) = certificate("a.com");
    let (ca, client_key, client) = certificate("client");
    let listener = |port: u16, verify: &str, ca: &str| {
        json!({
            "LoadBalancerId": balancer, "Protocol": "HTTPS", "Ports": [port],
            "Certificate": {
                "SSLMode": "MUTUAL", "SSLVerifyClient": verify,
                "CertName": "mine", "CertContent": chain, "CertKey": key,
                "CertCaName": "clients", "CertCaContent": ca,
            },
        })
    };
    for (ca, says) in
        [("no certificate", "it holds no certificate in PEM"), (&*client_key, "it holds no")]
    {
        let (code, text) =
            user.client.call("clb.CreateListener", listener(8443, "ON", ca)).unwrap_err();
        assert_eq!(code, "InvalidParameter.FormatError");
        assert!(text.contains("CertCaContent") && text.contains(says), "{text}");
    }
    for (port, verify, stranger_is_let_in) in [(8443, "ON", false), (8444, "OPTIONAL", true)] {
        let made = user.done("CreateListener", listener(port, verify, &ca));
        user.rule(&balancer, &text(&made["ListenerIds"][0]), "a.com", "/");
        let address = user.address(&balancer, port);
        let known = get_as(Some((&client, &client_key)), &address, "a.com", &trusted);
        assert!(known.unwrap().contains("503"), "{verify}");
        assert_eq!(get(&address, "a.com", &trusted).is_some(), stranger_is_let_in, "{verify}");
    }
}
