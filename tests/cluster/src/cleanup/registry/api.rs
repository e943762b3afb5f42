//! A registry's own HTTP API: JSON, pages, a token, and patience with limits.

use std::thread;
use std::time::Duration;

use anyhow::Result;
use serde_json::Value;
use ureq::Agent;
use ureq::http::{HeaderMap, Request};
use ureq::tls::{RootCerts, TlsConfig, TlsProvider};

use super::failure::failure;

/// How often one request is made, at most.
const TRIES: u32 = 5;
/// Longer than this nobody waits.
const LONGEST_WAIT_SECONDS: u64 = 60;

pub struct Api {
    agent: Agent,
    /// Host and scheme, to which addresses are added.
    base: String,
    /// How messages call it.
    who: &'static str,
    /// How one gets the right to ask.
    login: &'static str,
    token: Option<String>,
}

pub struct Answer {
    pub headers: HeaderMap,
    pub body: Value,
}

impl Api {
    /// `variable` names the address of another, as tests and GitHub Enterprise have it.
    pub fn new(variable: &str, base: &str, who: &'static str, login: &'static str) -> Self {
        let tls = TlsConfig::builder().provider(TlsProvider::NativeTls).root_certs(RootCerts::PlatformVerifier).build();
        let config = Agent::config_builder()
            .tls_config(tls)
            .timeout_global(Some(Duration::from_secs(60)))
            .http_status_as_error(false)
            .user_agent("dog-gif-app-cleanup");
        let base = std::env::var(variable).ok().filter(|base| !base.is_empty()).unwrap_or_else(|| base.to_owned());
        Self { agent: config.build().into(), base: base.trim_end_matches('/').to_owned(), who, login, token: None }
    }

    pub fn with_token(mut self, token: Option<String>) -> Self {
        self.token = token;
        self
    }

    pub fn get(&self, address: &str) -> Result<Answer> {
        self.ask("GET", address, "")
    }

    /// Gone is gone, whoever did it.
    pub fn delete(&self, address: &str) -> Result<()> {
        match self.try_to("DELETE", address, "")? {
            Ok(_) | Err((404, _)) => Ok(()),
            Err((status, message)) => Err(failure(self.who, status, &message, self.login)),
        }
    }

    pub fn post(&self, address: &str, body: &Value) -> Result<Answer> {
        self.ask("POST", address, &body.to_string())
    }

    /// Every page, as `Link` leads from one to the next.
    pub fn pages(&self, address: &str) -> Result<Vec<Value>> {
        let mut pages = Vec::new();
        let mut next = Some(address.to_owned());
        while let Some(address) = next {
            let answer = self.get(&address)?;
            next = answer.headers.get("link").and_then(|link| next_page(link.to_str().ok()?));
            pages.push(answer.body);
        }
        Ok(pages)
    }

    fn ask(&self, method: &str, address: &str, body: &str) -> Result<Answer> {
        self.try_to(method, address, body)?.map_err(|(status, message)| failure(self.who, status, &message, self.login))
    }

    /// The answer, or status and text of the last refusal; an error if there was none at all.
    fn try_to(&self, method: &str, address: &str, body: &str) -> Result<Result<Answer, (u16, String)>> {
        let address = if address.starts_with('/') { format!("{}{address}", self.base) } else { address.to_owned() };
        let mut tries = 0;
        loop {
            tries += 1;
            let mut request = Request::builder().method(method).uri(&address).header("Accept", "application/json");
            if let Some(token) = &self.token {
                request = request.header("Authorization", format!("Bearer {token}"));
            }
            if !body.is_empty() {
                request = request.header("Content-Type", "application/json");
            }
            let answer = self.agent.run(request.body(body.to_owned())?);
            let mut answer = answer.map_err(|error| failure(self.who, 0, &error.to_string(), self.login))?;
            let status = answer.status().as_u16();
            let text = answer.body_mut().read_to_string().unwrap_or_default();
            if answer.status().is_success() {
                let body = if text.is_empty() { Value::Null } else { serde_json::from_str(&text)? };
                return Ok(Ok(Answer { headers: answer.headers().clone(), body }));
            }
            match wait(status, answer.headers(), tries).filter(|_| tries < TRIES) {
                Some(wait) => thread::sleep(wait),
                None => return Ok(Err((status, text))),
            }
        }
    }
}

/// How long until the same may be asked again: what a limit says, or a moment for a server that is ill.
fn wait(status: u16, headers: &HeaderMap, tries: u32) -> Option<Duration> {
    // GitHub's second limit answers 403.
    let told = headers.get("retry-after").and_then(|seconds| seconds.to_str().ok()?.parse().ok());
    match (status, told) {
        (403 | 429 | 503, Some(seconds)) => (seconds <= LONGEST_WAIT_SECONDS).then(|| Duration::from_secs(seconds)),
        (429 | 500 | 502..=504, _) => (tries < 3).then(|| Duration::from_millis(300 * u64::from(tries))),
        _ => None,
    }
}

/// The address in `<https://…?page=2>; rel="next", <…>; rel="last"`.
fn next_page(link: &str) -> Option<String> {
    let next = link.split(',').find(|part| part.contains("rel=\"next\""))?;
    Some(next.split_once('<')?.1.split_once('>')?.0.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_page_is_the_one_called_so() {
        let link =
            "<https://a/?page=1>; rel=\"prev\", <https://a/?page=3>; rel=\"next\", <https://a/?page=9>; rel=\"last\"";
        assert_eq!(next_page(link).as_deref(), Some("https://a/?page=3"));
        assert_eq!(next_page("<https://a/?page=1>; rel=\"first\""), None);
    }

    #[test]
    fn a_limit_says_how_long_and_nobody_waits_an_hour() {
        let after = |seconds: &str| HeaderMap::from_iter([("retry-after".parse().unwrap(), seconds.parse().unwrap())]);
        assert_eq!(wait(403, &after("7"), 1), Some(Duration::from_secs(7)));
        assert_eq!(wait(429, &after("3600"), 1), None);
        assert_eq!(wait(403, &HeaderMap::new(), 1), None);
        assert!(wait(500, &HeaderMap::new(), 1).is_some() && wait(500, &HeaderMap::new(), 3).is_none());
        assert_eq!(wait(404, &after("1"), 1), None);
    }
}
