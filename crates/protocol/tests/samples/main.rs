//! The samples of `docs/api.md`: each is read by the type that the API has for it, in the order of the page.

use regain_protocol::{AnswerRequest, CreateFlow, FlowAnswered, FlowCreated, Problem};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

const PAGE: &str = include_str!("../../../../docs/api.md");

/// Reads a sample, and checks that nothing in it was passed over.
fn taken<T: DeserializeOwned + Serialize>(sample: &str) {
    let taken: T = serde_json::from_str(sample).unwrap_or_else(|error| panic!("{error}\n{sample}"));
    let (written, sample): (Value, Value) =
        (serde_json::to_value(&taken).expect("writes"), serde_json::from_str(sample).expect("is JSON"));
    has_all(&written, &sample, "");
}

/// Every member of the sample is in what was read of it.
fn has_all(written: &Value, sample: &Value, path: &str) {
    match sample {
        Value::Object(members) => {
            for (name, member) in members.iter().filter(|(_, member)| !member.is_null()) {
                has_all(&written[name], member, &format!("{path}/{name}"));
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                has_all(&written[index], item, &format!("{path}/{index}"));
            }
        }
        scalar => assert_eq!(written, scalar, "{path}"),
    }
}

#[test]
fn the_samples_of_the_guide_are_what_the_api_takes_and_gives() {
    let samples: Vec<_> =
        PAGE.split("```json\n").skip(1).map(|rest| rest.split("```").next().unwrap_or_default()).collect();
    let [begin, created, answer, answered, problem] = samples[..] else { panic!("{} samples", samples.len()) };
    taken::<CreateFlow>(begin);
    taken::<FlowCreated>(created);
    taken::<AnswerRequest>(answer);
    taken::<FlowAnswered>(answered);
    taken::<Problem>(problem);
}
