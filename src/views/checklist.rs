//! The rules for a new password: a list that ticks itself off while the person types, and the words for
//! a rule that was not kept.

use regain_protocol::Violation;

use super::element::{Element, element};
use crate::i18n::{self, Text};
use regain_flow::{PasswordView, Standing, View};

/// The list; which rules there are stays, how the password stands to them does not.
pub(super) fn list(password: &PasswordView) -> Element {
    let mut list = element("ul").part("rules");
    for (place, item) in password.items.iter().enumerate() {
        list = list.child(
            element("li")
                .live_at("data-is", move |view| Some(mark(view, place).0.to_owned()))
                .flag("hidden", move |view| mark(view, place).0.is_empty())
                .child(element("span").at("class", "unseen").live(move |view| text(mark(view, place).1)))
                .child(element("span").words(&rules(&item.rules)))
                .child(element("span").live(move |view| text(mark(view, place).2))),
        );
    }
    element("div").at("class", "field").child(element("p").part("hint").say(Text::RulesHeading)).child(list)
}

/// The password's standing to a rule: its drawing, the words before the rule for those who don't
/// see that, and the words behind it.
#[inline(never)]
fn mark(view: &View, place: usize) -> (&'static str, Text, Text) {
    match view.screen.password().and_then(|password| password.items.get(place)).map(|it| it.standing) {
        Some(Standing::Met) => ("met", Text::RuleMet, Text::Nothing),
        Some(Standing::Later) => ("later", Text::Nothing, Text::RuleLater),
        Some(Standing::Looking) => ("looking", Text::Nothing, Text::RuleLooking),
        Some(Standing::Broken) => ("broken", Text::RuleBroken, Text::Nothing),
        Some(Standing::Hidden) => ("", Text::Nothing, Text::Nothing),
        Some(Standing::Open) | None => ("open", Text::RuleOpen, Text::Nothing),
    }
}

fn text(text: Text) -> String {
    i18n::text(text).to_owned()
}

/// Rules that read as one: those about the user ID and words.
fn rules(rules: &[Violation]) -> String {
    if let [rule_alone] = rules {
        return rule(rule_alone);
    }
    let (mut text, mut words) = (Text::RuleWord, String::new());
    let between = between_words(i18n::text(text));
    for rule in rules {
        match rule {
            Violation::ContainsForbiddenWord { word } => {
                if !words.is_empty() {
                    words.push_str(&between);
                }
                words.push_str(word);
            }
            _ => text = Text::RuleWordsAndId,
        }
    }
    i18n::fill(text, &[&words])
}

/// Ends the quotation of one word and begins the next, by the marks of a text that quotes one.
fn between_words(quoting: &str) -> String {
    let (before, after) = quoting.split_once('{').unwrap_or_default();
    let mut between = String::new();
    // Some have a space within, which no line breaks at.
    for mark in after.chars().skip_while(|c| *c != '}').skip(1) {
        between.push(mark);
        if mark != NARROW {
            break;
        }
    }
    between.push_str(", ");
    let end = between.len();
    for mark in before.chars().rev() {
        between.insert(end, mark);
        if mark != NARROW {
            break;
        }
    }
    between
}

/// The space between a mark and what it quotes, in the languages that have one.
const NARROW: char = '\u{a0}';

fn rule(rule: &Violation) -> String {
    match rule {
        Violation::TooShort { min } => i18n::fill(Text::RuleMin, &[&i18n::digits(*min)]),
        Violation::TooLong { max } => i18n::fill(Text::RuleMax, &[&i18n::digits(*max)]),
        Violation::TooFewClasses { min } => i18n::fill(Text::RuleClasses, &[&i18n::digits((*min).into())]),
        Violation::TooFewDifferent { min } => i18n::fill(Text::RuleDifferent, &[&i18n::digits((*min).into())]),
        Violation::ContainsUserId {} => i18n::text(Text::RuleUserId).to_owned(),
        Violation::ContainsForbiddenWord { word } => i18n::fill(Text::RuleWord, &[word]),
        Violation::TooGuessable { .. } => i18n::text(Text::RuleScore).to_owned(),
        Violation::Breached {} => i18n::text(Text::RuleLeak).to_owned(),
        _ => i18n::text(Text::RuleServer).to_owned(),
    }
}

/// The reasons why a password was refused.
pub(super) fn refusals(password: &PasswordView) -> String {
    let mut all = String::new();
    for violation in &password.refused {
        if !all.is_empty() {
            all.push(' ');
        }
        all.push_str(&refusal(violation, password.too_soon_for));
    }
    all
}

fn refusal(violation: &Violation, too_soon_for: u32) -> String {
    let text = match violation {
        Violation::ContainsBannedWord {} => Text::RuleBanned,
        Violation::Common {} => Text::RuleCommon,
        Violation::Breached {} => Text::RuleBreached,
        Violation::Reused {} => Text::RuleReused,
        Violation::TooSoon { .. } => return i18n::fill(Text::RuleTooSoon, &[&i18n::span(too_soon_for)]),
        Violation::Directory {} => Text::RuleDirectory,
        Violation::Unknown => Text::RuleOther,
        judged_here => return i18n::fill(Text::RuleRefused, &[&rule(judged_here)]),
    };
    i18n::text(text).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_word_is_quoted_by_itself() {
        let word = |word: &str| Violation::ContainsForbiddenWord { word: word.into() };
        let all = [Violation::ContainsUserId {}, word("Northwind Traders"), word("Lovelace")];
        assert_eq!(rules(&all), "not contain your user ID or “Northwind Traders”, “Lovelace”");
        assert_eq!(rules(&all[1..]), "not contain “Northwind Traders”, “Lovelace”");
        assert_eq!(between_words("ne pas contenir «\u{a0}{0}\u{a0}»"), "\u{a0}», «\u{a0}");
        assert_eq!(between_words("不包含“{0}”"), "”, “");
    }
}
