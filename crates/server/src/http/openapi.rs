//! The contract as `OpenAPI`.

/// The document.
pub fn document() -> String {
    String::new()
}
