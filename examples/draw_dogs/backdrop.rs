//! Skies, hills, floors and other scenery that stands behind the dogs.

use crate::canvas::{Canvas, Colour, HEIGHT, WIDTH, each_pixel};
use crate::geometry::{Point, at, disc, ellipse, limb, polygon, sine};

/// Paints bands of colour from a row downwards with a dithered row between them.
pub fn bands(canvas: &mut Canvas, top: i32, bottom: i32, colours: &[u32]) {
    let count = colours.len() as i32;
    for (index, &colour) in (0..).zip(colours) {
        let start = top + (bottom - top) * index / count;
        let end = top + (bottom - top) * (index + 1) / count;
        canvas.rect(0, start, WIDTH, end - start, Colour(colour));
        if index > 0 {
            for x in (0..WIDTH).step_by(2) {
                canvas.dot(x, start - 1, Colour(colour));
            }
        }
    }
}

/// Paints a rolling ridge down to the bottom; it repeats after a period and shifts left.
pub fn ridge(canvas: &mut Canvas, top: i32, swell: f32, period: i32, shift: i32, colour: u32) {
    for x in 0..WIDTH {
        let turn = 360.0 * (x + shift) as f32 / period as f32;
        let wave = sine(turn) * 0.7 + sine(turn * 2.0 + 70.0) * 0.3;
        let start = top + (wave * swell) as i32;
        canvas.rect(x, start, 1, HEIGHT - start, Colour(colour));
    }
}

/// A flat-bottomed cloud.
pub fn cloud(canvas: &mut Canvas, x: f32, y: f32, size: f32) {
    let bottom = (y + size * 0.5) as i32;
    for (drop, colour) in [(1, 0xD8ECF8), (0, 0xFFFFFF)] {
        for (dx, dy, radius) in [(-1.0, 0.0, 0.6), (-0.2, -0.3, 0.8), (0.8, 0.0, 0.55)] {
            let puff = disc(at(x + dx * size, y + dy * size), radius * size);
            each_pixel(&puff, |column, row| {
                if row <= bottom {
                    canvas.dot(column, row + drop, Colour(colour));
                }
            });
        }
    }
}

/// A sun with a pale ring.
pub fn sun(canvas: &mut Canvas, x: f32, y: f32) {
    canvas.fill(&disc(at(x, y), 8.0), Colour(0xFFF0B0));
    canvas.fill(&disc(at(x, y), 6.0), Colour(0xFFDC68));
}

/// A full moon with two craters and a soft halo.
pub fn moon(canvas: &mut Canvas, x: f32, y: f32, radius: f32) {
    canvas.tint(&disc(at(x, y), radius + 4.0), Colour(0xFFF4C8), 14);
    canvas.fill(&disc(at(x, y), radius), Colour(0xFFF4C8));
    canvas.fill(&disc(at(x - radius * 0.3, y - radius * 0.2), radius * 0.2), Colour(0xEADCA4));
    canvas.fill(&disc(at(x + radius * 0.35, y + radius * 0.35), radius * 0.28), Colour(0xEADCA4));
}

/// The three greens (or other colours) of a tree's crown, from light to dark.
pub type Leaves = [u32; 3];

/// Fresh green leaves.
pub const GREEN_LEAVES: Leaves = [0x8CD070, 0x5CAE5C, 0x3F8A52];
/// Leaves in October.
pub const AUTUMN_LEAVES: Leaves = [0xF8B84C, 0xE8883A, 0xC4602E];

/// A round tree that stands at a point.
pub fn tree(canvas: &mut Canvas, foot: Point, size: f32, leaves: Leaves) {
    let crown = foot - at(0.0, size * 2.0);
    canvas.fill(&limb(foot, size * 0.2, crown, size * 0.16), Colour(0x8A5A3C));
    let puffs = |shift: Point, shrink: f32| {
        [(-0.7, 0.25, 0.7), (0.7, 0.25, 0.7), (0.0, -0.4, 0.85), (0.0, 0.3, 0.8)]
            .map(|(x, y, radius)| disc(crown + at(x, y) * size + shift, radius * size - shrink))
    };
    canvas.fill_all(&puffs(at(0.0, 1.0), 0.0), Colour(leaves[2]));
    canvas.fill_all(&puffs(at(0.0, 0.0), 0.6), Colour(leaves[1]));
    canvas.fill_all(&puffs(at(-1.0, -2.0), size * 0.4), Colour(leaves[0]));
}

/// A snow-capped fir that stands at a point.
pub fn fir(canvas: &mut Canvas, foot: Point, size: f32) {
    canvas.fill(&limb(foot, size * 0.12, foot - at(0.0, size), size * 0.12), Colour(0x5A4048));
    for tier in 0..3 {
        let base = foot.y - size * (0.3 + 0.5 * tier as f32);
        let half = size * (0.7 - 0.17 * tier as f32);
        let peak = base - size * 0.75;
        canvas.fill(&polygon(&[(foot.x - half, base), (foot.x + half, base), (foot.x, peak)]), Colour(0x2F6068));
        canvas.fill(&polygon(&[(foot.x - half, base), (foot.x - half * 0.2, base), (foot.x, peak)]), Colour(0xD8E8F8));
    }
}

/// A small tuft of grass.
pub fn tuft(canvas: &mut Canvas, x: i32, y: i32, colour: u32) {
    canvas.stencil(x - 2, y - 2, &["#   #", " # # ", " ### "], |mark| (mark == '#').then_some(Colour(colour)));
}

