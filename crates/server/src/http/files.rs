//! The built widget: static files, held in memory, that any page of any origin may load.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
};

use axum::{
    Router,
    body::Body,
    extract::Request,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    middleware::map_response,
    response::Response,
    routing::get,
};

use super::{
    asset::{Asset, Coding},
    cors::asked_headers,
};

/// For files whose name changes with their content.
const IMMUTABLE: &str = "public, max-age=31536000, immutable";

/// For files whose name stays: sign-in pages name `regain.js` and get a new one within five minutes.
const SHORT: &str = "public, max-age=300";

/// The file without which there is no widget.
const LOADER: &str = "regain.js";

/// The files of the built widget.
#[derive(Debug, Clone)]
pub struct Files(BTreeMap<String, Arc<Asset>>);

/// Why the built widget cannot be served.
#[derive(Debug, thiserror::Error)]
pub enum FilesError {
    /// The folder cannot be read.
    #[error("server.widget_dir: cannot read {path}: {source}. `cargo xtask dist` builds it.")]
    Unreadable {
        /// The folder or the file in it.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The folder holds something else.
    #[error(
        "server.widget_dir: there is no {LOADER} in {0}, so it is not the built widget. `cargo xtask dist` builds it."
    )]
    NotTheWidget(PathBuf),
}

// `BUILT_IN`: the files that the build put into the program, if any.
include!(concat!(env!("OUT_DIR"), "/widget.rs"));

impl Files {
    /// Reads the folder of the built widget into memory.
    pub fn load(folder: &Path) -> Result<Self, FilesError> {
        let unreadable = |path: &Path| {
            let path = path.to_owned();
            move |source| FilesError::Unreadable { path, source }
        };
        let mut files = Vec::new();
        for entry in fs::read_dir(folder).map_err(unreadable(folder))? {
            let path = entry.map_err(unreadable(folder))?.path();
            let Some(name) = path.file_name().and_then(|name| name.to_str()).map(str::to_owned) else { continue };
            if coding_of(&name).is_some() || content_type(&name).is_some() {
                files.push((name, fs::read(&path).map_err(unreadable(&path))?));
            }
        }
        Self::of(files).ok_or_else(|| FilesError::NotTheWidget(folder.to_owned()))
    }

    /// The widget that is in the program; `None` in a program that was built without one.
    pub fn built_in() -> Option<Self> {
        Self::of(BUILT_IN.iter().map(|&(name, bytes)| (name.to_owned(), bytes.to_vec())))
    }

    /// The files with their compressed copies; `None` where the loader is not among them.
    fn of(files: impl IntoIterator<Item = (String, Vec<u8>)>) -> Option<Self> {
        let mut plain = BTreeMap::new();
        let mut compressed = Vec::new();
        for (name, bytes) in files {
            if let Some((name, coding)) = coding_of(&name) {
                compressed.push((name.to_owned(), coding, bytes));
            } else if let Some(content_type) = content_type(&name) {
                let cache_control = if is_named_by_content(&name) { IMMUTABLE } else { SHORT };
                plain.insert(name, Asset::new(content_type, cache_control, bytes));
            }
        }
        for (name, coding, bytes) in compressed {
            if let Some(asset) = plain.get_mut(&name) {
                asset.add(coding, bytes);
            }
        }
        let files = plain.into_iter().map(|(name, asset)| (name, Arc::new(asset))).collect::<BTreeMap<_, _>>();
        files.contains_key(LOADER).then_some(Self(files))
    }
}

/// The file that a compressed one is a copy of, by its name.
fn coding_of(name: &str) -> Option<(&str, Coding)> {
    [(".br", Coding::Brotli), (".gz", Coding::Gzip)]
        .into_iter()
        .find_map(|(suffix, coding)| Some((name.strip_suffix(suffix)?, coding)))
}

/// Serves the files at the root, where the loader looks for what is beside it.
pub fn routes(files: &Files) -> Router {
    let mut router = Router::new();
    for (name, asset) in &files.0 {
        let asset = Arc::clone(asset);
        router = router.route(
            &format!("/{name}"),
            get(move |headers: HeaderMap| async move { asset.respond(&headers) }).options(preflight),
        );
    }
    router.layer(map_response(for_every_origin))
}

