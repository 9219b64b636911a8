//! Ids: drawn from a seed, so that two runs with the same seed name everything alike.

use std::sync::atomic::{AtomicU64, Ordering};

use ring::rand::{SecureRandom, SystemRandom};

const ALPHABET: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";

/// The source of every random choice in this cloud.
#[derive(Debug)]
pub struct Ids {
    seed: u64,
    requests: AtomicU64,
    chances: AtomicU64,
}

impl Ids {
    /// `seed` makes the draws repeatable; without it every start differs. `start` counts the
    /// starts over the same stored state, so that request ids never repeat in it.
    #[must_use]
    pub fn new(seed: Option<u64>, start: u64) -> Self {
        let seed = seed.unwrap_or_else(random_seed);
        Self { seed, requests: AtomicU64::new(start << 40), chances: AtomicU64::new(0) }
    }

    /// The id of the next request, in the form of a UUID.
    #[must_use]
    pub fn request(&self) -> String {
        let n = self.requests.fetch_add(1, Ordering::Relaxed);
        self.uuid("request", n)
    }

    /// A UUID for the `n`th thing that `stream` names.
    #[must_use]
    pub fn uuid(&self, stream: &str, n: u64) -> String {
        let high = mix(self.seed ^ hash(stream), n.wrapping_mul(2));
        let low = mix(self.seed ^ hash(stream), n.wrapping_mul(2).wrapping_add(1));
        let variant = 0x8000 | (low >> 48 & 0x3fff);
        format!(
            "{:08x}-{:04x}-4{:03x}-{variant:04x}-{:012x}",
            high >> 32,
            high >> 16 & 0xffff,
            high & 0xfff,
            low & 0xffff_ffff_ffff
        )
    }

    /// `PREFIX-xxxxxxxx`: eight characters of 0-9 and a-z for the `n`th thing that `stream` names.
    #[must_use]
    pub fn short(&self, prefix: &str, stream: &str, n: u64) -> String {
        let mut bits = mix(self.seed ^ hash(stream), n);
        let mut id = format!("{prefix}-");
        for _ in 0..8 {
            id.push(char::from(ALPHABET[(bits % 36) as usize]));
            bits /= 36;
        }
        id
    }

    /// A number in `0.0..1.0`, another one every time.
    #[must_use]
    pub fn chance(&self) -> f64 {
        let n = self.chances.fetch_add(1, Ordering::Relaxed);
        let bits = u32::try_from(mix(self.seed ^ hash("chance"), n) >> 32).unwrap_or_default();
        f64::from(bits) / 4_294_967_296.0
    }
}

fn random_seed() -> u64 {
    let mut bytes = [0; 8];
    // Without entropy every start would draw alike, which is a nuisance and no danger.
    let _ = SystemRandom::new().fill(&mut bytes);
    u64::from_le_bytes(bytes)
}

/// SplitMix64: the `n`th number of the sequence that starts at `seed`.
fn mix(seed: u64, n: u64) -> u64 {
    let mut z = seed.wrapping_add(n.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ z >> 31
}

/// FNV-1a: the same on every machine and in every version, unlike the standard library's hasher.
#[must_use]
pub fn hash(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_draws_the_same_ids() {
        let (a, b) = (Ids::new(Some(7), 1), Ids::new(Some(7), 1));
        assert_eq!(a.request(), b.request());
        assert_eq!(a.short("vpc", "x", 0), b.short("vpc", "x", 0));
        assert_ne!(a.short("vpc", "x", 0), Ids::new(Some(8), 1).short("vpc", "x", 0));
        assert_ne!(Ids::new(Some(7), 2).request(), Ids::new(Some(7), 1).request());
    }

    #[test]
    fn ids_have_the_clouds_shapes() {
        let ids = Ids::new(Some(1), 1);
        let id = ids.short("subnet", "s", 3);
        let tail = id.strip_prefix("subnet-").unwrap();
        assert!(tail.len() == 8 && tail.bytes().all(|b| ALPHABET.contains(&b)), "{id}");
        let uuid = ids.request();
        let lengths: Vec<_> = uuid.split('-').map(str::len).collect();
        assert_eq!(lengths, [8, 4, 4, 4, 12], "{uuid}");
        assert!((0.0..1.0).contains(&ids.chance()));
    }
}
