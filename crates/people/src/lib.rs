//! Lists of people, as TOML and CSV files have them: read, checked as a whole, and turned into what a directory keeps.

mod check;
mod csv;
mod list;
mod registrations;

pub use check::{Checked, ListError};
pub use list::{MailRole, NewPerson, People, PeopleError, PersonMail, PersonPhone, PersonQuestion, PhoneRole};
pub use registrations::ListedRegistrations;
