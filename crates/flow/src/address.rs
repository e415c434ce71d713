//! Addresses that the server sends for links.

/// Tells if an address leads to a page, and not to a script. Browsers take `\` for `/` and drop tabs and line ends, so
/// one with any of these is none.
pub(crate) fn is_page(url: &str) -> bool {
    let own = url.starts_with('/') && !url.starts_with("//");
    (own || url.starts_with("https://") || url.starts_with("http://"))
        && url.bytes().all(|byte| byte > b' ' && byte != b'\\')
}
