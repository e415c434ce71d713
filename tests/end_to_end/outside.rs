//! Screen 3 with an outside service: stand-ins for its script and for what its server says. The real ones
//! are on the internet, where tests do not go.

use std::io::Write as _;

use anyhow::{Context, Result, ensure};
use harness::{Need, is_unsupported, run};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};

use crate::person::{self, ADA};

/// The service's script as documented, as far as it is used.
const SCRIPT: &str = "
    window.boxes = [];
    window.turnstile = window.hcaptcha = {
        render: (box, {sitekey, callback}) => {
            const button = document.createElement('button');
            button.type = 'button';
            button.textContent = `I am human (${sitekey}, ${window.boxes.push(box)})`;
            button.onclick = () => callback(window.boxes.length > 1 ? 'good' : 'bad');
            box.append(button);
            return window.boxes.length;
        },
        reset: () => {},
        remove: (id) => { window.removed = id },
    };
";

/// The service's server: whoever says `good` is human.
async fn siteverify() -> Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}/siteverify", listener.local_addr()?);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(verdict(stream));
        }
    });
    Ok(url)
}

async fn verdict(mut stream: TcpStream) -> Result<()> {
    let mut asked = String::new();
    while !asked.contains("response=") || !asked.contains("secret=") {
        let mut bytes = [0; 4096];
        let count = stream.read(&mut bytes).await?;
        ensure!(count > 0, "the request ends too soon");
        asked.push_str(&String::from_utf8_lossy(&bytes[..count]));
    }
    let is_good = asked.contains("response=good") && asked.contains("secret=hush");
    let codes = if is_good { "" } else { "\"invalid-input-response\"" };
    let body = format!("{{\"success\":{is_good},\"error-codes\":[{codes}]}}");
    let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close";
    stream.write_all(format!("{head}\r\ncontent-length: {}\r\n\r\n{body}", body.len()).as_bytes()).await?;
    Ok(())
}

#[tokio::test]
async fn screen_03_an_outside_service_is_asked_where_one_is_configured() -> Result<()> {
    if is_unsupported(Need::EarlyScript)? {
        return Ok(());
    }
    for service in ["turnstile", "hcaptcha"] {
        let url = siteverify().await?;
        let mut secret = tempfile::NamedTempFile::new()?;
        write!(secret, "hush")?;
        let path = secret.path().to_str().context("a path")?;
        let kind =
            format!("kind = \"{service}\"\nsite_key = \"public\"\nsecret_file = \"{path}\"\nverify_url = \"{url}\"");
        run(service, &[("kind = \"proof_of_work\"", &kind)], async |session| {
            let script = serde_json::json!({ "source": SCRIPT });
            session.page.devtools().send_raw("Page.addScriptToEvaluateOnNewDocument", script).await?;
            person::at_sign_in(session).await?;
            session.page.click("#cant-access").await?;
            session.page.type_into("[part~=root] [name=username]", ADA.user_id).await?;
            session.page.press("I am human (public, 1)").await?;
            session.page.press("Next").await?;
            // Refused: the box is there anew, and what was typed is still there.
            session.page.press("I am human (public, 2)").await?;
            ensure!(session.page.value("[part~=root] [name=username]").await? == ADA.user_id, "what was typed is lost");
            session.page.press("Next").await?;
            session.page.reads("Verify it’s you").await?;
            let removed = session.page.script("return window.removed", vec![]).await?;
            ensure!(removed == 2, "the box is still there: {removed}");
            Ok(())
        })
        .await?;
    }
    Ok(())
}
