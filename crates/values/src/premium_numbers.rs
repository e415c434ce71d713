//! Ranges of numbers that pay whoever is called: who can have codes sent to one earns by each. They are part of countries
//! that an organisation allows, and are forbidden unless it names them.

/// The beginnings of premium-rate, shared-cost and personal numbers in national numbering plans, and of the ranges that
/// belong to no country. After a country's code none begins as its geographic or mobile numbers do.
#[rustfmt::skip]
const PREMIUM: [&str; 84] = [
    // No country's: satellites, networks, universal and international premium rate.
    "+808", "+870", "+878", "+881", "+882", "+883", "+888", "+979",
    // North America.
    "+1900", "+1976",
    // Europe.
    "+3090", "+3190", "+3184", "+3187", "+3290", "+3270", "+3278", "+338", "+34803", "+34806", "+34807", "+34901",
    "+34902", "+34905", "+34907", "+35160", "+35176", "+351707", "+351708", "+358600", "+358700", "+35990", "+3690",
    "+3691", "+370900", "+37190", "+372900", "+380900", "+38560", "+38561", "+38564", "+38569", "+38690", "+3989",
    "+39144", "+39166", "+39178", "+39199", "+4090", "+4184", "+4190", "+42090", "+421900", "+4381", "+4382", "+4390",
    "+4393", "+4470", "+4484", "+4487", "+449", "+4590", "+46900", "+46939", "+46944", "+4782", "+4820", "+4830",
    "+4840", "+4870", "+49137", "+49180", "+49190", "+49900", "+7809", "+90900",
    // Elsewhere.
    "+2786", "+55300", "+55900", "+61190", "+64900", "+81570", "+81990", "+972190",
];

/// The premium range that a number in E.164 form is in.
pub(crate) fn range_of(number: &str) -> Option<&'static str> {
    PREMIUM.into_iter().filter(|range| number.starts_with(range)).max_by_key(|range| range.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn d23_premium_numbers_are_known_and_usual_ones_are_not_taken_for_them() {
        for number in
            ["+19005550123", "+449061234567", "+4487123456789", "+499001234567", "+33899123456", "+979123456789"]
        {
            assert!(range_of(number).is_some(), "{number}");
        }
        for number in [
            "+14255550123",
            "+15005550001",
            "+18005550123",
            "+442079460958",
            "+447911123456",
            "+493012345678",
            "+4915112345678",
            "+33612345678",
            "+33140123456",
            "+39065550123",
            "+393331234567",
            "+421901234567",
            "+41791234567",
            "+46701234567",
            "+61412345678",
            "+81312345678",
            "+5511912345678",
            "+35312345678",
            "+351912345678",
            "+48501234567",
        ] {
            assert_eq!(range_of(number), None, "{number}");
        }
    }

    #[test]
    fn each_range_is_listed_once() {
        for (at, range) in PREMIUM.iter().enumerate() {
            assert!(range.len() >= 4 && range[1..].bytes().all(|byte| byte.is_ascii_digit()), "{range}");
            assert!(!PREMIUM[..at].iter().any(|other| range.starts_with(other)), "{range}");
        }
    }
}
