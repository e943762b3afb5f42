//! Brings the tables up to date. Applied migrations are never edited; each change is a new one.

use diesel::backend::Backend;
use diesel::connection::SimpleConnection;
use diesel::migration::MigrationSource;
use diesel::mysql::Mysql;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable};
use diesel::sqlite::Sqlite;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::schema::__diesel_schema_migrations as applied_versions;
use super::{AnyConnection, Error, mysql};

const MYSQL: EmbeddedMigrations = embed_migrations!("migrations/mysql");
const SQLITE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");

/// ER_NO_SUCH_TABLE of MySQL and MariaDB.
const NO_SUCH_TABLE: i64 = 1146;

/// How long one migrator waits for another.
const LOCK_SECONDS: u32 = 60;

/// The versions a run of [`migrate`] has applied, oldest first.
pub type Migrated = Vec<String>;

/// Applies what is pending. Safe to run several times at once: one works, the others wait.
///
/// # Errors
/// A migration fails, or another migrator does not finish within a minute.
pub fn migrate(connection: &mut AnyConnection) -> Result<Migrated, Error> {
    match connection {
        AnyConnection::Mysql(connection) => migrate_mysql(connection),
        AnyConnection::Sqlite(connection) => migrate_sqlite(connection),
    }
}

/// Checks that nothing is pending. Only reads, as it is asked by every readiness probe; a schema that
/// is ahead of this program is fine, as during a roll-out.
///
/// # Errors
/// [`Error::Schema`] names what is pending.
pub fn ensure_current(connection: &mut AnyConnection) -> Result<(), Error> {
    let applied = match applied_versions::table.select(applied_versions::version).load::<String>(connection) {
        Ok(applied) => applied,
        Err(error) => return Err(never_migrated(connection).unwrap_or(Error::Query(error))),
    };
    let known = match connection {
        AnyConnection::Mysql(_) => versions::<Mysql>(&MYSQL),
        AnyConnection::Sqlite(_) => versions::<Sqlite>(&SQLITE),
    }?;
    let pending: Vec<_> = known.into_iter().filter(|version| !applied.contains(version)).collect();
    if pending.is_empty() { Ok(()) } else { Err(Error::Schema(format!("pending: {}", pending.join(", ")))) }
}

/// Whether the last statement failed because its table is missing: an account that may not read it gets another number.
/// (A file of SQLite without the table is not even opened.)
fn never_migrated(connection: &mut AnyConnection) -> Option<Error> {
    let AnyConnection::Mysql(connection) = connection else { return None };
    let is_missing = mysql::last_error_number(connection) == Some(NO_SUCH_TABLE);
    is_missing.then(|| Error::Schema("it was never migrated".into()))
}

fn versions<DB: Backend>(migrations: &impl MigrationSource<DB>) -> Result<Vec<String>, Error> {
    let migrations = migrations.migrations().map_err(Error::Migration)?;
    Ok(migrations.iter().map(|migration| migration.name().version().to_string()).collect())
}

/// Reverts every migration, newest first: the `down.sql` files are only worth having when they run.
///
/// # Errors
/// A migration cannot be reverted.
pub fn revert_all(connection: &mut AnyConnection) -> Result<(), Error> {
    match connection {
        AnyConnection::Mysql(connection) => connection.revert_all_migrations(MYSQL).map(drop),
        AnyConnection::Sqlite(connection) => connection.revert_all_migrations(SQLITE).map(drop),
    }
    .map_err(Error::Migration)
}

#[derive(QueryableByName)]
struct Granted {
    #[diesel(sql_type = Nullable<BigInt>)]
    granted: Option<i64>,
}

/// The lock's name holds the schema, as GET_LOCK is known to the whole server.
fn migrate_mysql(connection: &mut MysqlConnection) -> Result<Migrated, Error> {
    let lock = format!("SELECT GET_LOCK(LEFT(CONCAT('dog-gif-app/', DATABASE()), 64), {LOCK_SECONDS}) AS granted");
    let granted: Granted = diesel::sql_query(lock).get_result(connection)?;
    if granted.granted != Some(1) {
        return Err(Error::Migration(format!("another migrator did not finish within {LOCK_SECONDS} s").into()));
    }
    let applied = names(connection.run_pending_migrations(MYSQL));
    connection.batch_execute("SELECT RELEASE_LOCK(LEFT(CONCAT('dog-gif-app/', DATABASE()), 64))")?;
    applied
}

/// An immediate transaction is SQLite's lock, and takes everything back when a migration fails.
pub(super) fn migrate_sqlite(connection: &mut SqliteConnection) -> Result<Migrated, Error> {
    if !connection.has_pending_migration(SQLITE).map_err(Error::Migration)? {
        return Ok(Vec::new());
    }
    connection.immediate_transaction(|connection| names(connection.run_pending_migrations(SQLITE)))
}

fn names<V: ToString>(migrations: diesel::migration::Result<Vec<V>>) -> Result<Vec<String>, Error> {
    migrations.map(|list| list.iter().map(ToString::to_string).collect()).map_err(Error::Migration)
}
