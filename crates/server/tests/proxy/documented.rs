//! The configurations in `packaging/proxies`, each run by the proxy that it is for, with TLS, in front of the program. Only
//! addresses, ports and certificates are others than in the files.

use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use regain_free_port::free_port;
use tempfile::TempDir;

use crate::{Running, server};

/// A kind of proxy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Nginx,
    Apache,
    HaProxy,
    Caddy,
}

/// The servers behind it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Behind {
    /// One server, at the root of a host of its own.
    Host,
    /// One server, below a path of another site.
    Path,
    /// Two servers.
    Servers,
}

impl Behind {
    const fn host(self) -> &'static str {
        if matches!(self, Self::Path) { "www.example.com" } else { "recover.example.com" }
    }

    const fn path(self) -> &'static str {
        if matches!(self, Self::Path) { "/account/recovery" } else { "" }
    }
}

/// The ports of a proxy: with TLS, and without.
#[derive(Clone, Copy)]
struct Ports {
    tls: u16,
    plain: u16,
}

impl Ports {
    fn free() -> Self {
        Self { tls: free_port().expect("a port"), plain: free_port().expect("a port") }
    }
}

/// A file with some of its words replaced, each of which it has.
fn replaced(mut text: String, words: &[(&str, String)]) -> String {
    for (from, to) in words {
        assert!(text.contains(from), "{from} is not in\n{text}");
        text = text.replace(from, to);
    }
    text
}

impl Kind {
    /// The proxy's own configuration with a file of ours in it.
    fn configuration(self, behind: Behind, file: String, folder: &Path, ports: Ports) -> String {
        let (folder, Ports { tls, plain }, host) = (folder.display(), ports, behind.host());
        let (certificate, key) = (format!("{folder}/site.pem"), format!("{folder}/site.key"));
        let of_host = [
            ("/etc/ssl/recover.example.com.pem", certificate.clone()),
            ("/etc/ssl/recover.example.com.key", key.clone()),
        ];
        match (self, behind) {
            (Self::Nginx, Behind::Path) => nginx(
                &format!(
                    "server {{ listen 127.0.0.1:{tls} ssl http2; ssl_certificate {certificate}; \
                 ssl_certificate_key {key}; {file} }}"
                ),
                &folder.to_string(),
            ),
            (Self::Nginx, _) => {
                let listen = [
                    ("listen 443", format!("listen 127.0.0.1:{tls}")),
                    ("listen 80", format!("listen 127.0.0.1:{plain}")),
                ];
                nginx(&replaced(replaced(file, &of_host), &listen), &folder.to_string())
            }
            (Self::Apache, Behind::Path) => apache(
                &format!(
                    "<VirtualHost *:{tls}>\nServerName {host}\nProtocols h2 http/1.1\nSSLEngine on\n\
                 SSLCertificateFile {certificate}\nSSLCertificateKeyFile {key}\n{file}\n</VirtualHost>"
                ),
                &folder.to_string(),
                ports,
            ),
            (Self::Apache, _) => {
                let listen = [("*:80>", format!("*:{plain}>")), ("*:443>", format!("*:{tls}>"))];
                apache(&replaced(replaced(file, &of_host), &listen), &folder.to_string(), ports)
            }
            (Self::HaProxy, _) => {
                let mut words = vec![
                    ("bind :443", format!("bind 127.0.0.1:{tls}")),
                    (
                        if behind == Behind::Path {
                            "/etc/haproxy/www.example.com.pem"
                        } else {
                            "/etc/haproxy/recover.example.com.pem"
                        },
                        format!("{folder}/both.pem"),
                    ),
                ];
                let site = if behind == Behind::Path {
                    "backend site\n    mode http\n    http-request deny deny_status 404\n"
                } else {
                    words.push(("bind :80", format!("bind 127.0.0.1:{plain}")));
                    ""
                };
                format!(
                    "defaults\n    timeout connect 5s\n    timeout client 30s\n    timeout server 30s\n{}\n{site}",
                    replaced(file, &words)
                )
            }
            (Self::Caddy, _) => {
                let name = format!("\n{host} {{");
                let words = [(name.as_str(), format!("\n{host}:{tls} {{\n\ttls {certificate} {key}"))];
                format!("{{\n\tadmin off\n\tauto_https disable_redirects\n}}\n{}", replaced(file, &words))
            }
        }
    }

    /// The command that runs it in the foreground, as one process: what ends it leaves no others behind.
    fn command(self, configuration: &Path) -> Command {
        let (name, arguments): (_, &[&str]) = match self {
            Self::Nginx => ("nginx", &["-e", "stderr", "-c"]),
            Self::Apache => ("apache2", &["-X", "-f"]),
            Self::HaProxy => ("haproxy", &["-db", "-q", "-f"]),
            Self::Caddy => ("caddy", &["run", "--adapter", "caddyfile", "--config"]),
        };
        let mut command = Command::new(name);
        command.args(arguments).arg(configuration).env("PATH", crate::PATH);
        let folder = configuration.parent().expect("lies in a folder");
        command.env("XDG_DATA_HOME", folder).env("XDG_CONFIG_HOME", folder).env("HOME", folder);
        command
    }
}

