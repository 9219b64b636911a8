//! Reaching an instance that listens.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::os::fd::OwnedFd;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::io::AsyncWriteExt;
use tokio::net::{TcpSocket, TcpStream, UnixStream};
use tokio::sync::Mutex;
use tokio::time::sleep;

use super::head;
use crate::runtime::descriptor;
use crate::runtime::outcome::{Failed, Status};
use crate::runtime::process::Network;

/// The port that a web function listens on (R115).
pub(super) const PORT: u16 = 9000;
/// An address of this machine that reaches a server on all addresses, and none on 127.0.0.1 alone
/// (R132). Other systems only have that one.
const ADDRESS: Ipv4Addr =
    if cfg!(target_os = "linux") { Ipv4Addr::new(127, 0, 0, 2) } else { Ipv4Addr::LOCALHOST };
/// How often it is tried whether an instance listens.
const FIRST_TRY: Duration = Duration::from_millis(2);
const LAST_TRY: Duration = Duration::from_millis(25);

/// The way to an instance.
pub(super) enum Connector {
    /// Into a network of its own: the channel hands out sockets.
    Own(Mutex<UnixStream>),
    /// To a port of this machine.
    Shared(u16),
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub(super) enum Error {
    #[error("the server cannot be reached: {0}")]
    Connect(#[from] io::Error),
    #[error("the server did not answer in HTTP: {0}")]
    Http(#[from] hyper::Error),
}

impl From<Error> for Failed {
    fn from(error: Error) -> Self {
        match &error {
            Error::Http(cause) if cause.is_parse_too_large() => head::too_large(),
            Error::Http(_) => Self::new(Status::UserException, error.to_string()),
            Error::Connect(_) => {
                Self::new(Status::NotListening, format!("PortBindingFailed: {error}"))
            }
        }
    }
}

impl Connector {
    pub(super) fn new(network: Network, channel: UnixStream) -> Self {
        match network {
            Network::Own => Self::Own(Mutex::new(channel)),
            Network::Shared(port) => Self::Shared(port),
        }
    }

    /// Waits until the server accepts connections.
    pub(super) async fn listening(&self) {
        let mut pause = FIRST_TRY;
        while self.connect().await.is_err() {
            sleep(pause).await;
            pause = (pause * 3 / 2).min(LAST_TRY);
        }
    }

    /// Sends a request on a connection of its own and waits for the head of the answer.
    pub(super) async fn send(
        &self,
        request: Request<Full<Bytes>>,
    ) -> Result<Response<Incoming>, Error> {
        let stream = self.connect().await?;
        stream.set_nodelay(true)?;
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
        // It ends with the answer, or when nobody waits for that any more.
        tokio::spawn(connection.with_upgrades());
        Ok(sender.send_request(request).await?)
    }

    async fn connect(&self) -> io::Result<TcpStream> {
        match self {
            Self::Own(channel) => {
                let socket = socket(&mut *channel.lock().await).await?;
                let socket = TcpSocket::from_std_stream(socket.into());
                socket.connect(SocketAddr::from((ADDRESS, PORT))).await
            }
            Self::Shared(port) => TcpStream::connect((ADDRESS, *port)).await,
        }
    }
}

/// Asks for a socket of the instance's network.
async fn socket(channel: &mut UnixStream) -> io::Result<OwnedFd> {
    channel.write_all(&[0]).await?;
    descriptor::receive(channel).await
}
