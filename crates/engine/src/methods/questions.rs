//! The security questions that were registered.

use std::collections::BTreeSet;

use regain_ports::{Account, AccountQuestion, Charge, NewQuestion, Registration, Rng, random_id};
use regain_protocol::{MethodKind, PredefinedQuestion, Question, QuestionAnswer, QuestionsOffer, Role, Secret};
use regain_values::{
    FlowId,
    questions::{self as catalogue, PREDEFINED, QUESTION_CHARACTERS},
};

use super::kind::{At, Entry, Kind, NOT_ALLOWED, NewMethod};
use crate::{
    Engine, Rules,
    decision::{Cost, Decision, LimitPolicy, Refusal},
    state::{AnswerQuestions, AskedQuestions, How, Method, Offered, ProvedPerson, SecurityInfo, Stage, Subject},
    turn::Turn,
};

/// The longest answer that is looked at, in characters. Registered ones have at most 40.
const MAX_ANSWER: usize = 200;

/// The kind.
pub(super) struct Questions;

impl Kind for Questions {
    fn kind(&self) -> MethodKind {
        MethodKind::Questions
    }

    /// They are set all together, by a verb of their own.
    fn addable(&self) -> &'static [Option<Role>] {
        &[]
    }

    fn is_on(&self, rules: &Rules, _: Option<Role>) -> bool {
        rules.methods.questions
    }

    fn methods(&self, at: &At<'_>, account: &Account) -> Vec<NewMethod> {
        let rules = at.engine.rules();
        if !is_usable(account, rules) {
            return Vec::new();
        }
        let is_late = waits(account, rules);
        let questions = of_the_day(at, &account.questions, is_late);
        let offered = if is_late { Offered::AfterAProof } else { Offered::Always };
        vec![NewMethod { offered, how: How::Questions(AskedQuestions { questions }) }]
    }

    fn can_begin(&self, account: &Account, rules: &Rules) -> bool {
        is_usable(account, rules) && !waits(account, rules)
    }

    fn choose(&self, turn: Turn<'_>, subject: Subject, method: Method) -> Result<Decision, Refusal> {
        let How::Questions(asked) = &method.how else { return Err(Refusal::StepPassed) };
        let asked = shuffled(turn.cx.rng, &asked.questions);
        Ok(turn.moved(Stage::AnswerQuestions(AnswerQuestions { subject, method, asked })))
    }

    fn enrol(&self, _: Turn<'_>, _: &ProvedPerson, _: Option<Role>, _: &Secret<String>) -> Result<Decision, Refusal> {
        Err(NOT_ALLOWED)
    }

    fn registration(&self, _: Turn<'_>, _: &Method) -> Option<Registration> {
        None
    }

    fn removal(&self, _: Option<Role>) -> Option<Registration> {
        Some(Registration::RemoveQuestions)
    }

    fn entries(&self, info: &SecurityInfo, rules: &Rules) -> Vec<Entry> {
        let counts = rules.methods.questions && info.questions >= usize::from(rules.questions.to_answer);
        let proves = if counts { vec![MethodKind::Questions] } else { Vec::new() };
        let entry = Entry { kind: MethodKind::Questions, role: None, destination: None, proves };
        (info.questions > 0).then_some(entry).into_iter().collect()
    }
}

fn is_usable(account: &Account, rules: &Rules) -> bool {
    rules.methods.questions && account.questions.len() >= usize::from(rules.questions.to_answer)
}

/// Tells if they are asked only after another proof: questions in the person's own words would tell that
/// there is such an account.
fn waits(account: &Account, rules: &Rules) -> bool {
    let common = account.questions.iter().filter(|question| question.own.is_none()).count();
    common < usize::from(rules.questions.to_answer)
}

/// The questions that are asked of the registered ones: the same all day, so that nobody can begin again and again
/// until the ones that they can answer come up. Those in the person's own words are asked only where the others do not
/// suffice.
fn of_the_day(at: &At<'_>, registered: &[AccountQuestion], with_own: bool) -> Vec<Question> {
    let rules = &at.engine.rules().questions;
    let day = at.cx.now.strftime("%F").to_string();
    let place = |id: &str| at.engine.keys.bucket(&format!("question {day}"), &format!("{} {id}", at.account_key));
    let candidates = registered.iter().filter(|question| with_own || question.own.is_none());
    let mut drawn: Vec<_> = candidates.map(|question| (place(&question.id), question)).collect();
    drawn.sort_by(|(one, _), (other, _)| one.cmp(other));
    let asked = drawn.into_iter().take(usize::from(rules.to_answer)).map(|(_, question)| {
        let own = question.own.clone();
        let text = own.or_else(|| rules.text(&question.id, at.locale)).unwrap_or_else(|| question.id.clone());
        Question { id: question.id.clone(), text }
    });
    asked.collect()
}

