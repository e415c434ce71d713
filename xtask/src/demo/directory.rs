//! Directories behind the demo, each the real thing: `cargo xtask demo --directory ad|ldap|sql|hook`.

use std::{
    fs,
    net::TcpStream,
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail};
use clap::ValueEnum;

use super::ports::free_port;
use crate::{debian, native::cargo, npm, paths, pypi, run::step};

/// The longest wait for a server.
const PATIENCE: Duration = Duration::from_mins(1);

/// A kind of directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Kind {
    /// Regain's own
    Embedded,
    /// Samba's Active Directory
    Ad,
    /// OpenLDAP
    Ldap,
    /// The table of users of a Django project
    Sql,
    /// A better-auth app with a hook
    Hook,
}

/// The directory behind a demo, which ends with it.
pub(crate) struct Behind {
    children: Vec<Child>,
    /// The section of the configuration.
    section: String,
    /// Its people are others than the demo's.
    has_own_people: bool,
    /// The application where people sign in, where it has a page of its own.
    pub(crate) page: Option<String>,
    /// A person to try it as.
    pub(crate) people: &'static str,
}

impl Behind {
    /// Starts what is behind a demo on a port, which keeps its files in a folder; `None` for the embedded directory.
    pub(crate) fn start(kind: Kind, dir: &Path, port: u16) -> Result<Option<Self>> {
        Ok(Some(match kind {
            Kind::Embedded => return Ok(None),
            Kind::Ad => Self::ldap("ad", dir)?,
            Kind::Ldap => Self::ldap("ldap", dir)?,
            Kind::Sql => Self::django(dir, port)?,
            Kind::Hook => Self::better_auth(dir, port)?,
        }))
    }

    /// The demo's configuration in front of it.
    pub(crate) fn configured(&self, template: &str) -> String {
        let demos = "[demo]\npeople = \"@PEOPLE@\"\n";
        let text = if self.has_own_people { template.replace(demos, "") } else { template.to_owned() };
        format!("{text}\n{}", self.section)
    }

    fn ldap(kind: &str, dir: &Path) -> Result<Self> {
        debian::directories()?;
        let people = paths::root().join("crates/demo/people.toml");
        let (child, section) = real_server(kind, &people, &dir.join("directory.toml"))?;
        Ok(Self { children: vec![child], section, has_own_people: false, page: None, people: "" })
    }

    fn django(dir: &Path, port: u16) -> Result<Self> {
        let project = paths::root().join("examples/django");
        let packages = pypi::django_example()?;
        let (database, page) = (dir.join("portal.sqlite3"), port + 1);
        let manage = |arguments: &[&str]| {
            let mut manage = Command::new("python3");
            manage.args(["-s", "manage.py", "demo"]).args(arguments).current_dir(&project).stdin(Stdio::null());
            manage.env("PYTHONPATH", &packages).env("PYTHONDONTWRITEBYTECODE", "1").env("PORTAL_DATABASE", &database);
            manage.env("PORTAL_REGAIN_URL", format!("http://127.0.0.1:{port}"));
            manage
        };
        step("Making the portal's tables", "some seconds", &mut manage(&["--prepare-only"]))?;
        let address = format!("127.0.0.1:{page}");
        free_port(page)?;
        let mut child = manage(&["--address", &address, "--mail-port", "0"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .context("the portal cannot be started")?;
        wait(&mut child, || TcpStream::connect(&address).ok())?;
        let section =
            directory_of(&project)?.replace("sqlite://portal.sqlite3", &format!("sqlite://{}", shown(&database)));
        Ok(Self {
            children: vec![child],
            section,
            has_own_people: true,
            page: Some(format!("http://{address}/")),
            people: "ada, analytical engine notes",
        })
    }

    fn better_auth(dir: &Path, port: u16) -> Result<Self> {
        npm::ready()?;
        let (from, app, page) = (paths::root().join("examples/better-auth"), dir.join("better-auth"), port + 1);
        fs::create_dir_all(&app)?;
        for file in ["package.json", "package-lock.json", "app.mjs", "hook.mjs"] {
            fs::copy(from.join(file), app.join(file)).with_context(|| format!("{file} cannot be copied"))?;
        }
        step("Installing better-auth", "1 to 4 min, once", npm::command(&app).arg("ci"))?;
        npm::build_sqlite(&app)?;
        free_port(page)?;
        let key = app.join("hook-key");
        let mut child = Command::new("node")
            .arg(app.join("app.mjs"))
            .args(["--port", &page.to_string(), "--regain", &format!("http://127.0.0.1:{port}"), "--key-file"])
            .arg(&key)
            .arg("--database")
            .arg(app.join("app.db"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()
            .context("the app cannot be started")?;
        wait(&mut child, || TcpStream::connect(("127.0.0.1", page)).ok())?;
        let section = directory_of(&from)?
            .replace("http://127.0.0.1:3000", &format!("http://127.0.0.1:{page}"))
            .replace("\"hook-key\"", &format!("{:?}", shown(&key)));
        Ok(Self {
            children: vec![child],
            section,
            has_own_people: true,
            page: Some(format!("http://127.0.0.1:{page}/")),
            people: "ada@northwind.example, analytical engine notes",
        })
    }
}

/// Starts a real directory (`ad`, `ldap` or `sql`) with the people of a list: the program that it ends with, and the section
/// of the configuration, which is written to a file first.
pub(crate) fn real_server(kind: &str, people: &Path, section: &Path) -> Result<(Child, String)> {
    let mut build = cargo();
    build.args(["build", "--package", "regain-real-servers"]);
    step("Building what starts it", "some seconds", &mut build)?;
    let _ = fs::remove_file(section);
    let program = paths::target().join("debug").join("regain-real-servers");
    let mut child = Command::new(program)
        .arg(kind)
        .arg(people)
        .arg(section)
        .stdin(Stdio::piped())
        .spawn()
        .context("the directory cannot be started")?;
    wait(&mut child, || section.is_file().then_some(()))?;
    Ok((child, fs::read_to_string(section)?))
}

impl Drop for Behind {
    fn drop(&mut self) {
        for child in &mut self.children {
            // The program around a directory ends with its input, and takes the directory along.
            if child.stdin.take().is_none() {
                let _ = child.kill();
            }
            let _ = child.wait();
        }
    }
}

/// The sections about the directory in an example's configuration.
fn directory_of(example: &Path) -> Result<String> {
    let path = example.join("regain.toml");
    let text = fs::read_to_string(&path).with_context(|| format!("{} cannot be read", path.display()))?;
    let mut is_ours = false;
    let lines = text.lines().filter(|line| {
        if line.starts_with('[') {
            is_ours = line.starts_with("[directory");
        }
        is_ours
    });
    Ok(lines.collect::<Vec<_>>().join("\n"))
}

fn wait<T>(child: &mut Child, mut is_there: impl FnMut() -> Option<T>) -> Result<T> {
    let deadline = Instant::now() + PATIENCE;
    while Instant::now() < deadline {
        if let Some(there) = is_there() {
            return Ok(there);
        }
        if let Some(status) = child.try_wait()? {
            bail!("what is behind the demo did not start ({status})");
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    bail!("what is behind the demo does not answer")
}

/// A path as it is written in the configuration.
fn shown(path: &Path) -> String {
    path.display().to_string()
}
