//! The clean-up of many flows, which a server does first when it starts, with requests beside it.

use std::{
    path::Path,
    sync::atomic::{AtomicBool, AtomicU32, Ordering},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Result, ensure};
use regain_load::{MailServer, Setup, Worker};
use rusqlite::{Connection, OpenFlags};

use crate::{
    closed_loop::closed_loop_while,
    contender::{self, Contender},
    options::Options,
    processor::Program,
    servers::UNLIMITED,
    table,
    verdict::{Budget, Verdict},
};

/// The longest that a write may wait, in milliseconds.
const LONGEST: f64 = 50.0;

/// Connections that begin the flows, and those beside the clean-up.
const BEGINNING: u32 = 64;
const BESIDE: u32 = 4;

/// The longest that a clean-up may take.
const PATIENCE: Duration = Duration::from_mins(5);

/// Everything in these tables is older than it stays once it has ended: three days.
const AGED: &str = "
    UPDATE flows SET expires_at = expires_at - 259200000;
    UPDATE replays SET expires_at = expires_at - 259200000;
    UPDATE charges SET expires_at = expires_at - 259200000, at = at - 259200000";

/// Tells if a row is left of what was aged; `?1` is now.
const IS_LEFT: &str = "SELECT EXISTS (SELECT 1 FROM flows WHERE expires_at < ?1 - 86400000)
    OR EXISTS (SELECT 1 FROM replays WHERE expires_at < ?1 - 86400000)
    OR EXISTS (SELECT 1 FROM charges WHERE expires_at < ?1 - 86400000)";

pub(super) fn run(options: &Options) -> Result<Vec<Verdict>> {
    let mut verdicts = Vec::new();
    for (name, program) in options.programs() {
        let mail = MailServer::start(Duration::from_hours(1))?;
        let folder = options.folder.join("sweep").join(name);
        let setup = Setup {
            program: &program,
            folder: &folder,
            people: 10,
            have_passwords: false,
            mail_port: mail.port,
            more: UNLIMITED,
        };
        let database = folder.join("regain.db");
        setup.prepare()?;
        let mut server = setup.start("regain.toml")?;
        println!("\n  {name}: beginning {} flows …", options.flows);
        let begun = AtomicU32::new(0);
        let more = || begun.fetch_add(1, Ordering::Relaxed) < options.flows;
        closed_loop_while(workers(server.port, &mail, BEGINNING)?, more, |worker, _| worker.create())?;
        server.end()?;
        Connection::open(&database)?.execute_batch(AGED)?;
        let server = setup.start("regain.toml")?;
        let programs = vec![Program::process("server", server.process())];
        let beside = Contender::new(format!("{name} create ×{BESIDE} beside it"), programs, || {
            let is_over = AtomicBool::new(false);
            let goes_on = || !is_over.load(Ordering::Relaxed);
            thread::scope(|scope| {
                let watcher = scope.spawn(|| {
                    let gone = until_gone(&database);
                    is_over.store(true, Ordering::Relaxed);
                    gone
                });
                let jobs =
                    closed_loop_while(workers(server.port, &mail, BESIDE)?, goes_on, |worker, _| worker.create());
                watcher.join().map_err(|_| anyhow::anyhow!("the watcher panicked"))??;
                jobs
            })
        });
        let figures = contender::measure(&[beside], 1)?;
        table::print(&format!("The clean-up of {} flows", options.flows), &figures);
        let what = format!("{name}: the longest write beside the clean-up, ms");
        verdicts.push(Verdict::new(what, figures[0].percentile(100), Budget::AtMost(LONGEST)));
    }
    Ok(verdicts)
}

fn workers(port: u16, mail: &MailServer, count: u32) -> Result<Vec<Worker>> {
    (0..count).map(|number| Worker::new(port, mail.clone(), number)).collect()
}

/// Waits until what was aged is gone.
fn until_gone(database: &Path) -> Result<()> {
    let begun = Instant::now();
    let connection = Connection::open_with_flags(database, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let now = i64::try_from(std::time::UNIX_EPOCH.elapsed()?.as_millis())?;
    while connection.query_row(IS_LEFT, [now], |row| row.get(0))? {
        ensure!(begun.elapsed() < PATIENCE, "the clean-up takes too long");
        thread::sleep(Duration::from_millis(50));
    }
    println!("  gone after {:.1} s", begun.elapsed().as_secs_f32());
    Ok(())
}
