//! Upkeep over a database.

use regain_ports::{Accounts as _, Clock as _, PasswordChange, Registrations as _, SignIn, SystemClock};
use regain_protocol::Role;

use super::{super::tests::open, *};

const FIRST: &str = "
[[people]]
user_id = 'ada'
name = 'Ada'
password = 'first password'
mails = [{ role = 'alternate', address = 'ada@home.example' }]
phones = [{ role = 'office', number = '+1 425 555 0101' }, { role = 'mobile', number = '+1 425 555 0102' }]
questions = [{ id = 'first_pet', answer = 'Fluffy' }]
groups = ['engineers']

[[people]]
user_id = 'alan'
name = 'Alan'
";

async fn begun(folder: &tempfile::TempDir) -> EmbeddedDirectory {
    let directory = open(folder).await.remembering(3);
    assert_eq!(directory.import(&People::from_toml(FIRST).expect("reads")).await.expect("imports"), 2);
    directory
}

fn updating(people: People) -> Upkeep {
    Upkeep { people, update: true, ..Upkeep::default() }
}

fn named(user_ids: &[&str]) -> Vec<Named> {
    user_ids.iter().map(|&id| Named { user_id: id.to_owned(), place: "--delete".to_owned() }).collect()
}

async fn find(directory: &EmbeddedDirectory, user_id: &str) -> Option<regain_ports::Person> {
    directory.find(&UserId::of_directory(user_id.into())).await.expect("answers")
}

async fn signs_in(directory: &EmbeddedDirectory, user_id: &str, password: &str) -> bool {
    let now = SystemClock.now();
    let signed_in = directory.sign_in(&UserId::of_directory(user_id.into()), &password.into(), now).await;
    matches!(signed_in.expect("answers"), SignIn::Accepted(_))
}

#[tokio::test]
async fn who_is_there_is_changed_to_what_the_list_says_and_no_further() {
    let folder = tempfile::tempdir().expect("a folder");
    let directory = begun(&folder).await;
    let before = find(&directory, "ada").await.expect("is there");
    let list = "user_id,name,enabled,office,mobile,alternate_mail,groups\n\
                ADA,Ada Lovelace,,+1 425 555 0199,-,ada@new.example,admins|engineers\n\
                alan,,no,,,,\n\
                grace,Grace,,,,,\n";
    let report = directory.keep_up(&updating(People::from_csv(list).expect("reads")), &[]).await.expect("is done");
    let parts = ["spelling of the user ID", "name", "groups", "alternate address", "office phone", "mobile phone"];
    assert_eq!(
        report.people,
        [
            (UserId::of_directory("ADA".into()), Outcome::Changed(parts.to_vec())),
            (UserId::of_directory("alan".into()), Outcome::Changed(vec!["enabled"])),
            (UserId::of_directory("grace".into()), Outcome::Added),
        ]
    );
    let ada = find(&directory, "ada").await.expect("is there");
    assert_eq!((&ada.id, ada.display_name.as_str()), (&before.id, "Ada Lovelace"));
    assert_eq!((ada.groups.len(), ada.phones[0].number.as_str()), (2, "+14255550199"));
    let registered = directory.registrations().of(Some(&ada.id)).await.expect("answers");
    assert_eq!(registered.mails.iter().map(|mail| mail.address.as_str()).collect::<Vec<_>>(), ["ada@new.example"]);
    assert!(registered.phones.is_empty() && registered.questions.len() == 1, "{registered:?}");
    assert!(signs_in(&directory, "ada", "first password").await, "no password was given");
    assert!(!find(&directory, "alan").await.expect("is there").enabled);
    let said = report.to_string();
    assert!(said.contains("ADA: changed: spelling") && said.ends_with("1 person was added, 2 changed."), "{said}");

    // The same list once more changes nothing.
    let again = directory.keep_up(&updating(People::from_csv(list).expect("reads")), &[]).await.expect("is done");
    assert_eq!((again.people.len(), again.unchanged), (0, 3), "{again:?}");
}

