//! Any order of events, with replies made up on the spot.

use proptest::prelude::*;
use regain_protocol::{
    CallStatus, Captcha, Config, EndReason, FlowAnswered, ProblemCode, Role, Secret, StepBody, Violation,
};

use super::super::*;
use crate::clock::Millis;
use crate::model::{Model, State};
use crate::steps::full::FullStep;
use crate::steps::list::Step;

use super::captcha::{image, work};
use super::driven::*;

/// One thing that happens; replies are made up on the spot.
#[derive(Debug, Clone)]
enum Happening {
    Types(Field, String),
    Chooses(usize),
    Presses(u8),
    /// Opens or closes a form of the security info.
    Forms(SecurityInfoEvent),
    TimePasses(u16),
    /// The browser is done with a challenge, or with one of before.
    Solves(u8, u8),
    /// A text message with a code comes.
    ReadsCode(String),
    /// The configuration comes, with so many kinds of account.
    Configures(u8),
    /// The assistance with a password is heard of, or asked for: about the password of now or of before.
    Helps(u8, u8, String),
    /// The request on its way is answered.
    Answer(Answered),
    /// An answer comes to a request that was given up, or was never made.
    StaleAnswer(u32, Answered),
}

#[derive(Debug, Clone)]
enum Answered {
    Step(u8, u8),
    Problem(u16, u8, Option<(u8, u8)>),
    Lost(u8),
}

fn body(kind: u8) -> StepBody {
    match kind % 19 {
        0 => identify(),
        1 => choose_method(),
        2 => enter_code(kind / 18),
        3 => new_password(),
        4 => done(),
        5 => ended(EndReason::Expired),
        6 => StepBody::ChooseMethod { methods: vec![] },
        7 => contact("asked"),
        8 => call(CallStatus::Ringing, kind / 18),
        9 => call(CallStatus::NoAnswer, kind / 18),
        10 => questions(kind / 18),
        11 => choose_outcome(),
        12 => work(&kind.to_string()),
        13 => image(&kind.to_string()),
        14 => StepBody::Identify { captcha: Some(Captcha::Turnstile { site_key: "key".into() }) },
        // These are unknown to the lean widget.
        15 => StepBody::SignIn { user_id: (kind > 100).then(|| "ada".into()), captcha: None },
        16 => security_info(kind / 18),
        17 => with_codes(security_info(1)),
        _ => StepBody::Unknown,
    }
}

impl Answered {
    fn reply(&self) -> Reply {
        match self {
            Self::Step(id, kind) => {
                let flow = flow(&id.to_string(), body(*kind));
                Reply::Flow(Box::new(FlowAnswered { flow, token: Some(Secret::new(format!("token {id}"))) }))
            }
            Self::Problem(status, code, at) => {
                let code = [
                    ProblemCode::WrongCode,
                    ProblemCode::WrongAnswers,
                    ProblemCode::CaptchaFailed,
                    ProblemCode::CodeExpired,
                    ProblemCode::PasswordRefused,
                    ProblemCode::Invalid,
                    ProblemCode::Unknown,
                ][usize::from(code % 7)];
                let mut reply = refusal(*status, code, at.map(|(id, kind)| flow(&id.to_string(), body(kind))));
                if let Reply::Refused { problem: Some(problem), retry_after, .. } = &mut reply {
                    problem.violations = vec![Violation::Common {}];
                    *retry_after = (status % 2 == 0).then_some(3);
                }
                reply
            }
            Self::Lost(fault) => {
                Reply::Lost([Fault::Offline, Fault::Unreachable, Fault::Server][usize::from(fault % 3)])
            }
        }
    }

    /// The step that the server says comes next, if it says so.
    fn step(&self) -> Option<(String, u8)> {
        match self {
            Self::Step(id, kind) | Self::Problem(400..=499, _, Some((id, kind))) => Some((id.to_string(), *kind)),
            _ => None,
        }
    }
}

fn answers() -> impl Strategy<Value = Answered> {
    // Few ids, so that the same step comes again often.
    let step = || (0..3u8, any::<u8>());
    prop_oneof![
        4 => step().prop_map(|(id, kind)| Answered::Step(id, kind)),
        3 => (prop::sample::select(vec![400, 401, 404, 409, 410, 413, 422, 422, 422, 429, 500, 503]), any::<u8>(), prop::option::of(step()))
            .prop_map(|(status, code, at)| Answered::Problem(status, code, at)),
        2 => any::<u8>().prop_map(Answered::Lost),
    ]
}

