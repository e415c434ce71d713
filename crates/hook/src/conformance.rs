//! The conformance check of hooks: the contract of [`Accounts`](regain_ports::Accounts) and cases about the protocol, run
//! against an address. `regain-server check-hook` is made of it.

mod fixture;
mod people;
mod protocol;

use std::{
    fmt,
    future::poll_fn,
    io::{self, Write},
    panic::{self, AssertUnwindSafe, catch_unwind},
    path::PathBuf,
    pin::pin,
    sync::{Arc, Mutex, PoisonError},
    task::Poll,
};

use regain_outgoing::TrustedRoots;
use regain_ports::{
    OsRng, SystemClock,
    contract::accounts::{Case, cases},
};

pub use self::{
    fixture::PreparationError,
    people::{PeopleError, TestPeople, TestPerson},
};
use crate::{Hook, OpenError, Settings, conformance::fixture::HookFixture};

/// A check to be made.
#[derive(Debug, Clone)]
pub struct Check {
    /// The hook, and the keys that requests are signed with.
    pub hook: Settings,
    /// The file with the hook's test accounts.
    pub people: PathBuf,
    /// The one case to run; all of them where there is none.
    pub case: Option<String>,
}

/// The result of a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// The hook keeps it.
    Kept,
    /// It cannot be run over this hook or with these people, for this reason.
    PassedOver(&'static str),
    /// The hook does not keep it.
    Broken(String),
}

/// The numbers of cases by their results.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Summary {
    /// Kept.
    pub kept: usize,
    /// Passed over.
    pub passed_over: usize,
    /// Broken.
    pub broken: usize,
}

/// Why there is no result.
#[derive(Debug, thiserror::Error)]
pub enum CheckError {
    /// Faults in the options, each with its key.
    #[error("{}", .0.iter().map(|(key, fault)| format!("{key}: {fault}")).collect::<Vec<_>>().join("\n"))]
    Settings(Vec<(String, String)>),
    /// The file of people cannot be read.
    #[error(transparent)]
    People(#[from] PeopleError),
    /// The hook does not answer.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The test accounts are not as a case needs them.
    #[error(transparent)]
    Preparation(#[from] PreparationError),
    /// There is no such case.
    #[error("there is no case {0}: without --case all are run, and named")]
    NoSuchCase(String),
    /// The results cannot be written.
    #[error("cannot write: {0}")]
    Output(#[from] io::Error),
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kept, passed_over, broken } = self;
        write!(f, "{kept} kept, {passed_over} passed over, {broken} broken")
    }
}

/// Runs the cases and writes a line about each as it ends.
pub async fn check(check: &Check, roots: &TrustedRoots, out: &mut impl Write) -> Result<Summary, CheckError> {
    let mut settings = check.hook.clone();
    let faults = settings.check(&PathBuf::new());
    if !faults.is_empty() {
        return Err(CheckError::Settings(faults));
    }
    let people = TestPeople::load(&check.people)?;
    let hook = Hook::open(settings, roots, Arc::new(SystemClock), Arc::new(OsRng)).await?;
    let hook = Arc::new(hook);
    let panics = Panics::caught();
    let mut summary = Summary::default();
    let chosen = all_cases().into_iter().filter(|case| check.case.as_ref().is_none_or(|name| name == case.name));
    for case in chosen {
        let fixture = HookFixture::prepared(Arc::clone(&hook), &people).await?;
        let verdict = match fixture.reason_to_pass_over(case.name) {
            Some(reason) => Verdict::PassedOver(reason),
            None => panics.verdict((case.run)(&fixture)).await,
        };
        match &verdict {
            Verdict::Kept => summary.kept += 1,
            Verdict::PassedOver(_) => summary.passed_over += 1,
            Verdict::Broken(_) => summary.broken += 1,
        }
        match verdict {
            Verdict::Kept => writeln!(out, "kept         {}", case.name)?,
            Verdict::PassedOver(reason) => writeln!(out, "passed over  {}: {reason}", case.name)?,
            Verdict::Broken(text) => writeln!(out, "BROKEN       {}: {text}", case.name)?,
        }
    }
    // The accounts are left as they were given.
    drop(HookFixture::prepared(hook, &people).await?);
    if let (Some(name), Summary { kept: 0, passed_over: 0, broken: 0 }) = (&check.case, summary) {
        return Err(CheckError::NoSuchCase(name.clone()));
    }
    writeln!(out, "{summary}")?;
    Ok(summary)
}

/// The cases of the protocol, and then those of the port, which leave the most to those after them.
fn all_cases<'p>() -> Vec<Case<HookFixture<'p>>> {
    protocol::cases().into_iter().chain(cases()).collect()
}

/// The names of all cases.
pub fn names() -> Vec<&'static str> {
    all_cases().iter().map(|case| case.name).collect()
}

/// Panics, by which a case says that it is not kept. As long as it lives, no other panic is shown either.
struct Panics(Arc<Mutex<Option<String>>>);

impl Panics {
    fn caught() -> Self {
        let last = Arc::new(Mutex::new(None));
        let kept = Arc::clone(&last);
        panic::set_hook(Box::new(move |info| {
            let text = info.payload_as_str().unwrap_or("it panicked").replace('\n', " ");
            // The first one is the cause where others follow from it.
            kept.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(text);
        }));
        Self(last)
    }

    async fn verdict(&self, case: impl Future<Output = ()>) -> Verdict {
        let mut case = pin!(case);
        let ended = poll_fn(|cx| match catch_unwind(AssertUnwindSafe(|| case.as_mut().poll(cx))) {
            Ok(Poll::Pending) => Poll::Pending,
            Ok(Poll::Ready(())) => Poll::Ready(true),
            Err(_) => Poll::Ready(false),
        });
        if ended.await {
            return Verdict::Kept;
        }
        let text = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        Verdict::Broken(text.unwrap_or_else(|| "it panicked".to_owned()))
    }
}

impl Drop for Panics {
    fn drop(&mut self) {
        // Not while one unwinds: the standard library forbids it.
        if !std::thread::panicking() {
            drop(panic::take_hook());
        }
    }
}
