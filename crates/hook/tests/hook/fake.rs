//! A hook that answers as a test says, over plain TCP or TLS, and remembers the requests that it got.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use regain_hook::{Hook, OpenError, Settings};
use regain_ports::{OsRng, SystemClock};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _},
    net::TcpListener,
};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        ServerConfig, crypto,
        pki_types::{PrivateKeyDer, pem::PemObject as _},
    },
};

use crate::reference::{KEY, ROOTS};

/// A request as it came.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    pub(crate) line: String,
    pub(crate) head: BTreeMap<String, String>,
    pub(crate) body: String,
}

/// An answer of a hook.
#[derive(Debug, Clone)]
pub(crate) enum Answer {
    /// A status with a body.
    Status(u16, String),
    /// A status with a line of its head.
    Head(u16, &'static str),
    /// A body of so many bytes.
    Huge(usize),
    /// Nothing, with the connection open.
    Silence,
    /// Nothing, with the connection closed.
    Closed,
    /// The beginning of a reply, and no more.
    CutOff,
}

impl Answer {
    pub(crate) fn json(value: &Value) -> Self {
        Self::Status(200, value.to_string())
    }

    fn bytes(&self) -> Option<Vec<u8>> {
        let with = |status: u16, head: &str, body: &str| {
            let length = body.len();
            format!("HTTP/1.1 {status} Some\r\ncontent-length: {length}\r\n{head}connection: close\r\n\r\n{body}")
                .into_bytes()
        };
        match self {
            Self::Status(status, body) => Some(with(*status, "", body)),
            Self::Head(status, line) => Some(with(*status, &format!("{line}\r\n"), "{}")),
            Self::Huge(length) => Some(with(200, "", &"x".repeat(*length))),
            Self::CutOff => Some(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"result\":".to_vec()),
            Self::Silence | Self::Closed => None,
        }
    }
}

/// Says what is answered to a request, of which so many came before for the same path.
type Script = dyn Fn(&Request, usize) -> Answer + Send + Sync;

/// The hook.
pub(crate) struct Fake {
    pub(crate) port: u16,
    folder: TempDir,
    requests: Arc<Mutex<Vec<Request>>>,
    is_tls: bool,
}

impl Fake {
    /// One with all abilities, which answers all else as a script says.
    pub(crate) async fn with_abilities(script: impl Fn(&Request, usize) -> Answer + Send + Sync + 'static) -> Self {
        Self::start(
            move |request, former| {
                if request.line.starts_with("GET") { Answer::json(&about()) } else { script(request, former) }
            },
        )
        .await
    }

    /// One that answers as a script says.
    pub(crate) async fn start(script: impl Fn(&Request, usize) -> Answer + Send + Sync + 'static) -> Self {
        Self::serve(None, Arc::new(script)).await
    }

