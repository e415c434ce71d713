//! The rank test: whether one sample tends to be larger than another (Mann and Whitney 1947). It asks
//! nothing of how times are distributed, and a few slow ones do not decide it.

/// The probability that two samples of one distribution differ in their ranks as much as these, whichever
/// is larger; by the normal approximation, corrected for ties and for continuity.
pub(crate) fn p_value(one: &[f64], other: &[f64]) -> f64 {
    let mut pooled: Vec<(f64, bool)> =
        one.iter().map(|&time| (time, true)).chain(other.iter().map(|&time| (time, false))).collect();
    pooled.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (mut rank_sum, mut ties, mut before) = (0.0, 0.0, 0.0);
    for equal in pooled.chunk_by(|a, b| a.0.total_cmp(&b.0).is_eq()) {
        let size = count(equal.len());
        let mean_rank = before + f64::midpoint(size, 1.0);
        rank_sum += mean_rank * count(equal.iter().filter(|(_, is_one)| *is_one).count());
        ties += size.powi(3) - size;
        before += size;
    }
    let (n, m) = (count(one.len()), count(other.len()));
    let total = n + m;
    let u = rank_sum - n * (n + 1.0) / 2.0;
    let variance = n * m / 12.0 * (total + 1.0 - ties / (total * (total - 1.0)));
    if variance <= 0.0 {
        return 1.0;
    }
    let z = ((u - n * m / 2.0).abs() - 0.5).max(0.0) / variance.sqrt();
    erfc(z / std::f64::consts::SQRT_2)
}

/// The middle one.
pub(crate) fn median(sample: &[f64]) -> f64 {
    let mut sorted = sample.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    match (sorted.get(middle.wrapping_sub(1)), sorted.get(middle)) {
        (Some(lower), Some(upper)) if sorted.len().is_multiple_of(2) => f64::midpoint(*lower, *upper),
        (_, Some(middle)) => *middle,
        _ => f64::NAN,
    }
}

fn count(count: usize) -> f64 {
    u32::try_from(count).map_or(f64::INFINITY, f64::from)
}

/// The complementary error function of what is not negative, to 1.5e-7 (Abramowitz and Stegun 7.1.26).
fn erfc(x: f64) -> f64 {
    let t = 1.0 / (1.0 + 0.327_591_1 * x);
    let terms = [0.254_829_592, -0.284_496_736, 1.421_413_741, -1.453_152_027, 1.061_405_429];
    let sum = terms.iter().rev().fold(0.0, |sum, term| (sum + term) * t);
    sum * (-x * x).exp()
}

#[cfg(test)]
mod tests {
    use super::{median, p_value};

    fn is_about(value: f64, expected: f64) -> bool {
        (value - expected).abs() < 1e-4
    }

    #[test]
    fn samples_that_differ_and_samples_that_do_not() {
        let low = [1.0, 2.0, 3.0, 4.0, 5.0];
        // U = 0 of 25, so z = (12.5 - 0.5) / sqrt(25 * 11 / 12).
        assert!(is_about(p_value(&low, &[6.0, 7.0, 8.0, 9.0, 10.0]), 0.012_186));
        assert!(is_about(p_value(&[6.0, 7.0, 8.0, 9.0, 10.0], &low), 0.012_186), "either way round");
        assert!(is_about(p_value(&low, &low), 1.0));
        assert!(is_about(p_value(&[1.0; 9], &[1.0; 4]), 1.0), "nothing but ties");
        // Ties across: ranks 1.5 1.5 3.5 3.5 5.5 5.5, U = 0.5, z = (4.5 - 0.5 - 0.5) / sqrt(9/12 * (7 - 18/30)).
        assert!(is_about(p_value(&[1.0, 1.0, 2.0], &[2.0, 3.0, 3.0]), 0.110_149));
    }

    #[test]
    fn the_middle() {
        assert!(is_about(median(&[3.0, 1.0, 2.0]), 2.0) && is_about(median(&[4.0, 1.0, 2.0, 3.0]), 2.5));
        assert!(median(&[]).is_nan());
    }
}
