//! The text of the configuration that `regain-server init` writes.

use std::fmt::Write as _;

use super::{
    answers::Answers,
    choices::{Kind, Tls},
};

/// The configuration, with comments.
pub(super) fn text(answers: &Answers) -> String {
    let Answers { organisation, public_url, mail_from, mail_host, directory, .. } = answers;
    let mut text = String::from(
        "# The configuration of regain-server. Every other key has its default: docs/operating.md lists them.\n\
         # Check it with: regain-server --config THIS_FILE --check\n\n[server]\n",
    );
    let in_state_dir = |name: &str| match &answers.state_dir {
        Some(folder) => quoted(&folder.join(name).display().to_string()),
        None => quoted(name),
    };
    let mut line = |words: std::fmt::Arguments<'_>| {
        let _ = text.write_fmt(format_args!("{words}\n"));
    };
    line(format_args!("listen = {}", quoted(&answers.listen.to_string())));
    line(format_args!("# Links in mails are made from it.\npublic_url = {}", quoted(public_url)));
    if let Some(proxy) = &answers.trusted_proxy {
        let proxy = quoted(proxy);
        line(format_args!("# The reverse proxy with TLS in front of this server.\ntrusted_proxies = [{proxy}]"));
    }
    line(format_args!(
        "# Keep this file: what is sealed with the key opens with nothing else.\nkey_file = {}",
        in_state_dir("server.key")
    ));
    if let Some(folder) = &answers.widget_dir {
        line(format_args!("widget_dir = {}", quoted(&folder.display().to_string())));
    }
    match answers.other_origin() {
        Some(origin) => line(format_args!(
            "# The origins whose pages may open the widget.\nallowed_origins = [{}]",
            quoted(&origin)
        )),
        None => line(format_args!(
            "# allowed_origins = [\"https://www.example.com\"]   # pages elsewhere that open the widget"
        )),
    }
    line(format_args!("\n[store]\npath = {}", in_state_dir("regain.db")));
    line(format_args!("\n[organisation]\nname = {}", quoted(organisation)));
    if let Some(url) = &answers.sign_in_url {
        line(format_args!("continue_url = {}", quoted(url)));
    }
    line(format_args!(
        "# help = {{ email = \"it-help@example.com\", phone = \"+1 555 0100\" }}   # shown wherever nothing else helps"
    ));
    line(format_args!(
        "# administrators = [\"it-help@example.com\"]   # who gets requests of people who cannot help themselves"
    ));
    line(format_args!("\n[mail]\nfrom = {}\nhost = {}", quoted(mail_from), quoted(mail_host)));
    match answers.mail_tls {
        Tls::Starttls => line(format_args!("tls = \"starttls\"")),
        Tls::Implicit => line(format_args!("tls = \"tls\"")),
        Tls::None => line(format_args!("tls = \"none\"   # for a mail server on this machine only")),
    }
    if let Some(port) = answers.mail_port {
        line(format_args!("port = {port}"));
    }
    if let Some((name, file)) = &answers.mail_sign_in {
        line(format_args!("username = {}\npassword_file = {}", quoted(name), quoted(&file.display().to_string())));
    }
    line(format_args!("\n[directory]\nkind = {}", quoted(&directory.as_str())));
    if let Some(section) = section(*directory) {
        line(format_args!("\n# Adapt this section.\n{section}"));
    }
    text
}

/// The section of a directory that is not embedded, as an example to adapt.
fn section(kind: Kind) -> Option<&'static str> {
    Some(match kind {
        Kind::Embedded => return None,
        Kind::ActiveDirectory => {
            "# docs/active-directory.md: the rights to delegate, and what else can be mapped.\n\
             [directory.ldap]\n\
             urls = [\"ldaps://dc1.example.com\"]\n\
             bind_dn = \"regain@example.com\"\n\
             bind_password_file = \"ldap-password\"\n\
             base = \"DC=example,DC=com\"\n\
             domain = \"EXAMPLE\"\n\
             mobile = \"mobile\""
        }
        Kind::Ldap => {
            "# docs/ldap.md: the access rules, and what else can be mapped.\n\
             [directory.ldap]\n\
             urls = [\"ldaps://ldap.example.com\"]\n\
             bind_dn = \"cn=regain,ou=services,dc=example,dc=com\"\n\
             bind_password_file = \"ldap-password\"\n\
             base = \"ou=people,dc=example,dc=com\"\n\
             mobile = \"mobile\""
        }
        Kind::Sql => {
            "# docs/sql.md: statements for Django, Laravel, Rails and others. The file has a line such as\n\
             # postgres://regain:PASSWORD@db.example.com/app\n\
             [directory.sql]\n\
             url_file = \"database-url\"\n\
             find = \"SELECT id, email AS user_id, name AS display_name, active AS enabled, email AS alternate_mail FROM users WHERE lower(email) = :user_id\"\n\
             by_id = \"SELECT id, email AS user_id, name AS display_name, active AS enabled, email AS alternate_mail FROM users WHERE id = :id\"\n\
             password = \"SELECT password FROM users WHERE id = :id\"\n\
             set_password = \"UPDATE users SET password = :new_hash WHERE id = :id AND password = :old_hash\"\n\
             hash = \"bcrypt\""
        }
        Kind::Hook => {
            "# docs/hook.md: the four requests, and reference programs.\n\
             [directory.hook]\n\
             url = \"https://app.example.com/regain\"\n\
             key_file = \"hook-key\""
        }
    })
}

/// A text as TOML writes it.
fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}
