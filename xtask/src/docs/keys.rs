//! The keys of the configuration, read from the types that the file is parsed into.

use std::{collections::BTreeMap, fs, path::Path};

use anyhow::{Context as _, Result, bail, ensure};
use syn::{
    Attribute, Expr, ExprLit, Field, Fields, File, GenericArgument, Item, ItemEnum, ItemImpl, ItemStruct, Lit, Meta,
    PathArguments, Type,
};

use crate::paths;

/// Sources with the sections' types, by the module that the others name them by.
const SOURCES: [(&str, &str); 7] = [
    ("", "crates/server/src/config"),
    ("", "crates/server/src/assertion/keys.rs"),
    ("", "crates/values/src/questions.rs"),
    ("", "crates/password-hashes/src/scheme.rs"),
    ("regain_ldap::", "crates/ldap/src/settings.rs"),
    ("regain_sql_accounts::", "crates/sql-accounts/src/settings.rs"),
    ("regain_hook::", "crates/hook/src/settings.rs"),
];

/// A section of the file.
pub(super) struct Section {
    /// Its heading in the file, such as `[server]` or `[[organisation.account_types]]`.
    pub(super) heading: String,
    pub(super) keys: Vec<Key>,
}

/// A key.
#[derive(Debug)]
pub(super) struct Key {
    pub(super) name: String,
    /// The values that it takes.
    pub(super) takes: String,
    pub(super) default: String,
    pub(super) meaning: String,
}

/// All sections, in the order of the configuration's type.
pub(super) fn sections() -> Result<Vec<Section>> {
    let types = Types::read()?;
    let mut sections = Vec::new();
    for field in fields(types.of("Config")?)? {
        // Warnings, say, are found out at the start and are no section.
        if let Some(section) = types.section(&field.ty, "") {
            types.add(&section, &name_of(field), &mut sections)?;
        }
    }
    Ok(sections)
}

/// The types of the sources, by name.
#[derive(Default)]
struct Types {
    structs: BTreeMap<String, ItemStruct>,
    enums: BTreeMap<String, ItemEnum>,
    /// Literals of `impl Default`, by type and field.
    literals: BTreeMap<(String, String), String>,
}

impl Types {
    fn read() -> Result<Self> {
        let mut types = Self::default();
        for (module, source) in SOURCES {
            let path = paths::root().join(source);
            if path.is_dir() {
                for entry in fs::read_dir(&path)? {
                    types.read_file(module, &entry?.path())?;
                }
            } else {
                types.read_file(module, &path)?;
            }
        }
        Ok(types)
    }

