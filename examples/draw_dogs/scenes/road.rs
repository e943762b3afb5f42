//! Dogs on wheels.

use super::{Beat, Scene, animate};
use crate::backdrop::{self, GREEN_LEAVES};
use crate::canvas::{Canvas, Colour, HEIGHT, WIDTH};
use crate::dog::head::{self, Eyes, Face, View};
use crate::dog::kennel::{BULLDOG, SPANIEL};
use crate::dog::mouth::Mouth;
use crate::dog::side::{self, SidePose};
use crate::geometry::{Placement, Point, at, disc, ellipse, limb, polygon};
use crate::sprite::{INK, Part, Seam, Sprite};

/// A row of houses that slides past behind a pavement; it repeats every 48 pixels.
fn street(shift: i32) -> Canvas {
    let mut canvas = Canvas::new(Colour(0x9CD2F6));
    backdrop::bands(&mut canvas, 0, 40, &[0x8CB8F0, 0xA8CCF6, 0xFAD4C4, 0xFCE4CC]);
    backdrop::cloud(&mut canvas, 30.0, 9.0, 4.0);
    for block in -1..3 {
        let x = block * 48 - shift.rem_euclid(48);
        for (left, width, top, wall) in [(0, 22, 16, 0xE89C84), (22, 26, 22, 0x8CB4C8)] {
            canvas.rect(x + left, top, width, 36, Colour(wall));
            canvas.rect(x + left, top, width, 2, Colour(0x7A5468));
            for (column, row) in [(4, 5), (13, 5), (4, 15), (13, 15)] {
                canvas.rect(x + left + column, top + row, 5, 6, Colour(0xFBF0D0));
                canvas.rect(x + left + column, top + row, 5, 1, Colour(0x7A5468));
            }
        }
    }
    canvas
}

/// A bulldog rolls down the street.
pub fn bulldog_skateboards() -> Scene {
    let frames = animate(12, |beat| {
        let mut canvas = street(beat.index * 4);
        canvas.rect(0, 50, WIDTH, 4, Colour(0xD8CCC4));
        canvas.rect(0, 53, WIDTH, 1, Colour(0xA89C9C));
        backdrop::bands(&mut canvas, 54, HEIGHT, &[0x8C8898, 0x7C788A]);
        for dash in -1..5 {
            canvas.rect(dash * 32 - beat.index * 8 % 32 + 12, 69, 14, 2, Colour(0xF8E8A0));
        }
        for (step, y) in (0..).zip([22, 34, 45]) {
            let x = (step * 41 + 260 - beat.index * 12).rem_euclid(144) - 24;
            canvas.rect(x, y, 16, 1, Colour(0xFFFFFF));
        }
        canvas.shadow(44.0, 67.0, 27.0);
        let hop = beat.wave(2, 0.0);
        let face = Face::new(if beat.blinks(5) { Eyes::Happy } else { Eyes::Open }, Mouth::Smile)
            .with_ears(22.0 + 18.0 * beat.wave(3, 0.0));
        let mut pose = SidePose::standing(42.0, 60.0, face);
        pose.rise = 0.7 * hop;
        pose.pitch = 2.0 * hop;
        pose.head = at(0.0, 0.7 * beat.wave(2, 60.0));
        pose.wag = 20.0 * beat.wave(3, 0.0);
        pose.paws[0] = at(2.0, 0.0);
        pose.paws[1] = at(-1.0, 0.0);
        draw_board(&mut canvas, beat);
        let mut dog = Sprite::new();
        side::draw(&mut dog, &BULLDOG, &pose);
        dog.lay_on(&mut canvas);
        canvas
    });
    Scene {
        slug: "bulldog-skateboards",
        title: "Bulldog on a skateboard",
        alt: "A stout brown and white bulldog with drooping cheeks and two small teeth rolls down \
              the street on a skateboard, perfectly calm.",
        delay: 7,
        frames,
    }
}

/// The skateboard, with wheels that turn.
fn draw_board(canvas: &mut Canvas, beat: Beat) {
    let deck = [
        limb(at(22.0, 61.0), 1.5, at(64.0, 61.0), 1.5),
        limb(at(22.0, 61.0), 1.5, at(17.0, 58.5), 1.3),
        limb(at(64.0, 61.0), 1.5, at(69.0, 58.5), 1.3),
    ];
    canvas.fill_outlined(&deck, Colour(0x3CB4A0), INK);
    for x in [27.0, 59.0] {
        draw_wheel(canvas, at(x + 0.5, 65.5), 3.0, 0xF8C840, beat);
    }
}

