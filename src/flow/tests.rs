//! The flow core against scripted servers, and against random ones in any order of events.

mod any_order;

use regain_protocol::{
    Config, Flow, FlowAnswered, Method, MethodKind, NoticeCode, PasswordPolicy, Problem, ProblemCode, Role, StepBody,
};

use super::*;
use crate::api::write_answer;

/// 2026-11-23T14:00:00Z.
const START: Millis = 1_795_442_400_000;

fn setup() -> Setup {
    Setup {
        kind: FlowKind::Reset,
        locale: Some("en".into()),
        user_id: "ada@example.com".into(),
        nonce: "nonce".into(),
        resume: None,
        reopened: false,
    }
}

fn method(id: &str) -> Method {
    let masked = Some("a•••@example.com".into());
    Method { id: id.into(), kind: MethodKind::Email, role: Some(Role::Alternate), masked, confirm: false }
}

fn identify() -> StepBody {
    StepBody::Identify { captcha: None }
}

fn choose_method() -> StepBody {
    StepBody::ChooseMethod { methods: vec![method("m1"), method("m2")] }
}

fn enter_code(tries_left: u8) -> StepBody {
    StepBody::EnterCode {
        method: method("m1"),
        length: 6,
        expires_at: "2026-11-23T14:10:00Z".into(),
        resend_at: "2026-11-23T14:00:30Z".into(),
        resends_left: 3,
        tries_left,
    }
}

fn new_password() -> StepBody {
    let policy = PasswordPolicy {
        min_length: 8,
        max_length: 64,
        min_classes: 0,
        forbid_user_id: true,
        forbidden_words: vec![],
        server_checks: vec![],
    };
    StepBody::NewPassword { policy, user_id: "ada@example.com".into(), first: false, needs_current: false }
}

fn done() -> StepBody {
    let user_id = "ada@example.com".into();
    StepBody::Done { outcome: Outcome::Reset, user_id, notified: true, continue_url: None }
}

fn ended(reason: EndReason) -> StepBody {
    StepBody::Ended { reason, retry_at: None }
}

fn flow(step: &str, body: StepBody) -> Flow {
    Flow {
        id: "flow".into(),
        kind: FlowKind::Reset,
        expires_at: "2026-11-23T14:15:00Z".into(),
        gate: None,
        notice: None,
        step: regain_protocol::Step { id: step.into(), body },
    }
}

fn answer(step: &str, body: StepBody) -> Reply {
    Reply::Flow(Box::new(FlowAnswered { flow: flow(step, body), token: None }))
}

fn refusal(status: u16, code: ProblemCode, flow: Option<Flow>) -> Reply {
    let problem = Problem {
        kind: String::new(),
        title: String::new(),
        status,
        detail: None,
        code,
        flow,
        violations: vec![],
        pointer: None,
    };
    Reply::Refused { status, problem: Some(Box::new(problem)), retry_after: None }
}

/// What went to the server, in a form to compare.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Sent {
    Create { key: String },
    Get,
    Answer { key: String, step: String, body: String, token: String },
}

/// A widget with what it asked for.
struct Driven {
    model: Model,
    now: Millis,
    sent: Vec<Sent>,
    /// The ticket of the request without a reply.
    awaited: Option<Ticket>,
    effects: Vec<Effect>,
}

impl Driven {
    fn open(setup: Setup) -> Self {
        let mut driven = Self { model: Model::new(setup), now: START, sent: vec![], awaited: None, effects: vec![] };
        driven.event(Event::Opened);
        driven
    }

    /// A widget at a step.
    fn at(step: &str, body: StepBody) -> Self {
        let mut driven = Self::open(setup());
        let answered = FlowAnswered { flow: flow(step, body), token: Some(Secret::from("token")) };
        driven.reply(Reply::Flow(Box::new(answered)));
        driven.effects.clear();
        driven.sent.clear();
        driven
    }

