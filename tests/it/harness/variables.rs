//! What `make test` tells the tests by variables.

/// The value of a variable, if it is set.
#[expect(clippy::disallowed_methods, reason = "the one place where tests read the environment")]
pub fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}
