//! `smoke`: looks at a running website from outside as a visitor would, for images without curl.
//! It knows nothing of the database: what counts is what visitors are told.

use std::time::Duration;

use anyhow::{Context, bail, ensure};
use serde::Deserialize;

/// Longer than a visit may wait for its number (`VISIT_TIMEOUT_SECONDS` is 60 at most, and 2 unless told otherwise).
const TIMEOUT: Duration = Duration::from_secs(10);

/// What stands before the number on the page of a dog.
const BEFORE_NUMBER: &str = "You are visitor <strong>";

/// What `GET /api/v1/visits` answers.
#[derive(Deserialize)]
struct Visits {
    total: i64,
}

pub fn run(website: &str, operations: Option<&str>) -> anyhow::Result<()> {
    let agent: ureq::Agent =
        ureq::Agent::config_builder().timeout_global(Some(TIMEOUT)).http_status_as_error(false).build().into();
    if let Some(operations) = operations {
        fetch(&agent, operations, "/readyz")?;
        println!("{operations} is ready");
    }
    let before = total(&agent, website)?;
    let page = fetch(&agent, website, "/")?;
    let number = visitor(&page).with_context(|| format!("{website}/ shows no visitor number"))?;
    let after = total(&agent, website)?;
    judge(before, number, after)?;
    println!("{website} counted visitor {number}: {before} visits before, {after} after");
    Ok(())
}

/// Others may visit meanwhile: the number lies between the totals, and above the first.
fn judge(before: i64, number: i64, after: i64) -> anyhow::Result<()> {
    ensure!(number > before, "the page said visitor {number}, but {before} visits were counted before it");
    ensure!(
        number <= after,
        "the page said visitor {number}, but the total is {after} after it: the visit is not kept"
    );
    Ok(())
}

fn total(agent: &ureq::Agent, website: &str) -> anyhow::Result<i64> {
    let answer = fetch(agent, website, "/api/v1/visits")?;
    let Visits { total } = serde_json::from_str(&answer)
        .with_context(|| format!("{website}/api/v1/visits does not say how many visits there were"))?;
    Ok(total)
}

fn fetch(agent: &ureq::Agent, base: &str, path: &str) -> anyhow::Result<String> {
    let url = format!("{}{path}", base.trim_end_matches('/'));
    let mut answer = agent.get(&url).call().with_context(|| format!("{url} does not answer"))?;
    if !answer.status().is_success() {
        bail!("{url} answered {}", answer.status());
    }
    answer.body_mut().read_to_string().with_context(|| format!("the answer of {url} broke off"))
}

/// The visitor's number on a page, whose thousands are separated by commas.
fn visitor(page: &str) -> Option<i64> {
    let (_, rest) = page.split_once(BEFORE_NUMBER)?;
    let (number, _) = rest.split_once('<')?;
    number.replace(',', "").parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_with_their_thousands() {
        assert_eq!(visitor("<p>You are visitor <strong>1,234,567</strong></p>"), Some(1_234_567));
        assert_eq!(visitor("<p>You are visitor 7</p>"), None);
    }

    #[test]
    fn a_number_must_lie_between_the_totals() {
        assert!(judge(7, 8, 8).is_ok());
        assert!(judge(7, 9, 12).is_ok(), "others may visit meanwhile");
        assert!(judge(7, 7, 8).is_err(), "a number that was given before");
        assert!(judge(7, 8, 7).is_err(), "a visit that was not kept");
    }
}
