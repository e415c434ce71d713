//! A web team's own server, with the page that the widget is put into: an origin of its own.

use std::{
    env, fs,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
    time::Duration,
};

use anyhow::{Context as _, Result};
use axum::{
    Router,
    body::Body,
    extract::State,
    http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode, Uri, header},
};
use tokio::net::TcpListener;

/// A server for a folder, and for the widget's files under `/regain/`.
pub struct Host {
    origin: String,
    site: Arc<Mutex<Site>>,
}

/// A host's content, headers and delay.
#[derive(Default)]
struct Site {
    folder: PathBuf,
    words: Vec<(String, String)>,
    headers: Vec<(HeaderName, HeaderValue)>,
    delay: Duration,
    /// The path of a file, and the script that is served in its place from its second request on.
    second: Option<(String, String)>,
    asked: Vec<String>,
}

impl Host {
    /// Listens on a free port. It serves nothing yet.
    pub async fn start() -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let origin = format!("http://{}", listener.local_addr()?);
        let site = Arc::new(Mutex::new(Site::default()));
        let router = Router::new().fallback(serve).with_state(Arc::clone(&site));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Ok(Self { origin, site })
    }

    /// Its origin, as browsers write it.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Serves the folder from now on, with these replacements in its pages and scripts and these headers with
    /// everything. Where it has a `regain/` of its own, that is served as it is.
    pub fn serves(&self, folder: &Path, words: &[(&str, &str)], headers: &[(&str, &str)]) -> Result<()> {
        let mut site = self.site.lock().expect("no test fails while it has this");
        folder.clone_into(&mut site.folder);
        site.words = words.iter().map(|(from, to)| ((*from).to_owned(), (*to).to_owned())).collect();
        site.headers = Vec::new();
        for (name, value) in headers {
            site.headers.push((name.parse()?, value.parse()?));
        }
        Ok(())
    }

    /// Serves another script in place of this file of the widget, from its second request on.
    pub fn serves_second(&self, name: &str, script: &str) {
        let mut site = self.site.lock().expect("no test fails while it has this");
        site.second = Some((format!("/regain/{name}"), script.to_owned()));
    }

    /// Number of requests for a path.
    pub fn requests_for(&self, path: &str) -> usize {
        let site = self.site.lock().expect("no test fails while it has this");
        site.asked.iter().filter(|asked| *asked == path).count()
    }

    /// Lets everything wait so long.
    pub fn is_slow(&self, delay: Duration) {
        self.site.lock().expect("no test fails while it has this").delay = delay;
    }
}

async fn serve(State(site): State<Arc<Mutex<Site>>>, uri: Uri, headers: HeaderMap) -> Response<Body> {
    let delay = site.lock().expect("no test fails while it has this").delay;
    tokio::time::sleep(delay).await;
    let mut site = site.lock().expect("no test fails while it has this");
    site.asked.push(uri.path().to_owned());
    let accepted = headers.get(header::ACCEPT_ENCODING).and_then(|it| it.to_str().ok()).unwrap_or_default();
    site.answer(uri.path(), accepted.contains("br")).unwrap_or_else(|_| {
        let mut missing = Response::new(Body::empty());
        *missing.status_mut() = StatusCode::NOT_FOUND;
        missing
    })
}

impl Site {
    /// Answers a request; the widget's files are compressed where the browser takes that.
    fn answer(&self, path: &str, brotli: bool) -> Result<Response<Body>> {
        let name = path.trim_start_matches('/');
        let ours = name.strip_prefix("regain/");
        let mut file = self.folder.join(name);
        if let Some(name) = ours.filter(|_| !self.folder.join("regain").is_dir()) {
            file = PathBuf::from(env::var_os("REGAIN_DIST").context("the built widget")?).join(name);
        }
        if file.is_dir() {
            file.push("index.html");
        }
        let kind = match file.extension().and_then(|it| it.to_str()) {
            Some("html") => "text/html; charset=utf-8",
            // A page that says its charset itself.
            Some("htm") => "text/html",
            Some("js") => "text/javascript",
            Some("css") => "text/css",
            Some("wasm") => "application/wasm",
            Some("json") => "application/json",
            _ => "text/plain; charset=utf-8",
        };
        let mut response = Response::builder()
            .header(header::CONTENT_TYPE, kind)
            .header(header::ACCESS_CONTROL_ALLOW_ORIGIN, "*")
            .body(Body::empty())?;
        let compressed = file.with_added_extension("br");
        let mut bytes = if brotli && ours.is_some() && compressed.is_file() {
            response.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static("br"));
            fs::read(compressed)?
        } else {
            fs::read(&file)?
        };
        if let Some((changed, script)) = &self.second
            && path == changed
            && self.asked.iter().filter(|asked| *asked == path).count() > 1
        {
            bytes = script.clone().into_bytes();
            response.headers_mut().remove(header::CONTENT_ENCODING);
        }
        if ours.is_none() && (kind.starts_with("text/html") || kind == "text/javascript") {
            let mut text = String::from_utf8(bytes)?;
            for (from, to) in &self.words {
                text = text.replace(from, to);
            }
            bytes = text.into_bytes();
        }
        *response.body_mut() = Body::from(bytes);
        response.headers_mut().extend(self.headers.iter().cloned());
        Ok(response)
    }
}
