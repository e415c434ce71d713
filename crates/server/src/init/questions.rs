//! Questions of `regain-server init`, and the terminal where they are asked.

use std::io::{self, BufRead, IsTerminal as _, Write};

use clap::ValueEnum as _;
use regain_outgoing::is_web_address;
use regain_values::MailAddress;

use super::{choices::Kind, error::InitError, first_person::FirstPerson};

/// The answer that there is none.
pub(super) const NONE: &str = "-";

/// A question: its option, its words, and the check of an answer, which says what is wrong with it.
pub(super) struct Question {
    pub(super) option: &'static str,
    words: &'static str,
    default: &'static str,
    check: fn(&str) -> Result<(), &'static str>,
}

pub(super) const ORGANISATION: Question = Question {
    option: "--organisation",
    words: "Your organisation's name, as its people know it",
    default: "",
    check: |text| if text.contains(char::is_control) { Err("has control characters") } else { Ok(()) },
};
pub(super) const PUBLIC_URL: Question = Question {
    option: "--public-url",
    words: "Address under which people will reach this server, such as https://recover.example.com",
    default: "",
    check: |text| {
        let is_fine = is_web_address(text) && !text.contains(['?', '#']);
        if is_fine { Ok(()) } else { Err("must be an address such as https://recover.example.com") }
    },
};
pub(super) const SIGN_IN_URL: Question = Question {
    option: "--sign-in-url",
    words: "Address of your sign-in page, or - for none yet",
    default: NONE,
    check: |text| {
        if text == NONE || is_web_address(text) {
            Ok(())
        } else {
            Err("must be an address such as https://example.com")
        }
    },
};
pub(super) const MAIL_FROM: Question = Question {
    option: "--mail-from",
    words: "Sender of mails, such as account-recovery@example.com",
    default: "",
    check: |text| MailAddress::parse(text).map(drop).map_err(|_| "is not a mail address"),
};
pub(super) const MAIL_HOST: Question = Question {
    option: "--mail-host",
    words: "Mail server, such as smtp.example.com",
    default: "127.0.0.1",
    check: |text| {
        let is_fine = !text.contains(['/', ':', '@']) && !text.contains(char::is_whitespace);
        if is_fine { Ok(()) } else { Err("must be the name alone, without a port") }
    },
};
pub(super) const MAIL_USERNAME: Question = Question {
    option: "--mail-username",
    words: "Name to sign in to it with, or - for none",
    default: NONE,
    check: |_| Ok(()),
};
pub(super) const MAIL_PASSWORD_FILE: Question = Question {
    option: "--mail-password-file",
    words: "File with its password",
    default: "mail-password",
    check: |_| Ok(()),
};
pub(super) const DIRECTORY: Question = Question {
    option: "--directory",
    words: "Where the accounts are: embedded, active_directory, ldap, sql or hook",
    default: "embedded",
    check: |text| Kind::from_str(text, false).map(drop).map_err(|_| "is none of these"),
};

pub(super) const TRY_WITH: Question = Question {
    option: "--try-with",
    words: "Your own email address, to try a reset with, or - for none",
    default: NONE,
    check: |text| {
        if text == NONE || FirstPerson::with(text).is_some() { Ok(()) } else { Err("is not a mail address") }
    },
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
    pub(super) fn standard() -> Self {
        let answers = io::stdin().lock();
        let is_there = answers.is_terminal();
        Self::new(answers, io::stderr(), is_there)
    }
}

impl<R: BufRead, W: Write> Terminal<R, W> {
    /// Questions and answers, and whether somebody is there to give them.
    pub(super) fn new(answers: R, questions: W, is_there: bool) -> Self {
        Self { answers, questions, is_there, missing: Vec::new() }
    }

    /// Tells which answers are missing, all at once.
    pub(super) fn answered(&self) -> Result<(), InitError> {
        if self.missing.is_empty() { Ok(()) } else { Err(InitError::Missing(self.missing.join(", "))) }
    }

    /// The answer that an option gives, or else the person. Where nobody is there, an answer without a default is missing.
    pub(super) fn ask(&mut self, given: Option<&str>, question: &Question) -> Result<String, InitError> {
        self.ask_suggesting(given, question, "")
    }

    /// The same with a default that is good for a try alone: only a person can take it.
    pub(super) fn ask_suggesting(
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