/// Answers preflights of pages that put headers of their own on every request, as monitoring does.
async fn preflight(request: Request) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    let headers = response.headers_mut();
    headers.insert(header::ALLOW, HeaderValue::from_static("GET, HEAD, OPTIONS"));
    if let Some(asked) = asked_headers(&request) {
        headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET, HEAD"));
        headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, asked);
        headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("86400"));
        headers.insert(header::VARY, HeaderValue::from_static("Access-Control-Request-Headers"));
    }
    response
}

/// The files are public and say nothing about whoever loads them. Pages of other origins load them as
/// modules and with `integrity`, both of which ask for CORS.
async fn for_every_origin(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    super::headers::for_every_page(headers);
    response
}

/// Content type of a file of the widget; `None` for what is no part of it.
fn content_type(name: &str) -> Option<&'static str> {
    Some(match Path::new(name).extension()?.to_str()? {
        "js" => "text/javascript; charset=utf-8",
        "wasm" => "application/wasm",
        "css" => "text/css; charset=utf-8",
        "json" => "application/json",
        // The texts of a language.
        "txt" if is_named_by_content(name) => "text/plain; charset=utf-8",
        "svg" => "image/svg+xml",
        _ => return None,
    })
}

/// Tells if a file's name holds a version or a hash: `regain-1a2b3c_bg.wasm`, not `regain.js`.
fn is_named_by_content(name: &str) -> bool {
    name.starts_with("regain-")
}

#[cfg(test)]
mod tests {
    use axum::{
        body::{Body, to_bytes},
        http::{Request, StatusCode},
    };
    use tempfile::TempDir;
    use tower::ServiceExt as _;

    use super::*;

    const WASM: &str = "regain-1a2b3c_bg.wasm";

    fn dist() -> TempDir {
        let folder = tempfile::tempdir().expect("a folder");
        for (name, content) in [
            ("regain.js", "loader"),
            ("regain.js.br", "loader, small"),
            ("regain-0.1.0.js", "loader"),
            ("regain-1a2b3c.js", "glue"),
            (WASM, "\0asm"),
            ("regain-1a2b3c_bg.wasm.br", "asm, small"),
            ("regain-1a2b3c_bg.wasm.gz", "asm, smaller"),
            ("regain-1a2b3c.css", "css"),
            ("integrity.json", "{}"),
            ("notes.txt", "not for the public"),
            ("gone.js.br", "a copy of nothing"),
        ] {
            fs::write(folder.path().join(name), content).expect("writes");
        }
        fs::create_dir(folder.path().join("folder.js.d")).expect("makes");
        folder
    }

    async fn ask(method: &str, path: &str, name: &str, value: &str) -> Response {
        let router = routes(&Files::load(dist().path()).expect("loads"));
        let request = Request::builder().method(method).uri(path).header(name, value).body(Body::empty());
        router.oneshot(request.expect("a request")).await.expect("answers")
    }

    async fn text(response: Response) -> String {
        String::from_utf8(to_bytes(response.into_body(), 1000).await.expect("has a body").into()).expect("text")
    }

    #[tokio::test]
    async fn each_file_has_its_type_and_its_time() {
        for (path, content_type, cache_control) in [
            ("/regain.js", "text/javascript; charset=utf-8", SHORT),
            ("/regain-0.1.0.js", "text/javascript; charset=utf-8", IMMUTABLE),
            ("/regain-1a2b3c.js", "text/javascript; charset=utf-8", IMMUTABLE),
            ("/regain-1a2b3c_bg.wasm", "application/wasm", IMMUTABLE),
            ("/regain-1a2b3c.css", "text/css; charset=utf-8", IMMUTABLE),
            ("/integrity.json", "application/json", SHORT),
        ] {
            let response = ask("GET", path, "accept", "*/*").await;
            assert_eq!(response.status(), StatusCode::OK, "{path}");
            let headers = response.headers();
            assert_eq!(headers[header::CONTENT_TYPE], content_type, "{path}");
            assert_eq!(headers[header::CACHE_CONTROL], cache_control, "{path}");
            assert_eq!(headers[header::ACCESS_CONTROL_ALLOW_ORIGIN], "*", "{path}");
            assert_eq!(headers["cross-origin-resource-policy"], "cross-origin", "{path}");
            assert_eq!(headers[header::X_CONTENT_TYPE_OPTIONS], "nosniff", "{path}");
        }
    }

