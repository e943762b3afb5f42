//! OCI images, assembled without Docker and without Nix: the program, MySQL, and what the tests put in their place.
//!
//! The same input gives the same digest, so that a tree names what it will get before it is imported. Importing is
//! the node's business: `Image::write` makes the archive that `ctr --namespace k8s.io images import` takes.
//!
//! # Design
//! Manifest and configuration are a few lines of JSON with sorted keys, written here: what makes a digest should be
//! seen where it is made.

mod archive;
pub mod checkout;
pub mod command;
mod elf;
mod layer;
pub mod mysql;
mod nix;
pub mod program;
pub mod stand_in;
pub mod tools;

pub use archive::{Digest, Image, Settings, architecture, references};
pub use layer::{Layer, LayerBuilder, Owner};
pub use nix::{from_docker_archive, from_layout};
