//! better-auth, which begins a reset by a code in a mail that stays in memory: a bare-bones server for the same job.

use std::{
    fs::{self, File},
    process::{Child, Command, Stdio},
    time::Duration,
};

use anyhow::{Context as _, Result, ensure};
use regain_free_port::free_port;
use regain_load::{Client, user_id, wait_until_ready};
use serde_json::json;

use crate::{closed_loop::closed_loop, contender::Contender, options::Options, processor::Program, servers::PEOPLE};

const APP: &str = include_str!("better_auth/app.mjs");

/// A running server. It is killed with this value.
pub(crate) struct BetterAuth {
    server: Child,
    port: u16,
}

impl BetterAuth {
    /// Starts one with people, its database anew.
    pub(crate) fn start(options: &Options) -> Result<Self> {
        let folder = &options.better_auth;
        ensure!(folder.join("node_modules").is_dir(), "better-auth is not installed in {}", folder.display());
        let port = free_port()?;
        fs::write(folder.join("measured.mjs"), APP)?;
        for name in ["measured.db", "measured.db-wal", "measured.db-shm"] {
            let _ = fs::remove_file(folder.join(name));
        }
        let log = File::create(folder.join("measured.log"))?;
        let mut node = Command::new("node");
        node.arg("measured.mjs").arg(port.to_string()).arg(PEOPLE.to_string());
        node.current_dir(folder).env("NODE_ENV", "production").stdin(Stdio::null());
        let server = node.stdout(log.try_clone()?).stderr(log).spawn().context("node cannot be run")?;
        let mut started = Self { server, port };
        wait_until_ready(&mut started.server, port)
            .with_context(|| format!("see {}", folder.join("measured.log").display()))?;
        Ok(started)
    }

    /// Resets begun by so many connections.
    pub(crate) fn contender(&self, connections: u32, time: Duration) -> Contender<'_> {
        let programs = vec![Program::process("server", self.server.id())];
        Contender::new(format!("better-auth start ×{connections}"), programs, move || {
            let clients = (0..connections).map(|_| Client::connect(self.port)).collect::<Result<Vec<_>>>()?;
            closed_loop(clients, time, |client, done| {
                let body = json!({ "email": user_id(done % PEOPLE) }).to_string();
                let answered = client.send("POST", "/api/auth/email-otp/request-password-reset", "", None, &body)?;
                ensure!(answered.body["success"] == true, "no reset was begun: {}", answered.body);
                Ok(())
            })
        })
    }
}

impl Drop for BetterAuth {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}
