//! Certificates for real TLS servers, made by openssl.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::process::new_directory;

/// An authority, and a server certificate it has signed.
pub struct Certificates {
    pub authority: PathBuf,
    certificate: PathBuf,
    key: PathBuf,
}

impl Certificates {
    /// For a server called `name`.
    pub fn of_server(name: &str) -> Self {
        let directory = new_directory("certificates");
        let path = |file: &str| directory.join(file);
        let (authority, authority_key) = (path("authority.pem"), path("authority-key.pem"));
        let (certificate, key, request) = (path("server.pem"), path("server-key.pem"), path("request.pem"));
        let new_key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-noenc"];
        openssl(
            &directory,
            &["req", "-x509", "-days", "2", "-subj", "/CN=Test authority"],
            &new_key,
            &[("-keyout", &authority_key), ("-out", &authority)],
        );
        openssl(
            &directory,
            &["req", "-subj", &format!("/CN={name}")],
            &new_key,
            &[("-keyout", &key), ("-out", &request)],
        );
        let extension = path("extension");
        std::fs::write(&extension, format!("subjectAltName=DNS:{name}\n")).unwrap();
        openssl(
            &directory,
            &["x509", "-req", "-days", "2", "-CAcreateserial"],
            &[],
            &[
                ("-in", &request),
                ("-CA", &authority),
                ("-CAkey", &authority_key),
                ("-extfile", &extension),
                ("-out", &certificate),
            ],
        );
        Self { authority, certificate, key }
    }

    /// Options for a server. TLS 1.2, as there a look at the wire tells handshake from data.
    pub fn server_options(&self) -> [String; 4] {
        [
            format!("--ssl-ca={}", self.authority.display()),
            format!("--ssl-cert={}", self.certificate.display()),
            format!("--ssl-key={}", self.key.display()),
            "--tls-version=TLSv1.2".into(),
        ]
    }
}

fn openssl(directory: &Path, begin: &[&str], middle: &[&str], files: &[(&str, &PathBuf)]) {
    let mut command = Command::new("openssl");
    command.current_dir(directory).args(begin).args(middle);
    for (flag, file) in files {
        command.arg(flag).arg(file);
    }
    let made = command.output().expect("openssl is installed; try `make tools`");
    assert!(made.status.success(), "{command:?}\n{}", String::from_utf8_lossy(&made.stderr));
}
