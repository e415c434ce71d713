//! The text of a statement with its named parameters, such as `:id`, found where the database would see them.

use std::fmt::Write as _;

/// A parameter of a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Parameter {
    /// `:user_id`, the user ID in the form in which user IDs are compared.
    UserId,
    /// `:id`, the account.
    Id,
    /// `:new_hash`.
    NewHash,
    /// `:old_hash`, the hash that is replaced; NULL where there is none.
    OldHash,
    /// `:now`, the time: a time where PostgreSQL expects one, else the seconds since 1970.
    Now,
}

impl Parameter {
    const ALL: [Self; 5] = [Self::UserId, Self::Id, Self::NewHash, Self::OldHash, Self::Now];

    /// The name, without the colon.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::UserId => "user_id",
            Self::Id => "id",
            Self::NewHash => "new_hash",
            Self::OldHash => "old_hash",
            Self::Now => "now",
        }
    }
}

/// A kind of database, by what its SQL looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    Postgres,
    MySql,
    Sqlite,
}

/// A statement that was read, with the placeholders of its database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Template {
    /// The text that the database gets.
    pub(crate) sql: String,
    /// The values to bind, in order.
    pub(crate) parameters: Vec<Parameter>,
}

impl Template {
    /// Reads a statement. What is within quotes and comments stays as it is, and so do casts (`::text`).
    pub(crate) fn parse(text: &str, dialect: Dialect) -> Result<Self, String> {
        let mut template = Self { sql: String::with_capacity(text.len()), parameters: Vec::new() };
        let mut rest = text.trim();
        while let Some(first) = rest.chars().next() {
            let taken = if let Some(length) = opaque(rest, dialect)? {
                template.sql.push_str(&rest[..length]);
                length
            } else if rest.starts_with("::") || rest.starts_with(":=") {
                template.sql.push_str(&rest[..2]);
                2
            } else if let Some(name) = rest.strip_prefix(':').map(word).filter(|name| begins_name(name)) {
                template.bind(name, dialect)?;
                name.len() + 1
            } else if first == ';' {
                if !is_blank(&rest[1..], dialect)? {
                    return Err("must be one statement".into());
                }
                break;
            } else if is_placeholder(rest, dialect) {
                return Err(format!("must name its parameters, such as :id; it has a bare {first}"));
            } else if first.is_alphanumeric() || first == '_' {
                // A whole word, so that a dollar sign or a letter before a quote within it means nothing.
                let name = word(rest);
                template.sql.push_str(name);
                name.len()
            } else {
                template.sql.push(first);
                first.len_utf8()
            };
            rest = &rest[taken..];
        }
        if template.sql.trim().is_empty() { Err("must be a SQL statement".into()) } else { Ok(template) }
    }

    /// Tells if a parameter occurs.
    pub(crate) fn names(&self, parameter: Parameter) -> bool {
        self.parameters.contains(&parameter)
    }

    fn bind(&mut self, name: &str, dialect: Dialect) -> Result<(), String> {
        let parameter = Parameter::ALL.into_iter().find(|parameter| parameter.name() == name);
        let parameter = parameter.ok_or_else(|| format!("has the parameter :{name}, which there is not"))?;
        let mut place = self.parameters.iter().position(|known| *known == parameter);
        if place.is_none() || dialect == Dialect::MySql {
            place = Some(self.parameters.len());
            self.parameters.push(parameter);
        }
        let number = place.map_or(0, |place| place + 1);
        match dialect {
            Dialect::Postgres => write!(self.sql, "${number}"),
            Dialect::Sqlite => write!(self.sql, "?{number}"),
            Dialect::MySql => write!(self.sql, "?"),
        }
        .map_err(|error| error.to_string())
    }
}

/// The length of a quoted text or comment at the beginning of a text; `None` where there is none.
fn opaque(text: &str, dialect: Dialect) -> Result<Option<usize>, String> {
    let is_mysql = dialect == Dialect::MySql;
    let is_postgres = dialect == Dialect::Postgres;
    let first = text.chars().next();
    if text.starts_with("--") || is_mysql && first == Some('#') {
        return Ok(Some(text.find('\n').unwrap_or(text.len())));
    }
    if text.starts_with("/*") {
        return comment(text, is_postgres).map(Some).ok_or_else(|| "has a comment that does not end".into());
    }
    let unended = || format!("has a {} that does not end", first.unwrap_or('\''));
    let quoted = |from: usize, quote, escapes| quoted(&text[from..], quote, escapes).map(|length| from + length);
    let length = match first {
        Some('\'') => quoted(0, '\'', is_mysql),
        // PostgreSQL's escape strings.
        Some('e' | 'E') if is_postgres && text[1..].starts_with('\'') => quoted(1, '\'', true),
        Some('"') => quoted(0, '"', is_mysql),
        Some('`') if !is_postgres => quoted(0, '`', false),
        Some('[') if dialect == Dialect::Sqlite => text.find(']').map(|end| end + 1),
        Some('$') if is_postgres => match dollar_tag(text) {
            Some(tag) => text[tag.len()..].find(tag).map(|end| end + 2 * tag.len()),
            None => return Ok(None),
        },
        _ => return Ok(None),
    };
    length.map(Some).ok_or_else(unended)
}

/// The length of a text in quotes, which are doubled within it.
fn quoted(text: &str, quote: char, escapes: bool) -> Option<usize> {
    let mut characters = text.char_indices().skip(1).peekable();
    while let Some((at, character)) = characters.next() {
        if character == '\\' && escapes {
            characters.next();
        } else if character == quote {
            match characters.peek() {
                Some((_, next)) if *next == quote => {
                    characters.next();
                }
                _ => return Some(at + quote.len_utf8()),
            }
        }
    }
    None
}

