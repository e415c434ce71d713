//! The words of the mails, and their look.
//!
//! A catalogue (one file per language) says what a mail says, as a [`Draft`]; the layout makes a text
//! and an HTML part of it. Names and links come from the configuration only.

mod draft;
mod english;
mod layout;

use draft::Draft;
use regain_protocol::{Help, Secret};

use crate::outgoing::Content;

/// What mails say about the organisation, from its configuration.
#[derive(Debug, Clone)]
pub struct Mails {
    organisation: String,
    help: Help,
    reset_url: String,
}

/// A mail without its address.
#[derive(Debug, Clone)]
pub struct Mail {
    /// The subject. It never holds a code: notifications show it on locked screens.
    pub subject: String,
    /// The text part.
    pub text: Secret<String>,
    /// The HTML part: a whole document that loads nothing.
    pub html: Secret<String>,
}

/// What a catalogue knows when it writes a draft.
struct Facts<'a> {
    organisation: &'a str,
    help: &'a Help,
    reset_url: &'a str,
    user_id: &'a str,
}

impl Mails {
    /// The organisation's mails. `public_url` is the server's address without a slash at its end.
    pub fn new(organisation: &str, help: Help, public_url: &str) -> Self {
        Self { organisation: one_line(organisation), help, reset_url: format!("{public_url}/reset") }
    }

    /// Writes a mail in a language, or in English where there is no catalogue for it.
    pub fn write(&self, locale: &str, user_id: &str, content: &Content) -> Mail {
        let user_id = one_line(user_id);
        let facts =
            Facts { organisation: &self.organisation, help: &self.help, reset_url: &self.reset_url, user_id: &user_id };
        let draft = catalogue(locale)(&facts, content);
        Mail {
            subject: one_line(&draft.subject),
            text: layout::text(&draft, &self.organisation).into(),
            html: layout::html(&draft, &self.organisation).into(),
        }
    }
}

/// The catalogue of a language: English, until there are others.
fn catalogue(_locale: &str) -> fn(&Facts<'_>, &Content) -> Draft {
    english::draft
}

/// The text without line breaks, control characters and marks that turn the direction of writing: it
/// can go into a header, and it cannot make the words around it read otherwise.
fn one_line(text: &str) -> String {
    let turns = |c: char| matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let breaks = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}');
    text.chars().filter(|&c| !turns(c)).map(|c| if breaks(c) { ' ' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use regain_protocol::Outcome;

    use super::*;

    fn mails() -> Mails {
        let help = Help {
            email: Some("it-help@example.com".into()),
            phone: Some("+1 555 0100".into()),
            url: Some("https://example.com/help?a=1&b=2".into()),
        };
        Mails::new("Fish & Chips <Ltd>", help, "https://recover.example.com")
    }

    fn code() -> Content {
        Content::Code { code: "042137".into(), minutes: 10 }
    }

    fn confirmation() -> Content {
        let at = "2026-11-23T14:16:00Z".parse().expect("a valid time");
        Content::Confirmation { outcome: Outcome::Reset, at, client: Some("192.0.2.0/24".into()) }
    }

    #[test]
    fn the_code_is_on_a_line_of_its_own_and_not_in_the_subject() {
        let mail = mails().write("en", "ada@example.com", &code());
        assert!(!mail.subject.contains("042137"), "{}", mail.subject);
        assert!(mail.subject.contains("Fish & Chips <Ltd>"));
        assert_eq!(mail.text.expose().lines().filter(|line| line.contains("042137")).collect::<Vec<_>>(), ["042137"]);
        assert_eq!(mail.html.expose().matches("042137").count(), 1, "not in the preview line either");
        assert!(mail.html.expose().contains(r#"dir="ltr""#));
        for part in [mail.text.expose(), mail.html.expose()] {
            for said in ["10 minutes", "ada@example.com", "Nobody", "it-help@example.com", "+1 555 0100"] {
                assert!(part.contains(said), "{said:?} in {part}");
            }
        }
    }

    #[test]
    fn the_confirmation_says_what_happened_when_and_what_to_do() {
        let mail = mails().write("en", "ada@example.com", &confirmation());
        for part in [mail.text.expose(), mail.html.expose()] {
            for said in [
                "ada@example.com",
                "23 November 2026",
                "14:16 UTC",
                "192.0.2.0/24",
                "https://recover.example.com/reset",
                "it-help@example.com",
            ] {
                assert!(part.contains(said), "{said:?} in {part}");
            }
        }
        let at = "2026-11-23T14:16:00Z".parse().expect("valid");
        let nowhere = Content::Confirmation { outcome: Outcome::Reset, at, client: None };
        let mail = mails().write("en", "ada@example.com", &nowhere);
        assert!(!mail.text.expose().contains("network"), "nothing is said of what isn't known");
    }

    #[test]
    fn nothing_in_the_html_is_markup_but_ours() {
        let mail = mails().write("en", "<img src=x onerror=alert(1)>\"'&", &code());
        let html = mail.html.expose();
        assert!(html.contains("Fish &amp; Chips &lt;Ltd&gt;") && !html.contains("<Ltd>"), "{html}");
        assert!(!html.contains("<img") && html.contains("&lt;img src=x"), "{html}");
        let mail = mails().write("en", "a", &confirmation());
        assert!(mail.html.expose().contains("https://example.com/help?a=1&amp;b=2"));
    }

    #[test]
    fn no_name_can_start_a_header_or_turn_the_text() {
        let mails = Mails::new("Evil\r\nBcc: all@example.com", Help::default(), "https://recover.example.com");
        let mail = mails.write("en", "a\u{202e}da\r\nx: y", &code());
        assert!(!mail.subject.contains(['\r', '\n']), "{:?}", mail.subject);
        assert!(!mail.text.expose().contains('\u{202e}'));
        assert!(mail.text.expose().lines().all(|line| !line.starts_with("x:") && !line.starts_with("Bcc:")));
    }

    #[test]
    fn an_unknown_language_is_english() {
        let mail = mails().write("tlh", "ada@example.com", &code());
        assert_eq!(mail.subject, mails().write("en", "ada@example.com", &code()).subject);
    }

    #[test]
    fn it_reads_well_without_any_help_contact() {
        let mails = Mails::new("Northwind", Help::default(), "https://recover.example.com");
        for content in [code(), confirmation()] {
            let mail = mails.write("en", "ada@example.com", &content);
            assert!(mail.text.expose().contains("your administrator"), "{}", mail.text.expose());
        }
    }
}
