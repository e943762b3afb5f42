//! The scenes, one function each, and the small tools they share.

mod beach;
mod garden;
mod home;
mod lake;
mod park;
mod road;
mod wash_and_dine;
mod winter;

use crate::canvas::Canvas;
use crate::geometry::{Point, at, cosine, sine};

/// One finished animation and the words that go with it.
pub struct Scene {
    /// The name of the file, without its ending.
    pub slug: &'static str,
    pub title: &'static str,
    pub alt: &'static str,
    /// Hundredths of a second for which each frame stays.
    pub delay: u16,
    pub frames: Vec<Canvas>,
}

/// Draws every scene, in the order of the manifest.
pub const ALL: &[fn() -> Scene] = &[
    park::corgi_wags,
    park::dachshund_runs,
    winter::husky_howls,
    park::dalmatian_catches_ball,
    beach::retriever_fetches_stick,
    home::pug_tilts_head,
    wash_and_dine::poodle_takes_bath,
    park::beagle_meets_butterfly,
    home::shiba_sleeps,
    garden::collie_jumps_leaves,
    garden::shepherd_waves,
    home::chihuahua_peeks,
    winter::samoyed_catches_snow,
    road::bulldog_skateboards,
    beach::terrier_digs,
    lake::labrador_swims,
    road::spaniel_rides_car,
    wash_and_dine::labrador_eats,
    lake::bernese_shakes,
    garden::corgi_rolls_over,
];

/// A moment of a loop.
#[derive(Clone, Copy)]
pub struct Beat {
    /// The number of the frame, from zero.
    pub index: i32,
    /// How many frames the loop has.
    pub count: i32,
}

impl Beat {
    /// How much of the loop has passed.
    pub fn share(self) -> f32 {
        self.index as f32 / self.count as f32
    }

    /// Swings between -1 and 1 a whole number of times in the loop.
    pub fn wave(self, times: i32, phase: f32) -> f32 {
        sine(360.0 * self.share() * times as f32 + phase)
    }

    /// Rises smoothly from 0 to 1 and falls back between two frames.
    pub fn bump(self, from: i32, to: i32) -> f32 {
        let inside = (self.index - from) as f32 / (to - from) as f32;
        if (0.0..=1.0).contains(&inside) { (1.0 - cosine(360.0 * inside)) / 2.0 } else { 0.0 }
    }

    /// Goes smoothly from 0 to 1 between two frames and stays there.
    pub fn ease(self, from: i32, to: i32) -> f32 {
        let inside = ((self.index - from) as f32 / (to - from) as f32).clamp(0.0, 1.0);
        (1.0 - cosine(180.0 * inside)) / 2.0
    }

    /// Whether the frame is one of two, as for a blink.
    pub fn blinks(self, at_index: i32) -> bool {
        self.index == at_index || self.index == at_index + 1
    }
}

/// Paints one frame for each beat of a loop.
pub fn animate(count: i32, mut paint: impl FnMut(Beat) -> Canvas) -> Vec<Canvas> {
    (0..count).map(|index| paint(Beat { index, count })).collect()
}

/// Where the four paws of a running dog are, away from rest.
pub fn gallop(beat: Beat, times: i32, stride: f32) -> [Point; 4] {
    [0.0, 150.0, 50.0, 200.0].map(|phase| {
        let turn = 360.0 * beat.share() * times as f32 + phase;
        at(stride * cosine(turn), -(stride * 0.6 * sine(turn)).max(0.0))
    })
}