/// A small flower with a yellow heart.
pub fn flower(canvas: &mut Canvas, x: i32, y: i32, petals: u32) {
    canvas.stencil(x - 1, y - 1, &[" p ", "pyp", " p ", " s "], |mark| match mark {
        'p' => Some(Colour(petals)),
        'y' => Some(Colour(0xFFD84C)),
        's' => Some(Colour(0x4E9A50)),
        _ => None,
    });
}

/// A white picket fence that shifts left; it repeats every twelve pixels.
pub fn fence(canvas: &mut Canvas, y: i32, shift: i32) {
    for rail in [y - 7, y - 3] {
        canvas.rect(0, rail, WIDTH, 1, Colour(0xFBF6EA));
        canvas.rect(0, rail + 1, WIDTH, 1, Colour(0xCFC8C4));
    }
    for post in -1..=WIDTH / 12 {
        let x = post * 12 + 12 - shift.rem_euclid(12);
        canvas.rect(x, y - 9, 3, 10, Colour(0xFBF6EA));
        canvas.dot(x + 1, y - 10, Colour(0xFBF6EA));
        canvas.rect(x + 2, y - 9, 1, 10, Colour(0xCFC8C4));
    }
}

/// A sunny park: sky, hills, trees, and grass from row 46 on.
pub fn park() -> Canvas {
    let mut canvas = Canvas::new(Colour(0x8CC8F0));
    bands(&mut canvas, 0, 40, &[0x7EC0F0, 0x9CD2F6, 0xBCE4FA, 0xDDF3FA]);
    sun(&mut canvas, 82.0, 11.0);
    cloud(&mut canvas, 24.0, 12.0, 6.0);
    cloud(&mut canvas, 55.0, 8.0, 4.0);
    ridge(&mut canvas, 38, 4.0, 96, 10, 0xA8DC9C);
    ridge(&mut canvas, 43, 2.0, 60, 30, 0x90CE84);
    tree(&mut canvas, at(9.0, 48.0), 8.0, GREEN_LEAVES);
    tree(&mut canvas, at(88.0, 47.0), 6.0, GREEN_LEAVES);
    bands(&mut canvas, 47, HEIGHT, &[0x86C872, 0x78BC66, 0x6AAE5E]);
    for (x, y) in [(6, 58), (90, 56), (22, 53), (78, 67), (14, 69), (60, 70)] {
        tuft(&mut canvas, x, y, 0x569A50);
    }
    canvas
}

/// A cosy room: wallpaper, skirting board and a wooden floor from row 50 on.
pub fn room(wall: [u32; 2], floor: [u32; 3]) -> Canvas {
    let mut canvas = Canvas::new(Colour(wall[0]));
    for x in (0..WIDTH).step_by(8) {
        canvas.rect(x, 0, 4, 48, Colour(wall[1]));
    }
    canvas.rect(0, 46, WIDTH, 4, Colour(0xF6EEE2));
    canvas.rect(0, 49, WIDTH, 1, Colour(0xCBB8A8));
    bands(&mut canvas, 50, HEIGHT, &floor[..2]);
    for (row, y) in (0..).zip([50, 55, 61, 67]) {
        canvas.rect(0, y, WIDTH, 1, Colour(floor[2]));
        for x in (0..WIDTH).step_by(32) {
            canvas.rect(x + 9 + row % 2 * 16, y, 1, 6, Colour(floor[2]));
        }
    }
    canvas
}

/// A window with a white frame, with one colour above and one below the horizon.
pub fn window(canvas: &mut Canvas, left: i32, top: i32, width: i32, height: i32, glass: [u32; 2]) {
    canvas.rect(left - 2, top - 2, width + 4, height + 4, Colour(0xFBF6EA));
    canvas.rect(left, top, width, height, Colour(glass[0]));
    canvas.rect(left, top + height * 2 / 3, width, height - height * 2 / 3, Colour(glass[1]));
    canvas.rect(left + width / 2, top, 1, height, Colour(0xFBF6EA));
    canvas.rect(left, top + height / 2, width, 1, Colour(0xFBF6EA));
    canvas.rect(left - 3, top + height + 2, width + 6, 2, Colour(0xDCCCBC));
}

/// A round rug.
pub fn rug(canvas: &mut Canvas, x: f32, y: f32, reach: f32, colours: [u32; 2]) {
    canvas.fill(&ellipse(at(x, y), reach, reach * 0.2), Colour(colours[0]));
    canvas.fill(&ellipse(at(x, y), reach * 0.86, reach * 0.155), Colour(colours[1]));
    canvas.fill(&ellipse(at(x, y), reach * 0.74, reach * 0.12), Colour(colours[0]));
}

/// A leafy plant in a pot.
pub fn plant(canvas: &mut Canvas, x: f32, y: f32) {
    for (dx, dy) in [(-6.0, -16.0), (0.0, -21.0), (6.0, -16.0), (-3.0, -20.0), (4.0, -20.0)] {
        canvas.fill(&limb(at(x, y - 6.0), 1.2, at(x + dx, y + dy), 2.2), Colour(0x5CAE5C));
        canvas.line(at(x, y - 6.0), at(x + dx, y + dy), Colour(0x3F8A52));
    }
    canvas.fill(
        &polygon(&[(x - 6.0, y - 8.0), (x + 6.0, y - 8.0), (x + 4.0, y + 1.0), (x - 4.0, y + 1.0)]),
        Colour(0xC8603C),
    );
    canvas.rect(x as i32 - 6, y as i32 - 8, 12, 2, Colour(0xE07C50));
}
