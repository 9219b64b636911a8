//! Waiting under a clock of its own.

use std::cell::RefCell;
use std::collections::VecDeque;

use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

use super::*;
use crate::action::{ActionId, Kind, Service};

const SCF: Service = Service { name: "scf", version: "2018-04-16" };

fn pending(state: &str) -> Result<Step<u8>> {
    Ok(Step::Pending(state.to_owned()))
}

/// Runs `until` over given steps; the last one repeats.
async fn follow(client: &Client, steps: Vec<Result<Step<u8>>>) -> Result<u8> {
    let steps = RefCell::new(VecDeque::from(steps));
    until(client, "the thing becoming Active", || async {
        let mut steps = steps.borrow_mut();
        if steps.len() > 1 {
            return steps.pop_front().unwrap();
        }
        match steps.front().unwrap() {
            Ok(step) => Ok(step.clone()),
            Err(_) => steps.pop_front().unwrap(),
        }
    })
    .await
}

#[tokio::test(start_paused = true)]
async fn a_quick_change_is_seen_within_milliseconds() {
    let started = Instant::now();
    let steps = vec![pending("Creating"), pending("Creating"), Ok(Step::Done(7))];
    assert_eq!(follow(&Client::offline(), steps).await.unwrap(), 7);
    assert!(started.elapsed() <= Duration::from_millis(15), "{:?}", started.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_slow_change_is_not_asked_for_without_end() {
    let looks = RefCell::new(0);
    let started = Instant::now();
    until(&Client::offline(), "it", || async {
        *looks.borrow_mut() += 1;
        Ok(if started.elapsed() > Duration::from_secs(600) {
            Step::Done(())
        } else {
            Step::Pending("Creating".to_owned())
        })
    })
    .await
    .unwrap();
    assert!((300..=400).contains(&*looks.borrow()), "{}", looks.borrow());
}

#[tokio::test(start_paused = true)]
async fn the_deadline_tells_what_and_the_last_state() {
    let client = Client::offline().with_timeout(Duration::from_secs(5));
    let error = follow(&client, vec![pending("Creating"), pending("Updating")]).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "the thing becoming Active took longer than 5 s; it was last seen Updating"
    );
    assert!(!error.may_have_taken_effect());
}

#[tokio::test(start_paused = true)]
async fn cancelling_ends_a_wait_at_once() {
    let cancel = CancellationToken::new();
    let client = Client::offline().with_cancel(cancel.clone());
    let started = Instant::now();
    let canceller = async {
        sleep(Duration::from_secs(60)).await;
        cancel.cancel();
    };
    let (result, ()) = tokio::join!(follow(&client, vec![pending("Creating")]), canceller);
    let error = result.unwrap_err();
    assert!(matches!(&error, Error::Cancelled { last: Some(last), .. } if last == "Creating"));
    assert_eq!(started.elapsed().as_secs(), 60);
}

#[tokio::test(start_paused = true)]
async fn a_failure_brings_the_clouds_reasons() {
    let failed = Step::Failed {
        state: "CreateFailed".to_owned(),
        reasons: vec!["the subnet is full (X)".to_owned()],
    };
    let error =
        follow(&Client::offline(), vec![pending("Creating"), Ok(failed)]).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "the thing becoming Active ended as CreateFailed: the subnet is full (X)"
    );
}

fn refused(code: &str) -> Error {
    Error::Refused {
        action: ActionId { service: &SCF, name: "UpdateAlias", kind: Kind::Write },
        code: code.to_owned(),
        message: String::new(),
        request_id: String::new(),
        clocks: None,
    }
}

#[tokio::test(start_paused = true)]
async fn a_busy_call_is_made_again_and_another_refusal_is_not() {
    for (last, calls) in [("FailedOperation.FunctionStatusError", 50), ("InvalidParameter", 3)] {
        let made = RefCell::new(0);
        let result = retry(&Client::offline(), "the alias", Error::is_busy, || async {
            let mut made = made.borrow_mut();
            *made += 1;
            match *made {
                50 => Ok(()),
                3 => Err(refused(last)),
                _ => Err(refused("FailedOperation.FunctionStatusError")),
            }
        })
        .await;
        assert_eq!(result.is_ok(), calls == 50);
        assert_eq!(*made.borrow(), calls);
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_that_stays_busy_ends_with_the_refusal() {
    let client = Client::offline().with_timeout(Duration::from_secs(30));
    let error = retry(&client, "the alias", Error::is_busy, || async {
        Err::<(), _>(refused("FailedOperation.FunctionStatusError"))
    })
    .await
    .unwrap_err();
    assert!(error.is_busy(), "{error}");
}

#[tokio::test(start_paused = true)]
async fn without_a_deadline_a_wait_still_ends() {
    let started = Instant::now();
    let error = follow(&Client::offline(), vec![pending("Creating")]).await.unwrap_err();
    assert!(matches!(error, Error::Timeout { after: DEFAULT_TIMEOUT, .. }), "{error:?}");
    assert_eq!(started.elapsed(), DEFAULT_TIMEOUT);
}
