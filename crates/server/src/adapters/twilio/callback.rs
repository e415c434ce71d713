//! Addresses that the provider calls back, and the data in them.
//!
//! They name the call sealed: the provider, and whoever sees its logs, learns no flow, and nobody can make up another.

use regain_protocol::Secret;
use serde::{Deserialize, Serialize};

use crate::{
    keys::{Keys, OpenError},
    ports::{CallRef, Rng},
};

/// Path at which the provider asks for the words of a call, and reports its status.
pub(crate) const VOICE: &str = "/v1/hooks/voice";

/// Path to report the status of a text message to.
pub(crate) const SMS: &str = "/v1/hooks/sms";

/// Binds a sealed call to its use.
const CONTEXT: &str = "call";

/// A call, as far as an address has to tell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct OnTheLine {
    /// The call's reference.
    pub(crate) call: CallRef,
    /// The language to speak, as a BCP 47 tag.
    pub(crate) locale: String,
}

impl OnTheLine {
    /// As it stands in an address: letters, digits, `-` and `_`.
    pub(crate) fn seal(&self, keys: &Keys, rng: &dyn Rng) -> String {
        let json = serde_json::to_vec(self).expect("a call has only text members");
        keys.seal(rng, CONTEXT, &Secret::new(json))
    }

    /// Reads what [`OnTheLine::seal`] wrote.
    pub(crate) fn open(keys: &Keys, sealed: &str) -> Result<Self, OpenError> {
        let json = keys.open(CONTEXT, sealed)?;
        serde_json::from_slice(json.expose()).map_err(|_| OpenError)
    }
}

/// Addresses at which the provider asks for the words of a call, and reports its status.
pub(super) fn voice_callback(public_url: &str, sealed: &str) -> (String, String) {
    let speak = format!("{public_url}{VOICE}?call={sealed}");
    let status = format!("{speak}&status=1");
    (speak, status)
}

/// Address to report the status of a text message to.
pub(super) fn text_callback(public_url: &str, message: &str) -> String {
    let query = form_urlencoded::Serializer::new(String::new()).append_pair("message", message).finish();
    format!("{public_url}{SMS}?{query}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ports::OsRng;

    #[test]
    fn an_address_tells_nothing_and_opens_only_here() {
        let keys = Keys::derive(&Secret::new(vec![7; 32]));
        let call = CallRef { flow_id: "the-flow".into(), call_id: "the-call".into() };
        let line = OnTheLine { call, locale: "en".into() };
        let sealed = line.seal(&keys, &OsRng);
        assert!(sealed.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)), "{sealed}");
        assert_eq!(OnTheLine::open(&keys, &sealed), Ok(line));
        assert_eq!(OnTheLine::open(&Keys::derive(&Secret::new(vec![8; 32])), &sealed), Err(OpenError));
        let message = keys.seal(&OsRng, "message:the-flow", &Secret::new(b"{}".to_vec()));
        assert_eq!(OnTheLine::open(&keys, &message), Err(OpenError), "nothing else that is sealed will do");
    }
}
