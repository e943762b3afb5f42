//! What one would otherwise write: axum and sqlx, one transaction a visit.
//!
//! It knows less than the program does, all in its favour: the page comes ready-made, without choosing a dog and
//! without rendering, and there are neither log lines nor metrics nor headers that protect visitors.
//!
//! `peer PAGE` serves the file PAGE on a free port of 127.0.0.1, which it prints, with a number in the place of
//! `{visitor}`; and at `/hello` a word, which tells what HTTP alone costs on this machine. The database is what
//! `MYSQL_HOST`, `_PORT`, `_USER`, `_PASSWORD` and `_DATABASE` say.

use std::error::Error;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Html;
use axum::routing::get;
use sqlx::MySqlPool;
use sqlx::mysql::{MySqlConnectOptions, MySqlPoolOptions};
use tokio::net::TcpListener;

/// sqlx's default, named so that nobody wonders.
const POOL_SIZE: u32 = 10;

/// What stands in the file for the number.
const VISITOR: &str = "{visitor}";

#[derive(Clone)]
struct Shared {
    pool: MySqlPool,
    /// The page before the number, and behind it.
    page: &'static (String, String),
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let file = std::env::args().nth(1).ok_or("which page?")?;
    let page = std::fs::read_to_string(file)?;
    let (before, behind) = page.split_once(VISITOR).ok_or("the page has no place for a number")?;
    let page = Box::leak(Box::new((before.to_string(), behind.to_string())));
    let pool = MySqlPoolOptions::new().max_connections(POOL_SIZE).connect_with(database()?).await?;
    let router = Router::new()
        .route("/", get(home))
        .route("/hello", get(|| async { "Hello" }))
        .with_state(Shared { pool, page });
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    println!("{}", listener.local_addr()?);
    Ok(axum::serve(listener, router).await?)
}

#[expect(clippy::disallowed_methods, reason = "the peer has no settings but these")]
fn database() -> Result<MySqlConnectOptions, Box<dyn Error>> {
    let setting = |name: &str| std::env::var(name).map_err(|error| format!("{name}: {error}"));
    let options = MySqlConnectOptions::new().host(&setting("MYSQL_HOST")?).port(setting("MYSQL_PORT")?.parse()?);
    let options = options.username(&setting("MYSQL_USER")?).password(&setting("MYSQL_PASSWORD")?);
    Ok(options.database(&setting("MYSQL_DATABASE")?))
}

async fn home(State(Shared { pool, page }): State<Shared>) -> Result<Html<String>, (StatusCode, String)> {
    match count(&pool).await {
        Ok(number) => Ok(Html(format!("{}{number}{}", page.0, page.1))),
        Err(error) => Err((StatusCode::SERVICE_UNAVAILABLE, error.to_string())),
    }
}

/// BEGIN, UPDATE, SELECT, COMMIT: the lock that UPDATE takes keeps the number that SELECT reads ours.
async fn count(pool: &MySqlPool) -> Result<i64, sqlx::Error> {
    let mut transaction = pool.begin().await?;
    sqlx::query("UPDATE visit_counter SET total = total + 1 WHERE id = 1").execute(&mut *transaction).await?;
    let number =
        sqlx::query_scalar("SELECT total FROM visit_counter WHERE id = 1").fetch_one(&mut *transaction).await?;
    transaction.commit().await?;
    Ok(number)
}
