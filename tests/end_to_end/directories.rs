//! People whose accounts are an organisation's: in Active Directory, and in the table of a Django project.

use std::{
    env,
    path::Path,
    process::{Child, Command, Stdio},
};

use anyhow::{Context as _, Result, ensure};
use harness::{BrowserSession, root, run, until};
use regain_free_port::free_port;
use regain_real_servers::{organisation, samba};

use crate::person::{self, NEW_PASSWORD, OLD_PASSWORD};

const KATHERINE: &str = "katherine@northwind.example";
const KATHERINES_PASSWORD: &str = "orbits worked out by hand";

/// The place in the demo's configuration that a directory's section is put at.
const DEMO: &str = "[demo]\npeople = \"@PEOPLE@\"";

/// Locked in the domain, proved by a text message, unlocked and reset in one: the controller takes the new password, and
/// the sign-in page the former one no more, though the controller does for another hour.
#[tokio::test]
async fn a_person_of_active_directory_is_back() -> Result<()> {
    let people = root().join("crates/demo/people.toml");
    let (samba, section) = tokio::task::spawn_blocking(move || organisation::samba(&people)).await?;
    let katherine = samba::dn("Katherine Johnson");
    samba.lock(&katherine);
    run("active-directory", &[(DEMO, &format!("{section}\n{DEMO}"))], async |session| {
        person::at_sign_in(session).await?;
        session.page.type_into("#user-id", "REGAIN\\katherine").await?;
        ensure!(!person::signs_in(session, KATHERINES_PASSWORD).await?, "she is locked out");
        person::chose_way(session, KATHERINE, "Text my mobile phone", "Text me").await?;
        let text = session.server.text_message("+14255550110", 0).await?;
        let code = text.rsplit_once('#').context("a code")?.1.to_owned();
        person::typed_code(session, &code).await?;
        session.page.reads("Do you know your password?").await?;
        session.page.choose("choose a new password").await?;
        session.page.press("Next").await?;
        person::finished(session).await?;
        ensure!(samba.takes(&katherine, NEW_PASSWORD), "the controller does not take the new password");
        ensure!(samba.takes(&katherine, KATHERINES_PASSWORD), "the controller takes the former one for an hour");
        person::at_sign_in(session).await?;
        session.page.type_into("#user-id", "katherine").await?;
        ensure!(!person::signs_in(session, KATHERINES_PASSWORD).await?, "the former password signs in");
        Ok(())
    })
    .await
}

/// A Django project, which ends with this value.
struct Django(Child);

impl Drop for Django {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// `manage.py demo` of the example.
fn manage(database: &Path, arguments: &[&str]) -> Result<Command> {
    let packages = env::var("REGAIN_DJANGO").context("run the end-to-end tests with `cargo xtask test`")?;
    let mut manage = Command::new("python3");
    manage.args(["-s", "manage.py", "demo"]).args(arguments).current_dir(root().join("examples/django"));
    manage.env("PYTHONPATH", packages).env("PYTHONDONTWRITEBYTECODE", "1").env("PORTAL_DATABASE", database);
    manage.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    Ok(manage)
}

/// The sections about the directory in the example's configuration.
fn section(database: &Path) -> Result<String> {
    let text = std::fs::read_to_string(root().join("examples/django/regain.toml"))?;
    let section = text.find("[directory]").context("a section")?;
    Ok(text[section..].replace("sqlite://portal.sqlite3", &format!("sqlite://{}", database.display())))
}

/// Signs in on Django's own page; says whether it worked.
async fn signs_in(session: &BrowserSession, page: &str, password: &str) -> Result<bool> {
    session.page.go(page).await?;
    session.page.type_into("#id_username", "ada").await?;
    session.page.type_into("#id_password", password).await?;
    session.page.click("input[type=submit]").await?;
    until("an answer to the sign-in", async || {
        if session.page.has("#logout-form").await? {
            return Ok(Some(true));
        }
        Ok(session.page.has(".errornote").await?.then_some(false))
    })
    .await
}

#[tokio::test]
async fn a_person_of_a_django_project_is_back() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let database = folder.path().join("portal.sqlite3");
    let prepared = manage(&database, &["--prepare-only"])?.status()?;
    ensure!(prepared.success(), "the portal's tables cannot be made");
    let address = format!("127.0.0.1:{}", free_port()?);
    let page = format!("http://{address}");
    let origins = format!("[server]\nallowed_origins = [\"{page}\"]");
    let changes = [(DEMO, section(&database)?), ("[server]", origins)];
    let changes: Vec<_> = changes.iter().map(|(from, to)| (*from, to.as_str())).collect();
    run("django", &changes, async |session| {
        let mut portal = manage(&database, &["--address", &address, "--mail-port", "0"])?;
        portal.env("PORTAL_REGAIN_URL", session.server.address(""));
        let _portal = Django(portal.spawn()?);
        until("the portal", async || Ok(std::net::TcpStream::connect(&address).ok())).await?;
        session.page.go(&page).await?;
        session.page.click("#cant-access").await?;
        session.page.type_into("[part~=root] [name=username]", "ada").await?;
        session.page.press("Next").await?;
        session.page.reads("Verify it’s you").await?;
        session.page.press("Send the code").await?;
        let code = session.server.mail("ada.lovelace@mail.example", 0).await?.code()?;
        person::typed_code(session, &code).await?;
        session.page.reads("Choose a new password").await?;
        person::chose(session, NEW_PASSWORD).await?;
        ensure!(!signs_in(session, &page, OLD_PASSWORD).await?, "the former password signs in");
        ensure!(signs_in(session, &page, NEW_PASSWORD).await?, "the new password does not sign in");
        Ok(())
    })
    .await
}
