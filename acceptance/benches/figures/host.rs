//! What Terraform does with a plugin, as far as it takes to load the schema.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use hyper_util::rt::TokioIo;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::sign::SingleCertAndKey;
use rustls::{ClientConfig, RootCertStore};
use tf_protocol::proto::plugin::Empty;
use tf_protocol::proto::plugin::grpc_controller_client::GrpcControllerClient;
use tf_protocol::proto::tfplugin6::get_provider_schema::Request;
use tf_protocol::proto::tfplugin6::provider_client::ProviderClient;
use tokio::net::UnixStream;
use tokio_rustls::TlsConnector;
use tonic::transport::{Channel, Endpoint};

use super::certificate::Identity;

/// The variable and value with which a host shows that it is one.
const COOKIE: (&str, &str) =
    ("TF_PLUGIN_MAGIC_COOKIE", "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2");

/// A provider that was started.
pub struct Plugin {
    process: Child,
    /// It must stay open: the provider may write to it.
    _output: BufReader<ChildStdout>,
    line: Vec<String>,
    /// When it was started.
    pub started: Instant,
    /// How long it took until it said where it listens.
    pub handshake: Duration,
}

impl Plugin {
    /// Starts the provider as Terraform does and reads its handshake line.
    pub fn start(program: &Path, identity: &Identity) -> Plugin {
        let mut command = Command::new(program);
        command
            .env(COOKIE.0, COOKIE.1)
            .env("PLUGIN_PROTOCOL_VERSIONS", "5,6")
            .env("PLUGIN_CLIENT_CERT", pem(&identity.certificate))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        let started = Instant::now();
        let mut process = command.spawn().expect("the provider can be started");
        let mut output = BufReader::new(process.stdout.take().expect("its output is piped"));
        let mut line = String::new();
        output.read_line(&mut line).expect("it says where it listens");
        let handshake = started.elapsed();
        let line = line.trim_end().split('|').map(str::to_owned).collect();
        Plugin { process, _output: output, line, started, handshake }
    }

    /// The id of its process.
    pub fn id(&self) -> u32 {
        self.process.id()
    }

    /// Connects as the host that started it.
    pub async fn connect(&self, identity: &Identity) -> Channel {
        let (socket, tls) = (self.line[3].clone(), self.tls(identity));
        let connector = tower::service_fn(move |_| {
            let (socket, tls) = (socket.clone(), TlsConnector::from(Arc::clone(&tls)));
            async move {
                let stream = UnixStream::connect(socket).await?;
                let name = ServerName::try_from("localhost").expect("a name");
                Ok::<_, std::io::Error>(TokioIo::new(tls.connect(name, stream).await?))
            }
        });
        let endpoint = Endpoint::from_static("http://localhost");
        endpoint.connect_with_connector(connector).await.expect("the provider accepts its host")
    }

    /// Trusts the certificate of the handshake line alone.
    fn tls(&self, identity: &Identity) -> Arc<ClientConfig> {
        let certificate = STANDARD_NO_PAD.decode(&self.line[5]).expect("base64 without padding");
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from(certificate)).expect("a certificate");
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("ring knows the versions of TLS")
            .with_root_certificates(roots)
            .with_client_cert_resolver(Arc::new(SingleCertAndKey::from(identity.certified())));
        config.alpn_protocols = vec![b"h2".to_vec()];
        Arc::new(config)
    }

    /// Says goodbye as Terraform does, and waits for the end.
    pub async fn goodbye(mut self, channel: Channel) {
        let goodbye = GrpcControllerClient::new(channel).shutdown(Empty {}).await;
        goodbye.expect("the provider answers");
        self.process.wait().expect("it ends");
    }
}

/// Loads the schema, and returns how many resources it has.
pub async fn schema(channel: Channel) -> usize {
    let mut calls = ProviderClient::new(channel).max_decoding_message_size(64 << 20);
    let answer = calls.get_provider_schema(Request {}).await.expect("the provider answers");
    answer.into_inner().resource_schemas.len()
}

/// A certificate as the environment carries it.
fn pem(certificate: &[u8]) -> String {
    let text = STANDARD.encode(certificate);
    let lines = text.as_bytes().chunks(64).map(String::from_utf8_lossy);
    let lines = lines.collect::<Vec<_>>().join("\n");
    format!("-----BEGIN CERTIFICATE-----\n{lines}\n-----END CERTIFICATE-----\n")
}
