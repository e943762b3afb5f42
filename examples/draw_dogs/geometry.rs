//! Points, placements and the three kinds of shape every picture is built from.
//! Sines come from a table, so that each machine draws exactly the same pixels.

use std::ops::{Add, Mul, Sub};

/// Sines of 0°, 5°, … 90° in ten-thousandths.
const SINES: [i32; 19] =
    [0, 872, 1736, 2588, 3420, 4226, 5000, 5736, 6428, 7071, 7660, 8192, 8660, 9063, 9397, 9659, 9848, 9962, 10000];

/// The sine of an angle in degrees, interpolated between the entries of [`SINES`].
pub fn sine(degrees: f32) -> f32 {
    let turned = degrees.rem_euclid(360.0);
    let (half, sign) = if turned >= 180.0 { (turned - 180.0, -1.0) } else { (turned, 1.0) };
    let quarter = if half > 90.0 { 180.0 - half } else { half };
    let slot = ((quarter / 5.0) as usize).min(SINES.len() - 2);
    let (low, high) = (SINES[slot] as f32, SINES[slot + 1] as f32);
    sign * (low + (high - low) * (quarter / 5.0 - slot as f32)) / 10000.0
}

/// The cosine of an angle in degrees.
pub fn cosine(degrees: f32) -> f32 {
    sine(degrees + 90.0)
}

/// A place or an offset on the canvas; y grows downwards.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Point {
    pub x: f32,
    pub y: f32,
}

/// Shorthand for a [`Point`].
pub const fn at(x: f32, y: f32) -> Point {
    Point { x, y }
}

impl Point {
    /// This offset turned clockwise (as seen on the screen) around the origin.
    pub fn turned(self, degrees: f32) -> Point {
        let (s, c) = (sine(degrees), cosine(degrees));
        at(self.x * c - self.y * s, self.x * s + self.y * c)
    }

    /// The point a given share of the way to another point.
    pub fn towards(self, other: Point, share: f32) -> Point {
        self + (other - self) * share
    }

    /// The sum of the products of the coordinates.
    fn dot(self, other: Point) -> f32 {
        self.x * other.x + self.y * other.y
    }
}

impl Add for Point {
    type Output = Point;
    fn add(self, other: Point) -> Point {
        at(self.x + other.x, self.y + other.y)
    }
}

impl Sub for Point {
    type Output = Point;
    fn sub(self, other: Point) -> Point {
        at(self.x - other.x, self.y - other.y)
    }
}

impl Mul<f32> for Point {
    type Output = Point;
    fn mul(self, factor: f32) -> Point {
        at(self.x * factor, self.y * factor)
    }
}

/// Where a body part sits: its own origin, turned and enlarged.
#[derive(Clone, Copy, Debug)]
pub struct Placement {
    pub origin: Point,
    pub angle: f32,
    pub scale: f32,
}

impl Placement {
    /// A point of the part, as a point of the canvas.
    pub fn point(&self, x: f32, y: f32) -> Point {
        self.origin + (at(x, y) * self.scale).turned(self.angle)
    }

    /// An ellipse of the part, as a shape of the canvas.
    pub fn ellipse(&self, x: f32, y: f32, across: f32, down: f32) -> Shape {
        Shape::Ellipse {
            centre: self.point(x, y),
            across: across * self.scale,
            down: down * self.scale,
            angle: self.angle,
        }
    }

    /// A tapering limb of the part, as a shape of the canvas.
    pub fn limb(&self, from: (f32, f32, f32), to: (f32, f32, f32)) -> Shape {
        limb(self.point(from.0, from.1), from.2 * self.scale, self.point(to.0, to.1), to.2 * self.scale)
    }
}

/// An area of the canvas.
#[derive(Clone, Debug)]
pub enum Shape {
    /// An ellipse with two radii, turned by an angle.
    Ellipse { centre: Point, across: f32, down: f32, angle: f32 },
    /// A stroke with round ends whose radius changes from one end to the other.
    Limb { from: Point, from_radius: f32, to: Point, to_radius: f32 },
    /// The inside of a closed outline.
    Polygon(Vec<Point>),
}

/// An upright ellipse.
pub fn ellipse(centre: Point, across: f32, down: f32) -> Shape {
    Shape::Ellipse { centre, across, down, angle: 0.0 }
}

/// A circle.
pub fn disc(centre: Point, radius: f32) -> Shape {
    ellipse(centre, radius, radius)
}

/// A tapering stroke with round ends.
pub fn limb(from: Point, from_radius: f32, to: Point, to_radius: f32) -> Shape {
    Shape::Limb { from, from_radius, to, to_radius }
}

/// A polygon from pairs of coordinates.
pub fn polygon(corners: &[(f32, f32)]) -> Shape {
    Shape::Polygon(corners.iter().map(|&(x, y)| at(x, y)).collect())
}

impl Shape {
    /// Whether the shape covers a point.
    pub fn contains(&self, point: Point) -> bool {
        match self {
            Shape::Ellipse { centre, across, down, angle } => {
                let offset = (point - *centre).turned(-angle);
                let (x, y) = (offset.x / across, offset.y / down);
                x * x + y * y <= 1.0
            }
            Shape::Limb { from, from_radius, to, to_radius } => {
                let axis = *to - *from;
                let length = axis.dot(axis).max(0.0001);
                let share = ((point - *from).dot(axis) / length).clamp(0.0, 1.0);
                let radius = from_radius + (to_radius - from_radius) * share;
                let gap = point - from.towards(*to, share);
                gap.dot(gap) <= radius * radius
            }
            Shape::Polygon(corners) => {
                let mut inside = false;
                let mut previous = corners[corners.len() - 1];
                for &corner in corners {
                    if (corner.y > point.y) != (previous.y > point.y) {
                        let share = (point.y - corner.y) / (previous.y - corner.y);
                        if point.x < corner.x + (previous.x - corner.x) * share {
                            inside = !inside;
                        }
                    }
                    previous = corner;
                }
                inside
            }
        }
    }

    /// The left, top, right and bottom edges of a box around the shape.
    pub fn bounds(&self) -> (f32, f32, f32, f32) {
        match self {
            Shape::Ellipse { centre, across, down, .. } => {
                let reach = across.max(*down);
                (centre.x - reach, centre.y - reach, centre.x + reach, centre.y + reach)
            }
            Shape::Limb { from, from_radius, to, to_radius } => {
                let reach = from_radius.max(*to_radius);
                (from.x.min(to.x) - reach, from.y.min(to.y) - reach, from.x.max(to.x) + reach, from.y.max(to.y) + reach)
            }
            Shape::Polygon(corners) => {
                corners.iter().fold((f32::MAX, f32::MAX, f32::MIN, f32::MIN), |(left, top, right, bottom), corner| {
                    (left.min(corner.x), top.min(corner.y), right.max(corner.x), bottom.max(corner.y))
                })
            }
        }
    }
}
