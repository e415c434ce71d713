//! Processes of this machine: when they answer, and how long they have kept a core busy.

use std::{
    fs,
    net::TcpStream,
    process::Child,
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail};

/// The time in which a server has to take connections.
const PATIENCE: Duration = Duration::from_mins(1);

/// Waits until a server takes connections on a port of this machine; fails where it ends before.
pub fn wait_until_ready(server: &mut Child, port: u16) -> Result<()> {
    let deadline = Instant::now() + PATIENCE;
    while Instant::now() < deadline {
        if let Some(status) = server.try_wait()? {
            bail!("the server did not start ({status}); its last lines say why");
        }
        if TcpStream::connect(("127.0.0.1", port)).is_ok() {
            return Ok(());
        }
        thread::sleep(Duration::from_millis(50));
    }
    bail!("the server does not answer on port {port}")
}

/// The time for which a process has kept a core busy since it began, in milliseconds.
pub fn busy_ms(process: u32) -> Result<u64> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat"))
        .context("the time of a process is read from /proc, which only Linux has")?;
    // proc_pid_stat(5): behind the name in parentheses, the 12th and 13th are the time in hundredths of a second.
    let ticks = stat.rsplit(')').next().unwrap_or_default().split_whitespace().skip(11).take(2);
    Ok(ticks.filter_map(|ticks| ticks.parse::<u64>().ok()).sum::<u64>() * 10)
}
