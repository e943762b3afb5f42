//! Dogs in the bathroom and in the kitchen.

use super::{Beat, Scene, animate};
use crate::backdrop;
use crate::canvas::{Canvas, Colour, HEIGHT, WIDTH};
use crate::dog::front::{self, FrontPose};
use crate::dog::head::{Eyes, Face};
use crate::dog::kennel::{POODLE, YELLOW_LABRADOR};
use crate::dog::mouth::Mouth;
use crate::dog::side::{self, SidePose};
use crate::geometry::{at, disc, limb, polygon};
use crate::props;
use crate::sprite::{INK, Sprite};

/// A tiled bathroom.
fn bathroom() -> Canvas {
    let mut canvas = Canvas::new(Colour(0xCDEBF0));
    for y in (0..58).step_by(8) {
        canvas.rect(0, y, WIDTH, 1, Colour(0xB4DCE4));
    }
    for x in (0..WIDTH).step_by(8) {
        canvas.rect(x, 0, 1, 58, Colour(0xB4DCE4));
    }
    canvas.rect(0, 24, WIDTH, 4, Colour(0x6CB4CC));
    canvas.rect(0, 58, WIDTH, HEIGHT - 58, Colour(0x8CA8C0));
    canvas.rect(0, 58, WIDTH, 1, Colour(0x7490AC));
    canvas.rect(72, 4, 16, 14, Colour(0xF6EEE2));
    canvas.rect(74, 6, 12, 10, Colour(0xA8DCF4));
    canvas.line(at(76.0, 12.0), at(81.0, 7.0), Colour(0xFFFFFF));
    canvas
}

/// A poodle sits in a bubble bath.
pub fn poodle_takes_bath() -> Scene {
    let ground = bathroom();
    let frames = animate(16, |beat| {
        let mut canvas = ground.clone();
        let eyes = if (6..11).contains(&beat.index) { Eyes::Happy } else { Eyes::Open };
        let face = Face::new(eyes, Mouth::Smile).with_ears(4.0 * beat.wave(2, 0.0));
        let mut pose = FrontPose::sitting(44.0, 65.0, face);
        pose.rise = 0.6 * beat.wave(2, 0.0);
        pose.head_tilt = 6.0 * beat.wave(1, 0.0);
        let mut dog = Sprite::new();
        let nose = front::draw(&mut dog, &POODLE, &pose);
        dog.cut_below(60);
        dog.lay_on(&mut canvas);
        for (x, y, radius) in [(-5.0, -15.5, 3.2), (5.0, -15.5, 3.8), (-1.0, -18.0, 4.2), (2.0, -22.0, 2.8)] {
            canvas.fill(&disc(nose + at(x, y + 0.8), radius), Colour(0xD4E4F4));
            canvas.fill(&disc(nose + at(x, y), radius), Colour(0xFFFFFF));
        }
        draw_tub(&mut canvas, beat);
        canvas
    });
    Scene {
        slug: "poodle-takes-bath",
        title: "Poodle in the bubble bath",
        alt: "An apricot poodle with a crown of foam smiles in a bathtub full of bubbles \
              next to a yellow rubber duck.",
        delay: 10,
        frames,
    }
}

/// The tub in front of the bather, with foam, a duck and rising bubbles.
fn draw_tub(canvas: &mut Canvas, beat: Beat) {
    props::duck(canvas, at(73.0, 53.0 + beat.wave(2, 0.0)));
    for step in 0..15 {
        let (x, radius) = (14 + step * 5, [4.0, 3.0, 3.6][step as usize % 3]);
        let y = 53.0 + 0.5 * beat.wave(2, step as f32 * 50.0);
        canvas.fill(&disc(at(x as f32, y), radius), Colour(if step % 2 == 0 { 0xFFFFFF } else { 0xE8F2FC }));
    }
    let side = [
        limb(at(14.0, 56.0), 2.6, at(82.0, 56.0), 2.6),
        polygon(&[(12.0, 56.0), (84.0, 56.0), (78.0, 69.0), (18.0, 69.0)]),
    ];
    canvas.fill_outlined(&side, Colour(0xF4F1F4), INK);
    canvas.rect(14, 59, 68, 1, Colour(0xCFCFE2));
    canvas.fill(&polygon(&[(62.0, 60.0), (82.0, 60.0), (78.0, 69.0), (62.0, 69.0)]), Colour(0xDCDCEC));
    for (step, x) in (0..).zip([8.0, 24.0, 66.0, 88.0, 80.0]) {
        let rise = (beat.share() + 0.23 * step as f32).rem_euclid(1.0);
        let sway = 2.0 * beat.wave(1, 80.0 * step as f32);
        props::bubble(canvas, at(x + sway, 50.0 - 56.0 * rise), 1.8 + (step % 3) as f32 * 0.7);
    }
}

