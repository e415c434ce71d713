//! An authenticator app.

use anyhow::{Context, Result, ensure};
use harness::{BrowserSession, run};
use serde_json::json;

use super::{ALAN, at_alans, finished};
use crate::person;

/// The code that an app with this key shows now (RFC 6238), worked out by the browser.
async fn app_code(session: &BrowserSession, key: &str, ahead: u8) -> Result<String> {
    let script = "const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'; \
                  const bits = [...arguments[0]].map((c) => alphabet.indexOf(c).toString(2).padStart(5, '0')).join(''); \
                  const bytes = Uint8Array.from(bits.match(/.{8}/g), (byte) => parseInt(byte, 2)); \
                  const counter = new DataView(new ArrayBuffer(8)); \
                  counter.setUint32(4, Math.floor(Date.now() / 30000) + arguments[1]); \
                  return crypto.subtle.importKey('raw', bytes, {name: 'HMAC', hash: 'SHA-1'}, false, ['sign']) \
                    .then((key) => crypto.subtle.sign('HMAC', key, counter)) \
                    .then((mac) => new DataView(mac)) \
                    .then((mac) => (mac.getUint32(mac.getUint8(19) & 15) & 0x7fffffff) % 1000000) \
                    .then((code) => String(code).padStart(6, '0'));";
    let code = session.page.script(script, vec![json!(key), json!(ahead)]).await?;
    Ok(code.as_str().context("a code")?.to_owned())
}

#[tokio::test]
async fn an_authenticator_app_is_registered_and_resets_the_password() -> Result<()> {
    run("register-app", &[], async |session| {
        at_alans(session).await?;
        session.page.press("Authenticator app").await?;
        session.page.reads("Set up your authenticator app").await?;
        let picture = session.page.find("svg[role=img]").await?;
        ensure!(picture.attr("aria-label").await?.is_some_and(|label| label.contains("QR code")), "it has no name");
        let key: String = session.page.find("[part=key]").await?.text().await?.split_whitespace().collect();
        let link = session.page.find("a[href^='otpauth://totp/']").await?.attr("href").await?.context("an address")?;
        ensure!(link.contains(&key), "the link has another key than the text");
        let code = app_code(session, &key, 0).await?;
        session.page.type_into("[name=code]", &person::other_than(&code)).await?;
        session.page.press("Verify").await?;
        session.page.reads("That code isn’t right.").await?;
        ensure!(session.page.find("[part=key]").await?.text().await?.replace(' ', "") == key, "the key stays");
        session.page.retype("[name=code]", &app_code(session, &key, 0).await?).await?;
        session.page.press("Verify").await?;
        session.page.reads("1 set up, 1 required").await?;
        finished(session).await?;

        person::chose_way(session, ALAN.user_id, "Use my authenticator app", "Next").await?;
        session.page.reads("Open your authenticator app").await?;
        // A code is good for once; that of an app whose clock is half a minute ahead is good too.
        let fresh = app_code(session, &key, 1).await?;
        person::typed_code(session, &fresh).await?;
        person::finished(session).await
    })
    .await
}
