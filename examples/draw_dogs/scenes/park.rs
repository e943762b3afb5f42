//! Dogs in the park and on the meadow in spring.

use super::{Beat, Scene, animate, gallop};
use crate::backdrop::{self, GREEN_LEAVES};
use crate::canvas::{Canvas, Colour, HEIGHT};
use crate::dog::head::{Eyes, Face};
use crate::dog::kennel::{BEAGLE, CORGI, DACHSHUND, DALMATIAN};
use crate::dog::mouth::Mouth;
use crate::dog::side::{self, SidePose, Stance};
use crate::geometry::at;
use crate::props;
use crate::sprite::Sprite;

/// A corgi stands in the park and wags.
pub fn corgi_wags() -> Scene {
    let mut ground = backdrop::park();
    for (x, y, petals) in [(12, 62, 0xFFFFFF), (84, 60, 0xFF9CB8), (70, 52, 0xFFFFFF), (31, 68, 0xFF9CB8)] {
        backdrop::flower(&mut ground, x, y, petals);
    }
    ground.shadow(45.0, 65.5, 27.0);
    let frames = animate(12, |beat| {
        let mut canvas = ground.clone();
        let eyes = if beat.blinks(7) { Eyes::Happy } else { Eyes::Open };
        let face = Face::new(eyes, Mouth::Pant(1.5 + beat.wave(3, 0.0) * 0.8)).with_ears(beat.wave(2, 0.0) * 8.0);
        let mut pose = SidePose::standing(43.0, 65.0, face);
        pose.wag = 34.0 * beat.wave(3, 40.0);
        pose.rise = 0.5 + 0.5 * beat.wave(3, 0.0);
        pose.head = at(0.0, 0.9 * beat.wave(3, 90.0));
        pose.head_tilt = 3.0 * beat.wave(1, 0.0);
        let mut dog = Sprite::new();
        side::draw(&mut dog, &CORGI, &pose);
        dog.lay_on(&mut canvas);
        canvas
    });
    Scene {
        slug: "corgi-wags",
        title: "Corgi wags",
        alt: "A short-legged orange and white corgi stands on grass in a sunny park, \
              panting and wagging its little tail.",
        delay: 8,
        frames,
    }
}

/// A meadow that slides past a running dog: the hills slowly, the flowers fast.
fn sliding_meadow(beat: Beat) -> Canvas {
    let mut canvas = Canvas::new(Colour(0x8CC8F0));
    backdrop::bands(&mut canvas, 0, 40, &[0x7EC0F0, 0x9CD2F6, 0xBCE4FA, 0xDDF3FA]);
    backdrop::sun(&mut canvas, 78.0, 12.0);
    backdrop::cloud(&mut canvas, 22.0, 14.0, 6.0);
    backdrop::cloud(&mut canvas, 54.0, 9.0, 4.0);
    backdrop::ridge(&mut canvas, 36, 4.0, 36, beat.index * 3, 0xA8DC9C);
    let far = beat.index * 4;
    for tree in -1..3 {
        let x = (tree * 48 + 30 - far % 48) as f32;
        backdrop::tree(&mut canvas, at(x, 48.0), 6.0, GREEN_LEAVES);
    }
    backdrop::fence(&mut canvas, 48, far);
    backdrop::bands(&mut canvas, 49, HEIGHT, &[0x86C872, 0x78BC66, 0x6AAE5E]);
    let near = beat.index * 8;
    for patch in -1..3 {
        let x = patch * 48 + 10 - near % 48;
        backdrop::tuft(&mut canvas, x, 55, 0x569A50);
        backdrop::flower(&mut canvas, x + 16, 53, 0xFFFFFF);
        backdrop::flower(&mut canvas, x + 34, 69, 0xFF9CB8);
        backdrop::tuft(&mut canvas, x + 27, 70, 0x569A50);
    }
    canvas
}

/// A dachshund runs through a meadow.
pub fn dachshund_runs() -> Scene {
    let frames = animate(12, |beat| {
        let mut canvas = sliding_meadow(beat);
        canvas.shadow(44.0, 65.0, 28.0 - 3.0 * beat.wave(2, 0.0));
        let face =
            Face::new(Eyes::Open, Mouth::Pant(2.0 + beat.wave(2, 90.0))).with_ears(34.0 + 30.0 * beat.wave(2, 200.0));
        let mut pose = SidePose::standing(42.0, 64.5, face);
        pose.paws = gallop(beat, 2, 5.5).map(|paw| at(paw.x, paw.y * 0.6));
        pose.rise = 1.5 + 1.8 * beat.wave(2, 0.0);
        pose.pitch = 5.0 * beat.wave(2, 100.0);
        pose.head = at(1.0, -1.0 + 1.2 * beat.wave(2, 200.0));
        pose.wag = 16.0 * beat.wave(2, 60.0);
        let mut dog = Sprite::new();
        side::draw(&mut dog, &DACHSHUND, &pose);
        dog.lay_on(&mut canvas);
        canvas
    });
    Scene {
        slug: "dachshund-runs",
        title: "Dachshund at full speed",
        alt: "A long red dachshund runs past a white fence and flowers, its ears flapping \
              and its tongue out.",
        delay: 7,
        frames,
    }
}

