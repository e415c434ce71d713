//! Elements of the page: drawn by Leptos' renderer, and kept in step with what is to be drawn by its effects.
//!
//! All of them are one type. Leptos' own views are a type for each shape, and erasing those took 5 kB (brotli) more;
//! `view!`'s static HTML goes through `innerHTML`, which trusted types refuse.

use leptos::prelude::*;
use leptos::tachys::renderer::{RemoveEventHandler, Rndr, types};
use regain_flow::View;
use wasm_bindgen::JsCast;

use super::context::Context;
use crate::display::Part;
use crate::i18n::{self, Text};

/// A time in words: so many seconds, which are waited for or run out.
pub(super) type Time = fn(u32, bool) -> String;

/// A text that changes; `None` is none at all.
type Live = Box<dyn FnMut() -> Option<String>>;

/// An element. It is handed on from call to call, so it is one pointer: the screens are little else than such calls.
pub(crate) struct Element(Box<Drawn>);

struct Drawn {
    node: types::Element,
    kept: Vec<Kept>,
}

/// Lasts as long as the element is drawn.
#[expect(dead_code, reason = "held to be dropped with the element")]
enum Kept {
    Effect(RenderEffect<Option<String>>),
    Listener(RemoveEventHandler<types::Element>),
}

/// Place of a text that changes.
enum Place {
    Attribute(&'static str),
    Words(types::Text),
}

/// Begins an element.
#[inline(never)]
pub(super) fn element(tag: &str) -> Element {
    begun(tag, None)
}

/// Begins an element of a drawing.
pub(super) fn svg(tag: &str) -> Element {
    begun(tag, Some("http://www.w3.org/2000/svg"))
}

fn begun(tag: &str, namespace: Option<&str>) -> Element {
    Element(Box::new(Drawn { node: Rndr::create_element(tag, namespace), kept: Vec::new() }))
}

impl Element {
    /// An attribute that stays.
    #[inline(never)]
    pub(super) fn at(self, name: &str, value: &str) -> Self {
        Rndr::set_attribute(&self.0.node, name, value);
        self
    }

    /// Both the class and the part by which a host page styles it.
    #[inline(never)]
    pub(super) fn part(self, name: &str) -> Self {
        self.at("class", name).at("part", name)
    }

    /// An attribute without a value, for what is there from the beginning or not at all.
    pub(super) fn has(self, name: &str, on: bool) -> Self {
        if on { self.at(name, "") } else { self }
    }

    /// An attribute that changes; `None` takes it away.
    pub(super) fn live_at(self, name: &'static str, value: impl FnMut() -> Option<String> + 'static) -> Self {
        self.follow(Place::Attribute(name), Box::new(value))
    }

    /// An attribute that is there or not.
    pub(super) fn flag(self, name: &'static str, mut on: impl FnMut() -> bool + 'static) -> Self {
        self.live_at(name, move || on().then(String::new))
    }

    /// An attribute that is there while something holds. What is drawn is asked by plain functions
    /// here and below: each closure would be code of its own.
    #[inline(never)]
    pub(super) fn when(self, name: &'static str, context: Context, holds: fn(&View) -> bool) -> Self {
        self.flag(name, move || context.read(holds))
    }

    /// An ARIA state that is there while something holds.
    #[inline(never)]
    pub(super) fn aria(self, name: &'static str, context: Context, holds: fn(&View) -> bool) -> Self {
        self.live_at(name, move || yes(context.read(holds)))
    }

    /// Words that stay.
    pub(super) fn say(self, text: Text) -> Self {
        self.words(i18n::text(text))
    }

    /// Words worked out once.
    #[inline(never)]
    pub(super) fn words(self, words: &str) -> Self {
        self.append(&Rndr::create_text_node(words))
    }

    /// Words around a value that stands at [`HERE`].
    #[inline(never)]
    pub(super) fn around(self, words: &str, value: &str) -> Self {
        let (before, after) = words.split_once('\0').unwrap_or((words, ""));
        self.words(before).child(ltr(value)).words(after)
    }

    /// Words that change.
    pub(super) fn live(self, mut words: impl FnMut() -> String + 'static) -> Self {
        let node = Rndr::create_text_node("");
        self.append(&node).follow(Place::Words(node), Box::new(move || Some(words())))
    }

    /// Words that change with what is to be drawn.
    #[inline(never)]
    pub(super) fn shows(self, context: Context, words: fn(&View) -> String) -> Self {
        self.live(move || context.read(words))
    }

