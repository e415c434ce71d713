//! Whom a flow is about, and the ways to prove it.
//!
//! A user ID that has no account, a disabled one or one without ways gets [`decoy`] ways, and nothing
//! in what the person sees or in what is stored along with it differs.

use regain_protocol::{Method, MethodKind, Question, Role};

use super::{
    Context, Engine, Rules, decoy,
    registered::{SecurityInfo, masked},
    state::{KnownAccount, Subject, SubjectMethod},
};
use regain_ports::Account;
use regain_values::user_id;

/// A way to prove an account, real or made up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Way {
    /// By something sent to a destination.
    Reached { kind: MethodKind, role: Role, destination: String },
    /// By the questions that were registered: their ids, with the person's own words where it is theirs.
    Questions(Vec<(String, Option<String>)>),
    /// By an authenticator app.
    Authenticator,
}

impl Way {
    pub(super) const fn mail(role: Role, address: String) -> Self {
        Self::Reached { kind: MethodKind::Email, role, destination: address }
    }

    /// A phone can be texted and called; one in the office is called.
    pub(super) fn phone(role: Role, number: String) -> impl Iterator<Item = Self> {
        let text =
            (role != Role::Office).then(|| Self::Reached { kind: MethodKind::Sms, role, destination: number.clone() });
        text.into_iter().chain([Self::Reached { kind: MethodKind::Call, role, destination: number }])
    }

    pub(super) const fn kind(&self) -> MethodKind {
        match self {
            Self::Reached { kind, .. } => *kind,
            Self::Questions(_) => MethodKind::Questions,
            Self::Authenticator => MethodKind::Authenticator,
        }
    }

    const fn role(&self) -> Option<Role> {
        match self {
            Self::Reached { role, .. } => Some(*role),
            Self::Questions(_) | Self::Authenticator => None,
        }
    }

    /// Whether it is offered only after another proof: questions in the person's own words would tell that
    /// there is such an account.
    fn waits(&self, rules: &Rules) -> bool {
        match self {
            Self::Questions(registered) => {
                let common = registered.iter().filter(|(_, own)| own.is_none()).count();
                common < usize::from(rules.questions.to_answer)
            }
            Self::Reached { .. } | Self::Authenticator => false,
        }
    }

    /// Whether the organisation has it on.
    pub(super) fn is_on(&self, rules: &Rules) -> bool {
        rules.methods.offers(self.kind(), self.role())
            && match self {
                Self::Reached { kind: MethodKind::Sms | MethodKind::Call, destination, .. } => {
                    rules.countries.iter().any(|country| destination.starts_with(country.as_str()))
                }
                Self::Questions(registered) => registered.len() >= usize::from(rules.questions.to_answer),
                Self::Reached { .. } | Self::Authenticator => true,
            }
    }
}

/// The ways that an account has registered and the organisation has on.
fn ways(account: &Account, rules: &Rules) -> Vec<Way> {
    let mails = account.mails.iter().map(|mail| Way::mail(mail.role, mail.address.clone()));
    let phones = account.phones.iter().flat_map(|phone| Way::phone(phone.role, phone.number.clone()));
    let questions = account.questions.iter().map(|question| (question.id.clone(), question.own.clone())).collect();
    let mut ways: Vec<_> = mails.chain(phones).collect();
    ways.push(Way::Questions(questions));
    ways.extend(account.authenticator.then_some(Way::Authenticator));
    ways.retain(|way| way.is_on(rules));
    ways
}

impl KnownAccount {
    fn new(account: Account, rules: &Rules) -> Self {
        Self {
            info: SecurityInfo::of(&account),
            gates: rules.gates.for_groups(&account.groups),
            id: account.id,
            user_id: account.user_id,
            display_name: account.display_name,
            first_password: !account.has_password,
            locked: account.locked,
        }
    }
}

impl Engine {
    /// Whom a user ID is about.
    pub(super) fn subject(&self, cx: Context<'_>, typed: &str, account: Option<Account>, locale: &str) -> Subject {
        let rules = self.rules();
        let normalised = user_id::normalise(typed);
        // Both are always worked out, so that it takes as long.
        let made_up = decoy::ways(&self.keys.decoy_seed(&normalised), &normalised, rules);
        let found = account.as_ref().map(|account| ways(account, rules)).unwrap_or_default();
        let account = account.filter(|account| account.enabled && found.iter().any(|way| !way.waits(rules)));
        // The directory may know an account by several user IDs; its counters are the same for all.
        let spelling = account.as_ref().map_or(normalised, |account| user_id::normalise(&account.user_id));
        let account_key = self.keys.account_key(&spelling);
        let ways = if account.is_some() { found } else { made_up };
        let account = account.map(|account| KnownAccount::new(account, rules));
        Subject {
            user_id: typed.to_owned(),
            methods: self.methods(cx, rules, &account_key, account.is_some(), locale, ways),
            required: account.as_ref().map_or(rules.gates.required, |account| account.gates),
            account,
            account_key,
            pending: None,
            changed: false,
            proved: Vec::new(),
        }
    }

