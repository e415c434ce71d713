//! Reading of JSON, member by member.

use std::cell::Cell;

use regain_protocol::{MethodKind, Role};

/// A JSON value, whoever parsed it: the browser in the widget, `serde_json` in the tests.
pub(crate) trait Json: Clone {
    /// The member of that name; `None` where it is absent or null, or this is no object.
    fn get(&self, name: &str) -> Option<Self>;
    /// The text, where it is one.
    fn text(&self) -> Option<String>;
    /// The number, where it is one.
    fn number(&self) -> Option<f64>;
    /// The truth value, where it is one.
    fn flag(&self) -> Option<bool>;
    /// The elements, where it is an array.
    fn items(&self) -> Option<Vec<Self>>;
}

/// A value being read. Where something is missing that must be there, reading goes on with a blank,
/// and all of it is dropped at the end: to leave at once would take code at every member for
/// dropping what had been read until then.
pub(super) struct Reader<'a, J> {
    pub(super) json: Option<J>,
    /// True while nothing was missing.
    whole: &'a Cell<bool>,
}

/// The value read, where nothing was missing.
pub(super) fn whole<J: Json, T>(json: &J, read: fn(&Reader<J>) -> T) -> Option<T> {
    let whole = Cell::new(true);
    let read = read(&Reader { json: Some(json.clone()), whole: &whole });
    whole.get().then_some(read)
}

impl<'a, J: Json> Reader<'a, J> {
    pub(super) fn need<T>(&self, found: Option<T>, blank: T) -> T {
        if found.is_none() {
            self.whole.set(false);
        }
        found.unwrap_or(blank)
    }

    #[inline(never)]
    pub(super) fn member(&self, name: &str) -> Option<J> {
        self.json.as_ref()?.get(name)
    }

    /// An object in this one; the members of one that is missing are missing.
    #[inline(never)]
    pub(super) fn object(&self, name: &str) -> Reader<'a, J> {
        Reader { json: self.member(name), whole: self.whole }
    }

    /// A text that may be missing.
    #[inline(never)]
    pub(super) fn maybe(&self, name: &str) -> Option<String> {
        self.member(name)?.text()
    }

    #[inline(never)]
    pub(super) fn text(&self, name: &str) -> String {
        self.need(self.maybe(name), String::new())
    }

    #[inline(never)]
    pub(super) fn flag(&self, name: &str) -> bool {
        self.need(self.member(name).and_then(|it| it.flag()), false)
    }

    /// A flag that a server of an older version leaves out.
    #[inline(never)]
    pub(super) fn set(&self, name: &str) -> bool {
        self.member(name).and_then(|it| it.flag()).unwrap_or_default()
    }

    /// A count: a float-to-integer cast in Rust saturates, so nonsense becomes the nearest count.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a saturating cast is what is meant")]
    #[inline(never)]
    pub(super) fn count(&self, name: &str) -> u32 {
        self.need(self.member(name).and_then(|it| it.number()), 0.0) as u32
    }

    #[inline(never)]
    pub(super) fn small(&self, name: &str) -> u8 {
        u8::try_from(self.count(name)).unwrap_or(u8::MAX)
    }

    #[inline(never)]
    pub(super) fn items(&self, name: &str) -> Vec<J> {
        self.need(self.member(name).and_then(|it| it.items()), Vec::new())
    }

    pub(super) fn list<T>(&self, name: &str, read: fn(&Reader<J>) -> T) -> Vec<T> {
        let mut list = Vec::new();
        for json in self.items(name) {
            list.push(read(&Reader { json: Some(json), whole: self.whole }));
        }
        list
    }
}

/// The value itself, as a text.
pub(super) fn itself<J: Json>(json: &Reader<J>) -> String {
    json.need(json.json.as_ref().and_then(Json::text), String::new())
}

pub(super) fn method_kind<J: Json>(json: &Reader<J>) -> MethodKind {
    MethodKind::from_text(&json.text("kind")).unwrap_or(MethodKind::Unknown)
}

pub(super) fn role_of<J: Json>(json: &Reader<J>) -> Option<Role> {
    json.maybe("role").map(|name| Role::from_text(&name).unwrap_or(Role::Unknown))
}
