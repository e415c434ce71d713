//! The challenge on the first screen, and where a password is given: digits to read or to hear, the browser's own work, or the box of
//! an outside service.

use leptos::prelude::event_target;
use regain_protocol::Captcha;

use super::context::Context;
use super::element::{Element, element};
use super::fields::{error, field, input, no_hint};
use super::parts::button;
use crate::i18n::{self, Text};
use regain_flow::full::IS_FULL;
use regain_flow::{ChallengeEvent, Field, FieldError, View};

/// The challenge's part of the form; empty where there is none.
pub(super) fn part(context: &Context) -> Element {
    let whole = element("div").at("class", "captcha");
    match context.view().screen.captcha().map(|captcha| &*captcha.captcha) {
        Some(Captcha::Image { .. }) if IS_FULL => whole
            .anew(context, View::challenge, picture)
            // These two stay, and so does the focus on them.
            .child(
                element("div")
                    .at("class", "ways")
                    .child(
                        button("link", context, || ChallengeEvent::Renewed.into())
                            .aria("aria-disabled", |view| {
                                !view.screen.captcha().is_some_and(|captcha| captcha.can_renew)
                            })
                            .say(Text::CaptchaAnother),
                    )
                    .child(
                        element("button")
                            .part("link")
                            .at("type", "button")
                            .on("click", |event| listen(&event))
                            .say(Text::CaptchaListen),
                    ),
            )
            .anew(context, View::challenge, typed),
        Some(Captcha::ProofOfWork { .. }) => whole.child(target().shows(progress)).child(error(Field::Captcha, wrong)),
        Some(Captcha::Turnstile { .. } | Captcha::Hcaptcha { .. }) if IS_FULL => whole
            .child(target().child(element("slot").at("name", "regain-captcha")))
            .child(error(Field::Captcha, wrong)),
        _ => whole.at("hidden", ""),
    }
}

/// The target of the focus when a challenge fails that nobody types.
fn target() -> Element {
    element("div").part("hint").at("id", "regain-captcha").at("tabindex", "-1")
}

/// The picture, and the player that appears when somebody wants to listen.
fn picture(context: &Context) -> Element {
    let view = context.view();
    let (image, audio) = match view.screen.captcha().map(|captcha| &*captcha.captcha) {
        Some(Captcha::Image { image, audio, .. }) => (&**image, &**audio),
        _ => ("", ""),
    };
    element("div")
        .child(
            element("img")
                .part("picture")
                .at("src", image)
                .at("alt", i18n::text(Text::CaptchaPicture))
                .at("width", "240")
                .at("height", "80"),
        )
        .child(
            element("audio")
                .at("controls", "")
                .at("autoplay", "")
                .at("hidden", "")
                .at("aria-label", i18n::text(Text::CaptchaListen))
                // Not loaded until somebody wants to listen.
                .at("data-src", audio),
        )
}

/// Shows the player and has it play.
fn listen(event: &web_sys::Event) {
    let button = event_target::<web_sys::Element>(event);
    let whole = button.closest(".captcha").ok().flatten();
    let Some(audio) = whole.and_then(|it| it.query_selector("audio").ok().flatten()) else { return };
    // Set again, it plays again from the beginning.
    let _ = audio.set_attribute("src", &audio.get_attribute("data-src").unwrap_or_default());
    let _ = audio.remove_attribute("hidden");
}

/// The field for the digits.
fn typed(context: &Context) -> Element {
    let digits = input(context, Field::Captcha, wrong)
        .at("type", "text")
        .at("inputmode", "numeric")
        .at("autocomplete", "off")
        .at("maxlength", "64")
        .at("dir", "ltr")
        .at("data-code", "");
    field(Field::Captcha, Text::CaptchaDigits, no_hint, digits, wrong)
}

fn progress(view: &View) -> String {
    match view.screen.captcha() {
        Some(captcha) if !captcha.solved => i18n::fill(Text::CaptchaWorking, &[&i18n::digits(captcha.progress)]),
        _ => i18n::text(Text::CaptchaDone).to_owned(),
    }
}

fn wrong(view: &View, _: Field) -> Option<String> {
    let error = view.screen.captcha()?.error?;
    let text = match (&*view.screen.captcha()?.captcha, error) {
        (Captcha::Image { .. }, FieldError::Missing) if IS_FULL => Text::CaptchaMissing,
        (Captcha::Image { .. }, _) if IS_FULL => Text::CaptchaWrong,
        _ => Text::CaptchaFailed,
    };
    Some(i18n::text(text).to_owned())
}
