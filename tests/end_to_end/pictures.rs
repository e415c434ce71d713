//! Every screen as a picture, narrow and wide, light and dark, in forced colours, with large text, left to right
//! and right to left. The pictures are for people to look at (`target/end-to-end/screens`); what a program can
//! say of them is said here: nothing sticks out, every target is large enough, and axe-core finds no fault.

use std::{env, fs, path::PathBuf};

use anyhow::{Context, Result, ensure};
use harness::{Condition, Engine, Stage, output, play};
use serde_json::json;

use crate::{
    person::{self, ADA, JOAN, NEW_PASSWORD},
    register::{self, ALAN, GRACE},
};

const PLAIN: Condition =
    Condition { name: "wide", width: 900, scheme: "light", direction: "ltr", forced_colors: "none", text: "100%" };

const CONDITIONS: [Condition; 7] = [
    PLAIN,
    Condition { name: "narrow", width: 320, ..PLAIN },
    Condition { name: "narrowest", width: 280, ..PLAIN },
    Condition { name: "dark", scheme: "dark", ..PLAIN },
    Condition { name: "rtl", width: 600, direction: "rtl", ..PLAIN },
    Condition { name: "forced", forced_colors: "active", ..PLAIN },
    Condition { name: "large", width: 640, text: "200%", ..PLAIN },
];

/// Faults by the rules of WCAG 2.2 up to AA: each with its rule and its element. That it looked into the widget,
/// where there is one, is part of it.
const AXE: &str = "
    const runOnly = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];
    const {violations, passes} = await axe.run(document, {runOnly, resultTypes: ['violations', 'passes']});
    const inside = ({nodes}) => nodes.some(({target: [place]}) =>
        Array.isArray(place) || document.querySelector(place)?.closest('.regain-widget'));
    if (document.querySelector('.regain-widget') && passes.filter(inside).length < 5) return ['it did not look into the widget'];
    return violations.flatMap(({id, nodes}) =>
        nodes.map(({target, failureSummary}) => `${id}: ${target.flat().join(' ')}: ${failureSummary}`));
";

/// Elements that stick out of the page, or are smaller than WCAG 2.5.8's 24 pixels.
const FAULTS: &str = r"
    const faults = [];
    const page = document.documentElement;
    if (page.scrollWidth > page.clientWidth) faults.push(`the page is ${page.scrollWidth} wide`);
    const roots = [...document.querySelectorAll('.regain-widget')].map((e) => e.shadowRoot ?? e);
    for (const root of roots) for (const element of root.querySelectorAll('button, a, select, input')) {
        if (!element.checkVisibility() || element.matches('.unseen')) continue;
        const box = (element.closest('label') ?? element).getBoundingClientRect();
        if (box.width < 24 || box.height < 24) faults.push(`${element.localName} ${element.innerText} is ${box.width} by ${box.height}`);
    }
    return faults;
";

/// A server of a later version, which has a step that this widget does not know.
const LATER_SERVER: &str = "
    const asked = fetch;
    window.fetch = async (...request) => {
        const answer = await asked(...request);
        if (!answer.url.includes('/v1/')) return answer;
        const text = await answer.text();
        const {status, headers} = answer;
        return new Response(text.replace('\"name\":\"choose_method\"', '\"name\":\"read_minds\"'), {status, headers});
    };
";

