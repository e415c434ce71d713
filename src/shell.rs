//! The one place where something happens: performs the effects that the [flow core](regain_flow) asks for, and keeps its
//! subscriptions running.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use leptos::leptos_dom::helpers::{IntervalHandle, WindowListenerHandle, set_interval_with_handle};
use leptos::prelude::{Set, window_event_listener_untyped};
use leptos::task::spawn_local;
use regain_flow::full::IS_FULL;
use regain_flow::{Announcement, Effect, Event, Field, FullEffect, Model, Reply, StepEvent, Subscriptions, Ticket};
use regain_protocol::{Config, CreateFlow};
use web_sys::{AbortController, HtmlElement};

use crate::api::Request;
use crate::assertion;
use crate::assistance::Assistance;
use crate::captcha;
use crate::dispatch::{Dispatch, Receive};
use crate::display::Display;
use crate::export;
use crate::host::Host;
use crate::options::{self, Options, now};
use crate::region::Region;
use crate::sms;
use crate::tabs::Tabs;
use crate::work::{Job, Workers};

/// The time between two ticks.
const TICK: Duration = Duration::from_secs(1);

/// The time between two polls of a call.
const POLL: Duration = Duration::from_secs(2);

/// One widget's connection to the world.
pub(crate) struct Shell {
    model: RefCell<Model>,
    display: Display,
    options: Options,
    host: Host,
    /// True until the configuration came along with the flow.
    awaits_config: Cell<bool>,
    region: Region,
    workers: Workers,
    assistance: Assistance,
    subscribed: Cell<Subscriptions>,
    ticks: Cell<Option<IntervalHandle>>,
    polls: Cell<Option<IntervalHandle>>,
    text_messages: Cell<Option<AbortController>>,
    online: Cell<Option<WindowListenerHandle>>,
    solving: Cell<Option<Job>>,
    stopped: Cell<bool>,
    tabs: RefCell<Option<Tabs>>,
}

impl Receive for Shell {
    fn receive(self: Rc<Self>, event: Event) {
        self.send(event);
    }
}

