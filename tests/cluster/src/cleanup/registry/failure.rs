//! What a registry's refusal means, and what to do about it: one sentence for each.

use anyhow::{Error, anyhow};

/// `who` answered `status`, or nothing if it is 0; `login` is how one gets the right to ask.
pub fn failure(who: &str, status: u16, message: &str, login: &str) -> Error {
    // Theirs may have lines and lengths.
    let message: String = message.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(300).collect();
    match status {
        0 => anyhow!("{who} cannot be asked: look at its name and at the network ({message})"),
        401 => anyhow!("{who} does not know who asks (401): {login}"),
        403 => anyhow!(
            "{who} refuses (403): whoever asks needs the right to read and to delete there; {login} ({message})"
        ),
        404 => {
            anyhow!("{who} has no such thing (404): look at the name, and whether whoever asks may see it ({message})")
        }
        405 => anyhow!(
            "{who} deletes nothing this way (405): allow it (REGISTRY_STORAGE_DELETE_ENABLED=true of distribution), or say with KIND=… who runs it"
        ),
        429 => {
            anyhow!("{who} wants fewer requests (429), after some tries still: run this again in a quarter of an hour")
        }
        500.. => anyhow!("{who} is ill ({status}), after some tries still: run this again when it is well ({message})"),
        _ => anyhow!("{who} answers {status}: {message}"),
    }
}