#[tokio::test]
async fn a_password_is_reset_only_where_another_one_is_given() {
    let folder = tempfile::tempdir().expect("a folder");
    let directory = begun(&folder).await;
    let ada = find(&directory, "ada").await.expect("is there").id;
    directory.set_password(&ada, &PasswordChange { new: "her own".into(), current: None }).await.expect("sets");
    for (list, parts, password) in [
        ("user_id,name\nada,Ada\n", vec![], "her own"),
        ("user_id,password\nada,her own\n", vec![], "her own"),
        ("user_id,password,locked\nada,another,yes\n", vec!["password", "locked"], "another"),
        ("user_id,locked\nada,no\n", vec!["locked"], "another"),
    ] {
        let report = directory.keep_up(&updating(People::from_csv(list).expect("reads")), &[]).await.expect("is done");
        let changed = report.people.into_iter().next().map(|(_, outcome)| outcome);
        assert_eq!(changed, Some(Outcome::Changed(parts)).filter(|it| *it != Outcome::Changed(vec![])), "{list}");
        let locked = find(&directory, "ada").await.expect("is there").locked;
        assert_eq!(signs_in(&directory, "ada", password).await, !locked, "{list}");
    }
    assert!(directory.remembers(&ada, &"her own".into()).await.expect("answers"), "it is a former one now");
}

/// Hashes of other systems are verified as they stand, and replaced at the next change.
#[tokio::test]
async fn passwords_come_along_as_hashes() {
    let folder = tempfile::tempdir().expect("a folder");
    let directory = open(&folder).await;
    // SSHA as OpenLDAP stores it, of "password".
    let stored = "{SSHA}yI6cZwQadOA1e+/f+T+H3eCQQhRzYWx0";
    let list = format!("user_id,name,password_hash\nada,Ada,{stored}\n");
    let people = People::from_csv(&list).expect("reads");
    directory.import(&people).await.expect("imports");
    let first = signs_in(&directory, "ada", "password").await;
    assert!(!signs_in(&directory, "ada", "Password").await);
    let again = directory.keep_up(&updating(people), &[]).await.expect("is done");
    assert_eq!(again.unchanged, 1);
    let ada = find(&directory, "ada").await.expect("is there").id;
    let change = PasswordChange { new: "new".into(), current: Some("password".into()) };
    directory.set_password(&ada, &change).await.expect("sets");
    assert!(first && signs_in(&directory, "ada", "new").await);

    for (list, fault) in [
        ("user_id,name,password_hash\nbob,B,hunter2\n", "line 2: bob: password_hash: the format"),
        ("user_id,name,password,password_hash\nbob,B,a,{SSHA}AAAA\n", "line 2: bob: password_hash: give either"),
    ] {
        let error =
            directory.import(&People::from_csv(list).expect("reads")).await.expect_err("is refused").to_string();
        assert!(error.contains(fault) && !error.contains("hunter2"), "{error}");
    }
}