    /// Somebody who has signed in: there are no secrets from them, and nothing is made up. One of their ways
    /// is enough to go on.
    pub(super) fn known_subject(&self, cx: Context<'_>, account: Account, locale: &str) -> Subject {
        let rules = self.rules();
        let account_key = self.keys.account_key(&user_id::normalise(&account.user_id));
        let mut methods = self.methods(cx, rules, &account_key, true, locale, ways(&account, rules));
        for method in &mut methods {
            method.after_a_proof = false;
        }
        Subject {
            user_id: account.user_id.clone(),
            account_key,
            methods,
            account: Some(KnownAccount::new(account, rules)),
            pending: None,
            changed: false,
            proved: Vec::new(),
            required: 1,
        }
    }

    fn methods(
        &self,
        cx: Context<'_>,
        rules: &Rules,
        account_key: &str,
        exists: bool,
        locale: &str,
        mut ways: Vec<Way>,
    ) -> Vec<SubjectMethod> {
        // Grouped as people look for them; within a kind, as they were registered.
        ways.sort_by_key(|way| order(way.kind()));
        let methods = ways.into_iter().enumerate();
        methods.map(|(index, way)| self.method(cx, rules, account_key, exists, locale, index, way)).collect()
    }

    #[expect(clippy::too_many_arguments, reason = "all that a method depends on, in the one place that makes them")]
    fn method(
        &self,
        cx: Context<'_>,
        rules: &Rules,
        account_key: &str,
        exists: bool,
        locale: &str,
        index: usize,
        way: Way,
    ) -> SubjectMethod {
        let (kind, role) = (way.kind(), way.role());
        let mut questions = Vec::new();
        let after_a_proof = way.waits(rules);
        let (masked, destination) = match way {
            Way::Reached { kind, destination, .. } => {
                let masked = masked(rules, kind, &destination);
                (Some(masked), Some(destination))
            }
            Way::Questions(registered) => {
                let with_own = after_a_proof;
                questions = self.questions_of_the_day(cx, rules, account_key, locale, registered, with_own);
                (None, None)
            }
            Way::Authenticator => (None, None),
        };
        SubjectMethod {
            shown: Method {
                id: self.keys.method_id(account_key, index),
                kind,
                role,
                confirm: rules.methods.confirm_destination && masked.is_some(),
                masked,
            },
            // What is made up has counters like a real destination: a phone's are the same however it
            // is reached.
            destination: destination.filter(|_| exists).unwrap_or_else(|| {
                let medium = if kind == MethodKind::Email { "mail" } else { "phone" };
                format!("{account_key}/{medium}/{role:?}")
            }),
            tries_left: rules.codes.tries,
            resends_left: if kind == MethodKind::Authenticator { 0 } else { rules.codes.resends },
            sent: None,
            reaches: true,
            call_again_at: None,
            questions,
            after_a_proof,
        }
    }

    /// Which of the registered questions are asked: the same all day, so that nobody can begin again
    /// and again until the ones that they can answer come up. Those in the person's own words are asked
    /// only where the others do not suffice.
    fn questions_of_the_day(
        &self,
        cx: Context<'_>,
        rules: &Rules,
        account_key: &str,
        locale: &str,
        registered: Vec<(String, Option<String>)>,
        with_own: bool,
    ) -> Vec<Question> {
        let wanted = usize::from(rules.questions.to_answer);
        let day = cx.now.strftime("%F").to_string();
        let mut drawn: Vec<_> = registered
            .into_iter()
            .filter(|(_, own)| with_own || own.is_none())
            .map(|(id, own)| (self.keys.bucket(&format!("question {day}"), &format!("{account_key} {id}")), id, own))
            .collect();
        drawn.sort();
        let asked = drawn.into_iter().take(wanted).map(|(_, id, own)| {
            let text = own.or_else(|| rules.questions.text(&id, locale)).unwrap_or_else(|| id.clone());
            Question { id, text }
        });
        asked.collect()
    }
}

/// The order in which kinds are shown.
const fn order(kind: MethodKind) -> u8 {
    match kind {
        MethodKind::Email => 0,
        MethodKind::Sms => 1,
        MethodKind::Call => 2,
        MethodKind::Questions => 3,
        MethodKind::Authenticator => 4,
        MethodKind::Unknown => 5,
    }
}
