//! What the widget asks the browser about characters, and what the server takes from the standard library,
//! come to the same: for every character that the browser's version of Unicode knows.

use anyhow::{Result, ensure};
use harness::play;
use regain_policy::characters::{class, lower};

/// The lower case and the class of each character, as the widget asks for them.
const ASK: &str = r"
    const is = ['Lowercase', 'Uppercase', 'N'].map((property) => new RegExp(`\\p{${property}}`, 'u'));
    const known = /\p{Assigned}/u;
    const all = [];
    for (let point = 0; point <= 0x10ffff; point += 1) {
        const c = String.fromCodePoint(point);
        if (point >> 11 === 27 || !known.test(c)) continue;
        const kind = is.findIndex((is) => is.test(c));
        const lower = c.toLowerCase();
        if (kind >= 0 || lower !== c) all.push([point, kind < 0 ? 3 : kind, lower]);
        else all.push(point);
    }
    return all;
";

#[tokio::test]
async fn a_character_is_the_same_to_the_browser_and_to_the_server() -> Result<()> {
    play("characters", &[], async |stage| {
        let said = stage.page.script(ASK, vec![]).await?;
        let said: Vec<Said> = serde_json::from_value(said)?;
        ensure!(said.len() > 140_000, "the browser knows {} characters only", said.len());
        for said in said {
            let (point, kind, lowered) = match said {
                Said::Plain(point) => (point, regain_policy::characters::OTHER, None),
                Said::Cased(point, kind, lowered) => (point, kind, Some(lowered)),
            };
            let Some(c) = char::from_u32(point) else { continue };
            let ours: String = lower(c).collect();
            ensure!(ours == lowered.unwrap_or_else(|| c.to_string()), "U+{point:04X} is {ours:?} in lower case");
            ensure!(class(c) == kind, "U+{point:04X} is of class {} and {kind}", class(c));
        }
        Ok(())
    })
    .await
}

/// What the browser says of a character; of most it is that there is nothing to say.
#[derive(serde::Deserialize)]
#[serde(untagged)]
enum Said {
    Plain(u32),
    Cased(u32, usize, String),
}