    fn read_file(&mut self, module: &str, path: &Path) -> Result<()> {
        let text = fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))?;
        let File { items, .. } =
            syn::parse_file(&text).with_context(|| format!("{} cannot be parsed", path.display()))?;
        for item in items {
            match item {
                Item::Struct(it) if matches!(it.fields, Fields::Named(_)) => {
                    self.structs.insert(format!("{module}{}", it.ident), it);
                }
                Item::Enum(it) => {
                    self.enums.insert(format!("{module}{}", it.ident), it);
                }
                Item::Impl(it) => self.read_defaults(module, &it),
                _ => {}
            }
        }
        Ok(())
    }

    /// Notes the literals of an `impl Default`.
    fn read_defaults(&mut self, module: &str, block: &ItemImpl) {
        let is_default = block.trait_.as_ref().is_some_and(|(path, _)| path.is_ident("Default"));
        let Some(name) = is_default.then(|| name_of_type(&block.self_ty)).flatten() else { return };
        for item in &block.items {
            let syn::ImplItem::Fn(function) = item else { continue };
            let Some(syn::Stmt::Expr(Expr::Struct(made), None)) = function.block.stmts.last() else { continue };
            for field in &made.fields {
                let syn::Member::Named(member) = &field.member else { continue };
                if let Some(text) = literal(&field.expr) {
                    self.literals.insert((format!("{module}{name}"), member.to_string()), text);
                }
            }
        }
    }

    fn of(&self, name: &str) -> Result<&ItemStruct> {
        self.structs.get(name).with_context(|| format!("the sources have no {name}"))
    }

    /// The name of a type that is a section of its own.
    fn section(&self, of: &Type, module: &str) -> Option<String> {
        let name = name_of_type(inner(of))?;
        [format!("{module}{name}"), name].into_iter().find(|name| self.structs.contains_key(name))
    }

    /// Adds a section, and the sections in it.
    fn add(&self, name: &str, heading: &str, sections: &mut Vec<Section>) -> Result<()> {
        let item = self.of(name)?;
        let module = name.rsplit_once("::").map(|(module, _)| format!("{module}::")).unwrap_or_default();
        // The file may have another form than the checked section: its keys are those of that form.
        let keys_of = attribute(&item.attrs, "from").unwrap_or_else(|| name.to_owned());
        let form = self.of(&keys_of)?;
        let (mut keys, mut inner_sections) = (Vec::new(), Vec::new());
        for field in fields(form)? {
            if has(&field.attrs, "skip") {
                continue;
            }
            let key = name_of(field);
            let path = format!("{heading}.{key}");
            if let Some(section) = self.section(&field.ty, &module) {
                inner_sections.push((section, path, is_list(&field.ty)));
                continue;
            }
            let documented = fields(item)?.find(|of_item| name_of(of_item) == key).unwrap_or(field);
            let words = documentation(&documented.attrs);
            let words = if words.is_empty() { documentation(&field.attrs) } else { words };
            ensure!(!words.is_empty(), "{path} has no documentation");
            let required = !has(&form.attrs, "default") && !has(&field.attrs, "default") && !is_option(&field.ty);
            let literal = self.literals.get(&(keys_of.clone(), key.clone())).map(String::as_str);
            let (default, meaning) = default_of(&words, required, literal).with_context(|| path.clone())?;
            let takes = self.takes(&field.ty, &key).with_context(|| path.clone())?;
            keys.push(Key { name: key, takes, default, meaning });
        }
        sections.push(Section { heading: format!("[{heading}]"), keys });
        for (section, path, is_list) in inner_sections {
            self.add(&section, &path, sections)?;
            if is_list {
                let added = sections.last_mut().context("it was added")?;
                added.heading = format!("[[{path}]]");
            }
        }
        Ok(())
    }

    /// The values of a type, in words.
    fn takes(&self, of: &Type, key: &str) -> Result<String> {
        let Some((name, arguments)) = path_of(of) else { bail!("a type that this cannot put into words") };
        let argument = |index: usize| arguments.get(index).context("the type lacks its argument");
        Ok(match name.as_str() {
            "Option" => self.takes(argument(0)?, key)?,
            "Vec" => format!("list of {}s", self.takes(argument(0)?, key)?),
            "BTreeMap" => format!("table of {}s", self.takes(argument(1)?, key)?),
            "Secret" | "String" => "text".into(),
            "bool" => "`true`, `false`".into(),
            "u8" | "u16" | "u32" | "u64" | "usize" => unit(key).into(),
            "PathBuf" => if key.ends_with("_dir") { "folder" } else { "file" }.into(),
            "SocketAddr" => "address and port".into(),
            "PageAddress" => "address or path".into(),
            "TrustedProxies" => "list of addresses and networks, or `\"none\"`".into(),
            _ => values(self.enums.get(&name).or_else(|| self.enums.get(&format!("regain_ldap::{name}"))))?,
        })
    }
}

/// Unit of a number, by the end of its key.
fn unit(key: &str) -> &'static str {
    match key.rsplit('_').next() {
        Some("s") => "seconds",
        Some("ms") => "milliseconds",
        Some("days") => "days",
        _ => "number",
    }
}

