//! Steps: what the person does next.

use serde::{Deserialize, Serialize};

use crate::{Method, MethodKind, PasswordPolicy, Role, Secret, Timestamp, text_enum::text_enum};

/// The step that the person is at: its opaque id, its name, and what it shows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Step {
    /// Opaque, new at every step: an answer to a step that has passed is recognised by it.
    pub id: String,
    /// Its name, and what it shows.
    #[serde(flatten)]
    pub body: StepBody,
}

/// A step's name, and what it shows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "name", rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum StepBody {
    /// Type the user ID.
    Identify {
        /// A challenge to solve first; null for none.
        captcha: Option<Captcha>,
    },
    /// Only an administrator can help.
    ContactAdministrator {
        /// The cause, as a stable word: `disabled`, `second_gate`, `asked`, `not_allowed`.
        reason: String,
        /// The way to reach them.
        contact: Contact,
        /// True if the request asks for the user ID, because none was typed yet.
        #[serde(default)]
        needs_user_id: bool,
        /// True if the step before can be gone back to.
        #[serde(default)]
        back: bool,
    },
    /// Choose a way to prove who you are.
    ChooseMethod {
        /// The ways on offer.
        methods: Vec<Method>,
    },
    /// Type the code that was sent, or that the authenticator app shows.
    EnterCode {
        /// The method that it was sent by.
        method: Method,
        /// Its number of digits.
        length: u8,
        /// The time at which the code expires.
        #[cfg_attr(feature = "schema", schemars(extend("format" = "date-time")))]
        expires_at: Timestamp,
        /// From when another may be asked for.
        #[cfg_attr(feature = "schema", schemars(extend("format" = "date-time")))]
        resend_at: Timestamp,
        /// The number of codes that may still be asked for.
        resends_left: u8,
        /// The number of wrong codes that are still forgiven.
        tries_left: u8,
        /// The data to set up an authenticator app with, if this code is to show that it is set up.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        setup: Option<AuthenticatorSetup>,
    },
    /// Answer the phone and press `#`.
    AnswerCall {
        /// The phone.
        method: Method,
        /// The state of the call.
        status: CallStatus,
        /// The number of calls that may still be asked for.
        calls_left: u8,
        /// From when another may be asked for.
        #[serde(default)]
        #[cfg_attr(feature = "schema", schemars(extend("format" = "date-time")))]
        call_again_at: Option<Timestamp>,
    },
    /// Answer the registered questions.
    AnswerQuestions {
        /// The questions, in the order to ask them.
        questions: Vec<Question>,
        /// The number of wrong attempts that are still forgiven.
        tries_left: u8,
    },
    /// User ID and current password.
    SignIn {
        /// The user ID, when it is known already.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        user_id: Option<String>,
        /// A challenge to solve first; none is absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        captcha: Option<Captcha>,
    },
    /// Unlock and keep the password, or choose a new one.
    ChooseOutcome {
        /// The outcomes on offer.
        outcomes: Vec<UnlockOutcome>,
    },
    /// Choose a new password.
    NewPassword {
        /// The organisation's rules.
        policy: PasswordPolicy,
        /// The account's user ID, for password managers.
        user_id: String,
        /// True if the account never had one.
        first: bool,
        /// True if the current one must be given too.
        needs_current: bool,
    },
    /// The registered methods, to be added to and removed from.
    SecurityInfo {
        /// The registered methods.
        methods: Vec<RegisteredMethod>,
        /// The number of methods that the organisation asks for.
        required: u8,
        /// The methods that can be added.
        allowed: Vec<AllowedMethod>,
        /// The security questions on offer; null where they are off.
        questions: Option<QuestionsOffer>,
        /// True if the organisation asks for a look at all of it, because the last one was long ago.
        #[serde(default)]
        reconfirm: bool,
        /// New recovery codes, in the answer to the request for them and until the next answer: they are shown once.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        new_codes: Option<Vec<Secret<String>>>,
    },
    /// It worked.
    Done {
        /// The outcome.
        outcome: Outcome,
        /// The account's user ID, to carry back to the sign-in form.
        user_id: String,
        /// True if a confirmation is on its way to the account's addresses or phones.
        notified: bool,
        /// The sign-in page, when the host page does not sign in itself.
        continue_url: Option<String>,
    },
    /// The flow is over without success.
    Ended {
        /// Why.
        reason: EndReason,
        /// From when a new attempt makes sense; null for at once.
        #[cfg_attr(feature = "schema", schemars(extend("format" = "date-time")))]
        retry_at: Option<Timestamp>,
    },
    /// A step that this version does not know.
    #[serde(other)]
    #[cfg_attr(feature = "schema", schemars(skip))]
    Unknown,
}

