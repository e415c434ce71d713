use super::*;

const LEAST: &str = r#"
    [server]
    key = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
    [organisation]
    name = "Contoso"
    [mail]
    host = "mail.example.com"
    from = "help@example.com"
"#;

fn faults(text: &str) -> Vec<String> {
    match Config::parse(text, Path::new("/etc/regain")) {
        Err(ConfigError::Keys(faults)) => faults.faults,
        other => panic!("expected faults, got {other:?}"),
    }
}

#[test]
fn little_is_needed_and_the_defaults_are_the_documented_ones() {
    let config = Config::parse(LEAST, Path::new("/etc/regain")).expect("is fine");
    assert_eq!(config.server.public_url, "http://127.0.0.1:8080");
    assert_eq!(config.store.path, Path::new("/etc/regain/regain.db"));
    assert_eq!(config.flows.lifetime_s, 900);
    let codes = &config.codes;
    assert_eq!((codes.lifetime_s, codes.tries, codes.resends, codes.resend_after_s), (600, 5, 3, 30));
    assert_eq!(codes.tries_per_day, 20);
    let policy = config.password.policy();
    assert_eq!((policy.min_length, policy.max_length), (15, 256));
    assert_eq!(config.mail.port, 587);
    assert_eq!(config.mail.from_name, "Contoso");
}

#[test]
fn a_preset_gives_the_numbers_that_are_not_given() {
    let with =
        |codes: &str| Config::parse(&format!("{LEAST}\n[codes]\n{codes}"), Path::new("/")).expect("is fine").codes;
    let codes = with("preset = 'microsoft'");
    assert_eq!((codes.lifetime_s, codes.tries_per_day, codes.tries), (300, 5, 5));
    let codes = with("preset = 'microsoft'\ntries_per_day = 7");
    assert_eq!((codes.lifetime_s, codes.tries_per_day), (300, 7));
}

#[test]
fn every_fault_is_named_by_its_key() {
    let faults = faults(
        r#"
        [server]
        listen = "0.0.0.0:8080"
        key = "c2hvcnQ="
        trusted_proxies = ["10.0.0.0/8", "nonsense"]
        allowed_origins = ["https://example.com/path", "*"]
        colour = "blue"
        [organisation]
        locales = []
        [password]
        min_length = "many"
        max_length = 20
        [codes]
        tries = 0
        [mail]
        from = "nobody"
        tls = "none"
        host = "mail.example.com"
        [nonsense]
        "#,
    );
    for key in [
        "server.key: ",
        "server.public_url: ",
        "server.trusted_proxies[1]: ",
        "server.allowed_origins: ",
        "server.colour: ",
        "organisation.name: ",
        "organisation.locales: ",
        "password.min_length: ",
        "password.max_length: ",
        "codes.tries: ",
        "mail.from: ",
        "mail.tls: ",
        "nonsense: ",
    ] {
        assert!(faults.iter().any(|fault| fault.starts_with(key)), "no fault {key} in {faults:#?}");
    }
}

#[test]
fn d4_where_tls_ends_before_the_server_the_file_says_whose_word_counts() {
    let with = |server: &str| LEAST.replace("[server]", &format!("[server]\n{server}"));
    let https = "public_url = \"https://recover.example.com\"";
    for listen in ["127.0.0.1:8080", "[::1]:8080", "0.0.0.0:8080"] {
        let faults = faults(&with(&format!("{https}\nlisten = \"{listen}\"")));
        assert!(faults.len() == 1 && faults[0].starts_with("server.trusted_proxies: "), "{faults:?}");
        assert!(faults[0].contains("\"none\""), "it says what to do: {faults:?}");
    }
    for proxies in ["[\"127.0.0.1\"]", "\"none\"", "[\"10.0.0.5\", \"10.1.0.0/16\"]"] {
        let text = with(&format!("{https}\ntrusted_proxies = {proxies}"));
        assert!(Config::parse(&text, Path::new("/")).is_ok(), "{proxies}");
    }
    assert!(Config::parse(&with("public_url = \"http://127.0.0.1:8080\""), Path::new("/")).is_ok());
}