/// The words of an enum that a file may have.
fn values(of: Option<&ItemEnum>) -> Result<String> {
    let of = of.context("a type that this cannot put into words")?;
    let kebab = attribute(&of.attrs, "rename_all").as_deref() == Some("kebab-case");
    let variants = of.variants.iter().filter(|variant| !has(&variant.attrs, "skip"));
    let words: Vec<_> = variants
        .map(|variant| {
            let name = attribute(&variant.attrs, "rename");
            let name = name.unwrap_or_else(|| separated(&variant.ident.to_string(), if kebab { '-' } else { '_' }));
            format!("`{name}`")
        })
        .collect();
    Ok(words.join(", "))
}

/// A variant's name in lower case, its words separated.
fn separated(name: &str, separator: char) -> String {
    let mut words = String::new();
    for (index, letter) in name.char_indices() {
        if letter.is_ascii_uppercase() && index > 0 {
            words.push(separator);
        }
        words.push(letter.to_ascii_lowercase());
    }
    words
}

/// Splits the default off a key's documentation: a sentence that begins with “Default”, the value that is marked
/// “(default)”, or “Required.”. What says none of these is none by default.
fn default_of(words: &str, required: bool, literal: Option<&str>) -> Result<(String, String)> {
    let mut meaning = Vec::new();
    let mut default = None;
    for sentence in sentences(words) {
        if let Some(stated) = sentence.strip_prefix("Default") {
            let stated = stated.trim_start_matches(':').trim().trim_end_matches('.');
            default = Some(match stated.split_once([';', ',', ':']) {
                Some((value, rest)) => format!("{}{}{rest}", value_of(value), &stated[value.len()..=value.len()]),
                None => value_of(stated).to_owned(),
            });
        } else if sentence == "Required." {
            default = Some("required".to_owned());
        } else {
            meaning.push(sentence);
        }
    }
    let marked = words.split_once(" (default)").and_then(|(before, _)| before.rsplit('`').nth(1));
    let stated = default.or_else(|| marked.map(|value| format!("`{value}`")));
    if let (Some(stated), Some(literal)) = (&stated, literal.filter(|literal| *literal != "0")) {
        let first = stated.split([' ', ',', ';', ':']).next().unwrap_or_default().trim_matches('`');
        ensure!(first == literal, "the default is {literal}, and is documented as {stated}");
    }
    let unstated = literal.filter(|literal| *literal != "0").map(|literal| format!("`{literal}`"));
    let default = stated.or(unstated).unwrap_or_else(|| if required { "required" } else { "none" }.to_owned());
    Ok((default, meaning.join(" ")))
}

/// The value of a switch, as a file has it.
fn value_of(stated: &str) -> &str {
    match stated {
        "yes" | "on" | "true" => "`true`",
        "no" | "off" | "false" => "`false`",
        other => other,
    }
}

/// The sentences of a text. A full stop within a name, a number or an abbreviation ends none.
fn sentences(words: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = words;
    while let Some(end) = rest.match_indices(". ").map(|(at, _)| at).find(|at| {
        let next = rest[at + 2..].chars().next();
        next.is_some_and(|letter| letter.is_uppercase() || letter == '`' || letter.is_ascii_digit())
    }) {
        found.push(&rest[..=end]);
        rest = &rest[end + 2..];
    }
    found.push(rest);
    found
}

/// A doc comment as one line.
fn documentation(attributes: &[Attribute]) -> String {
    let lines = attributes.iter().filter_map(|attribute| {
        let Meta::NameValue(pair) = &attribute.meta else { return None };
        let is_doc = attribute.path().is_ident("doc");
        if is_doc { literal(&pair.value) } else { None }
    });
    lines.map(|line| line.trim().to_owned()).collect::<Vec<_>>().join(" ")
}

fn fields(of: &ItemStruct) -> Result<impl Iterator<Item = &Field>> {
    let Fields::Named(fields) = &of.fields else { bail!("{} has no named fields", of.ident) };
    Ok(fields.named.iter())
}

fn name_of(field: &Field) -> String {
    field.ident.as_ref().map(ToString::to_string).unwrap_or_default()
}

/// Tells if serde has an argument, such as `skip`.
fn has(attributes: &[Attribute], argument: &str) -> bool {
    arguments(attributes).iter().any(|it| it == argument || it.starts_with(&format!("{argument} =")))
}

