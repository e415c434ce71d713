//! Digits as sound: the recordings in `voices`, with pauses of changing length between them and a
//! little noise below. The same seed sounds the same. The voice speaks English: a digit is among the
//! first words that people know of it.

use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};

/// Samples a second, of the recordings and of what is made of them.
const RATE: u32 = 11_025;

/// The loudness of the noise, of 32767.
const NOISE: i16 = 500;

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
    let mut samples: Vec<i16> = silence(&mut random);
    for digit in digits.bytes().filter(u8::is_ascii_digit) {
        samples.extend(VOICE[usize::from(digit - b'0')].iter().map(|byte| linear(*byte)));
        samples.extend(silence(&mut random));
    }
    for sample in &mut samples {
        *sample = sample.saturating_add(random.random_range(-NOISE..=NOISE));
    }
    riff(&samples)
}

/// A pause of 0.5 to 0.9 seconds.
fn silence(random: &mut StdRng) -> Vec<i16> {
    vec![0; random.random_range(5_500..10_000)]
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
mod tests {
    use super::*;

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
