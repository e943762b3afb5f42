//! The whole dog seen from the side, facing right.

use super::breed::Breed;
use super::coats::YELLOW_STRAP;
use super::head::{self, Face, View};
use super::leg::{self, Leg};
use super::tail;
use crate::geometry::{Placement, Point, Shape, at, disc, ellipse, limb};
use crate::sprite::{Part, Seam, Sprite, Tones};

/// How the body rests on the ground.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stance {
    /// On four legs.
    Stand,
    /// On the haunches, with the fore legs straight.
    Sit,
    /// On the belly, with the fore legs stretched out.
    Lie,
}

/// Everything that can move in the side view.
#[derive(Clone, Copy, Debug)]
pub struct SidePose {
    /// The point of the ground below the middle of the body.
    pub ground: Point,
    pub stance: Stance,
    /// How far the body is raised on its legs.
    pub rise: f32,
    /// Degrees by which the chest is raised over the hip.
    pub pitch: f32,
    /// Where each paw is away from its resting place, in the order of [`Leg`].
    pub paws: [Point; 4],
    /// Where the head is away from its resting place.
    pub head: Point,
    /// Degrees by which the nose is lowered.
    pub head_tilt: f32,
    pub face: Face,
    /// Degrees by which the tail is raised.
    pub wag: f32,
}

impl SidePose {
    /// A dog standing still.
    pub fn standing(x: f32, y: f32, face: Face) -> SidePose {
        SidePose {
            ground: at(x, y),
            stance: Stance::Stand,
            rise: 0.0,
            pitch: 0.0,
            paws: [Point::default(); 4],
            head: Point::default(),
            head_tilt: 0.0,
            face,
            wag: 0.0,
        }
    }
}

/// The joints a pose works out to.
pub struct Joints {
    pub hip: Point,
    pub chest: Point,
    pub skull: Point,
    pub tail: Point,
}

/// Finds the joints of a dog in a pose.
fn joints(breed: &Breed, pose: &SidePose) -> Joints {
    let build = &breed.build;
    let half = build.length / 2.0;
    let (hip, chest) = match pose.stance {
        Stance::Stand => (at(-half, -build.leg - build.hip * 0.62), at(half, -build.leg - build.chest * 0.56)),
        Stance::Sit => (at(-half * 0.55, -build.hip * 0.95), at(half * 0.5, -build.leg - build.chest * 0.95)),
        Stance::Lie => (at(-half, -build.hip * 0.95), at(half, -build.chest * 0.95)),
    };
    let pivot = (hip + chest) * 0.5;
    let lifted = pose.ground - at(0.0, pose.rise);
    let place = |point: Point| lifted + pivot + (point - pivot).turned(-pose.pitch);
    let chest = place(chest);
    let reach = build.chest * 0.55 + build.skull * 0.25;
    let height = build.chest * 0.55 + build.skull * 0.62 + build.neck;
    let tail = match pose.stance {
        Stance::Sit => place(hip + at(-build.hip * 0.9, build.hip * 0.45)),
        _ => place(hip + at(-build.hip * 0.72, -build.hip * 0.45)),
    };
    Joints { hip: place(hip), chest, skull: chest + at(reach, -height) + pose.head, tail }
}

/// Draws the dog and returns where its nose is.
pub fn draw(sprite: &mut Sprite, breed: &Breed, pose: &SidePose) -> Point {
    let joints = joints(breed, pose);
    for leg in [Leg::FarHind, Leg::FarFore] {
        let part = leg::part(breed, pose, &joints, leg);
        sprite.stamp(&part, 1, Seam::Line);
    }
    tail::draw(sprite, breed, joints.tail, pose.wag);
    sprite.stamp(&body_part(breed, &joints, pose.stance), 5, Seam::Line);
    for leg in [Leg::NearHind, Leg::NearFore] {
        let part = leg::part(breed, pose, &joints, leg);
        sprite.stamp(&part, 2, Seam::Melt);
    }
    if let Some(collar) = breed.coat.collar {
        draw_collar(sprite, &joints, collar);
    }
    let middle = Placement { origin: joints.skull, angle: pose.head_tilt, scale: 1.0 };
    head::draw(sprite, breed, middle, View::Half, pose.face)
}

/// The trunk and the neck.
fn body_part(breed: &Breed, joints: &Joints, stance: Stance) -> Part {
    let (build, coat) = (&breed.build, &breed.coat);
    let (hip, chest) = (joints.hip, joints.chest);
    let mut shapes = vec![
        limb(hip, build.hip, chest, build.chest),
        limb(chest, build.chest * 0.86, joints.skull, build.skull * 0.62),
    ];
    if build.fluffy {
        shapes.extend(tufts(build.chest, build.hip, hip, chest, stance));
    }
    let mut part = Part::new(&shapes, coat.main);
    if let Some(saddle) = coat.saddle {
        let lift = at(0.0, -build.hip * 0.62);
        part.mark(
            &limb(hip.towards(chest, 0.02) + lift, build.hip * 0.72, hip.towards(chest, 0.85) + lift, build.hip * 0.62),
            saddle,
        );
    }
    if let Some(belly) = coat.belly {
        let drop = at(0.0, build.chest);
        part.mark(&limb(hip + drop, build.hip * 0.5, chest + drop, build.chest * 0.55), belly);
    }
    if let Some(bib) = coat.bib {
        let front = chest + at(build.chest * 0.95, 0.0);
        part.mark(&ellipse(front, build.chest * 0.75, build.chest * 1.25), bib);
    }
    if let Some(spots) = coat.spots {
        for (share, height, radius) in [
            (-0.1, -0.3, 1.7),
            (0.08, 0.35, 1.3),
            (0.25, -0.5, 1.5),
            (0.42, 0.1, 1.8),
            (0.62, -0.55, 1.3),
            (0.72, 0.45, 1.4),
            (0.88, -0.15, 1.7),
            (1.15, 0.3, 1.2),
        ] {
            part.mark(&disc(hip.towards(chest, share) + at(0.0, height * build.hip), radius), spots);
        }
    }
    part
}

/// Pointed tufts along the belly and the breast of a fluffy dog.
fn tufts(chest_radius: f32, hip_radius: f32, hip: Point, chest: Point, stance: Stance) -> Vec<Shape> {
    let mut shapes = Vec::new();
    let belly = if stance == Stance::Stand { 0..4 } else { 0..0 };
    for step in belly {
        let share = step as f32 / 3.0;
        let radius = hip_radius + (chest_radius - hip_radius) * share;
        let root = hip.towards(chest, share) + at(0.0, radius * 0.7);
        shapes.push(limb(root, radius * 0.35, root + at(-2.0, radius * 0.42), 1.1));
    }
    let breast = chest + at(chest_radius * 0.6, 0.0);
    for (x, y) in [(3.6, 2.0), (2.0, 6.0)] {
        shapes.push(limb(breast, chest_radius * 0.35, breast + at(x, y), 0.6));
    }
    shapes
}

/// The collar with its tag.
fn draw_collar(sprite: &mut Sprite, joints: &Joints, collar: Tones) {
    let neck = joints.skull - joints.chest;
    let middle = joints.chest + neck * 0.3;
    let across = at(-neck.y, neck.x) * 0.44;
    let strap = limb(middle - across, 1.3, middle + across, 1.3);
    sprite.fill(&strap, collar.base);
    sprite.fill(&disc(middle + across + at(-0.5, 2.0), 1.5), YELLOW_STRAP.base);
}
