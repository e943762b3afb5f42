//! The muzzle: nose, lips, tongue.

use super::breed::Breed;
use super::head::View;
use crate::canvas::Colour;
use crate::geometry::{Placement, Point, at, limb};
use crate::sprite::{INK, Part, Seam, Sprite, Tones, tones};

/// The inside of an open mouth.
const GULLET: Tones = tones(0x8E2F45, 0x8E2F45, 0x8E2F45, 0x5A1C30);
/// The tongue.
const TONGUE: Tones = tones(0xFF9CA6, 0xF77F90, 0xD95F78, 0xA33A58);
/// The radius from which a muzzle has jowls like a bulldog's.
const HEAVY_SNOUT: f32 = 0.45;
/// The glint on a wet nose.
const GLINT: Colour = Colour(0x9A8C9C);

/// What the mouth does.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Mouth {
    /// A straight line.
    Shut,
    /// A line whose corners turn up.
    Smile,
    /// Open, with the tongue out by some logical pixels.
    Pant(f32),
    /// Open in a small round "ooh".
    Howl,
}

/// Draws the muzzle of a head and returns where the nose is.
pub fn draw(sprite: &mut Sprite, breed: &Breed, place: &Placement, view: View, mouth: Mouth) -> Point {
    match view {
        View::Half => draw_half(sprite, breed, place, mouth),
        View::Front => draw_front(sprite, breed, place, mouth),
    }
}

/// The muzzle standing out to the right.
fn draw_half(sprite: &mut Sprite, breed: &Breed, place: &Placement, mouth: Mouth) -> Point {
    let (reach, snout) = (0.5 + breed.build.muzzle, breed.build.snout);
    let low = 0.36;
    let lip = low + snout * 0.8;
    match mouth {
        Mouth::Pant(tongue) => {
            let jaw = [place.limb((0.3, 0.55, 0.26), (reach - 0.22, lip + 0.22, 0.16))];
            sprite.stamp(&Part::new(&jaw, breed.coat.muzzle), 2, Seam::Line);
            sprite.fill(&place.limb((0.45, 0.62, 0.14), (reach - 0.2, lip + 0.05, 0.14)), GULLET.base);
            let root = place.point(reach - 0.34, lip);
            let tip = root + at(0.6, 2.0 + tongue);
            sprite.stamp(&Part::new(&[limb(root, 1.7, tip, 1.9)], TONGUE), 1, Seam::Line);
        }
        Mouth::Howl => {
            let jaw = [place.limb((0.35, 0.5, 0.28), (reach - 0.25, lip + 0.3, 0.14))];
            sprite.stamp(&Part::new(&jaw, breed.coat.muzzle), 2, Seam::Line);
            sprite.fill(&place.limb((0.5, 0.6, 0.1), (reach - 0.05, lip + 0.12, 0.16)), GULLET.base);
        }
        Mouth::Shut | Mouth::Smile => {}
    }
    let muzzle = [place.limb((0.45, 0.3, 0.42), (reach, low, snout))];
    let mut muzzle = Part::new(&muzzle, breed.coat.muzzle);
    if let Some(mask) = breed.coat.mask {
        muzzle.mark(&place.limb((reach - 0.45, low, snout), (reach + 0.2, low, snout * 1.2)), mask);
    }
    sprite.stamp(&muzzle, 3, Seam::Melt);
    if snout > HEAVY_SNOUT {
        draw_jowls(sprite, breed, place, reach);
    } else {
        draw_lips(sprite, breed, place, (reach, low, snout), mouth);
    }
    let nose = place.point(reach + snout * 0.55, low - snout * 0.55);
    draw_nose(sprite, nose, place.scale * 0.19);
    nose
}

/// The line between the lips of a muzzle that reaches so far, so low, and is so thick.
fn draw_lips(sprite: &mut Sprite, breed: &Breed, place: &Placement, muzzle: (f32, f32, f32), mouth: Mouth) {
    let (reach, low, snout) = muzzle;
    let lip = low + snout * 0.8;
    let line = breed.coat.muzzle.deep;
    let corner = if mouth == Mouth::Smile { (0.3, lip - 0.3) } else { (0.4, lip + 0.02) };
    sprite.trace(
        &[
            place.point(reach + snout * 0.7, low + snout * 0.3),
            place.point(reach - 0.05, lip - 0.06),
            place.point(0.55, lip),
            place.point(corner.0, corner.1),
        ],
        line,
    );
}

