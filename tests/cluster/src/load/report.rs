//! What visitors were told, and whether it adds up.

use std::collections::HashSet;
use std::fmt;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};

/// The account of a load.
#[derive(Clone)]
pub struct Report {
    begin: Instant,
    last_answer: Instant,
    numbers: Vec<i64>,
    failures: Vec<String>,
    asked_again: usize,
    slowest: Duration,
    longest_silence: Duration,
}

impl Report {
    pub(super) fn begin() -> Self {
        let now = Instant::now();
        Self {
            begin: now,
            last_answer: now,
            numbers: Vec::new(),
            failures: Vec::new(),
            asked_again: 0,
            slowest: Duration::ZERO,
            longest_silence: Duration::ZERO,
        }
    }

    pub(super) fn answered_with(&mut self, number: i64, asked: Instant) {
        let now = Instant::now();
        self.longest_silence = self.longest_silence.max(now - self.last_answer);
        self.slowest = self.slowest.max(now - asked);
        self.last_answer = now;
        self.numbers.push(number);
    }

    pub(super) fn failed(&mut self, sentence: String) {
        self.failures.push(sentence);
    }

    pub(super) fn asked_again(&mut self) {
        self.asked_again += 1;
    }

    pub(super) fn end(&mut self) {
        self.longest_silence = self.longest_silence.max(self.last_answer.elapsed());
    }

    pub fn answered(&self) -> usize {
        self.numbers.len()
    }

    pub fn failures(&self) -> &[String] {
        &self.failures
    }

    /// The outage as visitors felt it: the longest time in which nobody got an answer.
    pub fn longest_silence(&self) -> Duration {
        self.longest_silence
    }

    /// Every request was answered, and there were some.
    pub fn none_failed(&self) -> Result<()> {
        ensure!(!self.numbers.is_empty(), "no request was answered: {self}");
        ensure!(self.failures.is_empty(), "requests failed: {self}");
        Ok(())
    }

    /// No acknowledged visit is lost and none is counted twice, given the totals before and after. Visits that were
    /// counted without their visitor being told are possible only where a request broke under way.
    pub fn adds_up(&self, before: i64, after: i64) -> Result<()> {
        let distinct: HashSet<i64> = self.numbers.iter().copied().collect();
        ensure!(distinct.len() == self.numbers.len(), "some numbers were given twice: {self}");
        if let (Some(least), Some(most)) = (distinct.iter().min(), distinct.iter().max()) {
            ensure!(*least > before, "number {least} was given again, the total was {before} before: {self}");
            ensure!(*most <= after, "visit {most} was acknowledged, but only {after} are counted: {self}");
        }
        let surplus = after - before - self.numbers.len() as i64;
        let not_told = (self.failures.len() + self.asked_again) as i64;
        ensure!(surplus >= 0, "{} acknowledged visits are lost: {self}", -surplus);
        ensure!(surplus <= not_told, "{surplus} visits were counted that nobody made: {self}");
        Ok(())
    }
}

impl fmt::Display for Report {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "{} answered in {:.1} s, {} failed, slowest {} ms, longest silence {} ms",
            self.numbers.len(),
            self.begin.elapsed().as_secs_f64(),
            self.failures.len(),
            self.slowest.as_millis(),
            self.longest_silence.as_millis()
        )?;
        if self.asked_again > 0 {
            write!(formatter, ", {} asked again on a new connection", self.asked_again)?;
        }
        // Three tell what kind of failure it is; hundreds hide it.
        for failure in self.failures.iter().take(3) {
            write!(formatter, "; {failure}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(numbers: &[i64], failures: usize) -> Report {
        let mut report = Report::begin();
        numbers.iter().for_each(|number| report.answered_with(*number, Instant::now()));
        (0..failures).for_each(|_| report.failed("refused".to_string()));
        report
    }

    #[test]
    fn what_was_answered_is_what_was_counted() {
        report(&[11, 12, 13], 0).adds_up(10, 13).unwrap();
        report(&[11, 12, 13], 0).none_failed().unwrap();
    }

    #[test]
    fn a_number_given_twice_is_found() {
        let error = report(&[11, 11], 0).adds_up(10, 12).unwrap_err().to_string();
        assert!(error.contains("given twice"), "{error}");
    }

    #[test]
    fn a_lost_visit_is_found() {
        let error = report(&[11, 12], 0).adds_up(10, 11).unwrap_err().to_string();
        assert!(error.contains("only 11 are counted"), "{error}");
    }

    #[test]
    fn a_visit_nobody_made_is_found_unless_a_request_broke() {
        let error = report(&[11, 13], 0).adds_up(10, 13).unwrap_err().to_string();
        assert!(error.contains("nobody made"), "{error}");
        report(&[11, 13], 1).adds_up(10, 13).unwrap();
    }

    #[test]
    fn nothing_answered_is_no_success() {
        assert!(report(&[], 0).none_failed().is_err());
        assert!(report(&[1], 1).none_failed().is_err());
    }
}
