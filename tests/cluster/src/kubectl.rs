//! The pinned kubectl, asked from Rust: apply, read, wait.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

/// What the API server answers while a part of it does not answer.
const UNABLE: &str = "the server is currently unable to handle the request";

/// One kubeconfig and the program to use it with.
#[derive(Clone, Debug)]
pub struct Kubectl {
    program: PathBuf,
    kubeconfig: PathBuf,
    cache: PathBuf,
}

impl Kubectl {
    pub fn new(program: impl Into<PathBuf>, kubeconfig: impl Into<PathBuf>, cache: impl Into<PathBuf>) -> Self {
        Self { program: program.into(), kubeconfig: kubeconfig.into(), cache: cache.into() }
    }

    /// A command to add arguments to, for what the methods below do not cover.
    pub fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command.arg("--kubeconfig").arg(&self.kubeconfig).arg("--cache-dir").arg(&self.cache);
        command
    }

    /// Runs it; what it printed, or an error with what it complained of.
    pub fn run(&self, arguments: &[&str]) -> Result<String> {
        self.run_with_input(arguments, "")
    }

    /// As `run`, with a text on its standard input.
    pub fn run_with_input(&self, arguments: &[&str], input: &str) -> Result<String> {
        let mut child = self
            .command()
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .with_context(|| format!("cannot run {}", self.program.display()))?;
        let mut stdin = child.stdin.take().context("kubectl takes no input")?;
        // A kubectl that fails at once does not read; its complaint says more than a broken pipe.
        let _ = stdin.write_all(input.as_bytes());
        drop(stdin);
        let output = child.wait_with_output()?;
        ensure!(
            output.status.success(),
            "kubectl {}: {}",
            arguments.join(" "),
            String::from_utf8_lossy(&output.stderr).trim()
        );
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// Applies manifests on the server's side, taking over fields that others hold.
    pub fn apply(&self, manifests: &str) -> Result<String> {
        let arguments = ["apply", "--server-side", "--force-conflicts", "-f", "-"];
        // After an API behind the API server was added, descriptions of all kinds are refused for some seconds.
        let deadline = Instant::now() + Duration::from_secs(20);
        loop {
            match self.run_with_input(&arguments, manifests) {
                Err(error) if error.to_string().contains(UNABLE) && Instant::now() < deadline => {
                    std::thread::sleep(Duration::from_millis(200));
                }
                result => return result,
            }
        }
    }

    /// Applies a file, or the files of a folder.
    pub fn apply_path(&self, path: &Path) -> Result<String> {
        self.run(&["apply", "--server-side", "--force-conflicts", "-f", &path.display().to_string()])
    }

    /// One object; None when it is not there. `namespace` is empty for what has none.
    pub fn get(&self, kind: &str, namespace: &str, name: &str) -> Result<Option<Value>> {
        let text =
            self.run(&["get", kind, name, "--namespace", namespace, "--ignore-not-found", "--output", "json"])?;
        if text.trim().is_empty() {
            return Ok(None);
        }
        serde_json::from_str(&text).map(Some).with_context(|| format!("{kind} {namespace}/{name} is no JSON"))
    }

    /// The objects of a kind in a namespace (in all when it is empty) with these labels (any when empty).
    pub fn list(&self, kind: &str, namespace: &str, labels: &str) -> Result<Vec<Value>> {
        let mut arguments = vec!["get", kind, "--output", "json", "--selector", labels];
        match namespace {
            "" => arguments.push("--all-namespaces"),
            _ => arguments.extend(["--namespace", namespace]),
        }
        let answer: Value =
            serde_json::from_str(&self.run(&arguments)?).with_context(|| format!("the list of {kind} is no JSON"))?;
        match answer["items"].as_array() {
            Some(items) => Ok(items.clone()),
            None => bail!("the list of {kind} has no items"),
        }
    }

    /// Whether an answer of the API server at this path begins with `ok`.
    pub fn says_ok(&self, path: &str) -> bool {
        self.run(&["get", "--raw", path]).is_ok_and(|text| text.starts_with("ok"))
    }
}

/// Asks again and again until there is an answer; how long it took, and the answer. On a timeout the error says what
/// was waited for, and the last thing that went wrong.
pub fn wait_until<T>(
    what: &str,
    deadline: Duration,
    mut ask: impl FnMut() -> Result<Option<T>>,
) -> Result<(Duration, T)> {
    let start = Instant::now();
    loop {
        let error = match ask() {
            Ok(Some(answer)) => return Ok((start.elapsed(), answer)),
            Ok(None) => None,
            Err(error) => Some(error),
        };
        if start.elapsed() >= deadline {
            let sentence = format!("waited {} s in vain until {what}", deadline.as_secs());
            return Err(match error {
                Some(error) => error.context(sentence),
                None => anyhow::Error::msg(sentence),
            });
        }
        std::thread::sleep(Duration::from_millis(100));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waiting_ends_with_the_answer() {
        let mut asked = 0;
        let (_, answer) = wait_until("it is three", Duration::from_secs(5), || {
            asked += 1;
            Ok((asked == 3).then_some(asked))
        })
        .expect("the third time");
        assert_eq!(answer, 3);
    }

    #[test]
    fn a_timeout_says_what_was_waited_for_and_what_went_wrong() {
        let error = wait_until::<()>("pigs fly", Duration::ZERO, || bail!("no wings")).expect_err("they do not");
        assert_eq!(format!("{error:#}"), "waited 0 s in vain until pigs fly: no wings");
    }
}
