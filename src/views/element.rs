//! Elements of the page: drawn by Leptos' renderer, and kept in step with what is to be drawn by one of its effects.
//!
//! All that changes follows one signal, so one effect does for the whole tree, and what it runs are plain functions of
//! the view. All elements are one type: Leptos' own views are a type for each shape, and erasing those took 5 kB (brotli) more;
//! `view!`'s static HTML goes through `innerHTML`, which trusted types refuse.

use leptos::prelude::*;
use leptos::tachys::renderer::{RemoveEventHandler, Rndr, types};
use regain_flow::View;
use wasm_bindgen::JsCast;

use super::context::Context;
use crate::display::Display;
use crate::i18n::{self, Text};

/// A time in words: so many seconds, which are waited for or run out.
pub(super) type Time = fn(u32, bool) -> String;

/// A text that changes; `None` is none at all.
type Live = Box<dyn Fn(&View) -> Option<String>>;

/// An element. It is handed on from call to call, so it is one pointer: the screens are little else than such calls.
pub(crate) struct Element(Box<Drawn>);

struct Drawn {
    node: types::Element,
    kept: Vec<Kept>,
}

/// Lasts as long as the element is drawn.
#[expect(dead_code, reason = "held to be dropped with the element")]
enum Kept {
    /// Keeps something of the element as the view has it.
    Update(Box<dyn FnMut(&View)>),
    Listener(RemoveEventHandler<types::Element>),
    /// Runs the updates of all the tree.
    Effect(RenderEffect<()>),
}

/// Another key is another element in the place.
pub(super) type Key = (u32, bool);

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
    pub(super) fn live_at(self, name: &'static str, value: impl Fn(&View) -> Option<String> + 'static) -> Self {
        self.follow(Place::Attribute(name), Box::new(value))
    }

    /// An attribute that is there or not.
    pub(super) fn flag(self, name: &'static str, on: impl Fn(&View) -> bool + 'static) -> Self {
        self.live_at(name, move |view| on(view).then(String::new))
    }

    /// An attribute that is there while something holds. What is drawn is asked by plain functions
    /// here and below: each closure would be code of its own.
    #[inline(never)]
    pub(super) fn when(self, name: &'static str, holds: fn(&View) -> bool) -> Self {
        self.flag(name, holds)
    }

    /// An ARIA state that is there while something holds.
    #[inline(never)]
    pub(super) fn aria(self, name: &'static str, holds: fn(&View) -> bool) -> Self {
        self.live_at(name, move |view| yes(holds(view)))
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
    pub(super) fn live(self, words: impl Fn(&View) -> String + 'static) -> Self {
        let node = Rndr::create_text_node("");
        self.append(&node).follow(Place::Words(node), Box::new(move |view| Some(words(view))))
    }

    /// Words that change, by a plain function.
    #[inline(never)]
    pub(super) fn shows(self, words: fn(&View) -> String) -> Self {
        self.live(words)
    }

    /// The same for what is a text of the catalogue.
    #[inline(never)]
    pub(super) fn says(self, text: fn(&View) -> Text) -> Self {
        self.live(move |view| i18n::text(text(view)).to_owned())
    }

    /// Words that may have a time in them: a clock for the eye, and for the ear a time that changes seldom. Words without
    /// one are there once, for both.
    #[inline(never)]
    pub(super) fn timed(self, words: fn(&View, Time) -> String) -> Self {
        let spoken = move |view: &View| {
            let spoken = words(view, i18n::countdown);
            (spoken != words(view, i18n::clock)).then_some(spoken)
        };
        let seen = element("span")
            .live_at("aria-hidden", move |view| yes(spoken(view).is_some()))
            .live(move |view| words(view, i18n::clock));
        self.child(seen).child(element("span").at("class", "unseen").live(move |view| spoken(view).unwrap_or_default()))
    }

    /// An event handler.
    pub(super) fn on(self, name: &str, mut handler: impl FnMut(web_sys::Event) + 'static) -> Self {
        self.boxed_on(name, Box::new(move |event| handler(event.unchecked_into())))
    }

    #[inline(never)]
    fn boxed_on(self, name: &str, handler: Box<dyn FnMut(types::Event)>) -> Self {
        let listener = Rndr::add_event_listener(&self.0.node, name, handler);
        self.keep(Kept::Listener(listener))
    }

    /// A child.
    #[inline(never)]
    pub(super) fn child(mut self, child: Self) -> Self {
        let Drawn { node, kept } = *child.0;
        self.0.kept.extend(kept);
        self.append(&node)
    }

    /// A child that is drawn anew with every other key.
    pub(super) fn anew(self, context: &Context, key: fn(&View) -> Key, draw: fn(&Context) -> Self) -> Self {
        let parent = self.0.node.clone();
        let context = context.clone();
        // Its place among the children: what comes behind it is there before it is drawn.
        let end = Rndr::create_text_node("");
        let this = self.append(&end);
        let mut drawn: Option<(Key, Self)> = None;
        this.keep(Kept::Update(Box::new(move |view| {
            let key = key(view);
            if let Some((former, drawn)) = &mut drawn
                && *former == key
            {
                return drawn.update(view);
            }
            let mut new = draw(&context);
            new.update(view);
            Rndr::insert_node(&parent, &new.0.node, Some(&end));
            if let Some((_, mut former)) = drawn.replace((key, new)) {
                former.unmount();
            }
        })))
    }

    /// Keeps the whole tree in step with a view.
    pub(super) fn in_step(mut self, view: Display) -> Self {
        let mut updates = std::mem::take(&mut self.0.kept);
        let effect = RenderEffect::new(move |_| update(&mut updates, &view.get()));
        self.keep(Kept::Effect(effect))
    }

    fn update(&mut self, view: &View) {
        update(&mut self.0.kept, view);
    }

    #[inline(never)]
    fn append(self, child: &types::Node) -> Self {
        Rndr::insert_node(&self.0.node, child, None);
        self
    }

    /// Keeps a text as it is to be.
    #[inline(never)]
    fn follow(self, place: Place, value: Live) -> Self {
        let node = self.0.node.clone();
        // As it is without either: an attribute is not there, and the words are empty.
        let mut former = None;
        self.keep(Kept::Update(Box::new(move |view| {
            let value = value(view);
            if former != value {
                match (&place, value.as_deref()) {
                    (Place::Attribute(name), Some(value)) => Rndr::set_attribute(&node, name, value),
                    (Place::Attribute(name), None) => Rndr::remove_attribute(&node, name),
                    (Place::Words(node), value) => Rndr::set_text(node, value.unwrap_or_default()),
                }
                former = value;
            }
        })))
    }

    #[inline(never)]
    fn keep(mut self, kept: Kept) -> Self {
        self.0.kept.push(kept);
        self
    }
}

fn update(kept: &mut [Kept], view: &View) {
    for it in kept {
        if let Kept::Update(update) = it {
            update(view);
        }
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
