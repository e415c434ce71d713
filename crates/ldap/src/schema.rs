//! The attributes that the configuration names, compared with the directory's schema: one that is not there is nobody's, and
//! no server says so.

use std::collections::HashSet;

use ldap3::Scope;
use regain_ports::{DirectoryError, Finding};

use crate::{
    connection::{Search, code},
    core::Core,
};

impl Core {
    /// Warnings about attributes that the subschema of an LDAP server does not have (RFC 4512, 4.2); none where it cannot be
    /// read.
    pub(crate) async fn not_in_subschema(&self) -> Result<Vec<Finding>, DirectoryError> {
        let root = self.client.entry("", &["subschemaSubentry"]).await?.unwrap_or_default();
        let Some(dn) = root.text("subschemaSubentry") else { return Ok(Vec::new()) };
        let subschema = self.client.entry_where(dn, "(objectClass=subschema)", &["attributeTypes"]).await?;
        let names: HashSet<_> = subschema.unwrap_or_default().texts("attributeTypes").flat_map(names).collect();
        Ok(self.not_among(&names))
    }

    /// The same by the schema of Active Directory, which is asked for these attributes alone.
    pub(crate) async fn not_in_domain_schema(&self) -> Result<Vec<Finding>, DirectoryError> {
        let root = self.client.entry("", &["schemaNamingContext"]).await?.unwrap_or_default();
        let Some(base) = root.text("schemaNamingContext") else { return Ok(Vec::new()) };
        let named: Vec<_> =
            self.mapping.named().map(|(_, name)| format!("(lDAPDisplayName={})", ldap3::ldap_escape(name))).collect();
        // Every domain has this one: without it the schema cannot be read.
        let filter = format!("(&(objectClass=attributeSchema)(|(lDAPDisplayName=objectGUID){}))", named.concat());
        let (scope, attributes) = (Scope::OneLevel, &["lDAPDisplayName"][..]);
        let (reply, found) = self.client.search(Search { base, scope, filter: &filter, attributes, limit: 0 }).await?;
        if reply.code != code::SUCCESS {
            return Ok(Vec::new());
        }
        let names =
            found.iter().flat_map(|entry| entry.texts("lDAPDisplayName")).map(str::to_ascii_lowercase).collect();
        Ok(self.not_among(&names))
    }

    fn not_among(&self, names: &HashSet<String>) -> Vec<Finding> {
        let is_missing = |name: &str| !names.is_empty() && !names.contains(&name.to_ascii_lowercase());
        let missing = self.mapping.named().filter(|(_, name)| is_missing(name));
        let warning = |(key, name)| {
            Finding::warning(key, format!("the directory's schema has no attribute {name}: nobody has it"))
        };
        missing.map(warning).collect()
    }
}

/// The names of an attribute's description (RFC 4512, 4.1.2), and its number, in lower case.
fn names(description: &str) -> Vec<String> {
    let inner = description.trim().trim_start_matches('(').trim_start();
    let (oid, rest) = inner.split_once(' ').unwrap_or((inner, ""));
    let rest = rest.trim_start().strip_prefix("NAME ").unwrap_or_default().trim_start();
    let quoted = match rest.strip_prefix('(') {
        Some(several) => several.split(')').next().unwrap_or_default(),
        None => rest.get(..rest.match_indices('\'').nth(1).map_or(0, |(at, _)| at)).unwrap_or_default(),
    };
    let names = quoted.split('\'').map(str::trim).filter(|name| !name.is_empty());
    names.chain([oid]).map(str::to_ascii_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_of_descriptions() {
        for (description, expected) in [
            (
                "( 2.5.4.3 NAME ( 'cn' 'commonName' ) DESC 'RFC4519: NAME (\\27x\\27)' SUP name )",
                &["cn", "commonname", "2.5.4.3"][..],
            ),
            ("( 0.9.2342.19200300.100.1.41 NAME 'mobile' EQUALITY x )", &["mobile", "0.9.2342.19200300.100.1.41"]),
            ("(1.2.3 NAME 'uid')", &["uid", "1.2.3"]),
            ("( 1.2.3 DESC 'nameless' )", &["1.2.3"]),
            ("( 1.2.3 NAME 'cut", &["1.2.3"]),
        ] {
            assert_eq!(names(description), expected, "{description}");
        }
    }
}
