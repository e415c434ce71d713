//! Languages: which one is spoken, that every one is whole, and that nothing is said but from a catalogue.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result, ensure};
use harness::{Need, Stage, lacks, play};
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
async fn open(stage: &Stage, lang: &str) -> Result<()> {
    person::at_sign_in(stage).await?;
    stage.page.script("document.documentElement.lang = arguments[0]", vec![json!(lang)]).await?;
    stage.page.click("#cant-access").await?;
    stage.page.find("[part~=root] [name=username]").await?;
    Ok(())
}

/// The language and the direction that the widget says it is in.
async fn spoken(stage: &Stage) -> Result<(String, String)> {
    let root = stage.page.find("[part~=root]").await?;
    Ok((root.attr("lang").await?.unwrap_or_default(), root.attr("dir").await?.unwrap_or_default()))
}

#[tokio::test]
async fn the_pages_language_is_spoken_however_it_is_tagged() -> Result<()> {
    play("languages-tags", &[], async |stage| {
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
            // What there is no catalogue for is left to what the browser prefers, which is English here.
            ("eo", "en", "ltr"),
            ("not a tag", "en", "ltr"),
            ("", "en", "ltr"),
        ] {
            open(stage, page).await?;
            ensure!(
                spoken(stage).await? == (widget.to_owned(), direction.to_owned()),
                "{page}: {:?}",
                spoken(stage).await?
            );
            stage.page.click("[part~=close]").await?;
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
    play("languages-all", &[], async |stage| {
        person::at_sign_in(stage).await?;
        for catalogue in &all {
            let tag = &catalogue.tag;
            stage.page.script("Regain.open({locale: arguments[0]})", vec![json!(tag)]).await?;
            stage.page.reads(words(catalogue, "IdentifyHeading")?).await.with_context(|| tag.clone())?;
            ensure!(spoken(stage).await?.0 == *tag, "{tag}");
            stage.page.click("[part~=close]").await?;
            // The forms of plurals are those that the browser will ask for.
            let script = "return new Intl.PluralRules(arguments[0]).resolvedOptions().pluralCategories";
            let asked = stage.page.script(script, vec![json!(tag)]).await?;
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
    play(&format!("languages-{tag}"), &[], async |stage| {
        open(stage, tag).await?;
        ensure!(spoken(stage).await? == (tag.to_owned(), direction.to_owned()), "{:?}", spoken(stage).await?);
        stage.page.type_into("[part~=root] [name=username]", ADA.user_id).await?;
        stage.page.press(words(catalogue, "Next")?).await?;
        stage.page.reads(words(catalogue, "MethodsHeading")?).await?;
        stage.page.press(words(catalogue, "SendCode")?).await?;
        stage.page.reads(words(catalogue, "CodeHeading")?).await?;
        let code = stage.server.mail(ADA.address, 0).await?.code()?;
        stage.page.type_into("[name=code]", &person::other_than(&code)).await?;
        stage.page.press(words(catalogue, "Verify")?).await?;
        let plural: BTreeMap<_, _> =
            words(catalogue, "CodeWrongTries")?.split(" | ").filter_map(|it| it.split_once(": ")).collect();
        stage.page.reads(&plural[few].replace("{0}", "4")).await?;
        stage.page.retype("[name=code]", &code).await?;
        stage.page.press(words(catalogue, "Verify")?).await?;
        stage.page.reads(words(catalogue, "PasswordHeading")?).await?;
        stage.page.type_into("[name=new-password]", NEW_PASSWORD).await?;
        stage.page.type_into("[name=confirm-password]", NEW_PASSWORD).await?;
        stage.page.reads(words(catalogue, "StrengthStrong")?).await?;
        stage.page.press(words(catalogue, "Finish")?).await?;
        stage.page.reads(words(catalogue, "DoneReset")?).await
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
    play("languages-handed-over", &[], async |stage| {
        open(stage, "ar").await?;
        stage.page.type_into("[part~=root] [name=username]", ADA.user_id).await?;
        stage.page.press(words(arabic, "Next")?).await?;
        stage.page.reads(words(arabic, "MethodsHeading")?).await?;
        stage.page.press(words(arabic, "AskAdministrator")?).await?;
        stage.page.reads(words(arabic, "ContactHeading")?).await?;
        ensure!(spoken(stage).await? == ("ar".to_owned(), "rtl".to_owned()));
        crate::pictures::look(stage, "w-arabic").await
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

async fn says_nothing_foreign(stage: &Stage, at: &str) -> Result<()> {
    let known = ["Northwind Traders", ADA.user_id, "Lovelace", "name@northwind.example"];
    let foreign = stage.page.script(FOREIGN, vec![json!(known)]).await?;
    ensure!(foreign == json!([]), "{at}: {foreign}");
    Ok(())
}

#[tokio::test]
async fn nothing_is_said_but_from_a_catalogue() -> Result<()> {
    play("languages-pseudo", &[], async |stage| {
        let submit = "[part~=root] [type=submit]";
        open(stage, "en-XA").await?;
        says_nothing_foreign(stage, "identify").await?;
        crate::pictures::look(stage, "v-pseudo-identify").await?;
        stage.page.click(submit).await?;
        stage.page.type_into("[part~=root] [name=username]", ADA.user_id).await?;
        stage.page.click(submit).await?;
        stage.page.find("[part~=choice]").await?;
        says_nothing_foreign(stage, "choose_method").await?;
        crate::pictures::look(stage, "v-pseudo-choose").await?;
        stage.page.click(submit).await?;
        stage.page.find("[name=code]").await?;
        says_nothing_foreign(stage, "enter_code").await?;
        crate::pictures::look(stage, "v-pseudo-code").await?;
        let code = stage.server.mail(ADA.address, 0).await?.code()?;
        stage.page.type_into("[name=code]", &code).await?;
        stage.page.click(submit).await?;
        stage.page.type_into("[name=new-password]", "password").await?;
        stage.page.find("[part=meter][data-score='0']").await?;
        stage.page.click(submit).await?;
        says_nothing_foreign(stage, "new_password").await?;
        crate::pictures::look(stage, "v-pseudo-password").await?;
        stage.page.retype("[name=new-password]", NEW_PASSWORD).await?;
        stage.page.type_into("[name=confirm-password]", NEW_PASSWORD).await?;
        stage.page.click(submit).await?;
        stage.page.find("[part~=tick]").await?;
        says_nothing_foreign(stage, "done").await
    })
    .await
}

#[tokio::test]
async fn a_hosted_page_speaks_what_the_browser_prefers() -> Result<()> {
    if lacks(Need::EarlyScript)? {
        return Ok(());
    }
    play("languages-hosted", &[], async |stage| {
        let devtools = thirtyfour::cdp::Cdp::new(stage.page.driver().clone());
        let german = json!({ "userAgent": "tested", "acceptLanguage": "de-AT,en" });
        devtools.send_raw("Emulation.setUserAgentOverride", german).await?;
        stage.page.go(&stage.server.address("/reset")).await?;
        stage.page.find("[part~=root] [name=username]").await?;
        ensure!(spoken(stage).await? == ("de".to_owned(), "ltr".to_owned()), "{:?}", spoken(stage).await?);
        let page = stage.page.script("return [document.documentElement.lang, document.title]", vec![]).await?;
        ensure!(page == json!(["de", "Zurück in Ihr Konto · Northwind Traders"]), "the page around it: {page}");
        Ok(())
    })
    .await
}
