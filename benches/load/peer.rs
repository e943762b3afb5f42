//! The peer: what one would otherwise write (`benches/peer`), built when it is needed.

use std::path::Path;
use std::process::Command;

use crate::harness::Database;
use crate::server::Running;

/// Serves the page in the file `page` and counts its visits in `database`.
pub fn start(database: &Database, page: &Path) -> Running {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let target = root.join("target");
    let built = Command::new(env!("CARGO"))
        .args(["build", "--quiet", "--release", "--locked", "--manifest-path"])
        .arg(root.join("benches/peer/Cargo.toml"))
        .arg("--target-dir")
        .arg(&target)
        .status();
    assert!(built.is_ok_and(|status| status.success()), "benches/peer does not build");
    let mut command = Command::new(target.join("release/peer"));
    command.arg(page).envs(database.settings.iter().cloned());
    Running::start(command, |line| line.parse().ok())
}