impl Shell {
    /// Takes in what happened, has the result drawn and does what is to be done about it.
    fn send(self: &Rc<Self>, event: Event) {
        // A reply may come after all that it would be drawn in is gone.
        if self.stopped.get() {
            return;
        }
        if matches!(event, Event::Step(StepEvent::Submitted)) {
            // Some password managers fill fields and tell nobody.
            for &field in &[Field::Current, Field::Password, Field::Confirm] {
                if let Some(input) = self.region.input(field) {
                    self.send(StepEvent::Input(field, input.value().into()).into());
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
        self.display.set(Arc::new(view));
        for effect in effects {
            self.perform(effect);
        }
        self.subscribe();
    }

    pub(crate) fn new(model: Model, display: Display, mut options: Options, root: HtmlElement) -> Self {
        Self {
            model: RefCell::new(model),
            display,
            host: Host::new(options.callbacks.clone(), std::mem::take(&mut options.key)),
            awaits_config: Cell::new(options.has_config),
            region: Region::new(root.clone(), options.may_focus.take()),
            workers: Workers { work: options.work.take(), root },
            options,
            assistance: Assistance::default(),
            subscribed: Cell::default(),
            ticks: Cell::new(None),
            polls: Cell::new(None),
            text_messages: Cell::new(None),
            online: Cell::new(None),
            solving: Cell::new(None),
            stopped: Cell::new(false),
            tabs: RefCell::new(None),
        }
    }

    /// The handle by which events come here.
    #[inline(never)]
    pub(crate) fn dispatch(self: &Rc<Self>) -> Dispatch {
        let receiver: Rc<Self> = Rc::clone(self);
        Dispatch::new(receiver)
    }

    /// Listens for the network to come back, and to the other tabs.
    pub(crate) fn listen(self: &Rc<Self>) {
        let dispatch = self.dispatch();
        self.online.set(Some(window_event_listener_untyped("online", move |_| dispatch.send(Event::CameOnline))));
        *self.tabs.borrow_mut() = Tabs::new(self.dispatch());
    }

    /// Starts and stops what differs from what runs.
    fn subscribe(self: &Rc<Self>) {
        let wanted = self.model.borrow().subscriptions(now());
        let former = self.subscribed.replace(wanted);
        if former.ticks != wanted.ticks {
            let dispatch = self.dispatch();
            let tick = move || dispatch.send(Event::Ticked);
            run(&self.ticks, wanted.ticks.then(|| set_interval_with_handle(tick, TICK).ok()).flatten());
        }
        if IS_FULL && former.polls != wanted.polls {
            let dispatch = self.dispatch();
            let poll = move || dispatch.send(Event::PollDue);
            run(&self.polls, wanted.polls.then(|| set_interval_with_handle(poll, POLL).ok()).flatten());
        }
        if former.text_messages != wanted.text_messages {
            self.stop_reading();
            if wanted.text_messages {
                self.text_messages.set(sms::read(self.dispatch()));
            }
        }
        if former.strength != wanted.strength {
            // A verdict of the former is not waited for.
            self.assistance.stop();
            self.send(Event::StrengthReady(false));
            if wanted.strength.is_some() {
                let words = self.model.borrow().weak_words();
                self.assistance.load_strength(&self.workers, self.dispatch(), &words);
            }
        }
    }

    fn perform(self: &Rc<Self>, effect: Effect) {
        match effect {
            // Otherwise it comes with the flow.
            Effect::LoadConfig if !self.awaits_config.get() => self.load_config(),
            Effect::LoadConfig => {}
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
                self.solving.set(captcha::solve(&self.workers, self.dispatch(), ticket, &captcha));
            }
            Effect::ScorePassword(ticket, password) => self.assistance.score(self.dispatch(), ticket, &password),
            Effect::CheckBreached(ticket, password) => {
                self.assistance.check_breached(
                    &self.workers,
                    self.dispatch(),
                    &self.options.api.address,
                    ticket,
                    &password,
                );
            }
            Effect::SuggestPassword(ticket, values) => {
                self.assistance.suggest(&self.workers, self.dispatch(), ticket, &values);
            }
            Effect::Copy(text) => self.assistance.copy(&self.workers, self.dispatch(), &text),
            Effect::SaveResume(flow) => self.host.save(Some(&flow)),
            Effect::ClearResume => self.host.save(None),
            Effect::Fill(field, text) => self.region.fill(field, text.expose()),
            Effect::Focus(focus) => self.region.focus(focus),
            Effect::ShowTrouble => self.region.show_trouble(),
            Effect::Announce(announcement) => self.region.announce(announcement),
            Effect::NotifyHost(event) => self.host.notify(&event),
            Effect::NotifyTabs(user_id) => {
                if let Some(tabs) = &*self.tabs.borrow() {
                    tabs.tell(&user_id);
                }
            }
            Effect::ReturnToSignIn { user_id, continue_url } => {
                self.host.return_to_sign_in(&user_id, continue_url.as_deref());
            }
            Effect::HandOver(flow, user_id) => self.host.hand_over(&flow, &user_id),
            Effect::OpenFlow(kind, user_id) => self.host.open_flow(kind, &user_id),
            Effect::Full(effect) => match effect.into_inner() {
                FullEffect::CopyKey(setup) => export::copy(&self.region, &setup.secret, Announcement::KeyCopied),
                FullEffect::ExportCodes(export, codes) => export::codes(&self.region, export, &codes),
            },
        }
    }

    fn load_config(self: &Rc<Self>) {
        let shell = Rc::clone(self);
        spawn_local(async move {
            let config = shell.options.api.config().await;
            shell.configured(config);
        });
    }

    fn configured(self: &Rc<Self>, config: Option<Config>) {
        self.send(config.map_or(Event::Unconfigured, |config| Event::Configured(Box::new(config))));
    }

    fn request(self: &Rc<Self>, ticket: Option<Ticket>, key: String, request: Request) {
        let shell = Rc::clone(self);
        spawn_local(async move {
            let answered = shell.options.api.send(&key, request).await;
            let Some(ticket) = ticket else { return };
            if let Some(offset) = answered.clock_offset {
                shell.send(Event::ClockRead(offset));
            }
            if answered.config.is_some() {
                shell.configured(answered.config);
            } else if shell.awaits_config.get() {
                shell.load_config();
            }
            shell.awaits_config.set(false);
            shell.send(Event::Replied(ticket, answered.reply));
        });
    }

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

    fn stop_reading(&self) {
        if let Some(reading) = self.text_messages.take() {
            reading.abort();
        }
    }

    /// Stops whatever runs.
    pub(crate) fn stop(&self) {
        self.stopped.set(true);
        run(&self.ticks, None);
        run(&self.polls, None);
        self.stop_reading();
        self.solving.set(None);
        self.assistance.stop();
        *self.tabs.borrow_mut() = None;
        if let Some(listener) = self.online.take() {
            listener.remove();
        }
    }
}

/// Runs an interval in the place of another one.
fn run(slot: &Cell<Option<IntervalHandle>>, interval: Option<IntervalHandle>) {
    if let Some(former) = slot.replace(interval) {
        former.clear();
    }
}
