//! The page on which the widget's looks are tried out: its tokens, beside a widget that takes them at once.

use std::sync::Arc;

use axum::{extract::State, http::HeaderMap, response::Response};
use maud::{Markup, html};
use regain_server::http::page;
use serde_json::json;

use super::Demo;

/// A colour of the widget: a custom property `--regain-…` of the stylesheet.
pub(super) struct Color {
    /// Its name, without `--regain-`.
    pub(super) token: &'static str,
    /// Its purpose, in words.
    label: &'static str,
    /// Without it, when the widget is light; empty where the widget chooses.
    pub(super) light: &'static str,
    /// Without it, when the widget is dark.
    pub(super) dark: &'static str,
}

/// Those that most pages set.
pub(super) const FEW: [Color; 4] = [
    color("accent", "Accent", "#2457c5", "#8db4ff"),
    color("on-accent", "Text on the accent", "", ""),
    color("surface", "Surface", "#ffffff", "#1c1f26"),
    color("text", "Text", "#1b1f27", "#eceef2"),
];

/// The others.
pub(super) const MORE: [Color; 7] = [
    color("raised", "Raised surface", "#f5f6f8", "#262a33"),
    color("quiet", "Quiet text", "#565e6c", "#adb4c0"),
    color("line", "Lines", "#d9dde4", "#3a404c"),
    color("edge", "Field borders", "#7d8594", "#838b9a"),
    color("bad", "Error", "#b3261e", "#ffa49c"),
    color("good", "Success", "#19733a", "#7fd99a"),
    color("warm", "Warning", "#fff6e0", "#3a3221"),
];

const fn color(token: &'static str, label: &'static str, light: &'static str, dark: &'static str) -> Color {
    Color { token, label, light, dark }
}