#[tokio::test]
async fn every_screen_is_whole_in_every_condition() -> Result<()> {
    play("pictures", &[], async |stage| {
        person::at_sign_in(stage).await?;
        look(stage, "0-sign-in").await?;
        stage.page.click("#cant-access").await?;
        stage.page.reads("Let’s get you back in").await?;
        look(stage, "1-identify").await?;
        stage.page.type_into("[part~=root] [name=username]", "grace@northwind.example").await?;
        stage.page.press("Next").await?;
        stage.page.reads("Prove that it’s you").await?;
        stage.page.press("Send the code").await?;
        stage.page.reads("Choose one of these.").await?;
        look(stage, "2-choose-method").await?;
        stage.page.click("[part~=choice] input").await?;
        stage.page.press("Send the code").await?;
        stage.page.reads("Enter the code").await?;
        look(stage, "3-enter-code").await?;
        let wrong = "000000";
        stage.page.type_into("[name=code]", wrong).await?;
        stage.page.press("Check the code").await?;
        stage.page.reads("more tries").await?;
        look(stage, "4-wrong-code").await?;
        stage.server.kill()?;
        stage.page.press("Check the code").await?;
        stage.page.reads("We can’t reach the server").await?;
        look(stage, "5-unreachable").await?;
        stage.server.up().await?;
        for words in ["3 more tries", "2 more tries", "one more try", "Too many tries"] {
            if words != "3 more tries" {
                stage.page.retype("[name=code]", wrong).await?;
                stage.page.press("Check the code").await?;
            }
            stage.page.reads(words).await?;
        }
        look(stage, "6-ended").await?;
        person::proved(stage, &ADA).await?;
        stage.page.type_into("[name=new-password]", "ada is not enough").await?;
        look(stage, "7-new-password").await?;
        stage.page.retype("[name=new-password]", NEW_PASSWORD).await?;
        stage.page.type_into("[name=confirm-password]", NEW_PASSWORD).await?;
        stage.page.press("Finish").await?;
        stage.page.reads("Your password has been reset").await?;
        look(stage, "8-done").await?;
        for (name, path) in [
            ("9-outbox", "/demo/outbox"),
            ("9-people", "/demo"),
            ("9-switches", "/demo/switches"),
            ("9-hosted", "/reset"),
            ("9-looks", "/demo/theming"),
        ] {
            stage.page.go(&stage.server.address(path)).await?;
            if name == "9-looks" {
                stage.page.reads("Let’s get you back in").await?;
            }
            look(stage, name).await?;
        }
        Ok(())
    })
    .await
}

#[tokio::test]
async fn a_new_password_is_whole_in_every_state() -> Result<()> {
    let leaks = tempfile::tempdir()?;
    fs::write(leaks.path().join("00000.txt"), "")?;
    let (path, strict) = (leaks.path().display().to_string(), "[password]\nmin_classes = 3\n[mail]");
    play("pictures-of-passwords", &[("@BREACHED@", &path), ("[mail]", strict)], async |stage| {
        person::proved(stage, &ADA).await?;
        look(stage, "l-rules").await?;
        stage.page.type_into("[name=new-password]", "Seven otters").await?;
        stage.page.type_into("[name=confirm-password]", "Seven hotters").await?;
        stage.page.reads("The two passwords are not the same.").await?;
        stage.page.reads("Strength: ").await?;
        look(stage, "m-strength").await?;
        stage.page.press("Finish").await?;
        stage.page.reads("The list below says").await?;
        look(stage, "n-open-rules").await?;
        stage.page.press("Suggest one").await?;
        stage.page.reads("Keep it where only you will find it.").await?;
        stage.page.reads("Strength: strong").await?;
        look(stage, "o-suggestion").await
    })
    .await
}

