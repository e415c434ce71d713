//! `regain-server init`: from a few answers to a server that is ready to start.

mod answers;
mod choices;
mod error;
mod file;
mod first_person;
mod questions;

use std::{
    fs::OpenOptions,
    io::{self, Write as _},
    path::Path,
};

use regain_server::{
    config::Config,
    serve::{self, Failure},
};
use tokio::runtime::Runtime;

use crate::usual_places;
use answers::Answers;
use choices::Kind;
use error::InitError;
use questions::Terminal;

pub(crate) use answers::Options;

/// Writes the configuration, makes the server key where the configuration can be used, and says what comes next. A file
/// that is there stays as it is.
pub(crate) fn run(path: &Path, options: Box<Options>, runtime: &Runtime) -> Result<(), Failure> {
    if path.exists() {
        return Err(failed(&InitError::Exists(path.to_owned())));
    }
    let mut answers = options.answers(&mut Terminal::standard()).map_err(|error| failed(&error))?;
    answers.state_dir = answers.state_dir.or_else(|| usual_places::state(path));
    write(path, &file::text(&answers)).map_err(|error| failed(&error))?;
    println!("{} is written.", path.display());
    match Config::load(path) {
        Ok(config) => {
            config.server.keys()?;
            if let Some(person) = &answers.try_with {
                println!("{}", runtime.block_on(serve::import(&config, &person.import()))?);
            }
            println!("\n{}", next_steps(&answers, path));
            crate::check::run(path, runtime)
        }
        Err(error) => {
            println!("Complete it before the server can start: {error}\n\n{}", next_steps(&answers, path));
            Ok(())
        }
    }
}

fn failed(error: &InitError) -> Failure {
    Failure::Init(error.to_string())
}

/// Writes a new file. Its folder is made, so that the package's own can be missing.
fn write(path: &Path, text: &str) -> Result<(), InitError> {
    let fault = |source: io::Error| match source.kind() {
        io::ErrorKind::AlreadyExists => InitError::Exists(path.to_owned()),
        _ => InitError::Write { path: path.to_owned(), source },
    };
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder).map_err(fault)?;
    }
    let mut file = OpenOptions::new().write(true).create_new(true).open(path).map_err(fault)?;
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(fault)
}

/// The commands that come next, and the tag for the sign-in page.
fn next_steps(answers: &Answers, path: &Path) -> String {
    // As it was called: from an archive it is not on the PATH.
    let name = std::env::args().next().unwrap_or_else(|| "regain-server".to_owned());
    let is_usual = path == usual_places::configuration();
    let program = if is_usual { name } else { format!("{name} --config {}", path.display()) };
    let start = if usual_places::is_installed(path) { "systemctl enable --now regain-server" } else { &program };
    let url = &answers.public_url;
    let (people, address, trial) = match (&answers.try_with, answers.directory) {
        (Some(person), _) => {
            let trial = format!("    # then reset the password of {}: {url}/reset", person.user_id.as_str());
            (String::new(), person.mail.as_str(), trial)
        }
        (None, Kind::Embedded) => {
            let people = format!("  {program} import people.csv    # user_id,name,password,alternate_mail\n");
            (people, "YOUR_ADDRESS", String::new())
        }
        (None, _) => (format!("  {program} check-directory --user SOMEBODY\n"), "YOUR_ADDRESS", String::new()),
    };
    format!(
        "Next:\n{people}  {program} test-mail {address}\n  {start}{trial}\n\n\
         On your sign-in page:\n  <a id=\"cant-access\" href=\"{url}/reset\">Can't access your account?</a>\n  \
         <script src=\"{url}/regain.js\" data-link=\"#cant-access\" async></script>\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_there_is_never_overwritten() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("made/regain.toml");
        write(&path, "first").expect("writes");
        assert!(matches!(write(&path, "second"), Err(InitError::Exists(_))));
        assert_eq!(std::fs::read_to_string(&path).expect("reads"), "first");
    }
}
