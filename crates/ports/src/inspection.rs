//! Findings about a directory or another server: told at the server's start, and by `regain-server --check` and
//! `regain-server check-directory`.

use std::fmt;

/// The weight of a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// A fact for the operator.
    Fact,
    /// It works, but not as safely or as well as it could.
    Warning,
    /// It cannot work, or makes an attack possible: the server does not start.
    Fault,
}

/// A finding about a directory or another server, which displays as a line of a report. Its text is for the operator and names no secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Its weight.
    pub severity: Severity,
    /// The key of the configuration that it is about, such as `directory.ldap.base`.
    pub key: &'static str,
    /// The finding, and the way out where there is one.
    pub text: String,
}

impl Finding {
    /// A fact.
    pub fn fact(key: &'static str, text: impl Into<String>) -> Self {
        Self { severity: Severity::Fact, key, text: text.into() }
    }

    /// A warning.
    pub fn warning(key: &'static str, text: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, key, text: text.into() }
    }

    /// A fault.
    pub fn fault(key: &'static str, text: impl Into<String>) -> Self {
        Self { severity: Severity::Fault, key, text: text.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { severity, key, text } = self;
        write!(f, "{severity}  {key}: {text}")
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Fact => "fact",
            Self::Warning => "warning",
            Self::Fault => "fault",
        })
    }
}