#[test]
fn d22_every_address_in_the_file_is_parsed_in_one_way() {
    let with = |section: &str, key: &str, address: &str| {
        let (name, _) = section.split_once(']').expect("a section");
        let line = format!("{section}\n{key} = '{address}'");
        let text = if LEAST.contains(&format!("{name}]")) {
            LEAST.replace(&format!("{name}]"), &line)
        } else {
            format!("{LEAST}\n{line}")
        };
        faults(&text).join("\n")
    };
    for (section, key) in [
        ("[organisation]", "logo"),
        ("[organisation]", "continue_url"),
        ("[organisation.help]", "url"),
        ("[contact]", "url"),
        ("[server]", "public_url"),
        ("[directory]", "sessions_hook"),
        ("[password.breached]\nkind = 'http'", "url"),
        ("[phone]\nkind = 'twilio'", "base_url"),
        ("[captcha]\nkind = 'turnstile'", "verify_url"),
        ("[[organisation.account_types]]\nid = 'x'\nlabel = 'X'", "href"),
    ] {
        for address in [
            "/\\evil.example",
            "https:\\\\evil.example/",
            "https://example.com@evil.example/",
            "https:///evil.example/",
        ] {
            let faults = with(section, key, address);
            let full = format!("{}.{key}", section.split(']').next().expect("a name").trim_start_matches('['));
            assert!(faults.contains(&full), "{full} for {address}: {faults}");
        }
    }
}

#[test]
fn a9_what_names_no_language_is_refused_and_tags_are_folded() {
    let with = |locales: &str| LEAST.replace("[organisation]", &format!("[organisation]\nlocales = {locales}"));
    let config = Config::parse(&with("[\"de_DE\", \"pt-br\"]"), Path::new("/")).expect("is fine");
    assert_eq!(config.organisation.locales, ["de-DE", "pt-BR"]);
    assert!(faults(&with("[\"deutsch\"]"))[0].starts_with("organisation.locales: \"deutsch\""));
}

#[test]
fn no_fault_quotes_a_secret() {
    let text = "[server]\nkey = 123456789\n[mail]\npassword = 987654321\n[assertions]\nsecret = 192837465";
    let shown = faults(text).join("\n");
    for key in ["server.key: ", "mail.password: ", "assertions.secret: "] {
        assert!(shown.contains(key), "{key} in {shown}");
    }
    assert!(!["123456789", "987654321", "192837465"].iter().any(|secret| shown.contains(secret)), "{shown}");
    let broken = Config::parse("[mail]\npassword = \"hunter2\" oops", Path::new(".")).expect_err("not TOML");
    assert!(!broken.to_string().contains("hunter2"), "{broken}");
    assert!(broken.to_string().contains("line 2"), "{broken}");
}

#[test]
fn what_belongs_to_the_demonstration_is_refused_and_its_program_named() {
    let outbox = "[phone]\nkind = \"outbox\"\ncountries = [\"+1\"]\n[demo]\nenabled = true";
    let faults = faults(&format!("{}\n{outbox}", LEAST.replace("[mail]", "[mail]\nkind = \"outbox\"")));
    assert_eq!(faults.len(), 3, "{faults:#?}");
    for (fault, key) in faults.iter().zip(["demo: ", "mail.kind: ", "phone.kind: "]) {
        assert!(fault.starts_with(key) && fault.contains("regain-demo"), "{fault}");
    }
}

#[test]
fn what_the_program_around_the_server_supplies_needs_no_adapter() {
    let text = LEAST.replace("host = \"mail.example.com\"", "").replace("from =", "#");
    let table = || parse_table(&format!("{text}\n[phone]\ncountries = [\"+1\"]")).expect("is TOML");
    let supplied = Supplied { mail: true, phone: true };
    let read = |faults| Config::from_table(table(), Path::new("/"), supplied, faults);
    let config = read(Faults::default()).expect("is fine");
    assert_eq!((config.mail.kind, config.phone.kind), (MailKind::Supplied, PhoneKind::Supplied));
    assert!(config.phone.can_call());
    let mut faults = Faults::default();
    faults.add("demo.people", "there is no such file");
    assert!(read(faults).expect_err("has a fault").to_string().ends_with("\ndemo.people: there is no such file"));
}
