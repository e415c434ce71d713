//! Questions of `regain-server init`, and their answers: from the options, or from the person at the terminal.

use std::{
    io::{self, BufRead, IsTerminal as _, Write},
    path::PathBuf,
};

use clap::{Args, ValueEnum};
use regain_outgoing::{is_https, is_loopback, is_web_address, parse_address};
use regain_values::MailAddress;

use super::error::InitError;

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

/// Protection of the connection to the mail server.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Tls {
    /// TLS after STARTTLS
    Starttls,
    /// TLS from the first byte
    #[value(name = "tls")]
    Implicit,
    /// None, towards this machine only
    None,
}

/// The kind of directory.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "snake_case")]
pub(crate) enum Kind {
    /// Regain's own database
    Embedded,
    /// Microsoft's Active Directory, or Samba's
    ActiveDirectory,
    /// OpenLDAP and its kin
    Ldap,
    /// An application's own table
    Sql,
    /// A program of yours
    Hook,
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
    pub(crate) listen: std::net::SocketAddr,
    pub(crate) trusted_proxy: Option<String>,
    pub(crate) state_dir: Option<PathBuf>,
    pub(crate) widget_dir: Option<PathBuf>,
}

/// A question: its option, its words, and the check of an answer, which says what is wrong with it.
struct Question {
    option: &'static str,
    words: &'static str,
    default: &'static str,
    check: fn(&str) -> Result<(), &'static str>,
}

const ORGANISATION: Question = Question {
    option: "--organisation",
    words: "Your organisation's name, as its people know it",
    default: "",
    check: |text| if text.contains(char::is_control) { Err("has control characters") } else { Ok(()) },
};
const PUBLIC_URL: Question = Question {
    option: "--public-url",
    words: "Address under which people will reach this server, such as https://recover.example.com",
    default: "",
    check: |text| {
        let is_fine = is_web_address(text) && !text.contains(['?', '#']);
        if is_fine { Ok(()) } else { Err("must be an address such as https://recover.example.com") }
    },
};
const SIGN_IN_URL: Question = Question {
    option: "--sign-in-url",
    words: "Address of your sign-in page, or - for none yet",
    default: "-",
    check: |text| {
        if text == "-" || is_web_address(text) { Ok(()) } else { Err("must be an address such as https://example.com") }
    },
};
const MAIL_FROM: Question = Question {
    option: "--mail-from",
    words: "Sender of mails, such as account-recovery@example.com",
    default: "",
    check: |text| MailAddress::parse(text).map(drop).map_err(|_| "is not a mail address"),
};
const MAIL_HOST: Question = Question {
    option: "--mail-host",
    words: "Mail server, such as smtp.example.com",
    default: "127.0.0.1",
    check: |text| {
        let is_fine = !text.contains(['/', ':', '@']) && !text.contains(char::is_whitespace);
        if is_fine { Ok(()) } else { Err("must be the name alone, without a port") }
    },
};
const MAIL_USERNAME: Question = Question {
    option: "--mail-username",
    words: "Name to sign in to it with, or - for none",
    default: "-",
    check: |_| Ok(()),
};
const MAIL_PASSWORD_FILE: Question = Question {
    option: "--mail-password-file",
    words: "File with its password",
    default: "mail-password",
    check: |_| Ok(()),
};
const DIRECTORY: Question = Question {
    option: "--directory",
    words: "Where the accounts are: embedded, active_directory, ldap, sql or hook",
    default: "embedded",
    check: |text| Kind::from_str(text, false).map(drop).map_err(|_| "is none of these"),
};

/// The other end of the questions: a person at a terminal, or nobody.
pub(crate) struct Terminal<R, W> {
    answers: R,
    questions: W,
    is_there: bool,
    missing: Vec<&'static str>,
}

impl Terminal<io::StdinLock<'static>, io::Stderr> {
    /// Standard input, where it is a terminal.
    pub(crate) fn standard() -> Self {
        let answers = io::stdin().lock();
        let is_there = answers.is_terminal();
        Self { answers, questions: io::stderr(), is_there, missing: Vec::new() }
    }
}

