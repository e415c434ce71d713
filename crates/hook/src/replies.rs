//! Replies of a hook, read strictly: a member that is not documented is a fault, and so is one that is missing.

use regain_ports::{Abilities, AccountMail, AccountPhone, DirectoryRules, Person};
use regain_protocol::{MethodKind, Role, Violation};
use regain_values::{E164, MailAddress, UserId};
use serde::{Deserialize, Deserializer, de::Error as _};

/// Reply to `GET`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct About {
    pub(crate) version: u32,
    pub(crate) abilities: HookAbilities,
    /// The number of failed sign-ins that lock an account, where any do.
    #[serde(default)]
    pub(crate) failures_until_lockout: Option<u32>,
}

/// Abilities of a hook; those that it does not name it does not have.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[expect(clippy::struct_excessive_bools, reason = "each is an ability of its own")]
pub(crate) struct HookAbilities {
    pub(crate) sign_in: bool,
    pub(crate) unlock: bool,
    pub(crate) owns_alternate: bool,
    pub(crate) owns_mobile: bool,
    /// It answers `/people`.
    pub(crate) people: bool,
}

impl HookAbilities {
    /// The port's. A hook judges former passwords when one is set, and is not asked before.
    pub(crate) const fn of_the_port(self) -> Abilities {
        let Self { sign_in, unlock, owns_alternate, owns_mobile, people: _ } = self;
        Abilities { sign_in, unlock, remembers: false, owns_alternate, owns_mobile }
    }
}

/// Reply to `/find`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Found {
    /// `null` for nobody; it may not be missing.
    #[serde(deserialize_with = "Option::deserialize")]
    pub(crate) account: Option<HookAccount>,
}

/// Reply to `/people`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct People {
    pub(crate) people: Vec<HookAccount>,
}

/// Reply to `/sign-in`.
#[derive(Debug, Deserialize)]
#[serde(tag = "result", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum SignedIn {
    Accepted { account: Box<HookAccount> },
    Refused {},
}

/// Reply to `/set-password`.
#[derive(Debug, Deserialize)]
#[serde(tag = "result", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum PasswordSet {
    Done {},
    NoSuchAccount {},
    WrongPassword {},
    NotAllowed {},
    Refused {
        #[serde(default)]
        violations: Vec<Violation>,
    },
}

/// Reply to `/unlock`.
#[derive(Debug, Deserialize)]
#[serde(tag = "result", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum UnlockReply {
    Unlocked {},
    NotLocked {},
    NoSuchAccount {},
    NotAllowed {},
}

