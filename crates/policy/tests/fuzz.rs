//! Rules and passwords that nobody would think of: nothing panics, and what judges agrees with what else
//! judges.

#[path = "../../protocol/tests/fuzz/dice.rs"]
mod dice;

use dice::{Dice, fuzz};
use regain_policy::{Banned, Check, checklist, entra, nist, violations};
use regain_protocol::{PasswordPolicy, Violation};

fn words(dice: &mut Dice) -> Vec<String> {
    (0..dice.below(5)).map(|_| dice.text(9)).collect()
}

fn number<T: TryFrom<usize> + Default>(dice: &mut Dice, end: usize) -> T {
    T::try_from(dice.below(end)).unwrap_or_default()
}

fn policy(dice: &mut Dice) -> PasswordPolicy {
    let base = if dice.below(2) == 0 { entra() } else { nist(8) };
    PasswordPolicy {
        min_length: number(dice, 40),
        max_length: *dice.one_of(&[0, 1, 30, 64, 256, u32::MAX]),
        min_classes: number(dice, 256),
        min_different: number(dice, 256),
        min_score: number(dice, 256),
        forbid_user_id: dice.below(2) == 0,
        forbidden_words: words(dice),
        ..base
    }
}

/// Something of all that the rules are about.
fn password(policy: &PasswordPolicy, user_id: &str, dice: &mut Dice) -> String {
    let mut password = dice.text(40);
    for word in policy.forbidden_words.iter().map(String::as_str).chain([user_id]) {
        match dice.below(4) {
            0 => password.push_str(word),
            1 => password.insert_str(0, &word.to_uppercase()),
            _ => {}
        }
    }
    password
}

#[test]
fn the_list_and_the_verdict_agree_whatever_is_judged() {
    fuzz(|dice| {
        let (policy, user_id) = (policy(dice), dice.text(20));
        let (one, other) = (password(&policy, &user_id, dice), password(&policy, &user_id, dice));
        let list = checklist(&policy, &user_id, &one);
        let rules = |list: &[Check]| list.iter().map(|check| check.rule.clone()).collect::<Vec<_>>();
        assert_eq!(rules(&list), rules(&checklist(&policy, &user_id, &other)), "{policy:?}");
        let mut unmet = list;
        unmet.retain(|check| !check.met);
        if let Some(too_long) = unmet.iter().find(|check| matches!(check.rule, Violation::TooLong { .. })) {
            unmet = vec![too_long.clone()];
        }
        assert_eq!(rules(&unmet), violations(&policy, &user_id, &one), "{policy:?} {user_id:?} {one:?}");
    });
}

#[test]
fn more_points_and_more_banned_words_let_nothing_more_pass() {
    fuzz(|dice| {
        let (few, more) = (words(dice), words(dice));
        let all = [few.clone(), more].concat();
        let banned = |words: &[String]| Banned::new(words.iter().map(String::as_str));
        let (under, over) = (banned(&few), banned(&all));
        let mut password = dice.text(12);
        for word in &all {
            if dice.below(2) == 0 {
                password.push_str(word);
            }
        }
        let points = number(dice, 7);
        let passes = over.passes(&password, points);
        assert!(over.passes(&password, 0), "{password:?}");
        assert!(!passes || under.passes(&password, points), "{few:?} {all:?} {password:?} {points}");
        assert!(!over.passes(&password, points + 1) || passes, "{all:?} {password:?} {points}");
    });
}
