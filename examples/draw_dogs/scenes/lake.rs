//! Dogs in and beside a lake at sunset.

use super::{Beat, Scene, animate};
use crate::backdrop;
use crate::canvas::{Canvas, Colour, HEIGHT, WIDTH};
use crate::dog::front::{self, FrontPose};
use crate::dog::head::{Eyes, Face};
use crate::dog::kennel::{BERNESE, LABRADOR};
use crate::dog::mouth::Mouth;
use crate::dog::side::{self, SidePose};
use crate::geometry::{at, ellipse, limb};
use crate::props;
use crate::sprite::Sprite;

/// A lake between wooded hills; the reflections slide left.
fn lake(beat: Beat) -> Canvas {
    let mut canvas = Canvas::new(Colour(0x9CD8F0));
    backdrop::bands(&mut canvas, 0, 34, &[0xF8C89C, 0xFCD8AC, 0xFCE8C4, 0xF8F0DC]);
    backdrop::sun(&mut canvas, 74.0, 20.0);
    backdrop::ridge(&mut canvas, 26, 5.0, 96, 30, 0x9CB8A8);
    backdrop::ridge(&mut canvas, 31, 2.0, 40, 0, 0x6C9C84);
    backdrop::bands(&mut canvas, 35, HEIGHT, &[0x8CCCD8, 0x6CB8D0, 0x50A0C4, 0x4090B8]);
    for step in 0..14 {
        let row = 37 + step * 5 % 33;
        let x = (step * 37 + 200 - beat.index * 6).rem_euclid(WIDTH + 12) - 12;
        canvas.rect(x, row, 4 + step % 4, 1, Colour(0xBCE8EC));
    }
    canvas
}

/// A labrador paddles across a lake.
pub fn labrador_swims() -> Scene {
    let frames = animate(18, |beat| {
        let mut canvas = lake(beat);
        let bob = beat.wave(2, 0.0);
        let water = 53;
        let eyes = if beat.blinks(8) { Eyes::Happy } else { Eyes::Open };
        let face = Face::new(eyes, Mouth::Pant(0.0)).with_ears(6.0 + 8.0 * beat.wave(2, 180.0));
        let mut pose = SidePose::standing(38.0, 70.0 + 0.9 * bob, face);
        pose.pitch = 8.0;
        pose.head = at(3.0, 2.0);
        pose.head_tilt = -4.0 + 3.0 * beat.wave(2, 90.0);
        pose.wag = -10.0 + 16.0 * beat.wave(2, 0.0);
        let mut dog = Sprite::new();
        side::draw(&mut dog, &LABRADOR, &pose);
        dog.cut_below(water);
        dog.lay_on(&mut canvas);
        draw_wake(&mut canvas, beat, water as f32);
        props::duck(&mut canvas, at(85.0, 61.0 + beat.wave(2, 120.0)));
        canvas.rect(79, 61, 13, 1, Colour(0xBCE8EC));
        canvas
    });
    Scene {
        slug: "labrador-swims",
        title: "Labrador goes swimming",
        alt: "A chocolate labrador paddles across a lake in evening light, towards a \
              yellow duck.",
        delay: 9,
        frames,
    }
}

/// The ripples around a swimmer.
fn draw_wake(canvas: &mut Canvas, beat: Beat, water: f32) {
    for ring in 0..3 {
        let spread = (beat.share() * 2.0 + ring as f32 / 3.0).rem_euclid(1.0);
        let y = water + 1.0 + 7.0 * spread;
        let reach = 26.0 + 8.0 * spread;
        let middle = 42.0 - 6.0 * spread;
        for side in [-1.0, 1.0] {
            canvas.fill(
                &limb(at(middle + side * reach, y), 0.6, at(middle + side * (reach - 11.0), y + 1.0), 0.6),
                Colour(0xBCE8EC),
            );
        }
    }
    canvas.fill(&limb(at(17.0, water), 0.9, at(62.0, water), 0.9), Colour(0xE4F8F8));
    canvas.fill(&limb(at(22.0, water + 2.0), 0.9, at(58.0, water + 2.0), 0.9), Colour(0x4090B8));
}

/// A wet bernese mountain dog shakes its head.
pub fn bernese_shakes() -> Scene {
    let frames = animate(18, |beat| {
        let mut canvas = lake(Beat { index: 0, ..beat });
        backdrop::ridge(&mut canvas, 52, 2.0, 96, 0, 0xC8DCA0);
        backdrop::ridge(&mut canvas, 54, 2.0, 96, 0, 0x86C872);
        backdrop::bands(&mut canvas, 58, HEIGHT, &[0x78BC66, 0x6AAE5E]);
        backdrop::tuft(&mut canvas, 12, 62, 0x569A50);
        backdrop::tuft(&mut canvas, 85, 66, 0x569A50);
        canvas.fill(&ellipse(at(48.0, 67.5), 27.0, 4.0), Colour(0x8CCCD8));
        canvas.shadow(48.0, 67.0, 22.0);
        let shaking = beat.index < 12;
        let strength = 1.0 - beat.ease(9, 12) + beat.ease(16, 18);
        let swing = beat.wave(6, 90.0) * strength;
        let face = if shaking {
            Face::new(Eyes::Shut, Mouth::Shut).with_ears(44.0 + 22.0 * beat.wave(6, 0.0))
        } else {
            let eyes = if beat.blinks(15) { Eyes::Happy } else { Eyes::Open };
            Face::new(eyes, Mouth::Pant(1.0))
        };
        let mut pose = FrontPose::sitting(48.0 - swing, 67.0, face);
        pose.head = at(3.0 * swing, 0.0);
        pose.head_tilt = 24.0 * swing;
        pose.wag = 20.0 * swing;
        let mut dog = Sprite::new();
        front::draw(&mut dog, &BERNESE, &pose);
        draw_drops(&mut canvas, beat);
        dog.lay_on(&mut canvas);
        canvas
    });
    Scene {
        slug: "bernese-shakes",
        title: "Bernese after a swim",
        alt: "A wet bernese mountain dog on a lake shore shakes its head until its ears \
              fly and drops spray in all directions, then smiles.",
        delay: 8,
        frames,
    }
}

/// Drops that fly off a shaking head and fade before the calm.
fn draw_drops(canvas: &mut Canvas, beat: Beat) {
    for drop in 0..16 {
        let start = drop * 5 % 15 - 5;
        let age = (beat.index - start + beat.count) % beat.count;
        if age < 6 {
            let heading = at(0.0, -1.0).turned(-100.0 + 200.0 * drop as f32 / 15.0);
            let fall = at(0.0, 0.35 * (age * age) as f32);
            let place = at(48.0, 32.0) + heading * (17.0 + 5.0 * age as f32) + fall;
            props::drop(canvas, place);
        }
    }
}
