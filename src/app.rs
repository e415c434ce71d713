//! The widget as a whole: joins the shell, which does things, and the views, which draw.

use std::cell::Cell;
use std::rc::Rc;
use std::sync::Arc;

use leptos::mount::mount_to_renderer;
use regain_flow::{Event, Model};
use wasm_bindgen::{JsValue, closure::Closure};
use web_sys::HtmlElement;

use crate::display::Display;
use crate::i18n;
use crate::options::{Options, now};
use crate::shell::Shell;
use crate::views::{self, Context};

/// Shows the widget in `root`, an element in a tree that has the stylesheet. The function that it returns takes the
/// widget away, once, and has to be called: it holds all that the widget has. Its flow goes on at the server.
pub fn mount(root: HtmlElement, options: &JsValue) -> JsValue {
    #[cfg(debug_assertions)]
    console_error_panic_hook::set_once();
    let mut options = Options::read(options);
    i18n::speak(&options.language, options.texts.take());
    let config = options.config.take();
    let slot = Rc::new(Cell::new(None));
    let mounted = mount_to_renderer(&root.clone(), {
        let slot = Rc::clone(&slot);
        move || {
            let model = Model::new(options.setup.clone());
            let display = Display::new(Arc::new(model.view(now())));
            let href = options.href.clone();
            let shell = Rc::new(Shell::new(model, display.clone(), options, root));
            let dispatch = shell.dispatch();
            shell.listen();
            slot.set(Some(shell));
            if let Some(config) = config {
                dispatch.send(Event::Configured(Box::new(config)));
            }
            dispatch.send(Event::Opened);
            views::widget(&Context::new(dispatch, display, href))
        }
    });
    let Some(shell) = slot.take() else { return JsValue::UNDEFINED };
    Closure::once_into_js(move || {
        shell.stop();
        drop(mounted);
    })
}
