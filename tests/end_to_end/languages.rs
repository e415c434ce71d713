//! Languages: which one is spoken, that every one is whole, and that nothing is said but from a catalogue.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result, ensure};
use harness::{BrowserSession, Need, is_unsupported, run};
use regain_catalogue::{Catalogue, Entry};
use serde_json::json;

use crate::person::{self, ADA, NEW_PASSWORD};

fn catalogues() -> Result<Vec<Catalogue<2>>> {
    Ok(regain_catalogue::read(&harness::root().join("src/i18n/languages"), ["lean", "full"])?)
}

fn words<'a>(catalogue: &'a Catalogue<2>, name: &str) -> Result<&'a str> {
    let entry = catalogue.sections.iter().flatten().find(|entry| entry.name == name);
    Ok(&entry.with_context(|| format!("no {name} in {}", catalogue.tag))?.words)
}

/// Opens the widget on a page in that language.
async fn open(session: &BrowserSession, lang: &str) -> Result<()> {
    person::at_sign_in(session).await?;
    session.page.script("document.documentElement.lang = arguments[0]", vec![json!(lang)]).await?;
    session.page.click("#cant-access").await?;
    session.page.find("[part~=root] [name=username]").await?;
    Ok(())
}

/// The language and the direction that the widget says it is in.
async fn spoken(session: &BrowserSession) -> Result<(String, String)> {
    let root = session.page.find("[part~=root]").await?;
    Ok((root.attr("lang").await?.unwrap_or_default(), root.attr("dir").await?.unwrap_or_default()))
}

#[tokio::test]
async fn the_pages_language_is_spoken_however_it_is_tagged() -> Result<()> {
    run("languages-tags", &[], async |session| {
        for (page, widget, direction) in [
            ("de-AT", "de", "ltr"),
            // As other software writes tags (a9).
            ("de_DE", "de", "ltr"),
            ("pt_BR.UTF-8", "pt-BR", "ltr"),
            ("ar-EG", "ar", "rtl"),
            ("zh-TW", "zh-Hant", "ltr"),
            ("zh-SG", "zh-Hans", "ltr"),
            ("pt", "pt-BR", "ltr"),
            ("no", "nb", "ltr"),
            ("iw", "he", "rtl"),
            // A language without a catalogue is left to what the browser prefers, which is English here.
            ("eo", "en", "ltr"),
            ("not a tag", "en", "ltr"),
            ("", "en", "ltr"),
        ] {
            open(session, page).await?;
            ensure!(
                spoken(session).await? == (widget.to_owned(), direction.to_owned()),
                "{page}: {:?}",
                spoken(session).await?
            );
            session.page.click("[part~=close]").await?;
        }
        Ok(())
    })
    .await
}

#[tokio::test]
async fn every_language_is_spoken_in_the_forms_that_it_has() -> Result<()> {
    let all = catalogues()?;
    ensure!(all.len() > 30, "{} languages", all.len());
    let english = &all[0];
    run("languages-all", &[], async |session| {
        person::at_sign_in(session).await?;
        for catalogue in &all {
            let tag = &catalogue.tag;
            session.page.script("Regain.open({locale: arguments[0]})", vec![json!(tag)]).await?;
            session.page.reads(words(catalogue, "IdentifyHeading")?).await.with_context(|| tag.clone())?;
            ensure!(spoken(session).await?.0 == *tag, "{tag}");
            session.page.click("[part~=close]").await?;
            // The forms of plurals are those that the browser will ask for.
            let script = "return new Intl.PluralRules(arguments[0]).resolvedOptions().pluralCategories";
            let asked = session.page.script(script, vec![json!(tag)]).await?;
            let asked: BTreeSet<String> = serde_json::from_value(asked)?;
            for Entry { name, words: said } in catalogue.sections.iter().flatten() {
                if words(english, name)?.starts_with("one: ") {
                    let given = said
                        .split(" | ")
                        .filter_map(|form| form.split_once(": "))
                        .map(|(category, _)| category.to_owned());
                    let given: BTreeSet<String> = given.collect();
                    // A form for millions, or for nothing, falls back to the last.
                    let lacking: Vec<_> =
                        asked.difference(&given).filter(|one| !["many", "zero"].contains(&one.as_str())).collect();
                    ensure!(
                        lacking.is_empty() && given.is_subset(&asked),
                        "{tag}: {name} has {given:?}, asked are {asked:?}"
                    );
                }
            }
        }
        Ok(())
    })
    .await
}