/// The length of a comment in slashes and stars. PostgreSQL's are nested.
fn comment(text: &str, nests: bool) -> Option<usize> {
    let mut depth = 0_u32;
    let mut at = 0;
    while at < text.len() {
        let rest = &text[at..];
        if rest.starts_with("/*") && (nests || depth == 0) {
            depth += 1;
            at += 2;
        } else if rest.starts_with("*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return Some(at);
            }
        } else {
            at += rest.chars().next().map_or(1, char::len_utf8);
        }
    }
    None
}

/// The tag of a dollar-quoted string, both signs included.
fn dollar_tag(text: &str) -> Option<&str> {
    let end = text[1..].find('$')? + 2;
    let name = &text[1..end - 1];
    (name.is_empty() || begins_name(name) && word(name).len() == name.len()).then(|| &text[..end])
}

/// A placeholder that is no named parameter of ours.
fn is_placeholder(text: &str, dialect: Dialect) -> bool {
    let mut characters = text.chars();
    let (first, second) = (characters.next(), characters.next());
    let is_name = second.is_some_and(|second| second.is_alphanumeric() || second == '_');
    match (first, dialect) {
        (Some('?'), Dialect::MySql | Dialect::Sqlite) => true,
        (Some('$'), Dialect::Postgres) => second.is_some_and(|second| second.is_ascii_digit()),
        (Some('$' | '@'), Dialect::Sqlite) => is_name,
        _ => false,
    }
}

/// Tells if nothing but space and comments is left.
fn is_blank(text: &str, dialect: Dialect) -> Result<bool, String> {
    let mut rest = text.trim_start();
    while rest.starts_with("--") || rest.starts_with("/*") || rest.starts_with('#') {
        let Some(length) = opaque(rest, dialect)? else { return Ok(false) };
        rest = rest[length..].trim_start();
    }
    Ok(rest.is_empty())
}

/// The letters, digits and underscores at the beginning of a text.
fn word(text: &str) -> &str {
    let end = text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len());
    &text[..end]
}

fn begins_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_alphabetic() || c == '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, dialect: Dialect) -> (String, Vec<Parameter>) {
        let Template { sql, parameters } = Template::parse(text, dialect).unwrap_or_else(|fault| panic!("{fault}"));
        (sql, parameters)
    }

    #[test]
    fn parameters_become_placeholders() {
        use Parameter::{Id, NewHash, OldHash};
        let text = "UPDATE u SET p = :new_hash WHERE id = :id AND p = :old_hash AND :id > 0;";
        let named = vec![NewHash, Id, OldHash];
        let sql = "UPDATE u SET p = $1 WHERE id = $2 AND p = $3 AND $2 > 0";
        assert_eq!(read(text, Dialect::Postgres), (sql.into(), named.clone()));
        assert_eq!(read(text, Dialect::Sqlite), (sql.replace('$', "?"), named));
        let sql = "UPDATE u SET p = ? WHERE id = ? AND p = ? AND ? > 0";
        assert_eq!(read(text, Dialect::MySql), (sql.into(), vec![NewHash, Id, OldHash, Id]));
    }

    #[test]
    fn quotes_comments_and_casts_are_left_alone() {
        for (text, dialect) in [
            ("SELECT ':id', ''':id', \":id\", x::text -- :id\n FROM t", Dialect::Postgres),
            ("SELECT E'\\':id', $$:id$$, $a$ :id $b$ $a$ /* :id /* :id */ :id */, a[1:2]", Dialect::Postgres),
            ("SELECT name, e'x', $1a FROM t".trim_end_matches(", $1a FROM t"), Dialect::Postgres),
            ("SELECT '\\':id', \"\\\":id\", `:id`, @x := 1 # :id\n, ':id'", Dialect::MySql),
            ("SELECT ':id\\', [:id], `:id` /* :id /* */", Dialect::Sqlite),
            ("SELECT '\u{e4}:id' , \u{e4}\u{f6}", Dialect::Sqlite),
            ("SELECT 1 -- :id", Dialect::Sqlite),
        ] {
            assert_eq!(read(text, dialect), (text.to_owned(), vec![]), "{text}");
        }
        assert_eq!(read("SELECT :id::text", Dialect::Postgres), ("SELECT $1::text".into(), vec![Parameter::Id]));
        assert_eq!(read("SELECT j ? 'a' FROM t", Dialect::Postgres).1, []);
        assert_eq!(read("SELECT 1; -- the end", Dialect::MySql).0, "SELECT 1");
    }

    #[test]
    fn what_is_wrong_is_said() {
        for (text, dialect, fault) in [
            ("", Dialect::Sqlite, "must be a SQL statement"),
            (" ; ", Dialect::Sqlite, "must be a SQL statement"),
            ("SELECT :uid", Dialect::Sqlite, "has the parameter :uid, which there is not"),
            ("SELECT 1; DELETE FROM users", Dialect::Sqlite, "must be one statement"),
            ("SELECT ?", Dialect::MySql, "must name its parameters, such as :id; it has a bare ?"),
            ("SELECT $1", Dialect::Postgres, "must name its parameters, such as :id; it has a bare $"),
            ("SELECT @id", Dialect::Sqlite, "must name its parameters, such as :id; it has a bare @"),
            ("SELECT 'x", Dialect::Sqlite, "has a ' that does not end"),
            ("SELECT 1 /* x", Dialect::Postgres, "has a comment that does not end"),
            ("SELECT $a$ :id $b$", Dialect::Postgres, "has a $ that does not end"),
        ] {
            assert_eq!(Template::parse(text, dialect), Err(fault.to_owned()), "{text}");
        }
    }
}
