//! `server.trusted_proxies`: whose word counts about where a request came from.

use std::{fmt, net::IpAddr};

use ipnet::IpNet;
use serde::{
    Deserialize, Deserializer,
    de::{Error, SeqAccess, Visitor},
};

/// The networks of the proxies in front of the server; of none, where the file says `"none"`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TrustedProxies(Vec<IpNet>);

impl TrustedProxies {
    /// The networks.
    pub fn networks(&self) -> &[IpNet] {
        &self.0
    }
}

impl<'de> Deserialize<'de> for TrustedProxies {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ProxiesVisitor)
    }
}

struct ProxiesVisitor;

impl<'de> Visitor<'de> for ProxiesVisitor {
    type Value = TrustedProxies;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of addresses and networks, or \"none\"")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<TrustedProxies, E> {
        match text {
            "none" => Ok(TrustedProxies::default()),
            _ => Err(E::custom("must be a list such as [\"10.0.0.5\", \"10.1.0.0/16\"], or \"none\"")),
        }
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<TrustedProxies, A::Error> {
        let mut networks = Vec::new();
        while let Some(Network(network)) = elements.next_element()? {
            networks.push(network);
        }
        Ok(TrustedProxies(networks))
    }
}

/// A network, or an address, which is a network of one.
struct Network(IpNet);

impl<'de> Deserialize<'de> for Network {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let network = text.parse::<IpAddr>().map(IpNet::from).or_else(|_| text.parse::<IpNet>());
        network.map(Self).map_err(|_| {
            D::Error::custom(format!("{text:?} is neither an address nor a network, such as 10.0.0.5 or 10.0.0.0/8"))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Deserialize)]
    struct File {
        proxies: TrustedProxies,
    }

    fn read(value: &str) -> Result<Vec<String>, String> {
        let file: Result<File, _> = toml::from_str(&format!("proxies = {value}"));
        let networks = file.map(|file| file.proxies.networks().iter().map(ToString::to_string).collect());
        networks.map_err(|error| error.to_string())
    }

    #[test]
    fn d4_addresses_are_networks_of_one_and_none_is_said_by_name() {
        assert_eq!(read("'none'"), Ok(vec![]));
        assert_eq!(
            read("['10.0.0.5', '::1', '10.0.0.0/8', 'fd00::/8']").expect("reads"),
            ["10.0.0.5/32", "::1/128", "10.0.0.0/8", "fd00::/8"]
        );
        for bad in ["'all'", "['10.0.0']", "['nginx']", "true", "['10.0.0.0/33']"] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }
}
