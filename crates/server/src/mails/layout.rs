//! The look of a mail: a text part that stands alone, and an HTML part that reads well in light and
//! dark, on a phone, and in mailboxes that know tables and inline styles only. It loads nothing.

use std::fmt::Write as _;

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::draft::{Block, Contact, Draft};
use crate::languages::Text;

/// The text part.
pub(super) fn text(draft: &Draft, organisation: &str) -> String {
    let colon = colon(draft);
    let mut text = String::new();
    paragraph(&mut text, &draft.heading);
    for block in &draft.blocks {
        match block {
            Block::Paragraph(words) | Block::Notice(words) => paragraph(&mut text, words),
            Block::Code(code) => paragraph(&mut text, code.expose()),
            Block::Link { words, url } => paragraph(&mut text, &format!("{words}{colon}\n{url}")),
            Block::Quote(lines) => {
                let lines: Vec<_> = lines.iter().flat_map(|line| wrap(line)).map(|line| format!("> {line}")).collect();
                paragraph(&mut text, &lines.join("\n"));
            }
            Block::Facts(rows) => {
                let rows: Vec<_> = rows
                    .iter()
                    .map(|(label, value)| format!("{label}{colon} {}", draft.language.apart(value)))
                    .collect();
                paragraph(&mut text, &rows.join("\n"));
            }
            Block::Contacts { intro, contacts } => {
                let row =
                    |Contact { label, words, .. }: &Contact| format!("{label}{colon} {}", draft.language.apart(words));
                let rows: Vec<_> = contacts.iter().map(row).collect();
                paragraph(&mut text, &format!("{intro}\n{}", rows.join("\n")));
            }
        }
    }
    // The separator that mailboxes take for a signature's.
    let _ = write!(text, "-- \n{organisation}\n{}\n", draft.footer);
    text
}

fn colon(draft: &Draft) -> &'static str {
    draft.language.text(Text::Colon)
}

fn paragraph(text: &mut String, words: &str) {
    text.push_str(words);
    text.push_str("\n\n");
}

/// Maximum length of a quoted line in characters: a mailbox wraps longer ones, and the rest has no mark.
const QUOTED: usize = 72;

/// A quoted line in pieces that no mailbox wraps; between words where it can be.
fn wrap(line: &str) -> Vec<String> {
    let mut pieces = vec![String::new()];
    let mut room = QUOTED;
    for word in line.split_inclusive(' ') {
        let length = word.trim_end().chars().count();
        if length > room && length <= QUOTED {
            pieces.push(String::new());
            room = QUOTED;
        }
        for character in word.chars() {
            if room == 0 {
                pieces.push(String::new());
                room = QUOTED;
            }
            room -= 1;
            pieces.last_mut().expect("begun with one").push(character);
        }
    }
    pieces
}

const FONT: &str = "font-family:system-ui,-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif;";

/// Styles that cannot be inline: dark colours, and less room on a phone.
const STYLE: &str = include_str!("mail.css");

/// The HTML part.
pub(super) fn html(draft: &Draft, organisation: &str) -> String {
    let (lang, dir) = (draft.language.tag, draft.language.direction());
    let page = html! {
        (DOCTYPE)
        html lang=(lang) dir=(dir) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="supported-color-schemes" content="light dark";
                // Phones turn digits into links otherwise, and a code into a phone number.
                meta name="format-detection" content="telephone=no, date=no, address=no, email=no";
                title { (draft.subject) }
                style { (PreEscaped(STYLE)) }
            }
            body.page lang=(lang) dir=(dir) style=(format!("margin:0;padding:0;background:#f4f5f7;color:#1c2330;{FONT}font-size:16px;line-height:1.5;")) {
                div style="display:none;max-height:0;overflow:hidden;" { (draft.preview) }
                // Mailboxes that put the mail into a page of theirs drop the html element, and some the body.
                table lang=(lang) dir=(dir) role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" {
                    tr {
                        td.outer align="center" style="padding:32px 16px;" {
                            table.card role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0"
                                style="max-width:560px;background:#ffffff;border:1px solid #e1e5eb;border-top:4px solid #1f5fbf;border-radius:12px;" {
                                tr {
                                    td.inner style="padding:32px;text-align:start;" {
                                        p.quiet style="margin:0 0 20px;font-size:14px;font-weight:600;color:#59636f;" { (organisation) }
                                        h1.strong style="margin:0 0 16px;font-size:22px;line-height:1.3;font-weight:650;color:#10151d;" { (draft.heading) }
                                        @for block in &draft.blocks { (block_html(draft, block)) }
                                    }
                                }
                            }
                            table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="max-width:560px;" {
                                tr {
                                    td.quiet.footer style="padding:16px 32px 0;font-size:13px;color:#59636f;text-align:start;" { (draft.footer) }
                                }
                            }
                        }
                    }
                }
            }
        }
    };
    page.into_string()
}