/// The broad, drooping lips of a bulldog over the chin, with its two small teeth.
fn draw_jowls(sprite: &mut Sprite, breed: &Breed, place: &Placement, reach: f32) {
    let shapes = [
        place.limb((0.5, 0.36, 0.42), (reach + 0.02, 0.32, 0.44)),
        place.limb((0.4, 0.7, 0.3), (reach + 0.06, 0.72, 0.28)),
    ];
    sprite.stamp(&Part::new(&shapes, breed.coat.muzzle), 3, Seam::Line);
    let lips = [(reach + 0.36, 0.62), (reach + 0.1, 0.7), (0.66, 0.66), (0.42, 0.74), (0.3, 0.88)];
    sprite.trace(&lips.map(|(x, y)| place.point(x, y)), INK);
    for x in [0.56, reach + 0.02] {
        let tooth = place.point(x, 0.62);
        sprite.trace(&[tooth, tooth + at(1.0, 0.0)], Colour(0xFFFFFF));
        sprite.trace(&[tooth - at(0.0, 1.0), tooth + at(1.0, -1.0)], breed.coat.muzzle.deep);
    }
}

/// The muzzle seen from the front.
fn draw_front(sprite: &mut Sprite, breed: &Breed, place: &Placement, mouth: Mouth) -> Point {
    let snout = breed.build.snout;
    let width = snout * 0.55;
    let low = 0.46;
    let lip = low + snout * 0.62;
    match mouth {
        Mouth::Pant(tongue) => {
            let jaw = [place.ellipse(0.0, lip + 0.1, snout * 0.85, 0.3)];
            sprite.stamp(&Part::new(&jaw, breed.coat.muzzle), 2, Seam::Line);
            sprite.fill(&place.ellipse(0.0, lip, snout * 0.7, 0.24), GULLET.base);
            let root = place.point(0.0, lip);
            let tip = root + at(0.0, 2.0 + tongue);
            sprite.stamp(&Part::new(&[limb(root, 1.8, tip, 2.1)], TONGUE), 1, Seam::Line);
            sprite.trace(&[root + at(0.0, 1.0), tip - at(0.0, 1.0)], TONGUE.dark);
        }
        Mouth::Howl => {
            sprite.stamp(&Part::new(&[place.ellipse(0.0, lip + 0.1, 0.24, 0.28)], GULLET), 2, Seam::Line);
        }
        Mouth::Shut | Mouth::Smile => {}
    }
    let muzzle = [
        place.limb((-width, low, snout), (width, low, snout)),
        place.ellipse(0.0, low - 0.1, snout * 0.75, snout * 0.85),
    ];
    let mut muzzle = Part::new(&muzzle, breed.coat.muzzle);
    if let Some(mask) = breed.coat.mask {
        muzzle.mark(&place.ellipse(0.0, low, snout * 1.1, snout * 1.2), mask);
    }
    sprite.stamp(&muzzle, 3, Seam::Melt);
    let line = breed.coat.muzzle.deep;
    let nose = place.point(0.0, low - snout * 0.6);
    let middle = place.point(0.0, lip - 0.04);
    sprite.trace(&[nose, middle], line);
    let droop = if mouth == Mouth::Shut { 0.02 } else { 0.1 };
    for side in [-1.0, 1.0] {
        sprite.trace(
            &[
                middle,
                place.point(side * width * 0.8, lip + 0.03),
                place.point(side * (width + 0.18), lip - 0.03 - droop),
            ],
            line,
        );
    }
    draw_nose(sprite, nose, place.scale * 0.21);
    nose
}

/// A dark nose with a glint.
fn draw_nose(sprite: &mut Sprite, middle: Point, size: f32) {
    let shape = limb(middle - at(size * 0.3, 0.0), size * 0.85, middle + at(size * 0.3, 0.0), size * 0.85);
    sprite.fill(&shape, INK);
    sprite.trace(&[middle - at(0.8, 0.9), middle - at(0.2, 0.9)], GLINT);
}
