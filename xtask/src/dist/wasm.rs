//! Drops from a WebAssembly module what only people and debuggers read: the names of its functions alone
//! are half of what the compiler leaves, and those of what it imports and exports don't compress, for the hashes in
//! them.

use anyhow::{Context, Result, bail, ensure};
use wasm_encoder::{EntityType, ExportKind, ExportSection, ImportSection, Module, RawSection};
use wasmparser::{ExternalKind, Parser, Payload, TypeRef};

/// Module name of imports, in place of the glue's own name.
const FROM: &str = "r";

/// The module without its custom sections: it means the same without them (WebAssembly core specification,
/// section 5.5.3).
pub(super) fn without_custom_sections(module: &[u8]) -> Result<Vec<u8>> {
    rewritten(module, |_| Ok(None))
}

/// The module without its custom sections, and the glue that goes with it, with short names for what either gives
/// to the other.
pub(super) fn with_short_names(module: &[u8], glue: &str) -> Result<(Vec<u8>, String)> {
    let mut short = glue.to_owned();
    let module = rewritten(module, |section| match section {
        Payload::ImportSection(imports) => {
            let mut renamed = ImportSection::new();
            for (place, import) in imports.clone().into_imports().enumerate() {
                let import = import?;
                let TypeRef::Func(signature) = import.ty else { bail!("{} is no function", import.name) };
                let name = name_of(place);
                // As wasm-bindgen writes them: keys of an object that are functions, and that of the object.
                short = replaced(&short, &format!(" {}: function", import.name), &format!(" {name}: function"))?;
                if place == 0 {
                    short = replaced(&short, &format!("\"{}\"", import.module), &format!("\"{FROM}\""))?;
                }
                renamed.import(FROM, &name, EntityType::Function(signature));
            }
            Ok(Some(Renamed::Imports(renamed)))
        }
        Payload::ExportSection(exports) => {
            let mut renamed = ExportSection::new();
            for (place, export) in exports.clone().into_iter().enumerate() {
                let export = export?;
                let name = name_of(place);
                short = with_member(&short, export.name, &name);
                let kind = match export.kind {
                    ExternalKind::Func => ExportKind::Func,
                    ExternalKind::Table => ExportKind::Table,
                    ExternalKind::Memory => ExportKind::Memory,
                    ExternalKind::Global => ExportKind::Global,
                    other => bail!("{} is {other:?}", export.name),
                };
                renamed.export(&name, kind, export.index);
            }
            Ok(Some(Renamed::Exports(renamed)))
        }
        _ => Ok(None),
    })?;
    Ok((module, short))
}

/// A section that takes the place of another.
enum Renamed {
    Imports(ImportSection),
    Exports(ExportSection),
}

/// The sections in their order, without the custom ones; `other` may put another in place of one.
fn rewritten(module: &[u8], mut other: impl FnMut(&Payload) -> Result<Option<Renamed>>) -> Result<Vec<u8>> {
    let mut kept = Module::new();
    for payload in Parser::new(0).parse_all(module) {
        let payload = payload.context("not a WebAssembly module")?;
        if matches!(payload, Payload::CustomSection(_)) {
            continue;
        }
        match other(&payload)? {
            Some(Renamed::Imports(imports)) => {
                kept.section(&imports);
            }
            Some(Renamed::Exports(exports)) => {
                kept.section(&exports);
            }
            None => {
                if let Some((id, at)) = payload.as_section() {
                    kept.section(&RawSection { id, data: &module[at] });
                }
            }
        }
    }
    Ok(kept.finish())
}

/// The glue with another name for a member of the module's exports, which it calls `wasm`.
fn with_member(glue: &str, name: &str, short: &str) -> String {
    let member = format!("wasm.{name}");
    let mut renamed = String::with_capacity(glue.len());
    let mut rest = glue;
    while let Some((before, after)) = rest.split_once(&member) {
        let is_longer = after.starts_with(|next: char| next.is_ascii_alphanumeric() || matches!(next, '_' | '$'));
        renamed.extend([before, "wasm.", if is_longer { name } else { short }]);
        rest = after;
    }
    renamed + rest
}

