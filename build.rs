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
    let mut words = String::from("/// The words in English, in the order of [`Text`].\nconst WORDS: &[&str] = &[\n");
    for (part, full) in [(lean, ""), (full, "#[cfg(feature = \"full\")] ")] {
        for Entry { name, words: said } in part {
            writeln!(names, "    #[doc = {:?}]\n    {name},", format!("“{said}”"))?;
            writeln!(words, "    {full}{said:?},")?;
        }
    }
    fs::write(Path::new(&env::var("OUT_DIR")?).join("texts.rs"), format!("{names}}}\n{words}];\n"))?;
    Ok(())
}
