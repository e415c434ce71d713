//! The building blocks that the screens share.
//!
//! Everything is one kind of element with boxed attributes and children: each generic instantiation
//! of Leptos' views would cost the widget bytes, and `view!`'s static HTML goes through `innerHTML`,
//! which trusted types refuse.

use std::rc::Rc;

use leptos::ev;
use leptos::html::custom;
use leptos::prelude::*;
use leptos::tachys::html::attribute::any_attribute::{AnyAttribute, IntoAnyAttribute};
use leptos::tachys::html::attribute::custom::custom_attribute;
use leptos::tachys::html::event::on;
use regain_flow::{Event, Field, FullEvent, StepEvent, View};

use crate::dispatch::Dispatch;
use crate::display::{Display, Part};
use crate::i18n::{self, Text};

/// The surroundings of every screen.
#[derive(Clone, Copy)]
pub(crate) struct Context {
    pub(super) view: RwSignal<View>,
    handles: StoredValue<Rc<Handles>, LocalStorage>,
}

struct Handles {
    dispatch: Dispatch,
    display: Rc<Display>,
    /// The link's own address: the way on without the widget.
    href: Option<String>,
}

impl Context {
    pub(crate) fn new(dispatch: Dispatch, display: Rc<Display>, href: Option<String>) -> Self {
        let view = display.view();
        Self { view, handles: StoredValue::new_local(Rc::new(Handles { dispatch, display, href })) }
    }

    #[inline(never)]
    pub(super) fn send(self, event: Event) {
        if let Some(handles) = self.handles.try_get_value() {
            handles.dispatch.send(event);
        }
    }

    /// Sends an event of a step that only the full build has.
    pub(super) fn send_full(self, event: FullEvent) {
        if let Some(handles) = self.handles.try_get_value() {
            handles.dispatch.send_full(event);
        }
    }

    /// The link's own address: the way on without the widget.
    pub(super) fn href(self) -> Option<String> {
        self.handles.try_get_value().and_then(|handles| handles.href.clone())
    }

    /// Something of what is to be drawn; drawn anew when it changes.
    pub(super) fn read<T>(self, read: impl FnOnce(&View) -> T) -> T {
        self.view.with(read)
    }
}

/// A part that is drawn anew with every other key.
pub(super) fn anew(context: Context, part: Part, draw: fn(Context) -> AnyView) -> Child {
    let drawn: Box<dyn FnMut() -> AnyView + Send> = Box::new(move || {
        if let Some(handles) = context.handles.try_get_value() {
            handles.display.track(part);
        }
        untrack(|| draw(context))
    });
    Child(drawn.into_any())
}

/// A time in words: so many seconds, which are waited for or run out.
pub(super) type Time = fn(u32, bool) -> String;

type Live<T> = Box<dyn FnMut() -> T + Send>;

/// An element being built. It is handed on from call to call, so it is one pointer: the screens
/// are little else than such calls.
pub(super) struct Element(Box<Parts>);

struct Parts {
    tag: &'static str,
    attributes: Vec<AnyAttribute>,
    children: Vec<AnyView>,
}

/// Begins an element.
#[inline(never)]
pub(super) fn element(tag: &'static str) -> Element {
    Element(Box::new(Parts { tag, attributes: Vec::new(), children: Vec::new() }))
}

impl Element {
    /// An attribute that stays.
    #[inline(never)]
    pub(super) fn at(mut self, name: &'static str, value: &'static str) -> Self {
        self.0.attributes.push(custom_attribute(name, value).into_any_attr());
        self
    }

    /// An attribute worked out once.
    pub(super) fn with(self, name: &'static str, value: String) -> Self {
        let mut value = Some(value);
        self.boxed_at(name, Box::new(move || value.take()))
    }

    /// An attribute that changes; `None` takes it away.
    pub(super) fn live_at(self, name: &'static str, value: impl FnMut() -> Option<String> + Send + 'static) -> Self {
        self.boxed_at(name, Box::new(value))
    }

    #[inline(never)]
    fn boxed_at(mut self, name: &'static str, value: Live<Option<String>>) -> Self {
        self.0.attributes.push(custom_attribute(name, value).into_any_attr());
        self
    }

    /// An attribute that is there or not.
    pub(super) fn flag(self, name: &'static str, mut on: impl FnMut() -> bool + Send + 'static) -> Self {
        self.live_at(name, move || on().then(String::new))
    }

    /// The same for what is there from the beginning or not at all.
    pub(super) fn has(self, name: &'static str, on: bool) -> Self {
        if on { self.at(name, "") } else { self }
    }

    /// An attribute that is there while something holds. What is drawn is asked by plain functions
    /// here and below: each closure would be code of its own.
    #[inline(never)]
    pub(super) fn when(self, name: &'static str, context: Context, holds: fn(&View) -> bool) -> Self {
        self.boxed_at(name, Box::new(move || context.read(holds).then(String::new)))
    }

