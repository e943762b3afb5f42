//! The legs of the side view, and the pads of paws in every view.

use super::breed::Breed;
use super::coats::PINK;
use super::side::{Joints, SidePose, Stance};
use crate::geometry::{Point, at, disc, ellipse, limb};
use crate::sprite::{Part, Sprite, Tones};

/// The four legs, in the order of the paws of a pose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Leg {
    NearFore,
    NearHind,
    FarFore,
    FarHind,
}

/// One leg, from inside the body to the paw.
pub fn part(breed: &Breed, pose: &SidePose, joints: &Joints, leg: Leg) -> Part {
    let build = &breed.build;
    let fore = matches!(leg, Leg::NearFore | Leg::FarFore);
    let far = matches!(leg, Leg::FarFore | Leg::FarHind);
    let lit = |tones: Tones| if far { tones.shadowed() } else { tones };
    let aside = if far { at(3.5, -1.0) } else { Point::default() };
    let root = if fore {
        joints.chest + at(-build.chest * 0.05, build.chest * 0.25)
    } else {
        joints.hip + at(0.0, build.hip * 0.2)
    } + aside;
    let bone = build.bone;
    let rest = match (pose.stance, fore) {
        (Stance::Stand, true) => at(build.length * 0.5, 0.0),
        (Stance::Stand, false) => at(-build.length * 0.5 - 1.5, 0.0),
        (Stance::Sit, true) => at(build.length * 0.25 + build.chest * 0.4, 0.0),
        (Stance::Sit, false) => at(-build.length * 0.28 + build.hip * 0.75, 0.0),
        (Stance::Lie, true) => at(build.length * 0.5 + build.chest * 0.95, 0.0),
        (Stance::Lie, false) => at(-build.length * 0.5 + build.hip * 0.9, 0.0),
    };
    let paw = pose.ground + rest + aside + pose.paws[leg as usize] - at(0.0, bone * 0.8);
    let slack = (build.leg * 1.05 + bone - (paw.y - root.y)).clamp(0.0, 7.0);
    let middle = root.towards(paw, 0.52);
    let knee = if fore { middle + at(slack * 0.45, 0.0) } else { middle - at(1.2 + slack * 0.4, 0.0) };
    let mut shapes = vec![ellipse(paw + at(1.4, 0.0), bone + 1.1, bone * 0.85)];
    if fore && pose.stance != Stance::Lie {
        shapes.push(limb(root, bone * 1.5, knee, bone * 1.05));
        shapes.push(limb(knee, bone * 1.05, paw, bone * 0.95));
    } else if fore {
        shapes.push(limb(paw - at(build.chest * 0.9, 0.0), bone, paw, bone * 0.9));
    } else if pose.stance == Stance::Stand {
        shapes.push(limb(root, build.hip * 0.62, knee + at(1.5, 0.0), bone * 1.2));
        shapes.push(limb(knee, bone * 1.05, paw, bone * 0.95));
    } else {
        shapes.push(ellipse(
            joints.hip + at(build.hip * 0.25, build.hip * 0.2) + aside,
            build.hip * 0.72,
            build.hip * 0.68,
        ));
        shapes.push(limb(paw - at(build.hip * 0.6, 0.0), bone, paw, bone * 0.9));
    }
    let mut part = Part::new(&shapes, lit(breed.coat.main));
    if let Some(socks) = breed.coat.socks {
        part.mark(&disc(paw + at(0.8, 0.4), bone + 2.2), lit(socks));
    }
    if let Some(spots) = breed.coat.spots.filter(|_| !far) {
        part.mark(&disc(root.towards(paw, 0.4) + at(-1.0, 0.0), 1.2), spots);
        part.mark(&disc(root.towards(paw, 0.72) + at(1.0, 0.0), 1.0), spots);
    }
    part
}

/// The pads of a paw that points at the viewer.
pub fn draw_pads(sprite: &mut Sprite, paw: Point) {
    sprite.fill(&ellipse(paw + at(0.0, 0.8), 1.5, 1.2), PINK.base);
    for (x, y) in [(-1.9, -1.0), (0.0, -1.9), (1.9, -1.0)] {
        sprite.fill(&disc(paw + at(x, y), 0.6), PINK.base);
    }
}