fn nginx(site: &str, folder: &str) -> String {
    let temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .map(|name| format!("{name}_temp_path {folder}/{name};"))
        .join("\n");
    format!(
        "daemon off;\nmaster_process off;\npid {folder}/nginx.pid;\nerror_log stderr;\nevents {{}}\n\
         http {{\naccess_log off;\n{temporary}\n{site}\n}}\n"
    )
}

/// Apache with the modules that the files' `a2enmod` has, and what these need, beside the usual ones.
fn apache(site: &str, folder: &str, Ports { tls, plain }: Ports) -> String {
    let modules = [
        "mpm_event",
        "authz_core",
        "alias",
        "socache_shmcb",
        "ssl",
        "http2",
        "proxy",
        "proxy_http",
        "slotmem_shm",
        "proxy_balancer",
        "lbmethod_byrequests",
        "proxy_hcheck",
    ]
    .map(|name| format!("LoadModule {name}_module /usr/lib/apache2/modules/mod_{name}.so"))
    .join("\n");
    format!(
        "ServerRoot {folder}\nServerName localhost\nPidFile {folder}/apache.pid\nDefaultRuntimeDir {folder}\n\
         ErrorLog {folder}/apache.log\nUser nobody\nGroup nogroup\n{modules}\nMutex pthread\n\
         Listen 127.0.0.1:{tls} https\nListen 127.0.0.1:{plain}\n{site}\n"
    )
}

/// Servers behind a proxy.
struct Site {
    folder: TempDir,
    behind: Behind,
    ports: Ports,
    servers: Vec<Running>,
    _proxy: Running,
}

