//! The world around the engine: the organisation, its people and the directory.

use std::{collections::BTreeMap, fmt};

use jiff::SignedDuration;
use regain_engine::{CodeRules, GateRules, MethodRules, PasswordRules, QuestionRules, Rules, SecurityInfoRules};
use regain_ports::{Account, AccountMail, AccountPhone, AccountQuestion};
use regain_protocol::{Contact, FlowKind, MethodKind, Role};
use regain_values::questions::PREDEFINED;

use crate::rules::rules;

/// The key of every registered authenticator app.
pub(crate) const APP_KEY: &[u8] = b"12345678901234567890";

/// The saved recovery codes of every account that has some.
pub(crate) const SAVED: [&str; 2] = ["7K3QX9MBWD2HZ4T", "0123456789ABCDE"];

/// The password of every account.
pub(crate) const RIGHT: &str = "the password of today";

/// A password that the rules take.
pub(crate) const GOOD: &str = "a river that runs north";

/// The tick of the clock: longer than the wait for another code, and than a claim may last.
pub(crate) const TICK: i64 = 30;

/// The life of a code, in seconds: longer than the wait for another, so that both are about, and shorter than a flow of
/// three ticks.
pub(crate) const CODE_LIFE: i64 = 45;

/// The wrong proofs that end a flow.
pub(crate) const TRIES: u8 = 2;

/// Somebody who is named at the beginning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum User {
    /// Has both methods.
    Ada,
    /// Has both methods, and sign-in is locked.
    Locked,
    /// Needs two proofs, and has two destinations, or one thing, of the first kind only.
    Lone,
    /// Has both methods and may not be used.
    Disabled,
    /// Has nothing to prove themselves by.
    Newcomer,
    /// Is nobody's user ID.
    Nobody(u16),
}

/// Placeholder for the user of a flow after another flow of the account has succeeded.
pub(crate) const VOIDED: User = User::Nobody(u16::MAX);

impl User {
    /// Tells if somebody can prove themselves at all: that their account may be used and has a method.
    pub(crate) const fn can_prove(self) -> bool {
        !matches!(self, Self::Nobody(_) | Self::Disabled | Self::Newcomer)
    }

    /// A number that tells one from another.
    pub(crate) fn number(self) -> i64 {
        match self {
            Self::Ada => 0,
            Self::Locked => 1,
            Self::Lone => 2,
            Self::Disabled => 3,
            Self::Newcomer => 4,
            Self::Nobody(number) => 5 + i64::from(number),
        }
    }
}

impl fmt::Display for User {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ada => f.write_str("ada"),
            Self::Locked => f.write_str("locked"),
            Self::Lone => f.write_str("lone"),
            Self::Disabled => f.write_str("disabled"),
            Self::Newcomer => f.write_str("newcomer"),
            Self::Nobody(number) => write!(f, "nobody{number}"),
        }
    }
}

/// The number of proofs that are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Gates {
    /// One of everybody, two of [`User::Lone`].
    One,
    /// Two of everybody.
    Two,
    /// One of everybody, two of a group that everybody here is in.
    TwoByGroup,
}

/// The way in which a flow begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Start {
    /// With the person's own words.
    Alone,
    /// With the word of the host page's back end.
    Asserted(User),
}

/// One small world.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each is on or off by itself")]
pub(crate) struct Configuration {
    pub(crate) kind: FlowKind,
    pub(crate) start: Start,
    pub(crate) methods: [MethodKind; 2],
    pub(crate) gates: Gates,
    pub(crate) self_service: bool,
    /// The administrators can be reached, by a form.
    pub(crate) has_contact: bool,
    /// Whole destinations are asked for before anything is sent.
    pub(crate) confirms: bool,
    /// The duration of a flow, in ticks.
    pub(crate) ticks: i64,
    /// The times that a flow can be given more time.
    pub(crate) extensions: u8,
    /// Flows that were voided, or whose account has no tries left, are followed to their end. In the first follows what
    /// follows for nobody, in the other another code: it is enough in a few.
    pub(crate) follows_attacks: bool,
    pub(crate) users: Vec<User>,
}

impl fmt::Display for Configuration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [one, other] = self.methods;
        write!(f, "{:?}: {one:?}, {other:?}; gates: {:?}", self.kind, self.gates)?;
        if let Start::Asserted(user) = self.start {
            write!(f, "; asserted: {user}")?;
        }
        let others = [
            (!self.self_service, "self-service off"),
            (!self.has_contact, "no administrators"),
            (self.confirms, "destinations confirmed"),
            (self.extensions > 0, "more time"),
            (self.follows_attacks, "attacked flows followed"),
        ];
        others.iter().filter(|(is, _)| *is).try_for_each(|(_, words)| write!(f, "; {words}"))
    }
}

