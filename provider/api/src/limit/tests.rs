//! The rate limit under a clock of its own.

use super::*;
use crate::action::{Kind, Service};

const SCF: Service = Service { name: "scf", version: "2018-04-16" };
const LIST_ALIASES: ActionId = ActionId { service: &SCF, name: "ListAliases", kind: Kind::Read };
const GET_FUNCTION: ActionId = ActionId { service: &SCF, name: "GetFunction", kind: Kind::Read };

fn guangzhou() -> Arc<str> {
    "ap-guangzhou".into()
}

/// When each of `count` requests that ask now may leave, in milliseconds from now.
fn departures(limiter: &Limiter, action: ActionId, count: usize) -> Vec<u128> {
    let now = Instant::now();
    (0..count)
        .map(|_| limiter.reserve(action, &guangzhou()).departure.duration_since(now).as_millis())
        .collect()
}

#[tokio::test(start_paused = true)]
async fn a_seconds_worth_leaves_at_once_and_the_rest_at_the_documented_rate_in_order() {
    let limiter = Limiter::new(true);
    let times = departures(&limiter, LIST_ALIASES, 60);
    assert_eq!(times[..20], [0; 20], "20 a second may burst");
    assert_eq!(times[20..24], [50, 100, 150, 200]);
    assert_eq!(times[59], 2_000);
    assert!(times.is_sorted(), "first come, first served");

    let times = departures(&limiter, GET_FUNCTION, 101);
    assert_eq!((times[99], times[100]), (0, 10), "another action has its own limit: 100 a second");
}

#[tokio::test(start_paused = true)]
async fn regions_do_not_share() {
    let limiter = Limiter::new(true);
    departures(&limiter, LIST_ALIASES, 40);
    let there = limiter.reserve(LIST_ALIASES, &"ap-tokyo".into());
    assert_eq!(there.departure, Instant::now());
}

#[tokio::test(start_paused = true)]
async fn an_idle_bucket_saves_one_second_and_no_more() {
    let limiter = Limiter::new(true);
    departures(&limiter, LIST_ALIASES, 20);
    tokio::time::advance(Duration::from_secs(3_600)).await;
    let times = departures(&limiter, LIST_ALIASES, 21);
    assert_eq!((times[19], times[20]), (0, 50));
}

#[tokio::test(start_paused = true)]
async fn throttling_halves_the_rate_once_for_all_that_were_under_way() {
    let limiter = Limiter::new(true);
    let under_way: Vec<_> = (0..10).map(|_| limiter.reserve(LIST_ALIASES, &guangzhou())).collect();
    tokio::time::advance(Duration::from_millis(30)).await;
    for permit in &under_way {
        permit.throttled();
    }
    let times = departures(&limiter, LIST_ALIASES, 4);
    assert_eq!(times, [0, 100, 200, 300], "10 a second, without a burst");
}

#[tokio::test(start_paused = true)]
async fn a_halved_rate_recovers() {
    let limiter = Limiter::new(true);
    limiter.reserve(LIST_ALIASES, &guangzhou()).throttled();
    tokio::time::advance(Duration::from_millis(1_250)).await;
    let times = departures(&limiter, LIST_ALIASES, 3);
    assert_eq!(times, [0, 66, 133], "15 a second after half of the way back");
    tokio::time::advance(RECOVERY).await;
    assert_eq!(departures(&limiter, LIST_ALIASES, 20)[19], 0, "whole again");
}

#[tokio::test(start_paused = true)]
async fn a_local_cloud_is_limited_only_after_it_throttles() {
    let limiter = Limiter::new(false);
    assert_eq!(departures(&limiter, LIST_ALIASES, 1_000)[999], 0);
    limiter.reserve(LIST_ALIASES, &guangzhou()).throttled();
    assert_eq!(departures(&limiter, LIST_ALIASES, 3), [0, 100, 200]);
    tokio::time::advance(RECOVERY).await;
    assert_eq!(departures(&limiter, LIST_ALIASES, 1_000)[999], 0);
}
