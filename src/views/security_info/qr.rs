//! A QR code as SVG: one path for all that is dark.

use qrcodegen::{QrCode, QrCodeEcc};

use crate::i18n::{self, Text};
use crate::views::element::{Element, svg};

/// So many light modules around it (ISO/IEC 18004 asks for four).
const QUIET: u32 = 4;

/// A picture of the text; `None` where it does not fit into one.
pub(super) fn picture(text: &str) -> Option<Element> {
    let code = QrCode::encode_text(text, QrCodeEcc::Medium).ok()?;
    let size = i18n::digits(u32::try_from(code.size()).ok()? + 2 * QUIET);
    let picture = svg("svg")
        .part("qr")
        .at("role", "img")
        .at("aria-label", i18n::text(Text::AppPicture))
        .at("viewBox", &["0 0 ", &size, " ", &size].concat())
        .at("shape-rendering", "crispEdges")
        .child(svg("path").at("d", &path(&code)));
    Some(picture)
}

/// Each run of dark modules in a row as one rectangle.
fn path(code: &QrCode) -> String {
    let mut path = String::new();
    for y in 0..code.size() {
        let mut x = 0;
        while x < code.size() {
            let run = (x..code.size()).take_while(|x| code.get_module(*x, y)).count();
            let run = i32::try_from(run).unwrap_or(i32::MAX);
            if run > 0 {
                let number = |number: i32| i18n::digits(number.unsigned_abs());
                let quiet = QUIET.cast_signed();
                let run = number(run);
                for part in ["M", &number(x + quiet), " ", &number(y + quiet), "h", &run, "v1h-", &run, "z"] {
                    path.push_str(part);
                }
            }
            x += run.max(1);
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The modules that a path of such rectangles makes dark.
    fn drawn(path: &str, size: i32) -> Vec<bool> {
        let mut modules = vec![false; usize::try_from(size * size).expect("a size is positive")];
        for run in path.split('z').filter(|run| !run.is_empty()) {
            let (at, length) = run.trim_start_matches('M').split_once('h').expect("a run has a length");
            let (x, y) = at.split_once(' ').expect("a run begins somewhere");
            let (length, _) = length.split_once('v').expect("a run is one module high");
            let number = |text: &str| text.parse::<i32>().expect("digits");
            let (x, y, length) = (number(x) - 4, number(y) - 4, number(length));
            for x in x..x + length {
                modules[usize::try_from(y * size + x).expect("within the picture")] = true;
            }
        }
        modules
    }

    #[test]
    fn the_path_is_the_code_with_its_quiet_zone() {
        let code =
            QrCode::encode_text("otpauth://totp/Example:ada?secret=JBSWY3DPEHPK3PXP&issuer=Example", QrCodeEcc::Medium)
                .expect("it fits");
        let modules: Vec<bool> =
            (0..code.size() * code.size()).map(|at| code.get_module(at % code.size(), at / code.size())).collect();
        assert_eq!(drawn(&path(&code), code.size()), modules);
    }
}