#[tokio::test]
async fn security_info_is_whole_on_every_screen() -> Result<()> {
    play("pictures-of-security-info", &[], async |stage| {
        register::signed_in(stage, ALAN.user_id, "not his").await?;
        stage.page.reads("User ID and password don’t go together.").await?;
        look(stage, "p-signing-in").await?;
        stage.page.retype("[name=current-password]", register::ALANS_PASSWORD).await?;
        stage.page.press("Next").await?;
        stage.page.reads("If you ever can’t sign in").await?;
        stage.page.press("Finish").await?;
        stage.page.reads("You can finish once one more is here.").await?;
        look(stage, "q-nothing-yet").await?;
        stage.page.press("Authenticator app").await?;
        stage.page.reads("Set up your authenticator app").await?;
        look(stage, "r-authenticator").await?;
        stage.page.press("Back without adding it").await?;
        stage.page.press("Alternate e-mail address").await?;
        stage.page.press("Send the code").await?;
        stage.page.reads("Enter an e-mail address.").await?;
        look(stage, "r-address").await?;
        stage.page.press("Back").await?;
        stage.page.press("Security questions").await?;
        stage.page.reads("Choose 5 questions").await?;
        stage.page.press("Save the questions").await?;
        stage.page.reads("Choose a question.").await?;
        look(stage, "s-questions").await
    })
    .await?;
    play("pictures-of-replacing", &[], async |stage| {
        register::proved(stage, &GRACE, "nanoseconds of wire", 0).await?;
        look(stage, "t-overview").await?;
        stage.page.press("Replace").await?;
        stage.page.reads("It takes the place of").await?;
        stage.page.press("Send the code").await?;
        look(stage, "u-replacing").await?;
        stage.page.press("Back").await?;
        stage.page.press("Remove").await?;
        stage.page.reads("Remove this way?").await?;
        look(stage, "v-removal").await?;
        stage.page.press("Keep it").await?;
        stage.page.press("Mobile phone").await?;
        stage.page.press("Text me").await?;
        stage.page.reads("Enter a phone number.").await?;
        look(stage, "w-phone").await
    })
    .await
}

#[tokio::test]
async fn recovery_codes_are_whole_on_every_screen() -> Result<()> {
    play("pictures-of-recovery-codes", &[crate::recovery_codes::ON], async |stage| {
        register::proved(stage, &GRACE, "nanoseconds of wire", 0).await?;
        stage.page.press("Recovery codes").await?;
        stage.page.reads("Save these codes now").await?;
        look(stage, "ba-codes").await?;
        stage.page.press("I have saved them").await?;
        stage.page.reads("10 left").await?;
        look(stage, "bb-left").await?;
        stage.page.click("[aria-label^='Replace: Recovery codes']").await?;
        stage.page.reads("stop working").await?;
        look(stage, "bc-anew").await?;
        person::chose_way(stage, person::MARY.user_id, "Use a recovery code", "Next").await?;
        person::typed_code(stage, "7K3QX-9MBWD-2HZ4").await?;
        stage.page.reads("has 15 letters and digits").await?;
        look(stage, "bd-saved-code").await
    })
    .await
}

#[tokio::test]
async fn who_is_signed_in_sees_whole_screens() -> Result<()> {
    play("pictures-of-a-change", &[], async |stage| {
        person::at_welcome(stage, ADA.user_id, person::OLD_PASSWORD).await?;
        look(stage, "x-signed-in").await?;
        stage.page.press("Change my password").await?;
        stage.page.find("[part~=root] [name=current-password]").await?;
        stage.page.press("Change password").await?;
        stage.page.reads("Enter your current password.").await?;
        look(stage, "y-change").await?;
        stage.page.type_into("[name=current-password]", person::OLD_PASSWORD).await?;
        stage.page.type_into("[name=new-password]", NEW_PASSWORD).await?;
        stage.page.type_into("[name=confirm-password]", NEW_PASSWORD).await?;
        stage.page.press("Change password").await?;
        stage.page.reads("Your password has been changed").await?;
        look(stage, "z-changed").await
    })
    .await
}

#[tokio::test]
async fn a_first_password_is_whole_in_a_dialog_too() -> Result<()> {
    play("pictures-of-a-first-password", &[], async |stage| {
        person::at_sign_in(stage).await?;
        let open = "void Regain.open({mode: 'dialog'})";
        person::loaded(stage).await?;
        stage.page.script(open, vec![]).await?;
        stage.page.find("dialog[open]").await?;
        stage.page.reads("Let’s get you back in").await?;
        look(stage, "1-identify-dialog").await?;
        stage.page.type_into("[part~=root] [name=username]", JOAN.user_id).await?;
        stage.page.press("Next").await?;
        stage.page.press("Send the code").await?;
        person::typed_code(stage, &stage.server.mail(JOAN.address, 0).await?.code()?).await?;
        stage.page.find("[name=new-password]").await?;
        stage.page.focus_on("text", "Choose a password").await?;
        look(stage, "7-first-password-dialog").await?;
        // Come back to, the page goes on by itself, and not in a dialog.
        person::at_sign_in(stage).await?;
        stage.page.reads("Choose a password").await?;
        ensure!(!stage.page.has("dialog[open]").await?, "it is in a dialog");
        look(stage, "7-first-password").await
    })
    .await
}

