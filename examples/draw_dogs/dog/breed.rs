//! What tells one breed from another: proportions, ears, tail and coat.

use super::coats;
use crate::canvas::Colour;
use crate::sprite::{INK, Tones};

/// The ways a dog's ears are set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ears {
    /// Upright triangles.
    Pricked,
    /// Upright, small and rounded.
    Small,
    /// Very large, upright and wide apart.
    Bat,
    /// Hanging to the cheek.
    Floppy,
    /// Hanging below the cheek.
    Long,
    /// Half upright with tips that fall over.
    Folded,
    /// Small folded triangles.
    Button,
    /// Curly and hanging.
    Curly,
}

/// The shapes a dog's tail can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tail {
    /// Short and round.
    Stub,
    /// Thin and tapering.
    Whip,
    /// Long and feathered.
    Plume,
    /// Rolled over the back.
    Curl,
    /// A thin tail with a ball of fur.
    Pompom,
}

/// The sizes of a body, in logical pixels.
#[derive(Clone, Copy, Debug)]
pub struct Build {
    /// From the hip to the chest.
    pub length: f32,
    /// Radius of the chest.
    pub chest: f32,
    /// Radius of the hip.
    pub hip: f32,
    /// From the belly to the ground.
    pub leg: f32,
    /// Radius of a leg.
    pub bone: f32,
    /// How much higher than usual the head is carried.
    pub neck: f32,
    /// Radius of the skull.
    pub skull: f32,
    /// Length of the muzzle in skull radii.
    pub muzzle: f32,
    /// Radius of the muzzle's tip in skull radii.
    pub snout: f32,
    /// Whether the outline is tufted.
    pub fluffy: bool,
}

/// The colours of a coat and of what grows in it; without a marking, the main colour goes on.
#[derive(Clone, Copy, Debug)]
pub struct Coat {
    pub main: Tones,
    pub ears: Tones,
    pub inner_ears: Tones,
    pub muzzle: Tones,
    pub cheeks: Option<Tones>,
    pub brows: Option<Tones>,
    pub blaze: Option<Tones>,
    pub mask: Option<Tones>,
    pub eye_patch: Option<Tones>,
    pub belly: Option<Tones>,
    pub bib: Option<Tones>,
    pub saddle: Option<Tones>,
    pub socks: Option<Tones>,
    pub tail_tip: Option<Tones>,
    pub spots: Option<Tones>,
    pub collar: Option<Tones>,
    pub iris: Colour,
    /// The line of a shut eye.
    pub lash: Colour,
}

impl Coat {
    /// A coat of one colour, to start a description from.
    pub const fn plain(main: Tones) -> Coat {
        Coat {
            main,
            ears: main,
            inner_ears: coats::PINK,
            muzzle: main,
            cheeks: None,
            brows: None,
            blaze: None,
            mask: None,
            eye_patch: None,
            belly: None,
            bib: None,
            saddle: None,
            socks: None,
            tail_tip: None,
            spots: None,
            collar: None,
            iris: Colour(0x6B3A22),
            lash: INK,
        }
    }
}

/// A kind of dog.
#[derive(Clone, Copy, Debug)]
pub struct Breed {
    pub build: Build,
    pub ears: Ears,
    pub tail: Tail,
    pub coat: Coat,
}
