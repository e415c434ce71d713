//! The files that the documentation gives to begin with: each is loaded as it stands there.

use std::{fs, net::Ipv4Addr, path::Path};

use regain_real_servers::authority::{self, Certificates};
use regain_server::config::{Config, ConfigError};

/// The whole files among the samples of a page.
fn samples(page: &str) -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs").join(page);
    let text = fs::read_to_string(path).expect("reads");
    let blocks = text.split("```toml\n").skip(1).map(|block| block.split("```").next().unwrap_or_default());
    blocks.filter(|block| block.contains("[server]\n")).map(str::to_owned).collect()
}

/// The kind of directory of a file, which is loaded with those that it names beside it.
fn loaded(sample: &str) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let at = |name: &str| folder.path().join(name);
    let certificates = Certificates::make(folder.path(), Ipv4Addr::LOCALHOST);
    for (name, text) in [
        ("ad-password", "a password"),
        ("ldap-password", "a password"),
        ("app-db-url", "postgres://regain:password@127.0.0.1/app"),
        ("hook-key", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"),
    ] {
        authority::write(&at(name), text);
    }
    for name in ["ad-ca.pem", "ldap-ca.pem"] {
        fs::copy(&certificates.authority, at(name)).expect("copies");
    }
    fs::write(at("regain.toml"), sample).expect("writes");
    if let Err(faults) = Config::load(&at("regain.toml")) {
        panic!("{sample}\n{faults}");
    }
    let kind = sample.lines().find_map(|line| line.strip_prefix("kind = \"")?.strip_suffix('"'));
    kind.expect("has a kind").to_owned()
}

#[test]
fn the_file_of_each_kind_is_taken_as_it_stands() {
    let kinds: Vec<_> = samples("directories.md").iter().map(|sample| loaded(sample)).collect();
    assert_eq!(kinds, ["active_directory", "ldap", "sql", "hook"]);
}

/// Every sample of TOML on the pages that are for operators.
fn all_samples() -> Vec<(String, String)> {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs");
    let pages = fs::read_dir(&docs).expect("the docs").map(|entry| entry.expect("an entry").path());
    let pages = pages.filter(|path| path.extension().is_some_and(|extension| extension == "md"));
    let blocks = pages.flat_map(|path| {
        let text = fs::read_to_string(&path).expect("reads");
        let blocks: Vec<_> = text
            .split("```toml\n")
            .skip(1)
            .map(|rest| rest.split("```").next().unwrap_or_default().to_owned())
            .collect();
        blocks.into_iter().map(move |block| (path.display().to_string(), block))
    });
    // Lists of people are for `import` and `check-hook`, and no configuration.
    let blocks = blocks.filter(|(_, block)| !block.contains("[[people]]") && !block.starts_with("# people.toml"));
    blocks.collect()
}

#[test]
fn every_sample_names_keys_that_there_are_with_values_that_they_take() {
    let samples = all_samples();
    assert!(samples.len() >= 10, "{}", samples.len());
    for (page, sample) in samples {
        // A part of a file lacks what the others have, and its files are not here: those faults are no faults of the sample.
        let faults = match Config::parse(&sample, Path::new("/etc/regain")) {
            Ok(_) => continue,
            Err(ConfigError::Keys(faults)) => faults.to_string(),
            Err(other) => panic!("{page}: {other}\n{sample}"),
        };
        let of_form = ["unknown field", "unknown variant", "invalid type", "there is no such section", "missing field"];
        let fault = faults.lines().find(|line| of_form.iter().any(|words| line.contains(words)));
        assert_eq!(fault, None, "{page}\n{sample}");
    }
}
