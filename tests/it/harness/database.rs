//! A database of its own for each test, on the backend that TEST_DATABASE names.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use diesel::Connection as _;
use diesel::connection::SimpleConnection;
use dog_gif_app::config::Config;
use dog_gif_app::store::{AnyConnection, Error, Store, total_visits};
use dog_gif_app::telemetry::in_full;

use super::process::new_directory;
use super::server::{Kind, Server};
use super::{app, dogs, variable};

/// The backend that the story runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backend {
    Sqlite,
    Server(Kind),
}

/// What TEST_DATABASE says; SQLite if it is not set.
pub fn backend() -> Backend {
    match variable("TEST_DATABASE").as_deref() {
        Some("sqlite") | None => Backend::Sqlite,
        Some("mariadb") => Backend::Server(Kind::Mariadb),
        Some("mysql") => Backend::Server(Kind::Mysql),
        Some(other) => panic!("TEST_DATABASE={other} must be sqlite, mariadb or mysql"),
    }
}

/// The settings that lead to a database, and a directory for whoever uses it.
pub struct Database {
    pub settings: Vec<(String, String)>,
    pub directory: PathBuf,
}

impl Database {
    /// A database without tables.
    pub fn fresh() -> Self {
        match backend() {
            Backend::Sqlite => Self::fresh_sqlite(),
            Backend::Server(_) => Self::fresh_on(Server::shared()),
        }
    }

    /// An SQLite database that is not there yet, whatever the backend of the story.
    pub fn fresh_sqlite() -> Self {
        let directory = new_directory("sqlite");
        let data = directory.join("data").display().to_string();
        Self { settings: vec![("DATA_DIR".into(), data)], directory }
    }

    /// An empty schema on `server`.
    pub fn fresh_on(server: &Server) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("dogs_{}", NEXT.fetch_add(1, Ordering::Relaxed));
        server.sql(&format!("CREATE DATABASE {name}"));
        Self { settings: server.settings(&name), directory: new_directory("schema") }
    }

    /// A database with tables and the bundled dogs.
    pub fn migrated() -> Self {
        Self::fresh().migrate()
    }

    /// A database with tables, the bundled dogs, and three of the tests' own.
    pub fn with_three_dogs() -> Self {
        let database = Self::migrated();
        let directory = new_directory("dogs");
        dogs::write_three(&directory);
        app::run(&database, &["gifs", "add", directory.to_str().unwrap()]).successful();
        database
    }

    pub fn migrate(self) -> Self {
        app::run(&self, &["migrate"]).successful();
        self
    }

    /// The same database with some settings changed.
    pub fn with(&self, settings: &[(&str, &str)]) -> Self {
        let mut changed = self.settings.clone();
        for (name, value) in settings {
            changed.retain(|(key, _)| key != name);
            changed.push(((*name).into(), (*value).into()));
        }
        Self { settings: changed, directory: self.directory.clone() }
    }

    /// Visits ever counted, as the database says.
    pub fn total(&self) -> i64 {
        self.query(total_visits)
    }

    /// Asks the database itself, past the running program.
    pub fn query<T>(&self, work: impl FnOnce(&mut AnyConnection) -> Result<T, Error>) -> T {
        self.try_query(work).unwrap_or_else(|error| panic!("{}", in_full(&error)))
    }

    /// The same for a database that may not be there yet.
    pub fn try_query<T>(&self, work: impl FnOnce(&mut AnyConnection) -> Result<T, Error>) -> Result<T, Error> {
        Store::open(&self.config().database).on_this_thread(work)
    }

    /// Runs statements past the running program.
    pub fn execute(&self, statements: &str) {
        self.query(|connection| Ok(connection.batch_execute(statements)?));
    }

    /// Nobody gets a number while `work` runs.
    pub fn with_counter_held<T>(&self, work: impl FnOnce() -> T) -> T {
        self.query(|connection| {
            connection.transaction(|connection| {
                connection.batch_execute("UPDATE visit_counter SET total = total")?;
                Ok(work())
            })
        })
    }

    /// What one of the settings says.
    pub fn setting(&self, name: &str) -> &str {
        let found = self.settings.iter().find(|(key, _)| key == name);
        &found.unwrap_or_else(|| panic!("{name} is not set")).1
    }

    /// What the program makes of the settings.
    pub fn config(&self) -> Config {
        let value = |name: &str| self.settings.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone());
        Config::read(value).unwrap_or_else(|problems| panic!("{problems}"))
    }
}
