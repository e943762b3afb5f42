//! The program's image, as nix/image.nix makes it, from a cargo build: same user, files, environment and labels, and
//! beside them the libraries of this machine that the binary is linked with.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Value, json};

use super::{Image, LayerBuilder, Owner, Settings, elf};

const NAME: &str = "dog-gif-app";
/// As in nix/image.nix: Kubernetes' runAsNonRoot wants a number.
const USER: Owner = Owner(10001);
const BINARY: &str = "/bin/dog-gif-app";
const ROOTS: &str = "/etc/ssl/certs/ca-bundle.crt";

/// Assembles the image from `binary`, which cargo built. Version and revision are labels; `/version` shows the
/// revision, so that several versions come cheaply from one binary.
pub fn from_cargo(binary: &Path, version: &str, revision: &str) -> Result<Image> {
    ensure!(binary.is_file(), "there is no program at {}: run `cargo build` first", binary.display());
    let libraries = elf::libraries(binary)?;
    let plugins = connector_plugins(&libraries)?;

    // Changes with the machine's packages, hence seldom: a layer of its own, shared by all versions.
    let mut base = LayerBuilder::default();
    for library in &libraries {
        base.copy(library, library)?;
    }
    // Opened at run time, so ldd does not know it. It needs nothing that the program does not.
    base.copy(&plugins.join("caching_sha2_password.so"), plugins.join("caching_sha2_password.so"))?;
    base.copy(&certificate_roots()?, ROOTS)?;
    base.link("/etc/ssl/certs/ca-certificates.crt", "ca-bundle.crt")?;
    base.file("/etc/passwd", 0o644, format!("root:x:0:0:root:/root:/no-shell\ndog:x:{0}:{0}:{NAME}:/data:/no-shell\nnobody:x:65534:65534:nobody:/var/empty:/no-shell\n", USER.0).as_bytes())?;
    base.file("/etc/group", 0o644, format!("root:x:0:\ndog:x:{}:\nnobody:x:65534:\n", USER.0).as_bytes())?;
    base.file("/etc/nsswitch.conf", 0o644, b"hosts: files dns\n")?;
    base.directory("/tmp", 0o1777, Owner::ROOT)?;
    base.directory("/data", 0o750, USER)?;

    let mut program = LayerBuilder::default();
    program.file(BINARY, 0o755, &fs::read(binary)?)?;

    let text = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let settings = Settings {
        entrypoint: vec![BINARY.into()],
        user: format!("{0}:{0}", USER.0),
        working_directory: "/data".into(),
        environment: vec![
            text("BIND", "0.0.0.0"),
            text("DATA_DIR", "/data"),
            text("PATH", "/bin"),
            text("REVISION", revision),
            text("MARIADB_PLUGIN_DIR", &plugins.to_string_lossy()),
            text("SSL_CERT_FILE", ROOTS),
        ],
        ports: vec!["5000/tcp", "9090/tcp"],
        volumes: vec!["/data"],
        labels: vec![
            text("org.opencontainers.image.title", NAME),
            text(
                "org.opencontainers.image.description",
                "A random dog GIF on every refresh, and a visitor count that is never wrong",
            ),
            text("org.opencontainers.image.licenses", "MIT"),
            text("org.opencontainers.image.version", version),
            text("org.opencontainers.image.revision", revision),
        ],
        ..Settings::default()
    };
    Ok(Image::new(&settings, vec![base.finish()?, program.finish()?]))
}

impl Image {
    /// The same program as another revision: other digest, and `/version` says so.
    pub fn with_revision(&self, revision: &str) -> Result<Image> {
        self.reconfigured(|config| {
            if let Some(environment) = config["Env"].as_array_mut() {
                environment.retain(|entry| !entry.as_str().is_some_and(|entry| entry.starts_with("REVISION=")));
                environment.push(json!(format!("REVISION={revision}")));
            }
            if !config["Labels"].is_object() {
                config["Labels"] = Value::Object(serde_json::Map::new());
            }
            config["Labels"]["org.opencontainers.image.revision"] = json!(revision);
        })
    }
}

/// Beside the connector, where its package puts them: Debian's name, then that of the other distributions.
fn connector_plugins(libraries: &[PathBuf]) -> Result<PathBuf> {
    let connector = libraries
        .iter()
        .find(|library| library.file_name().is_some_and(|name| name.to_string_lossy().starts_with("libmariadb.so")))
        .context("the program is not linked with the MariaDB connector")?;
    let beside = connector.parent().context("a library has a directory")?;
    ["libmariadb3/plugin", "mariadb/plugin"]
        .map(|name| beside.join(name))
        .into_iter()
        .find(|directory| directory.join("caching_sha2_password.so").is_file())
        .with_context(|| {
            format!("no caching_sha2_password.so beside {}: install libmariadb3's plugins", connector.display())
        })
}

fn certificate_roots() -> Result<PathBuf> {
    for path in
        ["/etc/ssl/certs/ca-certificates.crt", "/etc/ssl/certs/ca-bundle.crt", "/etc/pki/tls/certs/ca-bundle.crt"]
    {
        if Path::new(path).is_file() {
            return Ok(path.into());
        }
    }
    bail!("this machine has no certificate roots: install ca-certificates")
}