/// Resets the password in a language; `few` is the form that it has for four.
async fn resets_in(tag: &str, direction: &str, few: &str) -> Result<()> {
    let all = catalogues()?;
    let catalogue = all.iter().find(|one| one.tag == tag).context("a catalogue")?;
    run(&format!("languages-{tag}"), &[], async |session| {
        open(session, tag).await?;
        ensure!(spoken(session).await? == (tag.to_owned(), direction.to_owned()), "{:?}", spoken(session).await?);
        session.page.type_into("[part~=root] [name=username]", ADA.user_id).await?;
        session.page.press(words(catalogue, "Next")?).await?;
        session.page.reads(words(catalogue, "MethodsHeading")?).await?;
        session.page.press(words(catalogue, "SendCode")?).await?;
        session.page.reads(words(catalogue, "CodeHeading")?).await?;
        let code = session.server.mail(ADA.address, 0).await?.code()?;
        session.page.type_into("[name=code]", &person::other_than(&code)).await?;
        session.page.press(words(catalogue, "Verify")?).await?;
        let plural: BTreeMap<_, _> =
            words(catalogue, "CodeWrongTries")?.split(" | ").filter_map(|it| it.split_once(": ")).collect();
        session.page.reads(&plural[few].replace("{0}", "4")).await?;
        session.page.retype("[name=code]", &code).await?;
        session.page.press(words(catalogue, "Verify")?).await?;
        session.page.reads(words(catalogue, "PasswordHeading")?).await?;
        session.page.type_into("[name=new-password]", NEW_PASSWORD).await?;
        session.page.type_into("[name=confirm-password]", NEW_PASSWORD).await?;
        session.page.reads(words(catalogue, "StrengthStrong")?).await?;
        session.page.press(words(catalogue, "Finish")?).await?;
        session.page.reads(words(catalogue, "DoneReset")?).await
    })
    .await
}

#[tokio::test]
async fn a_german_resets_the_password_in_german() -> Result<()> {
    resets_in("de", "ltr", "other").await
}

#[tokio::test]
pub(crate) async fn an_arab_resets_the_password_from_right_to_left() -> Result<()> {
    resets_in("ar", "rtl", "few").await
}

#[tokio::test]
async fn the_language_stays_where_the_full_widget_goes_on() -> Result<()> {
    let all = catalogues()?;
    let arabic = all.iter().find(|one| one.tag == "ar").context("Arabic")?;
    run("languages-handed-over", &[], async |session| {
        open(session, "ar").await?;
        session.page.type_into("[part~=root] [name=username]", ADA.user_id).await?;
        session.page.press(words(arabic, "Next")?).await?;
        session.page.reads(words(arabic, "MethodsHeading")?).await?;
        session.page.press(words(arabic, "AskAdministrator")?).await?;
        session.page.reads(words(arabic, "ContactHeading")?).await?;
        ensure!(spoken(session).await? == ("ar".to_owned(), "rtl".to_owned()));
        crate::pictures::look(session, "w-arabic").await
    })
    .await
}

