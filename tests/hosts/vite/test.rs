//! A page without a framework, built by Vite with Regain's package.

use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use harness::root;
use serde_json::json;

use super::{apps, goes_back, on_built, resets, says_who, shows};

#[tokio::test]
async fn a_page_that_vite_builds_has_regains_files_with_it() -> Result<()> {
    on_built("vite", async |session, host| {
        session.page.click("#cant-access").await?;
        resets(session).await?;
        session.page.reads("The page heard: reset").await?;
        goes_back(session).await?;
        // Nothing but the API is from elsewhere.
        let others = "const here = [location.origin, document.querySelector('#cant-access').origin];
            return performance.getEntriesByType('resource').map(({name}) => name)
                .filter((name) => !here.includes(new URL(name).origin) && !name.startsWith('blob:'))";
        ensure!(session.page.script(others, vec![]).await? == json!([]));
        let brought = "return performance.getEntriesByType('resource')
            .some(({name}) => name.startsWith(location.origin + '/regain/regain-ui-'))";
        ensure!(session.page.script(brought, vec![]).await? == json!(true), "not from {}", host.origin());
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_page_whose_files_are_not_where_it_says_keeps_its_link() -> Result<()> {
    on_built("vite", async |session, host| {
        let built = apps()?.join("vite/dist");
        let page = tempfile::tempdir()?;
        std::fs::copy(built.join("index.html"), page.path().join("index.html"))?;
        std::fs::create_dir_all(page.path().join("assets"))?;
        std::fs::create_dir_all(page.path().join("regain"))?;
        for asset in std::fs::read_dir(built.join("assets"))? {
            let asset = asset?;
            std::fs::copy(asset.path(), page.path().join("assets").join(asset.file_name()))?;
        }
        host.serves(page.path(), &[("@REGAIN@", &session.server.address(""))], &[])?;
        session.page.go(&format!("{}/", host.origin())).await?;
        session.page.click("#cant-access").await?;
        says_who(session).await?;
        shows(session, 1).await?;
        let at = session.page.script("return location.href", vec![]).await?;
        ensure!(at == json!(session.server.address("/reset")), "{at}");
        Ok(())
    })
    .await
}

#[test]
fn on_a_server_that_renders_pages_the_package_does_nothing() -> Result<()> {
    let script = "import {configure, version} from '@regain/widget';
        configure({base: '/regain/', api: 'https://recover.example.com'}); console.log(version)";
    let node = Command::new("node")
        .args(["--input-type=module", "--eval", script])
        .current_dir(apps()?)
        .output()
        .context("Node cannot be run")?;
    ensure!(node.status.success(), "{}", String::from_utf8_lossy(&node.stderr));
    ensure!(String::from_utf8_lossy(&node.stdout).trim() == env!("CARGO_PKG_VERSION"));
    Ok(())
}

/// The documentation shows what is tested here, letter by letter.
#[test]
fn the_examples_of_the_documentation_are_the_pages_of_these_tests() -> Result<()> {
    let docs = std::fs::read_to_string(root().join("docs/embedding.md"))?;
    for file in [
        "vite/vite.config.js",
        "vite/src/main.ts",
        "react/src/CantAccess.tsx",
        "react/src/main.tsx",
        "vue/vite.config.js",
        "vue/src/main.ts",
        "vue/src/CantAccess.vue",
    ] {
        let text = std::fs::read_to_string(root().join("tests/hosts").join(file))?;
        ensure!(docs.contains(&format!("\n{text}```\n")), "docs/embedding.md does not show {file} as it is");
    }
    Ok(())
}
