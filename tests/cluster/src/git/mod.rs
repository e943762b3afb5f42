//! The checkout, served over HTTP to the machine as a forge would serve it: read-only, with a webhook at each commit.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde_json::json;

use crate::argocd;
use crate::machine::{Machine, Process, Processes, network::NODE_ADDRESS, requirements};

const PORT: u16 = 3000;

/// Where Argo CD finds it; argocd/clusters/local says the same.
pub const URL: &str = "http://10.199.0.1:3000/dog-gif-app.git";

/// How often HEAD is looked at: a commit is told of as soon as a forge would.
const LOOK: Duration = Duration::from_millis(250);

/// Serves the repository of a checkout; what is committed, not what lies in the tree.
pub(crate) fn serve(machine: &Machine, processes: &Processes, checkout: &Path) -> Result<()> {
    let directory = machine.data.join("git");
    std::fs::create_dir_all(&directory)?;
    // In a linked work tree `.git` is a file, and HEAD is the work tree's own.
    let repository = PathBuf::from(git(checkout, &["rev-parse", "--absolute-git-dir"])?);
    let backend = PathBuf::from(git(checkout, &["--exec-path"])?).join("git-http-backend");
    ensure!(backend.is_file(), "{} is missing; install the whole of git.", backend.display());
    let configuration = format!(
        r#"server.document-root = "{directory}"
server.bind = "{NODE_ADDRESS}"
server.port = {PORT}
server.modules = ("mod_alias", "mod_cgi", "mod_setenv")
server.errorlog = "/dev/stderr"
server.upload-dirs = ("{directory}")
alias.url = ("/dog-gif-app.git" => "{backend}")
cgi.assign = ("" => "")
# Its owner need not be the one who serves it. Over HTTP nobody writes: receive-pack is for authenticated callers.
setenv.set-environment = (
  "GIT_PROJECT_ROOT" => "{repository}",
  "GIT_HTTP_EXPORT_ALL" => "1",
  "GIT_CONFIG_COUNT" => "1",
  "GIT_CONFIG_KEY_0" => "safe.directory",
  "GIT_CONFIG_VALUE_0" => "*",
)
"#,
        directory = directory.display(),
        backend = backend.display(),
        repository = repository.display(),
    );
    let file = directory.join("lighttpd.conf");
    std::fs::write(&file, configuration)?;
    let arguments = ["-D".to_owned(), "-f".to_owned(), file.display().to_string()];
    processes.start(Process::new("git", requirements::program("lighttpd", "lighttpd")?, arguments))
}

/// Tells Argo CD of every commit to come, as GitHub would, as long as this process lives.
pub(crate) fn announce(checkout: &Path) -> Result<()> {
    let checkout = checkout.to_owned();
    let mut known = head(&checkout)?;
    thread::spawn(move || {
        loop {
            thread::sleep(LOOK);
            // While a commit is being written there may be no answer; the next look has it.
            let Ok(now) = head(&checkout) else { continue };
            if now != known {
                if let Err(error) = push(&checkout, &known, &now) {
                    eprintln!("cannot tell Argo CD of {now}: {error:#}");
                }
                known = now;
            }
        }
    });
    Ok(())
}

/// Posts one push event.
pub fn push(checkout: &Path, before: &str, after: &str) -> Result<()> {
    let branch = git(checkout, &["symbolic-ref", "--short", "HEAD"]).unwrap_or_else(|_| "main".to_owned());
    let changed = git(checkout, &["diff", "--name-only", before, after])?;
    let files: Vec<_> = changed.lines().collect();
    let event = json!({
        "ref": format!("refs/heads/{branch}"),
        "before": before,
        "after": after,
        "repository": {"html_url": URL.trim_end_matches(".git"), "default_branch": branch},
        "commits": [{"id": after, "added": [], "modified": files, "removed": []}],
    });
    ureq::post(format!("http://{}/api/webhook", argocd::ADDRESS))
        .header("Content-Type", "application/json")
        .header("X-GitHub-Event", "push")
        .send(event.to_string())
        .context("the webhook was not taken")?;
    Ok(())
}

/// The commit that is served.
pub fn head(checkout: &Path) -> Result<String> {
    git(checkout, &["rev-parse", "HEAD"])
}

fn git(checkout: &Path, arguments: &[&str]) -> Result<String> {
    let output = Command::new("git")
        .args(["-c", "safe.directory=*"])
        .arg("-C")
        .arg(checkout)
        .args(arguments)
        .output()
        .context("cannot run git")?;
    ensure!(
        output.status.success(),
        "{} is no checkout that can be served: git {}: {}",
        checkout.display(),
        arguments.join(" "),
        String::from_utf8_lossy(&output.stderr).trim()
    );
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