/// The value of an argument to serde, such as `rename = "…"`.
fn attribute(attributes: &[Attribute], argument: &str) -> Option<String> {
    let beginning = format!("{argument} = ");
    arguments(attributes).iter().find_map(|it| Some(it.strip_prefix(&beginning)?.trim_matches('"').to_owned()))
}

/// The arguments to serde.
fn arguments(attributes: &[Attribute]) -> Vec<String> {
    let of_serde = attributes.iter().filter(|attribute| attribute.path().is_ident("serde"));
    let lists = of_serde.filter_map(|attribute| attribute.meta.require_list().ok());
    lists.flat_map(|list| list.tokens.to_string().split(", ").map(str::to_owned).collect::<Vec<_>>()).collect()
}

/// A literal's value; an `Option`'s is that in it.
fn literal(of: &Expr) -> Option<String> {
    let Expr::Lit(ExprLit { lit, .. }) = of else { return None };
    match lit {
        Lit::Str(text) => Some(text.value()),
        Lit::Int(number) => Some(number.base10_digits().to_owned()),
        Lit::Bool(value) => Some(value.value.to_string()),
        _ => None,
    }
}

/// A type's path, such as `regain_ldap::Settings`, and its arguments.
fn path_of(of: &Type) -> Option<(String, Vec<&Type>)> {
    let Type::Path(path) = of else { return None };
    let names: Vec<_> = path.path.segments.iter().map(|segment| segment.ident.to_string()).collect();
    let arguments = match &path.path.segments.last()?.arguments {
        PathArguments::AngleBracketed(list) => list
            .args
            .iter()
            .filter_map(|argument| if let GenericArgument::Type(of) = argument { Some(of) } else { None })
            .collect(),
        _ => Vec::new(),
    };
    Some((names.join("::"), arguments))
}

fn name_of_type(of: &Type) -> Option<String> {
    path_of(of).map(|(name, _)| name)
}

/// The type in an `Option` or a list.
fn inner(of: &Type) -> &Type {
    match path_of(of) {
        Some((name, arguments)) if ["Option", "Vec"].contains(&name.as_str()) => {
            arguments.first().map_or(of, |of| inner(of))
        }
        _ => of,
    }
}

fn is_option(of: &Type) -> bool {
    name_of_type(of).as_deref() == Some("Option")
}

fn is_list(of: &Type) -> bool {
    name_of_type(of).as_deref() == Some("Vec")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn default(words: &str, literal: Option<&str>) -> (String, String) {
        default_of(words, false, literal).expect("they agree")
    }

    #[test]
    fn a_default_is_read_from_the_words_that_state_it() {
        let of = |words| default(words, None).0;
        assert_eq!(of("Lifetime of a flow, in seconds. Default 900, 15 minutes."), "900, 15 minutes");
        assert_eq!(of("A call. Default off; needs `[phone]`."), "`false`; needs `[phone]`");
        assert_eq!(of("Its format: `text` (default) or `json`."), "`text`");
        assert_eq!(of("Its name. Default: the organisation's."), "the organisation's");
        assert_eq!(of("Its name. Required."), "required");
        assert_eq!(of("Its name."), "none");
        assert_eq!(default("Seconds. Default 9. At most 10.", None).1, "Seconds. At most 10.");
        assert_eq!(default("Seconds.", Some("9")).0, "`9`");
    }

    #[test]
    fn a_default_that_the_code_has_otherwise_is_refused() {
        assert_eq!(default("Seconds. Default 10000.", Some("10000")).0, "10000");
        assert!(default_of("Seconds. Default 9.", false, Some("10")).is_err());
        assert!(default_of("True if on. Default no.", false, Some("true")).is_err());
    }

    #[test]
    fn numbers_end_no_sentence() {
        assert_eq!(
            sentences("RFC 7.3 says so, e.g. here. Then 1.5. End."),
            ["RFC 7.3 says so, e.g. here.", "Then 1.5.", "End."]
        );
    }
}
