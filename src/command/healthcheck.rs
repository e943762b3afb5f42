//! `healthcheck`: asks a running server, for images without curl.

use std::net::IpAddr;
use std::time::Duration;

use anyhow::{Context, bail};

use crate::config::Config;

const TIMEOUT: Duration = Duration::from_secs(5);

pub fn run(config: &Config, url: Option<String>) -> anyhow::Result<()> {
    let url = url.unwrap_or_else(|| format!("http://{}:{}/readyz", reachable(config.bind), config.ops_port));
    let agent: ureq::Agent =
        ureq::Agent::config_builder().timeout_global(Some(TIMEOUT)).http_status_as_error(false).build().into();
    let answer = agent.get(&url).call().with_context(|| format!("{url} does not answer"))?;
    if !answer.status().is_success() {
        bail!("{url} answered {}", answer.status());
    }
    Ok(())
}

/// A server that listens everywhere is asked on loopback.
fn reachable(bind: IpAddr) -> String {
    match bind {
        IpAddr::V4(address) if address.is_unspecified() => "127.0.0.1".into(),
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) if address.is_unspecified() => "[::1]".into(),
        IpAddr::V6(address) => format!("[{address}]"),
    }
}
