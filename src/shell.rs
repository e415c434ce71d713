//! The one place where something happens: carries out what the [flow core](crate::flow) asks for,
//! and tells it what happened.

use std::cell::{Cell, OnceCell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use js_sys::Function;
use leptos::leptos_dom::helpers::{IntervalHandle, WindowListenerHandle, set_interval_with_handle};
use leptos::mount::{UnmountHandle, mount_to};
use leptos::prelude::*;
use leptos::reactive::signal::ArcTrigger;
use leptos::tachys::view::any_view::AnyViewState;
use leptos::task::spawn_local;
#[cfg(feature = "full")]
use regain_protocol::CreateFlow;
use regain_protocol::Outcome;
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::{AbortController, HtmlElement, HtmlInputElement, Storage};

use crate::aids::{self, Aids};
use crate::api::{self, Request};
#[cfg(feature = "full")]
use crate::assertion;
use crate::captcha;
#[cfg(feature = "full")]
use crate::flow::Reply;
use crate::flow::{Announcement, Effect, Event, Fault, Field, Focus, HostEvent, Model, Resume, Ticket, View};
use crate::i18n::{self, Text};
#[cfg(feature = "full")]
use crate::keeping;
#[cfg(feature = "full")]
use crate::options;
use crate::options::{Options, now};
use crate::sms;
use crate::views::{self, Context, Part};
use crate::work::Job;

/// Shows the widget in `root`, an element in a tree that has the stylesheet. The function that it returns takes the
/// widget away, once, and has to be called: it holds all that the widget has. Its flow goes on at the server.
pub fn mount(root: HtmlElement, options: &JsValue) -> JsValue {
    #[cfg(debug_assertions)]
    console_error_panic_hook::set_once();
    let mut options = Options::read(options);
    i18n::speak(&options.language, options.texts.take());
    let shell = Rc::new(OnceCell::new());
    let mounted = mount_to(root.clone(), {
        let shell = Rc::clone(&shell);
        move || {
            let model = Model::new(options.setup.clone());
            let view = RwSignal::new(model.view(now()));
            let shell = shell.get_or_init(|| {
                Rc::new(Shell {
                    model: RefCell::new(model),
                    view,
                    redraw: Default::default(),
                    options,
                    root,
                    interval: Cell::new(None),
                    online: Cell::new(None),
                    reading: Cell::new(None),
                    solving: Cell::new(None),
                    aids: Aids::default(),
                    mounted: Cell::new(None),
                })
            });
            shell.listen();
            shell.send(Event::Opened);
            let sender = StoredValue::new_local(Rc::clone(shell));
            views::widget(Context { view, sender })
        }
    });
    let Some(shell) = shell.get().cloned() else { return JsValue::UNDEFINED };
    shell.mounted.set(Some(mounted));
    Closure::once_into_js(move || shell.unmount())
}

/// One widget's connection to the world.
pub(crate) struct Shell {
    model: RefCell<Model>,
    view: RwSignal<View>,
    redraw: [ArcTrigger; 2],
    options: Options,
    root: HtmlElement,
    interval: Cell<Option<IntervalHandle>>,
    online: Cell<Option<WindowListenerHandle>>,
    reading: Cell<Option<AbortController>>,
    solving: Cell<Option<Job>>,
    aids: Aids,
    mounted: Cell<Option<UnmountHandle<AnyViewState>>>,
}

impl Shell {
    /// Takes in what happened, does what is to be done about it and has the result drawn.
    pub(crate) fn send(self: &Rc<Self>, event: Event) {
        if matches!(event, Event::Submitted) {
            // Some password managers fill fields and tell nobody.
            for &field in &[Field::Current, Field::Password, Field::Confirm] {
                if let Some(input) = self.input(field) {
                    self.send(Event::Typed(field, input.value().into()));
                }
            }
        }
        let now = now();
        let (effects, view) = {
            let mut model = self.model.borrow_mut();
            let effects = model.update(now, event);
            (effects, model.view(now))
        };
        if !view.screen.has_challenge() {
            self.solving.set(None);
        }
        let keys = views::keys(&view);
        for (place, former) in self.view.with_untracked(views::keys).into_iter().enumerate() {
            if former != keys[place] {
                self.redraw[place].notify();
            }
        }
        self.view.set(view);
        for effect in effects {
            self.perform(effect);
        }
    }

    /// Heard of when a part is to be drawn anew.
    pub(crate) fn redraw(&self, part: Part) -> &ArcTrigger {
        &self.redraw[part as usize]
    }

    pub(crate) fn href(&self) -> Option<&str> {
        self.options.href.as_deref()
    }

    /// The widget's element, in its shadow tree.
    pub(crate) fn root(&self) -> &HtmlElement {
        &self.root
    }

    /// What helps with choosing a password.
    pub(crate) fn aids(&self) -> &Aids {
        &self.aids
    }

    fn input(&self, field: Field) -> Option<HtmlInputElement> {
        self.root.query_selector(&["#regain-", field.name()].concat()).ok().flatten()?.dyn_into().ok()
    }

    /// What brings in the script that has other work done.
    pub(crate) fn work(&self) -> Option<&Function> {
        self.options.work.as_ref()
    }

    fn listen(self: &Rc<Self>) {
        let shell = Rc::clone(self);
        self.online.set(Some(window_event_listener_untyped("online", move |_| shell.send(Event::CameOnline))));
    }

    fn perform(self: &Rc<Self>, effect: Effect) {
        match effect {
            Effect::LoadConfig => {
                let shell = Rc::clone(self);
                spawn_local(async move {
                    let config = api::config(&shell.options.api).await;
                    shell.send(config.map_or(Event::Unconfigured, |config| Event::Configured(Box::new(config))));
                });
            }
            #[cfg(feature = "full")]
            Effect::CreateFlow { ticket, create, .. } if self.options.setup.is_vouched_for() => {
                self.create_with_assertion(ticket, create);
            }
            Effect::CreateFlow { ticket, key, create } => self.request(Some(ticket), key, Request::Create(create)),
            Effect::GetFlow { ticket, flow } => self.request(Some(ticket), String::new(), Request::Get(flow)),
            Effect::PostAnswer { ticket, key, flow, step, answer } => {
                self.request(Some(ticket), key, Request::Answer { flow, step, answer });
            }
            Effect::DeleteFlow(flow) => self.request(None, String::new(), Request::Delete(flow)),
            Effect::SolveCaptcha(ticket, captcha) => {
                // The one before is given up first: a box of an outside service is in its place.
                self.solving.set(None);
                self.solving.set(captcha::solve(self, ticket, &captcha));
            }
            Effect::BringInStrength(inputs) => aids::bring_in_strength(self, &inputs),
            Effect::SendStrengthAway => self.aids.stop(),
            Effect::Examine(ticket, password) => aids::examine(self, ticket, &password),
            Effect::LookUp(ticket, password) => aids::look_up(self, &self.options.api, ticket, &password),
            Effect::Suggest(ticket, values) => aids::suggest(self, ticket, &values),
            Effect::Copy(text) => aids::copy(self, &text),
            Effect::SaveResume(flow) => self.save(Some(&flow)),
            Effect::ClearResume => self.save(None),
            Effect::StartTicking => {
                let shell = Rc::clone(self);
                let tick = move || {
                    if shell.root.is_connected() {
                        shell.send(Event::Ticked);
                    } else {
                        // The host page took us away.
                        shell.tell("gone", "", "");
                    }
                };
                self.interval.set(set_interval_with_handle(tick, Duration::from_secs(1)).ok());
            }
            Effect::StopTicking => self.stop_ticking(),
            Effect::StartReadingSms => self.reading.set(sms::read(self)),
            Effect::StopReadingSms => self.stop_reading(),
            Effect::Fill(field, text) => {
                if let Some(input) = self.input(field) {
                    input.set_value(text.expose());
                }
                if let Ok(Some(whole)) = self.root.query_selector("#regain-suggestion") {
                    whole.set_text_content(Some(text.expose()));
                }
            }
            Effect::Focus(focus) => self.focus(focus),
            Effect::Announce(announcement) => self.announce(announcement),
            Effect::Tell(event) => self.tell_event(&event),
            Effect::ReturnToSignIn { user_id, continue_url } => {
                self.tell("return", &user_id, continue_url.as_deref().unwrap_or_default());
            }
            // To the loader, which keeps it to itself: not through an address, nor through storage, which may
            // be forbidden.
            Effect::GoOn(flow) => self.tell("more", &kept(&flow), ""),
            Effect::OpenFlow(kind, user_id) => self.tell("flow", kind.as_str(), &user_id),
            #[cfg(feature = "full")]
            Effect::CopyKey(setup) => keeping::copy(self, &setup.secret, Announcement::KeyCopied),
            #[cfg(feature = "full")]
            Effect::KeepCodes(keep, codes) => keeping::codes(self, keep, &codes),
        }
    }

    fn request(self: &Rc<Self>, ticket: Option<Ticket>, key: String, request: Request) {
        let shell = Rc::clone(self);
        spawn_local(async move {
            let answered = api::send(&shell.options.api, &key, request).await;
            let Some(ticket) = ticket else { return };
            if let Some(offset) = answered.clock_offset {
                shell.send(Event::ClockRead(offset));
            }
            shell.send(Event::Replied(ticket, answered.reply));
        });
    }

    /// Begins a flow for whoever the host page says is signed in. The word for that is another one each
    /// time, so the request is another one too, under a key of its own.
    #[cfg(feature = "full")]
    fn create_with_assertion(self: &Rc<Self>, ticket: Ticket, create: CreateFlow) {
        let shell = Rc::clone(self);
        spawn_local(async move {
            let Some(from) = &shell.options.assertion else { return };
            match assertion::fetch(from).await {
                Ok(assertion) => {
                    let create = CreateFlow { assertion: Some(assertion), ..create };
                    shell.request(Some(ticket), options::nonce(), Request::Create(create));
                }
                Err(fault) => shell.send(Event::Replied(ticket, Reply::Lost(fault))),
            }
        });
    }

    /// Storage may be full or forbidden: then a reload begins anew.
    fn save(&self, flow: Option<&Resume>) {
        let Some(storage) = storage() else { return };
        let _ = match flow {
            Some(flow) => storage.set_item(&self.options.key, &kept(flow)),
            None => storage.remove_item(&self.options.key),
        };
    }

    fn focus(self: &Rc<Self>, focus: Focus) {
        if focus == Focus::Heading {
            self.said_nothing();
        }
        let shell = Rc::clone(self);
        // By then what changed is drawn.
        let find = move || {
            let selector = match focus {
                Focus::Heading => "h2".to_owned(),
                Focus::Field(field) => ["#regain-", field.name()].concat(),
            };
            let found = shell.root.query_selector(&selector).ok().flatten();
            if let Some(element) = found.and_then(|it| it.dyn_into::<HtmlElement>().ok()) {
                // Someone who went on to type elsewhere on the page keeps the focus, and is told what is new here.
                if !shell.may_focus() {
                    return shell.say(element.text_content().unwrap_or_default());
                }
                // Who is there already hears nothing of being brought there: then what is wrong is said.
                if element.matches(":focus") == Ok(true) {
                    let wrong = shell.root.query_selector(&[&*selector, "-error"].concat()).ok().flatten();
                    shell.say(wrong.and_then(|it| it.text_content()).unwrap_or_default());
                }
                let _ = element.focus();
            }
        };
        set_timeout(find, Duration::ZERO);
    }

    fn may_focus(&self) -> bool {
        let answer = self.options.may_focus.as_ref().map(|ask| ask.call0(&JsValue::NULL));
        !answer.is_some_and(|answer| answer.is_ok_and(|may| may.is_falsy()))
    }

    pub(crate) fn announce(&self, announcement: Announcement) {
        let words = match announcement {
            Announcement::CodeSent => i18n::text(Text::CodeResent).to_owned(),
            Announcement::NewCaptcha => i18n::text(Text::CaptchaNew).to_owned(),
            Announcement::CodeRead => i18n::text(Text::CodeRead).to_owned(),
            #[cfg(feature = "full")]
            Announcement::Call(status) => i18n::text(views::call_status(status)).to_owned(),
            #[cfg(feature = "full")]
            Announcement::RoomLeft(left) => views::room(left),
            #[cfg(not(feature = "full"))]
            Announcement::Call(_) | Announcement::RoomLeft(_) => return,
            Announcement::CodeEnds(seconds) => i18n::fill(Text::CodeEndsSoon, &[&i18n::span(seconds)]),
            Announcement::CodeEnded => i18n::text(Text::CodeGone).to_owned(),
            Announcement::FlowEnds(seconds) => i18n::fill(Text::FlowEndsSoon, &[&i18n::span(seconds)]),
            #[cfg(feature = "full")]
            Announcement::KeyCopied => i18n::text(Text::KeyCopied).to_owned(),
            Announcement::StillWorking => i18n::text(Text::Working).to_owned(),
            Announcement::RulesMet { met, of } => i18n::fill(Text::RulesMet, &[&i18n::digits(met), &i18n::digits(of)]),
            Announcement::Strength(words) => words,
            Announcement::Leaked => i18n::text(Text::RuleBreached).to_owned(),
            Announcement::Matching(same) => i18n::text(if same { Text::Same } else { Text::Different }).to_owned(),
            Announcement::Shown(shown) => i18n::text(if shown { Text::Shown } else { Text::Hidden }).to_owned(),
            Announcement::CapsLock => i18n::text(Text::CapsLock).to_owned(),
            Announcement::Suggested => i18n::text(Text::SuggestionGiven).to_owned(),
            Announcement::NoSuggestion => i18n::text(Text::SuggestionFailed).to_owned(),
            Announcement::Copied => i18n::text(Text::Copied).to_owned(),
        };
        self.say(words);
    }

    /// Has words read out, wherever the reading is.
    fn say(&self, words: String) {
        let Some(region) = self.said_nothing() else { return };
        set_timeout(move || region.set_text_content(Some(&words)), Duration::from_millis(50));
    }

    /// The region that is read out, empty: the same words twice are said twice only if it was, and what
    /// was said at a former step is not to be come across.
    fn said_nothing(&self) -> Option<web_sys::Element> {
        let region = self.root.query_selector("[role=status]").ok().flatten()?;
        region.set_text_content(None);
        Some(region)
    }

    fn tell_event(&self, event: &HostEvent) {
        let (what, detail) = match event {
            HostEvent::Step(name) => ("step", *name),
            HostEvent::Done(outcome) => ("done", outcome_name(*outcome)),
            HostEvent::Failed(fault) => ("error", fault_name(*fault)),
            HostEvent::Ended => ("error", "ended"),
            HostEvent::Closed => ("close", ""),
        };
        self.tell(what, detail, "");
    }

    fn tell(&self, what: &str, detail: &str, more: &str) {
        if let Some(tell) = &self.options.tell {
            // What the host page does with it is not our affair.
            let _ = tell.call3(&JsValue::NULL, &what.into(), &detail.into(), &more.into());
        }
    }

    fn stop_ticking(&self) {
        if let Some(interval) = self.interval.take() {
            interval.clear();
        }
    }

    fn stop_reading(&self) {
        if let Some(reading) = self.reading.take() {
            reading.abort();
        }
    }

    fn unmount(&self) {
        self.stop_ticking();
        self.stop_reading();
        self.solving.set(None);
        self.aids.stop();
        if let Some(listener) = self.online.take() {
            listener.remove();
        }
        drop(self.mounted.take());
    }
}

/// What resumes a flow, as a text.
fn kept(flow: &Resume) -> String {
    [&*flow.id, " ", flow.token.expose()].concat()
}

fn storage() -> Option<Storage> {
    window().session_storage().ok().flatten()
}

fn outcome_name(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Reset => "reset",
        Outcome::FirstPassword => "first_password",
        Outcome::Unlocked => "unlocked",
        Outcome::NotLocked => "not_locked",
        Outcome::Changed => "changed",
        Outcome::Registered => "registered",
        Outcome::RequestSent => "request_sent",
        Outcome::Unknown => "unknown",
    }
}

fn fault_name(fault: Fault) -> &'static str {
    match fault {
        Fault::Offline => "offline",
        Fault::Unreachable => "unreachable",
        Fault::Server => "server",
        Fault::Busy => "busy",
        Fault::Refused => "refused",
    }
}