#[tokio::test]
async fn every_screen_of_the_other_ways_is_whole_too() -> Result<()> {
    let image = ("kind = \"proof_of_work\"", "kind = \"image\"");
    play("pictures-of-types", &[image, crate::account_types::TWO], async |stage| {
        person::at_sign_in(stage).await?;
        stage.page.click("#cant-access").await?;
        stage.page.reads("Personal account").await?;
        look(stage, "a-account-type").await?;
        stage.page.press("Work or school account").await?;
        stage.page.reads("The six digits").await?;
        stage.page.type_into("[part~=root] [name=username]", ADA.user_id).await?;
        stage.page.press("Next").await?;
        stage.page.reads("Type the six digits in the picture.").await?;
        look(stage, "b-picture").await?;
        Ok(())
    })
    .await?;
    play("pictures-of-ways", &[("[gates.groups]\nadmins = 2", "[gates]\nrequired = 2")], async |stage| {
        person::chose_way(stage, person::MARY.user_id, "Call my office phone", "Call me").await?;
        let call = stage.server.call("+14255550103", 0).await?;
        call.does("answer").await?;
        stage.page.reads("You answered.").await?;
        look(stage, "c-call").await?;
        call.key("5").await?;
        stage.page.reads("That was another key").await?;
        look(stage, "d-wrong-key").await?;
        call.key("#").await?;
        stage.page.reads("Check 2 of 2").await?;
        look(stage, "e-second-gate").await?;
        stage.page.choose("Answer my security questions").await?;
        stage.page.press("Answer the questions").await?;
        stage.page.reads("Answer as you did").await?;
        stage.page.press("Next").await?;
        stage.page.reads("Type your answer.").await?;
        look(stage, "f-questions").await?;
        stage.page.press("Choose another way").await?;
        stage.page.choose("Use my authenticator app").await?;
        stage.page.press("Next").await?;
        stage.page.reads("Open your authenticator app").await?;
        look(stage, "g-authenticator").await?;
        stage.page.press("None of these work for me").await?;
        stage.page.reads("Your administrator can help").await?;
        look(stage, "h-administrator").await?;
        stage.page.press("Send the request").await?;
        stage.page.reads("Your request has been sent").await?;
        look(stage, "i-request-sent").await
    })
    .await?;
    play("pictures-of-unlocking", &[], async |stage| {
        let hedy = &person::HEDY;
        person::chose_way(stage, hedy.user_id, "Email my alternate address", "Send the code").await?;
        let code = stage.server.mail(hedy.address, 0).await?.code()?;
        person::typed_code(stage, &code).await?;
        stage.page.reads("Unlock, or a new password?").await?;
        look(stage, "j-outcome").await?;
        stage.page.choose("Unlock my account").await?;
        stage.page.press("Next").await?;
        stage.page.reads("has been unlocked").await?;
        look(stage, "k-unlocked").await
    })
    .await
}

