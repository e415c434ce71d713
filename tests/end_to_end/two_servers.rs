//! Two servers over one database, behind a proxy that sends each request to the other one.

use std::{fs, os::unix::fs::PermissionsExt as _};

use anyhow::{Result, ensure};
use harness::{Balancer, Mail, Server, run, until};
use regain_real_servers::postgres::{Postgres, USER};

use crate::person::{self, ADA};

const DATABASE: &str = "regain_demo";

/// Waits for the mail after `count` mails to one address, whichever server sent them.
async fn mail(servers: [&Server; 2], to: &str, count: usize) -> Result<Mail> {
    until(&format!("mail {} to {to}", count + 1), async || {
        let mut mails = Vec::new();
        for server in servers {
            mails.extend(server.outbox().await?.into_iter().filter(|mail| mail.to == to));
        }
        // A mail with a code came before one without.
        mails.sort_by_key(|mail| mail.code().is_err());
        ensure!(mails.len() <= count + 1, "one too many: {mails:?}");
        Ok((mails.len() > count).then(|| mails.swap_remove(count)))
    })
    .await
}

/// No session sticks to a server: each answer of a whole reset is given to the one that did not draw the step.
#[tokio::test]
async fn a_reset_goes_from_one_server_to_the_other_at_each_request() -> Result<()> {
    let postgres = tokio::task::spawn_blocking(|| {
        let postgres = Postgres::start();
        postgres.execute("postgres", &format!("CREATE DATABASE {DATABASE} OWNER {USER}"));
        postgres
    })
    .await?;
    let folder = tempfile::tempdir()?;
    let url = folder.path().join("database-url");
    fs::write(&url, postgres.url(USER, DATABASE))?;
    fs::set_permissions(&url, fs::Permissions::from_mode(0o600))?;
    let balancer = Balancer::start().await?;
    let changes = [
        ("path = \"@DATA@/regain.db\"", format!("url_file = \"{}\"", url.display())),
        ("[server]", format!("[server]\npublic_url = \"{}\"", balancer.address(""))),
    ];
    let changes = changes.each_ref().map(|(from, to)| (*from, to.as_str()));
    run("two-servers", &changes, async |session| {
        let second = session.server.beside().await?;
        balancer.before(vec![session.server.address(""), second.address("")])?;
        let servers = [&session.server, &second];

        session.page.go(&balancer.address("/")).await?;
        session.page.click("#cant-access").await?;
        session.page.type_into("[part~=root] [name=username]", ADA.user_id).await?;
        session.page.press("Next").await?;
        session.page.reads("Verify it’s you").await?;
        session.page.press("Send the code").await?;
        let code = mail(servers, ADA.address, 0).await?.code()?;
        person::typed_code(session, &code).await?;
        person::finished(session).await?;

        let confirmation = mail(servers, ADA.address, 1).await?;
        ensure!(confirmation.code().is_err(), "{confirmation:?}");
        let asked = balancer.api_requests();
        let answers = asked.iter().filter(|(_, request)| request == "POST /v1/answers").count();
        ensure!(answers == 4, "user ID, method, code and password: {asked:?}");
        ensure!(asked.windows(2).all(|two| two[0].0 != two[1].0), "{asked:?}");
        for server in servers {
            let log = server.log();
            ensure!(log.contains("answered status=200"), "it had no part in it:\n{log}");
        }
        Ok(())
    })
    .await
}
