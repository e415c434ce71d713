//! Every screen as a picture, narrow and wide, light and dark, in forced colours, with large text, left to right
//! and right to left. The pictures are for people to look at (`target/end-to-end/screens`); what a program can
//! say of them is said here: nothing sticks out, every target is large enough, and axe-core finds no fault.

use std::{env, fs, path::PathBuf};

use anyhow::{Context, Result, ensure};
use harness::{BrowserSession, Condition, Engine, output, run};
use serde_json::json;

use crate::{
    person::{self, ADA, JOAN, NEW_PASSWORD},
    register::{self, ALAN, GRACE},
};

const PLAIN: Condition =
    Condition { name: "wide", width: 1280, scheme: "light", direction: "ltr", forced_colors: "none", text: "100%" };

const CONDITIONS: [Condition; 7] = [
    PLAIN,
    Condition { name: "narrow", width: 390, ..PLAIN },
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
    run("pictures", &[], async |session| {
        person::at_sign_in(session).await?;
        look(session, "0-sign-in").await?;
        session.page.click("#cant-access").await?;
        session.page.reads("Let’s get you back in").await?;
        look(session, "1-identify").await?;
        session.page.type_into("[part~=root] [name=username]", "grace@northwind.example").await?;
        session.page.press("Next").await?;
        session.page.reads("Verify it’s you").await?;
        session.page.press("Send the code").await?;
        session.page.reads("Choose one to continue.").await?;
        look(session, "2-choose-method").await?;
        session.page.click("[part~=choice] input").await?;
        session.page.press("Send the code").await?;
        session.page.reads("Enter the code").await?;
        look(session, "3-enter-code").await?;
        let wrong = "000000";
        session.page.type_into("[name=code]", wrong).await?;
        session.page.press("Verify").await?;
        session.page.reads("tries left").await?;
        look(session, "4-wrong-code").await?;
        session.server.kill()?;
        session.page.press("Verify").await?;
        session.page.reads("We can’t reach the server").await?;
        look(session, "5-unreachable").await?;
        session.server.up().await?;
        for words in ["3 tries left", "2 tries left", "1 try left", "Too many attempts"] {
            if words != "3 tries left" {
                session.page.retype("[name=code]", wrong).await?;
                session.page.press("Verify").await?;
            }
            session.page.reads(words).await?;
        }
        look(session, "6-ended").await?;
        person::proved(session, &ADA).await?;
        session.page.type_into("[name=new-password]", "ada is not enough").await?;
        look(session, "7-new-password").await?;
        session.page.retype("[name=new-password]", NEW_PASSWORD).await?;
        session.page.type_into("[name=confirm-password]", NEW_PASSWORD).await?;
        session.page.press("Finish").await?;
        session.page.reads("Your password has been reset").await?;
        look(session, "8-done").await?;
        for (name, path) in [
            ("9-outbox", "/demo/outbox"),
            ("9-people", "/demo"),
            ("9-switches", "/demo/switches"),
            ("9-hosted", "/reset"),
            ("9-looks", "/demo/theming"),
        ] {
            session.page.go(&session.server.address(path)).await?;
            if name == "9-looks" {
                session.page.reads("Let’s get you back in").await?;
            }
            look(session, name).await?;
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
    run("pictures-of-passwords", &[("@BREACHED@", &path), ("[mail]", strict)], async |session| {
        person::proved(session, &ADA).await?;
        look(session, "l-rules").await?;
        session.page.type_into("[name=new-password]", "Seven otters").await?;
        session.page.type_into("[name=confirm-password]", "Seven hotters").await?;
        session.page.reads("Passwords don’t match.").await?;
        // The strength is not praised while a rule is broken.
        session.page.find("[part~=meter][data-score='0']").await?;
        look(session, "m-strength").await?;
        session.page.press("Finish").await?;
        session.page.reads("Your password doesn’t meet the rules below yet.").await?;
        look(session, "n-open-rules").await?;
        session.page.press("Suggest a password").await?;
        session.page.reads("Save it in a password manager.").await?;
        session.page.reads("Strong – ").await?;
        look(session, "o-suggestion").await
    })
    .await
}

#[tokio::test]
async fn security_info_is_whole_on_every_screen() -> Result<()> {
    run("pictures-of-security-info", &[], async |session| {
        register::signed_in(session, ALAN.user_id, "not his").await?;
        session.page.reads("Wrong user ID or password.").await?;
        look(session, "p-signing-in").await?;
        session.page.retype("[name=current-password]", register::ALANS_PASSWORD).await?;
        session.page.press("Next").await?;
        session.page.reads("We use these to verify you").await?;
        session.page.press("Finish").await?;
        session.page.reads("Add one more method to finish.").await?;
        look(session, "q-nothing-yet").await?;
        session.page.press("Authenticator app").await?;
        session.page.reads("Set up your authenticator app").await?;
        look(session, "r-authenticator").await?;
        session.page.press("Cancel").await?;
        session.page.press("Alternate email").await?;
        session.page.press("Send the code").await?;
        session.page.reads("Enter an email address.").await?;
        look(session, "r-address").await?;
        session.page.press("Back").await?;
        session.page.press("Security questions").await?;
        session.page.reads("Choose 5 questions").await?;
        session.page.press("Save questions").await?;
        session.page.reads("Choose a question.").await?;
        look(session, "s-questions").await
    })
    .await?;
    run("pictures-of-replacing", &[], async |session| {
        register::proved(session, &GRACE, "nanoseconds of wire", 0).await?;
        look(session, "t-overview").await?;
        session.page.press("Replace").await?;
        session.page.reads("This replaces").await?;
        session.page.press("Send the code").await?;
        look(session, "u-replacing").await?;
        session.page.press("Back").await?;
        session.page.press("Remove").await?;
        session.page.reads("Remove this method?").await?;
        look(session, "v-removal").await?;
        session.page.press("Keep it").await?;
        session.page.press("Mobile phone").await?;
        session.page.press("Text me").await?;
        session.page.reads("Enter a phone number.").await?;
        look(session, "w-phone").await
    })
    .await
}

#[tokio::test]
async fn recovery_codes_are_whole_on_every_screen() -> Result<()> {
    run("pictures-of-recovery-codes", &[crate::recovery_codes::ON], async |session| {
        register::proved(session, &GRACE, "nanoseconds of wire", 0).await?;
        session.page.press("Recovery codes").await?;
        session.page.reads("Save these codes now").await?;
        look(session, "ba-codes").await?;
        session.page.press("I’ve saved them").await?;
        session.page.reads("10 left").await?;
        look(session, "bb-left").await?;
        session.page.click("[aria-label^='Replace: Recovery codes']").await?;
        session.page.reads("stop working").await?;
        look(session, "bc-anew").await?;
        person::chose_way(session, person::MARY.user_id, "Use a recovery code", "Next").await?;
        person::typed_code(session, "7K3QX-9MBWD-2HZ4").await?;
        session.page.reads("has 15 letters and digits").await?;
        look(session, "bd-saved-code").await
    })
    .await
}

#[tokio::test]
async fn who_is_signed_in_sees_whole_screens() -> Result<()> {
    run("pictures-of-a-change", &[], async |session| {
        person::at_welcome(session, ADA.user_id, person::OLD_PASSWORD).await?;
        look(session, "x-signed-in").await?;
        session.page.press("Change my password").await?;
        session.page.find("[part~=root] [name=current-password]").await?;
        session.page.press("Change password").await?;
        session.page.reads("Enter your current password.").await?;
        look(session, "y-change").await?;
        session.page.type_into("[name=current-password]", person::OLD_PASSWORD).await?;
        session.page.type_into("[name=new-password]", NEW_PASSWORD).await?;
        session.page.type_into("[name=confirm-password]", NEW_PASSWORD).await?;
        session.page.press("Change password").await?;
        session.page.reads("Your password has been changed").await?;
        look(session, "z-changed").await
    })
    .await
}

#[tokio::test]
async fn a_first_password_is_whole_in_a_dialog_too() -> Result<()> {
    run("pictures-of-a-first-password", &[], async |session| {
        person::at_sign_in(session).await?;
        let open = "void Regain.open({mode: 'dialog'})";
        person::loaded(session).await?;
        session.page.script(open, vec![]).await?;
        session.page.find("dialog[open]").await?;
        session.page.reads("Let’s get you back in").await?;
        look(session, "1-identify-dialog").await?;
        session.page.type_into("[part~=root] [name=username]", JOAN.user_id).await?;
        session.page.press("Next").await?;
        session.page.press("Send the code").await?;
        person::typed_code(session, &session.server.mail(JOAN.address, 0).await?.code()?).await?;
        session.page.find("[name=new-password]").await?;
        session.page.focus_on("text", "Choose a password").await?;
        look(session, "7-first-password-dialog").await?;
        // Come back to, the page goes on by itself, and not in a dialog.
        person::at_sign_in(session).await?;
        session.page.reads("Choose a password").await?;
        ensure!(!session.page.has("dialog[open]").await?, "it is in a dialog");
        look(session, "7-first-password").await
    })
    .await
}

#[tokio::test]
async fn every_screen_of_the_other_ways_is_whole_too() -> Result<()> {
    let image = ("kind = \"proof_of_work\"", "kind = \"image\"");
    run("pictures-of-types", &[image, crate::account_types::TWO], async |session| {
        person::at_sign_in(session).await?;
        session.page.click("#cant-access").await?;
        session.page.reads("Personal account").await?;
        look(session, "a-account-type").await?;
        session.page.press("Work or school account").await?;
        session.page.reads("Six digits").await?;
        session.page.type_into("[part~=root] [name=username]", ADA.user_id).await?;
        session.page.press("Next").await?;
        session.page.reads("Enter the six digits in the picture.").await?;
        look(session, "b-picture").await?;
        Ok(())
    })
    .await?;
    run("pictures-of-ways", &[("[gates.groups]\nadmins = 2", "[gates]\nrequired = 2")], async |session| {
        person::chose_way(session, person::MARY.user_id, "Call my office phone", "Call me").await?;
        let call = session.server.call("+14255550103", 0).await?;
        call.does("answer").await?;
        session.page.reads("Now press the # key.").await?;
        look(session, "c-call").await?;
        call.key("5").await?;
        session.page.reads("That wasn’t #").await?;
        look(session, "d-wrong-key").await?;
        call.key("#").await?;
        session.page.reads("Verification 2 of 2").await?;
        look(session, "e-second-gate").await?;
        session.page.choose("Answer my security questions").await?;
        session.page.press("Answer the questions").await?;
        session.page.reads("Capitals and extra spaces").await?;
        session.page.press("Next").await?;
        session.page.reads("Enter your answer.").await?;
        look(session, "f-questions").await?;
        session.page.press("Try another method").await?;
        session.page.choose("Use my authenticator app").await?;
        session.page.press("Next").await?;
        session.page.reads("Open your authenticator app").await?;
        look(session, "g-authenticator").await?;
        session.page.press("I can’t do this – get help").await?;
        session.page.reads("Your administrator can help").await?;
        look(session, "h-administrator").await?;
        session.page.press("Send request").await?;
        session.page.reads("Your request has been sent").await?;
        look(session, "i-request-sent").await
    })
    .await?;
    run("pictures-of-unlocking", &[], async |session| {
        let hedy = &person::HEDY;
        person::chose_way(session, hedy.user_id, "Email my alternate address", "Send the code").await?;
        let code = session.server.mail(hedy.address, 0).await?.code()?;
        person::typed_code(session, &code).await?;
        session.page.reads("Do you know your password?").await?;
        look(session, "j-outcome").await?;
        session.page.choose("unlock my account").await?;
        session.page.press("Next").await?;
        session.page.reads("has been unlocked").await?;
        look(session, "k-unlocked").await
    })
    .await
}

#[tokio::test]
async fn what_gets_in_the_way_is_whole_on_every_screen() -> Result<()> {
    let limits =
        ("identifications_per_account = 500", "identifications_per_account = 1\nwrong_passwords_per_account = 1");
    run("pictures-of-limits", &[limits], async |session| {
        for words in ["Verify it’s you", "You can try again in"] {
            person::at_sign_in(session).await?;
            session.page.click("#cant-access").await?;
            session.page.reads("Let’s get you back in").await?;
            session.page.type_into("[part~=root] [name=username]", ADA.user_id).await?;
            session.page.press("Next").await?;
            session.page.reads(words).await?;
            if words == "Verify it’s you" {
                session.page.press("Cancel").await?;
            }
        }
        look(session, "aa-limited").await?;
        register::signed_in(session, ALAN.user_id, "not his").await?;
        session.page.reads("Wrong user ID or password.").await?;
        session.page.retype("[name=current-password]", "nor this").await?;
        session.page.press("Next").await?;
        session.page.reads("You can try again in").await?;
        look(session, "ab-limited-signing-in").await
    })
    .await?;
    let short = [("lifetime_s = 600", "lifetime_s = 60"), ("[mail]", "[flows]\nlifetime_s = 119\n\n[mail]")];
    run("pictures-of-the-end", &short, async |session| {
        person::at_sign_in(session).await?;
        session.page.click("#cant-access").await?;
        session.page.reads("You’ll be timed out in").await?;
        look(session, "ac-ending").await
    })
    .await?;
    run("pictures-of-the-unknown", &[], async |session| {
        person::at_sign_in(session).await?;
        session.page.click("#cant-access").await?;
        session.page.reads("Let’s get you back in").await?;
        session.page.type_into("[part~=root] [name=username]", ADA.user_id).await?;
        session.page.script(LATER_SERVER, vec![]).await?;
        session.page.press("Next").await?;
        session.page.reads("Let’s finish this another way").await?;
        let on = format!("[part~=root] a[href='{}']", session.server.address("/reset"));
        ensure!(session.page.has(&on).await?, "there is no way on");
        let number = "const root = document.querySelector('.regain-widget').shadowRoot.querySelector('[part~=root]');
            root.dir = 'rtl';
            return getComputedStyle(root.querySelector('[part~=help] a[href^=tel]')).direction";
        ensure!(session.page.script(number, vec![]).await? == json!("ltr"), "a phone number is turned round");
        look(session, "ad-unknown").await
    })
    .await
}

#[tokio::test]
async fn without_a_shadow_tree_it_is_as_whole() -> Result<()> {
    run("pictures-without-a-shadow-tree", &[], async |session| {
        person::at_sign_in(session).await?;
        person::loaded(session).await?;
        session.page.script("void Regain.open({render: 'light'})", vec![]).await?;
        session.page.reads("Let’s get you back in").await?;
        session.page.press("Next").await?;
        session.page.reads("Enter your user ID.").await?;
        look(session, "ae-identify-light").await?;
        session.page.type_into("[part~=root] [name=username]", ADA.user_id).await?;
        session.page.press("Next").await?;
        session.page.press("Send the code").await?;
        session.page.reads("Enter the code").await?;
        look(session, "af-enter-code-light").await?;
        person::typed_code(session, &session.server.mail(ADA.address, 0).await?.code()?).await?;
        session.page.type_into("[name=new-password]", "ada is not enough").await?;
        look(session, "ag-new-password-light").await
    })
    .await
}

pub(crate) async fn look(session: &BrowserSession, screen: &str) -> Result<()> {
    let BrowserSession { page, engine, .. } = session;
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
