//! The whole dog sitting and facing the viewer.

use super::breed::Breed;
use super::coats::YELLOW_STRAP;
use super::head::{self, Face, View};
use super::leg;
use super::tail;
use crate::geometry::{Placement, Point, at, disc, ellipse, limb};
use crate::sprite::{Part, Seam, Sprite};

/// Everything that can move in the front view.
#[derive(Clone, Copy, Debug)]
pub struct FrontPose {
    /// The point of the ground between the paws.
    pub ground: Point,
    /// How far the chest is raised, as by a breath.
    pub rise: f32,
    /// Where the head is away from its resting place.
    pub head: Point,
    /// Degrees by which the head leans to the right of the picture.
    pub head_tilt: f32,
    pub face: Face,
    /// Degrees by which the tail is raised.
    pub wag: f32,
    /// Where the paws on the left and the right of the picture are away from rest.
    pub paws: [Point; 2],
}

impl FrontPose {
    /// A dog sitting still.
    pub fn sitting(x: f32, y: f32, face: Face) -> FrontPose {
        FrontPose {
            ground: at(x, y),
            rise: 0.0,
            head: Point::default(),
            head_tilt: 0.0,
            face,
            wag: 0.0,
            paws: [Point::default(); 2],
        }
    }
}

/// Draws the dog and returns where its nose is.
pub fn draw(sprite: &mut Sprite, breed: &Breed, pose: &FrontPose) -> Point {
    let (build, coat) = (&breed.build, &breed.coat);
    let girth = build.chest;
    let place = |x: f32, y: f32| pose.ground + at(x * girth, y * girth);
    tail::draw(sprite, breed, place(-0.9, -0.5), pose.wag);

    for side in [-1.0, 1.0] {
        let haunch = Part::new(&[ellipse(place(side * 0.82, -0.55), girth * 0.62, girth * 0.6)], coat.main);
        sprite.stamp(&haunch, 3, Seam::Line);
        let mut foot = Part::new(&[ellipse(place(side * 1.05, -0.2), build.bone + 1.6, build.bone * 0.9)], coat.main);
        if let Some(socks) = coat.socks {
            foot.mark(&disc(place(side * 1.05, -0.2), 6.0), socks);
        }
        sprite.stamp(&foot, 2, Seam::Line);
    }

    let shoulder = place(0.0, -1.9) - at(0.0, pose.rise);
    let mut shapes = vec![
        limb(place(0.0, -0.75), girth * 0.74, shoulder, girth * 0.72),
        limb(shoulder, girth * 0.72, shoulder + at(0.0, -girth * 0.5), girth * 0.6),
    ];
    if build.fluffy {
        for (x, y) in [(-0.85, 0.5), (0.85, 0.5), (-0.6, 0.95), (0.6, 0.95)] {
            shapes.push(limb(shoulder + at(x * 0.5 * girth, 0.0), girth * 0.3, shoulder + at(x, y) * girth, 0.6));
        }
    }
    let mut torso = Part::new(&shapes, coat.main);
    if let Some(bib) = coat.bib {
        torso.mark(&ellipse(shoulder + at(0.0, girth * 0.1), girth * 0.45, girth * 0.95), bib);
    }
    if let Some(spots) = coat.spots {
        for (x, y) in [(-0.4, -1.8), (0.3, -1.3), (-0.1, -1.0), (0.5, -2.0)] {
            torso.mark(&disc(place(x, y), 1.5), spots);
        }
    }
    sprite.stamp(&torso, 4, Seam::Line);

    for (side, shift) in [(-1.0, pose.paws[0]), (1.0, pose.paws[1])] {
        let root = shoulder + at(side * girth * 0.36, girth * 0.95);
        let paw = place(side * 0.38, 0.0) + shift - at(0.0, build.bone * 0.8);
        let elbow = root.towards(paw, 0.5) + at(side * (shift.x.abs() + shift.y.abs()) * 0.12, 0.0);
        let mut leg = Part::new(
            &[
                limb(root, build.bone * 1.15, elbow, build.bone),
                limb(elbow, build.bone, paw, build.bone),
                ellipse(paw, build.bone + 0.9, if shift.y < -8.0 { build.bone + 0.7 } else { build.bone * 0.95 }),
            ],
            coat.main,
        );
        if let Some(socks) = coat.socks {
            leg.mark(&disc(paw, build.bone * 2.4), socks);
        }
        sprite.stamp(&leg, 2, Seam::Line);
        if shift.y < -8.0 {
            leg::draw_pads(sprite, paw);
        }
    }

    let skull = shoulder + at(0.0, -girth * 0.45 - build.skull * 0.72 - build.neck * 0.5) + pose.head;
    if let Some(collar) = coat.collar {
        let middle = skull + at(0.0, build.skull * 0.95);
        let strap = Part::new(&[limb(middle - at(girth * 0.5, 0.8), 1.4, middle + at(girth * 0.5, -0.8), 1.4)], collar);
        sprite.stamp(&strap, 1, Seam::Melt);
        sprite.stamp(&Part::new(&[disc(middle + at(0.0, 2.6), 1.9)], YELLOW_STRAP), 1, Seam::Line);
    }
    let middle = Placement { origin: skull, angle: pose.head_tilt, scale: 1.0 };
    head::draw(sprite, breed, middle, View::Front, pose.face)
}
