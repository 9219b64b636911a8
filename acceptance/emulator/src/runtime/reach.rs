//! What of the networks outside a function reaches.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::vpc::cidr::Cidr;

/// Addresses of this machine that stand for the Internet, so that a server on one of them shows who
/// reaches it. All others of 127.0.0.0/8 are this machine itself, which everything reaches.
const STAND_IN: [u8; 2] = [127, 255];

/// What a function reaches beside this machine, which stands for the cloud's own services.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reach {
    /// Private addresses: those of its VPC (R81).
    pub private: bool,
    /// The parts of the Internet: all of it with public access (R79), else what the routes of its
    /// subnet lead to a NAT gateway (R341, R350, R351).
    pub internet: Vec<Cidr>,
}

impl Reach {
    /// Everything.
    #[must_use]
    pub fn open() -> Self {
        Self { private: true, internet: vec![Cidr::EVERYTHING] }
    }

    /// Whether all of the Internet is reached. Then private addresses are, too: nobody's network is
    /// protected by this machine.
    pub(super) fn is_open(&self) -> bool {
        self.internet.contains(&Cidr::EVERYTHING)
    }

    /// Whether it reaches that address.
    pub(super) fn has(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        match place(address) {
            Place::Machine => true,
            Place::Private => self.private || self.is_open(),
            Place::Internet => match address {
                IpAddr::V4(address) => self.internet.iter().any(|part| part.has(address)),
                IpAddr::V6(_) => self.is_open(),
            },
        }
    }
}

/// Whether an address is on the Internet.
pub(super) fn is_internet(address: IpAddr) -> bool {
    place(address.to_canonical()) == Place::Internet
}

/// Where an address is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Machine,
    Private,
    Internet,
}

fn place(address: IpAddr) -> Place {
    match address {
        IpAddr::V4(address) => place_v4(address),
        IpAddr::V6(Ipv6Addr::LOCALHOST | Ipv6Addr::UNSPECIFIED) => Place::Machine,
        IpAddr::V6(address) if address.is_unique_local() || address.is_unicast_link_local() => {
            Place::Private
        }
        IpAddr::V6(_) => Place::Internet,
    }
}

fn place_v4(address: Ipv4Addr) -> Place {
    let [first, second, ..] = address.octets();
    if [first, second] == STAND_IN {
        Place::Internet
    } else if address.is_loopback() || address.is_unspecified() {
        Place::Machine
    } else if address.is_private() || address.is_link_local() {
        Place::Private
    } else {
        Place::Internet
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reach(private: bool, internet: &[&str]) -> Reach {
        let internet = internet.iter().map(|text| Cidr::read(text).unwrap()).collect();
        Reach { private, internet }
    }

    fn reached<'a>(reach: &Reach, addresses: &[&'a str]) -> Vec<&'a str> {
        let has = |text: &&&str| reach.has(text.parse().unwrap());
        addresses.iter().filter(has).copied().collect()
    }

    const ALL: [&str; 9] = [
        "127.0.0.1",
        "::1",
        "127.255.0.1",
        "10.0.0.9",
        "192.168.1.1",
        "fd00::1",
        "8.8.8.8",
        "::ffff:8.8.4.4",
        "2001:db8::1",
    ];

    #[test]
    fn r79_r81_what_is_private_and_what_is_public_is_reached_by_itself() {
        assert_eq!(reached(&reach(false, &[]), &ALL), ALL[..2]);
        assert_eq!(reached(&reach(true, &[]), &ALL), [&ALL[..2], &ALL[3..6]].concat());
        assert_eq!(reached(&reach(false, &["0.0.0.0/0"]), &ALL), ALL);
        assert_eq!(reached(&Reach::open(), &ALL), ALL);
    }

    #[test]
    fn a_part_of_the_internet_is_only_that_part() {
        let part = reach(true, &["8.8.8.0/24"]);
        assert_eq!(reached(&part, &["8.8.8.8", "8.8.4.4", "2001:db8::1"]), ["8.8.8.8"]);
    }
}
