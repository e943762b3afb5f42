//! A database of its own for each test, on the backend that TEST_DATABASE names.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use dog_gif_app::config::Config;
use dog_gif_app::store::{AnyConnection, Error, Store, total_visits};

use super::process::new_directory;
use super::server::{Kind, Server};
use super::{app, dogs};

/// The backend that the story runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backend {
    Sqlite,
    Server(Kind),
}

/// What TEST_DATABASE says; SQLite if it is not set.
pub fn backend() -> Backend {
    match std::env::var("TEST_DATABASE").as_deref() {
        Ok("sqlite") | Err(_) => Backend::Sqlite,
        Ok("mariadb") => Backend::Server(Kind::Mariadb),
        Ok("mysql") => Backend::Server(Kind::Mysql),
        Ok(other) => panic!("TEST_DATABASE={other} must be sqlite, mariadb or mysql"),
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
        let value = |name: &str| self.settings.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone());
        let config = Config::read(value).unwrap_or_else(|problems| panic!("{problems}"));
        Store::open(&config.database).and_then(|store| store.run_here(work)).unwrap_or_else(|error| panic!("{error}"))
    }
}
