//! Digits as sound. The recordings in `voices` are the same for everybody, so each word is spoken another way: faster or
//! slower and so higher or lower, gliding within the word, louder or softer, duller or sharper, after a pause of another
//! length, with a noise of another colour and a murmur of words spoken backwards below it. The same seed sounds the same. The
//! voice speaks English: a digit is among the first words that people know of it.
//!
//! Whole numbers throughout, so that a seed sounds the same on every machine.

use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};

/// Samples a second, of the recordings and of what is made of them.
const RATE: u32 = 11_025;

/// 1 in fixed point: 16 bits behind the point.
const ONE: i64 = 1 << 16;

/// The ten digits, µ-law.
const VOICE: [&[u8]; 10] = [
    include_bytes!("../../voices/en/0.ulaw"),
    include_bytes!("../../voices/en/1.ulaw"),
    include_bytes!("../../voices/en/2.ulaw"),
    include_bytes!("../../voices/en/3.ulaw"),
    include_bytes!("../../voices/en/4.ulaw"),
    include_bytes!("../../voices/en/5.ulaw"),
    include_bytes!("../../voices/en/6.ulaw"),
    include_bytes!("../../voices/en/7.ulaw"),
    include_bytes!("../../voices/en/8.ulaw"),
    include_bytes!("../../voices/en/9.ulaw"),
];

/// A WAV file of 16 bits a sample that speaks the digits, one after the other and slowly enough to
/// type along.
pub(super) fn wav(digits: &str, seed: [u8; 32]) -> Vec<u8> {
    let mut random = StdRng::from_seed(seed);
    let mut samples = Vec::new();
    for digit in digits.bytes().filter(u8::is_ascii_digit) {
        pause(&mut samples, &mut random);
        word(&mut samples, usize::from(digit - b'0'), &mut random);
    }
    pause(&mut samples, &mut random);
    murmur(&mut samples, &mut random);
    let samples: Vec<i16> = samples.into_iter().map(saturated).collect();
    riff(&samples)
}

/// A pause of 0.4 to 0.95 seconds.
fn pause(samples: &mut Vec<i64>, random: &mut StdRng) {
    let length = random.random_range(4_400..10_500);
    let noise = Noise::new(random);
    samples.extend(noise.samples(random).take(length));
}

/// A word, spoken in a way of its own.
fn word(samples: &mut Vec<i64>, digit: usize, random: &mut StdRng) {
    let recording: Vec<i64> = VOICE[digit].iter().map(|byte| linear(*byte).into()).collect();
    let spoken = coloured(&resampled(&recording, random), random);
    let loudness = random.random_range(ONE * 11 / 20..ONE * 19 / 20);
    let noise = Noise::new(random);
    let mixed = spoken.iter().zip(noise.samples(random)).map(|(voice, noise)| voice * loudness / ONE + noise);
    samples.extend(mixed);
}

/// A recording at 0.87 to 1.15 of its speed, which glides by up to a twelfth of it between four points.
fn resampled(recording: &[i64], random: &mut StdRng) -> Vec<i64> {
    let speed = random.random_range(ONE * 87 / 100..ONE * 115 / 100);
    let mut glide = || speed + random.random_range(-speed / 12..speed / 12);
    let speeds = [glide(), glide(), glide(), glide(), glide()];
    let quarter = recording.len() / 4 + 1;
    let at = |place: usize| recording.get(place).copied().unwrap_or_default();
    let mut spoken = Vec::with_capacity(recording.len() * 5 / 4);
    let (mut place, mut fraction) = (0, 0);
    while place < recording.len() {
        let (before, after) = (at(place.wrapping_sub(1)), at(place + 2));
        spoken.push(between([before, at(place), at(place + 1), after], fraction));
        let (from, to) = (speeds[place / quarter], speeds[place / quarter + 1]);
        let along = i64::try_from(place % quarter).unwrap_or_default();
        fraction += from + (to - from) * along / i64::try_from(quarter).unwrap_or(i64::MAX);
        while fraction >= ONE {
            fraction -= ONE;
            place += 1;
        }
    }
    spoken
}

