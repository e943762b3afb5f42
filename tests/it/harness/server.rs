//! Private MariaDB and MySQL servers: own data directory, own port, default durable settings.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::{Connection, MysqlConnection, QueryResult};

use super::database::{Backend, backend};
use super::process::{Process, new_directory};
use super::{variable, wait};

/// Which server it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Mariadb,
    Mysql,
}

/// The account that tests use; the odd characters are part of the tests.
pub const USER: &str = "dog";
pub const PASSWORD: &str = "b@ne/%&;=\"' ü?#:";

/// Long enough for a cold start on a busy machine.
const START: Duration = Duration::from_secs(90);

/// A server; killed with SIGKILL when dropped.
pub struct Server {
    pub kind: Kind,
    pub port: u16,
    pub socket: PathBuf,
    directory: PathBuf,
    host: Host,
    options: Vec<String>,
    process: Option<Process>,
}

/// Where a server runs.
#[derive(Debug, Clone)]
pub struct Host {
    pub address: String,
    /// Where it speaks with the other members of a group.
    pub group_address: String,
    /// What its command begins with, to be carried out there.
    pub enter: Vec<String>,
}

impl Host {
    /// This machine, by its loopback address.
    pub fn here() -> Self {
        Self { address: "127.0.0.1".into(), group_address: "127.0.0.1".into(), enter: Vec::new() }
    }

    /// The same command, to be carried out there.
    fn command(&self, here: Command) -> Command {
        let Some((enter, arguments)) = self.enter.split_first() else { return here };
        let mut command = Command::new(enter);
        command.args(arguments).arg(here.get_program()).args(here.get_args());
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        command
    }
}

impl Server {
    /// A server for one test alone, of the kind that TEST_DATABASE names.
    pub fn start() -> Self {
        Self::start_with(&[])
    }

    /// The same, with further options.
    pub fn start_with(options: &[&str]) -> Self {
        Self::start_on(Host::here(), options)
    }

    /// The same, elsewhere.
    pub fn start_on(host: Host, options: &[&str]) -> Self {
        let kind = kind();
        Self::start_on_copy(kind, template(kind), host, options)
    }

    /// One server for all tests that do it no harm.
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<Server> = OnceLock::new();
        SHARED.get_or_init(Self::start)
    }

    fn start_on_copy(kind: Kind, template: &Path, host: Host, options: &[&str]) -> Self {
        let directory = new_directory("server");
        let copied = Command::new("cp").arg("-a").arg(template).arg(directory.join("data")).status();
        assert!(copied.is_ok_and(|status| status.success()), "cannot copy {}", template.display());
        // Each server has a UUID of its own.
        let _ = std::fs::remove_file(directory.join("data/auto.cnf"));
        let options = options.iter().map(ToString::to_string).collect();
        let socket = directory.join("socket");
        let mut server = Self { kind, port: 0, socket, directory, host, options, process: None };
        // Between looking and binding, someone else may take the port.
        for _ in 0..5 {
            server.port = free_port();
            if server.try_start() {
                return server;
            }
        }
        panic!("the server does not start:\n{}", server.log());
    }

    /// Starts it again on the same data, and returns once it answers.
    pub fn restart(&mut self) {
        assert!(self.try_start(), "the server does not start again:\n{}", self.log());
    }

    fn try_start(&mut self) -> bool {
        let mut process = Process::spawn(self.command()).expect("the server's program can be started");
        let is_up = wait::until("the start of the server", START, || {
            if process.has_ended().is_some() { Some(false) } else { self.connect_as_root().is_some().then_some(true) }
        });
        self.process = is_up.then_some(process);
        is_up
    }

    fn command(&self) -> Command {
        let mut command = self.host.command(program(self.kind));
        let path = |name: &str| self.directory.join(name).display().to_string();
        command.args([
            format!("--datadir={}", path("data")),
            format!("--socket={}", self.socket.display()),
            format!("--port={}", self.port),
            format!("--pid-file={}", path("pid")),
            format!("--log-error={}", path("log")),
            format!("--bind-address={}", self.host.address),
            "--skip-name-resolve".into(),
            "--max-connections=400".into(),
        ]);
        command.args(&self.options);
        command.env("TMPDIR", &self.directory);
        command
    }

    /// Asks it to stop, and waits until it has.
    pub fn stop(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.signal(libc::SIGTERM);
            process.wait(START);
        }
    }

    /// Ends it as a power cut would.
    pub fn kill(&mut self) {
        drop(self.process.take());
    }

    /// Stops it from doing anything, connections left open.
    pub fn freeze(&self) {
        self.process.as_ref().expect("the server runs").freeze();
    }

    pub fn thaw(&self) {
        self.signal(libc::SIGCONT);
    }

    fn signal(&self, signal: i32) {
        self.process.as_ref().expect("the server runs").signal(signal);
    }

    /// Runs statements as root.
    pub fn sql(&self, statements: &str) {
        let mut connection = self.connect_as_root().expect("the server answers");
        connection.batch_execute(statements).unwrap_or_else(|error| panic!("{statements}: {error}"));
    }

    /// Asks something as root.
    pub fn query<T>(&self, ask: impl FnOnce(&mut MysqlConnection) -> QueryResult<T>) -> T {
        let mut connection = self.connect_as_root().expect("the server answers");
        ask(&mut connection).unwrap_or_else(|error| panic!("{error}"))
    }

    /// The same of a server that may not answer.
    pub fn try_query<T>(&self, ask: impl FnOnce(&mut MysqlConnection) -> QueryResult<T>) -> Option<T> {
        ask(&mut self.connect_as_root()?).ok()
    }

    pub fn address(&self) -> &str {
        &self.host.address
    }

    fn connect_as_root(&self) -> Option<MysqlConnection> {
        // A connection to a missing socket would be tried over the network.
        if !self.socket.exists() {
            return None;
        }
        let socket = self.socket.display().to_string().replace('/', "%2F");
        MysqlConnection::establish(&format!("mysql://root@localhost/mysql?unix_socket={socket}")).ok()
    }

    /// How the program reaches the schema `name` here, over TCP.
    pub fn settings(&self, name: &str) -> Vec<(String, String)> {
        [
            ("MYSQL_HOST", self.host.address.as_str()),
            ("MYSQL_PORT", &self.port.to_string()),
            ("MYSQL_USER", USER),
            ("MYSQL_PASSWORD", PASSWORD),
            ("MYSQL_DATABASE", name),
        ]
        .map(|(name, value)| (name.to_string(), value.to_string()))
        .to_vec()
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.directory.join("log")).unwrap_or_default()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
        let _ = std::fs::remove_dir_all(&self.directory);
    }
}

