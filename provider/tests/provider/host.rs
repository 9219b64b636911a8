//! A plugin host of our own: what Terraform does, where its command line cannot reach.

use std::io::{BufRead, BufReader, Read};
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use hyper_util::rt::TokioIo;
use rcgen::{CertifiedKey, KeyPair};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tf_protocol::proto::plugin::Empty;
use tf_protocol::proto::plugin::grpc_controller_client::GrpcControllerClient;
use tf_protocol::proto::tfplugin6::provider_client::ProviderClient;
use tokio::net::UnixStream;
use tokio_rustls::TlsConnector;
use tonic::transport::{Channel, Endpoint};

/// The variable and value with which a host shows that it is one.
pub const COOKIE: (&str, &str) =
    ("TF_PLUGIN_MAGIC_COOKIE", "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2");

/// The provider's program, with nothing of the test's own environment that could matter.
pub fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_terraform-provider-tencentcloud"));
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy();
        if ["TF_", "PLUGIN_", "TENCENTCLOUD_"].iter().any(|prefix| name.starts_with(prefix)) {
            command.env_remove(&*name);
        }
    }
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// A certificate as the environment carries it.
fn pem(certificate: &[u8]) -> String {
    let text = STANDARD.encode(certificate);
    let lines: Vec<&str> =
        text.as_bytes().chunks(64).filter_map(|l| std::str::from_utf8(l).ok()).collect();
    format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", lines.join("\n"))
}

/// A running provider. It is killed with the value.
pub struct Plugin {
    process: Child,
    output: BufReader<ChildStdout>,
    /// The fields of its handshake line.
    pub line: Vec<String>,
    client: Option<CertifiedKey<KeyPair>>,
}

impl Plugin {
    /// Starts the provider as a host does, with or without TLS.
    pub fn start(tls: bool) -> Plugin {
        let client = tls.then(|| {
            rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate")
        });
        let mut command = program();
        command.env(COOKIE.0, COOKIE.1).env("PLUGIN_PROTOCOL_VERSIONS", "5,6");
        if let Some(client) = &client {
            command.env("PLUGIN_CLIENT_CERT", pem(client.cert.der()));
        }
        Plugin::launch(command, client)
    }

    /// Starts a prepared command and reads its handshake line.
    pub fn launch(mut command: Command, client: Option<CertifiedKey<KeyPair>>) -> Plugin {
        let mut process = command.spawn().expect("the provider can be started");
        let mut output = BufReader::new(process.stdout.take().expect("its output is piped"));
        let mut line = String::new();
        output.read_line(&mut line).expect("it prints a line");
        let line = line.trim_end_matches('\n').split('|').map(str::to_owned).collect();
        Plugin { process, output, line, client }
    }

    /// Where it listens.
    pub fn socket(&self) -> PathBuf {
        PathBuf::from(&self.line[3])
    }

    /// A connection to it as the host that started it.
    pub async fn connect(&self) -> Result<Channel, tonic::transport::Error> {
        let identity = self
            .client
            .as_ref()
            .map(|client| (client.cert.der().clone(), client.signing_key.serialize_der()));
        self.connect_as(identity).await
    }

    /// A connection to it with another certificate, or none.
    pub async fn connect_as(
        &self,
        identity: Option<(CertificateDer<'static>, Vec<u8>)>,
    ) -> Result<Channel, tonic::transport::Error> {
        let socket = self.socket();
        let tls = (!self.line[5].is_empty()).then(|| self.tls(identity));
        let connector = tower::service_fn(move |_| {
            let (socket, tls) = (socket.clone(), tls.clone());
            async move {
                let stream = UnixStream::connect(socket).await?;
                let Some(tls) = tls else {
                    return Ok::<_, std::io::Error>(TokioIo::new(Stream::Clear(stream)));
                };
                let name = ServerName::try_from("localhost").expect("a name");
                let stream = TlsConnector::from(tls).connect(name, stream).await?;
                Ok(TokioIo::new(Stream::Tls(Box::new(stream))))
            }
        });
        Endpoint::from_static("http://localhost").connect_with_connector(connector).await
    }

    /// Verifies the provider as Go does: by the certificate of the handshake line alone.
    fn tls(&self, identity: Option<(CertificateDer<'static>, Vec<u8>)>) -> Arc<ClientConfig> {
        let certificate = STANDARD_NO_PAD.decode(&self.line[5]).expect("base64 without padding");
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from(certificate)).expect("a certificate");
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("versions")
            .with_root_certificates(roots);
        let mut config = match identity {
            None => builder.with_no_client_auth(),
            Some((certificate, key)) => builder
                .with_client_auth_cert(vec![certificate], PrivateKeyDer::Pkcs8(key.into()))
                .expect("an identity"),
        };
        config.alpn_protocols = vec![b"h2".to_vec()];
        Arc::new(config)
    }

    /// The calls of the provider.
    pub async fn calls(&self) -> ProviderClient<Channel> {
        ProviderClient::new(self.connect().await.expect("a connection"))
    }

    /// Says goodbye as Terraform does, and waits for the end.
    pub async fn goodbye(mut self) -> ExitStatus {
        let channel = self.connect().await.expect("a connection");
        GrpcControllerClient::new(channel).shutdown(Empty {}).await.expect("an answer");
        self.end(Duration::from_secs(1))
    }

    /// Waits for the process to end by itself.
    pub fn end(&mut self, limit: Duration) -> ExitStatus {
        let start = Instant::now();
        loop {
            if let Some(status) = self.process.try_wait().expect("its status can be asked") {
                return status;
            }
            assert!(start.elapsed() < limit, "the provider has not ended within {limit:?}");
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// The id of its process.
    pub fn id(&self) -> u32 {
        self.process.id()
    }

    /// What it has printed after the handshake, and its log. It must have ended.
    pub fn rest(&mut self) -> (String, String) {
        let (mut out, mut log) = (String::new(), String::new());
        self.output.read_to_string(&mut out).expect("text");
        let stderr = self.process.stderr.as_mut().expect("its log is piped");
        stderr.read_to_string(&mut log).expect("text");
        (out, log)
    }
}

impl Drop for Plugin {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A connection with or without TLS.
enum Stream {
    Clear(UnixStream),
    Tls(Box<tokio_rustls::client::TlsStream<UnixStream>>),
}

macro_rules! forward {
    ($trait:ident { $($method:ident($($argument:ident: $type:ty),*) -> $output:ty;)+ }) => {
        impl tokio::io::$trait for Stream {
            $(fn $method(
                self: std::pin::Pin<&mut Self>,
                context: &mut std::task::Context<'_>,
                $($argument: $type),*
            ) -> std::task::Poll<std::io::Result<$output>> {
                match self.get_mut() {
                    Stream::Clear(stream) => std::pin::Pin::new(stream).$method(context, $($argument),*),
                    Stream::Tls(stream) => std::pin::Pin::new(stream).$method(context, $($argument),*),
                }
            })+
        }
    };
}

forward!(AsyncRead { poll_read(buffer: &mut tokio::io::ReadBuf<'_>) -> (); });
forward!(AsyncWrite {
    poll_write(bytes: &[u8]) -> usize;
    poll_flush() -> ();
    poll_shutdown() -> ();
});