/// The text with the one place replaced.
fn replaced(text: &str, from: &str, to: &str) -> Result<String> {
    ensure!(text.matches(from).count() == 1, "the glue does not say {from} once");
    Ok(text.replacen(from, to, 1))
}

/// A short name for each place: a, b, … z, ba, bb, …
fn name_of(mut place: usize) -> String {
    const LETTERS: &[u8; 26] = b"abcdefghijklmnopqrstuvwxyz";
    let mut name = String::new();
    loop {
        name.insert(0, char::from(LETTERS[place % LETTERS.len()]));
        place /= LETTERS.len();
        if place == 0 {
            return name;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{name_of, with_short_names, without_custom_sections};

    /// The magic number and the version that every module begins with.
    const PREAMBLE: &[u8] = b"\0asm\x01\0\0\0";
    /// One type, of a function that takes and gives nothing.
    const TYPES: &[u8] = &[1, 4, 1, 0x60, 0, 0];

    #[test]
    fn only_custom_sections_go() {
        let custom = [&[0, 5, 4][..], b"name"].concat();
        let module = [PREAMBLE, &custom, TYPES, &custom].concat();
        assert_eq!(without_custom_sections(&module).expect("a module"), [PREAMBLE, TYPES].concat());
    }

    #[test]
    fn what_is_no_module_is_refused() {
        for broken in [&b"<html>"[..], &[PREAMBLE, &[10, 9, 1]].concat(), &[PREAMBLE, &[10]].concat()] {
            assert!(without_custom_sections(broken).is_err(), "{broken:?}");
        }
    }

    #[test]
    fn module_and_glue_agree_on_the_short_names() {
        let import = |from: &[u8], name: &[u8]| {
            let length = |text: &[u8]| u8::try_from(text.len()).expect("short");
            let entry = [&[length(from)], from, &[length(name)], name, &[0, 0]].concat();
            [&[2, length(&entry) + 1, 1], &entry[..]].concat()
        };
        let module = [PREAMBLE, TYPES, &import(b"./glue.js", b"__wbg_now_0123")].concat();
        let glue = "({ __wbg_now_0123: function() {} }) \"./glue.js\"";
        let (short, shorter) = with_short_names(&module, glue).expect("a module");
        assert_eq!(short, [PREAMBLE, TYPES, &import(b"r", b"a")].concat());
        assert_eq!(shorter, "({ a: function() {} }) \"r\"");
        assert!(with_short_names(&module, "({ __wbg_other_0123: function() {} }) \"./glue.js\"").is_err());
    }

    #[test]
    fn what_is_exported_is_called_by_its_short_name() {
        // The memory and the one global, say, under names of which one is the other's beginning.
        let exports = |one: &[u8], other: &[u8]| {
            let length = |text: &[u8]| u8::try_from(text.len()).expect("short");
            let entries = [&[2, length(one)], one, &[2, 0, length(other)], other, &[3, 0]].concat();
            [&[7, length(&entries)], &entries[..]].concat()
        };
        let module = [PREAMBLE, TYPES, &exports(b"invoke", b"invoke_4")].concat();
        let (short, glue) = with_short_names(&module, "wasm.invoke_4(wasm.invoke); other.invoke").expect("a module");
        assert_eq!(short, [PREAMBLE, TYPES, &exports(b"a", b"b")].concat());
        assert_eq!(glue, "wasm.b(wasm.a); other.invoke");
    }

    #[test]
    fn each_place_has_a_name_of_its_own() {
        let names: std::collections::HashSet<String> = (0..1000).map(name_of).collect();
        assert_eq!(names.len(), 1000);
    }
}
