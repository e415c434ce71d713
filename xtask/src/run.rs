//! Runs programs: says what it does and how long that tends to take, shows that it is alive, keeps
//! the output in a file, and shows its end only when something went wrong.

use std::{
    collections::VecDeque,
    fs::{self, File},
    io::{BufRead, BufReader, IsTerminal, Write},
    process::{Command, Stdio},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};

use crate::paths;

/// Time between signs of life of a long step where there is no terminal.
const SIGN_OF_LIFE: Duration = Duration::from_secs(30);
/// Number of lines that are shown of a failed step's output.
const TAIL: usize = 60;

/// The steps that are done, with the time that each took.
static FINISHED: Mutex<Vec<(String, Duration)>> = Mutex::new(Vec::new());

/// The steps so far, in the order in which they ended.
pub(crate) fn finished() -> Vec<(String, Duration)> {
    FINISHED.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

/// Says that a step begins whose parts are run otherwise than here.
pub(crate) fn begin(what: &str) -> Instant {
    println!("  {what} …");
    Instant::now()
}

/// Says that a step is done.
pub(crate) fn finish(what: &str, started: Instant) {
    let time = started.elapsed();
    println!("  {what}: done in {}", seconds(time));
    FINISHED.lock().unwrap_or_else(PoisonError::into_inner).push((what.to_owned(), time));
}

/// Runs one step quietly. `takes` says in words how long it tends to take on two cores.
pub(crate) fn step(what: &str, takes: &str, command: &mut Command) -> Result<()> {
    let log_dir = paths::target().join("xtask");
    fs::create_dir_all(&log_dir).with_context(|| format!("{} cannot be written to", log_dir.display()))?;
    let log_path = log_dir.join(format!("{}.log", what.to_lowercase().replace(|c: char| !c.is_alphanumeric(), "-")));
    println!("  {what} … ({takes})");
    let started = Instant::now();
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| format!("{} cannot be run", command.get_program().display()))?;

    let log = Arc::new(Mutex::new(File::create(&log_path)?));
    let tail = Arc::new(Mutex::new(VecDeque::<String>::new()));
    let stdout = child.stdout.take().context("the step's output is not piped")?;
    let stderr = child.stderr.take().context("the step's output is not piped")?;
    let pumps = [pump(stdout, &log, &tail), pump(stderr, &log, &tail)];
    let done = Arc::new(AtomicBool::new(false));
    let ticker = tick(what, started, &done, &tail);

    let status = child.wait()?;
    for pump in pumps {
        let _ = pump.join();
    }
    done.store(true, Ordering::Relaxed);
    ticker.thread().unpark();
    let _ = ticker.join();

    if !status.success() {
        let tail = tail.lock().expect("no pump panics");
        for line in tail.iter() {
            eprintln!("    {line}");
        }
        bail!("{what} failed ({status}); the whole output is in {}", log_path.display());
    }
    finish(what, started);
    Ok(())
}

/// Runs a program in the foreground, its output shown as it comes.
pub(crate) fn shown(what: &str, command: &mut Command) -> Result<()> {
    println!("  {what} …");
    let started = Instant::now();
    let status = command.status().with_context(|| format!("{} cannot be run", command.get_program().display()))?;
    if !status.success() {
        bail!("{what} failed ({status})");
    }
    finish(what, started);
    Ok(())
}

/// Runs a test program and shows its last line, or all of it where it failed. Returns whether it passed.
pub(crate) fn quietly(name: &str, tests: &mut Command) -> Result<bool> {
    let output = tests.output().with_context(|| format!("{name} cannot be run"))?;
    let text = String::from_utf8_lossy(&output.stdout);
    if output.status.success() {
        let result = text.lines().rfind(|line| !line.is_empty()).unwrap_or_default();
        println!("  {name}\n{result}");
    } else {
        println!("  {name}\n{text}{}", String::from_utf8_lossy(&output.stderr));
    }
    Ok(output.status.success())
}

/// Trimmed output of a program; `None` if it cannot be run or fails.
pub(crate) fn output_of(command: &mut Command) -> Option<String> {
    let output = command.stderr(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Runs two pieces of work side by side; the first error wins.
pub(crate) fn both(one: impl FnOnce() -> Result<()> + Send, other: impl FnOnce() -> Result<()> + Send) -> Result<()> {
    thread::scope(|scope| {
        let other = scope.spawn(other);
        let first = one();
        let second = other.join().unwrap_or_else(|_| bail!("a step panicked"));
        first.and(second)
    })
}

/// A duration in words.
pub(crate) fn seconds(duration: Duration) -> String {
    let seconds = duration.as_secs();
    if seconds >= 60 {
        format!("{} min {:02} s", seconds / 60, seconds % 60)
    } else {
        format!("{:.1} s", duration.as_secs_f32())
    }
}

fn pump(
    from: impl std::io::Read + Send + 'static,
    log: &Arc<Mutex<File>>,
    tail: &Arc<Mutex<VecDeque<String>>>,
) -> thread::JoinHandle<()> {
    let (log, tail) = (Arc::clone(log), Arc::clone(tail));
    thread::spawn(move || {
        for line in BufReader::new(from).split(b'\n').map_while(Result::ok) {
            let line = String::from_utf8_lossy(&line).into_owned();
            let _ = writeln!(log.lock().expect("no pump panics"), "{line}");
            let mut tail = tail.lock().expect("no pump panics");
            if tail.len() == TAIL {
                tail.pop_front();
            }
            tail.push_back(line);
        }
    })
}

fn tick(
    what: &str,
    started: Instant,
    done: &Arc<AtomicBool>,
    tail: &Arc<Mutex<VecDeque<String>>>,
) -> thread::JoinHandle<()> {
    let (what, done, tail) = (what.to_owned(), Arc::clone(done), Arc::clone(tail));
    let terminal = std::io::stdout().is_terminal();
    thread::spawn(move || {
        let pause = if terminal { Duration::from_millis(500) } else { SIGN_OF_LIFE };
        loop {
            thread::park_timeout(pause);
            if done.load(Ordering::Relaxed) {
                break;
            }
            let elapsed = seconds(started.elapsed());
            if terminal {
                let last = tail.lock().expect("no pump panics").back().cloned().unwrap_or_default();
                let last: String = last.trim().chars().take(60).collect();
                print!("\r\x1b[2K    {elapsed}  {last}");
                let _ = std::io::stdout().flush();
            } else {
                println!("    {what}: {elapsed} so far");
            }
        }
        if terminal {
            print!("\r\x1b[2K");
            let _ = std::io::stdout().flush();
        }
    })
}
