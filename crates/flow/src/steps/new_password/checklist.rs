//! The checklist of a new password: the organisation's rules, and how the password stands to each.

use regain_policy::Check;
use regain_protocol::{ServerCheck, Violation};

use super::assistance::Breach;
use super::state::NewPassword;

/// A point of the checklist.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// The rules, each as the violation that breaking it would be: more than one where they read as one.
    pub rules: Vec<Violation>,
    /// The password's standing to it.
    pub standing: Standing,
}

/// The standing of a password to a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// It does not keep it yet.
    Open,
    /// It keeps it.
    Met,
    /// Only the server can say.
    Later,
    /// It is being looked up.
    Looking,
    /// It breaks it, and no more typing will help.
    Broken,
    /// It keeps it, and nobody need hear of it.
    Hidden,
}

/// The standing of a password to the rule that it is in no breach.
fn standing(breach: Breach) -> Standing {
    match breach {
        Breach::Unchecked => Standing::Open,
        Breach::Unknown => Standing::Later,
        Breach::Checking => Standing::Looking,
        Breach::NotFound => Standing::Met,
        Breach::Found => Standing::Broken,
    }
}

impl NewPassword {
    /// The rules that can be judged here, in the order to show them, with those that are met. Before
    /// the first key nothing is met: an empty password that "does not contain your name" is no
    /// achievement.
    pub(super) fn checks(&self) -> Vec<Check> {
        let mut checks = regain_policy::checklist(&self.policy, &self.user_id, self.password.expose());
        if self.password.expose().is_empty() {
            for check in &mut checks {
                check.met = false;
            }
        }
        checks
    }

    /// Tells if the password as it is will not do: a rule that can be judged here, a breach or the server refuses it.
    pub(super) fn is_refused(&self) -> bool {
        self.breach == Breach::Found || !self.refused.is_empty() || self.met() < self.checks().len()
    }

    /// The checklist: first what is judged here, then what is looked up while the person types, last
    /// what the server keeps to itself. It depends on the policy only how many there are, and which.
    /// `scores` says whether verdicts about the strength can be had.
    pub(super) fn items(&self, scores: bool) -> Vec<Item> {
        let mut items: Vec<Item> = Vec::new();
        for check in self.checks() {
            let standing = match (&check.rule, check.met) {
                // Nobody reads about the maximum who is far from it.
                (Violation::TooLong { .. }, false) if !self.password.expose().is_empty() => Standing::Broken,
                (Violation::TooLong { .. }, _) => Standing::Hidden,
                (_, true) => Standing::Met,
                (_, false) => Standing::Open,
            };
            let contains = |rule: &Violation| {
                matches!(rule, Violation::ContainsUserId {} | Violation::ContainsForbiddenWord { .. })
            };
            match items.last_mut() {
                Some(last) if contains(&check.rule) && contains(&last.rules[0]) => {
                    last.rules.push(check.rule);
                    if standing == Standing::Open {
                        last.standing = standing;
                    }
                }
                _ => items.push(Item { rules: vec![check.rule], standing }),
            }
        }
        let min = self.policy.min_score;
        if min > 0 {
            // Between a key and its verdict the one before stands: a mark that flickers says less.
            let standing = match &self.strength {
                None if !scores => Standing::Later,
                Some((_, strength)) if strength.score >= min => Standing::Met,
                _ => Standing::Open,
            };
            items.push(Item { rules: vec![Violation::TooGuessable { min }], standing });
        }
        let mut others = false;
        for check in &self.policy.server_checks {
            if *check == ServerCheck::Breached {
                items.push(Item { rules: vec![Violation::Breached {}], standing: standing(self.breach) });
            } else {
                others = true;
            }
        }
        if others {
            items.push(Item { rules: vec![Violation::Unknown], standing: Standing::Later });
        }
        items
    }

    pub(super) fn met(&self) -> usize {
        self.checks().iter().filter(|check| check.met).count()
    }

    /// Tells if everything that can be judged here is as it should be.
    pub(super) fn keeps_rules(&self) -> bool {
        // A verdict counts that is about this very password; where there is none, the server judges.
        let guessable = match &self.strength {
            Some((text, strength)) => *text == self.text && strength.score < self.policy.min_score,
            None => false,
        };
        !guessable && self.met() == self.checks().len()
    }
}
