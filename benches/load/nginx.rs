//! nginx, serving the same bytes as files: what HTTP costs on this machine.

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::harness::process::Process;
use crate::harness::wait;

/// Below it the same files, read and sent as any other program would, instead of handed to the socket by the kernel.
pub const COPIED: &str = "/copied";

/// A running nginx; stopped when dropped.
pub struct Nginx {
    process: Process,
    pub address: SocketAddr,
}

impl Nginx {
    /// Serves the files in `directory`, with the settings that Debian ships but for those of this machine's.
    pub fn start(directory: &Path) -> Self {
        let address = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a free port");
        let mut command = Command::new("nginx");
        command.arg("-c").arg(configure(directory, address)).arg("-e").arg(directory.join("error.log"));
        command.stdin(Stdio::null());
        let process = Process::spawn(command).expect("nginx is installed; try `make tools`");
        wait::until("nginx", wait::PATIENCE, || TcpStream::connect(address).ok());
        Self { process, address }
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        // Killed, it would leave its workers behind.
        self.process.signal(libc::SIGTERM);
        self.process.wait(wait::PATIENCE);
    }
}

/// Writes its configuration. Like the program, it writes a line a request; unlike by default, it never closes a
/// connection that is in use.
fn configure(directory: &Path, address: SocketAddr) -> PathBuf {
    let path = directory.join("nginx.conf");
    let directory = directory.display();
    let places: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .map(|name| format!("    {name}_temp_path {directory}/{name};\n"))
        .concat();
    // Only root may choose, and the files are root's then.
    // SAFETY: it only asks.
    let user = if unsafe { libc::geteuid() } == 0 { "user root;" } else { "" };
    let text = format!(
        "{user}\ndaemon off;\nworker_processes auto;\npid {directory}/nginx.pid;\n\
         events {{ worker_connections 768; }}\n\
         http {{\n    sendfile on;\n    tcp_nopush on;\n    gzip on;\n    keepalive_requests 1000000000;\n\
         \x20   types {{ text/html html; image/gif gif; }}\n    access_log {directory}/access.log;\n{places}\
         \x20   server {{\n        listen {address};\n        root {directory};\n\
         \x20       location {COPIED}/ {{ alias {directory}/; sendfile off; output_buffers 2 256k; }}\n    }}\n}}\n"
    );
    std::fs::write(&path, text).expect("the temporary directory can be written to");
    path
}
