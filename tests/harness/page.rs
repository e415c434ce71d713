//! The page as a person meets it. Everything is found through open shadow roots too, and waited for.

use std::{path::Path, sync::Arc};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use thirtyfour::{Key, WebElement, cdp::Cdp, session::handle::SessionHandle};

use crate::until;

/// Finds the first element that matches, in an open shadow root or else in the document: where the
/// widget and its host page have the same kind of field, the widget's is meant.
const FIND: &str = r"
    const [selector] = arguments;
    const find = (root) => {
        for (const element of root.querySelectorAll('*')) {
            const below = element.shadowRoot && find(element.shadowRoot);
            if (below) return below;
        }
        return root.querySelector(selector);
    };
    return find(document);
";

/// Everything that a person can read, in the document and in open shadow roots.
const WORDS: &str = r"
    const words = (root) => {
        let all = (root.body ?? root).innerText ?? [...root.children].map((child) => child.innerText ?? '').join('\n');
        for (const element of root.querySelectorAll('*')) {
            if (element.shadowRoot) all += '\n' + words(element.shadowRoot);
        }
        return all;
    };
    return words(document);
";

/// The focused element's tag, name and text, through shadow roots.
const FOCUS: &str = r"
    let focused = document.activeElement;
    while (focused?.shadowRoot?.activeElement) focused = focused.shadowRoot.activeElement;
    return {
        tag: focused?.localName ?? '', name: focused?.getAttribute?.('name') ?? '', type: focused?.type ?? '',
        text: (focused?.innerText ?? '').trim(), id: focused?.id ?? '',
    };
";

/// True if an element can be seen. Drivers differ in that: `WebKit`'s takes a bar without text for unseen.
const SEEN: &str = "
    const [element] = arguments;
    const {width, height} = element.getBoundingClientRect();
    return width > 0 && height > 0 && element.checkVisibility({visibilityProperty: true});
";

/// Tells whether an element, once it is in view, stays in place for some frames. From then on its next click is noted.
const RESTS: &str = r"
    const [element, done] = arguments;
    const rests = () => {
        window.clickLanded = false;
        // On the window, because whoever takes a click may let nobody else hear of it.
        const note = (event) => { window.clickLanded = event.composedPath().includes(element); };
        addEventListener('click', note, { capture: true, once: true });
        done(true);
    };
    element.scrollIntoView({ block: 'nearest', behavior: 'instant' });
    const place = () => { const { x, y } = element.getBoundingClientRect(); return `${x} ${y}`; };
    const look = (before, frames) => requestAnimationFrame(() => {
        const now = place();
        if (now !== before) done(false);
        else if (frames) look(now, frames - 1);
        else rests();
    });
    look(place(), 5);
";

/// A page in a browser.
pub struct Page {
    driver: Arc<SessionHandle>,
}

impl Page {
    pub(crate) fn new(driver: Arc<SessionHandle>) -> Self {
        Self { driver }
    }

    /// The driver of the browser, for what is not here.
    pub fn driver(&self) -> &Arc<SessionHandle> {
        &self.driver
    }

    /// Chromium's own protocol, for what drivers cannot do. No other engine has it: see [`crate::Need`].
    pub fn devtools(&self) -> Cdp {
        Cdp::new(self.driver.clone())
    }

    /// Goes to an address.
    pub async fn go(&self, address: &str) -> Result<()> {
        Ok(self.driver.goto(address).await?)
    }

    /// Runs a script and returns its value.
    pub async fn script(&self, script: &str, arguments: Vec<Value>) -> Result<Value> {
        Ok(self.driver.execute(script, arguments).await?.json().clone())
    }

    /// The element, once it is there and can be seen.
    pub async fn find(&self, selector: &str) -> Result<WebElement> {
        until(selector, async || {
            let Some(element) = self.look(selector).await? else { return Ok(None) };
            let seen = self.driver.execute(SEEN, vec![element.to_json()?]).await?;
            Ok((seen.json() == &json!(true)).then_some(element))
        })
        .await
    }

    /// Tells if the element is there now, seen or not.
    pub async fn has(&self, selector: &str) -> Result<bool> {
        Ok(self.look(selector).await?.is_some())
    }

    /// Clicks it, once it can be clicked.
    pub async fn click(&self, selector: &str) -> Result<()> {
        until(&format!("a click on {selector}"), async || {
            let Some(element) = self.look(selector).await? else { return Ok(None) };
            self.click_at_rest(&element).await
        })
        .await
    }

    /// Clicks the button with these words.
    pub async fn press(&self, words: &str) -> Result<()> {
        until(&format!("a button “{words}”"), async || {
            let Some(button) = self.button(words).await? else { return Ok(None) };
            self.click_at_rest(&button).await
        })
        .await
    }

