//! Randomness for pauses: unpredictable in use, repeatable in tests, never for keys.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use ring::rand::{SecureRandom, SystemRandom};

/// A splitmix64 generator that many tasks may share.
#[derive(Debug)]
pub(crate) struct Random(AtomicU64);

impl Random {
    pub(crate) fn seeded(seed: u64) -> Self {
        Self(AtomicU64::new(seed))
    }

    /// Seeded by the system.
    pub(crate) fn new() -> Self {
        let mut seed = [0; 8];
        // Without system randomness all processes would pause alike, which is bearable.
        let _ = SystemRandom::new().fill(&mut seed);
        Self::seeded(u64::from_ne_bytes(seed))
    }

    fn next(&self) -> u64 {
        const STEP: u64 = 0x9e37_79b9_7f4a_7c15;
        let mut value = self.0.fetch_add(STEP, Ordering::Relaxed).wrapping_add(STEP);
        value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        value ^ (value >> 31)
    }

    /// A text that no other call returns.
    pub(crate) fn token(&self) -> String {
        format!("{:016x}{:016x}", self.next(), self.next())
    }

    /// A duration in `low..=high`.
    pub(crate) fn between(&self, low: Duration, high: Duration) -> Duration {
        let range = high.saturating_sub(low).as_nanos() as u64;
        low + Duration::from_nanos(self.next() % (range + 1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_stay_in_range_and_spread() {
        let random = Random::seeded(1);
        let (low, high) = (Duration::from_millis(10), Duration::from_millis(20));
        let values: Vec<_> = (0..200).map(|_| random.between(low, high)).collect();
        assert!(values.iter().all(|value| (low..=high).contains(value)));
        assert!(values.iter().any(|value| *value < Duration::from_millis(12)));
        assert!(values.iter().any(|value| *value > Duration::from_millis(18)));
        assert_eq!(random.between(low, low), low);
    }

    #[test]
    fn a_seed_repeats_the_sequence() {
        let draw = |random: &Random| (0..5).map(|_| random.next()).collect::<Vec<_>>();
        assert_eq!(draw(&Random::seeded(3)), draw(&Random::seeded(3)));
        assert_ne!(draw(&Random::seeded(3)), draw(&Random::seeded(4)));
    }
}
