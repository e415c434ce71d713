//! A wrapped future or stream is one too.

use std::{
    ops::DerefMut as _,
    pin::Pin,
    task::{Context, Poll},
};

use futures_core::Stream;

use crate::SendWrapper;

impl<T> SendWrapper<T> {
    fn pinned(self: Pin<&mut Self>) -> Pin<&mut T> {
        // SAFETY: the value is moved out of its wrapper only by `take`, which nobody can call on one that is pinned.
        unsafe { self.map_unchecked_mut(Self::deref_mut) }
    }
}

impl<F: Future> Future for SendWrapper<F> {
    type Output = F::Output;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        self.pinned().poll(context)
    }
}

impl<S: Stream> Stream for SendWrapper<S> {
    type Item = S::Item;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<S::Item>> {
        self.pinned().poll_next(context)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (**self).size_hint()
    }
}
