//! What is served beside the API: the widget's files, the hosted page, the demo.

mod asset;
pub mod demo;
pub mod files;
pub mod hosted;
mod page;
