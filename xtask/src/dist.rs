//! Makes what is shipped: the loader under its stable and its versioned name, and the glue, wasm and
//! stylesheet under names that hold their hash; each also compressed; and a manifest of it all. Beside it, the
//! npm package of the same files.

use std::fs;

use anyhow::{Context, Result, ensure};
use clap::Args;
use serde_json::{Value, json};

use crate::{
    assets::{filled, script, stylesheet},
    budgets,
    paths::{self, copy_dir},
    solver,
    widget::{self, Extent},
};

mod again;
mod css;
mod languages;
mod minify;
mod package;
mod shipped;
mod wasm;

use languages::language_files;
pub(crate) use minify::Profile;
use minify::Script;
pub(crate) use package::{packaged, tarball};
use shipped::{LOADER, Shipped, VERSION, versioned_loader};

/// Options of `cargo xtask dist`.
#[derive(Args)]
pub(crate) struct Options {
    /// Build it all again from a copy of the tree, and fail where a file differs (some 10 min)
    #[arg(long)]
    twice: bool,
}

/// Builds the widget, makes `dist` anew, and prints its sizes and the tag to use.
pub(crate) fn run(options: &Options) -> Result<()> {
    build(Profile::Shipped)?;
    budgets::Sizes::of(&paths::dist())?.print();
    let manifest: Value = serde_json::from_slice(&fs::read(paths::dist().join("integrity.json"))?)?;
    let loader = versioned_loader();
    println!("\nThe tag of this very version, to be checked by the browser:\n");
    println!(
        "  <script src=\"https://YOUR-HOST/{loader}\" integrity=\"{}\" crossorigin=\"anonymous\" data-link=\"#cant-access\" async></script>",
        manifest["files"][&loader]["integrity"].as_str().unwrap_or_default()
    );
    println!("\nThe package for npm: {}", tarball().display());
    if options.twice {
        again::compare()?;
    }
    Ok(())
}

/// Builds the widget and makes `dist` anew. The folder is swapped in whole, so that a failed build
/// leaves the former one.
pub(crate) fn build(form: Profile) -> Result<()> {
    let how = form.build();
    let full = widget::build(Extent::Full, how)?;
    let lean = widget::build(Extent::Lean, how)?;
    let solver = solver::build(solver::SOLVER, how)?;
    let generator = solver::build(solver::GENERATOR, how)?;
    let strength = solver::build(solver::STRENGTH, how)?;
    let fresh = paths::target().join("dist.new");
    let _ = fs::remove_dir_all(&fresh);
    fs::create_dir_all(&fresh).with_context(|| format!("{} cannot be made", fresh.display()))?;

    let mut shipped = Shipped::new(fresh.clone(), form);
    let languages = language_files(&mut shipped)?;
    let (glue, wasm) = shipped.widget(&lean)?;
    let (full, full_wasm) = shipped.widget(&full)?;
    let style = css::minified(&stylesheet()?);
    let css = shipped.hashed("regain-", ".css", style.as_bytes())?;
    let light_css = shipped.hashed("regain-light-", ".css", css::light(&style).as_bytes())?;

    let solver = shipped.module("regain-work-", &solver)?;
    let outside = shipped.script("outside", &[])?;
    let strength_wasm = shipped.module("regain-strength-", &strength)?;
    let strength = shipped.script("strength", &[("STRENGTH_WASM", &strength_wasm)])?;
    let generator = shipped.module("regain-generate-", &generator)?;
    let generate = shipped.script("generate", &[("GENERATOR", &generator)])?;
    let breached = shipped.script("breached", &[])?;
    let names = [
        ("SOLVER", &solver),
        ("OUTSIDE", &outside),
        ("STRENGTH", &strength),
        ("GENERATE", &generate),
        ("BREACHED", &breached),
    ];
    let work = shipped.script("work", &names)?;

    let names = [("FULL_WASM", &full_wasm), ("FULL", &full), ("LIGHT_CSS", &light_css)];
    let more = filled(&script("more.js", &names)?, "__REGAIN_FILES__", &languages)?;
    let more = shipped.minified("more", &more)?;
    let names = [("MORE", &more), ("WORK", &work)];
    let open = shipped.script("open", &names)?;
    let names = [("OPEN", &open), ("LEAN_WASM", &wasm), ("LEAN", &glue), ("CSS", &css)];
    let entry = script("entry.js", &names)?;
    let mut loader = script("regain.js", &[])?;
    for (placeholder, value) in [("__REGAIN_ENTRY__", entry.as_str()), ("__REGAIN_VERSION__", VERSION)] {
        loader = filled(&loader, placeholder, value)?;
    }
    let loader = form.script("regain.js", &loader, Script::Classic)?;
    // A page reads a script in its own charset, whatever that is.
    ensure!(loader.is_ascii(), "the loader is not ASCII");
    shipped.file(LOADER, loader.as_bytes())?;
    shipped.file(&versioned_loader(), loader.as_bytes())?;
    shipped.manifest(&json!({
        "loader": LOADER,
        "open": open.name,
        "more": more.name,
        "glue": glue.name,
        "wasm": wasm.name,
        "full": full.name,
        "full_wasm": full_wasm.name,
        "css": css.name,
        "light_css": light_css.name,
        "work": work.name,
        "solver": solver.name,
        "strength": strength.name,
        "strength_wasm": strength_wasm.name,
        "generate": generate.name,
        "generator": generator.name,
        "breached": breached.name,
        "outside": outside.name,
    }))?;

    let dist = paths::dist();
    let _ = fs::remove_dir_all(&dist);
    fs::rename(&fresh, &dist)
        .or_else(|_| copy_dir(&fresh, &dist))
        .with_context(|| format!("{} cannot be written", dist.display()))?;
    package::make(&entry)
}
