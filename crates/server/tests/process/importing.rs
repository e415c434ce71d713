//! `import`: people from a list, once or kept up to date.

use std::{
    fs,
    process::{Command, Output},
};

use crate::{configured, program};

#[test]
fn people_are_imported_once_and_a_broken_list_is_named() {
    let folder = configured(&[]);
    let (config, people) = (folder.path().join("regain.toml"), folder.path().join("people.toml"));
    let import = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_regain-server"));
        command.args(["import", "--config"]).arg(&config).arg(&people).output().expect("runs")
    };
    let person = "[[people]]\nuser_id = 'ada@example.com'\nname = 'Ada'\npassword = 'analytical engine notes'\n";
    fs::write(&people, person).expect("writes");
    assert_eq!(String::from_utf8_lossy(&import().stdout), "1 person was added.\n");
    assert_eq!(String::from_utf8_lossy(&import().stdout), "0 people were added.\n");
    fs::write(&people, format!("{person}[[people]]\nuser_id = 7\n")).expect("writes");
    let Output { status, stderr, .. } = import();
    let said = String::from_utf8_lossy(&stderr);
    assert!(!status.success() && said.contains("people: line 6"), "{said}");
    assert!(!said.contains("analytical"), "{said}");
}

#[test]
fn people_are_kept_up_to_date_or_nothing_is_done() {
    let folder = configured(&[]);
    let import = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_regain-server"));
        command.current_dir(folder.path()).args(["--config", "regain.toml", "import"]).args(arguments);
        let Output { status, stdout, stderr } = command.output().expect("runs");
        (status.success(), String::from_utf8_lossy(&stdout).into_owned(), String::from_utf8_lossy(&stderr).into_owned())
    };
    let done = |said: &str| (true, said.to_owned(), String::new());
    fs::write(folder.path().join("staff.csv"), "user_id,name,office\nada,Ada,\nbob,Bob,\n").expect("writes");
    assert_eq!(import(&["staff.csv"]), done("2 people were added.\n"));
    fs::write(folder.path().join("staff.csv"), "user_id,office\nada,+1 425 555 0101\n").expect("writes");
    let changed = "ada: changed: office phone\n0 people were added, 1 changed.";
    let dry = format!("{changed} This was a dry run: nothing was written.\n");
    assert_eq!(import(&["staff.csv", "--update", "--dry-run"]), done(&dry));
    assert_eq!(import(&["staff.csv", "--update"]), done(&format!("{changed}\n")));
    fs::write(folder.path().join("left.txt"), "bob\nnobody\n").expect("writes");
    let (done_it, _, said) = import(&["--delete", "@left.txt"]);
    assert!(!done_it && said.contains("\nleft.txt:2: nobody: is not in the directory"), "{said}");
    let deleted = "bob: deleted\nada: disabled\n";
    let (done_it, said, _) = import(&["--delete", "bob", "--disable", "ada"]);
    assert!(done_it && deleted.lines().all(|line| said.contains(line)), "{said}");
    let (done_it, _, said) = import(&["--update"]);
    assert!(!done_it && said.contains("PEOPLE"), "{said}");
}

#[test]
fn people_may_have_answered_the_organisations_own_questions() {
    for (questions, added) in
        [("", false), ("[questions]\nown = [{ id = 'first_badge', text = 'What was on your first badge?' }]\n", true)]
    {
        let folder = configured(&[("[organisation]", &format!("{questions}[organisation]"))]);
        let people = folder.path().join("people.toml");
        let person = "user_id = 'ada', name = 'Ada', questions = [{ id = 'first_badge', answer = 'an owl' }]";
        fs::write(&people, format!("people = [{{ {person} }}]")).expect("writes");
        let output = program(&folder.path().join("regain.toml")).arg("import").arg(&people).output().expect("runs");
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.success(), added, "{said}");
        assert!(added || said.contains("ada: questions[0].id: "), "{said}");
    }
}
