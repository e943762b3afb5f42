//! Tails: a chain of joints that bends and wags.

use super::breed::{Breed, Tail};
use crate::geometry::{Point, Shape, at, disc, limb};
use crate::sprite::{Part, Seam, Sprite};

/// Draws a tail from its root; the wag is in degrees and the tip swings further.
pub fn draw(sprite: &mut Sprite, breed: &Breed, root: Point, wag: f32) {
    // The heading of the first joint (0° is up, negative is backwards), the bend
    // from joint to joint, the number and length of joints, and the radii.
    let (heading, bend, joints, step, thick, thin) = match breed.tail {
        Tail::Stub => (-40.0, 8.0, 2, 3.0, 3.2, 2.4),
        Tail::Whip => (-62.0, 12.0, 5, 3.8, 2.0, 0.9),
        Tail::Plume => (-72.0, 16.0, 5, 4.2, 2.6, 2.2),
        Tail::Curl => (-30.0, 46.0, 6, 4.2, 3.0, 2.2),
        Tail::Pompom => (-30.0, 6.0, 3, 3.6, 1.5, 1.3),
    };
    let mut chain = vec![root];
    for joint in 0..joints {
        let angle = heading + wag * (0.6 + 0.25 * joint as f32) + bend * joint as f32;
        chain.push(chain[joint] + at(0.0, -step).turned(angle));
    }
    let radius = |joint: usize| thick + (thin - thick) * joint as f32 / joints as f32;
    let mut shapes: Vec<Shape> =
        (0..joints).map(|joint| limb(chain[joint], radius(joint), chain[joint + 1], radius(joint + 1))).collect();
    let tip = chain[joints];
    match breed.tail {
        Tail::Pompom => shapes.push(disc(tip, 4.4)),
        Tail::Plume => shapes.extend((1..=joints).map(|joint| {
            let hang = chain[joint] + at(-1.0, 3.4);
            limb(chain[joint], radius(joint), hang, 1.2)
        })),
        _ => {}
    }
    let mut part = Part::new(&shapes, breed.coat.main);
    if let Some(saddle) = breed.coat.saddle.filter(|_| breed.coat.tail_tip.is_none()) {
        part.mark(&disc(root, 6.0), saddle);
    }
    if let Some(tip_coat) = breed.coat.tail_tip {
        part.mark(&disc(tip, 5.0), tip_coat);
    }
    if let Some(spots) = breed.coat.spots {
        part.mark(&disc(chain[3], 1.3), spots);
    }
    sprite.stamp(&part, 2, Seam::Line);
}
