//! Accepts connections within a bound, tells when none can be had, and says when there will never be one again.
//!
//! # Design
//! salvo's own acceptor hides every error in `tracing`, tries a socket that is broken again and again, and does not tell
//! when its bound is reached.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use rustix::io::Errno;
use salvo::conn::tcp::{TcpAcceptor, TcpCoupler};
use salvo::conn::{Accepted, Acceptor, ConnCtrl, Holding, StraightStream};
use salvo::fuse::{ArcFusePolicy, FuseConfig};
use slog::{Logger, error, info, o};
use tokio::net::TcpStream;

use super::places::Places;
use super::timely::Timely;
use crate::telemetry::Metrics;

/// Descriptors and memory come back when somebody gives them back: looking all the time would not help.
const RETRY: Duration = Duration::from_millis(100);

/// On what terms a listener takes connections.
pub struct Terms {
    /// What it is called in the log and in metrics.
    pub name: &'static str,
    /// Most connections at a time.
    pub places: usize,
    /// Hears why there will be no connection any more.
    pub on_end: Box<dyn Fn(io::Error) + Send>,
    /// What is measured.
    pub metrics: Metrics,
    /// What is logged.
    pub logger: Logger,
}

/// A listening socket, as salvo wants it.
pub struct Listener {
    acceptor: TcpAcceptor,
    timeouts: FuseConfig,
    places: Places,
    terms: Terms,
    /// Whether the last attempt failed for want of descriptors or memory; the log has one line per change.
    is_starved: bool,
}

impl Listener {
    /// Accepts what arrives at `acceptor`, and gives it `timeouts`.
    pub fn new(acceptor: TcpAcceptor, timeouts: FuseConfig, mut terms: Terms) -> Self {
        terms.logger = terms.logger.new(o!("listener" => terms.name));
        terms.metrics.http_accept_failures.with_label_values(&[terms.name]).reset();
        let places = Places::new(terms.name, terms.places, &terms.metrics, terms.logger.clone());
        Self { acceptor, timeouts, places, terms, is_starved: false }
    }

    /// The next connection, however long that takes.
    async fn connection(&mut self) -> (TcpStream, SocketAddr) {
        loop {
            match self.acceptor.inner().accept().await {
                Ok(connection) => {
                    if std::mem::take(&mut self.is_starved) {
                        info!(self.terms.logger, "Connections are accepted again");
                    }
                    // The end of an answer must not wait until its beginning is acknowledged, which readers delay. A
                    // socket that refuses is about to tell why.
                    let _ = connection.0.set_nodelay(true);
                    return connection;
                }
                Err(error) => self.judge(error).await,
            }
        }
    }

    /// Returns when it makes sense to try again: never, if the socket is broken.
    async fn judge(&mut self, error: io::Error) {
        match Errno::from_io_error(&error) {
            Some(Errno::MFILE | Errno::NFILE | Errno::NOBUFS | Errno::NOMEM) => {
                self.terms.metrics.http_accept_failures.with_label_values(&[self.terms.name]).inc();
                if !std::mem::replace(&mut self.is_starved, true) {
                    error!(self.terms.logger, "Cannot accept connections, will try again"; "cause" => %error);
                }
                tokio::time::sleep(RETRY).await;
            }
            Some(Errno::BADF | Errno::INVAL | Errno::NOTSOCK) => {
                (self.terms.on_end)(error);
                std::future::pending().await
            }
            // A connection that was gone before it was accepted, or a network that was.
            _ => {}
        }
    }
}

impl Acceptor for Listener {
    type Coupler = TcpCoupler<Self::Stream>;
    type Stream = StraightStream<Timely<TcpStream>>;

    fn holdings(&self) -> &[Holding] {
        self.acceptor.holdings()
    }

    async fn accept(&mut self, _: Option<ArcFusePolicy>) -> io::Result<Accepted<Self::Coupler, Self::Stream>> {
        let (stream, remote_address) = self.connection().await;
        let control = ConnCtrl::new();
        // Waits with the connection in hand, so that those with a place are asked to go only when somebody wants it.
        let place = Arc::new(self.places.take(&control).await);
        let holding = &self.acceptor.holdings()[0];
        Ok(Accepted {
            coupler: TcpCoupler::new(),
            stream: StraightStream::new(Timely::new(stream), Some(self.timeouts), control.clone(), Some(place)),
            fuse_config: Some(self.timeouts),
            conn_ctrl: control,
            local_addr: holding.local_addr.clone(),
            remote_addr: remote_address.into(),
            http_scheme: holding.http_scheme.clone(),
        })
    }
}
