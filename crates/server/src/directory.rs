//! Commands about the directory: checking it, and removing registrations of people who are gone.

use std::io::{self, Write};

use regain_server::{
    config::Config,
    ports::{Directory, Finding, Person, Registered, Severity},
    serve::{Failure, open_directory, with_database},
};
use regain_values::UserId;

/// Says what Regain sees of the directory, and of an account in it. It writes nothing there. The directory has faults if
/// any finding is one.
pub(crate) async fn check(config: &Config, user_id: Option<&UserId>, out: &mut impl Write) -> Result<(), Failure> {
    with_database(config, async |database, keys| {
        let directory = open_directory(config, database, keys).await?;
        let accounts = &*directory.accounts;
        accounts.check().await?;
        let mut findings = accounts.inspect(config.limits.wrong_passwords_per_account).await?;
        let mut report = vec![format!("directory  {}: it answers", config.directory.kind.as_str())];
        report.extend(findings.iter().map(ToString::to_string));
        if let Some(user_id) = user_id {
            report.extend(of_account(&directory, user_id, &mut findings).await?);
        }
        for line in report {
            writeln!(out, "{line}").map_err(Failure::Output)?;
        }
        let faults = findings.iter().filter(|finding| finding.severity == Severity::Fault).count();
        if faults == 0 { Ok(()) } else { Err(Failure::FaultsFound(faults)) }
    })
    .await
}

/// Lists the accounts for which something is registered and that are gone from the directory; removes their
/// registrations where it is `asked` to, most of all of them only with `even_most`.
pub(crate) async fn orphans(config: &Config, asked: bool, even_most: bool) -> Result<(), Failure> {
    with_database(config, async |database, keys| {
        let directory = open_directory(config, database, keys).await?;
        let orphans = directory.orphans().await?.ok_or(Failure::NotAskable)?;
        let (gone, registered) = (orphans.gone.len(), orphans.registered);
        let mut out = io::stdout().lock();
        for id in &orphans.gone {
            writeln!(out, "{id}").map_err(Failure::Output)?;
        }
        if asked {
            if gone * 2 > registered && !even_most {
                return Err(Failure::MostAreGone { gone, registered });
            }
            for id in &orphans.gone {
                directory.registrations.forget(id).await?;
            }
        }
        let done =
            if asked { "Their registrations were removed." } else { "Remove their registrations with --remove." };
        let done = if gone == 0 { "" } else { done };
        writeln!(out, "{gone} of {registered} people with registrations are not in the directory any more. {done}")
            .map_err(Failure::Output)
    })
    .await
}

/// The lines about one account.
async fn of_account(
    directory: &Directory,
    user_id: &UserId,
    findings: &mut Vec<Finding>,
) -> Result<Vec<String>, Failure> {
    let found = directory.accounts.find(user_id).await?;
    let examined = directory.accounts.examine(user_id).await?;
    let mut lines = match &found {
        Some(person) => {
            let registered = directory.registrations.of(Some(&person.id)).await?;
            facts(person, &registered).into_iter().chain([format!("registered  {}", parts(&registered))]).collect()
        }
        None => vec![format!("account  {user_id}: not found, or found more than once")],
    };
    lines.extend(examined.iter().map(ToString::to_string));
    findings.extend(examined);
    Ok(lines)
}

/// The facts of an account, a line each.
fn facts(person: &Person, registered: &Registered) -> Vec<String> {
    let yes = |is_so: bool| if is_so { "yes" } else { "no" }.to_owned();
    let list = |all: Vec<String>| if all.is_empty() { "none".to_owned() } else { all.join(", ") };
    let rules = &person.password_rules;
    let rules = [
        (rules.min_length > 0).then(|| format!("{} characters", rules.min_length)),
        (rules.min_classes > 0).then(|| format!("{} of the four classes", rules.min_classes)),
        rules.forbid_names.then(|| "no names".to_owned()),
    ];
    [
        ("account", person.user_id.to_string()),
        ("id", person.id.to_string()),
        ("name", person.display_name.clone()),
        ("may be recovered", yes(person.enabled)),
        ("locked", yes(person.locked)),
        ("has a password", yes(person.has_password)),
        ("proves by", list(proofs(person, registered))),
        ("only told", list(person.notices.iter().map(ToString::to_string).collect())),
        ("groups", list(person.groups.clone())),
        ("password rules", list(rules.into_iter().flatten().collect())),
    ]
    .map(|(name, value)| format!("{name}  {value}"))
    .into()
}

/// Everything that a person can prove by: the directory's with its destinations, and what is registered without.
fn proofs(person: &Person, registered: &Registered) -> Vec<String> {
    let mails = person.mails.iter().map(|mail| format!("{} {}", mail.role.as_str(), mail.address));
    let phones = person.phones.iter().map(|phone| format!("{} {}", phone.role.as_str(), phone.number));
    let own_mails = registered.mails.iter().map(|mail| format!("registered {} mail address", mail.role.as_str()));
    let own_phones = registered.phones.iter().map(|phone| format!("registered {} phone", phone.role.as_str()));
    let others = [
        (!registered.questions.is_empty()).then_some("security questions"),
        registered.authenticator.then_some("an authenticator app"),
        registered.recovery_codes.filter(|&left| left > 0).map(|_| "recovery codes"),
    ];
    let others = others.into_iter().flatten().map(str::to_owned);
    mails.chain(phones).chain(own_mails).chain(own_phones).chain(others).collect()
}

/// The kinds of what a person has registered in Regain, without the destinations.
fn parts(registered: &Registered) -> String {
    let count = |number: usize, one: &str, more: &str| match number {
        0 => None,
        1 => Some(format!("1 {one}")),
        _ => Some(format!("{number} {more}")),
    };
    let parts = [
        count(registered.mails.len(), "mail address", "mail addresses"),
        count(registered.phones.len(), "phone", "phones"),
        count(registered.questions.len(), "security question", "security questions"),
        registered.authenticator.then(|| "an authenticator app".to_owned()),
        registered.recovery_codes.map(|left| format!("{left} recovery codes")),
    ];
    let parts: Vec<_> = parts.into_iter().flatten().collect();
    if parts.is_empty() { "nothing".to_owned() } else { parts.join(", ") }
}