    /// The same for what is a text of the catalogue.
    #[inline(never)]
    pub(super) fn says(self, context: Context, text: fn(&View) -> Text) -> Self {
        self.live(move || i18n::text(context.read(text)).to_owned())
    }

    /// Words that may have a time in them: a clock for the eye, and for the ear a time that changes seldom. Words without
    /// one are there once, for both.
    #[inline(never)]
    pub(super) fn timed(self, context: Context, words: fn(&View, Time) -> String) -> Self {
        let spoken = move || {
            context.read(|view| {
                let spoken = words(view, i18n::countdown);
                (spoken != words(view, i18n::clock)).then_some(spoken)
            })
        };
        let seen = element("span")
            .live_at("aria-hidden", move || yes(spoken().is_some()))
            .live(move || context.read(|view| words(view, i18n::clock)));
        self.child(seen).child(element("span").at("class", "unseen").live(move || spoken().unwrap_or_default()))
    }

    /// An event handler.
    pub(super) fn on(self, name: &str, mut handler: impl FnMut(web_sys::Event) + 'static) -> Self {
        self.boxed_on(name, Box::new(move |event| handler(event.unchecked_into())))
    }

    #[inline(never)]
    fn boxed_on(mut self, name: &str, handler: Box<dyn FnMut(types::Event)>) -> Self {
        let listener = Rndr::add_event_listener(&self.0.node, name, handler);
        self.0.kept.push(Kept::Listener(listener));
        self
    }

    /// A child.
    #[inline(never)]
    pub(super) fn child(mut self, child: Self) -> Self {
        let Drawn { node, kept } = *child.0;
        self.0.kept.extend(kept);
        self.append(&node)
    }

    /// A child that is drawn anew with every other key of a part.
    pub(super) fn anew(self, context: Context, part: Part, draw: fn(Context) -> Self) -> Self {
        let parent = self.0.node.clone();
        let mut drawn: Option<Self> = None;
        self.keep(Box::new(move |_| {
            context.track(part);
            let new = untrack(|| draw(context));
            Rndr::insert_node(&parent, &new.0.node, drawn.as_ref().map(|former| former.0.node.as_ref()));
            if let Some(mut former) = drawn.replace(new) {
                former.unmount();
            }
            None
        }))
    }

    #[inline(never)]
    fn append(self, child: &types::Node) -> Self {
        Rndr::insert_node(&self.0.node, child, None);
        self
    }

    /// Keeps a text as it is to be.
    #[inline(never)]
    fn follow(self, place: Place, mut value: Live) -> Self {
        let node = self.0.node.clone();
        self.keep(Box::new(move |former| {
            let value = value();
            if former.as_ref() != Some(&value) {
                match (&place, value.as_deref()) {
                    (Place::Attribute(name), Some(value)) => Rndr::set_attribute(&node, name, value),
                    (Place::Attribute(name), None) => Rndr::remove_attribute(&node, name),
                    (Place::Words(node), value) => Rndr::set_text(node, value.unwrap_or_default()),
                }
            }
            value
        }))
    }

    #[inline(never)]
    fn keep(mut self, effect: Box<dyn FnMut(Option<Option<String>>) -> Option<String>>) -> Self {
        self.0.kept.push(Kept::Effect(RenderEffect::new(effect)));
        self
    }
}

impl Render for Element {
    type State = Self;

    fn build(self) -> Self {
        self
    }

    fn rebuild(mut self, state: &mut Self) {
        state.insert_before_this(&mut self);
        state.unmount();
        *state = self;
    }
}

impl Mountable for Element {
    fn unmount(&mut self) {
        // First of all: it hears nothing of its own end.
        self.0.kept.clear();
        Rndr::remove(&self.0.node);
    }

    fn mount(&mut self, parent: &types::Element, marker: Option<&types::Node>) {
        Rndr::insert_node(parent, &self.0.node, marker);
    }

    fn insert_before_this(&self, child: &mut dyn Mountable) -> bool {
        self.0.node.insert_before_this(child)
    }

    fn elements(&self) -> Vec<types::Element> {
        vec![self.0.node.clone()]
    }
}

/// Stands for a value among words.
pub(super) const HERE: &str = "\0";

/// A value that reads from left to right in every language, and that no program translates.
pub(super) fn ltr(words: &str) -> Element {
    element("bdi").at("dir", "ltr").at("translate", "no").part("value").words(words)
}

/// The value of an ARIA attribute that is there only when it holds.
pub(super) fn yes(holds: bool) -> Option<String> {
    holds.then(|| "true".to_owned())
}
