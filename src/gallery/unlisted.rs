//! Files that the catalogue in memory does not have: nearly always there are none, but one may have been added just now,
//! and another server may show it already.
//!
//! # Design
//! Anybody can ask for any digest, so the database is asked by one at a time, and first only whether it has another
//! catalogue by now. Whoever came before that question was put shares its answer: a flood of digests costs what one does.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::sync::Mutex;

use super::{FileBytes, Files, Sha256};
use crate::store::{Error, FileKind, Store, catalogue_version};

/// Longest wait for an answer, as for everything that visitors wait for.
const PATIENCE: Duration = Duration::from_secs(2);

/// Finds files that are not listed.
pub struct Unlisted {
    files: Arc<Files>,
    store: Store,
    /// How many questions were put to the database so far.
    put: AtomicU64,
    /// Held by whoever asks the database.
    turn: Mutex<Heard>,
}

/// The last answer of the database.
struct Heard {
    /// To which question.
    question: u64,
    /// Its catalogue's version.
    version: Result<i64, Arc<Error>>,
}

impl Unlisted {
    /// Looks into `store`, and for files through `files`.
    pub fn new(files: Arc<Files>, store: Store) -> Self {
        let turn = Mutex::new(Heard { question: 0, version: Ok(0) });
        Self { files, store, put: AtomicU64::new(0), turn }
    }

    /// A file that is not in the catalogue of version `known`, if it was added since then.
    ///
    /// # Errors
    /// The database cannot be asked, or does not answer in time.
    pub async fn find(
        self: &Arc<Self>,
        known: i64,
        sha256: Sha256,
        kind: FileKind,
    ) -> Result<Option<FileBytes>, Arc<Error>> {
        let this = self.clone();
        // A task of its own, as who hangs up must not let the next one in while the database is still at work.
        let asking = tokio::spawn(async move { this.ask(known, sha256, kind).await });
        let unavailable = |cause: String| Arc::new(Error::Unavailable(cause));
        match tokio::time::timeout(PATIENCE, asking).await {
            Ok(answer) => answer.unwrap_or_else(|panic| Err(unavailable(panic.to_string()))),
            Err(_) => Err(unavailable(format!("no answer about an unlisted file within {} s", PATIENCE.as_secs()))),
        }
    }

    async fn ask(&self, known: i64, sha256: Sha256, kind: FileKind) -> Result<Option<FileBytes>, Arc<Error>> {
        let put_before = self.put.load(Ordering::SeqCst);
        let mut heard = self.turn.lock().await;
        if heard.question <= put_before {
            let question = self.put.fetch_add(1, Ordering::SeqCst) + 1;
            *heard =
                Heard { question, version: self.store.without_deadline(catalogue_version).await.map_err(Arc::new) };
        }
        if heard.version.clone()? == known {
            return Ok(None);
        }
        let found = self.files.get(sha256, kind).await.map_err(Arc::new);
        if let Err(error) = &found {
            heard.version = Err(error.clone());
        }
        found
    }
}