/// An account as a hook has it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct HookAccount {
    #[serde(deserialize_with = "not_empty")]
    pub(crate) id: String,
    #[serde(deserialize_with = "not_empty")]
    pub(crate) user_id: String,
    pub(crate) display_name: String,
    pub(crate) enabled: bool,
    pub(crate) locked: bool,
    pub(crate) has_password: bool,
    #[serde(default)]
    mails: Vec<HookMail>,
    #[serde(default)]
    phones: Vec<HookPhone>,
    #[serde(default)]
    notices: Vec<String>,
    #[serde(default)]
    groups: Vec<String>,
    #[serde(default)]
    password_rules: HookRules,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct HookMail {
    role: MailRole,
    address: String,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum MailRole {
    Alternate,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct HookPhone {
    role: PhoneRole,
    number: String,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum PhoneRole {
    Mobile,
    Office,
}

impl From<PhoneRole> for Role {
    fn from(role: PhoneRole) -> Self {
        match role {
            PhoneRole::Mobile => Self::Mobile,
            PhoneRole::Office => Self::Office,
        }
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct HookRules {
    min_length: u32,
    min_classes: u8,
    forbid_names: bool,
}

impl HookAccount {
    /// The user ID as the hook spells it.
    pub(crate) fn spelt(&self) -> UserId {
        UserId::of_directory(self.user_id.clone())
    }

    /// The person, and the members of the account that are of no use, with the reason: never the value.
    pub(crate) fn read(self, abilities: Abilities) -> (Person, Vec<String>) {
        let mut unused = Vec::new();
        let mut mails = Vec::new();
        for (index, HookMail { role: MailRole::Alternate, address }) in self.mails.into_iter().enumerate() {
            let role = Role::Alternate;
            if !abilities.owns(MethodKind::Email, role) {
                unused.push(format!("mails[{index}]: the abilities do not have owns_alternate"));
                continue;
            }
            match MailAddress::parse(&address) {
                Ok(address) => mails.push(AccountMail { role, address }),
                Err(error) => unused.push(format!("mails[{index}].address: {error}")),
            }
        }
        let mut phones = Vec::new();
        for (index, HookPhone { role, number }) in self.phones.into_iter().enumerate() {
            let role = Role::from(role);
            if !abilities.owns(MethodKind::Call, role) {
                unused.push(format!("phones[{index}]: the abilities do not have owns_mobile"));
                continue;
            }
            match E164::parse(&number) {
                Ok(number) => phones.push(AccountPhone { role, number }),
                Err(error) => unused.push(format!("phones[{index}].number: {error}")),
            }
        }
        let mut notices = Vec::new();
        for (index, address) in self.notices.iter().enumerate() {
            match MailAddress::parse(address) {
                Ok(address) => notices.push(address),
                Err(error) => unused.push(format!("notices[{index}]: {error}")),
            }
        }
        let HookRules { min_length, min_classes, forbid_names } = self.password_rules;
        let person = Person {
            id: self.id.into(),
            user_id: UserId::of_directory(self.user_id),
            display_name: self.display_name,
            enabled: self.enabled,
            locked: self.locked,
            has_password: self.has_password,
            mails,
            phones,
            notices,
            groups: self.groups,
            password_rules: DirectoryRules { min_length, min_classes, forbid_names },
        };
        (person, unused)
    }
}

fn not_empty<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let text = String::deserialize(deserializer)?;
    if text.is_empty() { Err(D::Error::custom("is empty")) } else { Ok(text) }
}

#[cfg(test)]
mod tests {
    use serde::de::DeserializeOwned;
    use serde_json::{Value, json};

    use super::*;

    fn reads<T: DeserializeOwned>(value: &Value) -> bool {
        serde_json::from_str::<T>(&value.to_string()).is_ok()
    }

    fn account() -> Value {
        json!({
            "id": "1", "user_id": "ada", "display_name": "Ada", "enabled": true, "locked": false, "has_password": true,
        })
    }

    #[test]
    fn only_what_is_documented_is_read() {
        assert!(reads::<Found>(&json!({ "account": null })) && reads::<Found>(&json!({ "account": account() })));
        for bad in [json!({}), json!({ "account": null, "more": 1 }), json!([]), json!({ "account": {} }), json!(null)]
        {
            assert!(!reads::<Found>(&bad), "{bad}");
        }
        for (member, value) in [
            ("id", json!(1)),
            ("id", json!("")),
            ("user_id", json!("")),
            ("enabled", json!(1)),
            ("locked", json!(null)),
            ("mails", json!([{ "role": "authentication", "address": "a@b.example" }])),
            ("phones", json!(["+1"])),
            ("password_rules", json!({ "max_length": 8 })),
            ("isAdmin", json!(false)),
        ] {
            let mut account = account();
            account[member] = value;
            assert!(!reads::<Found>(&json!({ "account": account })), "{account}");
        }
        for missing in ["id", "user_id", "display_name", "enabled", "locked", "has_password"] {
            let mut account = account();
            account.as_object_mut().expect("an object").remove(missing);
            assert!(!reads::<Found>(&json!({ "account": account })), "{missing}");
        }
        assert!(reads::<SignedIn>(&json!({ "result": "refused" })));
        assert!(reads::<SignedIn>(&json!({ "result": "accepted", "account": account() })));
        for bad in [
            json!({ "result": "accepted" }),
            json!({ "result": "refused", "why": "locked" }),
            json!({ "result": "Accepted", "account": account() }),
            json!({ "account": account() }),
            json!({ "result": true }),
        ] {
            assert!(!reads::<SignedIn>(&bad), "{bad}");
        }
        for bad in [json!({ "result": "done", "more": 1 }), json!({ "result": "ok" }), json!({}), json!("done")] {
            assert!(!reads::<PasswordSet>(&bad) && !reads::<UnlockReply>(&bad), "{bad}");
        }
        for (version, abilities) in
            [(json!("1"), json!({})), (json!(1), json!({ "remembers": true })), (json!(1), json!(null))]
        {
            assert!(!reads::<About>(&json!({ "version": version, "abilities": abilities })), "{abilities}");
        }
    }

    #[test]
    fn what_is_of_no_use_is_left_out_and_named_without_its_value() {
        let mut account = account();
        account["mails"] = json!([{ "role": "alternate", "address": "ada@home.example" }]);
        account["phones"] = json!([
            { "role": "office", "number": "+1 425 555 0124" }, { "role": "mobile", "number": "0151 1234567" },
        ]);
        account["notices"] = json!(["ada@example.com", "ada at home"]);
        let read = |abilities| serde_json::from_value::<HookAccount>(account.clone()).expect("reads").read(abilities);
        let (person, unused) = read(HookAbilities::default().of_the_port());
        assert!(person.mails.is_empty() && person.phones.len() == 1 && person.notices.len() == 1, "{person:?}");
        assert_eq!(unused.len(), 3, "{unused:?}");
        let owning = HookAbilities { owns_alternate: true, owns_mobile: true, ..HookAbilities::default() };
        let (person, unused) = read(owning.of_the_port());
        assert_eq!((person.mails.len(), person.phones.len()), (1, 1));
        let [mobile, notice] = &unused[..] else { panic!("{unused:?}") };
        assert!(mobile.starts_with("phones[1].number: ") && !mobile.contains("0151"), "{mobile}");
        assert!(notice.starts_with("notices[1]: ") && !notice.contains("home"), "{notice}");
    }

    #[test]
    fn a_rule_that_is_not_ours_is_the_directorys() {
        let reply =
            json!({ "result": "refused", "violations": [{ "rule": "too_short", "min": 12 }, { "rule": "rhymes" }] });
        let PasswordSet::Refused { violations } = serde_json::from_value(reply).expect("reads") else {
            panic!("is refused")
        };
        assert_eq!(violations, [Violation::TooShort { min: 12 }, Violation::Unknown]);
    }
}
