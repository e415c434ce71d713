use std::sync::{
    atomic::{AtomicUsize, Ordering},
    mpsc,
};

use regain_protocol::Secret;

use super::*;
use crate::ports::OsRng;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).expect("a time")
}

/// A drawing that counts itself.
fn counted(count: &Arc<AtomicUsize>) -> impl FnOnce() -> usize + Send + 'static {
    let count = Arc::clone(count);
    move || count.fetch_add(1, Ordering::SeqCst)
}

/// A drawing that begins when it says so and ends when it is told to.
fn held() -> (impl FnOnce() -> usize + Send + 'static, mpsc::Receiver<()>, mpsc::Sender<()>) {
    let (begun, begins) = mpsc::channel();
    let (ends, end) = mpsc::channel();
    let draw = move || {
        begun.send(()).expect("the test waits");
        // The test may be over.
        let _ = end.recv();
        7
    };
    (draw, begins, ends)
}

#[tokio::test]
async fn d16_a_drawing_is_made_once_however_many_look_at_it_and_dropped_in_time() {
    let (workers, cache) = (Workers::new(1, 1), Cache::new(2));
    let count = Arc::new(AtomicUsize::new(0));
    // More at a time than there are places.
    let looks = (0..20).map(|_| workers.fill(cache.cell("sealed", at(100), at(0)), None, counted(&count)));
    assert!(futures_util::future::join_all(looks).await.iter().all(|drawing| *drawing == Ok(0)));
    assert_eq!(workers.fill(cache.cell("sealed", at(100), at(99)), None, counted(&count)).await, Ok(0));
    assert_eq!(
        workers.fill(cache.cell("sealed", at(200), at(100)), None, counted(&count)).await,
        Ok(1),
        "its time was up"
    );
}

#[tokio::test]
async fn d16_no_more_drawings_are_kept_than_there_is_room_for() {
    let (workers, cache) = (Workers::new(1, 1), Cache::new(2));
    let count = Arc::new(AtomicUsize::new(0));
    for sealed in ["first", "second", "third"] {
        workers.fill(cache.cell(sealed, at(100), at(0)), None, counted(&count)).await.expect("draws");
    }
    assert_eq!(cache.drawings.lock().expect("no panic").len(), 2);
    assert_eq!(workers.fill(cache.cell("third", at(100), at(0)), None, counted(&count)).await, Ok(2));
    assert_eq!(
        workers.fill(cache.cell("first", at(100), at(0)), None, counted(&count)).await,
        Ok(3),
        "it was the oldest"
    );
}

#[tokio::test]
async fn d16_beyond_the_bound_there_is_none_and_later_there_is() {
    let (workers, cache) = (Workers::new(1, 1), Cache::new(9));
    let (draw, begins, ends) = held();
    let cell = cache.cell("held", at(100), at(0));
    let first = tokio::spawn({
        let (workers, cell) = (workers.clone(), Arc::clone(&cell));
        async move { workers.fill(cell, None, draw).await }
    });
    spawn_blocking(move || begins.recv()).await.expect("no panic").expect("it begins");
    let other = cache.cell("other", at(100), at(0));
    assert_eq!(workers.fill(Arc::clone(&other), None, || 8).await, Err(DrawingError::Busy));
    // The request goes away; the drawing is not begun again.
    first.abort();
    ends.send(()).expect("it waits");
    assert_eq!(workers.fill(cell, None, || panic!("a second time")).await, Ok(7));
    assert_eq!(workers.fill(other, None, || 8).await, Ok(8));
}

#[tokio::test]
async fn a_drawing_that_fails_is_tried_again() {
    let (workers, cache) = (Workers::new(1, 1), Cache::new(9));
    let cell = cache.cell("sealed", at(100), at(0));
    assert_eq!(
        workers.fill(Arc::clone(&cell), None, || -> u8 { panic!("in a test") }).await,
        Err(DrawingError::Failed)
    );
    assert_eq!(workers.fill(cell, None, || 1).await, Ok(1));
}

#[tokio::test]
async fn only_what_we_sealed_is_spoken_and_only_in_its_time() {
    let keys = Keys::derive(&Secret::new(vec![1; 32]));
    let drawings = Drawings::new(keys.clone());
    let sealed = keys.seal(&OsRng, "captcha", &Secret::new(b"306895 100".to_vec()));
    let sound = drawings.sound(&sealed, at(99)).await.expect("draws").expect("ours");
    assert!(sound.starts_with(b"RIFF"));
    assert_eq!(drawings.sound(&sealed, at(100)).await, Ok(None));
    assert_eq!(drawings.sound("nonsense", at(0)).await, Ok(None));
}