fn happenings() -> impl Strategy<Value = Happening> {
    use Field as F;
    let fields = vec![
        F::UserId,
        F::Captcha,
        F::Destination,
        F::Code,
        F::Answer(0),
        F::Answer(2),
        F::Question(0),
        F::Own(1),
        F::Message,
        F::Current,
        F::Password,
        F::Confirm,
    ];
    let texts = prop_oneof!["[0-9]{6}", "[a-z]{0,20}", Just("a long passphrase".to_owned())];
    prop_oneof![
        4 => (prop::sample::select(fields), texts).prop_map(|(field, text)| Happening::Types(field, text)),
        1 => (0..3usize).prop_map(Happening::Chooses),
        4 => any::<u8>().prop_map(Happening::Presses),
        2 => forms(),
        2 => (0..2000u16).prop_map(Happening::TimePasses),
        2 => (0..4u8, any::<u8>()).prop_map(|(age, how)| Happening::Solves(age, how)),
        1 => "[0-9]{6}".prop_map(Happening::ReadsCode),
        1 => (0..4u8).prop_map(Happening::Configures),
        3 => (0..3u8, any::<u8>(), "[a-z]{0,12}").prop_map(|(age, how, text)| Happening::Helps(age, how, text)),
        6 => answers().prop_map(Happening::Answer),
        1 => (any::<u32>(), answers()).prop_map(|(ticket, answer)| Happening::StaleAnswer(ticket, answer)),
    ]
}

fn forms() -> impl Strategy<Value = Happening> {
    let mail = Enrolment::Email(Some(Role::Alternate));
    let phone = Enrolment::Phone(Some(Role::Mobile));
    let all = [mail, phone, Enrolment::Questions, Enrolment::Authenticator, Enrolment::RecoveryCodes];
    let others = [SecurityInfoEvent::RemovalOpened(0), SecurityInfoEvent::FormClosed];
    let all = all.map(SecurityInfoEvent::Opened).into_iter().chain(others);
    prop::sample::select(all.collect::<Vec<_>>()).prop_map(Happening::Forms)
}

/// The content of the current step, to see that nothing is lost.
fn contents(model: &Model) -> Vec<String> {
    let Some(step) = model.current() else { return vec![] };
    match step {
        // A picture's text lasts as long as the picture.
        Step::Identify(step) => vec![step.user_id.clone()],
        Step::ChooseMethod(step) => vec![step.destination.expose().clone()],
        Step::EnterCode(step) => vec![step.code.expose().clone()],
        Step::NewPassword(step) => {
            [&step.current, &step.password, &step.confirm].map(|secret| secret.expose().clone()).into()
        }
        Step::Full(step) => match &**step {
            FullStep::ContactAdministrator(step) => vec![step.message.expose().clone()],
            FullStep::AnswerQuestions(step) => step.answers.iter().map(|secret| secret.expose().clone()).collect(),
            FullStep::ChooseOutcome(step) => vec![format!("{:?}", step.chosen)],
            FullStep::SignIn(step) => vec![step.password.expose().clone()],
            FullStep::SecurityInfo(step) => step.contents(),
            FullStep::AnswerCall(_) => vec![],
        },
        Step::Unknown => vec![],
    }
}

