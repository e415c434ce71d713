//! Rebuilds the widget at every change and reloads the page, against a running demo server.

use anyhow::{Result, bail};

use crate::{demo, run, solver, widget};

/// Starts the demo server and, beside it, Trunk's development server.
pub(crate) fn run(options: &demo::Options) -> Result<()> {
    let (mut server, _behind) = demo::start(options)?;
    solver::for_development()?;
    let port = options.port.checked_add(1).unwrap_or(8081);
    println!("  The page that reloads itself: http://127.0.0.1:{port}/\n");
    let mut trunk = widget::trunk()?;
    trunk.args(["serve", "--address", "127.0.0.1", "--port", &port.to_string(), "--dist"]);
    trunk.arg(crate::paths::target().join("trunk-dev"));
    trunk.args(["--proxy-rewrite", "/v1/", "--proxy-backend", &format!("http://127.0.0.1:{}/v1/", options.port)]);
    let watched = run::shown("Watching for changes", &mut trunk);
    let _ = server.kill();
    let _ = server.wait();
    if watched.is_err() {
        bail!("Trunk stopped");
    }
    Ok(())
}
