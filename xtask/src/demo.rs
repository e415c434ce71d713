//! The demo: the widget on a sign-in page, with a real server, on this computer only.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::{Child, Command},
};

use anyhow::{Context, Result, bail};
use clap::Args;
use regain_load::wait_until_ready;

use crate::{
    dist::{self, Profile},
    native, paths, run,
};
use directory::{Behind, Kind};
use ports::free_port;

pub(crate) mod directory;
mod ports;

/// Options of `cargo xtask demo`.
#[derive(Args)]
pub(crate) struct Options {
    /// The port to serve on
    #[arg(long, default_value_t = 8080)]
    pub(crate) port: u16,
    /// Let pages of this origin use it too, such as `http://127.0.0.1:9000`: to try it on a page of your own
    #[arg(long = "origin", value_name = "ORIGIN")]
    origins: Vec<String>,
    /// Forget what former runs left: passwords, flows, mails
    #[arg(long)]
    fresh: bool,
    /// The directory that has the people's accounts
    #[arg(long, value_enum, default_value_t = Kind::Embedded)]
    directory: Kind,
    /// Don't open a browser
    #[arg(long)]
    no_open: bool,
}

/// Builds everything, serves, and waits until it is stopped.
pub(crate) fn run(options: &Options) -> Result<()> {
    let (mut server, _behind) = start(options)?;
    if !options.no_open {
        open_browser(&address(options.port));
    }
    // Ctrl-C reaches the server too, which then stops by itself.
    let status = server.wait()?;
    if !status.success() {
        bail!("the server stopped ({status})");
    }
    Ok(())
}

/// Builds everything and starts the server, and what has its accounts; returns once it answers.
pub(crate) fn start(options: &Options) -> Result<(Child, Option<Behind>)> {
    free_port(options.port)?;
    println!("Regain demo: the widget on a sign-in page, with a real server, on this computer only.\n");
    run::both(|| dist::build(Profile::Demo), native::build_demo)?;

    let dir = paths::target().join("demo");
    if options.fresh {
        let _ = fs::remove_dir_all(&dir);
    }
    fs::create_dir_all(&dir).with_context(|| format!("{} cannot be written to", dir.display()))?;
    let behind = Behind::start(options.directory, &dir, options.port)?;
    let config = configuration(&dir, options, behind.as_ref())?;

    let mut child =
        Command::new(native::demo()).arg("--config").arg(&config).spawn().context("the server cannot be started")?;
    wait_until_ready(&mut child, options.port)?;
    let address = address(options.port);
    if let Some(page) = behind.as_ref().and_then(|behind| behind.page.as_ref()) {
        println!("\n  The application     {page}  ({})", behind.as_ref().map_or("", |behind| behind.people));
    }
    println!(
        "\n  The sign-in page    {address}/\n  The people          {address}/demo\n  Their mail          {address}/demo/outbox\n  \
         The reset page      {address}/reset\n\n  Stop with Ctrl-C.\n"
    );
    Ok((child, behind))
}

fn address(port: u16) -> String {
    format!("http://127.0.0.1:{port}")
}

/// The demo's configuration with this port and these folders, and with pages that may use it.
fn configuration(dir: &Path, options: &Options, behind: Option<&Behind>) -> Result<PathBuf> {
    let data = paths::root().join("crates/demo");
    let template = data.join("regain.toml");
    let text = fs::read_to_string(&template).with_context(|| format!("{} cannot be read", template.display()))?;
    let folder = |path: &Path| path.display().to_string().replace('\\', "/");
    let origins = options.origins.iter().chain(behind.and_then(|behind| behind.page.as_ref()));
    let origins: Vec<_> = origins.map(|origin| origin.trim_end_matches('/')).collect();
    let text = match behind {
        Some(behind) => behind.configured(&text),
        None => text,
    };
    let text = text
        .replace("[server]", &format!("[server]\nallowed_origins = {origins:?}"))
        .replace("@PORT@", &options.port.to_string())
        .replace("@DIST@", &folder(&paths::dist()))
        .replace("@DATA@", &folder(dir))
        .replace("@PEOPLE@", &folder(&data.join("people.toml")))
        .replace("@BREACHED@", &folder(&data.join("breached.txt")));
    let path = dir.join("regain.toml");
    fs::write(&path, text).with_context(|| format!("{} cannot be written", path.display()))?;
    Ok(path)
}

/// Opens the person's browser, where there is a desktop.
fn open_browser(address: &str) {
    let opener = if cfg!(target_os = "macos") {
        "open"
    } else if env::var_os("DISPLAY").is_some() || env::var_os("WAYLAND_DISPLAY").is_some() {
        "xdg-open"
    } else {
        return;
    };
    if paths::on_path(opener).is_some() {
        let _ = Command::new(opener).arg(address).spawn();
    }
}
