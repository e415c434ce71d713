//! Points in time, read without a browser.

/// Milliseconds since 1970 in UTC.
pub type Millis = i64;

/// Reads a timestamp of the API: RFC 3339 in UTC, with or without a fraction of a second.
///
/// `None` for anything else; a fraction is dropped.
pub fn parse_utc(text: &str) -> Option<Millis> {
    let bytes = text.as_bytes();
    let rest = bytes.get(19..)?;
    let fraction_ends = rest.iter().position(|b| !matches!(b, b'.' | b'0'..=b'9'))?;
    if !matches!(&rest[fraction_ends..], b"Z" | b"z" | b"+00:00") {
        return None;
    }
    let mut fields = [0; 6];
    let mut field = 0;
    for (&shape, &byte) in b"0000-00-00T00:00:00".iter().zip(bytes) {
        if shape == b'0' {
            byte.is_ascii_digit().then_some(())?;
            fields[field] = fields[field] * 10 + i64::from(byte - b'0');
        } else {
            (byte.to_ascii_uppercase() == shape).then_some(())?;
            field += 1;
        }
    }
    let [year, month, day, hours, minutes, seconds] = fields;
    let days = days_since_1970(year, month, day)?;
    (hours < 24 && minutes < 60 && seconds <= 60).then(|| (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000)
}

/// Counts days with the year beginning in March, so that the leap day comes last.
fn days_since_1970(year: i64, month: i64, day: i64) -> Option<i64> {
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    let (year, month) = if month < 3 { (year - 1, month + 9) } else { (year, month - 3) };
    let leap_days = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    Some(year * 365 + leap_days + (month * 153 + 2) / 5 + day - 1 - 719_468)
}

/// Whole seconds until then, 0 when it has passed.
pub(crate) fn seconds_until(then: Millis, now: Millis) -> u32 {
    u32::try_from((then.saturating_sub(now)).saturating_add(999) / 1000).unwrap_or(if then > now {
        u32::MAX
    } else {
        0
    })
}

/// The mark (60, 10 or 0 seconds left) that has been passed and not been announced yet.
pub(crate) fn mark_passed(announced: Option<u32>, left: u32) -> Option<u32> {
    let mark = match left {
        0 => 0,
        1..=10 => 10,
        11..=60 => 60,
        _ => return None,
    };
    announced.is_none_or(|announced| announced > mark).then_some(mark)
}

#[cfg(test)]
mod tests {
    use super::parse_utc;

    #[test]
    fn reads_what_the_api_writes() {
        assert_eq!(parse_utc("1970-01-01T00:00:00Z"), Some(0));
        assert_eq!(parse_utc("2000-02-29T12:00:00Z"), Some(951_825_600_000));
        assert_eq!(parse_utc("2026-11-23T14:16:00Z"), Some(1_795_443_360_000));
        assert_eq!(parse_utc("2026-11-23T14:16:00.123456Z"), Some(1_795_443_360_000));
        assert_eq!(parse_utc("2026-11-23T14:16:00+00:00"), Some(1_795_443_360_000));
    }

    #[test]
    fn refuses_what_it_would_misread() {
        for text in
            ["", "soon", "2026-11-23", "2026-11-23T14:16:00", "2026-11-23T14:16:00+01:00", "2026-13-23T14:16:00Z"]
        {
            assert_eq!(parse_utc(text), None, "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn never_panics(text in ".*", near in "[0-9T:.Z+-]{18,24}") {
            let _ = (parse_utc(&text), parse_utc(&near));
        }
    }
}
