//! Compares the browser's tables of characters, which the widget asks, with the standard library's, which the server
//! uses: for every character that the browser's version of Unicode knows, and ours. `WebKitGTK` has two of them, one of
//! its own and one of the system's: characters on which they differ are left out.

use anyhow::{Result, ensure};
use harness::run;
use icu_properties::{CodePointMapData, props::GeneralCategory};
use regain_policy::characters::{class, lower};

/// The lower case and the class of each character, as the widget asks for them.
const ASK: &str = r"
    const is = ['Lowercase', 'Uppercase', 'N'].map((property) => new RegExp(`\\p{${property}}`, 'u'));
    const known = /\p{Assigned}/u, changes = /\p{Changes_When_Lowercased}/u;
    const all = [];
    for (let point = 0; point <= 0x10ffff; point += 1) {
        const c = String.fromCodePoint(point);
        const lower = c.toLowerCase();
        if (point >> 11 === 27 || !known.test(c) || changes.test(c) === (lower === c)) continue;
        const kind = is.findIndex((is) => is.test(c));
        if (kind >= 0 || lower !== c) all.push([point, kind < 0 ? 3 : kind, lower]);
        else all.push(point);
    }
    return all;
";

#[tokio::test]
async fn a_character_is_the_same_to_the_browser_and_to_the_server() -> Result<()> {
    run("characters", &[], async |session| {
        let said = session.page.script(ASK, vec![]).await?;
        let said: Vec<Said> = serde_json::from_value(said)?;
        let known = CodePointMapData::<GeneralCategory>::new();
        ensure!(said.len() > 140_000, "the browser knows {} characters only", said.len());
        for said in said {
            let (point, kind, lowered) = match said {
                Said::Plain(point) => (point, regain_policy::characters::OTHER, None),
                Said::Cased(point, kind, lowered) => (point, kind, Some(lowered)),
            };
            let Some(c) = char::from_u32(point).filter(|c| known.get(*c) != GeneralCategory::Unassigned) else {
                continue;
            };
            let ours: String = lower(c).collect();
            ensure!(ours == lowered.unwrap_or_else(|| c.to_string()), "U+{point:04X} is {ours:?} in lower case");
            ensure!(class(c) == kind, "U+{point:04X} is of class {} and {kind}", class(c));
        }
        Ok(())
    })
    .await
}

/// The browser's data on a character; most have neither another lower case nor a class.
#[derive(serde::Deserialize)]
#[serde(untagged)]
enum Said {
    Plain(u32),
    Cased(u32, usize, String),
}
