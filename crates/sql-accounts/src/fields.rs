//! The columns that a statement may read.

use crate::database::{Column, Kind, Statement};

/// A column of `find` and `by_id`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Field {
    Id,
    UserId,
    Enabled,
    DisplayName,
    Locked,
    LockedUntil,
    NoticeMail,
    AlternateMail,
    Mobile,
    Office,
}

impl Field {
    pub(crate) const ALL: [Self; 10] = [
        Self::Id,
        Self::UserId,
        Self::Enabled,
        Self::DisplayName,
        Self::Locked,
        Self::LockedUntil,
        Self::NoticeMail,
        Self::AlternateMail,
        Self::Mobile,
        Self::Office,
    ];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Id => "id",
            Self::UserId => "user_id",
            Self::Enabled => "enabled",
            Self::DisplayName => "display_name",
            Self::Locked => "locked",
            Self::LockedUntil => "locked_until",
            Self::NoticeMail => "notice_mail",
            Self::AlternateMail => "alternate_mail",
            Self::Mobile => "mobile",
            Self::Office => "office",
        }
    }

    /// Tells if a column of this kind can be read as the field.
    const fn takes(self, kind: &Kind) -> bool {
        match (self, kind) {
            (_, Kind::Any)
            | (Self::Id, Kind::Integer | Kind::Text)
            | (Self::Enabled | Self::Locked, Kind::Integer)
            | (Self::LockedUntil, Kind::Time | Kind::Integer | Kind::Text) => true,
            (Self::Id | Self::Enabled | Self::Locked | Self::LockedUntil, _) => false,
            (_, kind) => matches!(kind, Kind::Text),
        }
    }

    pub(crate) const fn needs(self) -> &'static str {
        match self {
            Self::Id => "a number or a text",
            Self::Enabled | Self::Locked => "a boolean or a number",
            Self::LockedUntil => "a time, or a number of seconds since 1970",
            _ => "a text",
        }
    }
}

/// The fault of the columns of a statement that reads people.
pub(crate) fn check_columns(columns: &[Column]) -> Result<(), String> {
    let names: Vec<&str> = Field::ALL.iter().map(|field| field.name()).collect();
    for (at, column) in columns.iter().enumerate() {
        let name = column.name.as_str();
        let field = Field::ALL.into_iter().find(|field| field.name() == name);
        let field = field.ok_or_else(|| format!("reads the column {name}; there are {}", names.join(", ")))?;
        if columns[..at].iter().any(|other| other.name == column.name) {
            return Err(format!("reads the column {name} twice"));
        }
        if !field.takes(&column.kind) {
            let type_name = if let Kind::Other(name) = &column.kind { format!(" ({name})") } else { String::new() };
            return Err(format!("the column {name} must be {}{type_name}", field.needs()));
        }
    }
    for needed in [Field::Id, Field::UserId, Field::Enabled] {
        if !columns.iter().any(|column| column.name == needed.name()) {
            return Err(match needed {
                Field::Enabled => {
                    "must read the column enabled; where all accounts may be used, by TRUE AS enabled".to_owned()
                }
                needed => format!("must read the column {}", needed.name()),
            });
        }
    }
    Ok(())
}

/// Tells if a statement reads a field.
pub(crate) fn reads(statement: &Statement, field: Field) -> bool {
    statement.columns.iter().any(|column| column.name == field.name())
}

/// Tells if ids are numbers.
pub(crate) fn has_numbers(find: &Statement) -> bool {
    find.columns.iter().any(|column| column.name == Field::Id.name() && column.kind == Kind::Integer)
}

/// Tells if two statements read the same fields.
pub(crate) fn same_fields(one: &Statement, other: &Statement) -> bool {
    Field::ALL.into_iter().all(|field| reads(one, field) == reads(other, field))
}
