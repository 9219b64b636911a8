//! Timers fire on the cloud's own clock.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use serde_json::json;

use super::sources::Bound;
use crate::clock::Time;
use crate::cloud::Cloud;
use crate::cron::Cron;

/// How often a timer fires at most when the clock leaps over many of its moments.
const MOST_AT_ONCE: usize = 100;

/// Fires timers for ever. Between whole seconds it sleeps; with nothing to do it waits to be told.
pub async fn fire_in_time(cloud: Arc<Cloud>) {
    let mut until = cloud.clock.now();
    loop {
        let (known, now) = (cloud.triggers.known(&cloud), cloud.clock.now());
        until = until.min(now);
        for (bound, cron) in &known.timers {
            let since = until.max(bound.trigger.modified);
            for moment in moments(cron, since, now) {
                fire(&cloud, bound, moment);
            }
        }
        until = now;
        let runs = !known.timers.is_empty() && !cloud.clock.is_stopped();
        cloud.triggers.ticks.store(runs, Ordering::Release);
        let woken = cloud.triggers.wake.notified();
        if runs {
            let rest = u64::try_from(1000 - now.0.rem_euclid(1000)).unwrap_or(1000);
            // The end of the wait says nothing that the next look does not.
            let _ = tokio::time::timeout(Duration::from_millis(rest), woken).await;
        } else {
            woken.await;
        }
    }
}

/// The moments of a timer after `since` and not after `now`, oldest first.
fn moments(cron: &Cron, since: Time, now: Time) -> Vec<Time> {
    let earlier = |moment: &Time| cron.last(since, moment.plus(-1));
    let all = std::iter::successors(cron.last(since, now), earlier);
    let mut latest: Vec<_> = all.take(MOST_AT_ONCE).collect();
    latest.reverse();
    latest
}

fn fire(cloud: &Arc<Cloud>, bound: &Bound, moment: Time) {
    let trigger = &bound.trigger;
    let event = json!({
        "Type": "Timer",
        "TriggerName": trigger.name,
        "Time": moment.iso(),
        "Message": trigger.argument,
    });
    bound.queue(cloud, event.to_string().into_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_leap_of_the_clock_passes_every_moment() {
        let time = |text: &str| Time::from_local(text).unwrap();
        let cron = Cron::timer("*/10 * * * *").unwrap();
        let found = moments(&cron, time("2026-01-01 00:00:00"), time("2026-01-01 00:30:00"));
        let shown: Vec<_> = found.into_iter().map(Time::local).collect();
        assert_eq!(shown, ["2026-01-01 00:10:00", "2026-01-01 00:20:00", "2026-01-01 00:30:00"]);
        let far = moments(&cron, time("2026-01-01 00:00:00"), time("2027-01-01 00:00:00"));
        assert_eq!((far.len(), far[99]), (100, time("2027-01-01 00:00:00")));
    }
}