fn block_html(draft: &Draft, block: &Block) -> Markup {
    let colon = colon(draft);
    // Not every mailbox knows `padding-inline-end`.
    let between = if draft.language.rtl { "padding:2px 0 2px 16px;" } else { "padding:2px 16px 2px 0;" };
    html! {
        @match block {
            Block::Paragraph(words) => p style="margin:0 0 16px;" { (words) },
            Block::Code(code) => {
                p.code dir="ltr" style="margin:0 0 16px;padding:16px;background:#f0f3f8;border-radius:8px;text-align:center;\
                    font-family:ui-monospace,'SF Mono',SFMono-Regular,Menlo,Consolas,monospace;font-size:32px;line-height:1.2;\
                    font-weight:600;letter-spacing:6px;color:#10151d;" { (code.expose()) }
            }
            Block::Notice(words) => {
                p.notice style="margin:0 0 16px;padding:12px 16px;background:#fff7e6;border-inline-start:4px solid #b7791f;\
                    border-radius:4px;" { (words) }
            }
            Block::Link { words, url } => {
                p style="margin:0 0 20px;" {
                    a.button href=(url) style="display:inline-block;padding:11px 20px;background:#1f5fbf;color:#ffffff;\
                        border-radius:8px;font-weight:600;text-decoration:none;" { (words) }
                }
                p.quiet style="margin:-8px 0 20px;font-size:13px;color:#59636f;word-break:break-all;" { bdi dir="ltr" { (url) } }
            }
            Block::Quote(lines) => {
                blockquote.quote style="margin:0 0 16px;padding:8px 16px;background:#f4f5f7;border-inline-start:4px solid #a3adba;\
                    border-radius:4px;word-break:break-word;" {
                    @for line in lines { p dir="auto" style="margin:0;min-height:1.5em;" { (line) } }
                }
            }
            Block::Facts(rows) => {
                table.facts role="presentation" cellpadding="0" cellspacing="0" border="0" style="margin:0 0 16px;" {
                    @for (label, value) in rows {
                        tr {
                            td.quiet valign="top" style=(format!("{between}color:#59636f;")) { (label) }
                            td style="padding:2px 0;word-break:break-word;" { bdi { (value) } }
                        }
                    }
                }
            }
            Block::Contacts { intro, contacts } => {
                p style="margin:0 0 4px;" { (intro) }
                @for Contact { label, words, url } in contacts {
                    p style="margin:0;" { (label) (colon) " " a.link href=(url) style="color:#1f5fbf;" { bdi dir="ltr" { (words) } } }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn words_stay_whole_where_they_can() {
        let line = "word ".repeat(20);
        let pieces = wrap(&line);
        assert_eq!(pieces.len(), 2);
        assert!(pieces.iter().all(|piece| piece.starts_with("word") && piece.ends_with("word ")), "{pieces:?}");
        assert_eq!(wrap(&"x".repeat(100)), ["x".repeat(72), "x".repeat(28)]);
        assert_eq!(wrap(""), [""]);
    }

    proptest! {
        #[test]
        fn nothing_is_lost_and_nothing_is_too_long(line in "[ a-zé]{0,300}") {
            let pieces = wrap(&line);
            prop_assert_eq!(pieces.concat(), line);
            prop_assert!(pieces.iter().all(|piece| piece.chars().count() <= QUOTED));
        }
    }
}
