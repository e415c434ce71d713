//! The values of the full build.

use std::ops::{Deref, DerefMut};

/// A value that only the full build has. Code that takes one is dropped from the lean build as unreachable, so that no
/// `cfg` need mark it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Full<T>(T);

impl<T> Full<T> {
    /// Holds a value, in the full build.
    pub fn new(value: T) -> Option<Self> {
        Some(Self(value))
    }

    /// Makes a value, in the full build.
    pub fn make(make: impl FnOnce() -> Option<T>) -> Option<Self> {
        make().map(Self)
    }

    /// Makes another value of this one.
    pub fn map<U>(self, make: impl FnOnce(T) -> U) -> Full<U> {
        Full(make(self.0))
    }

    /// The value itself.
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl<T> Deref for Full<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T> DerefMut for Full<T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.0
    }
}
