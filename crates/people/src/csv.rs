//! Lists of people as CSV, as spreadsheets and other systems write it: a row of names, and a row for each person. What no
//! column can say (questions, authenticator apps, recovery codes) is for TOML.

use std::collections::BTreeSet;

use ::csv::{ReaderBuilder, StringRecord, Trim};

use crate::list::{FileEntry, MailRole, NewPerson, People, PeopleError, PersonMail, PersonPhone, PhoneRole};

/// Separates the groups of a cell.
const BETWEEN_GROUPS: char = '|';

/// The columns, each with the key of a TOML file that it is a part of.
const COLUMNS: [(&str, &str); 12] = [
    ("user_id", "user_id"),
    ("name", "name"),
    ("password", "password"),
    ("password_hash", "password_hash"),
    ("enabled", "enabled"),
    ("locked", "locked"),
    ("alternate_mail", "mails"),
    ("authentication_mail", "mails"),
    ("mobile", "phones"),
    ("authentication_phone", "phones"),
    ("office", "phones"),
    ("groups", "groups"),
];

impl People {
    /// Reads the list from CSV, with commas or semicolons. An empty cell gives nothing.
    pub fn from_csv(text: &str) -> Result<Self, PeopleError> {
        // Lines are counted to a line break of one character.
        let text = text.trim_start_matches('\u{feff}').replace("\r\n", "\n");
        let names = text.lines().next().unwrap_or_default();
        let delimiter = if names.contains(';') && !names.contains(',') { b';' } else { b',' };
        let mut reader = ReaderBuilder::new().delimiter(delimiter).trim(Trim::Headers).from_reader(text.as_bytes());
        let header = reader.headers().map_err(|error| unreadable(&error))?.clone();
        let mut columns = Vec::with_capacity(header.len());
        for name in &header {
            let lower = name.to_lowercase();
            let Some((column, key)) = COLUMNS.iter().find(|(column, _)| *column == lower) else {
                let known: Vec<_> = COLUMNS.iter().map(|(column, _)| *column).collect();
                return Err(wrong(1, format!("there is no column {name:?}: they are {}", known.join(", "))));
            };
            if columns.contains(&(*column, *key)) {
                return Err(wrong(1, format!("the column {column} is there twice")));
            }
            columns.push((*column, *key));
        }
        if !columns.iter().any(|(column, _)| *column == "user_id") {
            return Err(wrong(1, "there is no column user_id".to_owned()));
        }
        let mut people = Self::default();
        for record in reader.records() {
            let record = record.map_err(|error| unreadable(&error))?;
            let line = record.position().map_or(1, ::csv::Position::line);
            let (person, keys) = person(&columns, &record).map_err(|message| wrong(line, message))?;
            people.people.push(person);
            let entry = FileEntry::after(people.entries.last(), line, keys);
            people.entries.push(entry);
        }
        Ok(people)
    }
}

/// The person of a row, and the keys that it gives.
fn person(columns: &[(&str, &str)], record: &StringRecord) -> Result<(NewPerson, BTreeSet<String>), String> {
    let mut person = NewPerson::new(String::new());
    let mut keys = BTreeSet::new();
    for ((column, key), cell) in columns.iter().zip(record) {
        // A password is taken as it is.
        let cell = if *column == "password" { cell } else { cell.trim() };
        if cell.is_empty() {
            continue;
        }
        keys.insert((*key).to_owned());
        let text = cell.to_owned();
        let mail = |role| PersonMail { role, address: text.clone() };
        let phone = |role| PersonPhone { role, number: text.clone() };
        match *column {
            "user_id" => person.user_id = text,
            "name" => person.name = text,
            "password" => person.password = Some(text.into()),
            "password_hash" => person.password_hash = Some(text.into()),
            "enabled" => person.enabled = truth(column, cell)?,
            "locked" => person.locked = truth(column, cell)?,
            "alternate_mail" => person.mails.push(mail(MailRole::Alternate)),
            "authentication_mail" => person.mails.push(mail(MailRole::Authentication)),
            "mobile" => person.phones.push(phone(PhoneRole::Mobile)),
            "authentication_phone" => person.phones.push(phone(PhoneRole::Authentication)),
            "office" => person.phones.push(phone(PhoneRole::Office)),
            _ if cell == "-" => {}
            _ => person.groups = cell.split(BETWEEN_GROUPS).map(|group| group.trim().to_owned()).collect(),
        }
    }
    Ok((person, keys))
}

fn truth(column: &str, cell: &str) -> Result<bool, String> {
    match cell.to_lowercase().as_str() {
        "true" | "yes" | "1" => Ok(true),
        "false" | "no" | "0" => Ok(false),
        _ => Err(format!("{column}: must be true or false")),
    }
}

fn wrong(line: u64, message: String) -> PeopleError {
    PeopleError::Wrong { file: String::new(), line, message }
}

/// The fault in the form of a file; no part of it is shown.
fn unreadable(error: &::csv::Error) -> PeopleError {
    let line = error.position().map_or(1, ::csv::Position::line);
    let message = match error.kind() {
        ::csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
            format!("has {len} cells, where the first row has {expected_len}")
        }
        ::csv::ErrorKind::Utf8 { .. } => "is no UTF-8".to_owned(),
        _ => "cannot be read as CSV".to_owned(),
    };
    wrong(line, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_a_person() {
        let text = "\u{feff}User_ID,name,password,enabled,locked,alternate_mail,mobile,office,groups\r\n\
                    ada,\"Lovelace, Ada\", pass word ,no,1,ada@home.example,+1 425 555 0101,+1 425 555 0102,a| b \r\n\
                    alan,Alan,,,,,,,\r\n";
        let people = People::from_csv(text).expect("reads");
        let [ada, alan] = &people.people[..] else { panic!("two people") };
        assert_eq!(
            (ada.user_id.as_str(), ada.name.as_str(), ada.enabled, ada.locked),
            ("ada", "Lovelace, Ada", false, true)
        );
        assert_eq!(
            (ada.mails.len(), ada.phones.len(), ada.groups.as_slice()),
            (1, 2, &["a".to_owned(), "b".into()][..])
        );
        assert!(alan.enabled && alan.password.is_none() && alan.mails.is_empty());
        assert!(people.gives(0, "phones") && !people.gives(1, "phones") && people.gives(1, "name"));
        assert_eq!((people.place(0), people.place(1)), ("line 2".to_owned(), "line 3".to_owned()));
        assert_eq!(ada.password, Some(" pass word ".into()));
        assert_eq!(People::from_csv("user_id;name\nada;A\n").expect("reads").people[0].name, "A");
    }

    #[test]
    fn a_fault_names_its_line_and_shows_no_password() {
        for (text, expected) in [
            ("user_id,passwort\nada,hunter2\n", "line 1 of the list of people: there is no column \"passwort\""),
            ("name\nAda\n", "line 1 of the list of people: there is no column user_id"),
            ("user_id,name,name\nada,A,B\n", "line 1 of the list of people: the column name is there twice"),
            ("user_id,password\nada,a\nbob,hunter2,b\n", "line 3 of the list of people: has 3 cells"),
            (
                "user_id,enabled\n\"a\nb\",yes\nada,hunter2\n",
                "line 4 of the list of people: enabled: must be true or false",
            ),
        ] {
            let error = People::from_csv(text).expect_err("is refused").to_string();
            assert!(error.starts_with(expected) && !error.contains("hunter2"), "{error}");
        }
    }
}