    fn event(&mut self, event: Event) {
        let effects = self.model.update(self.now, event);
        for effect in &effects {
            let (ticket, sent) = match effect {
                Effect::CreateFlow { ticket, key, .. } => (ticket, Sent::Create { key: key.clone() }),
                Effect::GetFlow { ticket, .. } => (ticket, Sent::Get),
                Effect::PostAnswer { ticket, key, flow, step, answer } => {
                    let body = write_answer(answer).expose().clone();
                    let (key, step) = (key.clone(), step.clone());
                    (ticket, Sent::Answer { key, step, body, token: flow.token.expose().clone() })
                }
                _ => continue,
            };
            self.awaited = Some(*ticket);
            self.sent.push(sent);
        }
        self.effects.extend(effects);
    }

    fn reply(&mut self, reply: Reply) {
        let ticket = self.awaited.take().expect("a request is on its way");
        self.event(Event::Replied(ticket, reply));
    }

    fn typed(&mut self, field: Field, text: &str) {
        self.event(Event::Typed(field, text.into()));
    }

    /// Lets time pass as a browser's interval does.
    fn seconds(&mut self, seconds: u32) {
        for _ in 0..seconds {
            self.now += 1000;
            self.event(Event::Ticked);
        }
    }

    fn view(&self) -> View {
        self.model.view(self.now)
    }

    fn fault(&self) -> Option<Fault> {
        self.view().trouble.map(|trouble| trouble.fault)
    }

    fn typed_code(&self) -> String {
        match &self.model.state {
            State::Live(live) => match &live.step {
                Step::EnterCode(step) => step.code.expose().clone(),
                _ => panic!("not at the code"),
            },
            _ => panic!("no flow"),
        }
    }

    fn has(&self, wanted: impl Fn(&Effect) -> bool) -> bool {
        self.effects.iter().any(wanted)
    }
}