impl<R: BufRead, W: Write> Terminal<R, W> {
    /// The answer that an option gives, or else the person. Where nobody is there, an answer without a default is missing.
    fn ask(&mut self, given: Option<&str>, question: &Question) -> Result<String, InitError> {
        self.ask_suggesting(given, question, "")
    }

    /// The same with a default that is good for a try alone: only a person can take it.
    fn ask_suggesting(
        &mut self,
        given: Option<&str>,
        question: &Question,
        suggestion: &str,
    ) -> Result<String, InitError> {
        let Question { option, words, default, check } = *question;
        if let Some(given) = given {
            let given = given.trim();
            return match check(given) {
                Ok(()) => Ok(given.to_owned()),
                Err(fault) => Err(InitError::Answer { option, fault }),
            };
        }
        if !self.is_there {
            if default.is_empty() {
                self.missing.push(option);
            }
            return Ok(default.to_owned());
        }
        let default = if default.is_empty() { suggestion } else { default };
        loop {
            let shown = if default.is_empty() { String::new() } else { format!(" [{default}]") };
            write!(self.questions, "{words}{shown}: ").map_err(InitError::Terminal)?;
            self.questions.flush().map_err(InitError::Terminal)?;
            let mut line = String::new();
            if self.answers.read_line(&mut line).map_err(InitError::Terminal)? == 0 {
                return Err(InitError::Terminal(io::ErrorKind::UnexpectedEof.into()));
            }
            let answer = match line.trim() {
                "" => default,
                answer => answer,
            };
            match check(answer) {
                Ok(()) if !answer.is_empty() => return Ok(answer.to_owned()),
                Ok(()) => {}
                Err(fault) => writeln!(self.questions, "  {answer} {fault}.").map_err(InitError::Terminal)?,
            }
        }
    }
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
        let mail_sign_in = if mail_username == "-" {
            None
        } else {
            let file = self.mail_password_file.as_deref().and_then(std::path::Path::to_str);
            Some((mail_username, terminal.ask(file, &MAIL_PASSWORD_FILE)?.into()))
        };
        if !terminal.missing.is_empty() {
            return Err(InitError::Missing(terminal.missing.join(", ")));
        }
        let is_here = is_loopback(&format!("http://{mail_host}"));
        Ok(Answers {
            organisation,
            trusted_proxy: is_https(&public_url).then_some(self.trusted_proxy),
            public_url,
            sign_in_url: Some(sign_in_url).filter(|url| url != "-"),
            mail_from,
            mail_tls: self.mail_tls.unwrap_or(if is_here { Tls::None } else { Tls::Starttls }),
            mail_host,
            mail_sign_in,
            mail_port: self.mail_port,
            directory: Kind::from_str(&directory, false).unwrap_or(Kind::Embedded),
            listen: self.listen,
            state_dir: self.state_dir,
            widget_dir: self.widget_dir,
        })
    }
}

impl Kind {
    /// Its text in the configuration.
    pub(crate) fn as_str(self) -> String {
        self.to_possible_value().map_or_else(String::new, |value| value.get_name().to_owned())
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
        let mut terminal = Terminal {
            answers: typed.unwrap_or_default().as_bytes(),
            questions: &mut questions,
            is_there: typed.is_some(),
            missing: Vec::new(),
        };
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
        let typed = "Contoso\nrecover.example.com\nhttps://recover.example.com/\n\n\nada\nhelp@example.com\n\n\n";
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
        let (answers, asked) = answered(&[], Some("Contoso\n\n\n\n\n\n\n"));
        let answers = answers.expect("answers");
        assert_eq!(answers.public_url, "http://127.0.0.1:8080");
        assert_eq!((answers.mail_from.as_str(), answers.trusted_proxy), ("account-recovery@localhost", None));
        assert!(asked.contains("such as https://recover.example.com [http://127.0.0.1:8080]: "), "{asked}");

        // For people elsewhere neither is a default.
        let typed = "Contoso\n\nhttps://recover.example.com\n\n\n\nhelp@example.com\n\n\n";
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
