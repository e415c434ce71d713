//! The contract of `Accounts` over the reference hooks.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use regain_hook::Hook;
use regain_ports::{
    Clock as _, SystemClock,
    contract::accounts::{AccountsFixture, SamplePerson},
};

use crate::reference::{Language, Reference};

macro_rules! fixture {
    ($name:ident, $language:expr) => {
        struct $name {
            reference: Reference,
            hook: Arc<Hook>,
        }

        impl AccountsFixture for $name {
            type Accounts = Hook;

            async fn with_people(people: &[SamplePerson]) -> Self {
                let reference = Reference::start($language, people);
                Self { hook: Arc::new(reference.open().await), reference }
            }

            fn accounts(&self) -> Arc<Hook> {
                Arc::clone(&self.hook)
            }

            fn now(&self) -> Timestamp {
                SystemClock.now()
            }

            fn can_wait() -> bool {
                false
            }

            fn wait(&self, _: SignedDuration) {
                unreachable!("the clock of another program")
            }

            async fn recreate(&self, person: &SamplePerson) {
                self.reference.recreate(person);
            }
        }
    };
}

fixture!(Node, Language::Node);
fixture!(Python, Language::Python);

mod node {
    regain_ports::accounts_contract!(super::Node);
}

mod python {
    regain_ports::accounts_contract!(super::Python);
}
