//! Whether and when a failed call is made again. Decides only; sleeping is the client's.

use std::time::Duration;

use crate::action::Kind;
use crate::random::Random;

/// Bounds of repeating.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// The shortest pause.
    pub base: Duration,
    /// The longest pause.
    pub cap: Duration,
    /// How often a call is repeated that failed in the cloud or on the way back.
    pub repeats: u32,
    /// How often a call is repeated that could not be sent.
    pub connects: u32,
    /// How long a call is repeated that the cloud throttles, when its caller sets no deadline.
    pub throttled_for: Duration,
    /// How long a request in flight may go on after its caller cancelled.
    pub grace: Duration,
    /// Fixes the randomness of pauses, for tests.
    pub seed: Option<u64>,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            base: Duration::from_millis(100),
            cap: Duration::from_secs(10),
            repeats: 3,
            connects: 3,
            throttled_for: Duration::from_secs(300),
            grace: Duration::from_millis(1_200),
            seed: None,
        }
    }
}

/// How an attempt failed, as far as repeating goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Failure {
    /// The cloud asked for fewer requests: it did nothing.
    Throttled,
    /// It was not sent.
    Unsent,
    /// The cloud failed, or its answer was lost: it may have done it.
    Ambiguous,
    /// Repeating changes nothing.
    Final,
}

/// The repeats of one call.
pub(crate) struct Retry<'a> {
    policy: &'a Policy,
    random: &'a Random,
    kind: Kind,
    pause: Duration,
    waited: Duration,
    ambiguous: u32,
    unsent: u32,
}

impl<'a> Retry<'a> {
    pub(crate) fn new(policy: &'a Policy, random: &'a Random, kind: Kind) -> Self {
        let pause = policy.base;
        Self { policy, random, kind, pause, waited: Duration::ZERO, ambiguous: 0, unsent: 0 }
    }

    /// The pause before the next attempt, or `None` when there is none.
    ///
    /// Pauses are decorrelated: each is random between the base and three times the one before, so
    /// that callers that were throttled together do not come back together.
    pub(crate) fn after(&mut self, failure: Failure) -> Option<Duration> {
        let again = match failure {
            Failure::Final => false,
            Failure::Throttled => self.waited < self.policy.throttled_for,
            Failure::Unsent => {
                self.unsent += 1;
                self.unsent <= self.policy.connects
            }
            Failure::Ambiguous => {
                self.ambiguous += 1;
                self.kind != Kind::Create && self.ambiguous <= self.policy.repeats
            }
        };
        again.then(|| {
            let longest = (self.pause * 3).clamp(self.policy.base, self.policy.cap);
            self.pause = self.random.between(self.policy.base.min(longest), longest);
            self.waited += self.pause;
            self.pause
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pauses(kind: Kind, failure: Failure, policy: &Policy) -> Vec<Duration> {
        let random = Random::seeded(7);
        let mut retry = Retry::new(policy, &random, kind);
        std::iter::from_fn(|| retry.after(failure)).take(1_000).collect()
    }

    #[test]
    fn a_create_is_never_repeated_when_it_may_have_taken_effect() {
        let policy = Policy::default();
        assert!(pauses(Kind::Create, Failure::Ambiguous, &policy).is_empty());
        for kind in [Kind::Read, Kind::Write, Kind::Delete] {
            assert_eq!(pauses(kind, Failure::Ambiguous, &policy).len(), 3, "{kind:?}");
        }
    }

    #[test]
    fn what_was_not_sent_is_repeated_whatever_it_is() {
        let policy = Policy::default();
        for kind in [Kind::Read, Kind::Create] {
            assert_eq!(pauses(kind, Failure::Unsent, &policy).len(), 3, "{kind:?}");
        }
    }

    #[test]
    fn a_refusal_is_final() {
        assert!(pauses(Kind::Read, Failure::Final, &Policy::default()).is_empty());
    }

    #[test]
    fn throttling_is_waited_out_with_growing_random_pauses() {
        let policy = Policy::default();
        let pauses = pauses(Kind::Create, Failure::Throttled, &policy);
        let total: Duration = pauses.iter().sum();
        assert!(total >= policy.throttled_for, "{total:?}");
        assert!(total < policy.throttled_for + policy.cap, "{total:?}");
        assert!(pauses.iter().all(|pause| (policy.base..=policy.cap).contains(pause)));
        assert!(pauses.windows(2).all(|pair| pair[1] <= pair[0] * 3), "{pauses:?}");
        assert!(pauses.iter().any(|pause| *pause > policy.base * 20), "{pauses:?}");
        let distinct: std::collections::HashSet<_> = pauses.iter().collect();
        assert!(distinct.len() > pauses.len() / 2, "{pauses:?}");
    }
}
