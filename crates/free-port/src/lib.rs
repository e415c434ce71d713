//! Ports for programs that have to be told one.
//!
//! A port that the system chooses and that is given back at once may be taken before the program listens on it: by
//! another test that asks for one, or by any connection that goes out, since both come from the same range. These ports
//! lie below that range (32,768 on Linux, 49,152 elsewhere) and belong to the process that was given them until it ends.

use std::{
    io::{self, ErrorKind},
    net::{Ipv4Addr, TcpListener, UdpSocket},
    ops::Range,
    process,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU16, Ordering},
    },
};

const PORTS: Range<u16> = 20_000..30_000;
/// The way from a port to that of the UDP socket by which a process holds it: apart from [`PORTS`], so that the program
/// may use the port for UDP too.
const TO_HOLD: u16 = 10_000;

/// A port of 127.0.0.1 that nobody listens on, and that no other call gets, in whatever process.
///
/// # Errors
///
/// All ports are taken, or no socket can be made.
pub fn free_port() -> io::Result<u16> {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    static HELD: Mutex<Vec<UdpSocket>> = Mutex::new(Vec::new());
    let count = PORTS.len();
    // Processes begin apart from each other.
    let begin = process::id() as usize * 61;
    for _ in 0..count {
        let next = begin + usize::from(NEXT.fetch_add(1, Ordering::Relaxed));
        let port = PORTS.start + u16::try_from(next % count).expect("is in the range");
        let hold = match UdpSocket::bind((Ipv4Addr::LOCALHOST, port - TO_HOLD)) {
            Ok(socket) => socket,
            Err(error) if error.kind() == ErrorKind::AddrInUse => continue,
            Err(error) => return Err(error),
        };
        if TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_ok() {
            HELD.lock().unwrap_or_else(PoisonError::into_inner).push(hold);
            return Ok(port);
        }
    }
    Err(io::Error::new(ErrorKind::AddrInUse, format!("no port of {PORTS:?} is free")))
}

#[cfg(test)]
mod tests {
    use std::{collections::HashSet, fs, thread};

    use super::*;

    #[test]
    fn each_call_has_a_port_of_its_own_that_no_connection_goes_out_from() {
        let callers: Vec<_> =
            (0..8).map(|_| thread::spawn(|| [(); 8].map(|()| free_port().expect("a port")))).collect();
        let ports: Vec<_> = callers.into_iter().flat_map(|caller| caller.join().expect("gets ports")).collect();
        assert_eq!(ports.iter().collect::<HashSet<_>>().len(), ports.len());
        if let Ok(range) = fs::read_to_string("/proc/sys/net/ipv4/ip_local_port_range") {
            let first: u16 = range.split_whitespace().next().and_then(|it| it.parse().ok()).expect("a range");
            assert!(ports.iter().all(|&port| port < first), "{ports:?} and connections from {first}");
        }
    }

    #[test]
    fn a_port_that_somebody_listens_on_or_holds_is_passed_over() {
        let port = free_port().expect("a port");
        let held = UdpSocket::bind((Ipv4Addr::LOCALHOST, port - TO_HOLD)).expect_err("is held for this process");
        assert_eq!(held.kind(), ErrorKind::AddrInUse);
        // Not even with every port asked for is a taken one given.
        let _listens = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).expect("nobody listens there");
        assert!((0..100).all(|_| free_port().expect("a port") != port));
    }
}
