//! Ears of all kinds.

use super::breed::{Breed, Ears};
use super::head::Layout;
use crate::geometry::{Placement, Point, at};
use crate::sprite::{Part, Seam, Sprite, Tones};

/// Draws the near (0) or the far (1) ear.
pub fn draw(sprite: &mut Sprite, breed: &Breed, place: &Placement, layout: &Layout, index: usize, lift: f32) {
    // The angle away from straight up, the length, and the radii of root and tip.
    let (angle, length, root, tip) = match breed.ears {
        Ears::Pricked => (16.0, 0.8, 0.44, 0.08),
        Ears::Small => (24.0, 0.55, 0.4, 0.16),
        Ears::Bat => (40.0, 1.12, 0.46, 0.14),
        Ears::Floppy => (152.0, 0.85, 0.24, 0.34),
        Ears::Long => (166.0, 1.15, 0.22, 0.42),
        Ears::Folded => (26.0, 0.5, 0.34, 0.2),
        Ears::Button => (138.0, 0.55, 0.3, 0.12),
        Ears::Curly => (160.0, 0.85, 0.26, 0.44),
    };
    let side = layout.ear_turn[index];
    let hanging = angle > 90.0;
    let behind = hanging && layout.hides_far_ear && index == 1;
    let raised = if behind {
        angle * side + lift * 0.5
    } else if hanging {
        (angle - lift) * side
    } else {
        (angle - lift * 0.5) * side
    };
    let (x, y) = layout.ears[index];
    let (x, y) = match breed.ears {
        Ears::Button | Ears::Curly => (x * 1.42, y * 0.95),
        _ if hanging => (x * 1.25, y * 0.85),
        _ => (x, y),
    };
    let (x, length, tip) = if behind { (x - 0.12, length * 0.5, tip * 0.7) } else { (x, length, tip) };
    let end = at(0.0, -length).turned(raised);
    let mut part = Part::new(&[place.limb((x, y, root), (x + end.x, y + end.y, tip))], breed.coat.ears);
    if !hanging && breed.ears != Ears::Folded {
        let inner = end * 0.75;
        part.mark(&place.limb((x, y, root * 0.5), (x + inner.x, y + inner.y, tip * 0.7)), breed.coat.inner_ears);
    }
    sprite.stamp(&part, 2, Seam::Line);
    if breed.ears == Ears::Folded {
        let fold = end + at(0.0, -0.5).turned(raised + side * 105.0 - side * lift);
        let flap =
            Part::new(&[place.limb((x + end.x, y + end.y, 0.22), (x + fold.x, y + fold.y, 0.08))], breed.coat.ears);
        sprite.stamp(&flap, 2, Seam::Line);
    }
    if breed.ears == Ears::Curly {
        draw_curls(sprite, place, at(x + end.x, y + end.y), breed.coat.ears);
    }
}

/// Draws a few curls into a woolly ear.
fn draw_curls(sprite: &mut Sprite, place: &Placement, end: Point, wool: Tones) {
    for (x, y) in [(-0.15, -0.45), (0.15, -0.1), (-0.2, 0.15)] {
        let curl = place.point(end.x + x, end.y + y);
        sprite.trace(&[curl, curl + at(2.0, 0.0), curl + at(2.0, 1.0)], wool.dark);
    }
}
