//! Answers to `regain-server init`: from the options, or from the person at the terminal.

use std::{
    io::{BufRead, Write},
    path::PathBuf,
};

use clap::{Args, ValueEnum as _};
use regain_outgoing::{is_https, is_loopback, parse_address};

use super::{
    choices::{Kind, Tls},
    error::InitError,
    first_person::FirstPerson,
    questions::{
        DIRECTORY, MAIL_FROM, MAIL_HOST, MAIL_PASSWORD_FILE, MAIL_USERNAME, NONE, ORGANISATION, PUBLIC_URL,
        SIGN_IN_URL, TRY_WITH, Terminal,
    },
};

/// Options of `regain-server init`. What they leave out is asked for at a terminal.
#[derive(Args)]
pub(crate) struct Options {
    /// The organisation's name, as its people know it
    #[arg(long)]
    organisation: Option<String>,
    /// The address under which people will reach the server, such as <https://recover.example.com>
    #[arg(long, value_name = "URL")]
    public_url: Option<String>,
    /// The sign-in page; pages of its origin may then open the widget
    #[arg(long, value_name = "URL")]
    sign_in_url: Option<String>,
    /// The sender of mails, such as account-recovery@example.com
    #[arg(long, value_name = "ADDRESS")]
    mail_from: Option<String>,
    /// The mail server
    #[arg(long, value_name = "HOST")]
    mail_host: Option<String>,
    /// The name to sign in to the mail server with; none by default
    #[arg(long, value_name = "NAME", requires = "mail_password_file")]
    mail_username: Option<String>,
    /// The file with the mail server's password
    #[arg(long, value_name = "FILE", requires = "mail_username")]
    mail_password_file: Option<PathBuf>,
    /// The port of the mail server; by its protection by default
    #[arg(long, value_name = "PORT")]
    mail_port: Option<u16>,
    /// Protection of the connection to the mail server: starttls by default, none for one on this machine
    #[arg(long)]
    mail_tls: Option<Tls>,
    /// Kind of the directory that the accounts are in
    #[arg(long, value_name = "KIND")]
    directory: Option<Kind>,
    /// Your own address, to try a reset with: it adds a first person to the embedded directory, named as the address begins
    #[arg(long, value_name = "ADDRESS")]
    try_with: Option<String>,
    /// The address, and the port, to listen on
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    listen: std::net::SocketAddr,
    /// The address or network of the reverse proxy in front of the server
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1")]
    trusted_proxy: String,
    /// The folder of the database and the server key; by default that of the configuration, or `/var/lib/regain` of a
    /// package
    #[arg(long, value_name = "DIR")]
    state_dir: Option<PathBuf>,
    /// The folder of the built widget, instead of the one in the program
    #[arg(long, value_name = "DIR")]
    widget_dir: Option<PathBuf>,
}

/// Everything that the configuration says.
pub(crate) struct Answers {
    pub(crate) organisation: String,
    pub(crate) public_url: String,
    pub(crate) sign_in_url: Option<String>,
    pub(crate) mail_from: String,
    pub(crate) mail_host: String,
    pub(crate) mail_sign_in: Option<(String, PathBuf)>,
    pub(crate) mail_port: Option<u16>,
    pub(crate) mail_tls: Tls,
    pub(crate) directory: Kind,
    pub(crate) try_with: Option<FirstPerson>,
    pub(crate) listen: std::net::SocketAddr,
    pub(crate) trusted_proxy: Option<String>,
    pub(crate) state_dir: Option<PathBuf>,
    pub(crate) widget_dir: Option<PathBuf>,
}

impl Options {
    /// The answers that the options give, and the person for the rest.
    pub(crate) fn answers<R: BufRead, W: Write>(self, terminal: &mut Terminal<R, W>) -> Result<Answers, InitError> {
        let organisation = terminal.ask(self.organisation.as_deref(), &ORGANISATION)?;
        let here = format!("http://{}", self.listen);
        let here = if is_loopback(&here) { here.as_str() } else { "" };
        let public_url = terminal.ask_suggesting(self.public_url.as_deref(), &PUBLIC_URL, here)?;
        let public_url = public_url.trim_end_matches('/').to_owned();
        let sign_in_url = terminal.ask(self.sign_in_url.as_deref(), &SIGN_IN_URL)?;
        let directory = self.directory.map(Kind::as_str);
        let directory = terminal.ask(directory.as_deref(), &DIRECTORY)?;
        let sender = if is_loopback(&public_url) { "account-recovery@localhost" } else { "" };
        let mail_from = terminal.ask_suggesting(self.mail_from.as_deref(), &MAIL_FROM, sender)?;
        let mail_host = terminal.ask(self.mail_host.as_deref(), &MAIL_HOST)?;
        let mail_username = terminal.ask(self.mail_username.as_deref(), &MAIL_USERNAME)?;
        let mail_sign_in = if mail_username == NONE {
            None
        } else {
            let file = self.mail_password_file.as_deref().and_then(std::path::Path::to_str);
            Some((mail_username, terminal.ask(file, &MAIL_PASSWORD_FILE)?.into()))
        };
        let directory = Kind::from_str(&directory, false).unwrap_or(Kind::Embedded);
        let try_with = match (directory, self.try_with.as_deref()) {
            (Kind::Embedded, given) => terminal.ask(given, &TRY_WITH)?,
            (_, None) => NONE.to_owned(),
            (_, Some(_)) => {
                return Err(InitError::Answer {
                    option: TRY_WITH.option,
                    fault: "adds to the embedded directory alone",
                });
            }
        };
        terminal.answered()?;
        let is_here = is_loopback(&format!("http://{mail_host}"));
        Ok(Answers {
            organisation,
            trusted_proxy: is_https(&public_url).then_some(self.trusted_proxy),
            public_url,
            sign_in_url: Some(sign_in_url).filter(|url| url != NONE),
            mail_from,
            mail_tls: self.mail_tls.unwrap_or(if is_here { Tls::None } else { Tls::Starttls }),
            mail_host,
            mail_sign_in,
            mail_port: self.mail_port,
            directory,
            try_with: FirstPerson::with(&try_with),
            listen: self.listen,
            state_dir: self.state_dir,
            widget_dir: self.widget_dir,
        })
    }
}

