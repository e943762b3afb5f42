//! The materials dogs are made of.

use crate::sprite::{Tones, tones};

/// Corgi and shiba orange.
pub const ORANGE: Tones = tones(0xF7B566, 0xE8954A, 0xC87236, 0x8F4A24);
/// Dachshund red.
pub const RED: Tones = tones(0xE89A5C, 0xD47D42, 0xB15F30, 0x7C3E22);
/// Retriever gold.
pub const GOLD: Tones = tones(0xFBD98C, 0xEFBE68, 0xD29A48, 0x9A6A2E);
/// Warm cream.
pub const CREAM: Tones = tones(0xFFF6DE, 0xF8E6C0, 0xE0C596, 0xAE8C60);
/// Pug fawn.
pub const FAWN: Tones = tones(0xF6DDAF, 0xE6C48E, 0xC8A06C, 0x92704A);
/// White with bluish shade.
pub const WHITE: Tones = tones(0xFFFFFF, 0xF4F1F4, 0xCFCFE2, 0x9292B4);
/// The light muzzle of an apricot poodle.
pub const PEACH: Tones = tones(0xFFE8CC, 0xF8CDA6, 0xDFA67E, 0x9D6444);
/// White with a stronger line, for a muzzle on white.
pub const SNOWY_MUZZLE: Tones = tones(0xFFFFFF, 0xFFFFFF, 0xDEDCEA, 0x7C749C);
/// Husky grey.
pub const GREY: Tones = tones(0xA3AFC2, 0x8390A8, 0x667389, 0x444F66);
/// Black that still shows light and shade.
pub const BLACK: Tones = tones(0x6A6478, 0x4A4556, 0x3A3444, 0x241E2C);
/// Dark brown.
pub const CHOCOLATE: Tones = tones(0xA8704C, 0x8A5538, 0x6B3F2A, 0x45261C);
/// Light brown.
pub const TAN: Tones = tones(0xE5A566, 0xCD8746, 0xA96A34, 0x774522);
/// The black of spots, masks and saddles.
pub const SPOT: Tones = tones(0x4A4556, 0x3A3444, 0x3A3444, 0x241E2C);
/// The skin of ears and pads.
pub const PINK: Tones = tones(0xFFC2C0, 0xF5A3A6, 0xDC8288, 0xAE5A66);
/// Poodle apricot.
pub const APRICOT: Tones = tones(0xFBD3AC, 0xEFB386, 0xD39064, 0x9D6444);

/// A red collar.
pub const RED_STRAP: Tones = tones(0xF0645C, 0xDE4048, 0xB82C40, 0x7E1C32);
/// A blue collar.
pub const BLUE_STRAP: Tones = tones(0x6CB4F0, 0x3E8EDE, 0x2C6CB8, 0x1E4680);
/// A green collar.
pub const GREEN_STRAP: Tones = tones(0x7CD488, 0x48B468, 0x308C54, 0x1E5E3C);
/// A yellow collar, and the brass of tags.
pub const YELLOW_STRAP: Tones = tones(0xFFE27A, 0xF8C840, 0xD49C28, 0x94661C);