/// A dalmatian catches a ball and throws it back.
pub fn dalmatian_catches_ball() -> Scene {
    let mut ground = backdrop::park();
    backdrop::flower(&mut ground, 12, 62, 0xFFFFFF);
    let frames = animate(20, |beat| {
        let mut canvas = ground.clone();
        let leap = beat.bump(2, 10);
        canvas.shadow(38.0, 66.0, 24.0 - 7.0 * leap);
        let holding = (6..15).contains(&beat.index);
        let crouch = beat.bump(-2, 3) + beat.bump(9, 13) * 0.7 + beat.bump(13, 17) * 0.6;
        let eyes = if holding && beat.index > 9 { Eyes::Happy } else { Eyes::Open };
        let mouth = if holding { Mouth::Shut } else { Mouth::Pant(0.0) };
        let mut pose = SidePose::standing(36.0, 65.5 - 13.0 * leap, Face::new(eyes, mouth).with_ears(34.0 * leap));
        pose.rise = -2.0 * crouch;
        pose.pitch = 16.0 * leap - 3.0 * crouch;
        pose.head = at(0.0, 1.5 * crouch);
        pose.head_tilt = -14.0 * leap - 12.0 * beat.bump(14, 18);
        pose.paws = [at(4.0, -4.0), at(-3.0, 0.5), at(4.5, -2.5), at(-3.0, 0.5)].map(|reach| reach * leap);
        pose.wag = 26.0 * beat.wave(4, 0.0);
        let mut dog = Sprite::new();
        let nose = side::draw(&mut dog, &DALMATIAN, &pose);
        dog.lay_on(&mut canvas);
        let mouth = nose + at(-0.5, 4.0);
        let far = at(101.0, 44.0);
        let ball = if holding {
            mouth
        } else {
            // Inwards before the catch, outwards after the throw.
            let gone = if beat.index < 6 { (6 - beat.index) as f32 / 8.0 } else { (beat.index - 14) as f32 / 5.0 };
            let arc = 4.0 * gone * (1.0 - gone);
            at(66.0, 36.0).towards(far, gone) - at(0.0, 24.0 * arc)
        };
        props::ball(&mut canvas, ball);
        canvas
    });
    Scene {
        slug: "dalmatian-catches-ball",
        title: "Dalmatian catches the ball",
        alt: "A spotted dalmatian leaps up on a lawn, catches a yellow ball in its mouth \
              and tosses it back.",
        delay: 8,
        frames,
    }
}

/// A butterfly rests on a beagle's nose.
pub fn beagle_meets_butterfly() -> Scene {
    let mut ground = backdrop::park();
    for (x, y, petals) in
        [(10, 60, 0xFF9CB8), (84, 58, 0xFFFFFF), (90, 65, 0xFF9CB8), (74, 68, 0xFFFFFF), (22, 67, 0xFFFFFF)]
    {
        backdrop::flower(&mut ground, x, y, petals);
    }
    ground.shadow(40.0, 65.5, 22.0);
    let frames = animate(24, |beat| {
        let mut canvas = ground.clone();
        let landed = (9..19).contains(&beat.index);
        let curious = beat.ease(5, 9) - beat.ease(19, 23);
        let eyes = if beat.blinks(15) { Eyes::Shut } else { Eyes::Open };
        let mouth = if landed { Mouth::Shut } else { Mouth::Smile };
        let mut pose = SidePose::standing(40.0, 65.0, Face::new(eyes, mouth).with_ears(10.0 * curious));
        pose.stance = Stance::Sit;
        pose.rise = 0.4 * beat.wave(2, 0.0);
        pose.head = at(1.5 * curious, 0.5 * beat.wave(2, 40.0));
        pose.head_tilt = -8.0 + 8.0 * curious;
        pose.wag = 18.0 * beat.wave(3, 0.0);
        let mut dog = Sprite::new();
        let nose = side::draw(&mut dog, &BEAGLE, &pose);
        dog.lay_on(&mut canvas);
        let perch = nose + at(0.0, -4.0);
        let away = 1.0 - (beat.ease(0, 9) - beat.ease(19, 24));
        let flight = at(22.0 * away, -14.0 * away + 4.0 * away * beat.wave(4, 0.0));
        let flap = if landed { (beat.index / 3 % 2 + 1) as usize } else { (beat.index % 3) as usize };
        props::butterfly(&mut canvas, perch + flight, flap);
        canvas
    });
    Scene {
        slug: "beagle-meets-butterfly",
        title: "Beagle meets a butterfly",
        alt: "A sitting beagle watches a pink butterfly flutter down, rest on the tip of \
              its nose and fly away again.",
        delay: 10,
        frames,
    }
}