/// The value between the two samples in the middle, by a curve through all four (Catmull and Rom).
fn between([a, b, c, d]: [i64; 4], fraction: i64) -> i64 {
    let cubic = 3 * (b - c) + d - a;
    let square = 2 * a - 5 * b + 4 * c - d + cubic * fraction / ONE;
    let slope = c - a + square * fraction / ONE;
    b + slope * fraction / (2 * ONE)
}

/// A sound with its high frequencies damped or raised.
fn coloured(samples: &[i64], random: &mut StdRng) -> Vec<i64> {
    let tilt = random.random_range(-ONE * 2 / 5..ONE * 2 / 5);
    let scale = ONE * ONE / (ONE + tilt.abs());
    let mut former = 0;
    let mut filtered = |sample: &i64| {
        let now = (*sample + former * tilt / ONE) * scale / ONE;
        former = *sample;
        now
    };
    samples.iter().map(&mut filtered).collect()
}

/// A noise of some loudness and colour: each of its values keeps so much of the former one.
struct Noise {
    loudness: i64,
    colour: i64,
}

impl Noise {
    fn new(random: &mut StdRng) -> Self {
        let colour = random.random_range(-ONE * 3 / 5..ONE * 4 / 5);
        // The filter adds the former noise to the new: coloured noise is louder.
        let loudness = random.random_range(500..1_500) * (ONE - colour.abs() / 2) / ONE;
        Self { loudness, colour }
    }

    fn samples(self, random: &mut StdRng) -> impl Iterator<Item = i64> {
        let mut former = 0;
        std::iter::repeat_with(move || {
            former = former * self.colour / ONE + random.random_range(-self.loudness..=self.loudness);
            former
        })
    }
}

/// Puts words that are spoken backwards below the whole sound, one after the other: a pause is not silent, and a word is not
/// alone.
fn murmur(samples: &mut [i64], random: &mut StdRng) {
    let mut rest = samples;
    while !rest.is_empty() {
        let mut recording: Vec<i64> =
            VOICE[random.random_range(0..VOICE.len())].iter().map(|byte| linear(*byte).into()).collect();
        recording.reverse();
        let spoken = resampled(&recording, random);
        let loudness = random.random_range(ONE / 20..ONE / 8);
        let (now, later) = rest.split_at_mut(spoken.len().min(rest.len()));
        for (sample, voice) in now.iter_mut().zip(spoken) {
            *sample += voice * loudness / ONE;
        }
        rest = later;
    }
}

fn saturated(sample: i64) -> i16 {
    i16::try_from(sample).unwrap_or(if sample < 0 { i16::MIN } else { i16::MAX })
}

/// A sample of µ-law (ITU-T G.711): sign, three bits of exponent, four of mantissa, all inverted.
fn linear(byte: u8) -> i16 {
    let bits = !byte;
    let magnitude = (((i16::from(bits & 0x0f) << 3) + 0x84) << (bits >> 4 & 7)) - 0x84;
    if bits & 0x80 == 0 { magnitude } else { -magnitude }
}

/// Samples as a RIFF file with the least of headers: PCM, one channel.
fn riff(samples: &[i16]) -> Vec<u8> {
    let length = u32::try_from(samples.len() * 2).expect("some seconds are some kilobytes");
    let mut file = Vec::with_capacity(44 + samples.len() * 2);
    file.extend_from_slice(b"RIFF");
    file.extend_from_slice(&(36 + length).to_le_bytes());
    file.extend_from_slice(b"WAVEfmt ");
    file.extend_from_slice(&16_u32.to_le_bytes());
    // PCM, one channel.
    file.extend_from_slice(&[1, 0, 1, 0]);
    file.extend_from_slice(&RATE.to_le_bytes());
    file.extend_from_slice(&(RATE * 2).to_le_bytes());
    // Two bytes a sample, 16 bits.
    file.extend_from_slice(&[2, 0, 16, 0]);
    file.extend_from_slice(b"data");
    file.extend_from_slice(&length.to_le_bytes());
    file.extend(samples.iter().flat_map(|sample| sample.to_le_bytes()));
    file
}

