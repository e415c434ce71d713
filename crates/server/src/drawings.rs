//! Pictures and sounds of challenges. Making one takes milliseconds of a core, and whoever has an address can ask for it again
//! and again; so each is made once, off the async threads, and a bounded number at a time.

use std::{
    collections::VecDeque,
    num::NonZero,
    sync::{Arc, Mutex, PoisonError},
    thread::available_parallelism,
};

use axum::body::Bytes;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use jiff::{SignedDuration, Timestamp};
use regain_protocol::{Captcha, Flow, StepBody};
use tokio::sync::{OnceCell, OwnedSemaphorePermit, Semaphore};

use crate::{
    engine,
    keys::Keys,
    runtime::{spawn, spawn_blocking},
};

/// The number of pictures that are kept, of up to 22 kB each.
const PICTURES: usize = 512;

/// The number of sounds that are kept, of up to 240 kB each.
const SOUNDS: usize = 64;

/// The time for which a picture is kept whose challenge can be solved no more: whoever looks at the flow sees it.
const KEPT_AFTERWARDS: SignedDuration = SignedDuration::from_secs(60);

/// The number of drawings that may be asked for at a time, for each that is made at a time. The last of them waits a fifth
/// of a second.
const ASKED_FOR_EACH: usize = 64;

/// Why there is no drawing now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DrawingError {
    /// As many wait as may.
    #[error("too many pictures and sounds wait to be made")]
    Busy,
    /// The drawing failed.
    #[error("a picture or sound could not be made")]
    Failed,
}

/// The pictures and sounds of challenges that can be solved now.
pub struct Drawings {
    keys: Keys,
    pictures: Cache<Arc<str>>,
    sounds: Cache<Bytes>,
    workers: Workers,
}

impl Drawings {
    /// None yet, of challenges of these keys.
    pub fn new(keys: Keys) -> Self {
        // Requests have the other half of the cores.
        let at_a_time = (available_parallelism().map_or(1, NonZero::get) / 2).max(1);
        let workers = Workers::new(at_a_time, at_a_time * ASKED_FOR_EACH);
        Self { keys, pictures: Cache::new(PICTURES), sounds: Cache::new(SOUNDS), workers }
    }

    /// A place for a drawing that is yet to be asked for. Whoever changes something that a drawing follows from takes one
    /// before.
    pub fn place(&self) -> Result<Place, DrawingError> {
        self.workers.place()
    }

    /// Draws the picture into a flow that shows one, in the place that was taken for it.
    pub async fn illustrate(&self, flow: &mut Flow, place: Option<Place>, now: Timestamp) -> Result<(), DrawingError> {
        let Some(image) = undrawn(flow) else { return Ok(()) };
        let (keys, sealed) = (self.keys.clone(), image.clone());
        let afterwards = now.saturating_add(KEPT_AFTERWARDS).unwrap_or(Timestamp::MAX);
        let until = engine::image_expires_at(&keys, &sealed).map_or(afterwards, |until| until.max(afterwards));
        let cell = self.pictures.cell(image, until, now);
        let draw = move || format!("data:image/png;base64,{}", STANDARD.encode(engine::picture(&keys, &sealed))).into();
        *image = self.workers.fill(cell, place, draw).await?.to_string();
        Ok(())
    }

    /// The sound of sealed digits; `None` where they are not ours or out of time.
    pub async fn sound(&self, sealed: &str, now: Timestamp) -> Result<Option<Bytes>, DrawingError> {
        let Some(until) = engine::image_expires_at(&self.keys, sealed).filter(|until| now < *until) else {
            return Ok(None);
        };
        let cell = self.sounds.cell(sealed, until, now);
        let (keys, sealed) = (self.keys.clone(), sealed.to_owned());
        let speak = move || engine::spoken(&keys, &sealed, now).map(Bytes::from).unwrap_or_default();
        self.workers.fill(cell, None, speak).await.map(Some)
    }
}

/// The place of a picture that is yet to be drawn, which has the sealed digits.
pub(crate) fn undrawn(flow: &mut Flow) -> Option<&mut String> {
    match &mut flow.step.body {
        StepBody::Identify { captcha: Some(Captcha::Image { image, .. }) }
        | StepBody::SignIn { captcha: Some(Captcha::Image { image, .. }), .. } => {
            (!image.starts_with("data:")).then_some(image)
        }
        _ => None,
    }
}

/// A bounded number of drawings, by the sealed digits of their challenges. What is out of time is dropped, then the oldest.
struct Cache<T> {
    capacity: usize,
    drawings: Mutex<VecDeque<Drawing<T>>>,
}

struct Drawing<T> {
    sealed: String,
    until: Timestamp,
    cell: Arc<OnceCell<T>>,
}

impl<T> Cache<T> {
    const fn new(capacity: usize) -> Self {
        Self { capacity, drawings: Mutex::new(VecDeque::new()) }
    }

    /// The place of a drawing, made or not.
    fn cell(&self, sealed: &str, until: Timestamp, now: Timestamp) -> Arc<OnceCell<T>> {
        let mut drawings = self.drawings.lock().unwrap_or_else(PoisonError::into_inner);
        drawings.retain(|drawing| now < drawing.until);
        if let Some(drawing) = drawings.iter().find(|drawing| drawing.sealed == sealed) {
            return Arc::clone(&drawing.cell);
        }
        if drawings.len() >= self.capacity {
            drawings.pop_front();
        }
        let cell = Arc::default();
        drawings.push_back(Drawing { sealed: sealed.to_owned(), until, cell: Arc::clone(&cell) });
        cell
    }
}

/// A place among the drawings that are being made or wait to be.
pub struct Place(#[expect(dead_code, reason = "it is given back when it is dropped")] OwnedSemaphorePermit);

/// Threads on which blocking is allowed, as many as may draw at a time.
#[derive(Clone)]
struct Workers {
    /// A permit for each drawing that is being made.
    permits: Arc<Semaphore>,
    /// A place for each that is being made or waits to be.
    places: Arc<Semaphore>,
}

impl Workers {
    fn new(permits: usize, places: usize) -> Self {
        Self { permits: Arc::new(Semaphore::new(permits)), places: Arc::new(Semaphore::new(places)) }
    }

    fn place(&self) -> Result<Place, DrawingError> {
        Arc::clone(&self.places).try_acquire_owned().map(Place).map_err(|_| DrawingError::Busy)
    }

    /// The drawing of a cell, which is made where it isn't yet. Whoever asks meanwhile waits for it and takes no place.
    async fn fill<T>(
        &self,
        cell: Arc<OnceCell<T>>,
        place: Option<Place>,
        draw: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, DrawingError>
    where
        T: Clone + Send + Sync + 'static,
    {
        if let Some(drawing) = cell.get() {
            return Ok(drawing.clone());
        }
        let workers = self.clone();
        // It goes on when its request is given up: what was begun is not begun again.
        let made = spawn(async move { cell.get_or_try_init(|| workers.run(place, draw)).await.cloned() });
        made.await.map_err(|_| DrawingError::Failed)?
    }

    async fn run<T: Send + 'static>(
        &self,
        place: Option<Place>,
        draw: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, DrawingError> {
        let place = place.map_or_else(|| self.place(), Ok)?;
        let permit = Arc::clone(&self.permits).acquire_owned().await.map_err(|_| DrawingError::Failed)?;
        let drawing = spawn_blocking(move || {
            let _held = (permit, place);
            draw()
        });
        drawing.await.map_err(|_| DrawingError::Failed)
    }
}

#[cfg(test)]
mod tests;