/// A measure of the widget: a custom property too.
pub(super) struct Measure {
    /// Its name, without `--regain-`.
    pub(super) token: &'static str,
    /// Its purpose, in words.
    label: &'static str,
    /// The least and the most of what can be tried, and the step in between.
    range: [&'static str; 3],
    /// Its default.
    pub(super) value: &'static str,
    /// Of all of them.
    pub(super) unit: &'static str,
}

/// All of them.
pub(super) const MEASURES: [Measure; 2] = [
    Measure { token: "radius", label: "Radius", range: ["0", "28", "1"], value: "12", unit: "px" },
    Measure { token: "space", label: "Spacing", range: ["0.6", "1.5", "0.05"], value: "1", unit: "em" },
];

/// Fonts to try; the first is what the widget inherits.
const FONTS: [(&str, &str); 5] = [
    ("", "The page's own"),
    ("Georgia, Cambria, serif", "Serif"),
    ("ui-rounded, 'Arial Rounded MT Bold', 'Nunito', sans-serif", "Rounded"),
    ("'Helvetica Neue', Arial, sans-serif", "Grotesque"),
    ("ui-monospace, Menlo, Consolas, monospace", "Monospace"),
];

/// A custom property's name, and what it is in the light and in the dark look.
type Token = (&'static str, &'static str, &'static str);

/// Looks to begin with: a name, and what they set, each token with its value when the widget is light and dark.
pub(super) const PRESETS: [(&str, &[Token]); 5] = [
    ("Default", &[]),
    ("Ink", &[("accent", "#1b1f27", "#eceef2"), ("radius", "4", "4"), ("space", "0.9", "0.9")]),
    (
        "Meadow",
        &[
            ("accent", "#1f6b4a", "#7fd0a5"),
            ("surface", "#fcfdf9", "#16201b"),
            ("raised", "#eff4ec", "#1f2b25"),
            ("line", "#d8e2d4", "#33433b"),
            ("edge", "#76857b", "#7d9085"),
            ("text", "#17231c", "#e8f0ea"),
            ("quiet", "#516257", "#a8b8ae"),
            ("radius", "18", "18"),
        ],
    ),
    (
        "Clay",
        &[
            ("accent", "#a8431f", "#f0a384"),
            ("surface", "#fffaf4", "#241c18"),
            ("raised", "#f7eee3", "#302620"),
            ("line", "#e8dac9", "#473a32"),
            ("edge", "#8f7f70", "#97867a"),
            ("text", "#2a201a", "#f3eae2"),
            ("quiet", "#67584c", "#bcaea2"),
            ("radius", "6", "6"),
            ("space", "1.1", "1.1"),
            ("font", "Georgia, Cambria, serif", ""),
        ],
    ),
    (
        "Violet",
        &[
            ("accent", "#6a3fd0", "#bda6ff"),
            ("surface", "#ffffff", "#1d1a29"),
            ("raised", "#f6f3fd", "#282438"),
            ("line", "#e0daf0", "#3d3752"),
            ("edge", "#857d99", "#8d84a6"),
            ("text", "#1f1a2e", "#efecf7"),
            ("quiet", "#5d5571", "#b5adc8"),
            ("radius", "22", "22"),
        ],
    ),
];

/// Pairs that must be told apart: a colour, the one around it, words for the two, and the least contrast (WCAG 2.2,
/// 1.4.3 and 1.4.11).
const PAIRS: [(&str, &str, &str, &str); 10] = [
    ("text", "surface", "Text on the surface", "4.5"),
    ("quiet", "surface", "Quiet text on the surface", "4.5"),
    ("text", "raised", "Text on the raised surface", "4.5"),
    ("text", "warm", "Text of a warning", "4.5"),
    ("on-accent", "accent", "Text on the accent", "4.5"),
    ("link", "surface", "Links on the surface", "4.5"),
    ("bad", "surface", "Error on the surface", "4.5"),
    ("good", "surface", "Success on the surface", "4.5"),
    ("accent", "surface", "The accent on the surface", "3"),
    ("edge", "surface", "Field borders", "3"),
];

/// Parts that can be styled by `::part(…)`: name and description.
pub(super) const PARTS: [(&str, &str); 37] = [
    ("root", "all of the widget"),
    ("dialog", "the dialog around it"),
    ("card", "the box around everything"),
    ("organisation", "the organisation's name, at the top"),
    ("identity", "the user ID that it is about, with “Not you?”"),
    ("close", "the button that closes it"),
    ("heading", "a step's heading"),
    ("lead", "the introduction"),
    ("note", "a remark"),
    ("label", "the label of a field"),
    ("input", "a text field"),
    ("hint", "help text below a field"),
    ("error", "the error of a field"),
    ("primary", "the main button"),
    ("secondary", "any other button"),
    ("link", "a button that looks like a link"),
    ("choices", "a list of choices"),
    ("group", "choices of one kind"),
    ("kind", "the heading of a group"),
    ("choice", "one choice"),
    ("value", "an address, number or password within text"),
    ("status", "the status of a call"),
    ("questions", "the security questions"),
    ("picture", "the captcha picture"),
    ("rules", "the list of password rules"),
    ("meter", "the password strength bar"),
    ("toggle", "a checkbox with its label"),
    ("methods", "the registered methods"),
    ("method", "one method"),
    ("tally", "the number of methods required"),
    ("qr", "the QR code for an authenticator app"),
    ("key", "the same key as text"),
    ("warning", "a warning before removal"),
    ("trouble", "a failure, with what to do next"),
    ("ending", "the timeout warning"),
    ("help", "help contacts"),
    ("tick", "the success mark"),
];

/// Shows the controls beside a widget.
pub(super) async fn page(State(demo): State<Arc<Demo>>) -> Response {
    let head = html! {
        // In the head it is there for the element alone.
        script src="/regain.js" async {}
        script src="/demo/theming.js" defer {}
    };
    let content = html! {
        main.wide.theming {
            h1 { "Theming" }
            p.lead {
                "Style the widget with custom properties. Change them here and see the result, "
                "then copy the CSS to your site."
            }
            noscript { p.error { "This page needs JavaScript." } }
            div.presets role="group" aria-label="Presets" {
                @for (name, values) in PRESETS {
                    button.second type="button" data-preset=(json!(values)) { (name) }
                }
            }
            div.bench {
                div.side {
                    section.stage #stage aria-label="The widget" data-href="/reset" {}
                    section.take aria-labelledby="take" {
                        h2 #take { "Copy to your site" }
                        (to_copy("css", "In your stylesheet"))
                        (to_copy("tag", "In your page"))
                        p.visually-hidden role="status" #copied {}
                    }
                }
                form.controls #controls autocomplete="off" {
                    (behaviour())
                    fieldset.card {
                        legend { "Colors" }
                        p.quiet { "One for light and one for dark: six hexadecimal digits, or any CSS color." }
                        @for color in &FEW { (color_row(color)) }
                        details {
                            summary { "More colors" }
                            @for color in &MORE { (color_row(color)) }
                        }
                    }
                    fieldset.card {
                        legend { "Shape and font" }
                        @for Measure { token, label, range: [min, max, step], value, unit } in &MEASURES {
                            label for=(token) { (label) }
                            div.measure {
                                input id=(token) data-token=(token) data-unit=(unit) type="range" min=(min) max=(max) step=(step) value=(value);
                                output for=(token) { (value) (unit) }
                            }
                        }
                        label for="font" { "Font" }
                        select #font data-token="font" {
                            @for (value, words) in FONTS { option value=(value) { (words) } }
                        }
                    }
                    (contrast())
                    fieldset.card {
                        legend { "Parts" }
                        label for="part" { "Highlight a part" }
                        select #part {
                            option value="" { "None" }
                            @for (part, what) in PARTS { option value=(part) { (part) ": " (what) } }
                        }
                        label for="rules" { "Custom CSS rules" }
                        textarea #rules rows="3" spellcheck="false" aria-describedby="rules-hint" {}
                        p.quiet #rules-hint {
                            "For example " code { ".regain-widget::part(card) { box-shadow: none; }" }
                            ". In the page's own tree, a part is a class: " code { ".regain-widget .card" } "."
                        }
                    }
                }
            }
        }
    };
    demo.page("Theming", "../", head, &content)
}

