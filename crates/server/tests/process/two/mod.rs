//! Two processes on one database, a file or PostgreSQL.

mod counted_once;
mod database;
mod killed_at_each_step;
mod killed_at_random;
mod killed_while_sending;
mod pair;
mod people;
mod walk;
