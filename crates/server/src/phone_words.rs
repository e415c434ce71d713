//! Stands in for the catalogue's words for the phone until they land in [`crate::mails`].

use regain_protocol::Secret;

/// What the voice says in a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct CallWords {
    /// Who is calling.
    pub(crate) greeting: String,
    /// What to do.
    pub(crate) press: String,
    /// That it was another key.
    pub(crate) wrong_key: String,
    /// That it was the right key.
    pub(crate) thanks: String,
    /// The end of a call in which nothing more is to be done.
    pub(crate) goodbye: String,
}

pub(crate) fn text_message(
    _locale: &str,
    organisation: &str,
    code: &Secret<String>,
    minutes: u32,
    host: &str,
) -> Secret<String> {
    let code = code.expose();
    format!("{code} is your {organisation} code. It is good for {minutes} minutes.\n\n@{host} #{code}").into()
}

pub(crate) fn call_words(_locale: &str, organisation: &str) -> CallWords {
    CallWords {
        greeting: format!("This is {organisation}."),
        press: "To confirm who you are, press the pound key.".to_owned(),
        wrong_key: "That was another key.".to_owned(),
        thanks: "Thank you. Go on where you were asked.".to_owned(),
        goodbye: "Goodbye.".to_owned(),
    }
}
