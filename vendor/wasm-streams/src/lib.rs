//! Stands in for `wasm-streams`, which `leptos` brings along through `server_fn`.
//!
//! The real one exports classes to JavaScript, and what is exported cannot be left out by the
//! linker: some 5 kB (brotli) of the widget for streaming server functions, which the widget does
//! not have. This one has what `server_fn` needs in order to compile, and streams nothing.

use futures_util::stream::{Empty, empty};
use wasm_bindgen::JsValue;

/// A stream of the browser's that carries nothing.
#[derive(Debug)]
pub struct ReadableStream(web_sys::ReadableStream);

impl ReadableStream {
    /// Takes the browser's stream.
    pub fn from_raw(raw: web_sys::ReadableStream) -> Self {
        Self(raw)
    }

    /// Takes a Rust stream, of which nothing will be read.
    ///
    /// # Panics
    /// Where the browser has no streams.
    pub fn from_stream<S>(_: S) -> Self {
        Self(web_sys::ReadableStream::new().expect("browsers have streams"))
    }

    /// Gives the browser's stream back.
    pub fn into_raw(self) -> web_sys::ReadableStream {
        self.0
    }

    /// A Rust stream that ends at once.
    pub fn into_stream(self) -> Empty<Result<JsValue, JsValue>> {
        empty()
    }
}
