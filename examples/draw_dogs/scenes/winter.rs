//! Dogs in the snow.

use super::{Scene, animate};
use crate::backdrop;
use crate::canvas::{Canvas, Colour, HEIGHT};
use crate::dog::front::{self, FrontPose};
use crate::dog::head::{Eyes, Face};
use crate::dog::kennel::{HUSKY, SAMOYED};
use crate::dog::mouth::Mouth;
use crate::dog::side::{self, SidePose, Stance};
use crate::geometry::{at, ellipse};
use crate::props;
use crate::sprite::Sprite;

/// A snowy hill under a night sky with a full moon.
fn moonlit_hill() -> Canvas {
    let mut canvas = Canvas::new(Colour(0x1E2450));
    backdrop::bands(&mut canvas, 0, 50, &[0x1A2048, 0x242C60, 0x323C78, 0x48528E]);
    backdrop::moon(&mut canvas, 80.0, 15.0, 9.0);
    backdrop::ridge(&mut canvas, 46, 4.0, 80, 20, 0x6C7CB4);
    for (x, y, size) in [(8.0, 52.0, 9.0), (20.0, 50.0, 6.0), (90.0, 52.0, 8.0), (80.0, 49.0, 5.0)] {
        backdrop::fir(&mut canvas, at(x, y), size);
    }
    backdrop::ridge(&mut canvas, 53, 2.0, 96, 50, 0xC4D2F0);
    backdrop::ridge(&mut canvas, 60, 2.0, 96, 10, 0xDCE6FA);
    canvas
}

/// A husky howls at the moon.
pub fn husky_howls() -> Scene {
    let mut ground = moonlit_hill();
    ground.shadow(38.0, 66.0, 22.0);
    let frames = animate(20, |beat| {
        let mut canvas = ground.clone();
        for (index, (x, y)) in (0..).zip([(6, 8), (18, 20), (30, 6), (44, 13), (54, 5), (88, 30), (92, 6), (12, 32)]) {
            let bright = (beat.index / 5 + index) % 4 != 0;
            canvas.dot(x, y, Colour(if bright { 0xFFF4C8 } else { 0x8C94C8 }));
        }
        // The song comes first, so that the still picture shows it.
        let song = 1.0 - (beat.ease(10, 13) - beat.ease(16, 19));
        let (eyes, mouth) = if song > 0.6 { (Eyes::Shut, Mouth::Howl) } else { (Eyes::Open, Mouth::Smile) };
        let mut pose = SidePose::standing(36.0, 65.5, Face::new(eyes, mouth).with_ears(-20.0 * song));
        pose.stance = Stance::Sit;
        pose.rise = 0.5 * song + 0.3 * beat.wave(4, 0.0);
        pose.head = at(-song, song + 0.4 * beat.wave(5, 0.0) * song);
        pose.head_tilt = -42.0 * song + 1.5 * beat.wave(5, 0.0) * song;
        pose.wag = 8.0 * beat.wave(2, 0.0);
        let mut dog = Sprite::new();
        let nose = side::draw(&mut dog, &HUSKY, &pose);
        dog.lay_on(&mut canvas);
        if song > 0.6 {
            for step in 0..2 {
                let drift = ((beat.index + step * 5) % 10) as f32;
                let place = nose + at(9.0 + drift * 1.6, 4.0 - drift * 1.5 + 1.5 * beat.wave(4, 180.0 * step as f32));
                props::note(&mut canvas, place, 0x8CD4F8);
            }
        }
        canvas
    });
    Scene {
        slug: "husky-howls",
        title: "Husky howls at the moon",
        alt: "A grey and white husky sits on a snowy hill at night and howls at the full \
              moon, with notes floating from its mouth.",
        delay: 10,
        frames,
    }
}

/// A bright winter day between firs.
fn snowfield() -> Canvas {
    let mut canvas = Canvas::new(Colour(0xA8C8E8));
    backdrop::bands(&mut canvas, 0, 46, &[0x7CA4D4, 0x94B8E0, 0xACCAEA, 0xC4DCF2]);
    backdrop::ridge(&mut canvas, 42, 4.0, 70, 0, 0xB4CCE8);
    for (x, y, size) in [(10.0, 52.0, 12.0), (26.0, 48.0, 7.0), (86.0, 52.0, 12.0), (71.0, 48.0, 7.0)] {
        backdrop::fir(&mut canvas, at(x, y), size);
    }
    backdrop::ridge(&mut canvas, 51, 2.0, 96, 40, 0xDCE8F8);
    canvas.fill(&ellipse(at(20.0, 72.0), 40.0, 10.0), Colour(0xF0F6FE));
    canvas.fill(&ellipse(at(84.0, 73.0), 36.0, 10.0), Colour(0xF0F6FE));
    canvas
}

/// A samoyed tries to catch snowflakes.
pub fn samoyed_catches_snow() -> Scene {
    let mut ground = snowfield();
    ground.shadow(48.0, 67.0, 22.0);
    let frames = animate(18, |beat| {
        let mut canvas = ground.clone();
        let step = HEIGHT / beat.count;
        for (index, x) in (0..).zip([4, 11, 17, 24, 30, 41, 55, 62, 68, 75, 79, 91]) {
            let y = (index * 29 + beat.index * step) % HEIGHT;
            let sway = 2.0 * beat.wave(1, index as f32 * 70.0);
            props::snowflake(&mut canvas, at(x as f32 + sway, y as f32), false);
        }
        let eyes = if beat.blinks(12) { Eyes::Happy } else { Eyes::Open };
        let face = Face::new(eyes, Mouth::Pant(2.0 + beat.wave(3, 0.0))).with_ears(8.0 * beat.wave(2, 0.0));
        let mut pose = FrontPose::sitting(48.0, 67.0, face);
        pose.rise = 0.5 * beat.wave(3, 0.0);
        pose.head = at(1.5 * beat.wave(1, 0.0), 0.5 * beat.wave(3, 60.0));
        pose.head_tilt = 7.0 * beat.wave(1, 30.0);
        pose.wag = 22.0 * beat.wave(3, 0.0);
        let mut dog = Sprite::new();
        front::draw(&mut dog, &SAMOYED, &pose);
        dog.lay_on(&mut canvas);
        for (index, x) in (0..).zip([8, 16, 24, 35, 62, 73, 82, 89]) {
            let y = (index * 41 + beat.index * step + 20) % HEIGHT;
            let sway = 3.0 * beat.wave(1, index as f32 * 100.0);
            props::snowflake(&mut canvas, at(x as f32 + sway, y as f32), true);
        }
        canvas
    });
    Scene {
        slug: "samoyed-catches-snow",
        title: "Samoyed catches snowflakes",
        alt: "A fluffy white samoyed sits between snowy firs and tries to catch snowflakes \
              with its tongue.",
        delay: 10,
        frames,
    }
}
