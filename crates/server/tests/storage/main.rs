//! The program over its files: a full disk, a kill, backups, and what is left behind.

#![allow(dead_code)]

mod client;
mod full_disk;
mod program;
mod smtp_sink;
