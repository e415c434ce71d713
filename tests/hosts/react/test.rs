//! A React app, built by Vite with Regain's package: it mounts the element, hears of it, takes it away and puts it
//! back.

use std::process::{Child, Command, Stdio};

use anyhow::{Result, ensure};
use harness::{run, until};
use regain_free_port::free_port;

use super::{allowing, apps, goes_and_comes_back, goes_back, on_built, resets, says_who, shows};
use crate::person::ADA;

#[tokio::test]
async fn a_react_app_mounts_it_and_hears_of_it() -> Result<()> {
    on_built("react", async |session, _| {
        session.page.click("regain-access a").await?;
        resets(session).await?;
        session.page.reads("The page heard: reset").await?;
        goes_back(session).await?;
        // B3: React has the user ID, as if it had been typed, and goes on having it.
        session.page.reads(&format!("Signing in as: {}", ADA.user_id)).await?;
        session.page.type_into("#password", "x").await?;
        session.page.reads(&format!("Signing in as: {}", ADA.user_id)).await?;
        let value = session.page.value("#user-id").await?;
        ensure!(value == ADA.user_id, "the field holds “{value}”");
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_react_app_that_takes_it_away_hears_so_and_put_back_it_resumes() -> Result<()> {
    on_built("react", async |session, _| goes_and_comes_back(session).await).await
}

/// A program that dies with this value.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[tokio::test]
async fn in_strict_mode_on_the_development_server_there_is_one_of_it() -> Result<()> {
    let port = free_port()?;
    let origin = format!("http://127.0.0.1:{port}");
    run("host-react-development", &[("[server]", &allowing(&origin))], async |session| {
        let apps = apps()?;
        let mut vite = Command::new("node");
        vite.arg(apps.join("node_modules/vite/bin/vite.js")).arg(apps.join("react"));
        // The result of a former package would be taken for this one's.
        vite.args(["--force", "--host", "127.0.0.1", "--strictPort", "--port", &port.to_string()]);
        vite.env("VITE_RECOVERY", session.server.address("")).stdin(Stdio::null()).stdout(Stdio::null());
        let _vite = Running(vite.spawn()?);
        until("Vite", async || Ok(reqwest::get(&origin).await?.status().is_success().then_some(()))).await?;
        session.page.go(&format!("{origin}/")).await?;
        session.page.click("regain-access a").await?;
        says_who(session).await?;
        shows(session, 1).await
    })
    .await
}
