//! Binds the listeners, apart from serving on them, so that a taken port is told before anything runs.

use std::net::SocketAddr;
use std::time::Duration;

use salvo::conn::tcp::TcpAcceptor;
use salvo::fuse::FuseConfig;
use salvo::server::ServerHandle;
use salvo::{Server, Service};
use tokio::net::TcpListener;

/// More than this are left waiting in the kernel's queue: memory stays bounded.
const MAX_CONNECTIONS: usize = 16_384;

/// What is in flight when stopping gets this long.
const STOP_DEADLINE: Duration = Duration::from_secs(10);

/// A bound listener.
pub struct Bound {
    acceptor: TcpAcceptor,
    address: SocketAddr,
}

/// Binds `address`.
///
/// # Errors
/// The port is taken or not allowed; the message names the address.
pub async fn bind(address: SocketAddr) -> anyhow::Result<Bound> {
    let listener = TcpListener::bind(address).await.map_err(|error| {
        anyhow::anyhow!("cannot listen on {address}: {error}; choose another port or stop what uses it")
    })?;
    let address = listener.local_addr()?;
    Ok(Bound { acceptor: TcpAcceptor::try_from(listener)?, address })
}

impl Bound {
    /// The address, with the port that was picked if it was 0.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves until `stop` is done; then finishes what is in flight.
    pub async fn serve(self, service: Service, stop: impl Future<Output = ()> + Send + 'static) {
        let timeouts = FuseConfig::default()
            .with_write_stall_timeout(Duration::from_secs(30))
            .with_request_body_timeout(Duration::from_secs(10));
        let server = Server::new(self.acceptor).fuse_config(timeouts).max_connections(MAX_CONNECTIONS);
        let handle: ServerHandle = server.handle();
        let stopper = tokio::spawn(async move {
            stop.await;
            handle.stop_graceful(STOP_DEADLINE);
        });
        server.serve(service).await;
        stopper.abort();
    }
}