/// The kind of server that TEST_DATABASE names.
pub fn kind() -> Kind {
    match backend() {
        Backend::Server(kind) => kind,
        Backend::Sqlite => panic!("this test needs a server: `make test` runs it with TEST_DATABASE=mariadb and mysql"),
    }
}

/// Tells a run of these tests inside another one which data directory is made already.
pub const TEMPLATE: &str = "TEST_TEMPLATE";

/// A data directory with the account for tests, made once.
pub fn template(kind: Kind) -> &'static Path {
    static MADE: OnceLock<PathBuf> = OnceLock::new();
    MADE.get_or_init(|| variable(TEMPLATE).map_or_else(|| make_template(kind), PathBuf::from))
}

fn make_template(kind: Kind) -> PathBuf {
    let empty = new_directory("template").join("data");
    initialise(kind, &empty);
    let mut server = Server::start_on_copy(kind, &empty, Host::here(), &[]);
    let quoted = PASSWORD.replace('\'', "''");
    let mut statements = format!(
        "CREATE USER '{USER}'@'%' IDENTIFIED BY '{quoted}'; GRANT ALL ON *.* TO '{USER}'@'%' WITH GRANT OPTION;"
    );
    if kind == Kind::Mariadb {
        // Anonymous users come before '%' and would take our account's connections.
        statements.insert_str(0, "DELETE FROM mysql.global_priv WHERE User = ''; FLUSH PRIVILEGES; ");
    }
    server.sql(&statements);
    server.stop();
    let filled = empty.with_file_name("filled");
    std::fs::rename(server.directory.join("data"), &filled).expect("a directory can be renamed");
    let _ = std::fs::remove_dir_all(&empty);
    filled
}

fn initialise(kind: Kind, data: &Path) {
    let mut command = match kind {
        Kind::Mariadb => {
            let mut command = Command::new(variable("TEST_MARIADB_INSTALL_DB").unwrap_or("mariadb-install-db".into()));
            command.args(["--no-defaults", "--auth-root-authentication-method=normal", "--skip-test-db"]);
            command.args(as_root());
            command
        }
        Kind::Mysql => {
            let mut command = program(kind);
            command.arg("--initialize-insecure");
            command
        }
    };
    command.arg(format!("--datadir={}", data.display()));
    // In a shared directory, servers that start at the same time could take each other's temporary tables away.
    command.env("TMPDIR", data.parent().expect("a directory of its own"));
    let made = command.stdin(Stdio::null()).output().expect("the server's programs are installed; try `make tools`");
    assert!(
        made.status.success(),
        "{}\n{}",
        String::from_utf8_lossy(&made.stdout),
        String::from_utf8_lossy(&made.stderr)
    );
}

/// The server's program with what it needs on this machine; durability is left at its default.
fn program(kind: Kind) -> Command {
    let mut command = Command::new(match kind {
        Kind::Mariadb => variable("TEST_MARIADBD").unwrap_or("mariadbd".into()),
        Kind::Mysql => variable("TEST_MYSQLD").unwrap_or("mysqld".into()),
    });
    command.args(["--no-defaults", "--skip-log-bin", "--innodb-buffer-pool-size=32M"]);
    // On, as MySQL has it by default: it knows the sessions.
    command.args(["--performance-schema=ON", "--performance-schema-instrument=%=OFF"]);
    command.arg("--performance-schema-instrument=thread/%=ON");
    command.args(as_root());
    match kind {
        Kind::Mariadb => command.arg("--innodb-log-file-size=16M"),
        Kind::Mysql => command.args(["--mysqlx=OFF", "--innodb-redo-log-capacity=16M"]),
    };
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command
}

/// Both refuse to run as root unless they are told to.
fn as_root() -> Option<&'static str> {
    // SAFETY: geteuid always succeeds.
    (unsafe { libc::geteuid() } == 0).then_some("--user=root")
}

/// Below the range that outgoing connections use, so that a restart finds its port free.
pub fn free_port() -> u16 {
    loop {
        let port = rand::random_range(15_000..32_000);
        if std::net::TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}
