//! The command line; `make cluster` and the delivery targets of the Makefile call it.

fn main() {}
