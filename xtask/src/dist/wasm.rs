//! Drops from a WebAssembly module what only people and debuggers read: the names of its functions
//! alone are half of what the compiler leaves.

use anyhow::{Context, Result, ensure};

/// The magic number and the version that every module begins with.
const PREAMBLE: &[u8] = b"\0asm\x01\0\0\0";
/// The id of a custom section (WebAssembly core specification, section 5.5.3): a module means the same
/// without it.
const CUSTOM: u8 = 0;

/// The module without its custom sections.
pub(super) fn without_custom_sections(module: &[u8]) -> Result<Vec<u8>> {
    let mut rest = module.strip_prefix(PREAMBLE).context("not a WebAssembly module")?;
    let mut kept = PREAMBLE.to_vec();
    while let [id, after @ ..] = rest {
        let (length, header) = leb128(after)?;
        let whole = 1 + header + length;
        ensure!(whole <= rest.len(), "a section is longer than the module");
        let (section, next) = rest.split_at(whole);
        if *id != CUSTOM {
            kept.extend_from_slice(section);
        }
        rest = next;
    }
    Ok(kept)
}

/// An unsigned number of at most 32 bits in LEB128, and how many bytes it takes.
fn leb128(bytes: &[u8]) -> Result<(usize, usize)> {
    let mut value = 0;
    for (at, byte) in bytes.iter().take(5).enumerate() {
        value |= usize::from(byte & 0x7f) << (7 * at);
        if byte & 0x80 == 0 {
            return Ok((value, at + 1));
        }
    }
    anyhow::bail!("a section has no length")
}

#[cfg(test)]
mod tests {
    use super::{PREAMBLE, without_custom_sections};

    #[test]
    fn only_custom_sections_go() {
        let custom = [&[0, 5, 4][..], b"name"].concat();
        let code = [10, 2, 1, 0];
        let module = [PREAMBLE, &custom, &code, &custom].concat();
        assert_eq!(without_custom_sections(&module).expect("a module"), [PREAMBLE, &code].concat());
    }

    #[test]
    fn what_is_no_module_is_refused() {
        for broken in [&b"<html>"[..], &[PREAMBLE, &[10, 9, 1]].concat(), &[PREAMBLE, &[10]].concat()] {
            assert!(without_custom_sections(broken).is_err(), "{broken:?}");
        }
    }
}
