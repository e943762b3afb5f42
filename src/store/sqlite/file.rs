//! The file of the embedded database while a process has it open.

use std::fs;
use std::path::PathBuf;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

use diesel::prelude::*;
use diesel::sql_types::BigInt;
use parking_lot::Mutex;

use super::highest::Highest;
use super::making::{Purpose, make};
use super::named::{Named, displaced};
use super::opening::{look, open};
use super::place::{beside, unusable};
use crate::store::Error;

/// The file of the embedded database, for all connections of a process.
pub struct SqliteFile {
    path: PathBuf,
    /// The first connection, kept so that the names stand for the same files as long as this process runs.
    anchor: Mutex<Option<SqliteConnection>>,
    /// What was opened with it.
    opened: OnceLock<[Named; 3]>,
    highest: Highest,
    is_closed: AtomicBool,
}

impl SqliteFile {
    pub(crate) fn new(path: PathBuf) -> Self {
        let highest = Highest::new(&path);
        Self { path, anchor: Mutex::default(), opened: OnceLock::new(), highest, is_closed: AtomicBool::new(false) }
    }

    /// Makes the database if there is none, with the tables that `fill` makes; `None` if there is one.
    ///
    /// # Errors
    /// The directory cannot be used, or something in it is left of an earlier database.
    pub(crate) fn make<T>(
        &self,
        purpose: Purpose,
        fill: impl FnOnce(&mut SqliteConnection) -> Result<T, Error>,
    ) -> Result<Option<T>, Error> {
        make(&self.path, purpose, fill)
    }

    /// Opens one connection, ready for use.
    ///
    /// # Errors
    /// There is no such file, it is not ours, or not the one that this process has opened first.
    pub(crate) fn connect(&self) -> Result<SqliteConnection, Error> {
        self.hold()?;
        self.ensure_in_place()?;
        let connection = open(&self.path)?;
        // Once more: it may have been replaced just before it was opened.
        self.ensure_in_place()?;
        Ok(connection)
    }

    /// Opens the only connection of this process.
    ///
    /// # Errors
    /// There is no such file, or it is not ours.
    pub(crate) fn connect_alone(&self) -> Result<SqliteConnection, Error> {
        *self.anchor.lock() = None;
        look(&self.path)?;
        open(&self.path)
    }

    /// Checks that the names still stand for what was opened.
    ///
    /// # Errors
    /// They do not, or the database was closed.
    pub(crate) fn ensure_in_place(&self) -> Result<(), Error> {
        if self.is_closed.load(Ordering::Relaxed) {
            return Err(Error::Unavailable("the database is closed".into()));
        }
        match self.opened.get().into_iter().flatten().find(|named| !named.is_in_place()) {
            None => Ok(()),
            Some(named) => {
                self.save();
                Err(displaced(&named.name))
            }
        }
    }

    /// Notes that visits up to `total` were committed, and checks that they are where the next process will look.
    ///
    /// # Errors
    /// The file was deleted or replaced: the visits must not be acknowledged.
    pub(crate) fn acknowledge(&self, total: i64) -> Result<(), Error> {
        self.ensure_in_place()?;
        self.highest.note(total)
    }

    /// The highest number that was ever acknowledged here, as far as is known.
    pub(crate) fn highest(&self) -> Option<i64> {
        self.highest.get()
    }

    /// Forgets what was acknowledged, because the count was set on purpose.
    ///
    /// # Errors
    /// The file system refuses.
    pub(crate) fn forget_highest(&self) -> Result<(), Error> {
        self.highest.forget()
    }

    /// Checks that the database has all that was acknowledged.
    ///
    /// # Errors
    /// It has lost some of it.
    pub(crate) fn ensure_nothing_is_lost(&self, total: impl FnOnce() -> Result<i64, Error>) -> Result<(), Error> {
        self.highest.ensure_reached(total)
    }

    /// Brings everything into the one file, and closes it for this process.
    ///
    /// # Errors
    /// Something stays in the `-wal`, which the next process will read.
    pub(crate) fn close(&self) -> Result<(), Error> {
        // A checkpoint of what is not there any more would only do harm.
        self.ensure_in_place()?;
        self.is_closed.store(true, Ordering::Relaxed);
        let Some(mut connection) = self.anchor.lock().take() else { return Ok(()) };
        checkpoint(&mut connection)
    }

