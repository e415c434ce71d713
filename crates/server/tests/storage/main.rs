//! The program over its files: a full disk, a kill, backups, and what is left behind.

mod backup;
mod client;
mod full_disk;
mod kills;
mod program;
mod smtp_sink;
