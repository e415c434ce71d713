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
    color("edge", "Edges of fields", "#7d8594", "#838b9a"),
    color("bad", "What is wrong", "#b3261e", "#ffa49c"),
    color("good", "What is right", "#19733a", "#7fd99a"),
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
    ("As it comes", &[]),
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
    ("bad", "surface", "What is wrong, on the surface", "4.5"),
    ("good", "surface", "What is right, on the surface", "4.5"),
    ("accent", "surface", "The accent on the surface", "3"),
    ("edge", "surface", "Edges of fields", "3"),
];

/// Parts that can be styled by `::part(…)`: name and description.
pub(super) const PARTS: [(&str, &str); 36] = [
    ("root", "all of the widget"),
    ("dialog", "the dialog around it, where it opens in one"),
    ("card", "the box that everything is in"),
    ("organisation", "the organisation's name, at the top"),
    ("close", "the button that closes it"),
    ("heading", "a step's heading"),
    ("lead", "the first words below it"),
    ("note", "a remark"),
    ("label", "the words above a field"),
    ("input", "what is typed into"),
    ("hint", "words below a field"),
    ("error", "what is wrong with a field"),
    ("primary", "the button that goes on"),
    ("secondary", "any other button"),
    ("link", "what looks like a link"),
    ("choices", "choices of which one is taken"),
    ("group", "those of one kind"),
    ("kind", "the words above a group"),
    ("choice", "one of them"),
    ("value", "an address, a number, a password, between words"),
    ("status", "how a call goes"),
    ("questions", "the security questions"),
    ("picture", "the picture to type digits from"),
    ("rules", "the list that ticks itself off"),
    ("meter", "the bar that shows how strong a password is"),
    ("toggle", "a box to tick, with its words"),
    ("methods", "what is registered"),
    ("method", "one of it"),
    ("tally", "how much of it is needed"),
    ("qr", "the code for an authenticator app"),
    ("key", "the same as text"),
    ("warning", "what to think about before something is removed"),
    ("trouble", "a failure, with the way on"),
    ("ending", "the end coming near"),
    ("help", "whom to turn to"),
    ("tick", "the sign that it worked"),
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
            h1 { "Looks" }
            p.lead {
                "The widget takes its looks from the page around it, by custom properties. Change them here and see; "
                "then take along what stands below it."
            }
            noscript { p.error { "This page needs scripts." } }
            div.presets role="group" aria-label="Looks to begin with" {
                @for (name, values) in PRESETS {
                    button.second type="button" data-preset=(json!(values)) { (name) }
                }
            }
            div.bench {
                div.side {
                    section.stage #stage aria-label="The widget" data-href="/reset" {}
                    section.take aria-labelledby="take" {
                        h2 #take { "To take along" }
                        (to_copy("css", "In your stylesheet"))
                        (to_copy("tag", "In your page"))
                        p.visually-hidden role="status" #copied {}
                    }
                }
                form.controls #controls autocomplete="off" {
                    (behaviour())
                    fieldset.card {
                        legend { "Colours" }
                        p.quiet { "Each for the light and for the dark look: six hexadecimal digits, or any colour of CSS." }
                        @for color in &FEW { (color_row(color)) }
                        details {
                            summary { "More colours" }
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
                        label for="part" { "Show where a part is" }
                        select #part {
                            option value="" { "None" }
                            @for (part, what) in PARTS { option value=(part) { (part) ": " (what) } }
                        }
                        label for="rules" { "Rules of your own" }
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
    demo.page("Looks", "../", head, &content)
}

fn behaviour() -> Markup {
    html! {
        fieldset.card {
            legend { "How it is there" }
            (radios("theme", "Look", &[("auto", "As the page is"), ("light", "Light"), ("dark", "Dark")]))
            (radios("mode", "Place", &[("inline", "In the page"), ("dialog", "In a dialog, which opens at once")]))
            (radios("render", "Tree", &[("shadow", "A shadow tree"), ("light", "The page's own")]))
            label for="locale" { "Language" }
            select #locale name="locale" {
                @for tag in page::languages() { option value=(tag) lang=(tag) { (tag) } }
                option value="en-XA" { "Accented and longer (for testing)" }
                option value="ar-XB" { "Turned (for testing)" }
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
                        spellcheck="false" autocapitalize="none" value=(value) placeholder=[value.is_empty().then_some("by itself")];
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
            p.quiet { "Text needs 4.5 to 1, edges and signs 3 to 1 (WCAG 2.2, 1.4.3 and 1.4.11)." }
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
