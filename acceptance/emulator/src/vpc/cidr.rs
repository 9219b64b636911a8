//! IPv4 networks.

use std::net::Ipv4Addr;

use serde::{Deserialize, Serialize};

/// A network, `10.0.0.0/16`; its address is the first of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Cidr {
    first: u32,
    mask: u32,
}

impl Cidr {
    /// `0.0.0.0/0`.
    pub const EVERYTHING: Self = Self { first: 0, mask: 0 };

    /// Reads `ADDRESS/MASK`; `None` when it is none, or when address bits stand below the mask.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let (address, mask) = text.split_once('/')?;
        let first = u32::from(address.parse::<Ipv4Addr>().ok()?);
        let mask = mask.parse::<u32>().ok().filter(|mask| *mask <= 32)?;
        let cidr = Self { first, mask };
        (first & !cidr.bits() == 0).then_some(cidr)
    }

    /// The number of address bits that are fixed.
    #[must_use]
    pub fn mask(self) -> u32 {
        self.mask
    }

    /// How many addresses it has.
    #[must_use]
    pub fn size(self) -> i64 {
        1 << (32 - self.mask)
    }

    /// Whether all of `other` lies inside.
    #[must_use]
    pub fn contains(self, other: Self) -> bool {
        self.mask <= other.mask && other.first & self.bits() == self.first
    }

    /// Whether they share an address.
    #[must_use]
    pub fn overlaps(self, other: Self) -> bool {
        self.contains(other) || other.contains(self)
    }

    /// Whether an address lies inside.
    #[must_use]
    pub fn has(self, address: Ipv4Addr) -> bool {
        u32::from(address) & self.bits() == self.first
    }

    /// One of the addresses that can be given to something: not the first two, not the last.
    #[must_use]
    pub fn host(self, number: u64) -> Ipv4Addr {
        let usable = u64::try_from(self.size() - 3).unwrap_or(1).max(1);
        let offset = u32::try_from(number % usable).unwrap_or_default() + 2;
        Ipv4Addr::from(self.first + offset)
    }

    fn bits(self) -> u32 {
        u32::MAX.checked_shl(32 - self.mask).unwrap_or(0)
    }
}

impl std::fmt::Display for Cidr {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", Ipv4Addr::from(self.first), self.mask)
    }
}

impl TryFrom<String> for Cidr {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        Self::read(&text).ok_or_else(|| format!("{text} is no IPv4 network"))
    }
}

impl From<Cidr> for String {
    fn from(cidr: Cidr) -> Self {
        cidr.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cidr(text: &str) -> Cidr {
        Cidr::read(text).unwrap()
    }

    #[test]
    fn networks_are_read_strictly() {
        for text in ["10.0.0.0/16", "0.0.0.0/0", "1.2.3.4/32"] {
            assert_eq!(cidr(text).to_string(), text);
        }
        for text in ["10.0.0.0", "10.0.0.1/16", "10.0.0.0/33", "10.0.0/16", "a/16", "10.0.0.0/-1"] {
            assert_eq!(Cidr::read(text), None, "{text}");
        }
    }

    #[test]
    fn networks_contain_and_overlap() {
        assert!(cidr("10.0.0.0/16").contains(cidr("10.0.255.0/24")));
        assert!(!cidr("10.0.0.0/16").contains(cidr("10.1.0.0/24")));
        assert!(cidr("10.0.1.0/24").overlaps(cidr("10.0.0.0/16")));
        assert!(!cidr("10.0.1.0/24").overlaps(cidr("10.0.2.0/24")));
        assert_eq!(cidr("10.0.1.0/24").size(), 256);
    }
}
