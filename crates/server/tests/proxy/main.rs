//! The program behind a real proxy: nginx with TLS, HTTP/2, compression and a path, as `docs/operating.md` says. The tests
//! ask it by curl. `cargo xtask test` installs both, and the other proxies that are documented.

mod documented;

use std::{
    fs,
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use regain_free_port::free_port;
use serde_json::Value;
use tempfile::TempDir;

/// The path below which people reach the server.
const BELOW: &str = "/account/recovery";

/// The folders of proxies, some of which Debian keeps off the path.
const PATH: &str = "/usr/sbin:/usr/local/sbin:/usr/bin:/bin:/opt/homebrew/bin";

/// A program that ends with this value.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The server and the proxy in front of it.
struct Site {
    folder: TempDir,
    port: u16,
    _programs: [Running; 2],
}

/// The server's configuration behind a proxy on this machine.
fn configuration(public_url: &str, captcha: &str) -> String {
    format!(
        r#"
        [server]
        listen = "127.0.0.1:0"
        public_url = "{public_url}"
        trusted_proxies = ["127.0.0.1"]
        key_file = "server.key"
        widget_dir = "dist"
        [organisation]
        name = "Contoso"
        [mail]
        host = "mail.example.com"
        from = "help@example.com"
        [captcha]
        kind = "{captcha}"
        [limits]
        flows_per_client = 3
        "#
    )
}

/// An answer that came through the proxy.
struct Answer {
    /// The status line and the headers, in lower case.
    head: String,
    body: String,
}

impl Site {
    /// With a proxy that takes the path off, or leaves it on.
    fn start(takes_path_off: bool) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let port = free_port().expect("a port");
        let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).expect("writes");
        fs::create_dir(folder.path().join("dist")).expect("makes a folder");
        write("dist/regain.js", "/* the loader */");
        write("regain.toml", &configuration(&format!("https://localhost:{port}{BELOW}"), "image"));
        let (server, address) = server(folder.path());
        let key = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate");
        write("site.pem", &key.cert.pem());
        write("site.key", &key.signing_key.serialize_pem());
        let slash = if takes_path_off { "/" } else { "" };
        write("nginx.conf", &nginx(folder.path(), port, &format!("http://{address}{slash}")));
        let proxy = Command::new("nginx")
            .args(["-e", "stderr", "-c"])
            .arg(folder.path().join("nginx.conf"))
            .env("PATH", PATH)
            .stdin(Stdio::null())
            .spawn()
            .expect("nginx: `cargo xtask test` installs it");
        let site = Self { folder, port, _programs: [Running(proxy), server] };
        let begun = Instant::now();
        while !site.curl(&["-o", "/dev/null"], "/").2 {
            assert!(begun.elapsed() < Duration::from_secs(10), "nginx does not answer");
        }
        site
    }

    /// Asks by curl; returns what it says, and whether it was answered.
    fn curl(&self, arguments: &[&str], path: &str) -> (String, String, bool) {
        let output = Command::new("curl")
            .args(["--silent", "--show-error", "--http2", "--compressed", "--max-time", "10", "--cacert"])
            .arg(self.folder.path().join("site.pem"))
            .args(["--dump-header", "-", "--output", "-"])
            .args(arguments)
            .arg(self.address(path))
            .output()
            .expect("curl: `cargo xtask test` installs it");
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        let (head, body) = said.split_once("\r\n\r\n").unwrap_or((&said, ""));
        (head.to_lowercase(), body.to_owned(), output.status.success())
    }

    /// An address of the host.
    fn address(&self, path: &str) -> String {
        if path.starts_with("https://") { path.to_owned() } else { format!("https://localhost:{}{path}", self.port) }
    }

    fn ask(&self, arguments: &[&str], path: &str) -> Answer {
        let (head, body, answered) = self.curl(arguments, path);
        assert!(answered, "{path}: {head}{body}");
        assert!(head.starts_with("http/2 "), "{path}: {head}");
        Answer { head, body }
    }
}

impl Answer {
    #[track_caller]
    fn is(self, status: u16) -> Self {
        assert!(self.head.starts_with(&format!("http/2 {status}")), "{}\n{}", self.head, self.body);
        self
    }

    fn header(&self, name: &str) -> &str {
        let mut lines = self.head.lines().filter_map(|line| line.split_once(": "));
        lines.find(|(found, _)| *found == name).map_or("", |(_, value)| value)
    }

    fn json(&self) -> Value {
        serde_json::from_str(&self.body).expect("JSON")
    }
}

