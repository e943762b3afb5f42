//! What a forge does around Git: it keeps images and charts, and runs workflows. Here a real registry of the test's own stands
//! for the first, before it the answers of GitHub's and other APIs, and act for the second.

mod cleanup;
mod commands;
mod front;
mod registry;
mod sigstore;
mod workflows;
