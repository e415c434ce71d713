//! The networks that a client is counted by.

use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
};

use jiff::SignedDuration;
use regain_keys::Keys;
use regain_ports::Charge;

/// Bits of the networks that an IPv6 client is counted by, the narrowest first, and how many times the limit of that each
/// has. A customer has a /64 or, as RFC 6177 advises, a /56 or a /48, in which they can take any address.
const V6: [(u8, u32); 3] = [(64, 1), (56, 4), (48, 16)];

/// The same for IPv4: an address may be an office, and its neighbours other customers.
const V4: [(u8, u32); 2] = [(32, 1), (24, 16)];

/// A client's network, as far as it is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClientNetwork(IpAddr);

/// A network with its allowance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Allowance {
    /// The network: an IPv4 address, or an address with its prefix length.
    pub network: String,
    /// The number of times that a limit holds for it.
    pub factor: u32,
}

impl ClientNetwork {
    /// The network of an address; an IPv4 one in IPv6's clothes counts as IPv4.
    pub fn of(address: IpAddr) -> Self {
        Self(address.to_canonical())
    }

    /// Every network that the client is in and that a limit is counted for, the narrowest first. A limit by network counts
    /// all of them: who has many narrow ones has one wide one.
    pub fn allowances(self) -> Vec<Allowance> {
        let bits = match self.0 {
            IpAddr::V4(_) => &V4[..],
            IpAddr::V6(_) => &V6[..],
        };
        bits.iter().map(|&(bits, factor)| Allowance { network: self.within(bits), factor }).collect()
    }

    /// The charges of a limit by network and something else, such as an account.
    pub(crate) fn charges_of(
        self,
        keys: &Keys,
        what: &str,
        of: &str,
        window: SignedDuration,
        limit: u32,
    ) -> Vec<Charge> {
        let charge = |Allowance { network, factor }| Charge {
            bucket: keys.bucket(what, &format!("{network} {of}")),
            window,
            limit: limit.saturating_mul(factor),
            cost: 1,
        };
        self.allowances().into_iter().map(charge).collect()
    }

    /// The charges of a limit by network.
    pub(crate) fn charges(self, keys: &Keys, what: &str, window: SignedDuration, limit: u32) -> Vec<Charge> {
        let charge = |Allowance { network, factor }| Charge {
            bucket: keys.bucket(what, &network),
            window,
            limit: limit.saturating_mul(factor),
            cost: 1,
        };
        self.allowances().into_iter().map(charge).collect()
    }

    fn within(self, bits: u8) -> String {
        match self.0 {
            IpAddr::V4(address) if bits == 32 => address.to_string(),
            IpAddr::V4(address) => {
                let network = address.to_bits() & (u32::MAX << (32 - bits));
                format!("{}/{bits}", Ipv4Addr::from_bits(network))
            }
            IpAddr::V6(address) => {
                let network = address.to_bits() & (u128::MAX << (128 - bits));
                format!("{}/{bits}", Ipv6Addr::from_bits(network))
            }
        }
    }
}

/// Writes the narrowest one: an IPv4 address, or the /64 of an IPv6 one.
impl fmt::Display for ClientNetwork {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.within(if self.0.is_ipv4() { 32 } else { 64 }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allowances(address: &str) -> Vec<(String, u32)> {
        let network = ClientNetwork::of(address.parse().expect("an address"));
        network.allowances().into_iter().map(|Allowance { network, factor }| (network, factor)).collect()
    }

    #[test]
    fn d12_a_client_is_counted_by_every_network_that_it_may_have() {
        let all = |networks: &[(&str, u32)]| {
            networks.iter().map(|(name, factor)| ((*name).to_owned(), *factor)).collect::<Vec<_>>()
        };
        assert_eq!(
            allowances("2001:db8:1:2345:3:4:5:6"),
            all(&[("2001:db8:1:2345::/64", 1), ("2001:db8:1:2300::/56", 4), ("2001:db8:1::/48", 16)])
        );
        assert_eq!(allowances("198.51.100.7"), all(&[("198.51.100.7", 1), ("198.51.100.0/24", 16)]));
        assert_eq!(allowances("::ffff:198.51.100.7"), allowances("198.51.100.7"));
        for address in ["2001:db8::1", "192.0.2.1"] {
            let network = ClientNetwork::of(address.parse().expect("an address"));
            assert_eq!(network.to_string(), network.allowances()[0].network);
        }
    }
}
