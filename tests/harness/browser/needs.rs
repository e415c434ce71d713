//! Differences between the engines' drivers, and the reasons.

use super::Engine;

/// Something that a test needs of a driver beyond what all drivers do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// To be offline and on again.
    Network,
    /// To run a script before the page's own.
    EarlyScript,
    /// To read what is on the clipboard.
    Clipboard,
    /// To say what the browser wrote into its console.
    Console,
    /// To count the nodes and listeners that the browser keeps.
    Counts,
}

impl Need {
    /// Why it cannot be had; nothing where it can.
    pub(super) fn reason(self, engine: Engine) -> Option<&'static str> {
        match (self, engine) {
            (_, Engine::Chromium) | (Self::Clipboard, Engine::Firefox) => None,
            (Self::Network, _) => Some("its driver has no switch for the network"),
            (Self::EarlyScript, _) => Some(
                "no script can be run before the page’s own: geckodriver has that in WebDriver BiDi only, WebKit nowhere",
            ),
            (Self::Clipboard, Engine::WebKit) => Some("it asks a person before a page reads the clipboard"),
            (Self::Counts, _) => Some("its driver does not count what the browser keeps"),
            (Self::Console, _) => Some("its driver does not tell what is in the console"),
        }
    }
}
