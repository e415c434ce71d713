//! Every screen as a picture, narrow and wide, light and dark, in forced colours, with large text, left to right
//! and right to left. The pictures are for people to look at (`target/end-to-end/screens`); what a program can
//! say of them is said here: nothing sticks out, every target is large enough, and axe-core finds no fault.

mod info;
mod passwords;
mod reset;
mod trouble;
mod ways;

use std::{env, fs, path::PathBuf};

use anyhow::{Context, Result, ensure};
use harness::{BrowserSession, Condition, Engine, output};
use serde_json::json;

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
