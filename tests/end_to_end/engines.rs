//! The main job in the other engines: the same tests as in Chromium, played there. What is not in this list is
//! played there by `cargo xtask test --engine firefox` or `webkit`, all of it.

use anyhow::Result;
use harness::Engine;

/// Makes a test for each of these tests in each of the other engines.
macro_rules! played_again {
    ($($($module:ident)::+ : $test:ident,)+) => {
        mod firefox {
            $(
                #[test]
                fn $test() -> super::Result<()> {
                    super::Engine::Firefox.plays(crate::$($module)::+::$test)
                }
            )+
        }

        mod webkit {
            $(
                #[test]
                fn $test() -> super::Result<()> {
                    super::Engine::WebKit.plays(crate::$($module)::+::$test)
                }
            )+
        }
    };
}

played_again! {
    reset: screen_12_a_person_resets_the_password_by_the_mailed_code_and_signs_in,
    unlock: screen_10_a_locked_account_is_unlocked_and_keeps_its_password,
    change: screen_13_a_password_is_changed_by_who_knows_it,
    register: screen_14_an_address_is_registered_and_resets_the_password,
    keyboard: the_whole_flow_by_keyboard_alone,
    languages: an_arab_resets_the_password_from_right_to_left,
    passwords: screen_11_strength_is_told_in_words_and_in_time,
    integrity: what_the_widget_is_made_of_is_refused_and_the_link_works,
    hosts::strict_csp: a_strict_policy_by_origins_forbids_nothing_that_it_needs,
    hosts::trusted_types: with_the_one_policy_that_it_asks_for_nothing_is_forbidden,
    hosts::cross_origin: the_page_the_files_and_the_api_are_of_three_origins,
}
