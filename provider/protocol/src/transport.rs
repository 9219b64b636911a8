//! Where the provider listens: a unix socket or, where there can be none, a port of this machine.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};

use nix::unistd::{Gid, Group};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream, UnixListener, UnixStream};
use tokio::sync::{Notify, mpsc};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;
use tokio_stream::wrappers::ReceiverStream;
use tonic::transport::server::Connected;

/// Where a listener is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Address {
    /// A unix socket.
    Unix(PathBuf),
    /// A port.
    Tcp(SocketAddr),
}

impl Address {
    /// The network's name and the address, as the plugin host writes them.
    pub fn parts(&self) -> (&'static str, String) {
        match self {
            Address::Unix(path) => ("unix", path.display().to_string()),
            Address::Tcp(address) => ("tcp", address.to_string()),
        }
    }
}

/// A bound listener. Its socket's file goes when it is dropped.
pub struct Listener {
    socket: Socket,
    /// Where it is.
    pub address: Address,
}

enum Socket {
    Unix(UnixListener),
    Tcp(TcpListener),
}

impl Listener {
    /// Binds a unix socket in `PLUGIN_UNIX_SOCKET_DIR` or the directory for temporary files, or a
    /// port from `PLUGIN_MIN_PORT` to `PLUGIN_MAX_PORT` where a socket's path would be too long.
    ///
    /// # Errors
    /// Where neither can be bound.
    pub async fn bind() -> io::Result<Listener> {
        let directory = std::env::var_os("PLUGIN_UNIX_SOCKET_DIR").map(PathBuf::from);
        let directory = directory.unwrap_or_else(std::env::temp_dir);
        let path = directory.join(format!("tf{}-{:x}", std::process::id(), fresh()));
        match UnixListener::bind(&path) {
            Ok(listener) => {
                give_to_group(&path)?;
                Ok(Listener { socket: Socket::Unix(listener), address: Address::Unix(path) })
            }
            Err(error) => {
                tracing::debug!(%error, path = %path.display(), "no unix socket, taking a port");
                Listener::bind_port().await
            }
        }
    }

    async fn bind_port() -> io::Result<Listener> {
        let port = |name| std::env::var(name).ok().and_then(|port| port.parse::<u16>().ok());
        let (first, last) = (port("PLUGIN_MIN_PORT"), port("PLUGIN_MAX_PORT"));
        // Port 0 lets the system choose where no range is asked for.
        let (first, last) = first.zip(last).unwrap_or((0, 0));
        let mut failure = io::Error::from(io::ErrorKind::AddrInUse);
        for port in first..=last {
            match TcpListener::bind(("127.0.0.1", port)).await {
                Ok(listener) => {
                    let address = Address::Tcp(listener.local_addr()?);
                    return Ok(Listener { socket: Socket::Tcp(listener), address });
                }
                Err(error) => failure = error,
            }
        }
        Err(failure)
    }

    /// Accepts connections for ever. With `tls`, a connection is handed on after its handshake; a
    /// client that fails it is dropped and keeps nobody waiting.
    pub fn connections(
        self,
        tls: Option<TlsAcceptor>,
        open: OpenConnections,
    ) -> ReceiverStream<io::Result<Connection>> {
        let (sender, receiver) = mpsc::channel(8);
        tokio::spawn(async move {
            loop {
                let accepted = match self.accept().await {
                    Ok(accepted) => open.guard(accepted),
                    Err(error) => {
                        tracing::warn!(%error, "could not accept a connection");
                        continue;
                    }
                };
                let (sender, tls) = (sender.clone(), tls.clone());
                tokio::spawn(async move {
                    let connection = match tls {
                        None => Ok(Connection::Clear(accepted)),
                        Some(tls) => {
                            let stream = tls.accept(accepted).await;
                            stream.map(|stream| Connection::Tls(Box::new(stream)))
                        }
                    };
                    match connection {
                        Ok(connection) => drop(sender.send(Ok(connection)).await),
                        Err(error) => tracing::warn!(%error, "refused a client"),
                    }
                });
            }
        });
        ReceiverStream::new(receiver)
    }

