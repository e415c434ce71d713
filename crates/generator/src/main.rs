//! The module that suggests passwords in a browser (`src/embed/generate.js`): [`regain_generator`] behind a
//! few functions that take and give numbers, so that no memory is shared and no glue is needed.
//!
//! For this machine the same program prints the list's size and what its words are worth:
//! `cargo run -p regain-generator`.

// The standard library's way into `main`, and its printing, would be more than a kilobyte of the module.
#![cfg_attr(target_arch = "wasm32", no_main)]

#[cfg(target_arch = "wasm32")]
mod exports {
    #![expect(unsafe_code, reason = "an exported name is an unsafe attribute; nothing else here is unsafe")]

    use std::sync::{Mutex, MutexGuard, PoisonError};

    use regain_generator::{Form, suggest};
    use regain_protocol::{PasswordPolicy, Secret};

    /// A request for a suggestion, its random numbers, and the result.
    struct Asked {
        user_id: Option<String>,
        text: String,
        policy: PasswordPolicy,
        numbers: Vec<u32>,
        suggestion: Secret<String>,
    }

    /// A module makes one suggestion at a time.
    static ASKED: Mutex<Option<Asked>> = Mutex::new(None);

    fn asked() -> MutexGuard<'static, Option<Asked>> {
        ASKED.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins another one.
    #[unsafe(no_mangle)]
    extern "C" fn begin(min_length: u32, max_length: u32, min_classes: u8, min_different: u8, forbid_user_id: bool) {
        let policy = PasswordPolicy {
            min_length,
            max_length,
            min_classes,
            min_different,
            forbid_user_id,
            ..PasswordPolicy::default()
        };
        *asked() = Some(Asked {
            user_id: None,
            text: String::new(),
            policy,
            numbers: Vec::new(),
            suggestion: Secret::from(""),
        });
    }

    /// The next character of a text.
    #[unsafe(no_mangle)]
    extern "C" fn letter(character: u32) {
        if let (Some(asked), Some(character)) = (&mut *asked(), char::from_u32(character)) {
            asked.text.push(character);
        }
    }

    /// The text is complete: the first is the user ID, the others are words that it may not contain.
    #[unsafe(no_mangle)]
    extern "C" fn end() {
        if let Some(asked) = &mut *asked() {
            let text = std::mem::take(&mut asked.text);
            match &asked.user_id {
                None => asked.user_id = Some(text),
                Some(_) => asked.policy.forbidden_words.push(text),
            }
        }
    }

    /// A random number to use.
    #[unsafe(no_mangle)]
    extern "C" fn random(number: u32) {
        if let Some(asked) = &mut *asked() {
            asked.numbers.push(number);
        }
    }

    /// Makes the suggestion and says how many characters it has; -1 where there is none.
    #[unsafe(no_mangle)]
    extern "C" fn make(words: bool) -> i32 {
        let mut asked = asked();
        let Some(Asked { user_id, policy, numbers, suggestion, .. }) = &mut *asked else { return -1 };
        let form = if words { Form::Words } else { Form::Characters };
        let made = suggest(form, policy, user_id.as_deref().unwrap_or_default(), &mut || numbers.pop());
        *suggestion = made.unwrap_or_else(|| Secret::from(""));
        let length = i32::try_from(suggestion.expose().len()).unwrap_or_default();
        if length > 0 { length } else { -1 }
    }

    /// The character at that place, which is ASCII.
    #[unsafe(no_mangle)]
    extern "C" fn character(place: u32) -> u32 {
        let asked = asked();
        let character = asked.as_ref().and_then(|asked| asked.suggestion.expose().bytes().nth(place as usize));
        character.map_or(0, u32::from)
    }
}

#[cfg(not(target_arch = "wasm32"))]
fn main() {
    use regain_generator::{Form, suggest};

    let policy = regain_protocol::PasswordPolicy { min_length: 15, max_length: 256, ..Default::default() };
    // Not random at all: what they look like is all that is to be seen here.
    let mut number = 0_u32;
    let mut numbers = || {
        number = number.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        Some(number.rotate_left(16))
    };
    for form in [Form::Words, Form::Words, Form::Words, Form::Characters, Form::Characters] {
        if let Some(sample) = suggest(form, &policy, "", &mut numbers) {
            println!("{}", sample.expose());
        }
    }
}
