//! The whole dog on its back, seen from above, with its belly up.

use super::breed::Breed;
use super::coats::WHITE;
use super::head::{self, Face, View};
use super::leg;
use crate::geometry::{Placement, Point, at, disc, ellipse, limb};
use crate::sprite::{Part, Seam, Sprite, Tones};

/// Everything that can move in the view of the belly.
#[derive(Clone, Copy, Debug)]
pub struct BellyPose {
    /// The middle of the chest.
    pub chest: Point,
    /// How far the hips swing to the right of the chest.
    pub swing: f32,
    /// How far the hind paws kick outwards, left and right.
    pub kicks: [f32; 2],
    /// How far the fore paws paddle downwards, left and right.
    pub paddles: [f32; 2],
    /// Degrees by which the head leans to the right of the picture.
    pub head_tilt: f32,
    pub face: Face,
    /// Degrees by which the tail leans to the right.
    pub wag: f32,
}

/// Draws the dog and returns the middle of its belly.
pub fn draw(sprite: &mut Sprite, breed: &Breed, pose: &BellyPose) -> Point {
    let (build, coat) = (&breed.build, &breed.coat);
    let socks = coat.socks.unwrap_or(coat.main);
    let hip = pose.chest + at(pose.swing, build.length * 0.66);

    let tail_root = hip + at(0.0, build.hip * 0.8);
    let tail_tip = tail_root + at(0.0, 6.0).turned(-pose.wag);
    sprite.stamp(&Part::new(&[limb(tail_root, 3.2, tail_tip, 2.2)], coat.main), 2, Seam::Line);
    for (side, kick) in [(-1.0, pose.kicks[0]), (1.0, pose.kicks[1])] {
        let knee = hip + at(side * build.hip * 0.75, build.hip * 0.1);
        let paw = hip + at(side * (build.hip * 1.5 + kick), build.hip * 0.75);
        let mut leg =
            Part::new(&[limb(knee, build.hip * 0.55, paw, build.bone * 1.1), disc(paw, build.bone * 1.3)], coat.main);
        leg.mark(&disc(paw, build.bone * 1.7), socks);
        sprite.stamp(&leg, 2, Seam::Line);
        leg::draw_pads(sprite, paw);
    }

    let mut torso = Part::new(&[limb(pose.chest, build.chest * 0.88, hip, build.hip)], coat.main);
    torso.mark(&limb(pose.chest, build.chest * 0.6, hip, build.hip * 0.66), coat.belly.unwrap_or(WHITE));
    sprite.stamp(&torso, 3, Seam::Line);
    sprite.dot(hip.x as i32, hip.y as i32 - 2, WHITE.deep);

    for (side, paddle) in [(-1.0, pose.paddles[0]), (1.0, pose.paddles[1])] {
        draw_fore_leg(sprite, breed, pose.chest, side, paddle, socks);
    }
    let middle = Placement {
        origin: pose.chest - at(pose.swing * 0.5, build.chest * 0.6 + build.skull * 0.8),
        angle: pose.head_tilt,
        scale: 1.0,
    };
    head::draw(sprite, breed, middle, View::Front, pose.face);
    pose.chest.towards(hip, 0.55)
}

/// A fore leg bent at the wrist, with the paw hanging over the breast.
fn draw_fore_leg(sprite: &mut Sprite, breed: &Breed, chest: Point, side: f32, paddle: f32, socks: Tones) {
    let build = &breed.build;
    let shoulder = chest + at(side * build.chest * 0.72, -build.chest * 0.2);
    let wrist = chest + at(side * build.chest * 1.1, build.chest * 0.3 + paddle * 0.5);
    let paw = chest + at(side * build.chest * 0.62, build.chest * 0.62 + paddle);
    let mut leg = Part::new(
        &[
            limb(shoulder, build.bone * 1.1, wrist, build.bone),
            limb(wrist, build.bone, paw, build.bone),
            ellipse(paw, build.bone * 1.15, build.bone),
        ],
        breed.coat.main,
    );
    leg.mark(&disc(paw, build.bone * 1.5), socks);
    sprite.stamp(&leg, 2, Seam::Line);
}
