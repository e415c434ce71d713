//! Chooses among the languages on offer: for a flow by its tag, for a page by the browser's preference.

use icu_locale::{LanguageIdentifier, LocaleExpander, subtags};

/// So many languages of a header are looked at. A browser lists a handful; more would only cost time.
const MOST: usize = 32;

/// The BCP 47 tag that is meant, as other software writes it too: `de_DE`, `de_DE.UTF-8`, `sr_RS@latin`, in any case.
/// `None` for what names no language, such as `deutsch`: every language has a code of two or three letters.
pub(crate) fn canonical(written: &str) -> Option<String> {
    let tag = written.trim().split(['.', '@']).next().unwrap_or_default().replace('_', "-");
    let language = tag.split('-').next().unwrap_or_default();
    let has_code = (2..=3).contains(&language.len()) && language.bytes().all(|byte| byte.is_ascii_alphabetic());
    // Subtags beyond language, script and region stay as they are.
    let canonical = || tag.parse::<LanguageIdentifier>().map_or_else(|_| tag.clone(), |id| id.to_string());
    (has_code && is_tag(&tag)).then(canonical)
}

/// A tag without what goes beyond language, script and region. Norwegian is Bokmål, as in the widget.
pub(super) fn identifier(tag: &str) -> Option<LanguageIdentifier> {
    let mut id = LanguageIdentifier::try_from_locale_bytes(tag.as_bytes()).ok()?;
    if matches!(id.language.as_str(), "no" | "nn") {
        id.language = subtags::language!("nb");
    }
    Some(id)
}

pub(super) fn likely(id: &LanguageIdentifier) -> (subtags::Language, Option<subtags::Script>) {
    let mut id = id.clone();
    LocaleExpander::new_common().maximize(&mut id);
    (id.language, id.script)
}

/// Tells if it has the form of a BCP 47 tag, in the 35 characters that are enough for any (RFC 5646, 4.4.1).
fn is_tag(tag: &str) -> bool {
    (1..=35).contains(&tag.len())
        && tag.split('-').all(|part| (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric()))
}

/// The language for the first of the wanted ones that is on offer or has a near one, else the first on offer.
pub(crate) fn nearest<'a, 'b>(wanted: impl IntoIterator<Item = &'b str>, offered: &'a [String]) -> &'a str {
    let found = wanted.into_iter().find_map(|tag| matching(tag, offered));
    found.or_else(|| offered.first()).map_or("en", String::as_str)
}

fn matching<'a>(wanted: &str, offered: &'a [String]) -> Option<&'a String> {
    let primary = |tag: &str| tag.split('-').next().unwrap_or_default().to_ascii_lowercase();
    let exact = offered.iter().find(|tag| tag.eq_ignore_ascii_case(wanted));
    let near = || offered.iter().find(|tag| is_same(tag, wanted));
    // In another script, but they may read that rather than another language.
    let far = || offered.iter().find(|tag| primary(tag) == primary(wanted));
    exact.or_else(near).or_else(far)
}

/// Tells if two locales are of one language and one script.
fn is_same(one: &str, other: &str) -> bool {
    let likely = |tag| identifier(tag).map(|id| likely(&id));
    likely(one).is_some_and(|one| likely(other) == Some(one))
}

/// The languages of `Accept-Language` (RFC 9110, 12.5.4), the most preferred first. What is malformed is left out, and
/// so is `*`: it stands for what is taken anyway when nothing else fits (RFC 4647, 3.4).
pub(crate) fn by_preference<'a>(headers: impl Iterator<Item = &'a str>) -> Vec<String> {
    let members = headers.flat_map(|header| header.split(',')).take(MOST);
    let mut wanted: Vec<_> = members.filter_map(weighed).filter(|(weight, _)| *weight > 0).collect();
    // Those of one weight stay in the order that they came in.
    wanted.sort_by_key(|(weight, _)| std::cmp::Reverse(*weight));
    wanted.into_iter().map(|(_, tag)| tag).collect()
}

/// A language with its weight, in thousandths.
fn weighed(member: &str) -> Option<(u16, String)> {
    let (tag, weight) = match member.split_once(';') {
        None => (member, 1000),
        Some((tag, parameter)) => {
            let (_, value) = parameter.split_once('=').filter(|(name, _)| name.trim().eq_ignore_ascii_case("q"))?;
            (tag, thousandths(value.trim())?)
        }
    };
    Some((weight, canonical(tag)?))
}

