//! Dogs at home.

use super::{Scene, animate};
use crate::backdrop;
use crate::canvas::{Canvas, Colour};
use crate::dog::front::{self, FrontPose};
use crate::dog::head::{Eyes, Face};
use crate::dog::kennel::{CHIHUAHUA, PUG, SHIBA};
use crate::dog::mouth::Mouth;
use crate::dog::side::{self, SidePose, Stance};
use crate::geometry::{at, ellipse, limb, polygon};
use crate::props;
use crate::sprite::{INK, Sprite};

/// A pug tilts its head, puzzled.
pub fn pug_tilts_head() -> Scene {
    let mut ground = backdrop::room([0xF8D8C0, 0xF4CEB4], [0xC8905C, 0xBC8452, 0xA06C40]);
    backdrop::window(&mut ground, 8, 8, 20, 24, [0x9CD2F6, 0x90CE84]);
    backdrop::plant(&mut ground, 84.0, 54.0);
    ground.rect(66, 10, 14, 12, Colour(0xA06C40));
    ground.rect(68, 12, 10, 8, Colour(0xFBF6EA));
    props::heart(&mut ground, at(73.0, 16.0));
    backdrop::rug(&mut ground, 48.0, 66.0, 34.0, [0x4C9C9C, 0xF6EEE2]);
    ground.shadow(48.0, 66.5, 20.0);
    let frames = animate(24, |beat| {
        let mut canvas = ground.clone();
        let left = beat.ease(3, 6) - beat.ease(10, 13);
        let right = beat.ease(13, 16) - beat.ease(20, 23);
        let eyes = if beat.blinks(11) || beat.index == 22 { Eyes::Shut } else { Eyes::Open };
        let mouth = if left + right > 0.5 { Mouth::Shut } else { Mouth::Pant(1.0) };
        let mut pose = FrontPose::sitting(48.0, 66.0, Face::new(eyes, mouth).with_ears(16.0 * (left + right)));
        pose.rise = 0.4 * beat.wave(4, 0.0);
        pose.head = at(3.0 * (right - left), 0.0);
        pose.head_tilt = 19.0 * (right - left);
        pose.wag = 10.0 * beat.wave(4, 0.0);
        let mut dog = Sprite::new();
        front::draw(&mut dog, &PUG, &pose);
        dog.lay_on(&mut canvas);
        if left > 0.9 {
            props::question(&mut canvas, at(25.0, 24.0), 0x8A4A6A);
        } else if right > 0.9 {
            props::question(&mut canvas, at(71.0, 27.0), 0x8A4A6A);
        }
        canvas
    });
    Scene {
        slug: "pug-tilts-head",
        title: "Pug wants to understand",
        alt: "A fawn pug with a black face sits on a rug and tilts its head to one side \
              and then to the other, puzzled.",
        delay: 9,
        frames,
    }
}

/// A shiba sleeps on a cushion at night.
pub fn shiba_sleeps() -> Scene {
    let mut ground = backdrop::room([0x4A4A7C, 0x44446F], [0x7A5468, 0x6E4A5E, 0x5A3C50]);
    backdrop::window(&mut ground, 10, 6, 24, 26, [0x242C60, 0x323C78]);
    backdrop::moon(&mut ground, 17.0, 13.0, 4.0);
    ground.dot(28, 10, Colour(0xFFF4C8));
    ground.dot(31, 17, Colour(0xFFF4C8));
    ground.dot(26, 22, Colour(0xFFF4C8));
    ground.fill(&ellipse(at(48.0, 66.0), 42.0, 6.0), Colour(0x3E2C48));
    let cushion = [limb(at(16.0, 62.0), 6.0, at(80.0, 62.0), 6.0)];
    ground.fill_outlined(&cushion, Colour(0xC85C74), INK);
    ground.fill(&limb(at(16.0, 60.0), 4.2, at(80.0, 60.0), 4.2), Colour(0xE07C8C));
    let frames = animate(20, |beat| {
        let mut canvas = ground.clone();
        let breath = (1.0 + beat.wave(1, 0.0)) / 2.0;
        let face = Face::new(Eyes::Shut, Mouth::Shut).with_ears(-8.0 + 22.0 * beat.bump(12, 16));
        let mut pose = SidePose::standing(44.0, 61.0, face);
        pose.stance = Stance::Lie;
        pose.rise = 1.2 * breath;
        pose.pitch = 2.0 * breath;
        pose.head = at(3.0, 10.5 + 0.8 * breath);
        pose.head_tilt = 8.0;
        let mut dog = Sprite::new();
        side::draw(&mut dog, &SHIBA, &pose);
        dog.lay_on(&mut canvas);
        for step in 0..3 {
            let drift = (beat.share() + step as f32 / 3.0).rem_euclid(1.0);
            let place = at(80.0 + 8.0 * drift + 2.0 * beat.wave(1, 120.0 * step as f32), 34.0 - 28.0 * drift);
            props::zed(&mut canvas, place, drift > 0.45, 0xF6EEE2);
        }
        canvas
    });
    Scene {
        slug: "shiba-sleeps",
        title: "Shiba sleeps",
        alt: "An orange shiba inu sleeps on a pink cushion below a moonlit window, \
              breathing slowly.",
        delay: 12,
        frames,
    }
}

