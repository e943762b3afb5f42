//! The head, seen half from the side or from the front.

use super::breed::{Breed, Ears};
use super::ear;
use super::mouth::{self, Mouth};
use crate::canvas::Colour;
use crate::geometry::{Placement, Point, Shape};
use crate::sprite::{INK, Part, Seam, Sprite};

/// Where the dog's face points.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum View {
    /// Half to the right, with the muzzle standing out.
    Half,
    /// Straight at the viewer.
    Front,
}

/// What the eyes do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Eyes {
    /// Wide awake.
    Open,
    /// Shut, as in a blink or in sleep.
    Shut,
    /// Squeezed into happy arches.
    Happy,
}

/// The expression of a head.
#[derive(Clone, Copy, Debug)]
pub struct Face {
    pub eyes: Eyes,
    pub mouth: Mouth,
    /// Degrees by which the ears rise from their usual place.
    pub ears: f32,
}

impl Face {
    /// An expression with the ears at rest.
    pub const fn new(eyes: Eyes, mouth: Mouth) -> Face {
        Face { eyes, mouth, ears: 0.0 }
    }

    /// The same expression with raised (or, below zero, lowered) ears.
    pub const fn with_ears(self, ears: f32) -> Face {
        Face { ears, ..self }
    }
}

/// Where the features of a view are, in skull radii from the middle of the skull.
pub struct Layout {
    pub eyes: [(f32, f32); 2],
    pub ears: [(f32, f32); 2],
    /// Which way, and how far, the angle of each ear is turned.
    pub ear_turn: [f32; 2],
    /// How far to the right the white stripe of the forehead runs.
    pub blaze: f32,
    /// Whether the second ear is on the far side of the skull.
    pub hides_far_ear: bool,
}

impl View {
    /// Where this view has its features.
    fn layout(self) -> Layout {
        match self {
            View::Half => Layout {
                eyes: [(-0.02, -0.06), (0.66, -0.1)],
                ears: [(-0.5, -0.58), (0.42, -0.72)],
                ear_turn: [-1.0, 0.75],
                blaze: 0.36,
                hides_far_ear: true,
            },
            View::Front => Layout {
                eyes: [(-0.45, -0.02), (0.45, -0.02)],
                ears: [(-0.62, -0.6), (0.62, -0.6)],
                ear_turn: [-1.0, 1.0],
                blaze: 0.0,
                hides_far_ear: false,
            },
        }
    }
}

/// Draws a head around a placement whose scale is one and returns where its nose is.
pub fn draw(sprite: &mut Sprite, breed: &Breed, middle: Placement, view: View, face: Face) -> Point {
    let place = Placement { scale: middle.scale * breed.build.skull, ..middle };
    let layout = view.layout();
    let hanging = !matches!(breed.ears, Ears::Pricked | Ears::Small | Ears::Bat | Ears::Folded);
    ear::draw(sprite, breed, &place, &layout, 1, face.ears);
    if !hanging {
        ear::draw(sprite, breed, &place, &layout, 0, face.ears);
    }
    sprite.stamp(&skull(breed, &place, view, &layout), 4, if hanging { Seam::Line } else { Seam::Melt });
    let nose = mouth::draw(sprite, breed, &place, view, face.mouth);
    if breed.build.muzzle < 0.35 && breed.coat.blaze.is_none() {
        draw_wrinkles(sprite, breed, &place);
    }
    for eye in layout.eyes {
        draw_eye(sprite, breed, place.point(eye.0, eye.1), face.eyes, place.scale);
    }
    if hanging {
        ear::draw(sprite, breed, &place, &layout, 0, face.ears);
        if view == View::Front {
            ear::draw(sprite, breed, &place, &layout, 1, face.ears);
        }
    }
    nose
}

