//! A picture of digits, drawn from strokes: no font comes along, and every digit of every picture is
//! bent, turned and moved another way. The same seed draws the same picture, so that looking at a flow
//! twice shows no second view of the same digits, which would help programs more than people.
//!
//! The picture brings its own paper, so it reads the same on light and on dark pages.

use std::f32::consts::PI;

use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};
use tiny_skia::{FillRule, LineCap, LineJoin, Mask, Path, PathBuilder, Point, Stroke, Transform};

/// The picture's size in pixels: shown at half of it, so that it is sharp on dense screens and fits
/// into the narrowest widget of 280 pixels.
const WIDTH: u16 = 480;
const HEIGHT: u16 = 160;

/// The room at both ends, in pixels.
const MARGIN: f32 = 34.0;

/// Paper and ink in shades of grey, 15 for white: 13:1, above the 4.5:1 of WCAG 1.4.3.
const PAPER: u8 = 15;
const INK: u8 = 2;

/// The ten digits in a box that is 10 wide and 16 high: what a pen does, as in a vector file
/// (`M` begins, `L` draws a line, `C` a curve).
const STROKES: [&[Pen]; 10] = {
    use Pen::{C, L, M};
    [
        &[M(5., 0.), C(-1.5, 0., -1.5, 16., 5., 16.), C(11.5, 16., 11.5, 0., 5., 0.)],
        &[M(1.5, 4.), C(3.5, 3., 5., 2., 6., 0.), L(6., 16.), M(2.5, 16.), L(9.5, 16.)],
        &[M(0.5, 4.5), C(0.5, -1.5, 9.5, -1.5, 9.5, 4.5), C(9.5, 8.5, 3., 11., 0.5, 16.), L(10., 16.)],
        &[
            M(0.5, 2.5),
            C(2.5, -1., 9.5, -1., 9.5, 4.),
            C(9.5, 7., 6., 7.5, 3.5, 7.5),
            C(7., 7.5, 10.5, 8.5, 10., 12.),
            C(9.5, 17., 2., 17., 0., 13.),
        ],
        &[M(5.5, 0.), L(0., 10.5), L(10., 10.5), M(7.3, 5.), L(7.3, 16.)],
        &[M(9., 0.), L(1.5, 0.), L(1., 7.5), C(4., 5., 10., 6., 10., 11.), C(10., 17.5, 2.5, 17., 0., 13.5)],
        &[M(8.5, 0.5), C(3., 2., 0., 7., 0., 11.), C(0., 17.5, 10., 17.5, 10., 11.), C(10., 5., 1.5, 5., 0.3, 10.)],
        &[M(0., 0.), L(10., 0.), C(7., 4., 4.5, 9., 4., 16.), M(2.5, 8.), L(8.5, 8.)],
        &[
            M(5., 7.5),
            C(-0.5, 7., -0.5, 0., 5., 0.),
            C(10.5, 0., 10.5, 7., 5., 7.5),
            C(-2., 8., -2., 16., 5., 16.),
            C(12., 16., 12., 8., 5., 7.5),
        ],
        &[M(9.7, 6.), C(8.5, 11., 0., 11., 0., 5.), C(0., -1.5, 10., -1.5, 10., 5.), C(10., 9., 7., 14., 1.5, 15.5)],
    ]
};

/// A movement of the pen.
enum Pen {
    M(f32, f32),
    L(f32, f32),
    C(f32, f32, f32, f32, f32, f32),
}

/// The picture as a PNG of 16 greys.
pub(super) fn png(digits: &str, seed: [u8; 32]) -> Vec<u8> {
    let mut random = StdRng::from_seed(seed);
    let mut ink = mask();
    let wave = Wave::new(&mut random);
    let digits: Vec<u8> = digits.bytes().filter(u8::is_ascii_digit).map(|digit| digit - b'0').collect();
    let apart = (f32::from(WIDTH) - 2.0 * MARGIN) / digits.iter().fold(0.0, |count, _| count + 1.0);
    let mut middle = MARGIN + apart / 2.0;
    for digit in digits {
        let width = random.random_range(7.5..10.0);
        draw(&mut ink, &digit_path(digit, middle, &wave, &mut random), width);
        middle += apart;
    }
    // Lines of both kinds: ink that joins digits, and paper that parts them.
    let mut gone = mask();
    for _ in 0..3 {
        draw(&mut ink, &line_across(&mut random), random_width(&mut random));
        draw(&mut gone, &line_across(&mut random), random_width(&mut random));
    }
    for _ in 0..26 {
        let on = if random.random() { &mut ink } else { &mut gone };
        let (x, y) = (random.random_range(0.0..f32::from(WIDTH)), random.random_range(0.0..f32::from(HEIGHT)));
        if let Some(dot) = PathBuilder::from_circle(x, y, random.random_range(1.5..3.5)) {
            on.fill_path(&dot, FillRule::Winding, true, Transform::identity());
        }
    }
    encode(&ink, &gone)
}

fn mask() -> Mask {
    Mask::new(WIDTH.into(), HEIGHT.into()).expect("the size is neither zero nor huge")
}

fn random_width(random: &mut StdRng) -> f32 {
    random.random_range(2.5..4.0)
}

fn draw(on: &mut Mask, path: &Path, width: f32) {
    let stroke = Stroke { width, line_cap: LineCap::Round, line_join: LineJoin::Round, ..Stroke::default() };
    if let Some(outline) = path.stroke(&stroke, 1.0) {
        on.fill_path(&outline, FillRule::Winding, true, Transform::identity());
    }
}

/// A slow wave that bends the whole picture.
struct Wave {
    height: f32,
    phase: f32,
    length: f32,
}

