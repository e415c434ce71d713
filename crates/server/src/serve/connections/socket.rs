//! A socket that notes what its client does, and takes its time to close.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
    time::{Sleep, sleep},
};

use super::patience::Patience;

/// Number of bytes of a refused body that are taken off the line, and how long that may take: a client that is still
/// writing when the connection closes does not get to see the answer. By then the request itself is over.
const MAX_DISCARDED: usize = 1024 * 1024;
const LINGER: Duration = Duration::from_secs(2);

/// The first bytes of an HTTP/2 connection (RFC 9113, 3.4), as far as no method of HTTP/1 has them.
const HTTP2: &[u8] = b"PRI ";

/// A client's socket.
pub(super) struct Socket {
    stream: TcpStream,
    patience: Patience,
    /// Known from the first bytes on.
    is_http2: Option<bool>,
    closing: Option<Closing>,
}

/// The end of a connection, once everything is written.
struct Closing {
    limit: Pin<Box<Sleep>>,
    discarded: usize,
}

impl Socket {
    pub(super) const fn new(stream: TcpStream, patience: Patience) -> Self {
        Self { stream, patience, is_http2: None, closing: None }
    }

    /// Reads what the client still writes, until it stops or enough of it was read.
    fn poll_discard(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let closing = self.closing.get_or_insert_with(|| Closing { limit: Box::pin(sleep(LINGER)), discarded: 0 });
        let mut bytes = [0; 4096];
        while closing.discarded < MAX_DISCARDED && closing.limit.as_mut().poll(cx).is_pending() {
            let mut buffer = ReadBuf::new(&mut bytes);
            match ready!(Pin::new(&mut self.stream).poll_read(cx, &mut buffer)) {
                Ok(()) if !buffer.filled().is_empty() => closing.discarded += buffer.filled().len(),
                _ => break,
            }
        }
        Poll::Ready(())
    }
}

impl AsyncRead for Socket {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(cx, buffer))?;
        let received = &buffer.filled()[before..];
        if !received.is_empty() && !*self.is_http2.get_or_insert_with(|| received.starts_with(HTTP2)) {
            self.patience.received();
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Socket {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = ready!(Pin::new(&mut self.stream).poll_write(cx, bytes))?;
        self.patience.sent();
        Poll::Ready(Ok(written))
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = ready!(Pin::new(&mut self.stream).poll_write_vectored(cx, bytes))?;
        self.patience.sent();
        Poll::Ready(Ok(written))
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.closing.is_none() {
            ready!(Pin::new(&mut self.stream).poll_shutdown(cx))?;
        }
        if self.patience.has_unread() {
            ready!(self.poll_discard(cx));
        }
        Poll::Ready(Ok(()))
    }
}