/// The texts that can be seen and are not from the pseudo-language: its texts begin with a bracket, or with an
/// accent on them, and what is put in (names, masked addresses, digits) is known.
const FOREIGN: &str = r"
    const known = arguments[0];
    const root = [...document.querySelectorAll('*')].map((e) => e.shadowRoot).find((root) => root?.querySelector('[part~=root]'));
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    const foreign = [];
    while (walker.nextNode()) {
        const {textContent: text, parentElement: parent} = walker.currentNode;
        if (parent.closest('style, [part~=value], bdi') || !/\p{L}/u.test(text)) continue;
        let rest = text;
        for (const one of known) rest = rest.replaceAll(one, '');
        if (/\p{L}/u.test(rest) && !/^\s*\[|\]|[àçéîñöŕšûýžÀÇÉÎÑÖŔŠÛÝŽ]/.test(rest)) foreign.push(text);
    }
    for (const element of root.querySelectorAll('[aria-label], [alt], [title], [placeholder]'))
        for (const name of ['aria-label', 'alt', 'title', 'placeholder']) {
            const text = element.getAttribute(name);
            if (text && !text.startsWith('[')) foreign.push(`${name}=${text}`);
        }
    return foreign;
";

async fn says_nothing_foreign(session: &BrowserSession, at: &str) -> Result<()> {
    let known = ["Northwind Traders", ADA.user_id, "Lovelace", "name@northwind.example"];
    let foreign = session.page.script(FOREIGN, vec![json!(known)]).await?;
    ensure!(foreign == json!([]), "{at}: {foreign}");
    Ok(())
}

#[tokio::test]
async fn nothing_is_said_but_from_a_catalogue() -> Result<()> {
    run("languages-pseudo", &[], async |session| {
        let submit = "[part~=root] [type=submit]";
        open(session, "en-XA").await?;
        says_nothing_foreign(session, "identify").await?;
        crate::pictures::look(session, "v-pseudo-identify").await?;
        session.page.click(submit).await?;
        session.page.type_into("[part~=root] [name=username]", ADA.user_id).await?;
        session.page.click(submit).await?;
        session.page.find("[part~=method]").await?;
        says_nothing_foreign(session, "choose_method").await?;
        crate::pictures::look(session, "v-pseudo-choose").await?;
        session.page.click(submit).await?;
        session.page.find("[name=code]").await?;
        says_nothing_foreign(session, "enter_code").await?;
        crate::pictures::look(session, "v-pseudo-code").await?;
        let code = session.server.mail(ADA.address, 0).await?.code()?;
        session.page.type_into("[name=code]", &code).await?;
        session.page.click(submit).await?;
        session.page.type_into("[name=new-password]", "password").await?;
        session.page.find("[part=meter][data-score='0']").await?;
        session.page.click(submit).await?;
        says_nothing_foreign(session, "new_password").await?;
        crate::pictures::look(session, "v-pseudo-password").await?;
        session.page.retype("[name=new-password]", NEW_PASSWORD).await?;
        session.page.type_into("[name=confirm-password]", NEW_PASSWORD).await?;
        session.page.click(submit).await?;
        session.page.find("[part~=tick]").await?;
        says_nothing_foreign(session, "done").await
    })
    .await
}

#[tokio::test]
async fn a_hosted_page_speaks_what_the_browser_prefers() -> Result<()> {
    if is_unsupported(Need::EarlyScript)? {
        return Ok(());
    }
    run("languages-hosted", &[], async |session| {
        let devtools = thirtyfour::cdp::Cdp::new(session.page.driver().clone());
        let german = json!({ "userAgent": "tested", "acceptLanguage": "de-AT,en" });
        devtools.send_raw("Emulation.setUserAgentOverride", german).await?;
        session.page.go(&session.server.address("/reset")).await?;
        session.page.find("[part~=root] [name=username]").await?;
        ensure!(spoken(session).await? == ("de".to_owned(), "ltr".to_owned()), "{:?}", spoken(session).await?);
        let page = session.page.script("return [document.documentElement.lang, document.title]", vec![]).await?;
        ensure!(page == json!(["de", "Zurück in Ihr Konto · Northwind Traders"]), "the page around it: {page}");
        Ok(())
    })
    .await
}
