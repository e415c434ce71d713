//! Trying what a configuration says, without changing anything: the folders, the mail server, the directory, the languages.

use super::{directory::accounts_elsewhere, widget_files};
use crate::{
    adapters::{Smtp, TrustedRoots},
    config::{Config, DirectoryKind, MailKind},
    languages,
    ports::{DirectoryError, Finding},
};

/// Tries what a configuration says. A fault keeps the server from starting; another server that does not answer now is a
/// warning, because it may do so later.
pub async fn try_out(config: &Config) -> Vec<Finding> {
    let mut findings = folders(config);
    findings.extend(mail(config).await);
    findings.extend(directory(config).await);
    findings.extend(texts(config));
    findings
}

/// The folders of the widget, the server key and the database.
fn folders(config: &Config) -> Vec<Finding> {
    let mut findings = Vec::new();
    match widget_files(config) {
        Err(error) => {
            let text = error.to_string();
            let key = "server.widget_dir";
            findings.push(Finding::fault(key, text.strip_prefix("server.widget_dir: ").unwrap_or(&text)));
        }
        Ok(None) => {
            findings.push(Finding::warning("server.widget_dir", "is not given: no widget is served, the API alone"));
        }
        Ok(Some(_)) => {}
    }
    let server_key = config.server.key_file.as_deref().filter(|_| !config.server.has_key());
    for (key, path) in [("server.key_file", server_key), ("store.path", Some(&*config.store.path))] {
        let Some(path) = path else { continue };
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        // The folder of the database is made at the first start.
        let is_missing = folder.is_some_and(|folder| !folder.is_dir()) && key == "server.key_file";
        if is_missing || path.is_dir() {
            let path = path.display();
            findings.push(Finding::fault(key, format!("{path} must be a file in a folder that is there")));
        }
    }
    findings
}

/// The mail server's greeting, the protection of the connection and the sign-in.
async fn mail(config: &Config) -> Option<Finding> {
    let at = format!("{}:{}", config.mail.host, config.mail.port);
    if config.mail.kind != MailKind::Smtp {
        return None;
    }
    let smtp = match TrustedRoots::load(config.server.ca_file.as_deref()) {
        Ok(roots) => Smtp::new(&config.mail, &roots).map_err(|error| error.to_string()),
        Err(error) => Err(error.to_string()),
    };
    Some(match smtp {
        Err(error) => Finding::fault("mail", error),
        Ok(smtp) => match smtp.check().await {
            Ok(()) => Finding::fact("mail.host", format!("{at} is ready to take mail")),
            Err(error) => Finding::warning("mail.host", format!("{at} would take no mail now: {error}")),
        },
    })
}

/// The directory's answer and what is to be said of its rights. The embedded one is in the database.
async fn directory(config: &Config) -> Vec<Finding> {
    let key = "directory";
    let away = |error: &str| vec![Finding::warning(key, format!("it does not answer: {error}"))];
    if config.directory.kind == DirectoryKind::Embedded {
        return Vec::new();
    }
    let accounts = match accounts_elsewhere(config).await {
        Ok(accounts) => accounts,
        Err(DirectoryError::Unavailable(error)) => return away(&error),
        Err(error) => return vec![Finding::fault(key, error.to_string())],
    };
    if let Err(error) = accounts.check().await {
        return away(&error.to_string());
    }
    match accounts.inspect(config.limits.wrong_passwords_per_account).await {
        Ok(mut findings) => {
            findings.insert(0, Finding::fact(key, format!("the {} answers", config.directory.kind.as_str())));
            findings
        }
        Err(DirectoryError::Unavailable(error)) => away(&error),
        Err(error) => vec![Finding::fault(key, error.to_string())],
    }
}

/// The languages that there are no words for.
fn texts(config: &Config) -> Vec<Finding> {
    let unwritten = config.organisation.locales.iter().filter(|locale| !languages::is_written(locale));
    let warning = |locale| format!("there are no words in {locale}: its people are written to in English");
    unwritten.map(|locale| Finding::warning("organisation.locales", warning(locale))).collect()
}
