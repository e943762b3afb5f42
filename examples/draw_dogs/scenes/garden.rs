//! Dogs in the avenue, by the fence and on the lawn.

use super::{Beat, Scene, animate, gallop};
use crate::backdrop::{self, AUTUMN_LEAVES};
use crate::canvas::{Canvas, Colour, HEIGHT};
use crate::dog::belly::{self, BellyPose};
use crate::dog::front::{self, FrontPose};
use crate::dog::head::{Eyes, Face};
use crate::dog::kennel::{COLLIE, CORGI, SHEPHERD};
use crate::dog::mouth::Mouth;
use crate::dog::side::{self, SidePose};
use crate::geometry::{Point, at, disc, ellipse, limb};
use crate::props;
use crate::sprite::{INK, Sprite};

/// An avenue in October with a heap of leaves in the middle.
fn autumn() -> Canvas {
    let mut canvas = Canvas::new(Colour(0xF8D8A8));
    backdrop::bands(&mut canvas, 0, 42, &[0x9CC4E0, 0xBCD8E4, 0xE4E4D4, 0xF8E0B8]);
    backdrop::ridge(&mut canvas, 38, 3.0, 70, 0, 0xE0A868);
    for (x, y, size) in [(12.0, 50.0, 9.0), (50.0, 47.0, 6.0), (84.0, 50.0, 9.0)] {
        backdrop::tree(&mut canvas, at(x, y), size, AUTUMN_LEAVES);
    }
    backdrop::bands(&mut canvas, 48, HEIGHT, &[0xC8B060, 0xB8A054, 0xA89048]);
    for (x, y, colour) in [
        (8, 57, 0xE8883A),
        (30, 53, 0xC4602E),
        (70, 55, 0xF8B84C),
        (88, 62, 0xE8883A),
        (18, 67, 0xF8B84C),
        (76, 69, 0xC4602E),
    ] {
        props::leaf(&mut canvas, at(x as f32, y as f32), x % 4 == 0, colour);
    }
    canvas
}

/// A border collie leaps over a heap of leaves.
pub fn collie_jumps_leaves() -> Scene {
    let ground = autumn();
    let frames = animate(16, |beat| {
        let mut canvas = ground.clone();
        // The first frame shows the middle of the leap.
        let trip = (beat.share() + 0.5).rem_euclid(1.0);
        let x = -40.0 + 176.0 * trip;
        let air = (1.0 - (trip - 0.5) * (trip - 0.5) * 30.0).max(0.0);
        canvas.shadow(x + 2.0, 65.5, 22.0 - 6.0 * air);
        let mouth = if air > 0.3 { Mouth::Pant(1.0) } else { Mouth::Smile };
        let mut pose = SidePose::standing(x, 64.0 - 11.0 * air, Face::new(Eyes::Open, mouth).with_ears(20.0 * air));
        pose.paws = if air > 0.0 {
            [at(6.0, -5.0), at(-5.0, -1.0), at(6.0, -3.5), at(-5.0, -1.0)].map(|reach| reach * air)
        } else {
            gallop(beat, 3, 5.0)
        };
        pose.pitch = (0.5 - trip) * 50.0 * if air > 0.0 { 1.0 } else { 0.1 };
        pose.wag = 10.0 * beat.wave(3, 0.0) - 14.0 * air;
        let mut dog = Sprite::new();
        side::draw(&mut dog, &COLLIE, &pose);
        dog.lay_on(&mut canvas);
        draw_leaf_heap(&mut canvas, beat);
        canvas
    });
    Scene {
        slug: "collie-jumps-leaves",
        title: "Collie jumps through leaves",
        alt: "A black and white border collie bounds over a heap of autumn leaves, and \
              orange leaves whirl up behind it.",
        delay: 8,
        frames,
    }
}

/// The heap of leaves in front and the leaves that the leap whirls up.
fn draw_leaf_heap(canvas: &mut Canvas, beat: Beat) {
    canvas.fill(&ellipse(at(50.0, 68.0), 30.0, 11.0), Colour(0xC4602E));
    canvas.fill(&ellipse(at(49.0, 69.0), 27.0, 10.0), Colour(0xE8883A));
    for step in 0..16 {
        let (x, y) = (24 + step * 34 / 10, 60 + step * 5 % 11 + (step - 8) * (step - 8) / 12);
        let colour = [0xF8B84C, 0xC4602E, 0xFFD84C][step as usize % 3];
        props::leaf(canvas, at(x as f32, y as f32), step % 2 == 0, colour);
    }
    for step in 0..10 {
        let time = (beat.share() + 0.08 * (step % 3) as f32).rem_euclid(1.0);
        let x = 50.0 + (step as f32 - 4.5) * (3.0 + 6.0 * time);
        let y = 60.0 - 170.0 * time * (0.75 - time) * (0.7 + 0.1 * (step % 4) as f32);
        if time < 0.75 {
            let colour = [0xE8883A, 0xF8B84C, 0xC4602E, 0xFFD84C][step as usize % 4];
            props::leaf(canvas, at(x, y), (beat.index + step) % 4 < 2, colour);
        }
    }
}

