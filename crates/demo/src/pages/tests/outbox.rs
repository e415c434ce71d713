//! The outbox: mails, texts and calls.

use super::*;

#[tokio::test]
async fn the_outbox_shows_mails_newest_first_and_runs_nothing_of_them() {
    let world = World::new().await;
    assert!(world.get("/demo/outbox").await.2.contains("Nothing yet"));
    for (id, subject) in [("m1", "First"), ("m2", "Second <b>")] {
        let message = Message {
            id: id.into(),
            to: "ada.lovelace@mail.example".into(),
            subject: subject.into(),
            language: "en",
            text: "042137\n<script>alert(1)</script>".into(),
            html: "<style>p{color:red}</style><p>042137</p>".into(),
        };
        world.outbox.send(&message).await.expect("takes it");
    }
    let (status, _, page) = world.get("/demo/outbox").await;
    assert_eq!(status, StatusCode::OK);
    assert!(page.find("Second &lt;b&gt;").expect("is there") < page.find("First").expect("is there"));
    assert!(page.contains(r#"data-entry="m2""#) && !page.contains("<script>"), "{page}");
    assert!(
        page.contains(r#"<iframe title="Second &lt;b&gt;" sandbox="" loading="lazy" src="/demo/outbox/m2">"#),
        "{page}"
    );

    let (_, headers, json) = world.get("/demo/outbox.json").await;
    assert_eq!(headers[header::CONTENT_TYPE], "application/json");
    assert!(!headers.contains_key(header::ACCESS_CONTROL_ALLOW_ORIGIN), "no other page may read it");
    let mails: serde_json::Value = serde_json::from_str(&json).expect("JSON");
    assert_eq!((&mails[0]["kind"], &mails[0]["subject"]), (&"mail".into(), &"Second <b>".into()));
    assert_eq!(mails[1]["to"], "ada.lovelace@mail.example");
    assert!(mails[0]["at"].as_str().expect("text").ends_with('Z'));

    let (_, headers, html) = world.get("/demo/outbox/m1").await;
    assert!(html.contains("<p>042137</p>"));
    let policy = headers[header::CONTENT_SECURITY_POLICY].to_str().expect("text");
    assert!(policy.contains("default-src 'none'") && policy.contains("sandbox"), "{policy}");
    assert_eq!(world.get("/demo/outbox/m3").await.0, StatusCode::NOT_FOUND);
    assert_eq!(world.get("/demo/outbox.js").await.0, StatusCode::OK);
}

#[tokio::test]
async fn the_outbox_shows_texts_too() {
    let world = World::new().await;
    let text = "042137 is your code & <b>\n\n@localhost #042137".into();
    world.outbox.text(&TextMessage { id: "t1".into(), to: "+14255550123".into(), text }).await.expect("takes it");
    let (_, _, page) = world.get("/demo/outbox").await;
    assert!(page.contains("Text message") && page.contains("+14255550123"), "{page}");
    assert!(page.contains("042137 is your code &amp; &lt;b&gt;\n\n@localhost #042137"), "{page}");
    let newest = world.newest().await;
    assert_eq!((&newest["kind"], &newest["id"], &newest["to"]), (&"sms".into(), &"t1".into(), &"+14255550123".into()));
    assert!(newest["text"].as_str().expect("text").ends_with("@localhost #042137"), "{newest}");
    assert!(newest["at"].as_str().expect("text").ends_with('Z'));
}

#[tokio::test]
async fn a_call_is_answered_and_keys_are_pressed_with_the_buttons_of_the_page() {
    let world = World::new().await;
    world.rings("c1").await;
    let newest = world.newest().await;
    assert_eq!((&newest["kind"], &newest["id"], &newest["status"]), (&"call".into(), &"c1".into(), &"ringing".into()));
    assert_eq!(newest["to"], "+14255550123");
    let (_, _, page) = world.get("/demo/outbox").await;
    for button in [
        r#"<form class="row" method="post" action="/demo/calls/c1">"#,
        r#"name="do" value="answer">Answer<"#,
        r#"name="do" value="ignore">Don't answer<"#,
        r#"<meta name="referrer" content="same-origin">"#,
    ] {
        assert!(page.contains(button), "{button} in {page}");
    }

    let (status, headers, _) = world.press("c1", "same-origin", "do=answer").await;
    assert_eq!(
        (status, &headers[header::LOCATION]),
        (StatusCode::SEE_OTHER, &"/demo/outbox".parse().expect("a value"))
    );
    let (_, _, page) = world.get("/demo/outbox").await;
    for said in
        [r#"name="do" value="key">"#, r##"name="key" value="#""##, r#"name="key" value="5""#, "Hang up", "press"]
    {
        assert!(page.contains(said), "{said} in {page}");
    }
    assert!(!page.contains("Don't answer"), "{page}");
    world.press("c1", "same-origin", "do=key&key=5").await;
    assert_eq!(world.newest().await["said"].as_array().map(Vec::len), Some(2));
    world.press("c1", "same-origin", "do=key&key=%23").await;
    let newest = world.newest().await;
    assert_eq!((&newest["status"], newest["said"].as_array().map(Vec::len)), (&"ended".into(), Some(3)));
    let (_, _, page) = world.get("/demo/outbox").await;
    assert!(page.contains("Call: over") && !page.contains("<button"), "{page}");
    assert_eq!(world.press("c1", "same-origin", "do=answer").await.0, StatusCode::SEE_OTHER, "too late is no error");
}

#[tokio::test]
async fn a_call_that_is_not_taken_was_not_answered() {
    for (n, body) in ["do=ignore", "do=hang_up"].into_iter().enumerate() {
        let world = World::new().await;
        let call = format!("c{n}");
        world.rings(&call).await;
        assert_eq!(world.press(&call, "same-origin", body).await.0, StatusCode::SEE_OTHER);
        assert_eq!(world.newest().await["status"], "not_answered");
    }
}

#[tokio::test]
async fn no_other_page_can_answer_a_call() {
    let world = World::new().await;
    world.rings("c1").await;
    for site in ["cross-site", "same-site", "none", ""] {
        assert_eq!(world.press("c1", site, "do=answer").await.0, StatusCode::FORBIDDEN, "{site}");
    }
    let post = |host: &str| {
        Request::post("/demo/calls/c1")
            .header(header::HOST, host)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
    };
    let here = Some("127.0.0.1");
    for origin in ["http://attacker.example", "null", "http://localhost:9090", "https://localhost:8080", ""] {
        let request = post("localhost:8080").header(header::ORIGIN, origin);
        assert_eq!(world.send(request, here, "do=answer").await.0, StatusCode::FORBIDDEN, "{origin}");
    }
    assert_eq!(world.send(post("attacker.example"), here, "do=answer").await.0, StatusCode::FORBIDDEN);
    assert_eq!(world.send(post("localhost:8080"), Some("192.0.2.7"), "do=answer").await.0, StatusCode::FORBIDDEN);
    assert_eq!(world.newest().await["status"], "ringing");

    for (body, status) in [
        ("", StatusCode::UNPROCESSABLE_ENTITY),
        ("do=nonsense", StatusCode::UNPROCESSABLE_ENTITY),
        ("do=key", StatusCode::UNPROCESSABLE_ENTITY),
        ("do=key&key=%23%23", StatusCode::UNPROCESSABLE_ENTITY),
        ("do=key&key=x", StatusCode::BAD_REQUEST),
        (&format!("do=answer&x={}", "x".repeat(MAX_BODY_BYTES)), StatusCode::PAYLOAD_TOO_LARGE),
    ] {
        assert_eq!(world.press("c1", "same-origin", body).await.0, status, "{body:.20}");
    }
    assert_eq!(world.press("c2", "same-origin", "do=answer").await.0, StatusCode::NOT_FOUND);
    assert_eq!(world.get("/demo/calls/c1").await.0, StatusCode::METHOD_NOT_ALLOWED);
    let older = post("localhost:8080").header(header::ORIGIN, "http://localhost:8080");
    assert_eq!(world.send(older, here, "do=answer").await.0, StatusCode::SEE_OTHER, "a browser without Sec-Fetch-Site");
    let program = world.send(post("localhost:8080"), here, "do=key&key=%23").await;
    assert_eq!(program.0, StatusCode::SEE_OTHER, "a program says nothing of pages");
}
