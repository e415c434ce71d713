//! The live region, and the focus: how those who cannot see a change learn of it.

use std::time::Duration;

use js_sys::{Function, JSON};
use leptos::prelude::set_timeout;
use regain_flow::{Announcement, Field, Focus};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, HtmlElement, HtmlInputElement};

use crate::announce;
use crate::member::member;

/// The widget's element, with the live region in it.
#[derive(Clone)]
pub(crate) struct Region {
    root: HtmlElement,
    /// Returns whether the widget may take the focus: not from someone who is typing elsewhere on the page.
    may_focus: Option<Function>,
}

impl Region {
    pub(crate) fn new(root: HtmlElement, may_focus: Option<Function>) -> Self {
        Self { root, may_focus }
    }

    /// The widget's element, in its shadow tree.
    pub(crate) fn root(&self) -> &HtmlElement {
        &self.root
    }

    #[inline(never)]
    fn find(&self, selector: &str) -> Option<Element> {
        self.root.query_selector(selector).ok().flatten()
    }

    /// The element of a field.
    pub(crate) fn input(&self, field: Field) -> Option<HtmlInputElement> {
        self.find(&["#regain-", field.name()].concat())?.dyn_into().ok()
    }

    /// Puts a text into a field, and where the whole of a suggestion can be seen.
    pub(crate) fn fill(&self, field: Field, text: &str) {
        if let Some(input) = self.input(field) {
            input.set_value(text);
        }
        if let Some(whole) = self.find("#regain-suggestion") {
            whole.set_text_content(Some(text));
        }
    }

    /// Moves the focus, once what changed is drawn.
    pub(crate) fn focus(&self, focus: Focus) {
        if !matches!(focus, Focus::Field(_)) {
            self.clear();
        }
        let region = self.clone();
        set_timeout(move || region.focus_now(focus), Duration::ZERO);
    }

    fn focus_now(&self, focus: Focus) {
        let (selector, words) = match focus {
            Focus::Heading => ("h2".to_owned(), None),
            Focus::First(field) => (["#regain-", field.name()].concat(), self.find("h2")),
            Focus::Field(field) => (["#regain-", field.name()].concat(), None),
        };
        let Some(element) = self.find(&selector).and_then(|it| it.dyn_into::<HtmlElement>().ok()) else { return };
        // A person who went on to type elsewhere on the page keeps the focus, and hears what is new here.
        if !self.may_focus() {
            let words = words.map_or_else(|| element.text_content(), |words| words.text_content());
            return self.say(words.unwrap_or_default());
        }
        // A person who is there already hears nothing of being brought there: then the fault is read out.
        if element.matches(":focus") == Ok(true) {
            let wrong = self.find(&[&*selector, "-error"].concat());
            self.say(wrong.and_then(|it| it.text_content()).unwrap_or_default());
        }
        let _ = element.focus();
    }

    /// Scrolls the failure into sight, once it is drawn.
    pub(crate) fn show_trouble(&self) {
        let region = self.clone();
        let show = move || {
            if let Some(trouble) = region.find(".trouble")
                && let Some(scroll) = member(&trouble, "scrollIntoView").and_then(|it| it.dyn_into::<Function>().ok())
                && let Ok(nearest) = JSON::parse(r#"{"block":"nearest"}"#)
            {
                let _ = scroll.call1(&trouble, &nearest);
            }
        };
        set_timeout(show, Duration::ZERO);
    }

    fn may_focus(&self) -> bool {
        let answer = self.may_focus.as_ref().map(|ask| ask.call0(&JsValue::NULL));
        !answer.is_some_and(|answer| answer.is_ok_and(|may| may.is_falsy()))
    }

    pub(crate) fn announce(&self, announcement: Announcement) {
        self.say(announce::words(announcement));
    }

    /// Has words read out, wherever the reading is.
    fn say(&self, words: String) {
        let Some(region) = self.clear() else { return };
        set_timeout(move || region.set_text_content(Some(&words)), Duration::from_millis(50));
    }

    /// Empties the live region: the same words twice are read out twice only if it was empty, and what
    /// was read out at a former step is not to be come across.
    fn clear(&self) -> Option<Element> {
        let region = self.find("[role=status]")?;
        region.set_text_content(None);
        Some(region)
    }
}