    /// An ARIA state that is there while something holds.
    #[inline(never)]
    pub(super) fn aria(self, name: &'static str, context: Context, holds: fn(&View) -> bool) -> Self {
        self.boxed_at(name, Box::new(move || yes(context.read(holds))))
    }

    /// Words that change with what is to be drawn.
    #[inline(never)]
    pub(super) fn shows(self, context: Context, words: fn(&View) -> String) -> Self {
        self.boxed_live(Box::new(move || context.read(words)))
    }

    /// The same for what is a text of the catalogue.
    #[inline(never)]
    pub(super) fn says(self, context: Context, text: fn(&View) -> Text) -> Self {
        self.boxed_live(Box::new(move || i18n::text(context.read(text)).to_owned()))
    }

    /// Both the class and the part by which a host page styles it.
    #[inline(never)]
    pub(super) fn part(self, name: &'static str) -> Self {
        self.at("class", name).at("part", name)
    }

    /// An event handler.
    pub(super) fn on(self, name: &'static str, handler: impl FnMut(web_sys::Event) + 'static) -> Self {
        self.boxed_on(name, Box::new(handler))
    }

    #[inline(never)]
    pub(super) fn boxed_on(mut self, name: &'static str, handler: Box<dyn FnMut(web_sys::Event)>) -> Self {
        self.0.attributes.push(on(ev::Custom::<web_sys::Event>::new(name), handler).into_any_attr());
        self
    }

    /// A child.
    pub(super) fn child(self, child: impl Into<Child>) -> Self {
        self.append(child.into().0)
    }

    #[inline(never)]
    fn append(mut self, child: AnyView) -> Self {
        self.0.children.push(child);
        self
    }

    /// Words that stay.
    #[inline(never)]
    pub(super) fn say(self, text: Text) -> Self {
        self.append(i18n::text(text).into_any())
    }

    /// Words worked out once.
    #[inline(never)]
    pub(super) fn words(self, words: String) -> Self {
        self.append(words.into_any())
    }