    /// One with a certificate for `localhost` by an authority of its own, which `ca` is the file of.
    pub(crate) async fn with_tls(script: impl Fn(&Request, usize) -> Answer + Send + Sync + 'static) -> Self {
        let mut params = CertificateParams::new(Vec::new()).expect("no names");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().expect("a key");
        let pem = params.self_signed(&key).expect("signs").pem();
        let issuer = Issuer::new(params, key);
        let key = KeyPair::generate().expect("a key");
        let params = CertificateParams::new(["localhost".to_owned()]).expect("a name");
        let certificate = params.signed_by(&key, &issuer).expect("signs").der().clone();
        let key = PrivateKeyDer::from_pem_slice(key.serialize_pem().as_bytes()).expect("is PEM");
        let config = ServerConfig::builder_with_provider(Arc::new(crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("has versions")
            .with_no_client_auth()
            .with_single_cert(vec![certificate], key)
            .expect("fits together");
        let fake = Self::serve(Some(TlsAcceptor::from(Arc::new(config))), Arc::new(script)).await;
        std::fs::write(fake.folder.path().join("ca.pem"), pem).expect("writes");
        fake
    }

    async fn serve(tls: Option<TlsAcceptor>, script: Arc<Script>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("key"), KEY).expect("writes");
        let requests: Arc<Mutex<Vec<Request>>> = Arc::default();
        let (log, is_tls) = (Arc::clone(&requests), tls.is_some());
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (tls, script, log) = (tls.clone(), Arc::clone(&script), Arc::clone(&log));
                tokio::spawn(async move {
                    match tls {
                        None => answer(stream, &*script, &log).await,
                        Some(tls) => answer(tls.accept(stream).await.ok()?, &*script, &log).await,
                    }
                });
            }
        });
        Self { port, folder, requests, is_tls }
    }

    pub(crate) fn settings(&self) -> Settings {
        let folder = self.folder.path();
        let url = if self.is_tls {
            format!("https://localhost:{}", self.port)
        } else {
            format!("http://127.0.0.1:{}", self.port)
        };
        Settings {
            url,
            key_file: folder.join("key"),
            next_key_file: None,
            ca_file: self.is_tls.then(|| folder.join("ca.pem")),
        }
    }

    pub(crate) async fn open(&self) -> Hook {
        opened(self.settings()).await.expect("answers")
    }

    /// The requests so far, but for those for abilities.
    pub(crate) fn requests(&self) -> Vec<Request> {
        let all = self.requests.lock().expect("not poisoned");
        all.iter().filter(|request| request.line.starts_with("POST")).cloned().collect()
    }
}

pub(crate) async fn opened(settings: Settings) -> Result<Hook, OpenError> {
    Hook::open(settings, &ROOTS, Arc::new(SystemClock), Arc::new(OsRng)).await
}

/// All abilities.
pub(crate) fn about() -> Value {
    json!({ "version": 1, "abilities": {
        "sign_in": true, "unlock": true, "owns_alternate": true, "owns_mobile": true, "people": true,
    } })
}

/// An account that nothing is wrong with.
pub(crate) fn ada() -> Value {
    json!({
        "id": "4711", "user_id": "Ada@Example.com", "display_name": "Ada", "enabled": true, "locked": false,
        "has_password": true,
    })
}

/// Reads one request and answers it.
async fn answer<S: AsyncRead + AsyncWrite + Unpin>(
    mut stream: S,
    script: &Script,
    log: &Mutex<Vec<Request>>,
) -> Option<()> {
    let mut bytes = Vec::new();
    let end = loop {
        let mut chunk = [0; 4096];
        let read = stream.read(&mut chunk).await.ok().filter(|read| *read > 0)?;
        bytes.extend_from_slice(&chunk[..read]);
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break end + 4;
        }
    };
    let text = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let mut lines = text.lines();
    let line = lines.next()?.to_owned();
    let head: BTreeMap<_, _> = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
        .collect();
    let length: usize = head.get("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    while bytes.len() < end + length {
        let mut chunk = [0; 4096];
        let read = stream.read(&mut chunk).await.ok().filter(|read| *read > 0)?;
        bytes.extend_from_slice(&chunk[..read]);
    }
    let request = Request { line, head, body: String::from_utf8_lossy(&bytes[end..]).into_owned() };
    let former = {
        let mut log = log.lock().expect("not poisoned");
        let former = log.iter().filter(|one| one.line == request.line).count();
        log.push(request.clone());
        former
    };
    let answer = script(&request, former);
    match answer.bytes() {
        Some(bytes) => {
            stream.write_all(&bytes).await.ok()?;
            if matches!(answer, Answer::CutOff) {
                return None;
            }
            stream.shutdown().await.ok()
        }
        None if matches!(answer, Answer::Silence) => std::future::pending().await,
        None => None,
    }
}

/// A counter that scripts share.
#[derive(Default, Clone)]
pub(crate) struct Counter(Arc<AtomicUsize>);

impl Counter {
    pub(crate) fn add(&self) -> usize {
        self.0.fetch_add(1, Ordering::SeqCst)
    }

    pub(crate) fn get(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }
}
