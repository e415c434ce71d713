//! The API in process: the real store and the real directory on a temporary file, a clock that is
//! moved, and the queue in place of a mailbox.

mod world;

mod reset;