impl Configuration {
    pub(crate) fn new(kind: FlowKind, methods: [MethodKind; 2]) -> Self {
        Self {
            kind,
            start: Start::Alone,
            methods,
            gates: Gates::One,
            self_service: true,
            has_contact: true,
            confirms: false,
            ticks: 2,
            extensions: 0,
            follows_attacks: false,
            users: vec![User::Ada, User::Lone],
        }
    }

    fn has(&self, kind: MethodKind) -> bool {
        self.methods.contains(&kind)
    }

    /// The organisation's decisions.
    pub(crate) fn rules(&self) -> Rules {
        let groups: BTreeMap<_, _> = [("admins".to_owned(), 2)].into();
        let base = rules();
        Rules {
            lifetime: SignedDuration::from_secs(TICK * self.ticks),
            self_service: self.self_service,
            methods: MethodRules {
                email: self.has(MethodKind::Email),
                sms: self.has(MethodKind::Sms),
                call_mobile: self.has(MethodKind::Call),
                call_office: false,
                questions: self.has(MethodKind::Questions),
                authenticator: self.has(MethodKind::Authenticator),
                recovery_codes: self.has(MethodKind::RecoveryCodes),
                confirm_destination: self.confirms,
            },
            questions: QuestionRules {
                to_answer: 2,
                to_register: 2,
                own_words: false,
                own: Vec::new(),
                predefined: |id, _| PREDEFINED.into_iter().find(|predefined| *predefined == id),
            },
            gates: GateRules { required: if self.gates == Gates::Two { 2 } else { 1 }, change: 0, groups },
            security_info: SecurityInfoRules { required: 1, reconfirm_after: None },
            contact: self.has_contact.then_some(Contact::Form {}),
            codes: CodeRules {
                lifetime: SignedDuration::from_secs(CODE_LIFE),
                tries: TRIES,
                resends: 1,
                resend_after: SignedDuration::from_secs(TICK),
                tries_per_day: 20,
            },
            password: PasswordRules { forbid_names: false, common: false, ..base.password.clone() },
            texts: true,
            ..base
        }
    }

    /// The account of somebody; `None` for nobody.
    pub(crate) fn account(&self, user: User) -> Option<Account> {
        if matches!(user, User::Nobody(_)) {
            return None;
        }
        let lone = user == User::Lone;
        let has = |kind| match user {
            User::Newcomer => false,
            User::Lone => self.methods[0] == kind,
            _ => self.has(kind),
        };
        let mail = |role, address: &str| AccountMail { role, address: address.parse().expect("an address") };
        let phone = |role, number: &str| AccountPhone { role, number: number.parse().expect("a number") };
        let mut mails = vec![mail(Role::Alternate, "ada@example.net")];
        let mut phones = vec![phone(Role::Mobile, "+14255550123")];
        if lone {
            mails.push(mail(Role::Authentication, "ada.l@example.net"));
            phones.push(phone(Role::Authentication, "+14255550124"));
        }
        let by_phone = has(MethodKind::Sms) || has(MethodKind::Call);
        let question = |id: &&str| AccountQuestion { id: (*id).to_owned(), own: None };
        let is_admin = lone || self.gates == Gates::TwoByGroup;
        Some(Account {
            id: format!("id of {user}").into(),
            user_id: user.to_string().parse().expect("a user ID"),
            display_name: "Ada Lovelace".into(),
            enabled: user != User::Disabled,
            locked: user == User::Locked,
            has_password: true,
            mails: if has(MethodKind::Email) { mails } else { Vec::new() },
            phones: if by_phone { phones } else { Vec::new() },
            questions: if has(MethodKind::Questions) {
                PREDEFINED[..2].iter().map(question).collect()
            } else {
                Vec::new()
            },
            authenticator: has(MethodKind::Authenticator),
            recovery_codes: has(MethodKind::RecoveryCodes).then_some(2),
            notices: Vec::new(),
            password_rules: regain_ports::DirectoryRules::NONE,
            security_info_confirmed_at: None,
            groups: if is_admin { vec!["admins".into()] } else { Vec::new() },
        })
    }

    /// The accounts of all who have one.
    pub(crate) fn accounts(&self) -> Vec<Account> {
        let known = [User::Ada, User::Locked, User::Lone, User::Disabled, User::Newcomer];
        known.into_iter().filter_map(|user| self.account(user)).collect()
    }

    /// The number of proofs that somebody's account asks for.
    pub(crate) fn required(&self, user: User) -> usize {
        if user == User::Lone || self.gates != Gates::One { 2 } else { 1 }
    }
}