/// A labrador puppy empties its bowl.
pub fn labrador_eats() -> Scene {
    let mut ground = backdrop::room([0xB4DCD8, 0xA8D2CE], [0xC8D4DC, 0xB8C6D0, 0xA4B4C0]);
    backdrop::window(&mut ground, 62, 6, 24, 22, [0x9CD2F6, 0x90CE84]);
    backdrop::plant(&mut ground, 12.0, 52.0);
    ground.shadow(44.0, 65.5, 34.0);
    let frames = animate(16, |beat| {
        let mut canvas = ground.clone();
        let chew = beat.wave(4, 0.0);
        let eyes = if (9..14).contains(&beat.index) { Eyes::Happy } else { Eyes::Open };
        let face =
            Face::new(eyes, if chew > 0.0 { Mouth::Pant(-1.0) } else { Mouth::Smile }).with_ears(-10.0 + 6.0 * chew);
        let mut pose = SidePose::standing(34.0, 65.0, face);
        pose.pitch = -7.0;
        pose.rise = -0.5;
        pose.head = at(4.0, 12.5 + 1.2 * chew);
        pose.head_tilt = 17.0 + 3.0 * chew;
        pose.wag = 34.0 + 26.0 * beat.wave(4, 30.0);
        let mut dog = Sprite::new();
        side::draw(&mut dog, &YELLOW_LABRADOR, &pose);
        dog.lay_on(&mut canvas);
        draw_bowl(&mut canvas, beat);
        canvas
    });
    Scene {
        slug: "labrador-eats",
        title: "Dinner for the labrador",
        alt: "A cream-coloured labrador puppy munches kibble from a blue bowl in the \
              kitchen and wags its tail.",
        delay: 9,
        frames,
    }
}

/// A full bowl; now and then a piece of kibble hops out.
fn draw_bowl(canvas: &mut Canvas, beat: Beat) {
    for (step, x) in (0..).zip([68.0, 72.0, 76.0, 80.0, 84.0]) {
        canvas.fill(&disc(at(x, 60.0 - (step % 2) as f32), 2.0), Colour(0xA0643C));
        canvas.fill(&disc(at(x - 0.5, 59.5 - (step % 2) as f32), 1.0), Colour(0xC48650));
    }
    for (start, heading) in [(0.0, 7.0), (0.5, -5.0)] {
        let time = (beat.share() + start).rem_euclid(1.0) * 2.0;
        if time < 1.0 {
            let piece = at(80.0 + heading * time, 59.0 - 44.0 * time * (1.0 - time) + 6.0 * time);
            canvas.fill(&disc(piece, 1.3), Colour(0xA0643C));
        }
    }
    let side = polygon(&[(65.0, 61.0), (88.0, 61.0), (91.0, 69.0), (62.0, 69.0)]);
    canvas.fill_outlined(&[side], Colour(0x3E8EDE), INK);
    canvas.rect(65, 61, 23, 1, Colour(0x6CB4F0));
    canvas.fill(&polygon(&[(82.0, 62.0), (88.0, 62.0), (91.0, 69.0), (83.0, 69.0)]), Colour(0x2C6CB8));
    canvas.stencil(72, 64, &["# # ", "    ", "### "], |mark| (mark == '#').then_some(Colour(0xFBF6EA)));
}
