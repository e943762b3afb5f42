//! What stands in for Vault, which no Go module carries: its API as far as External Secrets asks for it, which is the
//! key-value engine (version 2) and the Kubernetes login. A login counts when the API server itself says, by a
//! TokenReview, that the token is real, for this audience, and of the one ServiceAccount that may read.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result};
use cluster::kubectl::Kubectl;
use serde_json::{Value, json};

#[derive(Clone)]
pub struct Vault(Arc<Inner>);

struct Inner {
    kubectl: Kubectl,
    /// Who may log in, as the API server names it.
    reader: String,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// Values under `secret/`, each the property `value`.
    secrets: BTreeMap<String, String>,
    tokens: BTreeSet<String>,
    refused: usize,
}

impl Vault {
    /// Answers at `address` until the process ends; `reader` is `namespace:name` of a ServiceAccount.
    pub fn serve(address: SocketAddr, kubectl: &Kubectl, reader: &str) -> Result<Self> {
        let listener =
            TcpListener::bind(address).with_context(|| format!("Vault's stand-in cannot listen at {address}"))?;
        let reader = format!("system:serviceaccount:{reader}");
        let vault = Self(Arc::new(Inner { kubectl: kubectl.clone(), reader, state: Mutex::default() }));
        let serving = vault.clone();
        std::thread::spawn(move || {
            for call in listener.incoming().flatten() {
                let vault = serving.clone();
                // A client that breaks off is nobody's loss.
                std::thread::spawn(move || vault.talk(&call));
            }
        });
        Ok(vault)
    }

    pub fn put(&self, key: &str, value: &str) {
        self.with(|state| state.secrets.insert(key.to_owned(), value.to_owned()));
    }

    /// Logins that were refused.
    pub fn refused(&self) -> usize {
        self.with(|state| state.refused)
    }

    fn with<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        change(&mut self.0.state.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn talk(&self, call: &TcpStream) -> Result<()> {
        call.set_read_timeout(Some(Duration::from_secs(60)))?;
        let mut reader = BufReader::new(call);
        while let Some(request) = Request::read(&mut reader)? {
            let (status, answer) = self.answer(&request);
            let body = answer.to_string();
            write!(
                &mut &*call,
                "HTTP/1.1 {status} -\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
                body.len()
            )?;
        }
        Ok(())
    }

    fn answer(&self, request: &Request) -> (u16, Value) {
        let refused = (403, json!({"errors": ["permission denied"]}));
        if request.path == "/v1/auth/kubernetes/login" {
            return match self.log_in(&request.body) {
                Ok(Some(token)) => {
                    (200, json!({"auth": {"client_token": token, "lease_duration": 3600, "renewable": true}}))
                }
                Ok(None) => {
                    self.with(|state| state.refused += 1);
                    refused
                }
                Err(error) => (500, json!({"errors": [format!("{error:#}")]})),
            };
        }
        if !self.with(|state| state.tokens.contains(&request.token)) {
            return refused;
        }
        if request.path == "/v1/auth/token/lookup-self" {
            let data =
                json!({"ttl": 3600, "expire_time": "2099-01-01T00:00:00Z", "type": "service", "renewable": true});
            return (200, json!({"data": data}));
        }
        let key = request.path.strip_prefix("/v1/secret/data/").unwrap_or_default();
        match self.with(|state| state.secrets.get(key).cloned()) {
            Some(value) => (200, json!({"data": {"data": {"value": value}, "metadata": {"version": 1}}})),
            None => (404, json!({"errors": []})),
        }
    }

    /// A token for who may read; none for anybody else.
    fn log_in(&self, body: &Value) -> Result<Option<String>> {
        let review = json!({
            "apiVersion": "authentication.k8s.io/v1", "kind": "TokenReview",
            "spec": {"token": body["jwt"], "audiences": ["vault"]},
        });
        let path = "/apis/authentication.k8s.io/v1/tokenreviews";
        let reviewed = self.0.kubectl.run_with_input(&["create", "--raw", path, "-f", "-"], &review.to_string())?;
        let status = &serde_json::from_str::<Value>(&reviewed)?["status"];
        let allowed = status["authenticated"] == true
            && status["user"]["username"] == self.0.reader.as_str()
            && body["role"] == "dog-gif-app";
        Ok(allowed.then(|| {
            let token = cluster::password();
            self.with(|state| state.tokens.insert(token.clone()));
            token
        }))
    }
}

struct Request {
    path: String,
    token: String,
    body: Value,
}

impl Request {
    /// The next one; none when the client is done.
    fn read(reader: &mut impl BufRead) -> Result<Option<Self>> {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 {
            return Ok(None);
        }
        let path = line.split(' ').nth(1).context("no request line")?.split('?').next().unwrap_or_default().to_owned();
        let (mut token, mut length) = (String::new(), 0);
        loop {
            line.clear();
            reader.read_line(&mut line)?;
            let Some((name, value)) = line.trim_end().split_once(':') else { break };
            match name.to_ascii_lowercase().as_str() {
                "x-vault-token" => token = value.trim().to_owned(),
                "content-length" => length = value.trim().parse()?,
                _ => {}
            }
        }
        let mut body = vec![0; length];
        reader.read_exact(&mut body)?;
        Ok(Some(Self { path, token, body: serde_json::from_slice(&body).unwrap_or_default() }))
    }
}
