//! The people of these tests, in a database that is made once and copied into every world: hashing so
//! many answers takes a second.

use std::{fs, path::Path, sync::Arc};

use regain_server::{
    adapters::{Database, EmbeddedDirectory, HashCost, People},
    ports::OsRng,
};
use tokio::sync::OnceCell;

use crate::{ports::MovedClock, world::keys};

/// One person with mail only, and three with nothing to be recovered by.
pub(crate) const ADA: &str = "ada@example.com";
pub(crate) const NOBODY: &str = "nobody@example.com";
pub(crate) const DISABLED: &str = "disabled@example.com";
pub(crate) const UNREACHABLE: &str = "unreachable@example.com";

/// People with every method: in no group, in the group of administrators, and locked out.
pub(crate) const MARY: &str = "mary@example.com";
pub(crate) const ANNA: &str = "anna@example.com";
pub(crate) const LINUS: &str = "linus@example.com";

/// An administrator with mail only.
pub(crate) const SOLO: &str = "solo@example.com";
/// A phone in a country that is not called.
pub(crate) const FRITZ: &str = "fritz@example.com";
/// A person with a phone and no address.
pub(crate) const DORA: &str = "dora@example.com";
/// A person with mail and an app, and questions mostly in their own words.
pub(crate) const OLGA: &str = "olga@example.com";
/// A person with nothing but questions in their own words.
pub(crate) const OTTO: &str = "otto@example.com";

/// A person with a password and nothing to be recovered by yet.
pub(crate) const NINA: &str = "nina@example.com";

/// A person with mail and saved recovery codes.
pub(crate) const RUTH: &str = "ruth@example.com";
/// The codes of those who have some.
pub(crate) const SAVED: [&str; 3] = ["7K3QX-9MBWD-2HZ4T", "00000-00000-00001", "00000-00000-00002"];

/// The key in the apps of those who have one.
pub(crate) const APP_KEY: &[u8] = b"12345678901234567890";
/// … as it is imported.
const APP_KEY_BASE32: &str = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

/// The questions of those who have all, with what they answered.
pub(crate) const ANSWERS: [(&str, &str); 5] = [
    ("first_pet", "Fluffy the Second"),
    ("dream_job", "Straßenbahnfahrer"),
    ("first_concert", "The Beatles"),
    ("lost_thing", "A blue umbrella"),
    ("first_boss", "Mrs Dalloway"),
];

const FEW: &str = r#"
    [[people]]
    user_id = "ada@example.com"
    name = "Ada Lovelace"
    password = "the old password of Ada"
    mails = [
        { role = "alternate", address = "ada@example.net" },
        { role = "authentication", address = "ada.lovelace@example.org" },
    ]
    [[people]]
    user_id = "grace@example.com"
    name = "Grace Hopper"
    mails = [{ role = "alternate", address = "grace@example.net" }]
    [[people]]
    user_id = "disabled@example.com"
    name = "Dis Abled"
    enabled = false
    mails = [{ role = "alternate", address = "disabled@example.net" }]
    [[people]]
    user_id = "unreachable@example.com"
    name = "Un Reachable"
    [[people]]
    user_id = "solo@example.com"
    name = "Solo Sailor"
    groups = ["admins"]
    mails = [{ role = "alternate", address = "solo@example.net" }]
    [[people]]
    user_id = "fritz@example.com"
    name = "Fritz Haber"
    mails = [{ role = "alternate", address = "fritz@example.net" }]
    phones = [{ role = "mobile", number = "+49 30 123456" }]
    [[people]]
    user_id = "nina@example.com"
    name = "Nina Simone"
    password = "the old password of nina"
    [[people]]
    user_id = "dora@example.com"
    name = "Dora Richardson"
    phones = [{ role = "mobile", number = "+1 502 555 0100" }]
    [[people]]
    user_id = "olga@example.com"
    name = "Olga Taussky"
    mails = [{ role = "alternate", address = "olga@example.net" }]
    authenticator = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    questions = [
        { id = "first_pet", answer = "Rex" },
        { own = "Which boat did we miss?", answer = "The Batory" },
        { own = "Who sang at the harbour?", answer = "Aunt Ilona" },
    ]
    [[people]]
    user_id = "ruth@example.com"
    name = "Ruth Teitelbaum"
    password = "the old password of ruth"
    mails = [{ role = "alternate", address = "ruth@example.net" }]
    recovery_codes = ["7K3QX-9MBWD-2HZ4T", "00000-00000-00001", "00000-00000-00002"]
    [[people]]
    user_id = "otto@example.com"
    name = "Otto Hahn"
    questions = [
        { own = "Which street had no trees?", answer = "Hafengasse" },
        { own = "What did the parrot say?", answer = "Good night" },
        { own = "Who forgot the sugar?", answer = "Lise" },
    ]
"#;

/// Somebody with every way there is; `area` is that of the phones, `more` is about the account.
fn with_everything(name: &str, area: u16, more: &str) -> String {
    let questions = ANSWERS.map(|(id, answer)| format!("{{ id = \"{id}\", answer = \"{answer}\" }}")).join(", ");
    format!(
        "[[people]]\nuser_id = \"{name}@example.com\"\nname = \"{name}\"\n{more}\n\
         password = \"the old password of {name}\"\nmails = [\n\
         {{ role = \"alternate\", address = \"{name}@example.net\" }},\n\
         {{ role = \"authentication\", address = \"{name}@example.org\" }},\n]\nphones = [\n\
         {{ role = \"mobile\", number = \"+1{area}5550101\" }},\n\
         {{ role = \"authentication\", number = \"+1{area}5550102\" }},\n\
         {{ role = \"office\", number = \"+1{area}5550103\" }},\n]\n\
         questions = [{questions}]\nauthenticator = \"{APP_KEY_BASE32}\"\n"
    )
}

/// Copies everybody into a database that is not there yet.
pub(crate) async fn settle_in(path: &Path) {
    static SETTLED: OnceCell<Vec<u8>> = OnceCell::const_new();
    let settled = SETTLED.get_or_init(|| async {
        let all = [
            FEW.to_owned(),
            with_everything("mary", 415, ""),
            with_everything("anna", 206, "groups = [\"admins\"]"),
            with_everything("linus", 312, "locked = true"),
        ];
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("regain.db");
        let database = Database::open(&path).await.expect("opens");
        let clock = Arc::new(MovedClock::default());
        let directory = EmbeddedDirectory::open_with(database.clone(), clock, Arc::new(OsRng), keys(), HashCost::TEST)
            .await
            .expect("opens");
        directory.import(&People::from_toml(&all.concat()).expect("people")).await.expect("imports");
        database.close().await;
        fs::read(path).expect("reads")
    });
    fs::write(path, settled.await).expect("writes");
}
