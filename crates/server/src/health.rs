//! `regain-server health`: asks the server that the configuration describes whether it is alive, for an image that has no
//! other program.

use std::{
    io::{self, Read as _, Write as _},
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream},
    time::Duration,
};

use regain_server::{config::Config, serve::Failure};

/// Time within which the server has to answer.
const PATIENCE: Duration = Duration::from_secs(3);

/// Fails unless the server answers `/healthz` with 200.
pub(crate) fn run(config: &Config) -> Result<(), Failure> {
    let address = reachable(config.server.listen);
    match status(address) {
        Ok(status) if status == "200" => Ok(()),
        Ok(status) => Err(Failure::Ill(format!("{address} answers {status}"))),
        Err(error) => Err(Failure::Ill(format!("{address}: {error}"))),
    }
}

/// The address at which a server that listens on all of them is reached from its own machine.
fn reachable(listen: SocketAddr) -> SocketAddr {
    let ip = match listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(ip) if ip.is_unspecified() => IpAddr::V6(Ipv6Addr::LOCALHOST),
        ip => ip,
    };
    SocketAddr::new(ip, listen.port())
}

fn status(address: SocketAddr) -> io::Result<String> {
    let mut connection = TcpStream::connect_timeout(&address, PATIENCE)?;
    connection.set_read_timeout(Some(PATIENCE))?;
    connection.set_write_timeout(Some(PATIENCE))?;
    connection.write_all(b"GET /healthz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")?;
    let mut head = [0; 12];
    connection.read_exact(&mut head)?;
    Ok(String::from_utf8_lossy(&head[9..]).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_on_every_address_is_reached_on_the_loopback_one() {
        for (listen, expected) in
            [("0.0.0.0:80", "127.0.0.1:80"), ("[::]:80", "[::1]:80"), ("10.0.0.1:80", "10.0.0.1:80")]
        {
            assert_eq!(reachable(listen.parse().expect("an address")).to_string(), expected);
        }
    }
}
