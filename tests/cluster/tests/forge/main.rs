//! What a forge does around Git: it keeps images and charts, as a real registry of
//! the test's own does here, behind the answers of GitHub's and other APIs.

mod cleanup;
mod front;
mod registry;
