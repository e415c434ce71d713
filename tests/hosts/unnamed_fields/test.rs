//! A page where no field says that it is for the user ID, as half of all sign-in pages.

use anyhow::{Result, ensure};
use serde_json::json;

use super::{goes_back, on, resets};

#[tokio::test]
async fn b2_the_field_before_the_only_password_is_the_one_for_the_user_id() -> Result<()> {
    on("unnamed_fields", &[], async |session, _| {
        session.page.type_into("#news", "news@northwind.example").await?;
        session.page.type_into("#tenant", "northwind").await?;
        session.page.type_into("#user-id", "somebody@northwind.example").await?;
        session.page.click("#cant-access").await?;
        session.page.find("[part~=root] [name=username]").await?;
        let taken = session.page.value("[part~=root] [name=username]").await?;
        ensure!(taken == "somebody@northwind.example", "it took {taken}");
        resets(session).await?;
        goes_back(session).await?;
        let others = "return ['news', 'tenant', 'trap', 'nickname'].map((id) => document.getElementById(id).value)";
        let others = session.page.script(others, vec![]).await?;
        ensure!(others == json!(["news@northwind.example", "northwind", "", ""]), "{others}");
        Ok(())
    })
    .await
}