fn step_id(model: &Model) -> Option<String> {
    match &model.state {
        State::Live(live) => Some(live.step_id.clone()),
        _ => None,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

    /// No order of events panics, skips a step, loses what was typed, sends two requests at once,
    /// answers a step that is not the current one, or repeats a request under another key.
    #[test]
    fn any_order_of_events_is_fine(
        reopened in any::<bool>(),
        resumes in any::<bool>(),
        happenings in prop::collection::vec(happenings(), 0..60),
    ) {
        let resume = resumes.then(|| Resume { id: "flow".into(), token: "token".into() });
        let mut widget = Driven::unconfigured(Setup { resume, reopened, ..setup() });
        // A submission is sent later where it has to wait for the challenge.
        let mut submitted = false;
        for happening in happenings {
            let (key, typed, id) = (widget.view().key, contents(&widget.model), step_id(&widget.model));
            let (awaited, sent) = (widget.awaited, widget.sent.len());
            let mut led_to = None;
            match &happening {
                Happening::Types(field, text) => widget.typed(*field, text),
                Happening::Chooses(place) => widget.choose(*place),
                Happening::Presses(button) => widget.event(match button % 12 {
                    0..=2 => StepEvent::Submitted.into(),
                    3 => CodeEvent::Resent.into(),
                    4 => StepEvent::AnotherMethodRequested.into(),
                    5 => Event::Retried,
                    6 => Event::CameOnline,
                    7 => Event::full(FullEvent::CallAgain).unwrap_or(Event::CameOnline),
                    8 => ChallengeEvent::Renewed.into(),
                    9 => Event::HelpRequested,
                    10 => Event::AccountTypeChosen,
                    _ if *button > 200 && *button < 230 => {
                        let event = SecurityInfoEvent::CodesExported(Export::Print);
                        Event::full(FullEvent::SecurityInfo(event)).unwrap_or(Event::CameOnline)
                    }
                    _ if *button > 250 => Event::Cancelled,
                    _ => Event::StartedAgain,
                }),
                Happening::Forms(event) => {
                    if let Some(event) = Event::full(FullEvent::SecurityInfo(*event)) {
                        widget.event(event);
                    }
                }
                Happening::TimePasses(tenths) => {
                    widget.now += Millis::from(*tenths) * 100;
                    widget.event(Event::Ticked);
                    if widget.subscribed.polls {
                        widget.event(Event::PollDue);
                    }
                }
                Happening::Solves(age, how) => {
                    let ticket = Ticket(widget.model.tickets.saturating_sub((*age).into()));
                    widget.event(match how % 3 {
                        0 => ChallengeEvent::Progress(ticket, u32::from(*how)),
                        1 => ChallengeEvent::Unsolvable(ticket),
                        _ => ChallengeEvent::Solved(ticket, how.to_string()),
                    });
                }
                Happening::ReadsCode(code) => widget.event(CodeEvent::Read(code.as_str().into())),
                Happening::Helps(age, how, text) => {
                    let ticket = Ticket(widget.model.tickets.saturating_sub((*age).into()));
                    let event = match how % 11 {
                        0 => PasswordEvent::StrengthReady(*how > 30),
                        1 => PasswordEvent::Scored(ticket, Strength { score: how % 5, ..Strength::default() }),
                        2 => PasswordEvent::TypingPaused(ticket),
                        3 => PasswordEvent::BreachChecked(ticket, i32::from(*how) - 100),
                        4 => PasswordEvent::SuggestionRequested { same_kind: *how > 100 },
                        5 => PasswordEvent::Suggested(ticket, (*how > 60).then(|| text.as_str().into()), *how > 90),
                        6 => PasswordEvent::CopyRequested,
                        7 => PasswordEvent::Copied(*how > 100),
                        8 => PasswordEvent::VisibilityToggled,
                        9 => PasswordEvent::CapsLock((*how > 100).then_some(Field::Confirm)),
                        _ => PasswordEvent::Left(Field::Confirm),
                    };
                    match event {
                        PasswordEvent::StrengthReady(ready) => widget.event(Event::StrengthReady(ready)),
                        event => widget.event(event),
                    }
                }
                Happening::Configures(kinds) => {
                    let account_types = (0..*kinds).map(|kind| account_type(&kind.to_string(), None)).collect();
                    widget.event(Event::Configured(Box::new(Config { account_types, ..config() })));
                }
                Happening::Answer(answer) => {
                    if widget.awaited.is_some() {
                        led_to = answer.step();
                        widget.reply(answer.reply());
                    }
                }
                Happening::StaleAnswer(ticket, answer) => {
                    if widget.awaited != Some(Ticket(*ticket)) {
                        widget.event(Event::Replied(Ticket(*ticket), answer.reply()));
                        prop_assert_eq!(widget.view().key, key, "a stale reply changes nothing");
                        prop_assert_eq!(contents(&widget.model), typed.clone());
                    }
                }
            }
            if matches!(widget.model.state, State::Closed) {
                break;
            }
            let now = step_id(&widget.model);
            if now != id && let Some(now) = &now {
                prop_assert_eq!(Some(now), led_to.as_ref().map(|(id, _)| id), "only the server leads to a step");
            }
            let changes = matches!(happening, Happening::Types(..) | Happening::ReadsCode(_) | Happening::Helps(_, _, _))
                || matches!((&happening, widget.model.step()), (Happening::Chooses(_), Some(Step::Full(step))) if matches!(**step, FullStep::ChooseOutcome(_)));
            if widget.view().key == key && !changes {
                prop_assert_eq!(contents(&widget.model), typed, "what was typed stays: {:?}", happening);
            }
            prop_assert!(widget.sent.len() <= sent + 1, "one request at a time");
            submitted |= matches!(happening, Happening::Presses(button) if button % 12 <= 2);
            if widget.sent.len() > sent && awaited.is_some() && widget.awaited.is_some() && !matches!(happening, Happening::Answer(_)) {
                // A second request while one was on its way: only where that one was given up.
                let pressed = matches!(happening, Happening::Presses(_));
                let pressed = pressed || matches!(happening, Happening::Forms(_));
                let solved = submitted && matches!(happening, Happening::Solves(..));
                prop_assert!(pressed || solved || matches!(happening, Happening::TimePasses(_)));
            }
            submitted &= widget.sent.len() == sent;
            let view = widget.view();
            prop_assert!(
                view.busy || view.can_submit || view.trouble.is_some() || !matches!(widget.model.state, State::Live(_))
                    || matches!(view.screen, Screen::Unknown),
                "there is always a way on"
            );
            if let (true, Some(Sent::Answer { step, .. })) = (widget.sent.len() > sent, widget.sent.last()) {
                prop_assert_eq!(Some(step), now.as_ref(), "an answer names the current step");
            }
        }
        // Under one key, always the same request.
        for (at, one) in widget.sent.iter().enumerate() {
            for other in &widget.sent[..at] {
                if let (
                    Sent::Answer { key, step, body, .. },
                    Sent::Answer { key: other_key, step: other_step, body: other_body, .. },
                ) = (one, other) && key == other_key {
                    prop_assert_eq!((step, body), (other_step, other_body));
                }
            }
        }
    }
}
