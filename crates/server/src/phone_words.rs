//! The words for the phone are the catalogue's.

pub(crate) use crate::mails::*;
