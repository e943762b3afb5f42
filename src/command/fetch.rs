//! Downloads a GIF for `gifs add URL`.

use std::io::Read;
use std::time::Duration;

use anyhow::{Context, bail};
use ureq::tls::{RootCerts, TlsConfig, TlsProvider};

use crate::gallery::Limits;

const TIMEOUT: Duration = Duration::from_secs(60);

/// The bytes behind `url`, at most one more than a GIF may have.
pub fn download(url: &str) -> anyhow::Result<Vec<u8>> {
    // OpenSSL is in the process already, for libmariadb; so are its roots (SSL_CERT_FILE).
    let tls = TlsConfig::builder().provider(TlsProvider::NativeTls).root_certs(RootCerts::PlatformVerifier).build();
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .timeout_global(Some(TIMEOUT))
        .http_status_as_error(false)
        .user_agent(concat!("dog-gif-app/", env!("CARGO_PKG_VERSION")))
        .tls_config(tls)
        .build()
        .into();
    let mut answer = agent.get(url).call().context("cannot be downloaded")?;
    if !answer.status().is_success() {
        bail!("cannot be downloaded: the server answered {}", answer.status());
    }
    let mut bytes = Vec::new();
    let most = Limits::BYTES as u64 + 1;
    answer.body_mut().as_reader().take(most).read_to_end(&mut bytes).context("cannot be downloaded")?;
    Ok(bytes)
}