#[test]
fn the_whole_way_is_led_by_the_server() {
    let mut widget = Driven::open(setup());
    assert!(matches!(widget.view().screen, Screen::Loading));
    let answered = FlowAnswered { flow: flow("s1", identify()), token: Some("t1".into()) };
    widget.reply(Reply::Flow(Box::new(answered)));
    let Screen::Identify { user_id, .. } = widget.view().screen else { panic!("it asks who") };
    assert_eq!(user_id, "ada@example.com", "carried over from the host page");
    widget.event(Event::Submitted);
    widget.reply(answer("s2", choose_method()));
    widget.event(Event::Chose(1));
    widget.event(Event::Submitted);
    widget.reply(answer("s3", enter_code(5)));
    widget.typed(Field::Code, "123 456");
    widget.event(Event::Submitted);
    let answered = FlowAnswered { flow: flow("s4", new_password()), token: Some("t2".into()) };
    widget.reply(Reply::Flow(Box::new(answered)));
    widget.typed(Field::Password, "a new passphrase");
    widget.typed(Field::Confirm, "a new passphrase");
    widget.event(Event::Submitted);
    widget.reply(answer("s5", done()));
    assert!(matches!(widget.view().screen, Screen::Done { outcome: Outcome::Reset, notified: true }));
    let sent = |n: u32, step: &str, body: &str, token: &str| Sent::Answer {
        key: format!("nonce-{n}"),
        step: step.into(),
        body: body.into(),
        token: token.into(),
    };
    assert_eq!(
        widget.sent,
        [
            Sent::Create { key: "nonce-1".into() },
            sent(2, "s1", r#"{"do":"identify","user_id":"ada@example.com"}"#, "t1"),
            sent(3, "s2", r#"{"do":"choose","method":"m2"}"#, "t1"),
            sent(4, "s3", r#"{"do":"verify","code":"123456"}"#, "t1"),
            sent(5, "s4", r#"{"do":"set_password","password":"a new passphrase"}"#, "t2"),
        ]
    );
    assert!(widget.has(|effect| matches!(effect, Effect::ClearResume)), "nothing is left for a reload");
    widget.event(Event::WentToSignIn);
    assert!(
        widget.has(|effect| matches!(effect, Effect::ReturnToSignIn { user_id, .. } if user_id == "ada@example.com"))
    );
}

#[test]
fn a_new_step_takes_the_focus_and_a_wrong_field_keeps_it() {
    let mut widget = Driven::at("s", choose_method());
    widget.event(Event::Submitted);
    assert!(widget.has(|effect| matches!(effect, Effect::Focus(Focus::Field(Field::Method)))));
    widget.event(Event::Chose(0));
    widget.event(Event::Submitted);
    widget.effects.clear();
    widget.reply(answer("s2", enter_code(5)));
    assert!(widget.has(|effect| matches!(effect, Effect::Focus(Focus::Heading))));
    assert!(widget.has(|effect| matches!(effect, Effect::Tell(HostEvent::Step("enter_code")))));
}

#[test]
fn repeated_clicks_send_one_request() {
    let mut widget = Driven::at("s", identify());
    for _ in 0..5 {
        widget.event(Event::Submitted);
    }
    assert_eq!(widget.sent.len(), 1);
    assert!(widget.view().busy && !widget.view().can_submit);
}

#[test]
fn a_wrong_code_is_said_in_place_and_stays_typed() {
    let mut widget = Driven::at("s", enter_code(5));
    widget.typed(Field::Code, "111111");
    widget.event(Event::Submitted);
    let drawn = widget.view().key;
    widget.reply(refusal(422, ProblemCode::WrongCode, Some(flow("s", enter_code(4)))));
    let Screen::EnterCode(code) = widget.view().screen else { panic!("it stays at the code") };
    assert_eq!(code.error, Some(FieldError::WrongCode { tries_left: 4 }));
    assert_eq!(widget.view().key, drawn, "the field is not drawn anew");
    assert_eq!(widget.typed_code(), "111111");
    assert!(widget.has(|effect| matches!(effect, Effect::Focus(Focus::Field(Field::Code)))));
}

#[test]
fn the_last_wrong_code_ends_the_flow() {
    let mut widget = Driven::at("s", enter_code(1));
    widget.typed(Field::Code, "111111");
    widget.event(Event::Submitted);
    widget.reply(refusal(422, ProblemCode::WrongCode, Some(flow("e", ended(EndReason::TooManyAttempts)))));
    let Screen::Ended(view) = widget.view().screen else { panic!("it is over") };
    assert_eq!(view.why, End::Reason(EndReason::TooManyAttempts));
    assert!(widget.has(|effect| matches!(effect, Effect::ClearResume)));
}

#[test]
fn each_failure_reads_differently_and_is_repeated_under_the_same_key() {
    for (reply, fault) in [
        (Reply::Lost(Fault::Offline), Fault::Offline),
        (Reply::Lost(Fault::Unreachable), Fault::Unreachable),
        (Reply::Refused { status: 502, problem: None, retry_after: None }, Fault::Server),
        (refusal(503, ProblemCode::Unavailable, None), Fault::Server),
    ] {
        let mut widget = Driven::at("s", enter_code(5));
        widget.typed(Field::Code, "123456");
        widget.event(Event::Submitted);
        widget.reply(reply);
        assert_eq!(widget.fault(), Some(fault));
        assert_eq!(widget.typed_code(), "123456");
        widget.event(Event::Retried);
        assert!(matches!(widget.effects.last(), Some(Effect::Focus(Focus::Heading))), "the button pressed goes away");
        widget.reply(Reply::Lost(Fault::Offline));
        widget.event(Event::CameOnline);
        widget.reply(Reply::Lost(Fault::Server));
        // The form's own button means the same request too, as long as nothing was changed.
        widget.event(Event::Submitted);
        assert_eq!(widget.sent.len(), 4);
        assert!(widget.sent.iter().all(|sent| *sent == widget.sent[0]), "{:?}", widget.sent);
        assert_eq!(widget.fault(), Some(Fault::Server), "shown until something comes back");
        widget.reply(answer("s2", new_password()));
        assert_eq!(widget.fault(), None);
    }
}

#[test]
fn it_tries_again_by_itself_and_less_and_less_often() {
    let mut widget = Driven::at("s", enter_code(5));
    widget.typed(Field::Code, "123456");
    widget.event(Event::Submitted);
    let mut waits = vec![];
    for _ in 0..5 {
        widget.reply(Reply::Lost(Fault::Unreachable));
        let (sent, mut waited) = (widget.sent.len(), 0);
        while widget.sent.len() == sent && waited < 100 {
            widget.seconds(1);
            waited += 1;
        }
        waits.push(waited);
    }
    assert_eq!(waits, [4, 8, 16, 30, 60]);
    widget.reply(Reply::Lost(Fault::Unreachable));
    let sent = widget.sent.len();
    widget.seconds(100);
    assert_eq!(widget.sent.len(), sent, "after that the person decides");
    assert!(widget.view().trouble.is_some_and(|trouble| trouble.can_retry));
}

#[test]
fn what_was_changed_after_a_failure_is_a_new_request() {
    let mut widget = Driven::at("s", enter_code(5));
    widget.typed(Field::Code, "111111");
    widget.event(Event::Submitted);
    widget.reply(Reply::Lost(Fault::Unreachable));
    widget.typed(Field::Code, "222222");
    assert_eq!(widget.fault(), None);
    widget.seconds(10);
    assert_eq!(widget.sent.len(), 1, "the former one is not sent behind the person's back");
    widget.event(Event::Submitted);
    let [Sent::Answer { key: first, .. }, Sent::Answer { key: second, body, .. }] = &widget.sent[..] else {
        panic!("two answers")
    };
    assert_ne!(first, second);
    assert!(body.contains("222222"));
}

#[test]
fn too_many_requests_count_down_and_then_go_on() {
    let mut widget = Driven::at("s", enter_code(5));
    widget.typed(Field::Code, "123456");
    widget.event(Event::Submitted);
    widget.reply(Reply::Refused { status: 429, problem: None, retry_after: Some(7) });
    assert_eq!(widget.view().trouble.and_then(|trouble| trouble.wait), Some(7));
    widget.seconds(3);
    assert_eq!(widget.view().trouble.and_then(|trouble| trouble.wait), Some(4));
    widget.typed(Field::Code, "123457");
    widget.event(Event::Submitted);
    assert_eq!(widget.sent.len(), 1, "not before");
    widget.seconds(4);
    assert!(widget.view().can_submit && widget.view().trouble.is_none());
    widget.event(Event::Submitted);
    assert_eq!(widget.sent.len(), 2);
}

#[test]
fn too_many_requests_at_the_beginning_leave_a_way_on() {
    let mut widget = Driven::open(setup());
    widget.reply(Reply::Refused { status: 429, problem: None, retry_after: Some(5) });
    assert!(matches!(widget.view().screen, Screen::Failed));
    widget.event(Event::Retried);
    assert_eq!(widget.sent.len(), 1, "not before");
    widget.seconds(6);
    assert!(widget.view().trouble.is_some_and(|trouble| trouble.can_retry));
    widget.event(Event::Retried);
    assert_eq!(widget.sent.len(), 2);
}

#[test]
fn a_step_that_has_passed_shows_where_the_flow_is() {
    let mut widget = Driven::at("s", enter_code(5));
    widget.typed(Field::Code, "123456");
    widget.event(Event::Submitted);
    widget.reply(refusal(409, ProblemCode::StepPassed, Some(flow("s2", new_password()))));
    assert!(matches!(widget.view().screen, Screen::NewPassword(_)));
    // Without the flow in the answer, it asks.
    let mut widget = Driven::at("s", enter_code(5));
    widget.typed(Field::Code, "123456");
    widget.event(Event::Submitted);
    widget.reply(refusal(409, ProblemCode::StepPassed, None));
    assert_eq!(widget.sent.last(), Some(&Sent::Get));
    widget.reply(answer("s2", new_password()));
    assert!(matches!(widget.view().screen, Screen::NewPassword(_)));
}

#[test]
fn an_ended_flow_is_shown_as_ended() {
    let mut widget = Driven::at("s", enter_code(5));
    widget.typed(Field::Code, "123456");
    widget.event(Event::Submitted);
    widget.reply(refusal(410, ProblemCode::FlowEnded, Some(flow("e", ended(EndReason::Expired)))));
    let Screen::Ended(view) = widget.view().screen else { panic!("it is over") };
    assert_eq!(view.why, End::Reason(EndReason::Expired));
    widget.event(Event::StartedAgain);
    assert!(matches!(widget.sent.last(), Some(Sent::Create { .. })));
}

#[test]
fn a_flow_that_the_server_does_not_know_is_over() {
    let mut widget = Driven::at("s", enter_code(5));
    widget.typed(Field::Code, "123456");
    widget.event(Event::Submitted);
    widget.reply(refusal(401, ProblemCode::Unauthorized, None));
    let Screen::Ended(view) = widget.view().screen else { panic!("it is over") };
    assert_eq!(view.why, End::SessionOver);
    assert!(widget.has(|effect| matches!(effect, Effect::ClearResume)));
}

#[test]
fn a_reload_goes_on_at_the_same_step() {
    let resume = Resume { id: "flow".into(), token: "token".into() };
    let mut widget = Driven::open(Setup { resume: Some(resume), reopened: true, ..setup() });
    assert_eq!(widget.sent, [Sent::Get]);
    widget.reply(answer("s", enter_code(3)));
    assert!(matches!(widget.view().screen, Screen::EnterCode(_)));
    widget.typed(Field::Code, "123456");
    widget.event(Event::Submitted);
    assert!(matches!(&widget.sent[1], Sent::Answer { token, .. } if token == "token"));
}

#[test]
fn a_flow_that_is_gone_after_a_reload_is_said_to_be_over_and_after_a_click_replaced() {
    for reply in
        [refusal(401, ProblemCode::Unauthorized, None), answer("e", ended(EndReason::Expired)), answer("d", done())]
    {
        let resume = Some(Resume { id: "flow".into(), token: "token".into() });
        let mut clicked = Driven::open(Setup { resume: resume.clone(), ..setup() });
        clicked.reply(reply.clone());
        assert!(matches!(clicked.sent.last(), Some(Sent::Create { .. })));
        let mut reloaded = Driven::open(Setup { resume, reopened: true, ..setup() });
        reloaded.reply(reply);
        assert_eq!(reloaded.sent, [Sent::Get]);
        assert!(matches!(reloaded.view().screen, Screen::Ended(_) | Screen::Done { .. }));
    }
}

#[test]
fn another_code_can_be_asked_for_when_its_time_has_come() {
    let mut widget = Driven::at("s", enter_code(5));
    widget.typed(Field::Code, "12");
    widget.event(Event::AskedForAnotherCode);
    assert!(widget.sent.is_empty(), "not yet");
    widget.seconds(30);
    widget.event(Event::AskedForAnotherCode);
    widget.event(Event::AskedForAnotherCode);
    assert_eq!(widget.sent.len(), 1);
    let notice = Some(Notice { code: NoticeCode::CodeResent });
    let flow = Flow { notice, ..flow("s", enter_code(5)) };
    widget.reply(Reply::Flow(Box::new(FlowAnswered { flow, token: None })));
    assert!(widget.has(|effect| matches!(effect, Effect::Announce(Announcement::CodeSent))));
    assert_eq!(widget.typed_code(), "12");
}

#[test]
fn the_end_of_the_flow_is_announced_and_then_asked_about() {
    let mut widget = Driven::at("s", choose_method());
    widget.seconds(14 * 60);
    let view = widget.view();
    assert_eq!(view.ending, Some(60));
    let said = |widget: &Driven| {
        let mut said = vec![];
        for effect in &widget.effects {
            if let Effect::Announce(Announcement::FlowEnds(left)) = effect {
                said.push(*left);
            }
        }
        said
    };
    assert_eq!(said(&widget), [60], "well over the 20 s that WCAG 2.2.1 asks for");
    widget.seconds(55);
    assert_eq!(said(&widget), [60, 10]);
    assert!(widget.sent.is_empty(), "not before its time");
    widget.seconds(5);
    assert_eq!(widget.sent, [Sent::Get], "only the server says that it is over");
    // It is not over: this device's clock is ahead. No storm of questions.
    widget.reply(answer("s", choose_method()));
    widget.seconds(10);
    assert_eq!(widget.sent.len(), 1);
    widget.seconds(30);
    widget.reply(answer("e", ended(EndReason::Expired)));
    assert!(matches!(widget.view().screen, Screen::Ended(_)));
}

#[test]
fn countdowns_run_by_the_servers_clock() {
    let mut widget = Driven::at("s", enter_code(5));
    // This device is an hour ahead.
    widget.now += 3_600_000;
    let Screen::EnterCode(code) = widget.view().screen else { panic!("it is the code") };
    assert_eq!(code.good_for, 0);
    widget.event(Event::ClockRead(-3_600_000));
    let Screen::EnterCode(code) = widget.view().screen else { panic!("it is the code") };
    assert_eq!((code.good_for, code.resend_in), (600, 30));
}

#[test]
fn a_request_without_a_reply_is_given_up_and_its_late_reply_dropped() {
    let mut widget = Driven::at("s", enter_code(5));
    widget.typed(Field::Code, "123456");
    widget.event(Event::Submitted);
    let ticket = widget.awaited.expect("a request is on its way");
    widget.seconds(29);
    assert!(widget.view().busy);
    assert!(widget.has(|effect| matches!(effect, Effect::Announce(Announcement::StillWorking))));
    widget.seconds(1);
    assert_eq!(widget.fault(), Some(Fault::Unreachable));
    widget.event(Event::Replied(ticket, answer("s2", new_password())));
    assert!(matches!(widget.view().screen, Screen::EnterCode(_)));
}

#[test]
fn an_unknown_step_leads_to_help() {
    let mut widget = Driven::at("s", StepBody::Unknown);
    assert!(matches!(widget.view().screen, Screen::Unknown));
    widget.event(Event::Submitted);
    assert!(widget.sent.is_empty());
    let help = Help { email: Some("help@example.com".into()), ..Help::default() };
    let (name, logo, user_id_hint) = ("Example".into(), None, None);
    let config =
        Config { name, logo, account_types: vec![], flows: vec![], locales: vec![], help: help.clone(), user_id_hint };
    widget.event(Event::Configured(Box::new(config)));
    assert_eq!(widget.view().help, help);
}

#[test]
fn closing_tells_the_server_and_forgets() {
    let mut widget = Driven::at("s", identify());
    widget.event(Event::Submitted);
    widget.event(Event::Cancelled);
    assert!(widget.has(|effect| matches!(effect, Effect::DeleteFlow(_))));
    assert!(widget.has(|effect| matches!(effect, Effect::ClearResume)));
    assert!(widget.has(|effect| matches!(effect, Effect::Close)));
    assert!(widget.has(|effect| matches!(effect, Effect::StopTicking)));
    widget.effects.clear();
    widget.reply(answer("s2", choose_method()));
    assert!(widget.effects.is_empty(), "nothing happens after the end");
}

#[test]
fn a_continue_address_that_is_no_page_is_dropped() {
    for (url, kept) in
        [("https://example.com/in", true), ("/in", true), ("javascript:alert(1)", false), ("//evil", false)]
    {
        let mut widget = Driven::at("s", new_password());
        widget.typed(Field::Password, "a new passphrase");
        widget.typed(Field::Confirm, "a new passphrase");
        widget.event(Event::Submitted);
        let body = StepBody::Done {
            outcome: Outcome::Reset,
            user_id: String::new(),
            notified: false,
            continue_url: Some(url.into()),
        };
        widget.reply(answer("d", body));
        widget.event(Event::WentToSignIn);
        let found = widget.has(|effect| matches!(effect, Effect::ReturnToSignIn { continue_url: Some(_), .. }));
        assert_eq!(found, kept, "{url}");
    }
}
