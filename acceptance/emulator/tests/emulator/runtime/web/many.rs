//! One request at a time, and several.

use std::time::{Duration, Instant};

use tencentcloud_emulator::runtime::{FunctionSpec, Quota, Web};

use super::{Front, Machine, server, within};

fn many(concurrency: u32) -> FunctionSpec {
    FunctionSpec { web: Some(Web { concurrency, socket_idle: None }), ..server() }
}

#[tokio::test]
async fn r169_an_instance_serves_one_request_at_a_time() {
    let front = Front::of(server()).await;
    let (one, other) = tokio::join!(front.get("/sleep/0.2"), front.get("/sleep/0.2"));
    assert_eq!((one.status, other.status), (200, 200));
    let outcomes = [front.outcome().await, front.outcome().await];
    assert!(outcomes.iter().all(|outcome| outcome.cold_start), "two instances");
}

#[tokio::test]
async fn r168_r170_an_instance_serves_several_and_their_common_time_is_billed_once() {
    let front = Front::of(many(10)).await;
    front.get("/").await;
    assert!(front.outcome().await.cold_start);
    let begun = Instant::now();
    let requests = [(); 10].map(|()| front.get("/sleep/0.2"));
    let answers = futures_util::future::join_all(requests).await;
    let took = begun.elapsed().as_millis();
    assert!(answers.windows(2).all(|two| two[0].body == two[1].body), "one process");
    let outcomes = [(); 10].map(|()| front.outcome());
    let outcomes = futures_util::future::join_all(outcomes).await;
    assert!(outcomes.iter().all(|outcome| !outcome.cold_start && outcome.duration_ms >= 200.0));
    let billed: u64 = outcomes.iter().map(|outcome| outcome.bill_ms).sum();
    // A started millisecond of each counts.
    assert!((200..=took + 10).contains(&u128::from(billed)), "{billed} in {took}");
}

#[tokio::test]
async fn r168_requests_that_come_during_a_start_share_the_instance_and_more_get_another() {
    let front = Front::of(many(2)).await;
    let requests = [(); 3].map(|()| front.get("/sleep/0.2"));
    let answers = futures_util::future::join_all(requests).await;
    let mut pids: Vec<_> = answers.into_iter().map(|answer| answer.body).collect();
    pids.dedup();
    let outcomes = [(); 3].map(|()| front.outcome());
    let outcomes = futures_util::future::join_all(outcomes).await;
    assert_eq!(outcomes.iter().filter(|outcome| outcome.cold_start).count(), 2);
}

#[tokio::test]
async fn r172_out_of_memory_fails_every_request_in_flight() {
    let front = Front::of(many(3)).await;
    front.get("/").await;
    let (one, other, eater) =
        tokio::join!(front.get("/sleep/60"), front.get("/sleep/60"), front.get("/eat"));
    assert_eq!([one.status, other.status, eater.status], [434; 3]);
    assert_eq!(front.get("/").await.status, 200, "the instance is started again");
}

#[tokio::test]
async fn r173_a_timeout_fails_that_request_alone() {
    let front = Front::of(within(400, many(2))).await;
    front.get("/").await;
    let (late, fine) = tokio::join!(front.get("/sleep/60"), async {
        let mut bodies = Vec::new();
        for _ in 0..5 {
            bodies.push(front.get("/sleep/0.1").await.body);
        }
        bodies
    });
    assert_eq!(late.status, 433);
    assert!(fine.windows(2).all(|two| two[0] == two[1]), "the same instance");
}

#[tokio::test]
async fn r171_overlapping_requests_find_their_id_in_the_header() {
    let front = Front::of(many(2)).await;
    let (one, other) = tokio::join!(front.get("/sleep/0.1"), front.get("/sleep/0.1"));
    assert_eq!((one.status, other.status), (200, 200));
    let logs = front.outcome().await.log + &front.outcome().await.log;
    assert_eq!(logs.matches("sleeping request-").count(), 2, "{logs}");
}

#[tokio::test]
async fn r181_an_instance_counts_once_against_the_quota() {
    let quota = Some(Quota::Reserved { memory_mb: 128 });
    let front = Front::on(Machine::new(), many(2), quota.clone()).await;
    let (one, other) = tokio::join!(front.get("/sleep/0.1"), front.get("/sleep/0.1"));
    assert_eq!((one.status, other.status), (200, 200));
    let front = Front::on(Machine::new(), server(), quota).await;
    let (one, other) = tokio::join!(front.get("/sleep/0.1"), front.get("/sleep/0.1"));
    let mut statuses = [one.status, other.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 432]);
}

/// The answer of a front whose instance has to wait until another one makes room.
async fn soon(front: &Front) -> u16 {
    let answer = tokio::time::timeout(Duration::from_secs(5), front.get("/teapot")).await;
    answer.expect("no room is made").status
}

#[tokio::test]
async fn r415_an_instance_of_an_older_revision_is_ended() {
    let machine = Machine::with(|options| options.instances = 1);
    let front = Front::on(machine.clone(), server(), None).await;
    assert_eq!(front.get("/teapot").await.status, 418);
    let newer = FunctionSpec { revision: 2, ..server() };
    let front = Front::on(machine, newer, None).await;
    assert_eq!(soon(&front).await, 418);
    assert!(front.outcome().await.cold_start);
}

#[tokio::test]
async fn r423_idle_servers_are_ended() {
    let machine = Machine::with(|options| {
        options.idle = Duration::from_millis(40);
        options.instances = 1;
    });
    let front = Front::on(machine.clone(), server(), None).await;
    assert_eq!(front.get("/teapot").await.status, 418);
    let mut other = server();
    other.key.function = "other".into();
    let front = Front::on(machine, other, None).await;
    assert_eq!(soon(&front).await, 418);
}
