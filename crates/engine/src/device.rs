//! The browser and system that a request came from, as its owner would name them: "Chrome on Windows".

use serde::{Deserialize, Serialize};

/// The longest `User-Agent` that is looked at, in bytes.
const MAX_HEADER: usize = 512;

/// A browser on a system, both of the families that are known here. Nothing else of the header is kept: it is a stranger's
/// text, and a fingerprint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Device {
    browser: Browser,
    system: System,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Browser {
    Chrome,
    Edge,
    Firefox,
    Opera,
    Safari,
    SamsungInternet,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum System {
    Android,
    ChromeOs,
    Ios,
    Ipados,
    Linux,
    Macos,
    Windows,
}

/// Products of a `User-Agent`. Most browsers name Chrome or Safari too, so the first that is there counts.
const PRODUCTS: [(&str, Browser); 12] = [
    ("Edg", Browser::Edge),
    ("EdgA", Browser::Edge),
    ("EdgiOS", Browser::Edge),
    ("OPR", Browser::Opera),
    ("OPT", Browser::Opera),
    ("SamsungBrowser", Browser::SamsungInternet),
    ("Firefox", Browser::Firefox),
    ("FxiOS", Browser::Firefox),
    ("CriOS", Browser::Chrome),
    ("Chrome", Browser::Chrome),
    // Safari alone has a version beside its own name.
    ("Version", Browser::Safari),
    ("Safari", Browser::Safari),
];

/// Beginnings of a platform's parts. Some name what they are built on too, so the first counts.
const PLATFORMS: [(&str, System); 7] = [
    ("Android", System::Android),
    ("CrOS", System::ChromeOs),
    ("iPhone", System::Ios),
    ("iPad", System::Ipados),
    ("Windows NT", System::Windows),
    ("Macintosh", System::Macos),
    ("Linux", System::Linux),
];

impl Device {
    /// The device of a `User-Agent`; `None` where one half of it is not known.
    pub fn from_user_agent(header: &str) -> Option<Self> {
        if header.len() > MAX_HEADER {
            return None;
        }
        let (platform, products) = header.strip_prefix("Mozilla/5.0 (")?.split_once(") ")?;
        let runs_on = |name: &str| platform.split("; ").any(|part| part.starts_with(name));
        let has = |name: &str| {
            products.split(' ').any(|product| product.split_once('/').is_some_and(|(product, _)| product == name))
        };
        let (_, system) = PLATFORMS.into_iter().find(|(name, _)| runs_on(name))?;
        let (_, browser) = PRODUCTS.into_iter().find(|(name, _)| has(name))?;
        let named = browser != Browser::Safari || has("Version") && has("Safari");
        named.then_some(Self { browser, system })
    }

    /// The browser's name.
    pub const fn browser(self) -> &'static str {
        match self.browser {
            Browser::Chrome => "Chrome",
            Browser::Edge => "Edge",
            Browser::Firefox => "Firefox",
            Browser::Opera => "Opera",
            Browser::Safari => "Safari",
            Browser::SamsungInternet => "Samsung Internet",
        }
    }

    /// The system's name.
    pub const fn system(self) -> &'static str {
        match self.system {
            System::Android => "Android",
            System::ChromeOs => "ChromeOS",
            System::Ios => "iOS",
            System::Ipados => "iPadOS",
            System::Linux => "Linux",
            System::Macos => "macOS",
            System::Windows => "Windows",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(header: &str) -> Option<(&'static str, &'static str)> {
        Device::from_user_agent(header).map(|device| (device.browser(), device.system()))
    }

    #[test]
    fn browsers_are_named_by_family() {
        for (platform, products, browser, system) in [
            (
                "Windows NT 10.0; Win64; x64",
                "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36",
                "Chrome",
                "Windows",
            ),
            (
                "Windows NT 10.0; Win64; x64",
                "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36 Edg/131.0.0.0",
                "Edge",
                "Windows",
            ),
            (
                "Macintosh; Intel Mac OS X 10_15_7",
                "AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Safari/605.1.15",
                "Safari",
                "macOS",
            ),
            (
                "iPhone; CPU iPhone OS 18_1 like Mac OS X",
                "AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/131.0 Mobile/15E148 Safari/604.1",
                "Chrome",
                "iOS",
            ),
            (
                "iPad; CPU OS 18_1 like Mac OS X",
                "AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1",
                "Safari",
                "iPadOS",
            ),
            (
                "Linux; Android 10; K",
                "AppleWebKit/537.36 (KHTML, like Gecko) SamsungBrowser/27.0 Chrome/125.0.0.0 Mobile Safari/537.36",
                "Samsung Internet",
                "Android",
            ),
            ("Android 14; Mobile; rv:133.0", "Gecko/133.0 Firefox/133.0", "Firefox", "Android"),
            ("X11; Ubuntu; Linux x86_64; rv:133.0", "Gecko/20100101 Firefox/133.0", "Firefox", "Linux"),
            (
                "X11; CrOS x86_64 14541.0.0",
                "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36",
                "Chrome",
                "ChromeOS",
            ),
        ] {
            assert_eq!(
                named(&format!("Mozilla/5.0 ({platform}) {products}")),
                Some((browser, system)),
                "{platform} {products}"
            );
        }
    }

    #[test]
    fn hostile_and_unknown_headers_name_nothing() {
        let windows = "Mozilla/5.0 (Windows NT 10.0) ";
        for header in [
            "",
            "curl/8.5.0",
            "Chrome on Windows",
            "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html) Chrome/131.0 Safari/537.36",
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64",
            "Mozilla/5.0 (<a href=//evil.example>Windows</a>) Chrome/1",
            &format!("{windows}AppleWebKit/537.36 HeadlessChrome/131.0 Safari/537.36"),
            &format!("{windows}\r\nBcc:all@example.com\r\nChrome/1"),
            &format!("{windows}Safari/1"),
            &format!("{windows}Chrome/1 {}", "x".repeat(MAX_HEADER)),
        ] {
            assert_eq!(named(header), None, "{header}");
        }
        // Of what is known, nothing of the header is left.
        let hostile = format!("{windows}Chrome/<script>alert(1)</script> https://evil.example/");
        assert_eq!(named(&hostile), Some(("Chrome", "Windows")));
        let stored = serde_json::to_string(&Device::from_user_agent(&hostile)).expect("writes");
        assert_eq!(stored, r#"{"browser":"chrome","system":"windows"}"#);
    }
}