/// Tells if there is one answer, and no more, for each question.
pub(crate) fn check_answers(asked: &[Question], answers: &[QuestionAnswer]) -> Result<(), Refusal> {
    let answered = |question: &Question| answers.iter().filter(|answer| answer.question == question.id).count() == 1;
    if answers.len() != asked.len() || !asked.iter().all(answered) {
        return Err(Refusal::invalid("/answers", "one answer for each question that was asked"));
    }
    let fine = |text: &str| !text.trim().is_empty() && text.chars().count() <= MAX_ANSWER;
    if !answers.iter().all(|answer| fine(answer.answer.expose())) {
        return Err(Refusal::invalid("/answers", "an answer has 1 to 200 characters"));
    }
    Ok(())
}

/// The price of comparing answers or saved codes: a look at the tries that the account has left today, and one of as many
/// comparisons as the flow has tries. The tries themselves count when the flow changes, which is too late for requests
/// that come at once.
pub(crate) fn comparison_cost(engine: &Engine, what: &str, flow_id: &FlowId, account_key: &str) -> Vec<Cost> {
    let rules = engine.rules();
    let left =
        Cost { charge: engine.tries_of_the_day(account_key, 0), over_limit: LimitPolicy::EndFlow, only_wrong: false };
    let compared = Charge {
        bucket: format!("{what}:{flow_id}"),
        window: rules.lifetime,
        limit: rules.codes.tries.into(),
        cost: 1,
    };
    vec![left, Cost { charge: compared, over_limit: LimitPolicy::RateLimited, only_wrong: true }]
}

/// The questions in an order of chance.
fn shuffled(rng: &dyn Rng, questions: &[Question]) -> Vec<Question> {
    let mut asked = questions.to_vec();
    for last in (1..asked.len()).rev() {
        asked.swap(last, below(rng, last + 1));
    }
    asked
}

/// A number from 0 to below a small limit. Only an order hangs on it, so a bias of 2⁻⁵⁶ is none.
fn below(rng: &dyn Rng, limit: usize) -> usize {
    let mut bytes = [0; 8];
    rng.fill(&mut bytes);
    usize::try_from(u64::from_le_bytes(bytes) % u64::try_from(limit.max(1)).unwrap_or(1)).unwrap_or(0)
}

/// The questions on offer for registration.
pub(crate) fn offer(rules: &Rules, locale: &str) -> QuestionsOffer {
    let own = rules.questions.own.iter().map(|question| question.id.as_str());
    let predefined = PREDEFINED.into_iter().chain(own).filter_map(|id| {
        let text = rules.questions.text(id, locale)?;
        Some(PredefinedQuestion { id: id.to_owned(), text })
    });
    QuestionsOffer {
        predefined: predefined.collect(),
        own_allowed: rules.questions.own_words,
        to_register: rules.questions.to_register,
        to_answer: rules.questions.to_answer,
    }
}

/// The registration of questions with their answers, where they can be registered.
pub(crate) fn register(turn: Turn<'_>, given: &[QuestionAnswer]) -> Result<Registration, Refusal> {
    let rules = turn.engine.rules();
    let refused = |detail| Refusal::invalid("/answers", detail);
    if !rules.methods.questions {
        return Err(Refusal::StepPassed);
    }
    if given.len() != usize::from(rules.questions.to_register) {
        return Err(refused("not as many questions as are to be registered"));
    }
    catalogue::check_answers(given.iter().map(|given| &given.answer))
        .map_err(|_| refused("each answer has 3 to 40 characters, and no two are the same"))?;
    let mut seen = BTreeSet::new();
    let mut questions = Vec::with_capacity(given.len());
    for QuestionAnswer { question, answer } in given {
        let words = question.trim();
        let question = if rules.questions.text(words, "en").is_some() {
            AccountQuestion { id: words.to_owned(), own: None }
        } else if !rules.questions.own_words {
            return Err(refused("not one of the questions on offer"));
        } else if !QUESTION_CHARACTERS.contains(&words.chars().count()) || words.contains(char::is_control) {
            return Err(refused("a question of one's own has 3 to 200 characters on one line"));
        } else {
            AccountQuestion { id: format!("own-{}", random_id(turn.cx.rng)), own: Some(words.to_owned()) }
        };
        if !seen.insert(words.to_lowercase()) {
            return Err(refused("no two questions may be the same"));
        }
        // Of the others the person has only given the id.
        if question.own.is_some() && contains_answer(words, answer) {
            return Err(refused("a question may not contain its answer"));
        }
        questions.push(NewQuestion { question, answer: answer.clone() });
    }
    Ok(Registration::Questions(questions))
}

/// Tells if a question in a person's own words gives its answer away.
fn contains_answer(words: &str, answer: &Secret<String>) -> bool {
    catalogue::normalise(&words.into()).expose().contains(catalogue::normalise(answer).expose().as_str())
}
