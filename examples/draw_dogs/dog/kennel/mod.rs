//! The breeds that appear in the scenes.

mod large;
mod small;

pub use large::*;
pub use small::*;

use super::breed::Build;

/// The body of a middle-sized dog, which the others vary.
const MIDDLE: Build = Build {
    length: 22.0,
    chest: 9.0,
    hip: 8.0,
    leg: 13.0,
    bone: 2.4,
    neck: 2.0,
    skull: 11.0,
    muzzle: 0.62,
    snout: 0.34,
    fluffy: false,
};
