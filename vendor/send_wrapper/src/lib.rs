//! Stands in for `send_wrapper`, in which Leptos keeps what belongs to the browser.
//!
//! The real one remembers the thread that a value belongs to. In a browser there is one, but asking which one it is
//! brings along the standard library's threads, and with them a second allocator beside the widget's: some 2 kB
//! (brotli). This one asks where there are threads, as the real one does, and not where there are none.

#[cfg(feature = "futures")]
mod futures;

use std::{
    fmt,
    mem::ManuallyDrop,
    ops::{Deref, DerefMut},
};

#[cfg(all(target_family = "wasm", not(target_feature = "atomics")))]
mod thread {
    /// The only thread.
    pub(crate) type Id = ();

    pub(crate) fn id() {}
}

#[cfg(not(all(target_family = "wasm", not(target_feature = "atomics"))))]
mod thread {
    pub(crate) use std::thread::ThreadId as Id;

    pub(crate) fn id() -> Id {
        std::thread::current().id()
    }
}

/// A value that may be sent anywhere, and used only where it was made.
pub struct SendWrapper<T> {
    value: ManuallyDrop<T>,
    home: thread::Id,
}

// SAFETY: the value is reached only on the thread that it was made on; anywhere else that panics.
unsafe impl<T> Send for SendWrapper<T> {}
// SAFETY: as above.
unsafe impl<T> Sync for SendWrapper<T> {}

impl<T> SendWrapper<T> {
    /// Wraps what belongs to this thread.
    pub fn new(value: T) -> Self {
        Self { value: ManuallyDrop::new(value), home: thread::id() }
    }

    /// Whether this is the value's thread.
    pub fn valid(&self) -> bool {
        self.home == thread::id()
    }

    /// The value.
    ///
    /// # Panics
    /// On another thread.
    pub fn take(self) -> T {
        self.check();
        let mut this = ManuallyDrop::new(self);
        // SAFETY: `this` is not dropped, so the value is taken once.
        unsafe { ManuallyDrop::take(&mut this.value) }
    }

    fn check(&self) {
        assert!(self.valid(), "a value was reached for on another thread than its own");
    }
}

impl<T> Deref for SendWrapper<T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.check();
        &self.value
    }
}

impl<T> DerefMut for SendWrapper<T> {
    fn deref_mut(&mut self) -> &mut T {
        self.check();
        &mut self.value
    }
}

impl<T> Drop for SendWrapper<T> {
    fn drop(&mut self) {
        if std::mem::needs_drop::<T>() && !self.valid() {
            // Elsewhere it is left undropped rather than dropped wrongly.
            assert!(std::thread::panicking(), "a value was dropped on another thread than its own");
            return;
        }
        // SAFETY: this is the value's thread, and nobody reaches it after this.
        unsafe { ManuallyDrop::drop(&mut self.value) }
    }
}

impl<T: fmt::Debug> fmt::Debug for SendWrapper<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("SendWrapper").field(&**self).finish()
    }
}

impl<T: Clone> Clone for SendWrapper<T> {
    fn clone(&self) -> Self {
        Self::new(T::clone(self))
    }
}
