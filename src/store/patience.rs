//! How long a server may be silent before its connection is given up.

/// How long a connection waits for a server that has fallen silent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Patience {
    /// Seconds, as someone waits for the answer.
    Short,
    /// As long as it takes: changing a large table may take minutes without a word. Only a host that has vanished is
    /// given up.
    Unlimited,
}
