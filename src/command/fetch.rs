//! Downloads a GIF for `gifs add URL`: over http and https only, within bounds, and without telling secrets.

use std::io::Read;
use std::net::IpAddr;
use std::time::Duration;

use anyhow::{Context, anyhow, bail};
use ureq::Agent;
use ureq::tls::{RootCerts, TlsConfig, TlsProvider};
use ureq::unversioned::transport::DefaultConnector;

use super::reach::{Guard, is_public};
use crate::gallery::GifLimits;

/// For everything from the first look-up to the last byte.
const TIMEOUT: Duration = Duration::from_secs(60);

/// More are most likely a circle.
const REDIRECTS: u32 = 5;

/// An address on the web. Signatures in a query and what stands before a host are secrets: they are used, and neither
/// printed nor kept.
pub struct Address {
    whole: String,
    public: String,
    secrets: Vec<String>,
}

impl Address {
    /// Takes `text` for an address if it begins like one.
    pub fn parse(text: &str) -> Option<Self> {
        let scheme = ["http://", "https://"].into_iter().find(|scheme| text.starts_with(scheme))?;
        let (address, query) = text.split_at(text.find(['?', '#']).unwrap_or(text.len()));
        let address = &address[scheme.len()..];
        let (host, path) = address.split_at(address.find('/').unwrap_or(address.len()));
        let (account, host) = host.rsplit_once('@').unwrap_or(("", host));
        let password = account.split_once(':').map_or("", |(_, password)| password);
        let values = query.split(['?', '#', '&']).map(|pair| pair.split_once('=').map_or(pair, |(_, value)| value));
        let secrets = [account, password].into_iter().chain(values);
        Some(Self {
            whole: text.into(),
            public: format!("{scheme}{host}{path}"),
            secrets: secrets.filter(|secret| !secret.is_empty()).map(String::from).collect(),
        })
    }

    /// What can be told to everyone.
    pub fn public(&self) -> &str {
        &self.public
    }

    /// What the file is called there.
    pub fn file_name(&self) -> &str {
        self.public.rsplit('/').next().unwrap_or_default()
    }
}

/// The bytes behind `address`, at most one more than a GIF may have.
///
/// # Errors
/// The server is inside, which only `allow_private` allows; or it does not send a file in time.
pub fn download(address: &Address, allow_private: bool) -> anyhow::Result<Vec<u8>> {
    let is_allowed = if allow_private { |_| true } else { is_public };
    fetch(&address.whole, TIMEOUT, is_allowed).map_err(|error| {
        let cause = format!("{error:#}");
        if address.secrets.iter().any(|secret| cause.contains(secret)) {
            return anyhow!("cannot be downloaded (why is not shown, as it would show a secret of the address)");
        }
        error
    })
}

fn fetch(url: &str, timeout: Duration, is_allowed: fn(IpAddr) -> bool) -> anyhow::Result<Vec<u8>> {
    // OpenSSL is in the process already, for libmariadb; so are its roots (SSL_CERT_FILE).
    let tls = TlsConfig::builder().provider(TlsProvider::NativeTls).root_certs(RootCerts::PlatformVerifier).build();
    let config = Agent::config_builder()
        .timeout_global(Some(timeout))
        .http_status_as_error(false)
        .user_agent(concat!("dog-gif-app/", env!("CARGO_PKG_VERSION")))
        .tls_config(tls)
        .max_redirects(REDIRECTS)
        // It would connect in our place, and to where it likes.
        .proxy(None)
        .build();
    let agent = Agent::with_parts(config, DefaultConnector::default(), Guard::new(is_allowed));
    let mut answer = match agent.get(url).call() {
        Ok(answer) => answer,
        Err(ureq::Error::Other(cause)) => return Err(anyhow::Error::from_boxed(cause)).context("cannot be downloaded"),
        Err(cause) => return Err(cause).context("cannot be downloaded"),
    };
    if !answer.status().is_success() {
        bail!("cannot be downloaded: the server answered {}", answer.status());
    }
    let mut bytes = Vec::new();
    let most = GifLimits::BYTES as u64 + 1;
    answer.body_mut().as_reader().take(most).read_to_end(&mut bytes).context("cannot be downloaded")?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::net::{SocketAddr, TcpListener};
    use std::time::Instant;

    use super::*;

    /// Answers everything with `head`, then with a byte every tenth of a second.
    fn serve(at: &str, head: String) -> SocketAddr {
        let listener = TcpListener::bind(at).unwrap();
        let address = listener.local_addr().unwrap();
        std::thread::spawn(move || {
            for mut stream in listener.incoming().map_while(Result::ok) {
                let _ = stream.read(&mut [0; 2048]);
                let mut answer = head.as_bytes().to_vec();
                while stream.write_all(&answer).is_ok() {
                    #[expect(clippy::disallowed_methods, reason = "slowness is what is served")]
                    std::thread::sleep(Duration::from_millis(100));
                    answer = b"x".to_vec();
                }
            }
        });
        address
    }

    #[test]
    fn a_redirect_is_judged_like_the_first_address() {
        let inside = serve("127.0.0.2:0", "HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nGIF".into());
        let to_inside = format!("HTTP/1.1 302 Found\r\nlocation: http://{inside}/\r\ncontent-length: 0\r\n\r\n");
        let outside = serve("127.0.0.1:0", to_inside);
        let not_inside = |address: IpAddr| address.to_string() != "127.0.0.2";
        let refused = fetch(&format!("http://{outside}/"), TIMEOUT, not_inside).unwrap_err();
        assert_eq!(
            format!("{refused:#}"),
            "cannot be downloaded: 127.0.0.2 is an address inside; --allow-private allows it"
        );
        assert_eq!(fetch(&format!("http://{outside}/"), TIMEOUT, |_| true).unwrap(), b"GIF");
    }

    #[test]
    fn an_answer_that_takes_too_long_is_given_up() {
        let slow = serve("127.0.0.1:0", "HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n".into());
        let begin = Instant::now();
        assert!(fetch(&format!("http://{slow}/"), Duration::from_secs(1), |_| true).is_err());
        assert!(begin.elapsed() < Duration::from_secs(5), "it took {:?}", begin.elapsed());
    }

    #[test]
    fn the_secrets_of_an_address_are_left_out() {
        for (text, public, file) in [
            ("http://dogs.example/a/b.gif", "http://dogs.example/a/b.gif", "b.gif"),
            ("https://ann:pw@dogs.example:8443/b.gif?key=pw#x", "https://dogs.example:8443/b.gif", "b.gif"),
            ("http://a:b@c@dogs.example", "http://dogs.example", "dogs.example"),
            ("http://dogs.example?u=me@home", "http://dogs.example", "dogs.example"),
            ("http://dogs.example/@ann/b.gif", "http://dogs.example/@ann/b.gif", "b.gif"),
        ] {
            let address = Address::parse(text).unwrap();
            assert_eq!((address.public(), address.file_name()), (public, file), "{text}");
        }
        assert!(Address::parse("ftp://dogs.example/b.gif").is_none() && Address::parse("http.gif").is_none());
    }
}
