//! Ports of this machine that nobody else uses.

use std::{io::ErrorKind, net::TcpListener};

use anyhow::{Context as _, Result, bail};

/// Makes sure that a port can be used.
pub(super) fn free_port(port: u16) -> Result<()> {
    match TcpListener::bind(("127.0.0.1", port)) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == ErrorKind::AddrInUse => {
            bail!(
                "port {port} is in use: stop what uses it, or choose another with `cargo xtask demo --port {}`",
                port + 1
            )
        }
        Err(error) => Err(error).with_context(|| format!("port {port} cannot be used: choose another with --port")),
    }
}
