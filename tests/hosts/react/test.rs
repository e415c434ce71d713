//! A React app, built by Vite with Regain's package: it mounts the element, hears of it, takes it away and puts it
//! back.

use std::{
    net::TcpListener,
    process::{Child, Command, Stdio},
};

use anyhow::Result;
use harness::{play, until};

use super::{allowing, apps, goes_and_comes_back, goes_back, on_built, resets, says_who, shows};

#[tokio::test]
async fn a_react_app_mounts_it_and_hears_of_it() -> Result<()> {
    on_built("react", async |stage, _| {
        stage.page.click("regain-access a").await?;
        resets(stage).await?;
        stage.page.reads("The page heard: reset").await?;
        goes_back(stage).await
    })
    .await
}

#[tokio::test]
async fn a_react_app_that_takes_it_away_hears_so_and_put_back_it_resumes() -> Result<()> {
    on_built("react", async |stage, _| goes_and_comes_back(stage).await).await
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
    let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
    let origin = format!("http://127.0.0.1:{port}");
    play("host-react-development", &[("[server]", &allowing(&origin))], async |stage| {
        let apps = apps()?;
        let mut vite = Command::new("node");
        vite.arg(apps.join("node_modules/vite/bin/vite.js")).arg(apps.join("react"));
        // What it made of a former package, it would take for this one's.
        vite.args(["--force", "--host", "127.0.0.1", "--strictPort", "--port", &port.to_string()]);
        vite.env("VITE_RECOVERY", stage.server.address("")).stdin(Stdio::null()).stdout(Stdio::null());
        let _vite = Running(vite.spawn()?);
        until("Vite", async || Ok(reqwest::get(&origin).await?.status().is_success().then_some(()))).await?;
        stage.page.go(&format!("{origin}/")).await?;
        stage.page.click("regain-access a").await?;
        says_who(stage).await?;
        shows(stage, 1).await
    })
    .await
}