    /// Opens the first connection, and keeps it.
    fn hold(&self) -> Result<(), Error> {
        let mut anchor = self.anchor.lock();
        if anchor.is_some() {
            return Ok(());
        }
        look(&self.path)?;
        let before = Named::new(self.path.clone());
        let connection = open(&self.path)?;
        // SQLite puts its files beside the real one, wherever links have led to it.
        let real = fs::canonicalize(&self.path).map_err(|cause| unusable(&self.path, cause))?;
        let named = [self.path.clone(), beside(&real, "-wal"), beside(&real, "-shm")].map(Named::new);
        let [Some(file), Some(wal), Some(shm)] = named else { return Err(displaced(&self.path)) };
        if before.is_none_or(|before| !before.is_same_as(&file)) {
            return Err(displaced(&self.path));
        }
        let _ = self.opened.set([file, wal, shm]);
        *anchor = Some(connection);
        Ok(())
    }

    /// When only the name of the `-wal` is gone, what is in it is still to be had from the open file, and from nowhere
    /// else: brings it into the database, which is still where it was.
    fn save(&self) {
        let Some([file, wal, shm]) = self.opened.get() else { return };
        let is_only_wal_gone = file.is_in_place() && shm.is_in_place() && !wal.name.exists();
        if is_only_wal_gone
            && let Some(connection) = &mut *self.anchor.lock()
            && checkpoint(connection).is_ok()
        {
            // Without a -wal, it would tell the next process that something was lost.
            let _ = fs::remove_file(&shm.name);
        }
    }
}

#[derive(QueryableByName)]
struct Checkpoint {
    #[diesel(sql_type = BigInt)]
    busy: i64,
}

/// Brings everything from the `-wal` into the file.
fn checkpoint(connection: &mut SqliteConnection) -> Result<(), Error> {
    let Checkpoint { busy } = diesel::sql_query("PRAGMA wal_checkpoint(TRUNCATE)").get_result(connection)?;
    if busy == 0 { Ok(()) } else { Err(Error::Unavailable("another process is reading the database".into())) }
}

#[cfg(test)]
mod tests {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;

    use diesel::connection::SimpleConnection;

    use super::*;
    use crate::store::scratch::new_directory;

    #[derive(QueryableByName)]
    struct Number {
        #[diesel(sql_type = BigInt)]
        number: i64,
    }

    fn pragma(connection: &mut SqliteConnection, name: &str) -> i64 {
        let query = format!("SELECT {name} AS number FROM pragma_{name}");
        diesel::sql_query(query).get_result::<Number>(connection).unwrap().number
    }

    fn fill(connection: &mut SqliteConnection) -> Result<(), Error> {
        Ok(connection.batch_execute("CREATE TABLE __diesel_schema_migrations (version TEXT)")?)
    }

    #[test]
    fn commits_are_synced_and_references_kept_on_every_connection() {
        let directory = new_directory();
        let file = SqliteFile::new(directory.join("dogs.db"));
        file.make(Purpose::Beginning, fill).unwrap().expect("a new database");
        for _ in 0..2 {
            let mut connection = file.connect().unwrap();
            // 2 is FULL: less than that may lose commits in WAL mode.
            assert_eq!(pragma(&mut connection, "synchronous"), 2);
            assert_eq!(pragma(&mut connection, "foreign_keys"), 1);
        }
        fs::remove_dir_all(directory).unwrap();
    }

    #[test]
    fn any_name_can_be_a_path() {
        let directory = new_directory();
        for name in [&b"a b?c#d%41&mode=memory"[..], b"\xff\xfe", "ünï".as_bytes()] {
            let file = SqliteFile::new(directory.join(OsStr::from_bytes(name)));
            assert!(matches!(file.connect(), Err(Error::NoDatabase(_))), "{}", file.path.display());
            file.make(Purpose::Beginning, fill).unwrap().expect("a new database");
            file.connect().unwrap();
            assert!(file.path.exists());
        }
        fs::remove_dir_all(directory).unwrap();
    }
}
