//! The reference hooks of `examples`, started as children.

use std::{
    fs,
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{Arc, LazyLock, Mutex},
};

use regain_hook::{Hook, Settings};
use regain_outgoing::TrustedRoots;
use regain_ports::{OsRng, SystemClock, contract::accounts::SamplePerson};
use regain_values::E164;
use serde_json::{Value, json};
use tempfile::TempDir;

/// The key of all hooks in these tests, and the one that takes its place.
pub(crate) const KEY: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
pub(crate) const NEXT_KEY: &str = "whsec_QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo=";

/// The authorities of the system.
pub(crate) static ROOTS: LazyLock<TrustedRoots> = LazyLock::new(|| TrustedRoots::load(None).expect("loads"));

/// Cost of a password's hash: next to nothing.
pub(crate) const COST: &str = "16";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Language {
    Node,
    Python,
}

/// A running hook, with files in a folder of its own.
pub(crate) struct Reference {
    language: Language,
    cost: &'static str,
    folder: TempDir,
    child: Mutex<Option<Child>>,
    pub(crate) port: u16,
}

impl Reference {
    /// Starts one that has these people.
    pub(crate) fn start(language: Language, people: &[SamplePerson]) -> Self {
        Self::of(language, source(language), COST, people)
    }

    /// Starts the one in Node with another text in the place of one, and hashes of this cost.
    pub(crate) fn altered(people: &[SamplePerson], from: &str, to: &str, cost: &'static str) -> Self {
        let script = source(Language::Node);
        assert!(script.contains(from), "{from}");
        Self::of(Language::Node, script.replace(from, to), cost, people)
    }

    fn of(language: Language, script: String, cost: &'static str, people: &[SamplePerson]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join("key"), KEY).expect("writes");
        fs::write(folder.path().join("next-key"), NEXT_KEY).expect("writes");
        let people: Vec<_> =
            people.iter().enumerate().map(|(index, person)| of_json(person, &format!("id-{index}"))).collect();
        fs::write(folder.path().join("people.json"), Value::from(people).to_string()).expect("writes");
        let mut hook = Self { language, cost, folder, child: Mutex::default(), port: 0 };
        fs::write(hook.script(), script).expect("writes");
        hook.port = hook.run();
        hook
    }

    fn script(&self) -> PathBuf {
        self.file(if self.language == Language::Node { "hook.mjs" } else { "hook.py" })
    }

    fn run(&self) -> u16 {
        let (program, package) = match self.language {
            Language::Node => ("node", "nodejs"),
            Language::Python => ("python3", "python3"),
        };
        let mut command = Command::new(program);
        command.arg(self.script()).current_dir(self.folder.path()).stdout(Stdio::piped());
        command.args(["--port", &self.port.to_string(), "--cost", self.cost]);
        command.args(["--key-file", "key", "--key-file", "next-key", "--people", "people.json"]);
        let mut child = command.spawn().unwrap_or_else(|error| panic!("{program} is needed ({package}): {error}"));
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("is piped")).read_line(&mut line).expect("reads");
        *self.child.lock().expect("not poisoned") = Some(child);
        let port = line.trim().rsplit(':').next().and_then(|port| port.parse().ok());
        port.unwrap_or_else(|| panic!("{program} says where it listens, not {line:?}"))
    }

    /// Ends it, as a crash would.
    pub(crate) fn stop(&self) {
        if let Some(mut child) = self.child.lock().expect("not poisoned").take() {
            child.kill().expect("can be killed");
            child.wait().expect("ends");
        }
    }

    /// Starts it again as it was at first.
    pub(crate) fn start_again(&self) {
        self.run();
    }

    /// Starts it again, where somebody's account was deleted and made anew.
    pub(crate) fn recreate(&self, person: &SamplePerson) {
        self.stop();
        let path = self.folder.path().join("people.json");
        let text = fs::read_to_string(&path).expect("reads");
        let mut people: Vec<Value> = serde_json::from_str(&text).expect("JSON");
        let former = people.iter().position(|one| one["user_id"] == person.user_id).expect("is there");
        people[former] = of_json(person, "id-anew");
        fs::write(&path, Value::from(people).to_string()).expect("writes");
        self.run();
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn settings(&self) -> Settings {
        Settings {
            url: format!("http://127.0.0.1:{}", self.port),
            key_file: self.file("key"),
            next_key_file: None,
            ca_file: None,
        }
    }

    pub(crate) async fn open(&self) -> Hook {
        Hook::open(self.settings(), &ROOTS, Arc::new(SystemClock), Arc::new(OsRng)).await.expect("answers")
    }
}

impl Drop for Reference {
    fn drop(&mut self) {
        self.stop();
    }
}

fn source(language: Language) -> String {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples");
    let script = if language == Language::Node { "hook-node/hook.mjs" } else { "hook-python/hook.py" };
    fs::read_to_string(examples.join(script)).expect("reads")
}

fn of_json(person: &SamplePerson, id: &str) -> Value {
    let office = person.office.map(|number| json!({ "role": "office", "number": number }));
    assert!(person.office.is_none_or(|number| E164::parse(number).is_ok()));
    let mut all = json!({
        "id": id, "user_id": person.user_id, "display_name": person.name, "enabled": person.enabled,
        "locked": person.locked, "phones": office.into_iter().collect::<Vec<_>>(), "groups": person.groups,
    });
    if let Some(password) = person.password {
        all["password"] = password.into();
    }
    all
}