impl Wave {
    fn new(random: &mut StdRng) -> Self {
        Self {
            height: random.random_range(4.0..9.0),
            phase: random.random_range(0.0..2.0 * PI),
            length: random.random_range(140.0..260.0),
        }
    }

    fn bend(&self, x: f32, y: f32) -> Point {
        let along = |at: f32| (2.0 * PI * at / self.length + self.phase).sin() * self.height;
        Point::from_xy(x + along(y) / 2.0, y + along(x))
    }
}

/// A digit around `middle`: each of its points a little off, the whole of it scaled, slanted and turned.
fn digit_path(digit: u8, middle: f32, wave: &Wave, random: &mut StdRng) -> Path {
    let (wide, high) = (random.random_range(3.8..4.6), random.random_range(4.6..5.8));
    let slant = random.random_range(-0.25..0.25);
    let (sin, cos) = random.random_range(-0.3_f32..0.3).sin_cos();
    let (left, top) = (random.random_range(-5.0..5.0), random.random_range(-12.0..12.0));
    let mut place = |x: f32, y: f32| {
        let off = 0.45;
        let x = (x - 5.0 + random.random_range(-off..off)) * wide;
        let y = (y - 8.0 + random.random_range(-off..off)) * high;
        let x = x - slant * y;
        wave.bend(middle + left + x * cos - y * sin, f32::from(HEIGHT) / 2.0 + top + x * sin + y * cos)
    };
    let mut path = PathBuilder::new();
    for pen in STROKES[usize::from(digit)] {
        match *pen {
            Pen::M(x, y) => {
                let to = place(x, y);
                path.move_to(to.x, to.y);
            }
            Pen::L(x, y) => {
                let to = place(x, y);
                path.line_to(to.x, to.y);
            }
            Pen::C(x1, y1, x2, y2, x, y) => {
                let (one, two, to) = (place(x1, y1), place(x2, y2), place(x, y));
                path.cubic_to(one.x, one.y, two.x, two.y, to.x, to.y);
            }
        }
    }
    path.finish().expect("a digit has strokes")
}

/// A line from one side to the other.
fn line_across(random: &mut StdRng) -> Path {
    let (width, height) = (f32::from(WIDTH), f32::from(HEIGHT));
    let mut y = || random.random_range(0.1 * height..0.9 * height);
    let mut path = PathBuilder::new();
    path.move_to(0.0, y());
    path.cubic_to(width / 3.0, y(), width * 2.0 / 3.0, y(), width, y());
    path.finish().expect("a line has two ends")
}

/// Four bits a pixel: soft edges need no more, and the picture goes over the wire.
fn encode(ink: &Mask, gone: &Mask) -> Vec<u8> {
    let greys: Vec<u8> = ink.data().iter().zip(gone.data()).map(|(ink, gone)| grey(*ink, *gone)).collect();
    let pixels: Vec<u8> = greys.chunks_exact(2).map(|pair| pair[0] << 4 | pair[1]).collect();
    let mut png = Vec::new();
    let mut encoder = png::Encoder::new(&mut png, WIDTH.into(), HEIGHT.into());
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::Four);
    encoder
        .write_header()
        .and_then(|mut writer| writer.write_image_data(&pixels))
        .expect("the pixels fill the picture, and memory takes them");
    png
}

/// The shade of a pixel with so much ink, where so much was taken away again, each of 255.
fn grey(ink: u8, gone: u8) -> u8 {
    let left = u32::from(ink) * (255 - u32::from(gone)) / 255;
    let darker = left * u32::from(PAPER - INK) / 255;
    PAPER - u8::try_from(darker).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The number of pixels that are ink, and the size.
    fn looked_at(png: &[u8]) -> (usize, u32, u32) {
        let mut reader = png::Decoder::new(std::io::Cursor::new(png)).read_info().expect("a picture");
        let mut pixels = vec![0; reader.output_buffer_size().expect("a small one")];
        let info = reader.next_frame(&mut pixels).expect("its pixels");
        (pixels.iter().flat_map(|two| [two >> 4, two & 15]).filter(|grey| *grey < 8).count(), info.width, info.height)
    }

    #[test]
    fn every_digit_is_drawn_inside_the_picture_and_the_picture_is_small() {
        for digit in 0..=9 {
            let png = png(&format!("{digit}{digit}{digit}{digit}{digit}{digit}"), [digit; 32]);
            let (ink, width, height) = looked_at(&png);
            assert_eq!((width, height), (480, 160));
            assert!((5_000..25_000).contains(&ink), "{digit}: {ink}");
            assert!(png.len() < 16_000, "{digit}: {} bytes", png.len());
        }
    }

    #[test]
    fn the_seed_alone_decides_how_it_looks() {
        assert_eq!(png("123456", [1; 32]), png("123456", [1; 32]));
        assert_ne!(png("123456", [1; 32]), png("123456", [2; 32]));
        assert_ne!(png("123456", [1; 32]), png("123457", [1; 32]));
    }

    /// Writes pictures to be judged by eye: `cargo test -p regain-server -- --ignored judged_by_eye`.
    #[test]
    #[ignore = "for people to look at"]
    fn judged_by_eye() {
        let folder = std::env::temp_dir();
        for (seed, digits) in
            (1_u8..).zip(["012345", "678901", "234567", "890123", "456789", "111777", "306895", "998640"])
        {
            let path = folder.join(format!("regain-picture-{seed}.png"));
            std::fs::write(&path, png(digits, [seed; 32])).expect("writes");
            println!("{digits} {}", path.display());
        }
    }
}
