//! Answers: what a person does at a step, as the client sends it.

use serde::{Deserialize, Serialize};

use crate::{MethodKind, Role, Secret};

/// Answer to a step: what the person did, named by the verb in `do`.
// Variants without members are written with braces on purpose: serde then refuses unknown members there too.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case", deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub enum Answer {
    /// At `identify`: who the person says they are.
    Identify {
        /// The user ID as typed.
        #[cfg_attr(feature = "schema", schemars(length(min = 1, max = 256)))]
        user_id: String,
        /// The solved challenge, where the step carried one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        captcha: Option<CaptchaSolution>,
    },
    /// At `identify` and `sign_in`: another challenge, please.
    NewCaptcha {},
    /// At `contact_administrator`: send the form.
    SendRequest {
        /// The person's own words.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "schema", schemars(length(max = 1000)))]
        message: Option<String>,
        /// The user ID, where the step asks for it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "schema", schemars(length(min = 1, max = 256)))]
        user_id: Option<String>,
    },
    /// At `contact_administrator`: back to the step before, where it can be gone back to.
    GoBack {},
    /// At `choose_method`: prove it this way.
    Choose {
        /// The method's id.
        method: String,
        /// The whole destination, where the method asks for confirmation.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "schema", schemars(length(min = 1, max = 320)))]
        destination: Option<Secret<String>>,
    },
    /// At `enter_code`: the code.
    Verify {
        /// Its digits; spaces and dashes are ignored.
        #[cfg_attr(feature = "schema", schemars(length(min = 1, max = 64)))]
        code: Secret<String>,
    },
    /// At `enter_code`: send another.
    Resend {},
    /// Back to the choice of methods.
    ChooseAnother {},
    /// At `answer_call`: call again.
    CallAgain {},
    /// At `answer_questions`: the answers.
    Answer {
        /// One for each question asked.
        answers: Vec<QuestionAnswer>,
    },
    /// At `sign_in`: user ID and current password.
    SignIn {
        /// The user ID as typed.
        #[cfg_attr(feature = "schema", schemars(length(min = 1, max = 256)))]
        user_id: String,
        /// The current password.
        #[cfg_attr(feature = "schema", schemars(extend("format" = "password")))]
        password: Secret<String>,
        /// The solved challenge, where the step carried one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        captcha: Option<CaptchaSolution>,
    },
    /// At `choose_outcome`: unlock and keep the password.
    Unlock {},
    /// At `choose_outcome`: choose a new password.
    Reset {},
    /// At `new_password`: the new password.
    SetPassword {
        /// The new one.
        #[cfg_attr(feature = "schema", schemars(extend("format" = "password")))]
        password: Secret<String>,
        /// The current one, where the step asks for it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "schema", schemars(extend("format" = "password")))]
        current: Option<Secret<String>>,
    },
    /// At `security_info`: register a method.
    Add {
        /// Its kind.
        kind: MethodKind,
        /// Its role, where the kind has several.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        role: Option<Role>,
        /// The address or number; empty or left out for an authenticator app, whose key the server makes.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "schema", schemars(length(max = 254)))]
        value: Option<Secret<String>>,
    },
    /// At `security_info`: remove a method.
    Remove {
        /// Its id.
        method: String,
    },
    /// At `security_info`: register the security questions.
    SetQuestions {
        /// Each question, by id or in the person's own words, with its answer.
        answers: Vec<QuestionAnswer>,
    },
    /// At `security_info`: done.
    Finish {},
    /// At every step before `done`: none of these work for me.
    AskAdministrator {
        /// At `identify`: the user ID as typed so far.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "schema", schemars(length(min = 1, max = 256)))]
        user_id: Option<String>,
    },
    /// At every step: the flow's whole time again.
    MoreTime {},
}

/// Body of an answer: the flow and the step that it is for, and what the person did.
// The answer's own rule about unknown members is that of the whole; serde knows, a schema has to be told.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(deny_unknown_fields))]
pub struct AnswerRequest {
    /// The flow's id.
    pub flow: String,
    /// The id of the step that is answered.
    pub step: String,
    /// The person's answer.
    #[serde(flatten)]
    pub answer: Answer,
}

/// A solved challenge.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CaptchaSolution {
    /// The challenge's id, where it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The solution.
    pub solution: String,
}

/// The answer to one security question.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct QuestionAnswer {
    /// The question's id, or its text where it is the person's own.
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = 200)))]
    pub question: String,
    /// The answer.
    #[cfg_attr(feature = "schema", schemars(length(min = 1, max = 200)))]
    pub answer: Secret<String>,
}
