//! Virtual Private Cloud: networks and what is in them.

pub mod network;
pub mod security_group;
pub mod subnet;

use tencentcloud_api::vpc;
use tf_schema::check::Check;

use crate::tags;

/// Tags as the requests of this service carry them; `None` for none.
fn request_tags(tags: &tags::Tags) -> Option<Vec<vpc::Tag>> {
    let pairs = tags::pairs(tags).into_iter();
    tags.is_known().then(|| pairs.map(|(key, value)| vpc::Tag { key, value }).collect())
}

/// Tags as this service answers them.
fn found_tags(found: Vec<vpc::Tag>) -> impl Iterator<Item = (String, String)> {
    found.into_iter().map(|tag| (tag.key, tag.value))
}

/// An IPv4 block in its normal form: `10.0.0.0/16`, no bit set behind the mask.
fn cidr(text: &String) -> Check {
    let (address, mask) = text.split_once('/').unwrap_or((text, ""));
    let parsed = address.parse::<std::net::Ipv4Addr>().ok().zip(mask.parse::<u32>().ok());
    match parsed {
        Some((address, mask)) if mask <= 32 => {
            let bits = u32::from(address);
            let network = bits & u32::MAX.checked_shl(32 - mask).unwrap_or(0);
            if bits == network {
                return Ok(());
            }
            let network = std::net::Ipv4Addr::from(network);
            Err(format!("{text} has bits behind its mask; the block is {network}/{mask}."))
        }
        _ => Err(format!("Expected an IPv4 block such as 10.0.0.0/16, got {text:?}.")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_block_is_written_without_host_bits() {
        for good in ["10.0.0.0/16", "0.0.0.0/0", "192.168.1.1/32"] {
            assert_eq!(cidr(&good.to_owned()), Ok(()), "{good}");
        }
        for bad in ["10.0.0.0", "10.0.0.1/16", "10.0.0.0/33", "x/8", "fd00::/8", ""] {
            assert!(cidr(&bad.to_owned()).is_err(), "{bad}");
        }
    }
}
