//! Cancellation and deadlines.

use std::time::{Duration, Instant};

use serde_json::json;
use tencentcloud_api::vpc::{self, CreateVpcRequest, DescribeVpcsRequest};
use tencentcloud_api::{Client, Config, Error, Policy};
use tokio_util::sync::CancellationToken;

use crate::server::{Reply, Server, config};

const MOMENT: Duration = Duration::from_millis(10);

fn made() -> Reply {
    Reply::Done(json!({ "Vpc": { "VpcId": "vpc-1" } }))
}

fn new_vpc() -> CreateVpcRequest {
    CreateVpcRequest { vpc_name: "net".into(), ..Default::default() }
}

/// A client whose grace is short enough for a test.
fn client(server: &Server) -> Client {
    let config = config(&server.url);
    let policy = Policy { grace: Duration::from_millis(40), ..config.policy.clone() };
    Client::new(Config { policy, ..config })
}

/// Runs `call` and cancels it after a moment.
async fn cancelled<T>(cancel: CancellationToken, call: impl Future<Output = T>) -> T {
    let canceller = async {
        tokio::time::sleep(MOMENT).await;
        cancel.cancel();
    };
    tokio::join!(call, canceller).0
}

#[tokio::test]
async fn nothing_is_sent_after_cancelling() {
    let server = Server::replying([made()]).await;
    let cancel = CancellationToken::new();
    cancel.cancel();
    let client = client(&server).with_cancel(cancel);
    let error = vpc::create_vpc(&client, &new_vpc()).await.unwrap_err();
    assert!(matches!(error, Error::Cancelled { in_flight: false, .. }), "{error:?}");
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn a_create_in_flight_may_finish_so_that_its_id_is_kept() {
    let server = Server::replying([Reply::Late(MOMENT * 2, Box::new(made()))]).await;
    let cancel = CancellationToken::new();
    let client = client(&server).with_cancel(cancel.clone());
    let made = cancelled(cancel, vpc::create_vpc(&client, &new_vpc())).await.unwrap();
    assert_eq!(made.vpc.vpc_id, "vpc-1");
}

#[tokio::test]
async fn a_create_that_does_not_finish_in_time_says_that_it_may_be_there() {
    let server = Server::replying([Reply::Silent]).await;
    let cancel = CancellationToken::new();
    let client = client(&server).with_cancel(cancel.clone());
    let started = Instant::now();
    let error = cancelled(cancel, vpc::create_vpc(&client, &new_vpc())).await.unwrap_err();
    assert!(matches!(error, Error::Cancelled { in_flight: true, .. }), "{error:?}");
    assert!(error.may_have_taken_effect());
    assert!((MOMENT..Duration::from_secs(1)).contains(&started.elapsed()));
}

#[tokio::test]
async fn a_read_ends_at_once() {
    let server = Server::replying([Reply::Silent]).await;
    let cancel = CancellationToken::new();
    let client = client(&server).with_cancel(cancel.clone());
    let read = DescribeVpcsRequest::default();
    let error = cancelled(cancel, vpc::describe_vpcs(&client, &read)).await.unwrap_err();
    assert!(!error.may_have_taken_effect(), "{error:?}");
}

#[tokio::test]
async fn cancelling_ends_a_pause_between_attempts() {
    let server = Server::replying([Reply::Refused("RequestLimitExceeded", "slow down")]).await;
    let config = config(&server.url);
    let policy = Policy {
        base: Duration::from_secs(60),
        cap: Duration::from_secs(60),
        ..config.policy.clone()
    };
    let cancel = CancellationToken::new();
    let client = Client::new(Config { policy, ..config }).with_cancel(cancel.clone());
    let started = Instant::now();
    let error = cancelled(cancel, vpc::create_vpc(&client, &new_vpc())).await.unwrap_err();
    assert!(matches!(error, Error::Cancelled { in_flight: false, .. }), "{error:?}");
    assert!(started.elapsed() < Duration::from_secs(5));
}

#[tokio::test]
async fn the_deadline_ends_repeating_with_the_last_refusal() {
    let server = Server::replying([Reply::Refused("RequestLimitExceeded", "slow down")]).await;
    let client = client(&server).with_timeout(MOMENT * 3);
    let error = vpc::create_vpc(&client, &new_vpc()).await.unwrap_err();
    assert!(error.is_throttled() || matches!(error, Error::Timeout { .. }), "{error:?}");
    assert!(server.requests().len() > 1);
}

#[tokio::test]
async fn a_deadline_is_never_later_than_the_one_around_it() {
    let server = Server::replying([Reply::Silent]).await;
    let client = client(&server).with_timeout(MOMENT).with_timeout(Duration::from_secs(3_600));
    let read = DescribeVpcsRequest::default();
    let error = vpc::describe_vpcs(&client, &read).await.unwrap_err();
    assert!(matches!(error, Error::Timeout { after: MOMENT, .. }), "{error:?}");
}