    #[tokio::test]
    async fn compressed_copies_are_no_files_of_their_own() {
        for path in ["/regain.js.br", "/notes.txt", "/gone.js", "/gone.js.br", "/", "/../regain.js", "/regain.js/"] {
            assert_eq!(ask("GET", path, "accept", "*/*").await.status(), StatusCode::NOT_FOUND, "{path}");
        }
        let response = ask("GET", &format!("/{WASM}"), "accept-encoding", "gzip, br").await;
        assert_eq!(response.headers()[header::CONTENT_ENCODING], "br");
        assert_eq!(response.headers()[header::CONTENT_TYPE], "application/wasm");
        assert_eq!(text(response).await, "asm, small");
        let response = ask("GET", "/regain.js", "accept-encoding", "gzip").await;
        assert!(!response.headers().contains_key(header::CONTENT_ENCODING));
        assert_eq!(text(response).await, "loader");
    }

    #[tokio::test]
    async fn a_head_says_the_same_without_the_body() {
        let get = ask("GET", "/regain.js", "accept-encoding", "br").await;
        let head = ask("HEAD", "/regain.js", "accept-encoding", "br").await;
        assert_eq!(head.status(), StatusCode::OK);
        assert_eq!(head.headers(), get.headers());
        assert_eq!(head.headers()[header::CONTENT_LENGTH], "13");
        assert_eq!(text(head).await, "");
        assert_eq!(ask("POST", "/regain.js", "accept", "*/*").await.status(), StatusCode::METHOD_NOT_ALLOWED);
    }

    #[tokio::test]
    async fn b9_a_page_may_put_headers_of_its_own_on_its_requests() {
        let router = routes(&Files::load(dist().path()).expect("loads"));
        let request = Request::builder()
            .method("OPTIONS")
            .uri(format!("/{WASM}"))
            .header("origin", "https://www.example.com")
            .header("access-control-request-method", "GET")
            .header("access-control-request-headers", "traceparent,tracestate");
        let response = router.oneshot(request.body(Body::empty()).expect("a request")).await.expect("answers");
        assert_eq!(response.status(), StatusCode::NO_CONTENT);
        assert_eq!(response.headers()[header::ACCESS_CONTROL_ALLOW_ORIGIN], "*");
        assert_eq!(response.headers()[header::ACCESS_CONTROL_ALLOW_HEADERS], "traceparent,tracestate");
        let plain = ask("OPTIONS", "/regain.js", "accept", "*/*").await;
        assert!(!plain.headers().contains_key(header::ACCESS_CONTROL_ALLOW_HEADERS), "it is no preflight");
    }

    #[tokio::test]
    async fn who_has_it_gets_304_with_the_public_headers() {
        let etag = ask("GET", "/regain.js", "accept", "*/*").await.headers()[header::ETAG].clone();
        let response = ask("GET", "/regain.js", "if-none-match", etag.to_str().expect("text")).await;
        assert_eq!(response.status(), StatusCode::NOT_MODIFIED);
        assert_eq!(response.headers()[header::ACCESS_CONTROL_ALLOW_ORIGIN], "*");
        assert_eq!(text(response).await, "");
    }

    #[test]
    fn a_folder_that_is_not_the_widget_is_named_in_the_error() {
        let folder = tempfile::tempdir().expect("a folder");
        for path in [folder.path().join("missing"), folder.path().to_owned()] {
            let error = Files::load(&path).expect_err("must be refused").to_string();
            assert!(error.contains(path.to_str().expect("text")) && error.contains("cargo xtask dist"), "{error}");
        }
    }
}
