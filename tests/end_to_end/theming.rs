//! The demo's page on which looks are tried.

use anyhow::{Context as _, Result, ensure};
use harness::{Stage, play};
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

async fn computed(stage: &Stage, part: &str, property: &str) -> Result<Value> {
    stage.page.script(COMPUTED, vec![json!(part), json!(property)]).await
}

/// Waits until the widget looks like this.
async fn looks(stage: &Stage, part: &str, property: &str, value: &str) -> Result<()> {
    harness::until(&format!("{property} of {part}"), async || {
        let is = computed(stage, part, property).await?;
        ensure!(is == value, "it is {is}");
        Ok(Some(()))
    })
    .await
}

async fn at_the_looks(stage: &Stage) -> Result<()> {
    stage.page.go(&stage.server.address("/demo/theming")).await?;
    stage.page.reads("Let’s get you back in").await
}

#[tokio::test]
async fn a_token_is_tried_and_the_widget_takes_it() -> Result<()> {
    play("looks", &[], async |stage| {
        at_the_looks(stage).await?;
        // Nothing else on the page had it.
        stage.page.focus_on("text", "Let’s get you back in").await?;
        stage.page.retype("[data-token=accent][data-look=light]", "#b3007a").await?;
        looks(stage, "primary", "backgroundColor", "rgb(179, 0, 122)").await?;
        stage.page.reads("--regain-accent: light-dark(#b3007a, #8db4ff);").await?;
        stage.page.choose("Dark").await?;
        looks(stage, "primary", "backgroundColor", "rgb(141, 180, 255)").await?;
        stage.page.retype("[data-token=accent][data-look=dark]", "#b3007a").await?;
        looks(stage, "primary", "backgroundColor", "rgb(179, 0, 122)").await?;
        stage.page.reads("--regain-accent: #b3007a;").await?;
        stage.page.reads("data-theme=\"dark\"").await?;
        stage.page.script("const font = document.getElementById('font'); font.focus(); return font.id", vec![]).await?;
        stage.page.keys("Serif").await?;
        looks(stage, "heading", "fontFamily", "Georgia, Cambria, serif").await?;
        stage.page.script("document.getElementById('radius').focus()", vec![]).await?;
        stage.page.key(Key::Home).await?;
        looks(stage, "card", "borderRadius", "0px").await?;
        stage.page.reads("--regain-radius: 0px;").await?;
        stage.page.type_into("#rules", ".regain-widget::part(card) { box-shadow: none; }").await?;
        looks(stage, "card", "boxShadow", "none").await?;
        stage.page.script("document.getElementById('part').focus()", vec![]).await?;
        stage.page.keys("heading").await?;
        looks(stage, "heading", "outlineStyle", "dashed").await?;

        // The widget is one to go through, looking like that.
        stage.page.type_into("[part~=root] [name=username]", person::ADA.user_id).await?;
        stage.page.press("Next").await?;
        stage.page.reads("Prove that it’s you").await?;
        looks(stage, "primary", "backgroundColor", "rgb(179, 0, 122)").await
    })
    .await
}

/// Whatever the person's own preference: a page that is light alone stays light as a whole.
#[tokio::test]
async fn it_is_light_or_dark_as_the_page_is_where_it_stands() -> Result<()> {
    play("looks-of-the-page", &[], async |stage| {
        person::at_sign_in(stage).await?;
        let write =
            async |color: &str| stage.page.script("document.body.style.color = arguments[0]", vec![json!(color)]).await;
        write("#eee").await?;
        stage.page.click("#cant-access").await?;
        stage.page.reads("Let’s get you back in").await?;
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
            looks(stage, "card", "backgroundColor", background).await.with_context(|| color)?;
        }
        stage.page.click("[part~=close]").await?;
        stage.page.script("Regain.open({theme: 'dark'})", vec![]).await?;
        looks(stage, "card", "backgroundColor", DARK).await?;
        write("#111").await?;
        looks(stage, "card", "backgroundColor", DARK).await
    })
    .await
}

#[tokio::test]
async fn how_well_it_can_be_read_is_said_and_is_true() -> Result<()> {
    play("contrast", &[], async |stage| {
        at_the_looks(stage).await?;
        stage.page.reads("Everything can be told apart well enough.").await?;
        for (theme, accents) in
            [("Light", ["#b3007a", "#ffd400", "#3f8f5f"]), ("Dark", ["#b3007a", "#ffd400", "#8db4ff"])]
        {
            stage.page.choose(theme).await?;
            let look = theme.to_lowercase();
            for accent in accents {
                stage.page.retype(&format!("[data-token=accent][data-look={look}]"), accent).await?;
                let colors = vec![
                    computed(stage, "primary", "color").await?,
                    computed(stage, "primary", "backgroundColor").await?,
                ];
                let ratio = stage.page.script(CONTRAST, colors).await?;
                let cell = format!("[data-of='on-accent'] [data-look={look}]");
                let said = stage.page.find(&cell).await?.text().await?;
                ensure!(said.starts_with(&format!("{ratio} to 1")), "{accent} {look}: {said}, and it is {ratio}");
            }
        }
        stage.page.retype("[data-token=text][data-look=light]", "#c0c0c0").await?;
        stage.page.reads("Too little contrast: Text on the surface (light)").await?;
        stage.page.retype("[data-token=text][data-look=light]", "no colour").await?;
        stage.page.find("[data-token=text][data-look=light][aria-invalid=true]").await?;
        for preset in ["Ink", "Meadow", "Clay", "Violet", "As it comes"] {
            stage.page.press(preset).await?;
            stage.page.reads("Everything can be told apart well enough.").await?;
        }
        stage.page.reads("/* It is as it comes. */").await
    })
    .await
}

#[tokio::test]
async fn another_language_place_and_tree_are_tried_by_keyboard() -> Result<()> {
    play("looks-elsewhere", &[], async |stage| {
        at_the_looks(stage).await?;
        stage.page.script("document.getElementById('locale').focus()", vec![]).await?;
        stage.page.keys("العربية").await?;
        looks(stage, "root", "direction", "rtl").await?;
        stage.page.focus_on("id", "locale").await?;
        stage.page.script("document.querySelector('[name=render]').focus()", vec![]).await?;
        stage.page.key(Key::Down).await?;
        harness::until("a widget in the page's own tree", async || {
            let is = "return !!document.querySelector('.regain-widget > .root, .regain-widget > div > .root')";
            Ok((stage.page.script(is, vec![]).await? == json!(true)).then_some(()))
        })
        .await?;
        stage.page.focus_on("name", "render").await?;
        stage.page.script("document.querySelector('[name=mode]').focus()", vec![]).await?;
        stage.page.key(Key::Down).await?;
        stage.page.find("dialog[open]").await?;
        looks(stage, "root", "direction", "rtl").await?;
        stage.page.reads("data-mode=\"dialog\" data-render=\"light\" data-locale=\"ar\"").await
    })
    .await
}
