//! The ring of accounts that made-up ones take after.

use std::collections::BTreeMap;

use regain_protocol::Role;

use super::{RegistrationsFixture, mail, of, register, with_everything};
use crate::{AccountId, NEIGHBOURS, Registered, Registration, Registrations, RingPoint};

/// Places all around.
fn places() -> impl Iterator<Item = RingPoint> {
    (0..=u8::MAX).map(|first| RingPoint::new([first, 7, 0, 0, 0, 0, 0, 0]))
}

async fn neighbours(registrations: &impl Registrations, near: RingPoint) -> Vec<(AccountId, Registered)> {
    registrations.neighbours(near).await.expect("answers")
}

async fn ids(registrations: &impl Registrations, near: RingPoint) -> Vec<AccountId> {
    neighbours(registrations, near).await.into_iter().map(|(id, _)| id).collect()
}

/// More accounts than are ever looked at.
async fn crowd(fixture: &impl RegistrationsFixture) -> Vec<AccountId> {
    let mut crowd = Vec::new();
    for index in 0..NEIGHBOURS + 4 {
        let id = fixture.account(&format!("person{index}")).await;
        let address = format!("person{index}@home.example");
        register(&*fixture.registrations(), &id, Registration::Mail(mail(Role::Alternate, &address))).await;
        crowd.push(id);
    }
    crowd
}

pub async fn neighbours_are_those_with_something_registered_as_it_is(fixture: &impl RegistrationsFixture) {
    let registrations = &*fixture.registrations();
    fixture.account("newcomer").await;
    for near in places() {
        assert_eq!(neighbours(registrations, near).await, []);
    }
    let mary = with_everything(fixture, "mary").await;
    let as_it_is = (mary.clone(), of(registrations, &mary).await);
    for near in places() {
        assert_eq!(neighbours(registrations, near).await, std::slice::from_ref(&as_it_is), "there is nobody else");
    }
    registrations.forget(&mary).await.expect("forgets");
    assert_eq!(neighbours(registrations, RingPoint::new([0; 8])).await, []);
}

pub async fn each_neighbour_is_followed_by_the_same_one(fixture: &impl RegistrationsFixture) {
    let registrations = &*fixture.registrations();
    let crowd = crowd(fixture).await;
    let mut after: BTreeMap<String, AccountId> = BTreeMap::new();
    for near in places() {
        let ids = ids(registrations, near).await;
        assert_eq!(ids.len(), NEIGHBOURS);
        for pair in ids.windows(2) {
            let known = after.entry(pair[0].to_string()).or_insert_with(|| pair[1].clone());
            assert_eq!(*known, pair[1]);
        }
    }
    assert_eq!(after.len(), crowd.len(), "everybody is somebody's neighbour");
}

pub async fn a_place_stays_the_same_whoever_comes_and_goes(fixture: &impl RegistrationsFixture) {
    let registrations = &*fixture.registrations();
    let crowd = crowd(fixture).await;
    for gone in [&crowd[3], &crowd[7]] {
        let mut before = Vec::new();
        for near in places() {
            before.push(ids(registrations, near).await);
        }
        register(registrations, gone, Registration::RemoveMail(Role::Alternate)).await;
        for (near, before) in places().zip(&before) {
            let stay: Vec<_> = before.iter().filter(|id| *id != gone).collect();
            let now = ids(registrations, near).await;
            assert_eq!(now.iter().take(stay.len()).collect::<Vec<_>>(), stay);
        }
        register(registrations, gone, Registration::Mail(mail(Role::Authentication, "back@home.example"))).await;
        for (near, before) in places().zip(&before) {
            assert_eq!(ids(registrations, near).await, *before, "who comes back has the place of before");
        }
    }
}
