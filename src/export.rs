//! Exports secrets that are shown once: to the clipboard, to paper, to a file. They go nowhere else, and into no address.

use std::time::Duration;

use js_sys::{Array, Function, Promise};
use leptos::prelude::{document, set_timeout, window};
use leptos::task::spawn_local;
use regain_flow::{Announcement, Export};
use regain_protocol::Secret;
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, Document, Element, HtmlElement, Url};

use crate::i18n::{self, Text};
use crate::member::member;
use crate::region::Region;

/// Long enough for a browser to begin to save the file.
const SAVED: Duration = Duration::from_secs(1);

/// Exports new recovery codes.
pub(crate) fn codes(region: &Region, export: Export, codes: &[Secret<String>]) {
    let mut lines = String::new();
    for code in codes {
        lines.push_str(code.expose());
        lines.push('\n');
    }
    let lines = Secret::new(lines);
    // A browser that can't leaves the list on the screen, to be written down.
    let _ = match export {
        Export::Copy => return copy(region, &lines, Announcement::Copied),
        Export::Print => print(region, lines),
        Export::Download => download(&lines),
    };
}

/// Puts a secret on the clipboard; it can be selected and copied by hand where that is not allowed.
pub(crate) fn copy(region: &Region, text: &Secret<String>, copied: Announcement) {
    let clipboard = member(&window().navigator(), "clipboard");
    let write = clipboard.as_ref().and_then(|it| member(it, "writeText")?.dyn_into::<Function>().ok());
    let (Some(clipboard), Some(write)) = (clipboard, write) else { return };
    let written = write.call1(&clipboard, &text.expose().as_str().into());
    let Some(written) = written.ok().and_then(|it| it.dyn_into::<Promise>().ok()) else { return };
    let region = region.clone();
    spawn_local(async move {
        if JsFuture::from(written).await.is_ok() {
            region.announce(copied);
        }
    });
}

/// Prints a page with nothing but the codes, from a frame beside the list: it goes when the list does.
fn print(region: &Region, lines: Secret<String>) -> Result<(), JsValue> {
    let place = region.root().query_selector(".screen")?.ok_or(JsValue::NULL)?;
    if let Some(former) = place.query_selector("iframe")? {
        former.remove();
    }
    let frame = document().create_element("iframe")?;
    frame.set_attribute("class", "unseen")?;
    frame.set_attribute("aria-hidden", "true")?;
    frame.set_attribute("tabindex", "-1")?;
    // Some browsers put another page in the place of a new frame's first one.
    let printed = frame.clone();
    let fill = Closure::once_into_js(move || drop(fill_and_print(&printed, &lines)));
    frame.add_event_listener_with_callback("load", fill.unchecked_ref())?;
    place.append_child(&frame)?;
    Ok(())
}

fn fill_and_print(frame: &Element, lines: &Secret<String>) -> Result<(), JsValue> {
    // To the browser, what is in a frame is of another kind than what is around it.
    let page: Document = member(frame, "contentDocument").ok_or(JsValue::NULL)?.unchecked_into();
    let body = page.body().ok_or(JsValue::NULL)?;
    page.set_title(i18n::text(Text::KindRecovery));
    for (tag, words) in
        [("h1", i18n::text(Text::KindRecovery)), ("p", i18n::text(Text::CodeRecovery)), ("pre", lines.expose())]
    {
        let part: Element = page.create_element(tag)?;
        part.set_text_content(Some(words));
        body.append_child(&part)?;
    }
    let window = member(frame, "contentWindow").ok_or(JsValue::NULL)?;
    let print: Function = member(&window, "print").ok_or(JsValue::NULL)?.dyn_into()?;
    print.call0(&window)?;
    Ok(())
}

/// Saves a file with the codes, which the browser makes.
fn download(lines: &Secret<String>) -> Result<(), JsValue> {
    let text = [i18n::text(Text::KindRecovery), "\n\n", lines.expose()].concat();
    let file = Blob::new_with_str_sequence(&Array::of1(&text.into()))?;
    let url = Url::create_object_url_with_blob(&file)?;
    let link: HtmlElement = document().create_element("a")?.dyn_into()?;
    link.set_attribute("href", &url)?;
    link.set_attribute("download", "recovery-codes.txt")?;
    link.click();
    set_timeout(move || drop(Url::revoke_object_url(&url)), SAVED);
    Ok(())
}
