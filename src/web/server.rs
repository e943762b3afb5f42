//! Binds the listeners, apart from serving on them, so that a taken port is told before anything runs.

use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::time::Duration;

use salvo::conn::tcp::TcpAcceptor;
use salvo::fuse::FuseConfig;
use salvo::server::ServerHandle;
use salvo::{Server, Service};
use tokio::net::{TcpListener, TcpSocket};

use super::listener::{Listener, Terms};

/// Connections that the kernel keeps until they are accepted, if its own limit (`somaxconn`) allows so many. Tokio asks for
/// 128: in a burst of visitors the next ones would be left to try again after a second.
const WAITING_CONNECTIONS: u32 = 4096;

/// What is in flight when stopping gets this long.
const STOP_DEADLINE: Duration = Duration::from_secs(5);

/// A bound listener.
pub struct Bound {
    acceptor: TcpAcceptor,
    address: SocketAddr,
}

/// Binds `address`, whose port comes from `setting`.
///
/// # Errors
/// The port is taken or not allowed, or the address is not one of this machine's; the message names the setting.
pub fn bind(setting: &str, address: SocketAddr) -> anyhow::Result<Bound> {
    let listener = listen(address).map_err(|error| {
        let remedy = match error.kind() {
            ErrorKind::AddrNotAvailable => "BIND must be an address of this machine".into(),
            _ => format!("choose another port with {setting}, or stop what uses it"),
        };
        anyhow::Error::new(error).context(format!("cannot listen on {address}; {remedy}"))
    })?;
    let address = listener.local_addr()?;
    Ok(Bound { acceptor: listener.try_into()?, address })
}

fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    // A restart finds its port free, although connections of the last process still linger there.
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(WAITING_CONNECTIONS)
}

impl Bound {
    /// The address, with the port that was picked if it was 0.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves until `stop` is done; then finishes what is in flight.
    pub async fn serve(self, service: Service, terms: Terms, stop: impl Future<Output = ()> + Send + 'static) {
        // The time for a head is `Timely`'s, and the one for a body `hoops::body_limit`'s.
        let timeouts = FuseConfig::disabled().with_write_stall_timeout(Duration::from_secs(30));
        let mut server = Server::new(Listener::new(self.acceptor, timeouts, terms));
        server.http1_mut().header_read_timeout(None);
        let handle: ServerHandle = server.handle();
        let stopper = tokio::spawn(async move {
            stop.await;
            handle.stop_graceful(STOP_DEADLINE);
        });
        server.serve(service).await;
        stopper.abort();
    }
}
