//! Generates code from the texts of each language: `Text`, a name for each text, and the words. Whatever a language lacks
//! fails the build.

use std::{env, fmt::Write as _, fs, path::Path};

use regain_catalogue::{Entry, read};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = Path::new(&env::var("CARGO_MANIFEST_DIR")?).join("languages");
    println!("cargo::rerun-if-changed={}", folder.display());
    let catalogues =
        read(&folder, ["mails", "texts", "calls", "pages", "questions"]).map_err(|faults| faults.to_string())?;

    let [texts @ .., questions] = &catalogues[0].sections;
    let mut code = String::from(
        "/// A text, named by what it is for.\n#[derive(Debug, Clone, Copy, PartialEq, Eq)]\n\
         pub(crate) enum Text {\n",
    );
    for Entry { name, words } in texts.iter().flatten() {
        writeln!(code, "    #[doc = {:?}]\n    {name},", format!("`{words}`"))?;
    }
    let ids: Vec<_> = questions.iter().map(|entry| &entry.name).collect();
    writeln!(
        code,
        "}}\n\n/// The ids of the questions, in the order of their words.\nconst QUESTIONS: &[&str] = &{ids:?};\n"
    )?;
    code.push_str("/// Of each language its tag, its texts in the order of [`Text`], and its questions.\n");
    code.push_str("const CATALOGUES: &[(&str, &[&str], &[&str])] = &[\n");
    for catalogue in &catalogues {
        let [texts @ .., questions] = &catalogue.sections;
        let words: Vec<_> = texts.iter().flatten().map(|entry| &entry.words).collect();
        let asked: Vec<_> = questions.iter().map(|entry| &entry.words).collect();
        writeln!(code, "    ({:?}, &{words:?}, &{asked:?}),", catalogue.tag)?;
    }
    code.push_str("];\n");
    fs::write(Path::new(&env::var("OUT_DIR")?).join("languages.rs"), code)?;
    Ok(())
}