/// A wheel with a mark on the hub that shows it turning.
fn draw_wheel(canvas: &mut Canvas, hub: Point, radius: f32, tyre: u32, beat: Beat) {
    canvas.fill_outlined(&[disc(hub, radius)], Colour(tyre), INK);
    let spoke = at(0.0, -radius * 0.6).turned(30.0 * beat.index as f32);
    canvas.line(hub, hub + spoke, Colour(0xFBF6EA));
    canvas.line(hub, hub - spoke, Colour(0xFBF6EA));
}

/// A spaniel looks out of a moving car.
pub fn spaniel_rides_car() -> Scene {
    let frames = animate(12, |beat| {
        let mut canvas = Canvas::new(Colour(0x8CC8F0));
        backdrop::bands(&mut canvas, 0, 40, &[0x7EC0F0, 0x9CD2F6, 0xBCE4FA, 0xDDF3FA]);
        backdrop::cloud(&mut canvas, 74.0, 10.0, 5.0);
        backdrop::ridge(&mut canvas, 34, 3.0, 24, beat.index * 2, 0xA8DC9C);
        for tree in -1..3 {
            backdrop::tree(&mut canvas, at((tree * 48 + 20 - beat.index * 4 % 48) as f32, 52.0), 8.0, GREEN_LEAVES);
        }
        backdrop::bands(&mut canvas, 51, 60, &[0x86C872, 0x78BC66]);
        canvas.rect(0, 58, WIDTH, 14, Colour(0x7C788A));
        canvas.rect(0, 58, WIDTH, 1, Colour(0xA8A4B4));
        for dash in -1..5 {
            canvas.rect(dash * 32 - beat.index * 8 % 32 + 12, 68, 14, 2, Colour(0xF8E8A0));
        }
        draw_car(&mut canvas, beat);
        canvas
    });
    Scene {
        slug: "spaniel-rides-car",
        title: "Spaniel enjoys the ride",
        alt: "A brown and white spaniel leans out of the window of a small red car with \
              its long ears blowing in the wind.",
        delay: 8,
        frames,
    }
}

/// The car with its passenger, bouncing a little on the road.
fn draw_car(canvas: &mut Canvas, beat: Beat) {
    let bounce = 0.6 * beat.wave(2, 0.0);
    let place = |x: f32, y: f32| (x, y + bounce);
    canvas.shadow(44.0, 67.0, 42.0);
    let cabin = polygon(&[place(14.0, 44.0), place(20.0, 18.0), place(58.0, 18.0), place(68.0, 44.0)]);
    let body = [
        polygon(&[place(3.0, 43.0), place(84.0, 43.0), place(90.0, 50.0), place(90.0, 62.0), place(3.0, 62.0)]),
        cabin,
    ];
    canvas.fill_outlined(&body, Colour(0xDE4048), INK);
    canvas.fill(
        &polygon(&[place(23.0, 21.0), place(56.0, 21.0), place(64.0, 43.0), place(18.0, 43.0)]),
        Colour(0x5A2A44),
    );
    canvas
        .fill(&polygon(&[place(3.0, 56.0), place(90.0, 56.0), place(90.0, 62.0), place(3.0, 62.0)]), Colour(0xB82C40));

    let mut dog = Sprite::new();
    let skull = at(46.0, 30.0 + bounce * 1.4);
    let neck = [limb(at(40.0, 50.0), 10.0, skull, 7.5)];
    dog.stamp(&Part::new(&neck, SPANIEL.coat.main), 4, Seam::Line);
    let eyes = if (3..8).contains(&beat.index) { Eyes::Happy } else { Eyes::Open };
    let face = Face::new(eyes, Mouth::Pant(3.0 + beat.wave(3, 0.0))).with_ears(58.0 + 16.0 * beat.wave(3, 0.0));
    let middle = Placement { origin: skull, angle: -4.0 + 2.0 * beat.wave(2, 60.0), scale: 1.0 };
    head::draw(&mut dog, &SPANIEL, middle, View::Half, face);
    dog.cut_below(43);
    dog.lay_on(canvas);

    canvas.rect(16, 43, 52, 1, INK);
    canvas.rect(16, 44, 52, 1, Colour(0xF0645C));
    for x in [43.0, 50.0] {
        canvas.fill_outlined(&[ellipse(at(x, 43.5), 2.6, 2.2)], SPANIEL.coat.main.base, INK);
    }
    canvas.rect(24, 49, 5, 1, INK);
    canvas.fill(&disc(at(87.0, 50.0 + bounce), 2.6), Colour(0xFFF0B0));
    canvas.rect(1, 59, 5, 3, Colour(0xCFCFE2));
    canvas.rect(87, 59, 5, 3, Colour(0xCFCFE2));
    for x in [20.0, 72.0] {
        canvas.fill(&disc(at(x, 62.0), 8.0), INK);
        draw_wheel(canvas, at(x, 63.0), 5.6, 0x4A4556, beat);
        canvas.fill(&disc(at(x, 63.0), 1.6), Colour(0xCFCFE2));
    }
}
