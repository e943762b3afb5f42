//! Dogs at the sea.

use super::{Beat, Scene, animate, gallop};
use crate::backdrop;
use crate::canvas::{Canvas, Colour, WIDTH};
use crate::dog::head::{Eyes, Face};
use crate::dog::kennel::{RETRIEVER, TERRIER};
use crate::dog::mouth::Mouth;
use crate::dog::side::{self, SidePose};
use crate::geometry::{at, disc, ellipse, limb, polygon};
use crate::props;
use crate::sprite::Sprite;

/// A beach under a morning sky; the sand slides left by some pixels.
fn beach(beat: Beat, slide: i32) -> Canvas {
    let mut canvas = Canvas::new(Colour(0x9CD8F0));
    backdrop::bands(&mut canvas, 0, 34, &[0x86C8F0, 0xA4D8F4, 0xC4E8F6, 0xF4F0DC]);
    backdrop::sun(&mut canvas, 18.0, 14.0);
    backdrop::cloud(&mut canvas, 62.0, 12.0, 5.0);
    backdrop::bands(&mut canvas, 32, 50, &[0x3E94C8, 0x52A8D4, 0x70C0E0]);
    for step in 0..9 {
        let x = (step * 23 + 5) % WIDTH + (beat.wave(1, step as f32 * 80.0) * 2.0) as i32;
        canvas.rect(x, 34 + step * 5 % 13, 5, 1, Colour(0xB8E4F0));
    }
    backdrop::ridge(&mut canvas, 49, 1.6, 48, slide, 0xFFFFFF);
    backdrop::ridge(&mut canvas, 51, 1.6, 48, slide, 0xE0BC84);
    backdrop::ridge(&mut canvas, 53, 1.6, 48, slide, 0xF4D8A0);
    canvas.rect(0, 64, WIDTH, 8, Colour(0xE8C88C));
    for patch in -1..3 {
        let x = patch * 48 + 12 - slide.rem_euclid(48);
        canvas.rect(x, 58, 2, 1, Colour(0xE0BC84));
        canvas.rect(x + 19, 61, 3, 1, Colour(0xE0BC84));
        canvas.rect(x + 33, 69, 3, 1, Colour(0xD0A870));
        canvas.stencil(x + 5, 67, &["  #  ", "#####", " ### ", " # # "], |mark| {
            (mark == '#').then_some(Colour(0xF08060))
        });
    }
    canvas
}

/// A golden retriever brings a stick along the beach.
pub fn retriever_fetches_stick() -> Scene {
    let frames = animate(12, |beat| {
        let mut canvas = beach(beat, beat.index * 8);
        canvas.shadow(42.0, 66.5, 25.0 - 3.0 * beat.wave(2, 0.0));
        let face = Face::new(Eyes::Happy, Mouth::Shut).with_ears(20.0 + 30.0 * beat.wave(2, 200.0));
        let mut pose = SidePose::standing(40.0, 66.0, face);
        pose.paws = gallop(beat, 2, 8.0);
        pose.rise = 1.5 + 2.0 * beat.wave(2, 0.0);
        pose.pitch = 6.0 * beat.wave(2, 100.0);
        pose.head = at(1.0, 1.0 * beat.wave(2, 200.0));
        pose.wag = 10.0 + 16.0 * beat.wave(2, 60.0);
        let mut dog = Sprite::new();
        let nose = side::draw(&mut dog, &RETRIEVER, &pose);
        dog.lay_on(&mut canvas);
        props::stick(&mut canvas, nose + at(-2.0, 5.0), -24.0 + 5.0 * beat.wave(2, 200.0));
        canvas
    });
    Scene {
        slug: "retriever-fetches-stick",
        title: "Golden retriever fetches",
        alt: "A golden retriever gallops along the beach with a stick in its mouth, its \
              ears and its feathery tail flying.",
        delay: 7,
        frames,
    }
}