#[tokio::test]
async fn what_gets_in_the_way_is_whole_on_every_screen() -> Result<()> {
    let limits =
        ("identifications_per_account = 500", "identifications_per_account = 1\nwrong_passwords_per_account = 1");
    play("pictures-of-limits", &[limits], async |stage| {
        for words in ["Prove that it’s you", "You can go on in"] {
            person::at_sign_in(stage).await?;
            stage.page.click("#cant-access").await?;
            stage.page.reads("Let’s get you back in").await?;
            stage.page.type_into("[part~=root] [name=username]", ADA.user_id).await?;
            stage.page.press("Next").await?;
            stage.page.reads(words).await?;
            if words == "Prove that it’s you" {
                stage.page.press("Cancel").await?;
            }
        }
        look(stage, "aa-limited").await?;
        register::signed_in(stage, ALAN.user_id, "not his").await?;
        stage.page.reads("User ID and password don’t go together.").await?;
        stage.page.retype("[name=current-password]", "nor this").await?;
        stage.page.press("Next").await?;
        stage.page.reads("You can go on in").await?;
        look(stage, "ab-limited-signing-in").await
    })
    .await?;
    let short = [("lifetime_s = 600", "lifetime_s = 60"), ("[mail]", "[flows]\nlifetime_s = 119\n\n[mail]")];
    play("pictures-of-the-end", &short, async |stage| {
        person::at_sign_in(stage).await?;
        stage.page.click("#cant-access").await?;
        stage.page.reads("This ends in").await?;
        look(stage, "ac-ending").await
    })
    .await?;
    play("pictures-of-the-unknown", &[], async |stage| {
        person::at_sign_in(stage).await?;
        stage.page.click("#cant-access").await?;
        stage.page.reads("Let’s get you back in").await?;
        stage.page.type_into("[part~=root] [name=username]", ADA.user_id).await?;
        stage.page.script(LATER_SERVER, vec![]).await?;
        stage.page.press("Next").await?;
        stage.page.reads("Let’s finish this another way").await?;
        let on = format!("[part~=root] a[href='{}']", stage.server.address("/reset"));
        ensure!(stage.page.has(&on).await?, "there is no way on");
        let number = "const root = document.querySelector('.regain-widget').shadowRoot.querySelector('[part~=root]');
            root.dir = 'rtl';
            return getComputedStyle(root.querySelector('[part~=help] a[href^=tel]')).direction";
        ensure!(stage.page.script(number, vec![]).await? == json!("ltr"), "a phone number is turned round");
        look(stage, "ad-unknown").await
    })
    .await
}

#[tokio::test]
async fn without_a_shadow_tree_it_is_as_whole() -> Result<()> {
    play("pictures-without-a-shadow-tree", &[], async |stage| {
        person::at_sign_in(stage).await?;
        person::loaded(stage).await?;
        stage.page.script("void Regain.open({render: 'light'})", vec![]).await?;
        stage.page.reads("Let’s get you back in").await?;
        stage.page.press("Next").await?;
        stage.page.reads("Enter your user ID.").await?;
        look(stage, "ae-identify-light").await?;
        stage.page.type_into("[part~=root] [name=username]", ADA.user_id).await?;
        stage.page.press("Next").await?;
        stage.page.press("Send the code").await?;
        stage.page.reads("Enter the code").await?;
        look(stage, "af-enter-code-light").await?;
        person::typed_code(stage, &stage.server.mail(ADA.address, 0).await?.code()?).await?;
        stage.page.type_into("[name=new-password]", "ada is not enough").await?;
        look(stage, "ag-new-password-light").await
    })
    .await
}

pub(crate) async fn look(stage: &Stage, screen: &str) -> Result<()> {
    let Stage { page, engine, .. } = stage;
    let axe = env::var("REGAIN_AXE").context("run the end-to-end tests with `cargo xtask test`")?;
    page.script(&fs::read_to_string(axe)?, vec![]).await?;
    for condition in CONDITIONS {
        if !condition.is_set(page, *engine).await? {
            continue;
        }
        let name = condition.name;
        page.picture(&folder(*engine)?.join(format!("{screen}-{name}.png"))).await?;
        let faults = page.script(FAULTS, vec![]).await?;
        ensure!(faults == json!([]), "{screen}, {name}: {faults}");
        let faults = page.script(&format!("return (async () => {{{AXE}}})()"), vec![]).await?;
        ensure!(faults == json!([]), "{screen}, {name}: {faults}");
    }
    Condition::is_over(page, *engine).await
}

/// The folder of the pictures: one of their own for those of other engines than Chromium.
fn folder(engine: Engine) -> Result<PathBuf> {
    match engine {
        Engine::Chromium => output("screens"),
        other => output(&format!("screens/{other}")),
    }
}
