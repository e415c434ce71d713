//! A line on which every file takes its time.

use std::time::Duration;

use anyhow::{Result, ensure};

use super::{on, resets, shown};
use crate::person::loaded;

#[tokio::test]
async fn impatient_clicks_open_one_widget() -> Result<()> {
    on("slow", &[], async |stage, host| {
        loaded(stage).await?;
        host.is_slow(Duration::from_millis(700));
        let clicks = "for (let count = 0; count < 3; count += 1) document.querySelector('#cant-access').click()";
        stage.page.script(clicks, vec![]).await?;
        resets(stage).await?;
        ensure!(shown(stage).await? == 1, "there is more than one");
        Ok(())
    })
    .await
}