/// A german shepherd waves a paw.
pub fn shepherd_waves() -> Scene {
    let mut ground = backdrop::park();
    backdrop::fence(&mut ground, 50, 3);
    for (x, y, petals) in [(10, 56, 0xFF9CB8), (18, 60, 0xFFFFFF), (80, 57, 0xFF9CB8), (88, 62, 0xFFFFFF)] {
        backdrop::flower(&mut ground, x, y, petals);
    }
    ground.shadow(48.0, 66.5, 20.0);
    let frames = animate(16, |beat| {
        let mut canvas = ground.clone();
        let eyes = if beat.blinks(9) { Eyes::Happy } else { Eyes::Open };
        let face = Face::new(eyes, Mouth::Pant(1.0 + 0.6 * beat.wave(4, 0.0))).with_ears(5.0 * beat.wave(2, 0.0));
        let mut pose = FrontPose::sitting(48.0, 66.0, face);
        pose.rise = 0.5 * beat.wave(2, 0.0);
        pose.head_tilt = 6.0 + 4.0 * beat.wave(2, 30.0);
        pose.paws[1] = at(11.0 + 3.0 * beat.wave(4, 0.0), -22.0 + 1.5 * beat.wave(4, 90.0));
        pose.wag = 24.0 * beat.wave(4, 0.0);
        let mut dog = Sprite::new();
        front::draw(&mut dog, &SHEPHERD, &pose);
        dog.lay_on(&mut canvas);
        let drift = beat.share();
        if drift < 0.7 {
            props::heart(&mut canvas, at(78.0 + 2.0 * beat.wave(2, 0.0), 34.0 - 26.0 * drift));
        }
        canvas
    });
    Scene {
        slug: "shepherd-waves",
        title: "Shepherd says hello",
        alt: "A german shepherd puppy sits by a garden fence and waves one paw while a \
              small heart floats up.",
        delay: 9,
        frames,
    }
}

/// A lawn seen from above, with tufts and flowers all over.
fn lawn() -> Canvas {
    let mut canvas = Canvas::new(Colour(0x86C872));
    for row in 0..6 {
        canvas.rect(row * 16, 0, 8, HEIGHT, Colour(0x7EC06A));
    }
    for (x, y) in [(8, 8), (30, 14), (70, 10), (88, 24), (10, 34), (22, 62), (74, 66), (90, 50), (6, 54), (64, 26)] {
        backdrop::tuft(&mut canvas, x, y, 0x5CAE5C);
    }
    for (x, y, petals) in [
        (16, 22, 0xFFFFFF),
        (82, 12, 0xFF9CB8),
        (14, 46, 0xFF9CB8),
        (84, 64, 0xFFFFFF),
        (24, 4, 0xFF9CB8),
        (8, 66, 0xFFFFFF),
        (60, 5, 0xFFFFFF),
    ] {
        backdrop::flower(&mut canvas, x, y, petals);
    }
    canvas
}

/// A corgi has its belly rubbed.
pub fn corgi_rolls_over() -> Scene {
    let mut ground = lawn();
    ground.tint(&ellipse(at(46.0, 43.0), 20.0, 26.0), Colour(0x20204A), 22);
    let frames = animate(12, |beat| {
        let mut canvas = ground.clone();
        let wriggle = beat.wave(2, 0.0);
        let eyes = if (3..9).contains(&beat.index) { Eyes::Happy } else { Eyes::Open };
        let pose = BellyPose {
            chest: at(44.0, 36.0),
            swing: 2.0 * wriggle,
            kicks: [1.5 * beat.wave(3, 0.0), 1.5 * beat.wave(3, 140.0)],
            paddles: [1.5 * beat.wave(3, 60.0), 1.5 * beat.wave(3, 240.0)],
            head_tilt: 9.0 * beat.wave(2, 200.0),
            face: Face::new(eyes, Mouth::Pant(0.5)).with_ears(-14.0 + 10.0 * wriggle),
            wag: 34.0 * beat.wave(3, 0.0),
        };
        let mut dog = Sprite::new();
        let belly = belly::draw(&mut dog, &CORGI, &pose);
        dog.lay_on(&mut canvas);
        draw_hand(&mut canvas, belly + at(3.0 * beat.wave(2, 0.0), 2.0 * beat.wave(2, 90.0)));
        let drift = beat.share();
        if drift < 0.75 {
            props::heart(&mut canvas, at(72.0 + 2.0 * beat.wave(2, 0.0), 30.0 - 26.0 * drift));
        }
        canvas
    });
    Scene {
        slug: "corgi-rolls-over",
        title: "Belly rub, please",
        alt: "A corgi lies on its back in the grass and kicks its short legs happily while \
              a hand rubs its white belly.",
        delay: 8,
        frames,
    }
}

/// A hand that reaches in from the right and rubs at a point.
fn draw_hand(canvas: &mut Canvas, fingers: Point) {
    let (palm, elbow) = (fingers + at(9.0, 2.0), at(104.0, 66.0));
    let skin = Colour(0xB97A56);
    let mut hand = vec![limb(palm, 4.0, palm.towards(elbow, 0.3), 3.4), disc(palm, 4.4)];
    for (x, y) in [(0.0, -2.5), (-1.2, 0.0), (-0.8, 2.4), (0.8, 4.6)] {
        hand.push(limb(palm, 1.4, fingers + at(x, y), 1.1));
    }
    canvas.fill_outlined(&hand, skin, INK);
    for y in [-1.2, 1.2, 3.4] {
        canvas.line(fingers + at(1.0, y), fingers + at(5.0, y * 0.8 + 0.6), Colour(0x94583C));
    }
    let sleeve = [limb(palm.towards(elbow, 0.4), 5.0, elbow, 7.0)];
    canvas.fill_outlined(&sleeve, Colour(0x3E8EDE), INK);
    canvas.fill(&limb(palm.towards(elbow, 0.44), 3.0, elbow - at(0.0, 3.0), 3.0), Colour(0x6CB4F0));
}
