//! The simplest program that reads the sound: a matched filter. It slides each of the ten recordings over the sound and takes
//! the six places at which one fits best. The recordings are public, so everybody can write it.

use std::f32::consts::PI;

use super::{VOICE, linear};

/// Samples that become one: 1.4 kHz are left, in which voices have most of their strength.
const DECIMATION: usize = 4;

/// Samples of the transform: room for 11.8 seconds.
const SIZE: usize = 1 << 15;

/// The least distance of two digits, 0.3 s.
const APART: usize = 827;

type Complex = (f32, f32);

fn times((a, b): Complex, (c, d): Complex) -> Complex {
    (a * c - b * d, a * d + b * c)
}

/// Ten recordings, each as long as it is and with its strength.
pub(super) struct MatchedFilter {
    /// Two recordings in each, one of them as the imaginary part.
    pairs: Vec<Vec<Complex>>,
    lengths: Vec<usize>,
    roots: Vec<Complex>,
}

impl MatchedFilter {
    pub(super) fn new() -> Self {
        let mut angle = 0.0;
        let roots = std::iter::from_fn(|| {
            let root = (-PI * angle / 16_384.0).sin_cos();
            angle += 1.0;
            Some((root.1, root.0))
        });
        let roots: Vec<Complex> = roots.take(SIZE / 2).collect();
        let recordings = VOICE.map(|recording| {
            let samples: Vec<i16> = recording.iter().map(|byte| linear(*byte)).collect();
            let mut samples = decimated(&samples);
            let strength = samples.iter().map(|sample| sample * sample).sum::<f32>().sqrt();
            for sample in &mut samples {
                *sample /= strength;
            }
            samples
        });
        let pairs = recordings.chunks_exact(2).map(|pair| {
            let at = |recording: &Vec<f32>, place| recording.get(place).copied().unwrap_or_default();
            let mut both: Vec<Complex> = (0..SIZE).map(|place| (at(&pair[0], place), at(&pair[1], place))).collect();
            transform(&mut both, &roots);
            both
        });
        Self { pairs: pairs.collect(), lengths: recordings.iter().map(Vec::len).collect(), roots }
    }

    /// The digits that it hears.
    pub(super) fn read(&self, wav: &[u8]) -> String {
        let samples: Vec<i16> = wav[44..].chunks_exact(2).map(|two| i16::from_le_bytes([two[0], two[1]])).collect();
        let sound = decimated(&samples);
        assert!(sound.len() < SIZE, "the sound is short");
        let mut energy = vec![0.0];
        energy.extend(sound.iter().scan(0.0, |sum, sample| {
            *sum += f64::from(sample * sample);
            Some(*sum)
        }));
        let mut spectrum: Vec<Complex> = sound.iter().map(|sample| (*sample, 0.0)).collect();
        spectrum.resize(SIZE, (0.0, 0.0));
        transform(&mut spectrum, &self.roots);
        // The best digit of each place, with how well it fits (1 for the recording itself).
        let mut best = vec![(0.0, 0); sound.len()];
        for (pair, digits) in self.pairs.iter().zip([0, 2, 4, 6, 8]) {
            // Twice conjugated, the transform is its own inverse, but for a factor.
            let mut fits: Vec<Complex> = pair.iter().zip(&spectrum).map(|(of, at)| times(*of, (at.0, -at.1))).collect();
            transform(&mut fits, &self.roots);
            for (digit, part) in [(digits, 0), (digits + 1, 1)] {
                let length = self.lengths[digit];
                for place in 0..sound.len().saturating_sub(length) {
                    let strength = (energy[place + length] - energy[place]).max(1e6).sqrt();
                    let fit = if part == 0 { fits[place].0 } else { fits[place].1 };
                    let fit = (f64::from(fit) / 32_768.0 / strength).abs();
                    if fit > best[place].0 {
                        best[place] = (fit, digit);
                    }
                }
            }
        }
        six_best(best)
    }
}

fn six_best(mut best: Vec<(f64, usize)>) -> String {
    let mut found = Vec::new();
    for _ in 0..6 {
        let (place, (_, digit)) = best
            .iter()
            .copied()
            .enumerate()
            .max_by(|one, other| one.1.0.total_cmp(&other.1.0))
            .expect("a sound has samples");
        found.push((place, digit));
        let end = (place + APART).min(best.len());
        best[place.saturating_sub(APART)..end].fill((0.0, 0));
    }
    found.sort_unstable();
    found.iter().map(|(_, digit)| digit.to_string()).collect()
}

fn decimated(samples: &[i16]) -> Vec<f32> {
    samples.chunks_exact(DECIMATION).map(|few| few.iter().map(|sample| f32::from(*sample)).sum()).collect()
}

/// The discrete Fourier transform in place (Cooley and Tukey, radix 2).
fn transform(values: &mut [Complex], roots: &[Complex]) {
    let bits = SIZE.trailing_zeros();
    for place in 0..SIZE {
        let other = place.reverse_bits() >> (usize::BITS - bits);
        if place < other {
            values.swap(place, other);
        }
    }
    let mut half = 1;
    while half < SIZE {
        let stride = SIZE / 2 / half;
        for block in values.chunks_exact_mut(2 * half) {
            let (low, high) = block.split_at_mut(half);
            for ((low, high), root) in low.iter_mut().zip(high).zip(roots.iter().step_by(stride)) {
                let turned = times(*high, *root);
                *high = (low.0 - turned.0, low.1 - turned.1);
                *low = (low.0 + turned.0, low.1 + turned.1);
            }
        }
        half *= 2;
    }
}
