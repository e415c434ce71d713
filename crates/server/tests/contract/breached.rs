//! The contract of [`Breached`], run over the file, the folder of ranges, and the service that speaks the
//! range API, each of which has the same passwords in it.

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    fs,
    path::Path,
    sync::{Arc, LazyLock},
    time::Duration,
};

use axum::{
    Router,
    body::Body,
    extract::{Path as Segment, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse as _, Response},
    routing::get,
};
use data_encoding::HEXUPPER;
use regain_server::{
    adapters::{BreachedFile, BreachedFileError, BreachedWeb},
    breached::{self, BreachedHash, Prefix},
    ports::{Breached, BreachedError},
};
use sha1::{Digest as _, Sha1};
use tokio::{net::TcpListener, sync::Mutex};

use crate::authority::trusted;

/// Number of passwords of the lists: some ranges then have several, and most of the rest of the first few
/// thousand have none.
const MANY: u32 = 3000;

/// The lists: whole hashes and how often each was seen, in the order of the hashes.
static BREACHES: LazyLock<BTreeMap<String, u32>> = LazyLock::new(|| {
    let hash = |password: &str| HEXUPPER.encode(&Sha1::digest(password));
    let mut all: BTreeMap<_, _> = (1..=MANY).map(|n| (hash(&format!("password {n}")), n)).collect();
    // Two full ranges, so that one is longer than what is read at a time, and both ends of the list.
    for n in 0..4000_u32 {
        all.insert(format!("21BD1{n:035X}"), n + 1);
        all.insert(format!("21BD2{n:035X}"), n + 1);
    }
    all.insert("0".repeat(40), 3);
    all.insert("F".repeat(40), 4);
    all
});

fn in_range(prefix: &str) -> Vec<(String, u32)> {
    let all = BREACHES.range(prefix.to_owned()..).take_while(|(hash, _)| hash.starts_with(prefix));
    all.map(|(hash, count)| (hash[5..].to_owned(), *count)).collect()
}

async fn asked(breached: &dyn Breached, prefix: &str) -> Vec<(String, u32)> {
    let range = breached.range(Prefix::parse(prefix).expect("a prefix")).await.expect("answers");
    let mut range: Vec<_> =
        range.iter().map(|BreachedHash { suffix, count }| (suffix.as_str().to_owned(), *count)).collect();
    range.sort();
    range
}

/// The cases that any adapter keeps.
async fn keeps_the_contract(breached: &dyn Breached) {
    let first_digits: Vec<_> = BREACHES.keys().map(|hash| hash[..5].to_owned()).collect();
    for prefix in first_digits
        .iter()
        .step_by(797)
        .map(String::as_str)
        .chain(["00000", "FFFFF", "21BD1", "21bd2", "21BD3", "21BD0", "80000"])
    {
        assert_eq!(asked(breached, prefix).await, in_range(&prefix.to_uppercase()), "{prefix}");
    }
    for (password, count) in [("password 1", 1), ("password 2999", 2999), ("Password 1", 0), ("", 0)] {
        assert_eq!(breached::seen(breached, &password.into()).await.expect("answers"), count, "{password}");
    }
}

/// The lists as one file, with these ends of lines.
fn one_file(folder: &Path, end: &str) -> std::path::PathBuf {
    let path = folder.join("pwned.txt");
    let text = BREACHES.iter().fold(String::new(), |mut text, (hash, count)| {
        let _ = write!(text, "{hash}:{count}{end}");
        text
    });
    fs::write(&path, text).expect("writes");
    path
}

fn range_text(prefix: &str) -> String {
    let lines: Vec<_> = in_range(prefix).into_iter().map(|(suffix, count)| format!("{suffix}:{count}")).collect();
    lines.join("\r\n")
}

#[tokio::test]
async fn a_file_keeps_the_contract_whatever_ends_its_lines() {
    let folder = tempfile::tempdir().expect("a folder");
    for end in ["\n", "\r\n"] {
        let path = one_file(folder.path(), end);
        keeps_the_contract(&BreachedFile::open(&path).expect("opens")).await;
        let text = fs::read_to_string(&path).expect("reads");
        fs::write(&path, text.trim_end()).expect("writes");
        keeps_the_contract(&BreachedFile::open(&path).expect("opens without an end of the last line")).await;
        fs::write(&path, text.to_lowercase()).expect("writes");
        keeps_the_contract(&BreachedFile::open(&path).expect("opens in small letters")).await;
    }
}

/// The files of the ranges that the cases ask for.
fn ranges(folder: &Path, name: fn(&str) -> String) {
    let some = ["00000", "FFFFF", "21BD0", "21BD1", "21BD2", "21BD3", "80000"].map(String::from);
    let passwords = ["password 1", "password 2999", "Password 1", ""]
        .map(|password| breached::hash(&password.into()).0.to_string());
    let all: Vec<_> = BREACHES.keys().map(|hash| hash[..5].to_owned()).collect();
    for prefix in some.into_iter().chain(passwords).chain(all.into_iter().step_by(797)) {
        // As the service gives them out with padding, which some downloaders keep.
        let text = format!("{}\r\n{:035}:0", range_text(&prefix), 7);
        fs::write(folder.join(name(&prefix)), text.trim_start()).expect("writes");
    }
}

