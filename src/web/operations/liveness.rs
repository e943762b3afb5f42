//! `GET /livez`: whether a restart would help. Never asks the database.

use std::time::Duration;

use salvo::{Response, handler};

use super::probe::answer;
use crate::gallery::VisitCounter;

/// A counting thread that is stuck for so long will not come back by itself.
const STUCK: Duration = Duration::from_secs(60);

/// Tells whether the counting thread is alive.
#[derive(Clone)]
pub struct Live(pub VisitCounter);

#[handler]
impl Live {
    async fn handle(&self, response: &mut Response) {
        let stuck = self.0.stuck_for();
        if self.0.is_dead() {
            answer(response, Err("the counting thread is gone".into()));
        } else if stuck >= STUCK {
            answer(response, Err(format!("the counting thread has been stuck for {} s", stuck.as_secs())));
        } else {
            answer(response, Ok(()));
        }
    }
}
