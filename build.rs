//! Makes the English texts into code: [`Text`], a name for each, and the words. Whatever another language
//! lacks fails the build.

use std::{env, fmt::Write as _, fs, path::Path};

use regain_catalogue::{Entry, read};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = Path::new(&env::var("CARGO_MANIFEST_DIR")?).join("src/i18n/languages");
    println!("cargo::rerun-if-changed={}", folder.display());
    let catalogues = read(&folder, ["lean", "full"]).map_err(|faults| faults.to_string())?;
    let [lean, full] = &catalogues[0].sections;
    let mut names = String::from(
        "/// A text, named by what it is for.\n#[derive(Debug, Clone, Copy, PartialEq, Eq)]\npub enum Text {\n",
    );
    for Entry { name, words } in lean.iter().chain(full) {
        writeln!(names, "    #[doc = {:?}]\n    {name},", format!("“{words}”"))?;
    }
    // As in another language's file.
    let said = if env::var_os("CARGO_FEATURE_FULL").is_some() { full } else { &Vec::new() };
    let words: String = lean.iter().chain(said).flat_map(|entry| [&*entry.words, "\n"]).collect();
    let words = format!("/// The words in English, a line for each [`Text`].\nconst WORDS: &str = {words:?};\n");
    fs::write(Path::new(&env::var("OUT_DIR")?).join("texts.rs"), format!("{names}}}\n{words}"))?;
    Ok(())
}
