//! JSON objects as text, escaped by RFC 8259.

use regain_protocol::CaptchaSolution;

/// A JSON object being written.
pub(super) struct Object(String);

impl Object {
    pub(super) fn new() -> Self {
        // Room for a long password, so that growing leaves no copies of it behind.
        let mut text = String::with_capacity(1024);
        text.push('{');
        Self(text)
    }

    /// A member whose value is already JSON.
    pub(super) fn raw(&mut self, name: &str, json: &str) {
        if self.0.len() > 1 {
            self.0.push(',');
        }
        quote(&mut self.0, name);
        self.0.push(':');
        self.0.push_str(json);
    }

    pub(super) fn text(&mut self, name: &str, value: &str) {
        self.raw(name, "");
        quote(&mut self.0, value);
    }

    pub(super) fn optional(&mut self, name: &str, value: Option<&str>) {
        if let Some(value) = value {
            self.text(name, value);
        }
    }

    pub(super) fn end(mut self) -> String {
        self.0.push('}');
        self.0
    }
}

fn quote(into: &mut String, text: &str) {
    into.push('"');
    for c in text.chars() {
        if c == '"' || c == '\\' {
            into.push('\\');
            into.push(c);
        } else if c < ' ' {
            into.push_str("\\u00");
            for digit in [c as u32 >> 4, c as u32 & 15] {
                into.push(char::from_digit(digit, 16).unwrap_or('0'));
            }
        } else {
            into.push(c);
        }
    }
    into.push('"');
}

/// The solution of a challenge.
pub(super) fn solution(captcha: &CaptchaSolution) -> String {
    let mut object = Object::new();
    object.optional("id", captcha.id.as_deref());
    object.text("solution", &captcha.solution);
    object.end()
}