/// A chihuahua pops up out of a box.
pub fn chihuahua_peeks() -> Scene {
    let mut ground = backdrop::room([0xCFE6D8, 0xC4DECE], [0xD8A870, 0xCC9C64, 0xB08450]);
    backdrop::window(&mut ground, 66, 6, 20, 24, [0x9CD2F6, 0xBCE4FA]);
    backdrop::plant(&mut ground, 12.0, 54.0);
    ground.shadow(48.0, 69.0, 32.0);
    let frames = animate(24, |beat| {
        let mut canvas = ground.clone();
        canvas.fill_outlined(
            &[polygon(&[(22.0, 44.0), (74.0, 44.0), (70.0, 36.0), (26.0, 36.0)])],
            Colour(0x8A6038),
            INK,
        );
        let hidden = beat.ease(8, 11) - beat.ease(15, 18);
        let looking = beat.wave(2, 0.0);
        let eyes = if beat.blinks(4) { Eyes::Shut } else { Eyes::Open };
        let face = Face::new(eyes, Mouth::Smile).with_ears(12.0 * beat.wave(3, 0.0));
        let mut pose = FrontPose::sitting(48.0, 55.0 + 13.0 * hidden, face);
        pose.head = at(1.5 * looking, 0.0);
        pose.head_tilt = 7.0 * looking;
        pose.wag = 70.0;
        let mut dog = Sprite::new();
        front::draw(&mut dog, &CHIHUAHUA, &pose);
        dog.cut_below(46);
        dog.lay_on(&mut canvas);
        draw_box(&mut canvas);
        canvas
    });
    Scene {
        slug: "chihuahua-peeks",
        title: "Chihuahua in a box",
        alt: "A tiny chihuahua with enormous ears pops up out of a cardboard box, looks \
              around, and ducks down again.",
        delay: 9,
        frames,
    }
}

/// The front of the cardboard box with two small paws on its rim.
fn draw_box(canvas: &mut Canvas) {
    canvas.fill_outlined(&[polygon(&[(22.0, 45.0), (74.0, 45.0), (74.0, 70.0), (22.0, 70.0)])], Colour(0xC8965C), INK);
    canvas.rect(22, 45, 52, 2, Colour(0xE0B47C));
    canvas.rect(66, 47, 8, 23, Colour(0xB08450));
    canvas.rect(44, 47, 8, 23, Colour(0xE0C494));
    for flap in [
        [(22.0, 45.0), (14.0, 51.0), (12.0, 47.0), (21.0, 40.0)],
        [(74.0, 45.0), (82.0, 51.0), (84.0, 47.0), (75.0, 40.0)],
    ] {
        canvas.fill_outlined(&[polygon(&flap)], Colour(0xE0B47C), INK);
    }
    props::heart(canvas, at(34.0, 60.0));
    for x in [38.0, 57.0] {
        canvas.fill_outlined(&[ellipse(at(x, 45.5), 3.2, 2.4)], CHIHUAHUA.coat.main.base, INK);
        canvas.line(at(x - 1.0, 46.0), at(x - 1.0, 47.0), CHIHUAHUA.coat.main.deep);
        canvas.line(at(x + 1.0, 46.0), at(x + 1.0, 47.0), CHIHUAHUA.coat.main.deep);
    }
}
