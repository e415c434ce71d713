//! From where a request came, and from which device.

use std::net::{IpAddr, Ipv6Addr};

use ipnet::IpNet;

use crate::engine::{ClientNetwork, Device};

/// The client behind a request.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Client {
    address: Option<IpAddr>,
    device: Option<Device>,
}

impl Client {
    /// A client at an address; an IPv4 one in IPv6's clothes counts as IPv4.
    pub fn at(address: IpAddr) -> Self {
        Self { address: Some(address.to_canonical()), device: None }
    }

    /// The client behind a chain of proxies. `hops` are the addresses that the header names, the
    /// nearest last: each proxy appends whom it was called by, so only those to the right of the first
    /// untrusted one can be believed.
    pub fn behind<'a>(peer: IpAddr, trusted: &[IpNet], hops: impl DoubleEndedIterator<Item = &'a str>) -> Self {
        let is_trusted = |address: IpAddr| trusted.iter().any(|network| network.contains(&address.to_canonical()));
        let mut client = peer;
        for hop in hops.rev() {
            if !is_trusted(client) {
                break;
            }
            let Some(address) = parse(hop) else { break };
            client = address;
        }
        Self::at(client)
    }

    /// The address.
    pub const fn address(&self) -> Option<IpAddr> {
        self.address
    }

    /// The client with its device.
    #[must_use]
    pub fn with(self, device: Option<Device>) -> Self {
        Self { device, ..self }
    }

    /// The device, where it is known.
    pub const fn device(&self) -> Option<Device> {
        self.device
    }

    /// The network that limits count it by.
    pub fn network(&self) -> Option<ClientNetwork> {
        self.address.map(ClientNetwork::of)
    }
}

/// An address as proxies write it: bare, quoted, in brackets, with a port.
fn parse(hop: &str) -> Option<IpAddr> {
    let hop = hop.trim().trim_matches('"');
    if let Ok(address) = hop.parse::<IpAddr>() {
        return Some(address);
    }
    if let Some(rest) = hop.strip_prefix('[') {
        return rest.split(']').next()?.parse::<Ipv6Addr>().ok().map(IpAddr::V6);
    }
    let (address, _port) = hop.rsplit_once(':')?;
    address.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(peer: &str, hops: &[&str]) -> Option<String> {
        let trusted = ["10.0.0.0/8", "::1/128"].map(|network| network.parse().expect("a network"));
        Client::behind(peer.parse().expect("an address"), &trusted, hops.iter().copied())
            .network()
            .map(|network| network.to_string())
    }

    #[test]
    fn headers_count_from_trusted_proxies_only() {
        assert_eq!(client("203.0.113.9", &["198.51.100.1"]).as_deref(), Some("203.0.113.9"));
        assert_eq!(client("10.0.0.1", &["198.51.100.1"]).as_deref(), Some("198.51.100.1"));
        assert_eq!(client("::ffff:10.0.0.1", &["198.51.100.1:1234"]).as_deref(), Some("198.51.100.1"));
    }

    #[test]
    fn what_a_client_writes_itself_is_not_believed() {
        assert_eq!(client("10.0.0.1", &["1.1.1.1", "198.51.100.1", "10.0.0.2"]).as_deref(), Some("198.51.100.1"));
        assert_eq!(client("10.0.0.1", &["1.1.1.1", "nonsense"]).as_deref(), Some("10.0.0.1"));
    }

    #[test]
    fn one_ipv6_customer_is_one_client() {
        assert_eq!(client("2001:db8:1:2:3:4:5:6", &[]).as_deref(), Some("2001:db8:1:2::/64"));
        assert_eq!(client("::1", &["\"[2001:db8::1]:443\""]).as_deref(), Some("2001:db8::/64"));
    }
}