/// A challenge that tells people from programs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Captcha {
    /// A picture whose text is typed, with a spoken alternative.
    Image {
        /// Names the challenge in the solution.
        id: String,
        /// The picture as a `data:` address.
        image: String,
        /// The address of the spoken version.
        audio: String,
    },
    /// Work for the browser, in ALTCHA's format.
    ProofOfWork {
        /// The hash function, such as `SHA-256`.
        algorithm: String,
        /// The text that is hashed before the number.
        salt: String,
        /// The hash to find, in hexadecimal.
        challenge: String,
        /// The largest number to try.
        max_number: u64,
        /// The server's signature over the challenge.
        signature: String,
    },
    /// Cloudflare Turnstile.
    Turnstile {
        /// The organisation's public key.
        site_key: String,
    },
    /// hCaptcha.
    Hcaptcha {
        /// The organisation's public key.
        site_key: String,
    },
    /// A challenge that this version does not know.
    #[serde(other)]
    #[cfg_attr(feature = "schema", schemars(skip))]
    Unknown,
}

/// A way to reach the administrators.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Contact {
    /// By a form that is mailed to them.
    Form {},
    /// By a page of the organisation's own.
    Url {
        /// Its address.
        url: String,
    },
    /// A way that this version does not know.
    #[serde(other)]
    #[cfg_attr(feature = "schema", schemars(skip))]
    Unknown,
}

text_enum! {
    /// State of a call.
    pub enum CallStatus {
        /// The call is being placed.
        Calling = "calling",
        /// It rings.
        Ringing = "ringing",
        /// Somebody answered.
        Answered = "answered",
        /// Nobody answered.
        NoAnswer = "no_answer",
        /// Another key than `#` was pressed.
        WrongKey = "wrong_key",
        /// The call could not be placed.
        Failed = "failed",
        _ => Unknown
    }
}

/// A security question to answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Question {
    /// Names it in the answer.
    pub id: String,
    /// Its words.
    pub text: String,
}

text_enum! {
    /// A choice of a locked account's owner.
    pub enum UnlockOutcome {
        /// Unlock and keep the password.
        Unlock = "unlock",
        /// Choose a new password.
        Reset = "reset",
        _ => Unknown
    }
}

/// A method in the person's security info.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct RegisteredMethod {
    /// Names it in `remove`.
    pub id: String,
    /// Its kind.
    pub kind: MethodKind,
    /// Its role, where the kind has several.
    pub role: Option<Role>,
    /// Its destination with most of it hidden; null where there is none.
    pub masked: Option<String>,
    /// True if the person registered it; `false` for what comes from the directory, read only.
    pub registered: bool,
    /// True if it was confirmed by a code and so counts.
    pub verified: bool,
    /// Of recovery codes, how many are left.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left: Option<u8>,
}

/// A method that can be registered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AllowedMethod {
    /// Its kind.
    pub kind: MethodKind,
    /// Its role, where the kind has several.
    pub role: Option<Role>,
}

/// Setup of an authenticator app (RFC 6238: SHA-1, 6 digits, 30 seconds).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct AuthenticatorSetup {
    /// The key in base32 without padding, to be typed by hand.
    pub secret: Secret<String>,
    /// The same with its names as an `otpauth://totp/…` address, to be shown as a QR code.
    pub uri: Secret<String>,
}

/// The security questions that can be registered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct QuestionsOffer {
    /// The questions to choose from.
    pub predefined: Vec<PredefinedQuestion>,
    /// True if the person may write their own.
    pub own_allowed: bool,
    /// The number of questions to register.
    pub to_register: u8,
    /// The number of questions asked in a proof.
    pub to_answer: u8,
}

/// A question to choose from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PredefinedQuestion {
    /// Names it.
    pub id: String,
    /// Its words.
    pub text: String,
}

text_enum! {
    /// Result of a completed flow.
    pub enum Outcome {
        /// The account has a new password.
        Reset = "reset",
        /// The account has its first password.
        FirstPassword = "first_password",
        /// The account is unlocked, its password unchanged.
        Unlocked = "unlocked",
        /// The account was not locked; nothing was changed.
        NotLocked = "not_locked",
        /// The password was changed by its owner.
        Changed = "changed",
        /// The security info is registered.
        Registered = "registered",
        /// The administrators were written to.
        RequestSent = "request_sent",
        _ => Unknown
    }
}

text_enum! {
    /// Reason for which a flow is over without success.
    pub enum EndReason {
        /// Its time was up.
        Expired = "expired",
        /// Too many wrong proofs.
        TooManyAttempts = "too_many_attempts",
        /// It was cancelled, or another flow of the account succeeded.
        Cancelled = "cancelled",
        _ => Unknown
    }
}
