//! A server that people reach below a path of a host.

use anyhow::{Result, ensure};
use harness::run;

use crate::person::ADA;

/// The paths of all that the page asked for, as far as they are not the page's own.
const ASKED: &str = "return performance.getEntriesByType('resource').map(({name}) => new URL(name).pathname)";

#[tokio::test]
async fn a6_a_page_below_a_path_asks_for_everything_there() -> Result<()> {
    let below = [("[server]", "[server]\npublic_url = \"http://127.0.0.1:@PORT@/account/recovery\"")];
    run("below-a-path", &below, async |session| {
        session.page.go(&session.server.address("/account/recovery/reset")).await?;
        session.page.type_into("[part~=root] [name=username]", ADA.user_id).await?;
        session.page.press("Next").await?;
        session.page.reads("Verify it’s you").await?;
        let asked = session.page.script(ASKED, vec![]).await?;
        let asked: Vec<_> = asked.as_array().into_iter().flatten().filter_map(|path| path.as_str()).collect();
        ensure!(asked.contains(&"/account/recovery/v1/flows"), "{asked:?}");
        // The banner of the demo, which is at the root of its host.
        let is_below = |path: &str| ["/account/recovery/", "/demo/"].iter().any(|folder| path.starts_with(folder));
        ensure!(asked.iter().all(|path| is_below(path)), "{asked:?}");
        Ok(())
    })
    .await
}