#[tokio::test]
async fn people_are_disabled_and_deleted_with_what_is_theirs() {
    let folder = tempfile::tempdir().expect("a folder");
    let directory = begun(&folder).await;
    let ada = find(&directory, "ada").await.expect("is there").id;
    let upkeep = Upkeep { disable: named(&["ALAN"]), delete: named(&[" Ada "]), ..Upkeep::default() };
    let dry = Upkeep { dry_run: true, ..upkeep.clone() };
    let report = directory.keep_up(&dry, &[]).await.expect("is done");
    assert!(report.to_string().ends_with("This was a dry run: nothing was written."), "{report}");
    assert!(find(&directory, "ada").await.is_some() && find(&directory, "alan").await.expect("is there").enabled);

    let report = directory.keep_up(&upkeep, &[]).await.expect("is done");
    let outcomes: Vec<_> = report.people.iter().map(|(user_id, outcome)| (user_id.as_str(), outcome)).collect();
    assert_eq!(outcomes, [("alan", &Outcome::Disabled), ("ada", &Outcome::Deleted)]);
    assert!(find(&directory, "ada").await.is_none() && !find(&directory, "alan").await.expect("is there").enabled);
    let registered = directory.registrations().of(Some(&ada)).await.expect("answers");
    assert!(registered.mails.is_empty() && registered.questions.is_empty(), "{registered:?}");
    // An account that is made anew inherits nothing.
    directory
        .import(&People::from_toml("people = [{ user_id = 'ada', name = 'A' }]").expect("reads"))
        .await
        .expect("imports");
    let anew = find(&directory, "ada").await.expect("is there");
    assert!(anew.id != ada && anew.phones.is_empty() && anew.groups.is_empty() && !anew.has_password);
    assert!(directory.registrations().of(Some(&anew.id)).await.expect("answers").mails.is_empty());
    let again = directory.keep_up(&Upkeep { disable: named(&["alan"]), ..Upkeep::default() }, &[]).await;
    assert_eq!(again.expect("is done").unchanged, 1, "who is disabled stays so");
}

/// Every fault is told with its place, and then nothing at all is done.
#[tokio::test]
async fn with_a_fault_nothing_is_done() {
    let folder = tempfile::tempdir().expect("a folder");
    let directory = begun(&folder).await;
    let path = folder.path().join("people.csv");
    std::fs::write(&path, "user_id,name,office\nada,Somebody Else,\ngrace,,\nalan,Alan,0151 1234567\n")
        .expect("writes");
    let people = People::load(&path).expect("reads");
    let error = directory.keep_up(&updating(people), &[]).await.expect_err("is refused").to_string();
    assert!(error.contains("people.csv:4: alan: phones[0].number: "), "{error}");

    std::fs::write(&path, "user_id,office\nada,+1 425 555 0177\ngrace,\n").expect("writes");
    let gone = folder.path().join("gone.txt");
    std::fs::write(&gone, "# left in November\nnobody\n\nalan\n").expect("writes");
    let delete = Named::read("--delete", &format!("@{}", gone.display())).expect("reads");
    let upkeep = Upkeep { delete, disable: named(&["alan", "ada"]), ..updating(People::load(&path).expect("reads")) };
    let error = directory.keep_up(&upkeep, &[]).await.expect_err("is refused").to_string();
    for fault in [
        "people.csv:3: grace: name: is missing",
        "gone.txt:2: nobody: is not in the directory",
        "gone.txt:4: alan: is named before (--delete)",
        "--delete: ada: is in the list of people too",
    ] {
        assert!(error.contains(fault), "{fault}: {error}");
    }
    assert_eq!(find(&directory, "ada").await.expect("is there").phones[0].number.as_str(), "+14255550101");
    assert!(find(&directory, "alan").await.expect("is there").enabled);
    let refused = Named::read("--disable", "@/nowhere/ids.txt").expect_err("is not there").to_string();
    assert!(refused.starts_with("--disable: cannot read /nowhere/ids.txt"), "{refused}");
}

/// Roles of the list alone are changed; whoever has an address in another keeps it.
#[tokio::test]
async fn other_roles_stay() {
    let folder = tempfile::tempdir().expect("a folder");
    let directory = begun(&folder).await;
    let list = "people = [{ user_id = 'ada', mails = [{ role = 'authentication', address = 'ada@second.example' }] }]";
    directory.keep_up(&updating(People::from_toml(list).expect("reads")), &[]).await.expect("is done");
    let ada = find(&directory, "ada").await.expect("is there");
    let registered = directory.registrations().of(Some(&ada.id)).await.expect("answers");
    let roles: Vec<_> = registered.mails.iter().map(|mail| mail.role).collect();
    assert_eq!((roles, ada.groups.len()), (vec![Role::Alternate, Role::Authentication], 1));
}