    /// Words around a value that stands at [`HERE`].
    #[inline(never)]
    pub(super) fn around(self, words: &str, value: &str) -> Self {
        let (before, after) = words.split_once('\0').unwrap_or((words, ""));
        self.words(before.to_owned()).child(ltr(value.to_owned())).words(after.to_owned())
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

    /// Words that change.
    pub(super) fn live(self, words: impl FnMut() -> String + Send + 'static) -> Self {
        self.boxed_live(Box::new(words))
    }

    #[inline(never)]
    fn boxed_live(self, words: Live<String>) -> Self {
        self.append(words.into_any())
    }

    /// The element as something to draw.
    #[inline(never)]
    pub(super) fn done(self) -> AnyView {
        let Parts { tag, attributes, children } = *self.0;
        custom(tag).add_any_attr(attributes).child(children).into_any()
    }
}

/// A child of an element.
pub(super) struct Child(AnyView);

impl From<Element> for Child {
    #[inline(never)]
    fn from(element: Element) -> Self {
        Self(element.done())
    }
}

impl From<AnyView> for Child {
    fn from(view: AnyView) -> Self {
        Self(view)
    }
}

/// The step's heading: takes the focus when the step begins.
pub(super) fn heading(text: Text) -> Element {
    element("h2").part("heading").at("id", "regain-heading").at("tabindex", "-1").say(text)
}

/// A paragraph.
pub(super) fn lead(text: Text) -> Element {
    element("p").part("lead").say(text)
}

/// A screen with its first words.
#[inline(never)]
pub(super) fn screen(title: Text, words: Text) -> Element {
    element("div").at("class", "screen").child(heading(title)).child(lead(words))
}

/// The actions, the most likely first.
#[inline(never)]
pub(super) fn actions(first: Element, second: Element) -> Element {
    element("div").at("class", "actions").child(first).child(second)
}

/// The step's form: Enter and the submit button send it, the browser's own bubbles stay away. A copy of it that a page
/// keeps has none of our handlers, and by this method goes nowhere either.
pub(super) fn form(context: Context) -> Element {
    element("form").at("novalidate", "").at("class", "form").at("method", "dialog").on("submit", move |event| {
        event.prevent_default();
        context.send(StepEvent::Submitted.into());
    })
}

/// The one button that goes on. While it can't, it keeps the focus.
pub(super) fn submit(context: Context, text: fn(&View) -> Text) -> Element {
    element("button")
        .part("primary")
        .at("type", "submit")
        .aria("aria-disabled", context, |view| !view.can_submit)
        .aria("aria-busy", context, |view| view.busy)
        .says(context, text)
}

/// A button for an event of a step that only the full build has.
pub(super) fn full_button(class: &'static str, context: Context, event: FullEvent) -> Element {
    element("button").part(class).at("type", "button").on("click", move |_| context.send_full(event))
}

/// A button for anything else.
pub(super) fn button(class: &'static str, context: Context, event: fn() -> Event) -> Element {
    element("button").part(class).at("type", "button").on("click", move |_| context.send(event()))
}

/// Back to the choice of methods.
pub(super) fn another_method(context: Context) -> Element {
    button("secondary", context, || StepEvent::AnotherMethodRequested.into()).say(Text::AnotherWay)
}

/// Out of here.
pub(super) fn cancel(context: Context) -> Element {
    button("secondary", context, || Event::Cancelled).say(Text::Cancel)
}

/// Choices of which one is taken; the fault of the choice stands below them.
pub(super) fn choices(field: Field) -> Element {
    element("fieldset")
        .part("choices")
        .with("aria-describedby", ["regain-", field.name(), "-error"].concat())
        .child(element("legend").part("label").say(Text::ChoicesLegend))
}

/// One of them, with its words.
#[inline(never)]
pub(super) fn choice(
    context: Context,
    field: Field,
    place: usize,
    chosen: Option<usize>,
    kind: &'static str,
    words: Element,
) -> Element {
    let mut radio = element("input")
        .at("type", "radio")
        .at("name", field.name())
        .has("checked", chosen == Some(place))
        .on("change", move |_| context.send(StepEvent::Chosen(place).into()));
    if place == 0 {
        radio = radio.with("id", ["regain-", field.name()].concat());
    }
    // The kind is its sign: see the stylesheet.
    element("label").part("choice").at("data-kind", kind).child(radio).child(words)
}

/// Stands for a value among words.
pub(super) const HERE: &str = "\0";

/// A text that only the eye, or only the ear, may miss.
pub(super) fn ltr(words: String) -> Element {
    element("bdi").at("dir", "ltr").at("translate", "no").part("value").words(words)
}

/// The value of an ARIA attribute that is there only when it holds.
pub(super) fn yes(holds: bool) -> Option<String> {
    holds.then(|| "true".to_owned())
}

/// The fault of a field, in words.
pub(super) type Wrong = fn(&View, Field) -> Option<String>;

/// An `<input>` with what every field has.
pub(super) fn input(context: Context, field: Field, wrong: Wrong) -> Element {
    control("input", context, field, wrong)
        .at("autocapitalize", "none")
        .at("autocorrect", "off")
        .at("spellcheck", "false")
        .at("aria-required", "true")
}

/// A control that something is typed into.
#[inline(never)]
pub(super) fn control(tag: &'static str, context: Context, field: Field, wrong: Wrong) -> Element {
    let id = ["regain-", field.name()].concat();
    // A step that begins in its field is told of by the field.
    let heading = if matches!(field, Field::UserId | Field::Code) { "regain-heading " } else { "" };
    let described_by = [heading, &*id, "-hint ", &id, "-error"].concat();
    element(tag)
        .part("input")
        .at("name", field.name())
        .with("id", id)
        .with("aria-describedby", described_by)
        .live_at("aria-invalid", move || yes(context.read(|view| wrong(view, field).is_some())))
        .boxed_on("input", typed(context, field))
}

/// Takes what a field holds.
#[inline(never)]
pub(super) fn typed(context: Context, field: Field) -> Box<dyn FnMut(web_sys::Event)> {
    Box::new(move |event| context.send(StepEvent::Input(field, event_target_value(&event).into()).into()))
}

/// A labelled field with its hint and what is wrong with it.
pub(super) fn field(
    context: Context,
    field: Field,
    label: Text,
    hint: fn(Context) -> String,
    input: Element,
    wrong: Wrong,
) -> Element {
    labelled(context, field, i18n::text(label).to_owned(), hint, input, wrong)
}

/// No hint.
pub(super) fn no_hint(_: Context) -> String {
    String::new()
}

/// The same with a label of the server's.
#[inline(never)]
pub(super) fn labelled(
    context: Context,
    field: Field,
    label: String,
    hint: fn(Context) -> String,
    input: Element,
    wrong: Wrong,
) -> Element {
    hinted(context, field, element("label").words(label), element("p").live(move || hint(context)), input, wrong)
}

/// A field with its label and its hint.
#[inline(never)]
pub(super) fn hinted(
    context: Context,
    field: Field,
    label: Element,
    hint: Element,
    input: Element,
    wrong: Wrong,
) -> Element {
    let id = ["regain-", field.name()].concat();
    element("div")
        .at("class", "field")
        .child(label.part("label").with("for", id.clone()))
        .child(input)
        .child(hint.part("hint").with("id", [&*id, "-hint"].concat()))
        .child(error(context, field, wrong))
}

/// The fault of a field, beside it.
pub(super) fn error(context: Context, field: Field, wrong: Wrong) -> Element {
    element("p")
        .part("error")
        .with("id", ["regain-", field.name(), "-error"].concat())
        .flag("hidden", move || context.read(|view| wrong(view, field).is_none()))
        .live(move || context.read(|view| wrong(view, field)).unwrap_or_default())
}
