//! Step `security_info`: what one can prove oneself by.
//!
//! Takes `add`, `remove`, `set_questions` and `finish`. What is added gets a code, or a call, or the key for
//! an app, and is registered once it is shown to work ([`super::adding`]). Each change is the directory's to
//! make; afterwards every address, old and new, is told, and the account's other flows are over: what was
//! sent to an address that is gone proves nothing any more.

use std::collections::BTreeSet;

use regain_protocol::{Answer, MethodKind, PredefinedQuestion, QuestionAnswer, QuestionsOffer, Role, Secret, StepBody};

use super::{
    Context, Engine, Rules,
    apply::known,
    effects::{Application, Decision, Refusal},
    registered,
    state::{KnownAccount, State, Subject},
};
use regain_ports::{AccountQuestion, NewQuestion, Registration, random_id};
use regain_values::questions::{PREDEFINED, QUESTION_CHARACTERS, check_answers};

impl Engine {
    pub(super) fn at_security_info(
        &self,
        cx: Context<'_>,
        state: &State,
        answer: &Answer,
    ) -> Result<Decision, Refusal> {
        let subject = state.subject.as_ref().ok_or(Refusal::StepPassed)?;
        let account = known(state).ok_or(Refusal::StepPassed)?;
        let rules = self.rules();
        let registration = match answer {
            Answer::Add { kind, role, value } => {
                let nothing = Secret::from("");
                return self.add(cx, state, account, (*kind, *role), value.as_ref().unwrap_or(&nothing));
            }
            Answer::Remove { method } => self.removal(rules, subject, account, method)?,
            Answer::SetQuestions { answers } => Registration::Questions(questions(cx, rules, answers)?),
            Answer::Finish {} if account.info.missing(rules, account.gates) > 0 => {
                return Err(Refusal::invalid("/do", "the organisation asks for more than is registered"));
            }
            Answer::Finish {} => Registration::Confirm(cx.now),
            _ => return Err(Refusal::StepPassed),
        };
        Ok(Decision::applying(cx, state, account, Application::Register(registration)))
    }

    /// The step as it is shown.
    pub(super) fn security_info(&self, cx: Context<'_>, state: &State) -> Option<StepBody> {
        let rules = self.rules();
        let subject = state.subject.as_ref()?;
        let account = subject.account.as_ref()?;
        let methods = self.shown_entries(subject, account);
        let counting = methods.iter().filter(|method| method.verified).count();
        let missing = account.info.missing(rules, account.gates);
        let required = if missing > 0 { counting + missing } else { rules.security_info.required.into() };
        Some(StepBody::SecurityInfo {
            methods,
            required: u8::try_from(required).unwrap_or(u8::MAX),
            allowed: registered::allowed(rules),
            questions: rules.methods.offers(MethodKind::Questions, None).then(|| offer(rules, &state.locale)),
            reconfirm: rules.security_info.is_stale(account.info.confirmed_at, cx.now),
        })
    }

    fn removal(
        &self,
        rules: &Rules,
        subject: &Subject,
        account: &KnownAccount,
        id: &str,
    ) -> Result<Registration, Refusal> {
        let refused = || Refusal::invalid("/method", "not one of the registered methods");
        let entries = account.info.entries(rules);
        let entry = entries.iter().find(|entry| self.entry_id(subject, entry) == id).ok_or_else(refused)?;
        match (entry.kind, entry.role) {
            (_, Some(Role::Office)) => Err(Refusal::invalid("/method", "the organisation keeps this one")),
            (MethodKind::Email, Some(role)) => Ok(Registration::RemoveMail(role)),
            (MethodKind::Sms | MethodKind::Call, Some(role)) => Ok(Registration::RemovePhone(role)),
            (MethodKind::Questions, _) => Ok(Registration::RemoveQuestions),
            (MethodKind::Authenticator, _) => Ok(Registration::RemoveAuthenticator),
            _ => Err(refused()),
        }
    }
}

/// The questions on offer.
fn offer(rules: &Rules, locale: &str) -> QuestionsOffer {
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

/// The questions that a person wants to register, where they can be.
fn questions(cx: Context<'_>, rules: &Rules, given: &[QuestionAnswer]) -> Result<Vec<NewQuestion>, Refusal> {
    let refused = |detail| Refusal::invalid("/answers", detail);
    if !rules.methods.offers(MethodKind::Questions, None) {
        return Err(Refusal::StepPassed);
    }
    if given.len() != usize::from(rules.questions.to_register) {
        return Err(refused("not as many questions as are to be registered"));
    }
    check_answers(given.iter().map(|given| &given.answer))
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
            AccountQuestion { id: format!("own-{}", random_id(cx.rng)), own: Some(words.to_owned()) }
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
    Ok(questions)
}

/// Whether a question in a person's own words gives its answer away.
fn contains_answer(words: &str, answer: &Secret<String>) -> bool {
    let normal = |text: &str| regain_values::questions::normalise(&text.into());
    normal(words).expose().contains(regain_values::questions::normalise(answer).expose().as_str())
}