impl Site {
    fn start(proxy: Kind, behind: Behind, file: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let ports = Ports::free();
        let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).expect("writes");
        let key = rcgen::generate_simple_self_signed([behind.host().to_owned()]).expect("a certificate");
        write("site.pem", &key.cert.pem());
        write("site.key", &key.signing_key.serialize_pem());
        write("both.pem", &(key.cert.pem() + &key.signing_key.serialize_pem()));
        fs::create_dir(folder.path().join("dist")).expect("makes a folder");
        write("dist/regain.js", "/* the loader */");
        let public_url = format!("https://{}:{}{}", behind.host(), ports.tls, behind.path());
        write("regain.toml", &super::configuration(&public_url, "off"));
        let count = if behind == Behind::Servers { 2 } else { 1 };
        let (servers, addresses): (Vec<_>, Vec<_>) = (0..count).map(|_| server(folder.path())).unzip();

        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packaging/proxies").join(file);
        let text = fs::read_to_string(path).expect("reads");
        let text = match addresses.as_slice() {
            [one] => replaced(text, &[("127.0.0.1:8080", one.clone())]),
            [one, two] => replaced(text, &[("10.0.0.11:8080", one.clone()), ("10.0.0.12:8080", two.clone())]),
            _ => unreachable!("one or two"),
        };
        write("proxy.conf", &proxy.configuration(behind, text, folder.path(), ports));
        let log = fs::File::create(folder.path().join("proxy.log")).expect("a log");
        let running = proxy
            .command(&folder.path().join("proxy.conf"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .unwrap_or_else(|error| panic!("{proxy:?}: `cargo xtask test` installs it: {error}"));
        let site = Self { folder, behind, ports, servers, _proxy: Running(running) };
        let begun = Instant::now();
        while site.curl(&[], "/v1/config").is_none_or(|(status, ..)| status != 200) {
            assert!(begun.elapsed() < Duration::from_secs(20), "{file} does not serve: {}", site.log());
        }
        site
    }

    fn log(&self) -> String {
        ["proxy.log", "apache.log"]
            .map(|name| fs::read_to_string(self.folder.path().join(name)).unwrap_or_default())
            .concat()
    }

    /// Asks by curl: status, headers in lower case, body.
    fn curl(&self, arguments: &[&str], address: &str) -> Option<(u16, String, String)> {
        let (host, Ports { tls, plain }) = (self.behind.host(), self.ports);
        let address = if address.starts_with("http") {
            address.to_owned()
        } else {
            format!("https://{host}:{tls}{}{address}", self.behind.path())
        };
        let output = Command::new("curl")
            .args(["--silent", "--max-time", "10", "--dump-header", "-", "--output", "-", "--cacert"])
            .arg(self.folder.path().join("site.pem"))
            .args(["--resolve", &format!("{host}:{tls}:127.0.0.1"), "--resolve", &format!("{host}:{plain}:127.0.0.1")])
            .args(arguments)
            .arg(address)
            .output()
            .expect("curl: `cargo xtask test` installs it");
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        let (head, body) = said.split_once("\r\n\r\n")?;
        Some((head.split(' ').nth(1)?.parse().ok()?, head.to_lowercase(), body.to_owned()))
    }

    #[track_caller]
    fn ask(&self, arguments: &[&str], address: &str, status: u16) -> (String, String) {
        let (answered, head, body) = self.curl(arguments, address).expect("an answer");
        assert_eq!(answered, status, "{address}\n{head}\n{body}\n{}", self.log());
        (head, body)
    }
}

/// Pages, the API, password managers, plain HTTP, and clients that are told from each other by what the proxy says of them.
fn serves(proxy: Kind, behind: Behind, file: &str) {
    let mut site = Site::start(proxy, behind, file);
    let (host, Ports { tls, plain }) = (behind.host(), site.ports);
    let (head, page) = site.ask(&["-H", "Accept: text/html"], "/reset", 200);
    assert!(head.starts_with("http/2 "), "{head}");
    assert!(page.contains(r#""regain.js""#), "{page}");
    site.ask(&[], "/regain.js", 200);
    let (head, _) = site.ask(&[], &format!("https://{host}:{tls}/.well-known/change-password"), 302);
    assert!(head.contains("/change\r\n") || head.ends_with("/change"), "{head}");
    if proxy != Kind::Caddy && behind != Behind::Path {
        let (head, _) = site.ask(&[], &format!("http://{host}:{plain}/reset"), 301);
        assert!(head.contains(&format!("location: https://{host}")), "{head}");
    }

    // One client in one network, whatever it says of itself; another one has its own limit.
    let begin = ["-H", "Content-Type: application/json", "-d", r#"{"kind":"reset"}"#];
    for (number, status) in [(1, 201), (2, 201), (3, 201), (4, 429)] {
        let forged = format!("X-Forwarded-For: 198.51.100.{number}");
        let client = ["--interface", "127.0.0.2", "-H", &forged];
        let (head, _) = site.ask(&[&begin[..], &client].concat(), "/v1/flows", status);
        let location = format!("location: {}/v1/flows/", behind.path());
        assert!(status != 201 || head.contains(&location), "{head}");
    }
    site.ask(&begin, "/v1/flows", 201);

    if behind == Behind::Servers {
        // The other one answers everything, and what nobody answered is asked again.
        drop(site.servers.remove(0));
        for _ in 0..4 {
            site.ask(&[], "/v1/config", 200);
        }
        for _ in 0..2 {
            // Caddy does not send a POST again that the one that died did not take. The widget does.
            let deadline = Instant::now() + Duration::from_secs(20);
            let mut status = 502;
            while status == 502 && Instant::now() < deadline {
                status = site.curl(&begin, "/v1/flows").expect("an answer").0;
                assert!(status != 502 || proxy == Kind::Caddy, "{}", site.log());
            }
            assert_eq!(status, 201, "{}", site.log());
        }
    }
}

#[test]
fn nginx_serves_as_documented() {
    serves(Kind::Nginx, Behind::Host, "nginx.conf");
    serves(Kind::Nginx, Behind::Path, "nginx-path.conf");
    serves(Kind::Nginx, Behind::Servers, "nginx-servers.conf");
}

#[test]
fn apache_serves_as_documented() {
    serves(Kind::Apache, Behind::Host, "apache.conf");
    serves(Kind::Apache, Behind::Path, "apache-path.conf");
    serves(Kind::Apache, Behind::Servers, "apache-servers.conf");
}

#[test]
fn haproxy_serves_as_documented() {
    serves(Kind::HaProxy, Behind::Host, "haproxy.cfg");
    serves(Kind::HaProxy, Behind::Path, "haproxy-path.cfg");
    serves(Kind::HaProxy, Behind::Servers, "haproxy-servers.cfg");
}

#[test]
fn caddy_serves_as_documented() {
    serves(Kind::Caddy, Behind::Host, "Caddyfile");
    serves(Kind::Caddy, Behind::Path, "Caddyfile-path");
    serves(Kind::Caddy, Behind::Servers, "Caddyfile-servers");
}

/// The documentation shows the files themselves.
#[test]
fn the_documentation_shows_each_file() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let page = fs::read_to_string(root.join("docs/proxies.md")).expect("reads");
    for file in fs::read_dir(root.join("packaging/proxies")).expect("reads").flatten() {
        let text = fs::read_to_string(file.path()).expect("reads");
        let block = format!("\n{text}```\n");
        assert!(page.contains(&block), "docs/proxies.md does not show {}", file.path().display());
    }
}