/// From 0 to 1, with up to three decimals (RFC 9110, 12.4.2).
fn thousandths(weight: &str) -> Option<u16> {
    let (whole, decimals) = weight.split_once('.').unwrap_or((weight, ""));
    let is_plain = decimals.len() <= 3 && decimals.bytes().all(|b| b.is_ascii_digit());
    let weight = format!("{whole}{decimals:0<3}").parse().ok()?;
    (is_plain && matches!(whole, "0" | "1") && weight <= 1000).then_some(weight)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn wanted(header: &str) -> Vec<String> {
        by_preference([header].into_iter())
    }

    #[test]
    fn languages_are_matched_exactly_then_nearly() {
        let offered = ["en", "de", "pt-BR"].map(String::from);
        for (asked, got) in [(None, "en"), (Some("DE-at"), "de"), (Some("pt"), "pt-BR"), (Some("fr"), "en")] {
            assert_eq!(nearest(asked, &offered), got);
        }
        let offered = ["en", "zh-Hans", "zh-TW", "nb"].map(String::from);
        for (asked, got) in
            [("zh-Hant", "zh-TW"), ("zh-CN", "zh-Hans"), ("zh-HK", "zh-TW"), ("no", "nb"), ("nn-NO", "nb")]
        {
            assert_eq!(nearest([asked], &offered), got);
        }
        let offered = ["en", "zh-Hans"].map(String::from);
        assert_eq!(nearest(["zh-TW"], &offered), "zh-Hans");
        assert_eq!(nearest(["fr", "zh-SG", "en"], &offered), "zh-Hans", "the first for which there is something");
        assert_eq!(nearest(["fr"], &[]), "en");
    }

    #[test]
    fn a9_tags_are_folded_as_other_software_writes_them() {
        for (written, tag) in [
            ("de_DE", "de-DE"),
            ("de-de", "de-DE"),
            ("DE", "de"),
            ("de_DE.UTF-8", "de-DE"),
            ("de_AT@euro", "de-AT"),
            (" pt_BR ", "pt-BR"),
            ("zh_hant_tw", "zh-Hant-TW"),
            ("zh-hans", "zh-Hans"),
            ("de-DE-u-co-phonebk", "de-DE-u-co-phonebk"),
        ] {
            assert_eq!(canonical(written).as_deref(), Some(tag), "{written}");
        }
        for bad in ["deutsch", "german", "", "_", "C", "POSIX", "d", "12", "de DE", "de_", "x-klingon", "*"] {
            assert_eq!(canonical(bad), None, "{bad}");
        }
        let offered = ["en", "de-DE"].map(String::from);
        for asked in ["de_DE", "de", "DE_at"] {
            assert_eq!(nearest(canonical(asked).as_deref(), &offered), "de-DE", "{asked}");
        }
    }

    #[test]
    fn what_is_no_tag_is_told() {
        for tag in ["en", "zh-Hant-TW", "x-klingon"] {
            assert!(is_tag(tag), "{tag}");
        }
        for bad in
            ["", "en_GB", "-", "en--GB", "averylongpart", "en\r\nBcc", "*", "a-b-c-d-e-f-g-h-i-j-k-l-m-n-o-p-q-rs"]
        {
            assert!(!is_tag(bad), "{bad:?}");
        }
    }

    #[test]
    fn what_the_browser_prefers_comes_first() {
        let headers: &[(&str, &[&str])] = &[
            ("de-AT,de;q=0.9,en;q=0.8", &["de-AT", "de", "en"]),
            ("en;q=0.5, fr ;\tQ=0.75 , de", &["de", "fr", "en"]),
            ("da;q=1.000, sv;q=1, nb;q=0.001", &["da", "sv", "nb"]),
            ("de;q=0, en;q=0.000, fr;q=0.", &[]),
            ("*, fi;q=0.1, *;q=0.5", &["fi"]),
            ("", &[]),
            (",;,q=1,=;en,de;,fr;q,fi;q=", &[]),
            ("de;q=1.001, en;q=2, fr;q=-1, es;q=0.1234, it;q=+0.5, pl;q=.5, el;level=1, hu;q=0.5;q=1, cs", &["cs"]),
            ("en_GB, <b>, de", &["en-GB", "de"]),
        ];
        for (header, languages) in headers {
            assert_eq!(wanted(header), *languages, "{header:?}");
        }
        assert_eq!(by_preference(["en;q=0.1", "de"].into_iter()), ["de", "en"], "a header may come in two lines");
    }

    proptest! {
        #[test]
        fn whatever_comes_only_a_few_tags_are_taken(header in any::<String>(), tags in "(de;q=0\\.[0-9],|[-a-z;=*,.]){0,80}") {
            for header in [header, tags] {
                let wanted = wanted(&header);
                prop_assert!(wanted.len() <= MOST && wanted.iter().all(|tag| is_tag(tag)));
            }
        }
    }
}
