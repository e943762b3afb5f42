//! Small things the dogs play with, and the marks that float around them.

use crate::canvas::{Canvas, Colour};
use crate::geometry::{Point, at, disc, ellipse, limb};
use crate::sprite::INK;

/// Paints a stencil in one colour with its middle at a point.
fn sign(canvas: &mut Canvas, middle: Point, rows: &[&str], colour: u32) {
    let left = (middle.x - rows[0].len() as f32 / 2.0 + 0.5).floor() as i32;
    let top = (middle.y - rows.len() as f32 / 2.0 + 0.5).floor() as i32;
    canvas.stencil(left, top, rows, |mark| (mark == '#').then_some(Colour(colour)));
}

/// A red heart.
pub fn heart(canvas: &mut Canvas, middle: Point) {
    sign(canvas, middle, &["## ##", "#####", "#####", " ### ", "  #  "], 0xE8486A);
    sign(canvas, middle - at(1.0, 1.0), &["#"], 0xFFB0C0);
}

/// A note of music.
pub fn note(canvas: &mut Canvas, middle: Point, colour: u32) {
    sign(canvas, middle, &["  ## ", "  # #", "  #  ", "###  ", "###  "], colour);
}

/// A sleepy letter Z, small or large.
pub fn zed(canvas: &mut Canvas, middle: Point, large: bool, colour: u32) {
    let rows: &[&str] =
        if large { &["#####", "   # ", "  #  ", " #   ", "#####"] } else { &["####", "  # ", " #  ", "####"] };
    sign(canvas, middle, rows, colour);
}

/// A question mark.
pub fn question(canvas: &mut Canvas, middle: Point, colour: u32) {
    sign(canvas, middle, &[" ### ", "#   #", "   # ", "  #  ", "     ", "  #  "], colour);
}

/// A ball with a white stripe.
pub fn ball(canvas: &mut Canvas, middle: Point) {
    canvas.fill_outlined(&[disc(middle, 2.8)], Colour(0xC6E84A), INK);
    canvas.line(middle + at(-1.5, 1.0), middle + at(1.5, -1.0), Colour(0xFFFFFF));
}

/// A stick held by its middle.
pub fn stick(canvas: &mut Canvas, middle: Point, tilt: f32) {
    let reach = at(10.0, 0.0).turned(tilt);
    let twig = middle + reach * 0.5;
    canvas.fill_outlined(
        &[limb(middle - reach, 1.2, middle + reach, 1.2), limb(twig, 0.8, twig + at(2.0, -3.0), 0.6)],
        Colour(0x9A6A40),
        INK,
    );
    canvas.line(middle - reach + at(0.0, -0.6), middle + reach + at(0.0, -0.6), Colour(0xC48E5C));
}

/// A butterfly whose wings are open, half open or shut (0 to 2).
pub fn butterfly(canvas: &mut Canvas, middle: Point, flap: usize) {
    let rows: &[&str] = match flap {
        0 => &["ooo   ooo", "oppo oppo", "opppbpppo", " oopbpoo ", " oppbppo ", "  oo oo  "],
        1 => &["         ", " ooo ooo ", " oppbppo ", "  opbpo  ", "  opbpo  ", "   o o   "],
        _ => &["   oo    ", "   opo   ", "   opo   ", "   obo   ", "    bo   ", "    b    "],
    };
    let left = (middle.x - 4.0).floor() as i32;
    let top = (middle.y - 3.0).floor() as i32;
    canvas.stencil(left, top, rows, |mark| match mark {
        'o' => Some(Colour(0xD83C8C)),
        'p' => Some(Colour(0xFFB8DC)),
        'b' => Some(INK),
        _ => None,
    });
}

/// A soap bubble.
pub fn bubble(canvas: &mut Canvas, middle: Point, radius: f32) {
    canvas.fill(&disc(middle, radius), Colour(0xA8DCF4));
    canvas.fill(&disc(middle, radius - 1.0), Colour(0xD4F0FA));
    sign(canvas, middle - at(radius * 0.3, radius * 0.3), &["#"], 0xFFFFFF);
}

/// A yellow bath duck facing left.
pub fn duck(canvas: &mut Canvas, foot: Point) {
    let body = [
        ellipse(foot + at(0.0, -2.5), 4.6, 2.6),
        disc(foot + at(-2.6, -6.4), 2.5),
        limb(foot + at(3.0, -3.5), 1.2, foot + at(5.0, -5.0), 0.7),
    ];
    canvas.fill_outlined(&body, Colour(0xFFD84C), INK);
    canvas.fill(&ellipse(foot + at(1.0, -2.4), 2.2, 1.2), Colour(0xF0B034));
    canvas.fill(&ellipse(foot + at(-5.4, -5.8), 1.3, 0.8), Colour(0xF08038));
    sign(canvas, foot + at(-2.8, -6.8), &["#"], 0x2A1B26);
}

/// An autumn leaf turned one of two ways.
pub fn leaf(canvas: &mut Canvas, middle: Point, turned: bool, colour: u32) {
    let rows: &[&str] = if turned { &["## ", "###", " ##"] } else { &[" ##", "###", "## "] };
    sign(canvas, middle, rows, colour);
}

/// A six-armed snowflake or, when it is far away, a dot.
pub fn snowflake(canvas: &mut Canvas, middle: Point, near: bool) {
    let rows: &[&str] = if near { &[" # ", "###", " # "] } else { &["#"] };
    sign(canvas, middle, rows, 0xFFFFFF);
}

/// A drop of water.
pub fn drop(canvas: &mut Canvas, middle: Point) {
    sign(canvas, middle, &[" # ", "###", "###", " # "], 0x3E8EDE);
    sign(canvas, middle - at(1.0, 0.0), &["#"], 0xE4F8F8);
}