/// The skull with its markings.
fn skull(breed: &Breed, place: &Placement, view: View, layout: &Layout) -> Part {
    let coat = &breed.coat;
    let mut shapes = match view {
        View::Half => vec![place.ellipse(0.0, 0.0, 1.0, 0.94), place.limb((-0.25, 0.3, 0.62), (0.4, 0.3, 0.58))],
        View::Front => vec![place.ellipse(0.0, -0.05, 1.06, 0.92), place.limb((-0.5, 0.34, 0.56), (0.5, 0.34, 0.56))],
    };
    if breed.build.fluffy {
        for (x, y) in [(-1.2, 0.3), (-1.12, 0.58), (-0.9, 0.84)] {
            shapes.push(place.limb((x * 0.6, y * 0.7, 0.34), (x, y, 0.12)));
            if view == View::Front {
                shapes.push(place.limb((-x * 0.6, y * 0.7, 0.34), (-x, y, 0.12)));
            }
        }
    }
    if breed.ears == Ears::Curly {
        for (x, y, radius) in [(-0.5, -0.75, 0.45), (0.0, -1.0, 0.5), (0.5, -0.75, 0.45)] {
            shapes.push(place.ellipse(x, y, radius, radius));
        }
    }
    let mut part = Part::new(&shapes, coat.main);
    if let Some(cheeks) = coat.cheeks {
        for shape in cheek_shapes(place, view) {
            part.mark(&shape, cheeks);
        }
    }
    if let Some(blaze) = coat.blaze {
        part.mark(&place.limb((layout.blaze - 0.06, -1.1, 0.1), (layout.blaze, 0.3, 0.2)), blaze);
    }
    if let Some(patch) = coat.eye_patch {
        part.mark(&place.ellipse(layout.eyes[0].0 - 0.1, -0.25, 0.42, 0.55), patch);
    }
    if let Some(spots) = coat.spots {
        for (x, y, radius) in [(0.1, -0.65, 0.17), (-0.6, 0.1, 0.15), (-0.3, 0.55, 0.14), (0.78, 0.3, 0.12)] {
            part.mark(&place.ellipse(x, y, radius, radius), spots);
        }
    }
    if let Some(brows) = coat.brows {
        for eye in layout.eyes {
            part.mark(&place.ellipse(eye.0 - 0.02, eye.1 - 0.4, 0.2, 0.15), brows);
        }
    }
    part
}

/// The light cheeks of a husky or a shiba.
fn cheek_shapes(place: &Placement, view: View) -> Vec<Shape> {
    match view {
        View::Half => vec![place.limb((-0.4, 0.62, 0.42), (0.5, 0.42, 0.5)), place.ellipse(0.35, 0.05, 0.18, 0.35)],
        View::Front => vec![
            place.limb((-0.75, 0.55, 0.4), (0.0, 0.5, 0.42)),
            place.limb((0.75, 0.55, 0.4), (0.0, 0.5, 0.42)),
            place.ellipse(0.0, 0.1, 0.16, 0.35),
        ],
    }
}

/// Draws the folds on the forehead of a flat-faced dog.
fn draw_wrinkles(sprite: &mut Sprite, breed: &Breed, place: &Placement) {
    for (x, y) in [(0.28, -0.52), (0.16, -0.36)] {
        let fold = [(-x, y), (0.0, y + 0.06), (x, y)];
        sprite.trace(&fold.map(|(dx, dy)| place.point(dx, dy)), breed.coat.main.dark);
    }
}

/// Draws one eye; large heads get larger eyes.
fn draw_eye(sprite: &mut Sprite, breed: &Breed, middle: Point, eyes: Eyes, size: f32) {
    let rows: &[&str] = match (eyes, size > 11.2) {
        (Eyes::Open, true) => &[" kk ", "kwkk", "kkkk", "kkik", " kk "],
        (Eyes::Open, false) => &["kwk", "kkk", "kkk", "kik"],
        (Eyes::Shut, true) => &["    ", "    ", "k  k", " kk "],
        (Eyes::Shut, false) => &["   ", "   ", "k k", " k "],
        (Eyes::Happy, true) => &[" kk ", "k  k", "k  k", "    "],
        (Eyes::Happy, false) => &[" k ", "k k", "k k", "   "],
    };
    let iris = breed.coat.iris;
    let lash = if matches!(eyes, Eyes::Shut | Eyes::Happy) { breed.coat.lash } else { INK };
    sprite.stencil(middle, rows, |mark| match mark {
        'k' => Some(lash),
        'w' => Some(Colour(0xFFFFFF)),
        'i' => Some(iris),
        _ => None,
    });
}