    /// Chooses what has these words beside it.
    pub async fn choose(&self, words: &str) -> Result<()> {
        until(&format!("a choice “{words}”"), async || {
            let script = FIND.replace(
                "root.querySelector(selector)",
                "[...root.querySelectorAll('label')].find((label) => label.innerText.includes(selector) && label.checkVisibility()) \
                 ?? (root.querySelector('[part~=choices] > [aria-expanded=false]')?.click(), null)",
            );
            let found = self.driver.execute(script, vec![json!(words)]).await?;
            if found.json().is_null() {
                return Ok(None);
            }
            self.click_at_rest(&found.element()?).await
        })
        .await
    }

    /// The selector of the field with this label.
    pub async fn field(&self, label: &str) -> Result<String> {
        until(&format!("a field “{label}”"), async || {
            let script = FIND.replace(
                "root.querySelector(selector)",
                "[...root.querySelectorAll('label')].find((label) => label.innerText.includes(selector))?.htmlFor",
            );
            let found = self.script(&script, vec![json!(label)]).await?;
            Ok(found.as_str().map(|id| format!("#{id}")))
        })
        .await
    }

    /// Types into a field after what it holds.
    pub async fn type_into(&self, selector: &str, text: &str) -> Result<()> {
        Ok(self.find(selector).await?.send_keys(text).await?)
    }

    /// Empties a field as a person does, and types.
    pub async fn retype(&self, selector: &str, text: &str) -> Result<()> {
        let field = self.find(selector).await?;
        // Not through the element: its driver would put the caret at the end first.
        self.driver.execute("arguments[0].focus(); arguments[0].select()", vec![field.to_json()?]).await?;
        if text.is_empty() { self.key(Key::Delete).await } else { self.keys(text).await }
    }

    /// The value of a field.
    pub async fn value(&self, selector: &str) -> Result<String> {
        Ok(self.find(selector).await?.value().await?.unwrap_or_default())
    }

    /// Everything that can be read.
    pub async fn words(&self) -> Result<String> {
        Ok(self.script(WORDS, vec![]).await?.as_str().unwrap_or_default().to_owned())
    }

    /// Waits until these words can be read.
    pub async fn reads(&self, words: &str) -> Result<()> {
        let found = until(words, async || Ok(self.words().await?.contains(words).then_some(()))).await;
        match found {
            Ok(()) => Ok(()),
            Err(_) => bail!("“{words}” is not to be read; this is:\n{}", self.words().await.unwrap_or_default()),
        }
    }

    /// Presses a key where the focus is.
    pub async fn key(&self, key: Key) -> Result<()> {
        Ok(self.driver.action_chain().send_keys(key).perform().await?)
    }

    /// Types where the focus is.
    pub async fn keys(&self, text: &str) -> Result<()> {
        Ok(self.driver.action_chain().send_keys(text).perform().await?)
    }

    /// The element that has the focus: `tag`, `name`, `type`, `text` and `id`.
    pub async fn focus(&self) -> Result<Value> {
        self.script(FOCUS, vec![]).await
    }

    /// Waits until a member of [`Page::focus`] has this value.
    pub async fn focus_on(&self, member: &str, value: &str) -> Result<()> {
        let what = format!("the focus on {member} {value}");
        until(&what, async || {
            let focus = self.focus().await?;
            anyhow::ensure!(focus[member] == json!(value), "it is on {focus}");
            Ok(Some(()))
        })
        .await
    }

    /// Takes a picture of the page.
    pub async fn picture(&self, path: &Path) -> Result<()> {
        self.driver.screenshot(path).await.with_context(|| path.display().to_string())
    }

    /// Clicks an element that stays where it is: a person does not aim at what is still moving.
    async fn click_at_rest(&self, element: &WebElement) -> Result<Option<()>> {
        let rests = self.driver.execute_async(RESTS, vec![element.to_json()?]).await?;
        if rests.json() != &json!(true) {
            return Ok(None);
        }
        element.click().await?;
        // On a loaded machine the page may have moved the element between the look and the click, so that the click went
        // elsewhere: a person sees that and aims again. Another page, or one that cannot be asked, was reached by it.
        let missed = self.script("return window.clickLanded === false", vec![]).await;
        Ok((!matches!(missed, Ok(Value::Bool(true)))).then_some(()))
    }

    async fn look(&self, selector: &str) -> Result<Option<WebElement>> {
        let found = self.driver.execute(FIND, vec![json!(selector)]).await?;
        if found.json().is_null() { Ok(None) } else { Ok(Some(found.element()?)) }
    }

    async fn button(&self, words: &str) -> Result<Option<WebElement>> {
        let script = FIND.replace(
            "root.querySelector(selector)",
            "[...root.querySelectorAll('button, a[href], summary')].find((b) => b.innerText.includes(selector) && b.checkVisibility())",
        );
        let found = self.driver.execute(script, vec![json!(words)]).await?;
        if found.json().is_null() { Ok(None) } else { Ok(Some(found.element()?)) }
    }
}
