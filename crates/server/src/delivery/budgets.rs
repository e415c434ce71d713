//! Budgets that all share, spent by what is truly sent at the moment when it is: a message to nobody costs nothing, and no
//! answer to anybody depends on how much of a budget is left. What is over a budget is withheld, and looks sent.

use regain_values::E164;

use crate::{
    config::LimitsConfig,
    engine::{A_DAY, AN_HOUR, TEN_MINUTES},
    keys::Keys,
    messages::Content,
    ports::{Channel, Charge},
};

/// The budgets.
#[derive(Debug, Clone)]
pub struct Budgets {
    /// Codes and calls to one destination in 10 minutes, whoever asks for them.
    pub per_destination: u32,
    /// The same in a day.
    pub per_destination_a_day: u32,
    /// Codes and calls in an hour.
    pub messages_per_hour: u32,
    /// Text messages and calls in an hour.
    pub phone_per_hour: u32,
    /// Text messages and calls in an hour to numbers that differ only in their last four digits.
    pub phone_per_prefix: u32,
}

impl From<&LimitsConfig> for Budgets {
    fn from(limits: &LimitsConfig) -> Self {
        Self {
            per_destination: limits.messages_per_destination,
            per_destination_a_day: limits.messages_per_destination_a_day,
            messages_per_hour: limits.messages_per_hour,
            phone_per_hour: limits.phone_per_hour,
            phone_per_prefix: limits.phone_per_prefix,
        }
    }
}

impl Budgets {
    /// The charges for a message, each with the name of its budget. Only what strangers can ask for has a price: a
    /// confirmation is always sent. The first that a network asks for costs its destination nothing.
    pub(super) fn charges(
        &self,
        keys: &Keys,
        content: &Content,
        to: &str,
        is_first: bool,
    ) -> Vec<(&'static str, Charge)> {
        let is_asked_for = matches!(content, Content::Code { .. } | Content::TextCode { .. } | Content::Call { .. });
        if !is_asked_for {
            return Vec::new();
        }
        let charge = |bucket: String, window, limit| Charge { bucket, window, limit, cost: 1 };
        let destination = to.to_lowercase();
        let mut charges = vec![("messages", charge("messages".into(), AN_HOUR, self.messages_per_hour))];
        if !is_first {
            let a_day = charge(keys.bucket("to, a day", &destination), A_DAY, self.per_destination_a_day);
            charges.push(("destination", charge(keys.bucket("to", &destination), TEN_MINUTES, self.per_destination)));
            charges.push(("destination a day", a_day));
        }
        if content.channel() != Channel::Mail {
            let number = E164::parse(to).ok();
            let range = number.as_ref().map_or(to, E164::range);
            charges.push(("phone", charge("phone".into(), AN_HOUR, self.phone_per_hour)));
            charges.push(("range of numbers", charge(keys.bucket("range", range), AN_HOUR, self.phone_per_prefix)));
        }
        charges
    }
}

/// The charge of the first message that a network asks for of a destination.
pub(super) fn first(bucket: &str) -> Charge {
    Charge { bucket: bucket.to_owned(), window: TEN_MINUTES, limit: 1, cost: 1 }
}