fn behaviour() -> Markup {
    html! {
        fieldset.card {
            legend { "Display" }
            (radios("theme", "Theme", &[("auto", "Match the page"), ("light", "Light"), ("dark", "Dark")]))
            (radios("mode", "Place", &[("inline", "In the page"), ("dialog", "In a dialog")]))
            (radios("render", "Tree", &[("shadow", "Shadow DOM"), ("light", "Light DOM")]))
            label for="locale" { "Language" }
            select #locale name="locale" {
                @for tag in page::languages() { option value=(tag) lang=(tag) { (tag) } }
                option value="en-XA" { "Pseudo-locale: accented and longer" }
                option value="ar-XB" { "Pseudo-locale: right to left" }
            }
        }
    }
}

fn radios(name: &str, label: &str, choices: &[(&str, &str)]) -> Markup {
    html! {
        div.radios role="radiogroup" aria-label=(label) {
            span aria-hidden="true" { (label) }
            @for (index, (value, words)) in choices.iter().enumerate() {
                label { input type="radio" name=(name) value=(value) checked[index == 0]; " " (words) }
            }
        }
    }
}

fn color_row(Color { token, label, light, dark }: &Color) -> Markup {
    html! {
        div.color role="group" aria-label=(label) {
            span aria-hidden="true" { (label) }
            @for (look, value) in [("light", light), ("dark", dark)] {
                span.pair {
                    input type="color" data-picks=(format!("{token} {look}")) aria-label=(format!("{label}, {look}: pick")) value=[(!value.is_empty()).then_some(value)];
                    input type="text" data-token=(token) data-look=(look) aria-label=(format!("{label}, {look}"))
                        spellcheck="false" autocapitalize="none" value=(value) placeholder=[value.is_empty().then_some("auto")];
                }
            }
        }
    }
}

fn contrast() -> Markup {
    html! {
        section.card aria-labelledby="contrast" {
            h2 #contrast { "Contrast" }
            p role="status" #verdict {}
            table {
                thead { tr { td {} th scope="col" { "Light" } th scope="col" { "Dark" } } }
                tbody {
                    @for (of, on, words, needs) in PAIRS {
                        tr data-of=(of) data-on=(on) data-needs=(needs) {
                            th scope="row" { (words) }
                            td data-look="light" {}
                            td data-look="dark" {}
                        }
                    }
                }
            }
            p.quiet { "Text needs 4.5:1, borders and icons 3:1 (WCAG 2.2, 1.4.3 and 1.4.11)." }
        }
    }
}

fn to_copy(id: &str, words: &str) -> Markup {
    html! {
        div.copy {
            h3 id=(format!("{id}-words")) { (words) }
            button.second type="button" data-copies=(id) aria-label=(format!("Copy: {words}")) { "Copy" }
            pre tabindex="0" role="region" aria-labelledby=(format!("{id}-words")) { code id=(id) {} }
        }
    }
}

/// Applies what the controls say.
pub(super) async fn script(headers: HeaderMap) -> Response {
    super::base::script(include_str!("theming.js"), &headers)
}