#[tokio::test]
async fn a_folder_keeps_the_contract_whatever_its_files_are_called() {
    let names: [fn(&str) -> String; 3] =
        [|it| format!("{it}.txt"), str::to_owned, |it| format!("{it}.txt").to_lowercase()];
    for name in names {
        let folder = tempfile::tempdir().expect("a folder");
        ranges(folder.path(), name);
        let breached = BreachedFile::open(folder.path()).expect("opens");
        keeps_the_contract(&breached).await;
        let missing = breached.range(Prefix::parse("12345").expect("a prefix")).await;
        assert!(matches!(missing, Err(BreachedError::Unavailable(_))), "a range that is missing is not empty");
        fs::write(folder.path().join(name("12345")), "<html>oops</html>").expect("writes");
        assert!(breached.range(Prefix::parse("12345").expect("a prefix")).await.is_err());
    }
}

#[tokio::test]
async fn what_is_no_list_of_hashes_in_their_order_is_not_opened() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = one_file(folder.path(), "\n");
    let text = fs::read_to_string(&path).expect("reads");
    let by_count = text.lines().rev().collect::<Vec<_>>().join("\n");
    let ntlm = text.replace("0000:", ":");
    for bad in ["", "\n", "password\n123456\n", &by_count, &ntlm, &"A".repeat(100_000)] {
        fs::write(&path, bad).expect("writes");
        let error = BreachedFile::open(&path).expect_err("is no list");
        assert!(matches!(error, BreachedFileError::Unusable(_)), "{error}");
    }
    let error = BreachedFile::open(&folder.path().join("nowhere")).expect_err("is not there");
    assert!(matches!(error, BreachedFileError::Unreadable { .. }), "{error}");
    let empty = tempfile::tempdir().expect("a folder");
    assert!(matches!(BreachedFile::open(empty.path()), Err(BreachedFileError::Unusable(_))));
}

/// Garbage in the middle of a file that looked fine is a fault, not an empty range.
#[tokio::test]
async fn a_damaged_file_says_so() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = one_file(folder.path(), "\n");
    let breached = BreachedFile::open(&path).expect("opens");
    let text = fs::read_to_string(&path).expect("reads");
    let at = text.find("\n21BD1").expect("is there") + 1;
    fs::write(&path, format!("{}{}{}", &text[..at + 120], "\u{1f511}".repeat(20), &text[at + 200..])).expect("writes");
    let range = breached.range(Prefix::parse("21BD1").expect("a prefix")).await;
    assert!(matches!(range, Err(BreachedError::Unavailable(_))), "{range:?}");
}

/// Requests to a service: the prefixes, each with its `Add-Padding`.
type Asked = Arc<Mutex<Vec<(String, String)>>>;

/// A service, and what it was asked.
struct Service {
    asked: Asked,
    url: String,
}

impl Service {
    async fn start() -> Self {
        let asked: Asked = Arc::default();
        let router = Router::new().route("/{how}/{prefix}", get(answer)).with_state(asked.clone());
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { asked, url }
    }

    fn web(&self, how: &str, timeout: Duration) -> BreachedWeb {
        BreachedWeb::new(&format!("{}/{how}/", self.url), &trusted(), timeout).expect("a client")
    }
}

async fn answer(
    State(asked): State<Asked>,
    Segment((how, prefix)): Segment<(String, String)>,
    headers: HeaderMap,
) -> Response {
    let padding = headers.get("add-padding").and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    asked.lock().await.push((prefix.clone(), padding));
    match how.as_str() {
        "range" => {
            let padding: String = (0..200).fold(String::new(), |mut text, n| {
                let _ = write!(text, "\r\n{n:034X}A:0");
                text
            });
            (range_text(&prefix) + &padding).trim_start().to_owned().into_response()
        }
        "down" => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        "moved" => (StatusCode::FOUND, [("location", "/range/00000")]).into_response(),
        "busy" => StatusCode::TOO_MANY_REQUESTS.into_response(),
        "garbage" => "<html>oops</html>".into_response(),
        "binary" => Body::from(vec![0xff; 100]).into_response(),
        "endless" => Body::from(vec![b'\n'; 10_000_000]).into_response(),
        _ => std::future::pending().await,
    }
}

#[tokio::test]
async fn a_service_keeps_the_contract_and_the_wire_format() {
    let service = Service::start().await;
    let web = service.web("range", Duration::from_secs(10));
    keeps_the_contract(&web).await;
    service.asked.lock().await.clear();
    breached::seen(&web, &"password 1".into()).await.expect("answers");
    let prefix = breached::hash(&"password 1".into()).0.to_string();
    assert_eq!(*service.asked.lock().await, [(prefix, "true".to_owned())], "five digits and nothing else");
}

#[tokio::test]
async fn a_service_that_gives_no_range_is_unavailable_and_the_log_hears_no_hash() {
    let service = Service::start().await;
    for how in ["down", "moved", "busy", "garbage", "binary", "endless", "silence"] {
        let web = service.web(how, Duration::from_millis(100));
        let BreachedError::Unavailable(said) =
            web.range(Prefix::parse("21BD1").expect("a prefix")).await.expect_err(how);
        assert!(!said.contains("21BD1"), "{said}");
    }
    let gone = BreachedWeb::new("http://127.0.0.1:1/", &trusted(), Duration::from_secs(10)).expect("a client");
    assert!(gone.range(Prefix::parse("21BD1").expect("a prefix")).await.is_err());
}