    async fn accept(&self) -> io::Result<Raw> {
        match &self.socket {
            Socket::Unix(listener) => Ok(Raw::Unix(listener.accept().await?.0)),
            Socket::Tcp(listener) => Ok(Raw::Tcp(listener.accept().await?.0)),
        }
    }
}

/// A number that differs from call to call and from process to process.
fn fresh() -> u128 {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    now.unwrap_or_default().as_nanos()
}

/// Gives the socket to the group that the host names in `PLUGIN_UNIX_SOCKET_GROUP`.
fn give_to_group(path: &std::path::Path) -> io::Result<()> {
    let Ok(name) = std::env::var("PLUGIN_UNIX_SOCKET_GROUP") else { return Ok(()) };
    let group = match name.parse() {
        Ok(number) => Some(Gid::from_raw(number)),
        Err(_) => Group::from_name(&name)?.map(|group| group.gid),
    };
    let group = group.ok_or_else(|| io::Error::other(format!("there is no group {name:?}")))?;
    nix::unistd::chown(path, None, Some(group))?;
    std::fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o660))
}

/// How many connections are open. The provider ends when Terraform has vanished and none is left.
#[derive(Clone, Default)]
pub struct OpenConnections(Arc<Counter>);

#[derive(Default)]
struct Counter {
    open: AtomicUsize,
    changed: Notify,
}

impl OpenConnections {
    /// How many are open now.
    pub fn count(&self) -> usize {
        self.0.open.load(Ordering::SeqCst)
    }

    /// Waits until one opens or closes.
    pub async fn changed(&self) {
        self.0.changed.notified().await;
    }

    fn guard(&self, raw: Raw) -> Counted {
        self.0.open.fetch_add(1, Ordering::SeqCst);
        self.0.changed.notify_one();
        Counted { raw, open: self.clone() }
    }
}

enum Raw {
    Unix(UnixStream),
    Tcp(TcpStream),
}

/// A connection that is counted while it is open.
pub struct Counted {
    raw: Raw,
    open: OpenConnections,
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.open.0.open.fetch_sub(1, Ordering::SeqCst);
        self.open.0.changed.notify_one();
    }
}

/// A connection to Terraform.
pub enum Connection {
    /// In clear, where Terraform sent no certificate.
    Clear(Counted),
    /// With both sides authenticated.
    Tls(Box<TlsStream<Counted>>),
}

impl Connected for Connection {
    type ConnectInfo = ();

    fn connect_info(&self) {}
}

macro_rules! delegate {
    ($type:ty, $self:ident, $($pattern:pat => $stream:expr),+) => {
        impl AsyncRead for $type {
            fn poll_read(
                self: Pin<&mut Self>,
                context: &mut Context<'_>,
                buffer: &mut ReadBuf<'_>,
            ) -> Poll<io::Result<()>> {
                let $self = self.get_mut();
                match $self { $($pattern => Pin::new($stream).poll_read(context, buffer)),+ }
            }
        }

        impl AsyncWrite for $type {
            fn poll_write(
                self: Pin<&mut Self>,
                context: &mut Context<'_>,
                bytes: &[u8],
            ) -> Poll<io::Result<usize>> {
                let $self = self.get_mut();
                match $self { $($pattern => Pin::new($stream).poll_write(context, bytes)),+ }
            }

            fn poll_flush(
                self: Pin<&mut Self>,
                context: &mut Context<'_>,
            ) -> Poll<io::Result<()>> {
                let $self = self.get_mut();
                match $self { $($pattern => Pin::new($stream).poll_flush(context)),+ }
            }

            fn poll_shutdown(
                self: Pin<&mut Self>,
                context: &mut Context<'_>,
            ) -> Poll<io::Result<()>> {
                let $self = self.get_mut();
                match $self { $($pattern => Pin::new($stream).poll_shutdown(context)),+ }
            }
        }
    };
}

delegate!(Counted, this, Counted { raw: Raw::Unix(s), .. } => s, Counted { raw: Raw::Tcp(s), .. } => s);
delegate!(Connection, this, Connection::Clear(s) => s, Connection::Tls(s) => s);