impl Answers {
    /// The origin of the sign-in page, where it is another one than the server's.
    pub(crate) fn other_origin(&self) -> Option<String> {
        let origin = |address: &str| parse_address(address).map(|url| url.origin().ascii_serialization());
        let sign_in = origin(self.sign_in_url.as_deref()?)?;
        (origin(&self.public_url).as_ref() != Some(&sign_in)).then_some(sign_in)
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        options: Options,
    }

    fn answered(arguments: &[&str], typed: Option<&str>) -> (Result<Answers, InitError>, String) {
        let line = Line::try_parse_from(["init"].iter().chain(arguments)).expect("options");
        let mut questions = Vec::new();
        let mut terminal = Terminal::new(typed.unwrap_or_default().as_bytes(), &mut questions, typed.is_some());
        let answers = line.options.answers(&mut terminal);
        (answers, String::from_utf8(questions).expect("text"))
    }

    #[test]
    fn without_a_terminal_every_option_that_is_missing_is_named_at_once() {
        let (answers, asked) = answered(&["--organisation", "Contoso"], None);
        let error = answers.err().expect("incomplete").to_string();
        assert!(error.contains("--public-url, --mail-from") && !error.contains("--mail-host"), "{error}");
        assert_eq!(asked, "");
    }

    #[test]
    fn a_wrong_answer_is_asked_for_again_and_a_wrong_option_refused() {
        let typed = "Contoso\nrecover.example.com\nhttps://recover.example.com/\n\n\nada\nhelp@example.com\n\n\n\n";
        let (answers, asked) = answered(&[], Some(typed));
        let answers = answers.expect("answers");
        assert_eq!(answers.public_url, "https://recover.example.com");
        assert_eq!(answers.trusted_proxy.as_deref(), Some("127.0.0.1"));
        assert!(answers.directory == Kind::Embedded && answers.mail_tls == Tls::None);
        assert!(asked.contains("  recover.example.com must be an address"), "{asked}");
        assert!(asked.contains("  ada is not a mail address."), "{asked}");

        let (answers, _) = answered(&["--public-url", "recover.example.com"], None);
        assert!(answers.err().expect("refused").to_string().starts_with("--public-url must be"));
        let (answers, _) = answered(&[], Some("Contoso\n"));
        assert!(matches!(answers, Err(InitError::Terminal(_))), "the terminal went away");
    }

    #[test]
    fn a_try_takes_a_name_and_enter() {
        let (answers, asked) = answered(&[], Some("Contoso\n\n\n\n\n\n\nada@example.com\n"));
        let answers = answers.expect("answers");
        assert_eq!(answers.public_url, "http://127.0.0.1:8080");
        assert_eq!(answers.try_with.map(|person| person.user_id.as_str().to_owned()).as_deref(), Some("ada"));
        assert_eq!((answers.mail_from.as_str(), answers.trusted_proxy), ("account-recovery@localhost", None));
        assert!(asked.contains("such as https://recover.example.com [http://127.0.0.1:8080]: "), "{asked}");

        // For people elsewhere neither is a default.
        let typed = "Contoso\n\nhttps://recover.example.com\n\n\n\nhelp@example.com\n\n\n\n";
        let (answers, asked) = answered(&["--listen", "10.0.0.11:8080"], Some(typed));
        assert_eq!(answers.expect("answers").mail_from, "help@example.com");
        assert!(!asked.contains("localhost]: Sender") && !asked.contains("[account-recovery"), "{asked}");
    }

    #[test]
    fn an_origin_is_allowed_where_it_is_another_one() {
        let other = |sign_in: &str| {
            let arguments =
                ["--organisation", "C", "--public-url", "https://a.example/recover", "--sign-in-url", sign_in];
            let (answers, _) = answered(&[&arguments[..], &["--mail-from", "a@b.example"]].concat(), None);
            answers.expect("answers").other_origin()
        };
        assert_eq!(other("https://a.example/login"), None);
        assert_eq!(other("https://www.a.example/login").as_deref(), Some("https://www.a.example"));
        assert_eq!(other("-"), None);
    }
}
