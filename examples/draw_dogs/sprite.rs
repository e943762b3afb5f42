//! Figures with an outline: parts are shaded from the upper left, stamped one
//! over the other, and the whole is laid on a canvas.

use crate::canvas::{Canvas, Colour, HEIGHT, WIDTH, each_line_pixel, each_pixel};
use crate::geometry::{Point, Shape};

/// The dark line around every figure.
pub const INK: Colour = Colour(0x2A1B26);

/// One material in four strengths of light.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tones {
    pub light: Colour,
    pub base: Colour,
    pub dark: Colour,
    pub deep: Colour,
}

impl Tones {
    /// The same material away from the light, for the far side of a body.
    pub fn shadowed(self) -> Tones {
        Tones { light: self.dark, base: self.dark, dark: self.dark, deep: self.deep }
    }
}

/// Shorthand for [`Tones`] from the lightest to the darkest.
pub const fn tones(light: u32, base: u32, dark: u32, deep: u32) -> Tones {
    Tones { light: Colour(light), base: Colour(base), dark: Colour(dark), deep: Colour(deep) }
}

/// How a part meets the parts stamped before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seam {
    /// It melts into them.
    Melt,
    /// A line in the deep tone of its own material parts them.
    Line,
}

/// A piece of a figure: a silhouette with materials in it.
#[derive(Clone)]
pub struct Part {
    cells: Vec<Option<Tones>>,
}

impl Part {
    /// A part made of one material.
    pub fn new(shapes: &[Shape], material: Tones) -> Part {
        let mut part = Part { cells: vec![None; (WIDTH * HEIGHT) as usize] };
        for shape in shapes {
            each_pixel(shape, |x, y| part.cells[(y * WIDTH + x) as usize] = Some(material));
        }
        part
    }

    /// Colours the area that a shape and the silhouette share.
    pub fn mark(&mut self, shape: &Shape, material: Tones) {
        each_pixel(shape, |x, y| {
            let cell = &mut self.cells[(y * WIDTH + x) as usize];
            if cell.is_some() {
                *cell = Some(material);
            }
        });
    }

    /// The material at a pixel, if the silhouette covers it.
    fn material(&self, x: i32, y: i32) -> Option<Tones> {
        if (0..WIDTH).contains(&x) && (0..HEIGHT).contains(&y) { self.cells[(y * WIDTH + x) as usize] } else { None }
    }
}

/// A figure under construction; pixels without a colour are see-through.
#[derive(Clone)]
pub struct Sprite {
    pixels: Vec<Option<Colour>>,
}

impl Sprite {
    /// A sprite with nothing on it.
    pub fn new() -> Sprite {
        Sprite { pixels: vec![None; (WIDTH * HEIGHT) as usize] }
    }

    /// Paints one pixel; pixels off the canvas are ignored.
    pub fn dot(&mut self, x: i32, y: i32, colour: Colour) {
        if (0..WIDTH).contains(&x) && (0..HEIGHT).contains(&y) {
            self.pixels[(y * WIDTH + x) as usize] = Some(colour);
        }
    }

    /// Paints a shape flat, without light, shade or outline.
    pub fn fill(&mut self, shape: &Shape, colour: Colour) {
        each_pixel(shape, |x, y| self.dot(x, y, colour));
    }

    /// Paints a broken line through some points.
    pub fn trace(&mut self, points: &[Point], colour: Colour) {
        for pair in points.windows(2) {
            each_line_pixel(pair[0], pair[1], |x, y| self.dot(x, y, colour));
        }
    }

    /// Paints rows of characters with their middle at a point.
    pub fn stencil(&mut self, middle: Point, rows: &[&str], brush: impl Fn(char) -> Option<Colour>) {
        let width = rows.iter().map(|row| row.len()).max().unwrap_or(0);
        let left = (middle.x - width as f32 / 2.0 + 0.5).floor() as i32;
        let top = (middle.y - rows.len() as f32 / 2.0 + 0.5).floor() as i32;
        for (y, row) in (top..).zip(rows) {
            for (x, mark) in (left..).zip(row.chars()) {
                if let Some(colour) = brush(mark) {
                    self.dot(x, y, colour);
                }
            }
        }
    }

    /// Adds a part: its outline first, then its shaded inside.
    pub fn stamp(&mut self, part: &Part, depth: i32, seam: Seam) {
        for y in 0..HEIGHT {
            for x in 0..WIDTH {
                if part.material(x, y).is_none() {
                    self.stamp_outline(part, x, y, seam);
                }
            }
        }
        for y in 0..HEIGHT {
            for x in 0..WIDTH {
                if let Some(material) = part.material(x, y) {
                    let colour = if part.material(x + depth / 3, y + depth).is_none() {
                        material.dark
                    } else if depth > 1 && part.material(x - 1, y - depth / 2).is_none() {
                        material.light
                    } else {
                        material.base
                    };
                    self.dot(x, y, colour);
                }
            }
        }
    }

    /// Inks a pixel that touches a part from outside.
    fn stamp_outline(&mut self, part: &Part, x: i32, y: i32, seam: Seam) {
        let touching =
            [(-1, 0), (1, 0), (0, -1), (0, 1)].into_iter().find_map(|(dx, dy)| part.material(x + dx, y + dy));
        let Some(material) = touching else {
            return;
        };
        match self.pixels[(y * WIDTH + x) as usize] {
            None => self.dot(x, y, INK),
            Some(below) if below != INK && seam == Seam::Line => self.dot(x, y, material.deep),
            Some(_) => {}
        }
    }

    /// Erases everything from a row downwards, as water or a box would hide it.
    pub fn cut_below(&mut self, row: i32) {
        let start = row.clamp(0, HEIGHT) * WIDTH;
        self.pixels[start as usize..].fill(None);
    }

    /// Lays the figure on a canvas.
    pub fn lay_on(&self, canvas: &mut Canvas) {
        for (index, pixel) in (0..).zip(&self.pixels) {
            if let Some(colour) = *pixel {
                canvas.dot(index % WIDTH, index / WIDTH, colour);
            }
        }
    }
}