#[cfg(test)]
mod matched_filter;

#[cfg(test)]
mod tests {
    use super::{matched_filter::MatchedFilter, *};

    /// The number of sounds of so many that a matched filter reads, and of their digits.
    fn read_by_matched_filter(count: usize, sound: impl Fn(&str, [u8; 32]) -> Vec<u8>) -> (usize, usize) {
        let filter = MatchedFilter::new();
        let mut random = StdRng::from_seed([16; 32]);
        let mut read = (0, 0);
        for _ in 0..count {
            let digits: String = (0..6).map(|_| char::from(random.random_range(b'0'..=b'9'))).collect();
            let heard = filter.read(&sound(&digits, random.random()));
            read.0 += usize::from(heard == digits);
            read.1 += heard.chars().zip(digits.chars()).filter(|(heard, digit)| heard == digit).count();
        }
        read
    }

    /// The sound as it was once: recordings as they are, pauses, a little noise.
    fn joined(digits: &str, seed: [u8; 32]) -> Vec<u8> {
        let mut random = StdRng::from_seed(seed);
        let mut samples = vec![0; 6_000];
        for digit in digits.bytes() {
            samples.extend(VOICE[usize::from(digit - b'0')].iter().map(|byte| linear(*byte)));
            samples.extend(vec![0; random.random_range(5_500..10_000)]);
        }
        for sample in &mut samples {
            *sample = sample.saturating_add(random.random_range(-500..=500));
        }
        riff(&samples)
    }

    #[test]
    fn d16_recordings_as_templates_do_not_read_the_sound() {
        let (sounds, digits) = read_by_matched_filter(5, joined);
        assert_eq!((sounds, digits), (5, 30), "the filter works");
        let (sounds, digits) = read_by_matched_filter(20, wav);
        assert!(sounds <= 1 && digits < 60, "{sounds} of 20 sounds, {digits} of 120 digits");
    }

    #[test]
    fn it_is_as_long_as_its_digits_and_their_pauses() {
        let file = wav("112233", [1; 32]);
        assert_eq!((&file[..4], &file[8..16], &file[36..40]), (&b"RIFF"[..], &b"WAVEfmt "[..], &b"data"[..]));
        let length = u32::from_le_bytes(file[40..44].try_into().expect("four bytes"));
        assert_eq!(usize::try_from(length).expect("fits") + 44, file.len());
        let seconds = f64::from(length) / 22_050.0;
        assert!((5.0..11.0).contains(&seconds), "{seconds} s");
    }

    #[test]
    fn the_seed_alone_decides_how_it_sounds() {
        assert_eq!(wav("123456", [1; 32]), wav("123456", [1; 32]));
        assert_ne!(wav("123456", [1; 32]), wav("123456", [2; 32]));
        assert_ne!(wav("123456", [1; 32]), wav("123457", [1; 32]));
    }

    #[test]
    fn the_recordings_are_voices_and_small() {
        for (digit, recording) in VOICE.iter().enumerate() {
            assert!((2_000..6_000).contains(&recording.len()), "{digit}: {} bytes", recording.len());
            let loudest = recording.iter().map(|byte| linear(*byte).unsigned_abs()).max();
            assert!(loudest > Some(16_000), "{digit}: {loudest:?}");
        }
    }

    #[test]
    fn mu_law_as_the_standard_has_it() {
        for (byte, sample) in [(0xff, 0), (0x7f, 0), (0x80, 32_124), (0x00, -32_124), (0xf0, 120), (0xef, 132)] {
            assert_eq!(linear(byte), sample, "{byte:#x}");
        }
    }

    /// Writes a file to be judged by ear: `cargo test -p regain-server -- --ignored judged_by_ear`.
    #[test]
    #[ignore = "for people to listen to"]
    fn judged_by_ear() {
        for (seed, digits) in [(1, "0123456789"), (2, "306895"), (3, "998640"), (4, "172543")] {
            let path = std::env::temp_dir().join(format!("regain-spoken-{digits}.wav"));
            std::fs::write(&path, wav(digits, [seed; 32])).expect("writes");
            println!("{}", path.display());
        }
    }
}
