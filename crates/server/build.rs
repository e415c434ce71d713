//! Generates code: from the texts of each language `Text`, a name for each text, and the words, where whatever a language
//! lacks fails the build; and from the folder in `REGAIN_WIDGET_DIR`, if there is one, the widget in the program.

use std::{env, fmt::Write as _, fs, path::Path};

use regain_catalogue::{Entry, read};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    languages()?;
    widget()
}

/// Writes the list of the built widget's files, each with its bytes; an empty one where no folder is given.
fn widget() -> Result<(), Box<dyn std::error::Error>> {
    println!("cargo::rerun-if-env-changed=REGAIN_WIDGET_DIR");
    let mut paths = Vec::new();
    if let Some(folder) = env::var_os("REGAIN_WIDGET_DIR") {
        let folder = fs::canonicalize(folder)?;
        println!("cargo::rerun-if-changed={}", folder.display());
        paths = fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?;
        paths.sort();
    }
    let mut code = String::from("/// The files of the built widget, by name.\nconst BUILT_IN: &[(&str, &[u8])] = &[\n");
    for path in paths.iter().filter(|path| path.is_file()) {
        let name = path.file_name().and_then(|name| name.to_str()).ok_or("a file of the widget has no plain name")?;
        let path = path.to_str().ok_or("the folder of the widget has no plain name")?;
        writeln!(code, "    ({name:?}, include_bytes!({path:?})),")?;
    }
    code.push_str("];\n");
    fs::write(Path::new(&env::var("OUT_DIR")?).join("widget.rs"), code)?;
    Ok(())
}

fn languages() -> Result<(), Box<dyn std::error::Error>> {
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
