//! The switches.

use super::*;

#[tokio::test]
async fn the_switches_change_what_counts_and_refuse_what_is_no_configuration() {
    let world = World::new().await;
    let switch = |site: &'static str, body: &'static str| {
        let request = Request::post("/demo/switches")
            .header(header::HOST, "localhost:8080")
            .header("sec-fetch-site", site)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        world.send(request, Some("127.0.0.1"), body)
    };
    let (status, _, page) = switch("cross-site", "email=on").await;
    assert_eq!(status, StatusCode::FORBIDDEN, "{page}");

    let (_, _, page) = switch("same-origin", "email=on&self_service=on&unlock=on&captcha=image&contact=off").await;
    assert!(page.contains("data-testid=\"switched\""), "{page}");
    let app = world.site.app();
    let config = app.config();
    assert_eq!(config.captcha.kind, regain_server::config::CaptchaKind::Image);
    assert!(config.methods.email && !config.methods.authenticator);
    assert_eq!(config.organisation.name, "Northwind Traders", "the rest stays");

    assert_eq!(config.flows.kinds(), [FlowKind::Reset, FlowKind::Unlock]);
    assert_eq!(config.password.policy().min_length, 15);

    let (_, _, page) = switch("same-origin", "email=on&self_service=on&change=on&preset=entra&contact=off").await;
    assert!(page.contains("data-testid=\"switched\""), "{page}");
    let app = world.site.app();
    let config = app.config();
    assert_eq!(config.flows.kinds(), [FlowKind::Reset, FlowKind::Change]);
    let policy = config.password.policy();
    assert_eq!((policy.min_length, policy.min_classes), (8, 3), "the preset's");
    assert!(!page.contains("known from a breach"), "there is nothing to look up in");

    let (_, _, page) = switch("same-origin", "email=on&self_service=on&gates=2&contact=off").await;
    assert!(page.contains("not-switched") && page.contains("gates.required"), "{page}");
    assert_eq!(world.site.app().config().gates.required, 1, "nothing was switched");
}

/// The demonstration's own list of breached passwords is one, and what the page of switches says of it is true.
/// F25: two groups of radio buttons were in one fieldset, and the second had no name.
#[tokio::test]
async fn f25_each_group_of_radio_buttons_has_its_own_legend() {
    let world = World::new().await;
    let (_, _, page) = world.get("/demo/switches").await;
    for fieldset in page.split("<fieldset").skip(1).filter_map(|rest| rest.split("</fieldset>").next()) {
        let mut names: Vec<_> =
            fieldset.split(r#"type="radio" name=""#).skip(1).filter_map(|it| it.split('"').next()).collect();
        names.dedup();
        assert!(names.len() < 2, "{names:?}");
    }
}

#[tokio::test]
async fn the_demonstrations_breached_passwords_can_be_switched() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/breached.txt");
    let section = format!("[password.breached]\nkind = \"file\"\npath = \"{path}\"");
    let world = World::of(&section, |_| false).await;
    let app = world.site.app();
    let config = app.config();
    let roots = regain_server::adapters::TrustedRoots::load(None).expect("loads");
    let list = regain_server::adapters::breached(&config.password.breached, &roots).expect("opens").expect("a list");
    for (password, is_known) in [("correct horse battery staple", true), ("analytical engine notes", false)] {
        let seen = regain_server::breached::seen(&*list, &password.into()).await.expect("answers");
        assert_eq!(seen > 0, is_known, "{password}");
    }
    let switch = async |body: &'static str| {
        let request = Request::post("/demo/switches")
            .header(header::HOST, "localhost:8080")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        world.send(request, Some("127.0.0.1"), body).await.2
    };
    for (body, kind) in [
        ("email=on&self_service=on&contact=off", BreachedKind::Off),
        ("email=on&self_service=on&contact=off&breached=on", BreachedKind::File),
    ] {
        let page = switch(body).await;
        assert!(page.contains("data-testid=\"switched\""), "{page}");
        assert_eq!(world.site.app().config().password.breached.kind, kind);
    }
}

#[tokio::test]
async fn a_switch_replaces_the_server_over_the_same_store_and_directory() {
    let world = World::of("[captcha]\nkind = \"off\"", |user_id| user_id.starts_with("ada@")).await;
    let before = world.site.app();
    let begin = async || {
        let request = Request::post("/v1/flows").header(header::CONTENT_TYPE, "application/json");
        let request = request.body(Body::from(r#"{"kind":"reset"}"#)).expect("a request");
        let response = world.site.router().oneshot(request).await.expect("answers");
        let body = to_bytes(response.into_body(), 100_000).await.expect("has a body");
        serde_json::from_slice::<serde_json::Value>(&body).expect("JSON")
    };
    let begun = begin().await;
    let request = Request::post("/demo/switches")
        .header(header::HOST, "localhost:8080")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    let (_, _, page) = world.send(request, Some("127.0.0.1"), "email=on&self_service=on&contact=off").await;
    assert!(page.contains("data-testid=\"switched\""), "{page}");

    let after = world.site.app();
    assert!(!Arc::ptr_eq(&before, &after) && before.config().flows.kinds() != after.config().flows.kinds());
    assert!(Arc::ptr_eq(&before.ports().store, &after.ports().store));
    assert!(Arc::ptr_eq(&before.ports().directory.accounts, &after.ports().directory.accounts));
    let show = |token: &str| {
        let path = format!("/v1/flows/{}", begun["flow"]["id"].as_str().expect("an id"));
        let request = Request::get(path).header(header::AUTHORIZATION, format!("Bearer {token}"));
        world.site.router().oneshot(request.body(Body::empty()).expect("a request"))
    };
    let shown = show(begun["token"].as_str().expect("a token")).await.expect("answers");
    assert_eq!(shown.status(), StatusCode::OK, "a flow goes on");
    assert_eq!(begin().await["flow"]["step"]["captcha"]["kind"], "proof_of_work", "by the new configuration");
    assert!(begun["flow"]["step"]["captcha"].is_null(), "{begun}");
}