/// A terrier digs a hole in the sand.
pub fn terrier_digs() -> Scene {
    let frames = animate(12, |beat| {
        let mut canvas = beach(beat, 0);
        draw_parasol(&mut canvas, 82.0, 58.0);
        canvas.shadow(46.0, 65.0, 24.0);
        canvas.fill(&ellipse(at(66.0, 66.0), 14.0, 4.0), Colour(0xB48C58));
        canvas.fill(&ellipse(at(66.0, 67.0), 12.0, 3.0), Colour(0x8C6840));
        draw_flying_sand(&mut canvas, beat);
        let face = Face::new(Eyes::Open, Mouth::Pant(0.5)).with_ears(20.0 * beat.wave(4, 0.0));
        let mut pose = SidePose::standing(46.0, 64.0, face);
        pose.pitch = -18.0 + 2.0 * beat.wave(4, 0.0);
        pose.rise = -1.0;
        pose.head = at(1.0, 6.0 + beat.wave(4, 0.0));
        pose.head_tilt = 12.0 + 4.0 * beat.wave(4, 90.0);
        pose.paws[0] = at(5.0 + 5.0 * beat.wave(4, 0.0), -1.0 + 2.5 * beat.wave(4, 90.0));
        pose.paws[2] = at(5.0 - 5.0 * beat.wave(4, 0.0), -1.0 - 2.5 * beat.wave(4, 90.0));
        pose.wag = 30.0 + 26.0 * beat.wave(4, 45.0);
        let mut dog = Sprite::new();
        side::draw(&mut dog, &TERRIER, &pose);
        dog.lay_on(&mut canvas);
        canvas
    });
    Scene {
        slug: "terrier-digs",
        title: "Terrier digs for treasure",
        alt: "A small white and tan terrier digs a hole in the beach, its paws a blur and \
              sand flying out behind it.",
        delay: 7,
        frames,
    }
}

/// A striped parasol whose pole stands at a point.
fn draw_parasol(canvas: &mut Canvas, x: f32, y: f32) {
    canvas.fill(&limb(at(x, y), 0.9, at(x, y - 34.0), 0.9), Colour(0xF6EEE2));
    let top = y - 36.0;
    canvas.fill(
        &polygon(&[
            (x - 15.0, top + 12.0),
            (x - 9.0, top + 3.0),
            (x, top),
            (x + 9.0, top + 3.0),
            (x + 15.0, top + 12.0),
        ]),
        Colour(0xF08060),
    );
    canvas.fill(
        &polygon(&[(x - 9.0, top + 12.0), (x - 4.0, top + 1.0), (x, top), (x - 3.0, top + 12.0)]),
        Colour(0xF6EEE2),
    );
    canvas.fill(
        &polygon(&[(x + 9.0, top + 12.0), (x + 4.0, top + 1.0), (x, top), (x + 3.0, top + 12.0)]),
        Colour(0xF6EEE2),
    );
}

/// The heap behind the digger and the sand on its way there.
fn draw_flying_sand(canvas: &mut Canvas, beat: Beat) {
    canvas.fill(&ellipse(at(14.0, 67.0), 15.0, 6.0), Colour(0xD0A870));
    canvas.fill(&ellipse(at(13.0, 66.0), 12.0, 5.0), Colour(0xE8C88C));
    for grain in 0..14 {
        let time = (beat.share() * 2.0 + grain as f32 * 0.071).rem_euclid(1.0);
        let reach = 38.0 + (grain * 7 % 11) as f32;
        let height = 80.0 + (grain * 5 % 13) as f32 * 7.0;
        let x = 58.0 - reach * time;
        let y = 66.0 - height * time * (1.0 - time);
        let colour = [0xD0A870, 0x8C6840, 0xB48C58][grain as usize % 3];
        canvas.fill(&disc(at(x, y), 1.2 + (grain % 3) as f32 * 0.4), Colour(colour));
    }
}
