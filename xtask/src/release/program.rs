//! Builds `regain-server` for a platform: static, with the widget in it, without paths of this machine.

use std::{env, fs, path::PathBuf, process::Command};

use anyhow::{Context, Result, bail};

use crate::{
    native::cargo,
    paths,
    run::{output_of, step},
    tools::apt_install,
};

/// Version of the release.
pub(crate) const VERSION: &str = env!("CARGO_PKG_VERSION");

/// A platform that there are releases for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Platform {
    /// Its name in the names of files.
    pub(crate) name: &'static str,
    /// Its name in Debian.
    pub(crate) debian: &'static str,
    /// Its name in images.
    pub(crate) image: &'static str,
    /// The compiler's name for it.
    pub(crate) target: &'static str,
}

/// The platforms. Programs are linked statically with musl: one runs on every Linux.
pub(crate) const PLATFORMS: [Platform; 2] = [
    Platform { name: "linux-x86_64", debian: "amd64", image: "amd64", target: "x86_64-unknown-linux-musl" },
    Platform { name: "linux-aarch64", debian: "arm64", image: "arm64", target: "aarch64-unknown-linux-musl" },
];

/// A built program.
pub(crate) struct Program {
    /// The file.
    pub(crate) path: PathBuf,
    /// True if this machine can run it.
    pub(crate) runs_here: bool,
}

/// Builds the program.
pub(crate) fn build(platform: &Platform) -> Result<Program> {
    let target = platform.target;
    let runs_here = target.starts_with(env::consts::ARCH);
    if output_of(Command::new("rustup").args(["target", "add", target])).is_none() {
        bail!("the compiler cannot build for {target}: `rustup target add {target}` brings what it lacks");
    }
    let mut build = cargo();
    build.args(["build", "--release", "--locked", "--package", "regain-server", "--target", target]);
    build.env("REGAIN_WIDGET_DIR", paths::dist()).env("CARGO_PROFILE_RELEASE_STRIP", "symbols");
    let home = cargo_home()?;
    let (root, built) = (paths::root(), paths::target());
    let (library, published) = library_sources()?;
    // Panics and C's assertions name source files.
    // The last one that fits counts, so the folder of what is built, which may be in the clone, comes after it.
    let moved = [
        (home.as_path(), "/cargo"),
        (root.as_path(), "/regain"),
        (built.as_path(), "/regain/target"),
        (library.as_path(), published.as_str()),
    ];
    let flags: Vec<_> = moved.iter().map(|(from, to)| format!("--remap-path-prefix={}={to}", from.display())).collect();
    build.env("RUSTFLAGS", flags.join(" "));
    let mut c_flags: Vec<_> =
        moved.iter().map(|(from, to)| format!("-ffile-prefix-map={}={to}", from.display())).collect();
    let underscored = target.replace('-', "_");
    if runs_here {
        if paths::on_path("musl-gcc").is_none() {
            apt_install("Installing the C library of static programs", "some seconds, once", &["musl-tools"])?;
        }
    } else {
        let headers = foreign_headers(platform)?;
        c_flags.push(format!("--target={target} -isystem {}", headers.display()));
        build.env(format!("CC_{underscored}"), "clang").env(format!("AR_{underscored}"), "llvm-ar");
        let linker = format!("CARGO_TARGET_{}_LINKER", underscored.to_uppercase());
        build.env(linker, "rust-lld");
    }
    build.env(format!("CFLAGS_{underscored}"), c_flags.join(" "));
    let what = format!("Building regain-server for {}", platform.name);
    step(&what, "about 8 min the first time", &mut build)?;
    Ok(Program { path: paths::target().join(target).join("release/regain-server"), runs_here })
}

/// The folder of the standard library's sources, where the compiler came with them, and the name of that folder in
/// programs of compilers that came without.
fn library_sources() -> Result<(PathBuf, String)> {
    let rustc = |argument: &[&str]| output_of(Command::new("rustc").args(argument)).context("rustc cannot be run");
    let sources = PathBuf::from(rustc(&["--print", "sysroot"])?).join("lib/rustlib/src/rust");
    let version = rustc(&["--version", "--verbose"])?;
    let commit = version.lines().find_map(|line| line.strip_prefix("commit-hash: "));
    Ok((sources, format!("/rustc/{}", commit.context("rustc does not say its commit")?)))
}

/// Cargo's folder, in which the sources of dependencies are.
fn cargo_home() -> Result<PathBuf> {
    let home = env::var_os("CARGO_HOME").map(PathBuf::from);
    home.or_else(|| env::var_os("HOME").map(|home| PathBuf::from(home).join(".cargo"))).context("there is no HOME")
}

/// The headers of musl for a platform that is not this one's, out of Debian's package.
fn foreign_headers(platform: &Platform) -> Result<PathBuf> {
    if ["clang", "llvm-ar"].iter().any(|program| paths::on_path(program).is_none()) {
        apt_install("Installing a compiler of C for other platforms", "about 30 s, once", &["clang", "llvm"])?;
    }
    let folder = paths::cache()?.join("tools").join(format!("musl-headers-{}", platform.debian));
    let machine = platform.target.split('-').next().unwrap_or_default();
    let headers = folder.join(format!("usr/include/{machine}-linux-musl"));
    if headers.is_dir() {
        return Ok(headers);
    }
    fs::create_dir_all(&folder)?;
    // Lists of its own: the machine is not told of another architecture.
    let script = format!(
        "cd '{}' && mkdir -p apt/state/lists/partial apt/cache/archives/partial && \
         apt() {{ apt-get -qq -o APT::Architecture={arch} -o APT::Architectures={arch} -o Dir::State=\"$PWD/apt/state\" \
         -o Dir::State::status=/dev/null -o Dir::Cache=\"$PWD/apt/cache\" \"$@\"; }} && \
         apt update && apt download musl-dev && dpkg-deb -x musl-dev_*_{arch}.deb . && rm -r apt",
        folder.display(),
        arch = platform.debian
    );
    step("Bringing musl's headers", "some seconds, once", Command::new("sh").args(["-c", &script]))?;
    if headers.is_dir() { Ok(headers) } else { bail!("{} has no headers of musl", folder.display()) }
}
