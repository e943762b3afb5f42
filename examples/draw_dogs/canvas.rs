//! The small picture a scene is painted on, one colour a logical pixel.

use crate::geometry::{Point, Shape, at, ellipse};

/// Logical pixels across.
pub const WIDTH: i32 = 96;
/// Logical pixels down.
pub const HEIGHT: i32 = 72;

/// A colour written as 0xRRGGBB.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Colour(pub u32);

impl Colour {
    /// The red, green and blue bytes.
    pub fn bytes(self) -> [u8; 3] {
        let [_, red, green, blue] = self.0.to_be_bytes();
        [red, green, blue]
    }

    /// This colour with some percent of another one mixed in.
    pub fn mixed(self, other: Colour, percent: u32) -> Colour {
        let (mine, theirs) = (self.bytes(), other.bytes());
        let channel =
            |index: usize| (u32::from(mine[index]) * (100 - percent) + u32::from(theirs[index]) * percent) / 100;
        Colour(channel(0) << 16 | channel(1) << 8 | channel(2))
    }
}

/// Calls back for every pixel whose middle lies in the shape.
pub fn each_pixel(shape: &Shape, mut visit: impl FnMut(i32, i32)) {
    let (left, top, right, bottom) = shape.bounds();
    for y in (top.floor() as i32).max(0)..=(bottom.ceil() as i32).min(HEIGHT - 1) {
        for x in (left.floor() as i32).max(0)..=(right.ceil() as i32).min(WIDTH - 1) {
            if shape.contains(at(x as f32 + 0.5, y as f32 + 0.5)) {
                visit(x, y);
            }
        }
    }
}

/// The pixels of a straight line between two points.
pub fn each_line_pixel(from: Point, to: Point, mut visit: impl FnMut(i32, i32)) {
    let reach = to - from;
    let steps = (reach.x.abs().max(reach.y.abs()).ceil() as i32).max(1);
    for step in 0..=steps {
        let point = from.towards(to, step as f32 / steps as f32);
        visit(point.x.floor() as i32, point.y.floor() as i32);
    }
}

/// One painted picture.
#[derive(Clone)]
pub struct Canvas {
    pixels: Vec<Colour>,
}

impl Canvas {
    /// A canvas of one colour.
    pub fn new(colour: Colour) -> Canvas {
        Canvas { pixels: vec![colour; (WIDTH * HEIGHT) as usize] }
    }

    /// All the pixels, row by row.
    pub fn pixels(&self) -> &[Colour] {
        &self.pixels
    }

    /// Paints one pixel; pixels off the canvas are ignored.
    pub fn dot(&mut self, x: i32, y: i32, colour: Colour) {
        if (0..WIDTH).contains(&x) && (0..HEIGHT).contains(&y) {
            self.pixels[(y * WIDTH + x) as usize] = colour;
        }
    }

    /// Paints a rectangle given by its left, top, width and height.
    pub fn rect(&mut self, left: i32, top: i32, width: i32, height: i32, colour: Colour) {
        for y in top..top + height {
            for x in left..left + width {
                self.dot(x, y, colour);
            }
        }
    }

    /// Paints a shape in one colour.
    pub fn fill(&mut self, shape: &Shape, colour: Colour) {
        each_pixel(shape, |x, y| self.dot(x, y, colour));
    }

    /// Paints several shapes in one colour.
    pub fn fill_all(&mut self, shapes: &[Shape], colour: Colour) {
        for shape in shapes {
            self.fill(shape, colour);
        }
    }

    /// Paints several shapes with one line around all of them.
    pub fn fill_outlined(&mut self, shapes: &[Shape], colour: Colour, ink: Colour) {
        for shape in shapes {
            each_pixel(shape, |x, y| {
                for (dx, dy) in [(-1, 0), (1, 0), (0, -1), (0, 1)] {
                    self.dot(x + dx, y + dy, ink);
                }
            });
        }
        self.fill_all(shapes, colour);
    }

    /// Paints a line one pixel wide.
    pub fn line(&mut self, from: Point, to: Point, colour: Colour) {
        each_line_pixel(from, to, |x, y| self.dot(x, y, colour));
    }

    /// Paints rows of characters; the brush gives each character its colour, or none.
    pub fn stencil(&mut self, left: i32, top: i32, rows: &[&str], brush: impl Fn(char) -> Option<Colour>) {
        for (y, row) in (top..).zip(rows) {
            for (x, mark) in (left..).zip(row.chars()) {
                if let Some(colour) = brush(mark) {
                    self.dot(x, y, colour);
                }
            }
        }
    }

    /// Mixes a colour into everything the shape covers.
    pub fn tint(&mut self, shape: &Shape, colour: Colour, percent: u32) {
        each_pixel(shape, |x, y| {
            let pixel = &mut self.pixels[(y * WIDTH + x) as usize];
            *pixel = pixel.mixed(colour, percent);
        });
    }

    /// Darkens the ground under something that stands at a point.
    pub fn shadow(&mut self, x: f32, y: f32, reach: f32) {
        self.tint(&ellipse(at(x, y), reach, reach / 7.0 + 1.0), Colour(0x20204A), 24);
    }
}
