//! The page of the people who can sign in.

use std::sync::Arc;

use axum::{extract::State, response::Response};
use maud::html;

use super::Demo;
use crate::adapters::{MailRole, Person};

/// Lists the people: how they differ, and their passwords to begin with.
pub(super) async fn page(State(demo): State<Arc<Demo>>) -> Response {
    let content = html! {
        main.wide {
            h1 { "People" }
            p.lead {
                "They work at " (demo.organisation) ", which is made up. Forget a password for one of them on the "
                a href="/" { "sign-in page" } " and read " a href="/demo/outbox" { "their mail" } "."
            }
            ul.people {
                @for person in &demo.people.people {
                    li.card {
                        h2 { (person.name) }
                        p.what { (what_differs(person)) }
                        dl {
                            dt { "User ID" } dd { code { (person.user_id) } }
                            dt { "First password" }
                            dd {
                                @match &person.password {
                                    Some(password) => code { (password.expose()) },
                                    None => "none",
                                }
                            }
                            @for mail in &person.mails {
                                dt {
                                    @match mail.role {
                                        MailRole::Alternate => "Alternate mail",
                                        MailRole::Authentication => "Authentication mail",
                                    }
                                }
                                dd { code { (mail.address) } }
                            }
                        }
                    }
                }
            }
            p.quiet { "A first password stays good until it is reset. Starting the demo with " code { "--fresh" } " brings all of them back." }
        }
    };
    demo.page("People", "", html! {}, &content)
}

/// What the person is there to show.
fn what_differs(person: &Person) -> &'static str {
    match (person.enabled, person.locked, person.mails.len()) {
        (false, ..) => "The account is disabled: it looks as if a code were sent, and none comes.",
        (_, true, _) => "The account is locked: the right password is refused until a new one is chosen.",
        (_, _, 0) => "No way to be reached: it looks as if a code were sent, and none comes.",
        (_, _, 1) => "One mail address.",
        _ => "More than one mail address: there is a choice.",
    }
}
