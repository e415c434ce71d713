//! Numbers as text.

/// A number as its digits: `core::fmt` would do, for more bytes than this.
#[inline(never)]
pub fn digits(mut number: u32) -> String {
    let mut reversed = [b'0'; 10];
    let mut at = reversed.len();
    loop {
        at -= 1;
        reversed[at] = b'0' + u8::try_from(number % 10).unwrap_or_default();
        number /= 10;
        if number == 0 {
            break;
        }
    }
    reversed[at..].iter().map(|&digit| char::from(digit)).collect()
}
