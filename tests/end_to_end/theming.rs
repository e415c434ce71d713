//! The demo's page on which looks are tried.

use anyhow::{Context as _, Result, ensure};
use harness::{BrowserSession, run};
use serde_json::{Value, json};
use thirtyfour::Key;

use crate::person;

/// The surfaces, as they come.
const LIGHT: &str = "rgb(255, 255, 255)";
const DARK: &str = "rgb(28, 31, 38)";

/// The look of the widget's elements: a computed property of the first that is this part.
const COMPUTED: &str = "
    const [part, property] = arguments;
    const host = document.querySelector('.regain-widget');
    const element = (host.shadowRoot ?? host).querySelector(`.${part}`);
    return getComputedStyle(element)[property];
";

/// The contrast of two colours by WCAG 2.2, written down once more.
const CONTRAST: &str = "
    const canvas = document.createElement('canvas').getContext('2d');
    const luminance = (color) => {
        canvas.fillStyle = color;
        canvas.fillRect(0, 0, 1, 1);
        const parts = [...canvas.getImageData(0, 0, 1, 1).data].map((part) => part / 255);
        const [r, g, b] = parts.map((c) => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const [dark, light] = [...arguments].map(luminance).sort((a, b) => a - b);
    return Math.floor((light + 0.05) / (dark + 0.05) * 10) / 10;
";

async fn computed(session: &BrowserSession, part: &str, property: &str) -> Result<Value> {
    session.page.script(COMPUTED, vec![json!(part), json!(property)]).await
}

/// Waits until the widget looks like this.
async fn looks(session: &BrowserSession, part: &str, property: &str, value: &str) -> Result<()> {
    harness::until(&format!("{property} of {part}"), async || {
        let is = computed(session, part, property).await?;
        ensure!(is == value, "it is {is}");
        Ok(Some(()))
    })
    .await
}

async fn at_the_looks(session: &BrowserSession) -> Result<()> {
    session.page.go(&session.server.address("/demo/theming")).await?;
    session.page.reads("Let’s get you back in").await
}

#[tokio::test]
async fn a_token_is_tried_and_the_widget_takes_it() -> Result<()> {
    run("looks", &[], async |session| {
        at_the_looks(session).await?;
        // Nothing else on the page had it.
        session.page.focus_on("name", "username").await?;
        session.page.retype("[data-token=accent][data-look=light]", "#b3007a").await?;
        looks(session, "primary", "backgroundColor", "rgb(179, 0, 122)").await?;
        session.page.reads("--regain-accent: light-dark(#b3007a, #8db4ff);").await?;
        session.page.choose("Dark").await?;
        looks(session, "primary", "backgroundColor", "rgb(141, 180, 255)").await?;
        session.page.retype("[data-token=accent][data-look=dark]", "#b3007a").await?;
        looks(session, "primary", "backgroundColor", "rgb(179, 0, 122)").await?;
        session.page.reads("--regain-accent: #b3007a;").await?;
        session.page.reads("data-theme=\"dark\"").await?;
        session
            .page
            .script("const font = document.getElementById('font'); font.focus(); return font.id", vec![])
            .await?;
        session.page.keys("Serif").await?;
        looks(session, "heading", "fontFamily", "Georgia, Cambria, serif").await?;
        session.page.script("document.getElementById('radius').focus()", vec![]).await?;
        session.page.key(Key::Home).await?;
        looks(session, "card", "borderRadius", "0px").await?;
        session.page.reads("--regain-radius: 0px;").await?;
        session.page.type_into("#rules", ".regain-widget::part(card) { box-shadow: none; }").await?;
        looks(session, "card", "boxShadow", "none").await?;
        session.page.script("document.getElementById('part').focus()", vec![]).await?;
        session.page.keys("heading").await?;
        looks(session, "heading", "outlineStyle", "dashed").await?;

        // The widget is one to go through, looking like that.
        session.page.type_into("[part~=root] [name=username]", person::ADA.user_id).await?;
        session.page.press("Next").await?;
        session.page.reads("Verify it’s you").await?;
        looks(session, "primary", "backgroundColor", "rgb(179, 0, 122)").await
    })
    .await
}

/// The person's own preference does not matter: a page that is light alone stays light as a whole.
#[tokio::test]
async fn it_is_light_or_dark_as_the_page_is_where_it_stands() -> Result<()> {
    run("looks-of-the-page", &[], async |session| {
        person::at_sign_in(session).await?;
        let write = async |color: &str| {
            session.page.script("document.body.style.color = arguments[0]", vec![json!(color)]).await
        };
        write("#eee").await?;
        session.page.click("#cant-access").await?;
        session.page.reads("Let’s get you back in").await?;
        for (color, background) in [
            ("#eee", DARK),
            ("#222", LIGHT),
            ("oklch(0.92 0.02 90)", DARK),
            ("oklab(0.2 0 0)", LIGHT),
            ("lab(90 0 0)", DARK),
            ("lch(30 10 90)", LIGHT),
            ("color(display-p3 0.9 0.9 0.9)", DARK),
            ("rgb(20 20 20 / 80%)", LIGHT),
        ] {
            write(color).await?;
            looks(session, "card", "backgroundColor", background).await.with_context(|| color)?;
        }
        session.page.click("[part~=close]").await?;
        session.page.script("Regain.open({theme: 'dark'})", vec![]).await?;
        looks(session, "card", "backgroundColor", DARK).await?;
        write("#111").await?;
        looks(session, "card", "backgroundColor", DARK).await
    })
    .await
}

#[tokio::test]
async fn how_well_it_can_be_read_is_said_and_is_true() -> Result<()> {
    run("contrast", &[], async |session| {
        at_the_looks(session).await?;
        session.page.reads("Everything can be told apart well enough.").await?;
        for (theme, accents) in
            [("Light", ["#b3007a", "#ffd400", "#3f8f5f"]), ("Dark", ["#b3007a", "#ffd400", "#8db4ff"])]
        {
            session.page.choose(theme).await?;
            let look = theme.to_lowercase();
            for accent in accents {
                session.page.retype(&format!("[data-token=accent][data-look={look}]"), accent).await?;
                let colors = vec![
                    computed(session, "primary", "color").await?,
                    computed(session, "primary", "backgroundColor").await?,
                ];
                let ratio = session.page.script(CONTRAST, colors).await?;
                let cell = format!("[data-of='on-accent'] [data-look={look}]");
                let said = session.page.find(&cell).await?.text().await?;
                ensure!(said.starts_with(&format!("{ratio} to 1")), "{accent} {look}: {said}, and it is {ratio}");
            }
        }
        session.page.retype("[data-token=text][data-look=light]", "#c0c0c0").await?;
        session.page.reads("Too little contrast: Text on the surface (light)").await?;
        session.page.retype("[data-token=text][data-look=light]", "no colour").await?;
        session.page.find("[data-token=text][data-look=light][aria-invalid=true]").await?;
        for preset in ["Ink", "Meadow", "Clay", "Violet", "Default"] {
            session.page.press(preset).await?;
            session.page.reads("Everything can be told apart well enough.").await?;
        }
        session.page.reads("/* It is as it comes. */").await
    })
    .await
}

#[tokio::test]
async fn another_language_place_and_tree_are_tried_by_keyboard() -> Result<()> {
    run("looks-elsewhere", &[], async |session| {
        at_the_looks(session).await?;
        session.page.script("document.getElementById('locale').focus()", vec![]).await?;
        session.page.keys("العربية").await?;
        looks(session, "root", "direction", "rtl").await?;
        session.page.focus_on("id", "locale").await?;
        session.page.script("document.querySelector('[name=render]').focus()", vec![]).await?;
        session.page.key(Key::Down).await?;
        harness::until("a widget in the page's own tree", async || {
            let is = "return !!document.querySelector('.regain-widget > .root, .regain-widget > div > .root')";
            Ok((session.page.script(is, vec![]).await? == json!(true)).then_some(()))
        })
        .await?;
        session.page.focus_on("name", "render").await?;
        session.page.script("document.querySelector('[name=mode]').focus()", vec![]).await?;
        session.page.key(Key::Down).await?;
        session.page.find("dialog[open]").await?;
        looks(session, "root", "direction", "rtl").await?;
        session.page.reads("data-mode=\"dialog\" data-render=\"light\" data-locale=\"ar\"").await
    })
    .await
}

/// In a card of the page's it was a card in a card.
#[tokio::test]
async fn in_a_card_of_the_pages_it_is_flat_unless_said_otherwise() -> Result<()> {
    run("frames", &[], async |session| {
        person::at_sign_in(session).await?;
        person::loaded(session).await?;
        session.page.click("#cant-access").await?;
        looks(session, "card", "borderTopWidth", "0px").await?;
        // On a page of another colour it has its own edge.
        session.page.script("document.querySelector('.card').style.background = '#eee'", vec![]).await?;
        session.page.script("document.body.style.color = '#111'", vec![]).await?;
        looks(session, "card", "borderTopWidth", "1px").await?;
        session.page.click("[part~=close]").await?;
        session.page.script("document.querySelector('.card').style.background = ''", vec![]).await?;
        session.page.script("void Regain.open({frame: 'card', target: '.card'})", vec![]).await?;
        looks(session, "card", "borderTopWidth", "1px").await
    })
    .await
}
