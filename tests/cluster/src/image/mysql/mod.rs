//! What stands in for `mysql:8.4` where no registry can be reached: Debian's MySQL (9.7, from sid) and an entrypoint of
//! ours that honours the variables of the official one.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};

use super::{Image, LayerBuilder, Owner, Settings};

/// As in the official image.
const USER: Owner = Owner(999);
const ENTRYPOINT: &str = "/usr/local/bin/docker-entrypoint.sh";

/// The unpacked packages: MySQL's server and client, and busybox. `checkout` is where target/ is.
pub fn packages(checkout: &Path) -> Result<PathBuf> {
    let script = checkout.join("tests/scripts/provision/oracle-mysql.sh");
    // An own server, as in the shell of `nix develop`, is of no use in an image: the packages are wanted.
    let run = Command::new(&script)
        .env_remove("TEST_MYSQLD")
        .stderr(std::process::Stdio::inherit())
        .output()
        .with_context(|| format!("cannot run {}", script.display()))?;
    match run.status.code() {
        Some(0) => {}
        Some(3) => bail!("the image of MySQL is assembled from Debian's packages, on Debian 12 and 13 only"),
        _ => bail!("{} failed", script.display()),
    }
    let server = PathBuf::from(String::from_utf8(run.stdout)?.trim());
    server.parent().map(Path::to_owned).context("the server has a directory")
}

/// Puts the packages at the paths that they are made for: there is no other C library in the image to be kept apart.
pub fn image(packages: &Path) -> Result<Image> {
    let usr = packages.join("usr");
    let mut layer = LayerBuilder::default();
    for (path, target) in [("/bin", "usr/bin"), ("/lib", "usr/lib"), ("/lib64", "usr/lib64"), ("/sbin", "usr/sbin")] {
        layer.link(path, target)?;
    }
    // Character sets of the C library, tests of ICU, statistics of the client: nothing here loads them.
    let unused =
        ["gconv", "engines-3", "perl", "perl-base", "telemetry_client.so", "component_telemetry.so", "mysql_clone.so"];
    let leave_out = |path: &Path| path.file_name().is_some_and(|name| unused.iter().any(|unused| name == *unused));
    layer.tree_except(&usr.join("lib"), Path::new("/usr/lib"), &leave_out)?;
    layer.tree(&usr.join("lib64"), Path::new("/usr/lib64"))?;
    layer.tree(&usr.join("share/mysql"), Path::new("/usr/share/mysql"))?;
    layer.copy(&usr.join("sbin/mysqld"), "/usr/sbin/mysqld")?;
    for client in ["mysql", "mysqladmin"] {
        layer.copy(&usr.join("bin").join(client), format!("/usr/bin/{client}"))?;
    }
    layer.copy(&busybox(packages)?, "/usr/bin/busybox")?;
    for applet in ["cat", "head", "id", "ls", "mkdir", "ps", "rm", "sed", "sh", "sleep", "tail", "true"] {
        layer.link(format!("/usr/bin/{applet}"), "busybox")?;
    }
    layer.file(ENTRYPOINT, 0o755, include_bytes!("docker-entrypoint.sh"))?;
    layer.file("/etc/my.cnf", 0o644, include_bytes!("my.cnf"))?;
    layer.file("/etc/passwd", 0o644, b"root:x:0:0:root:/:/bin/sh\nmysql:x:999:999:MySQL:/var/lib/mysql:/bin/sh\n")?;
    layer.file("/etc/group", 0o644, b"root:x:0:\nmysql:x:999:\n")?;
    layer.link("/var/run", "../run")?;
    layer.directory("/run/mysqld", 0o1777, USER)?;
    layer.directory("/var/lib/mysql", 0o1777, USER)?;
    layer.directory("/docker-entrypoint-initdb.d", 0o755, Owner::ROOT)?;
    layer.directory("/tmp", 0o1777, Owner::ROOT)?;
    let settings = Settings {
        entrypoint: vec![ENTRYPOINT.into()],
        command: vec!["mysqld".into()],
        user: format!("{0}:{0}", USER.0),
        working_directory: "/".into(),
        environment: vec![("PATH".into(), "/usr/local/bin:/usr/sbin:/usr/bin".into())],
        ports: vec!["3306/tcp"],
        volumes: vec!["/var/lib/mysql"],
        ..Settings::default()
    };
    Ok(Image::new(&settings, vec![layer.finish()?]))
}

/// The static busybox among the packages.
pub fn busybox(packages: &Path) -> Result<PathBuf> {
    let busybox = packages.join("usr/bin/busybox");
    ensure!(busybox.is_file(), "no busybox in {}: remove the directory and try again", packages.display());
    Ok(busybox)
}
