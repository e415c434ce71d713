//! The compiler for the widget. Machines differ: most have rustup, which can add the wasm target;
//! Debian ships a Rust of its own with the standard library's source. Either way the standard library
//! is built from source where that is to be had, because that makes the smallest wasm.

use std::{
    env,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail};

use crate::{run::output_of, tools};

const TARGET: &str = "wasm32-unknown-unknown";

/// Purpose of a build.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Build {
    /// For shipping: as small as it gets.
    Shipped,
    /// For the demo: soon there, on a machine that has built nothing yet. The same program, some times as large.
    Demo,
    /// For developing: a panic says where it was, in the browser's console.
    Development,
}

/// A compiler for the widget.
#[derive(Debug)]
pub(crate) enum Compiler {
    /// rustup's, with the target; `source` says whether the standard library's source is here too.
    Rustup {
        /// True if the standard library can be built from source.
        source: bool,
    },
    /// Debian's second Rust in `/usr/bin`, with the standard library's source.
    Debian,
}

impl Compiler {
    /// A compiler that is here already.
    pub(crate) fn found() -> Option<Self> {
        match env::var("REGAIN_WASM_COMPILER").as_deref() {
            Ok("rustup") => Self::rustup(),
            Ok("debian") => Self::debian(),
            _ => Self::rustup().or_else(Self::debian),
        }
    }

    /// A compiler, installed if need be. `REGAIN_WASM_COMPILER=rustup|debian` chooses where both would do.
    pub(crate) fn ready(build: Build) -> Result<Self> {
        match Self::found() {
            Some(found @ (Self::Rustup { source: true } | Self::Debian)) => return Ok(found),
            Some(found) if build == Build::Demo => return Ok(found),
            _ => {}
        }
        let wanted = env::var("REGAIN_WASM_COMPILER").ok();
        if wanted.as_deref() != Some("debian") && crate::paths::on_path("rustup").is_some() {
            // Each may be refused on a machine without network: then the next best way is taken.
            let _ = output_of(Command::new("rustup").args(["target", "add", TARGET]));
            if build != Build::Demo {
                let _ = output_of(Command::new("rustup").args(["component", "add", "rust-src"]));
            }
            if let Some(found) = Self::rustup() {
                return Ok(found);
            }
        }
        if wanted.as_deref() != Some("rustup") {
            tools::apt_install(
                "Installing Debian's Rust for wasm",
                "about 40 s, once",
                &["rustc-web", "cargo-web", "rust-web-src", "rust-web-llvm", "lld-22"],
            )
            .with_context(|| {
                format!("the widget needs a Rust that builds for {TARGET}: with rustup, `rustup target add {TARGET}`")
            })?;
            if let Some(found) = Self::debian() {
                return Ok(found);
            }
        }
        bail!("no Rust that builds for {TARGET}: with rustup, `rustup target add {TARGET}`")
    }

    /// Sets the environment of a build: which compiler, and how the standard library is built.
    pub(crate) fn configure(&self, command: &mut Command, tools: &[&Path], build: Build) -> Result<()> {
        let mut path: Vec<PathBuf> = tools.iter().map(PathBuf::from).collect();
        if matches!(self, Self::Debian) {
            path.push(PathBuf::from("/usr/bin"));
            // Set by rustup for what it runs; they would lead past Debian's compiler.
            for variable in ["RUSTUP_TOOLCHAIN", "RUSTC", "RUSTDOC", "CARGO"] {
                command.env_remove(variable);
            }
        }
        path.extend(env::split_paths(&env::var_os("PATH").unwrap_or_default()));
        command.env("PATH", env::join_paths(path).context("a folder on PATH cannot be named there")?);
        if build == Build::Demo {
            command.envs([
                ("CARGO_PROFILE_WIDGET_LTO", "off"),
                ("CARGO_PROFILE_WIDGET_OPT_LEVEL", "1"),
                ("CARGO_PROFILE_WIDGET_CODEGEN_UNITS", "16"),
            ]);
        }
        // The target as it comes has a standard library; Debian's compiler has its source only.
        let has_own_std = build == Build::Demo && matches!(self, Self::Rustup { .. });
        if !has_own_std && matches!(self, Self::Debian | Self::Rustup { source: true }) {
            // The standard library from source is not stable yet; nothing else unstable is used.
            command.env("RUSTC_BOOTSTRAP", "1").env("CARGO_UNSTABLE_BUILD_STD", "std,panic_abort");
            if build == Build::Shipped {
                command.env("CARGO_UNSTABLE_BUILD_STD_FEATURES", "optimize_for_size");
                // A panic traps without a message, which saves its formatting: the loader shows the message.
                // The solver's SHA-256 in loops rather than unrolled: as fast, and 1.5 kB (brotli) less.
                command
                    .env("RUSTFLAGS", "-Zunstable-options -Cpanic=immediate-abort --cfg sha2_backend_soft=\"compact\"");
            }
        }
        Ok(())
    }

    /// A line for `doctor`.
    pub(crate) fn describe(&self) -> String {
        match self {
            Self::Rustup { source: true } => "rustup's, the standard library from source".to_owned(),
            Self::Rustup { source: false } => {
                "rustup's, the standard library as shipped (`rustup component add rust-src` makes smaller wasm)"
                    .to_owned()
            }
            Self::Debian => "Debian's rustc-web, the standard library from source".to_owned(),
        }
    }

    fn rustup() -> Option<Self> {
        let libdir = output_of(Command::new("rustc").args(["--print", "target-libdir", "--target", TARGET]))?;
        let has_std = std::fs::read_dir(libdir).is_ok_and(|mut files| files.next().is_some());
        let sysroot = output_of(Command::new("rustc").args(["--print", "sysroot"]))?;
        let source = Path::new(&sysroot).join("lib/rustlib/src/rust/library/std/Cargo.toml").is_file();
        has_std.then_some(Self::Rustup { source })
    }

    fn debian() -> Option<Self> {
        let version = output_of(Command::new("/usr/bin/rustc").arg("--version"))?;
        let minor: u32 = version.strip_prefix("rustc 1.")?.split('.').next()?.parse().ok()?;
        let sysroot = output_of(Command::new("/usr/bin/rustc").args(["--print", "sysroot"]))?;
        let source = Path::new(&sysroot).join("lib/rustlib/src/rust/library/std/Cargo.toml").is_file();
        (minor >= 95 && source && Path::new("/usr/bin/cargo").is_file()).then_some(Self::Debian)
    }
}