/// Starts the program; returns it with the address that it listens on.
fn server(folder: &Path) -> (Running, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_regain-server"))
        .arg("--config")
        .arg(folder.join("regain.toml"))
        .env_remove("RUST_LOG")
        .stdin(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("starts");
    let log = BufReader::new(child.stderr.take().expect("a pipe"));
    let running = Running(child);
    let mut lines = log.lines().map(|line| line.expect("reads"));
    let line = lines.find(|line| line.contains("listening")).expect("it listens");
    let address = line.split_once("local=").and_then(|(_, rest)| rest.split_whitespace().next()).expect("an address");
    // A pipe that nobody reads would end it.
    std::thread::spawn(move || lines.for_each(drop));
    (running, address.to_owned())
}

/// The documented configuration, and what nginx needs to run in a folder.
fn nginx(folder: &Path, port: u16, server: &str) -> String {
    let folder = folder.display();
    format!(
        r"
        daemon off;
        master_process off;
        pid {folder}/nginx.pid;
        error_log stderr;
        events {{}}
        http {{
            access_log off;
            client_body_temp_path {folder}/body;
            proxy_temp_path {folder}/proxy;
            fastcgi_temp_path {folder}/fastcgi;
            uwsgi_temp_path {folder}/uwsgi;
            scgi_temp_path {folder}/scgi;
            gzip on;
            gzip_proxied any;
            gzip_min_length 0;
            gzip_types application/json text/css text/javascript;
            server {{
                listen 127.0.0.1:{port} ssl http2;
                server_name localhost;
                ssl_certificate {folder}/site.pem;
                ssl_certificate_key {folder}/site.key;
                location {BELOW}/ {{
                    proxy_pass {server};
                    proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
                }}
                location = /.well-known/change-password {{
                    return 302 {BELOW}/change;
                }}
            }}
        }}
        "
    )
}

/// Resolves an address of a page.
fn joined(page: &str, address: &str) -> String {
    url::Url::parse(page).and_then(|page| page.join(address)).expect("an address").into()
}

#[test]
fn a6_everything_works_below_a_path_behind_nginx_with_http2_and_compression() {
    for takes_path_off in [true, false] {
        let site = Site::start(takes_path_off);
        let browser = ["-H", "Accept: text/html"];

        // A page, all that it names, and the ways to it.
        let address = site.address(&format!("{BELOW}/reset"));
        let page = site.ask(&browser, &address).is(200);
        assert_eq!(page.header("content-encoding"), "gzip");
        for (name, kind) in [("regain.js", "text/javascript"), ("regain-page.css", "text/css")] {
            assert!(page.body.contains(&format!(r#""{name}""#)), "{}", page.body);
            let file = site.ask(&[], &joined(&address, name)).is(200);
            assert!(file.header("content-type").starts_with(kind), "{}", file.head);
        }
        let slash = site.ask(&browser, &format!("{BELOW}/reset/")).is(308);
        assert_eq!(joined(&site.address(&format!("{BELOW}/reset/")), slash.header("location")), address);
        let nowhere = site.address(&format!("{BELOW}/reset/nowhere"));
        let missing = site.ask(&browser, &nowhere).is(404);
        let style = missing.body.split('"').find(|part| part.ends_with("regain-page.css")).expect("a stylesheet");
        site.ask(&[], &joined(&nowhere, style)).is(200);
        let change = site.ask(&browser, "/.well-known/change-password").is(302);
        site.ask(&browser, &joined(&site.address("/.well-known/"), change.header("location"))).is(200);

        // The API where the page's script is: a flow, its address, its picture spoken, the document.
        let api = joined(&address, ".");
        let begin = ["-H", "Content-Type: application/json", "-d", r#"{"kind":"reset"}"#];
        let begun = site.ask(&begin, &format!("{api}v1/flows")).is(201);
        let flow = begun.json();
        let token = format!("Authorization: Bearer {}", flow["token"].as_str().expect("a token"));
        let location = joined(&api, begun.header("location"));
        assert!(begun.header("location").starts_with(BELOW));
        // Headers were folded to lower case; ids have capitals.
        let id = flow["flow"]["id"].as_str().expect("an id");
        assert_eq!(location, format!("{api}v1/flows/{id}").to_lowercase());
        site.ask(&["-H", &token], &format!("{api}v1/flows/{id}")).is(200);
        let audio = flow["flow"]["step"]["captcha"]["audio"].as_str().expect("an address");
        let part = site.ask(&["-r", "0-1"], audio).is(206);
        assert_eq!(part.header("cross-origin-resource-policy"), "cross-origin");
        let document = site.ask(&[], &format!("{api}openapi.json")).is(200).json();
        assert_eq!(document["servers"][0]["url"], BELOW);
        assert_eq!(site.ask(&[], &format!("{api}v1/config")).is(200).header("content-encoding"), "gzip");

        // Limits count by what the proxy says, and not by what its client says of itself. The client is at another
        // address than the proxy, which is trusted.
        for (number, status) in [(1, 201), (2, 201), (3, 201), (4, 429)] {
            let forged = format!("X-Forwarded-For: 192.0.2.{number}");
            let client = ["--interface", "127.0.0.2", "-H", &forged];
            site.ask(&[&begin[..], &client].concat(), &format!("{api}v1/flows")).is(status);
        }

        // The site beside it is another's.
        site.ask(&[], "/v1/config").is(404);
    }
}
