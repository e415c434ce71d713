//! The values of the full build, in the lean one: there are none.

use std::convert::Infallible;
use std::marker::PhantomData;
use std::ops::{Deref, DerefMut};

/// A value that only the full build has. Code that takes one is dropped from the lean build as unreachable, so that no
/// `cfg` need mark it. The value's own type is left out, because the compiler keeps the code that would drop one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Full<T>(Infallible, PhantomData<T>);

impl<T> Full<T> {
    /// Holds a value, in the full build.
    pub fn new(_: T) -> Option<Self> {
        None
    }

    /// Makes a value, in the full build.
    pub fn make(_: impl FnOnce() -> Option<T>) -> Option<Self> {
        None
    }

    /// Makes another value of this one.
    pub fn map<U>(self, _: impl FnOnce(T) -> U) -> Full<U> {
        match self.0 {}
    }

    /// The value itself.
    pub fn into_inner(self) -> T {
        match self.0 {}
    }
}

impl<T> Deref for Full<T> {
    type Target = T;

    fn deref(&self) -> &T {
        match self.0 {}
    }
}

impl<T> DerefMut for Full<T> {
    fn deref_mut(&mut self) -> &mut T {
        match self.0 {}
    }
}
