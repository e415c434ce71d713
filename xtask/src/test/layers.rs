//! Layers that the compiler keeps apart, as long as no package depends on what it must not know.

use std::collections::BTreeSet;

use crate::{native, run};

/// The names of a package and of all that it is built with.
fn linked_by(package: &str) -> BTreeSet<String> {
    let mut tree = native::cargo();
    tree.args(["tree", "--offline", "--package", package, "--edges", "normal", "--prefix", "none", "--format", "{p}"]);
    let tree = run::output_of(&mut tree).expect("cargo runs");
    tree.lines().filter_map(|line| Some(line.split_whitespace().next()?.to_owned())).collect()
}

#[test]
fn the_server_links_neither_the_demo_nor_a_second_crypto_stack() {
    let linked = linked_by("regain-server");
    assert!(linked.contains("regain-server") && linked.contains("axum"), "{linked:?}");
    for name in ["regain-demo", "rsa"] {
        assert!(!linked.contains(name), "regain-server links {name}");
    }
}

#[test]
fn the_engine_knows_no_runtime_no_database_no_network_and_no_file_format() {
    let linked = linked_by("regain-engine");
    assert!(linked.contains("regain-engine") && linked.contains("regain-ports"), "{linked:?}");
    for name in ["tokio", "axum", "hyper", "sqlx", "lettre", "reqwest", "toml", "regain-server", "regain-sql"] {
        assert!(!linked.contains(name), "regain-engine links {name}");
    }
}

#[test]
fn the_flow_core_knows_no_browser_and_no_view() {
    let linked = linked_by("regain-flow");
    assert!(linked.contains("regain-flow") && linked.contains("regain-policy"), "{linked:?}");
    for name in ["web-sys", "leptos", "gloo-net", "regain"] {
        assert!(!linked.contains(name), "regain-flow links {name}");
    }
}
