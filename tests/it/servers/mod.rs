//! What only a real database server can show: absence, TLS, accounts, and several replicas.
