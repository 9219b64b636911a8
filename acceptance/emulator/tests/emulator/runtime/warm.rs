//! Instances are kept, shared out, replaced and ended.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use serde_json::json;
use tencentcloud_emulator::runtime::{FunctionSpec, Invocation, Package, Quota, Status, Stops};

use super::{Machine, assert_status, json, python};

/// Counts its events in a global, and in /tmp.
const COUNTER: &str = "import os, time\n\
                       n = 0\n\
                       def main_handler(event, context):\n\
                       \x20   global n\n\
                       \x20   n += 1\n\
                       \x20   open('/tmp/n', 'a').write('x')\n\
                       \x20   time.sleep(event)\n\
                       \x20   return [n, os.path.getsize('/tmp/n')]\n";

#[tokio::test]
async fn r422_globals_and_tmp_survive_in_a_reused_instance() {
    let machine = Machine::new();
    let spec = python(COUNTER);
    for n in 1..=3 {
        let outcome = machine.invoke(&spec, "0").await;
        assert_eq!(json(&outcome), json!([n, n]), "{outcome:#?}");
        assert_eq!(outcome.cold_start, n == 1);
        assert_eq!(outcome.log.contains("Init Report"), n == 1, "{}", outcome.log);
    }
}

#[tokio::test]
async fn r211_parallel_events_get_instances_of_their_own() {
    let machine = Machine::new();
    let spec = python(COUNTER);
    let outcomes = join_all((0..4).map(|_| machine.invoke(&spec, "0.05"))).await;
    for outcome in outcomes {
        assert_eq!(json(&outcome), json!([1, 1]), "{outcome:#?}");
        assert!(outcome.cold_start);
    }
    let outcome = machine.invoke(&spec, "0").await;
    assert_eq!(json(&outcome), json!([2, 2]), "one of the four is used again");
}

#[tokio::test]
async fn the_package_is_asked_for_on_the_first_start_only() {
    let loads = Arc::new(AtomicUsize::new(0));
    let mut spec = python(COUNTER);
    let bytes = spec.code.load().unwrap();
    let counted = Arc::clone(&loads);
    spec.code = Package::new(spec.code.sha256(), move || {
        counted.fetch_add(1, Ordering::Relaxed);
        Ok(Arc::clone(&bytes))
    });
    let machine = Machine::new();
    join_all((0..3).map(|_| machine.invoke(&spec, "0.02"))).await;
    machine.runtime.retire(&spec.key);
    machine.invoke(&spec, "0").await;
    assert_eq!(loads.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn r415_an_update_starts_new_instances() {
    let machine = Machine::new();
    let mut spec = python(COUNTER);
    machine.invoke(&spec, "0").await;
    machine.runtime.retire(&spec.key);
    assert!(machine.invoke(&spec, "0").await.cold_start, "retired");
    spec.revision += 1;
    assert!(machine.invoke(&spec, "0").await.cold_start, "another revision");
    assert!(!machine.invoke(&spec, "0").await.cold_start);
}

#[tokio::test]
async fn an_instance_at_work_finishes_but_is_not_kept_when_its_version_is_retired() {
    let machine = Machine::new();
    let spec = python(COUNTER);
    machine.invoke(&spec, "0").await;
    let (at_work, ()) = tokio::join!(machine.invoke(&spec, "0.1"), async {
        tokio::time::sleep(Duration::from_millis(30)).await;
        machine.runtime.retire_function(&spec.key);
    });
    assert_eq!(json(&at_work), json!([2, 2]), "{at_work:#?}");
    assert!(machine.invoke(&spec, "0").await.cold_start);
}

#[tokio::test]
async fn r210_concurrency_is_how_many_calls_overlap_and_not_how_many_there_are() {
    let machine = Machine::new();
    let spec = python(COUNTER);
    let call = |event: &'static str| {
        let invocation = Invocation {
            request_id: event.into(),
            event: event.into(),
            quota: Some(Quota::Shared { memory_mb: 256 }),
            stops: Stops::default(),
        };
        machine.runtime.invoke(Arc::new(spec.clone()), invocation)
    };
    for _ in 0..10 {
        assert_status(&call("0").await, Status::Success);
    }
    let outcomes = join_all(["0.3"; 3].map(call)).await;
    let over = outcomes.iter().filter(|it| it.status == Status::ConcurrencyExceeded).count();
    assert_eq!(over, 1, "two of 128 MB fit: {outcomes:#?}");
}

#[tokio::test]
async fn r423_idle_instances_are_ended() {
    let machine = Machine::with(|options| options.idle = Duration::from_millis(40));
    let spec = python("import os\ndef main_handler(e, c): return 1");
    machine.invoke(&spec, "0").await;
    let deadline = Instant::now() + Duration::from_secs(5);
    while !machine.invoke(&spec, "0").await.cold_start {
        assert!(Instant::now() < deadline);
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn a_full_machine_lets_events_wait_and_ends_the_longest_idle() {
    let machine = Machine::with(|options| options.instances = 2);
    let spec = python(COUNTER);
    let outcomes = join_all((0..6).map(|_| machine.invoke(&spec, "0.02"))).await;
    let cold = outcomes.iter().filter(|outcome| outcome.cold_start).count();
    assert_eq!(cold, 2, "{outcomes:#?}");
    assert!(outcomes.iter().all(|outcome| outcome.status == Status::Success));
    let mut other = spec.clone();
    other.key.function = "other".into();
    assert_status(&machine.invoke(&other, "0").await, Status::Success);
}

#[tokio::test]
async fn r228_over_the_quota_is_432_at_once() {
    let machine = Machine::new();
    let spec = Arc::new(python(COUNTER));
    let invoke = |event: &str| {
        machine.runtime.invoke(
            Arc::clone(&spec),
            Invocation {
                request_id: "id".into(),
                event: event.into(),
                quota: Some(Quota::Reserved { memory_mb: 256 }),
                stops: Stops::default(),
            },
        )
    };
    let outcomes = join_all([invoke("0.2"), invoke("0.2"), invoke("0.2")]).await;
    let statuses = outcomes.iter().map(|outcome| outcome.status).collect::<Vec<_>>();
    assert_eq!(statuses, [Status::Success, Status::Success, Status::ConcurrencyExceeded]);
    assert_eq!(
        outcomes[2].err_msg,
        "Function [ hello ] concurrency exceeded reserved quota 256 MB"
    );
    assert_status(&invoke("0").await, Status::Success);
}

#[tokio::test]
async fn r179_r213_too_many_starts_are_429() {
    let machine = Machine::with(|options| options.starts_per_minute = 1);
    let spec = python(COUNTER);
    let outcomes = tokio::join!(machine.invoke(&spec, "0.05"), machine.invoke(&spec, "0.05"));
    assert_status(&outcomes.0, Status::Success);
    assert_status(&outcomes.1, Status::StartRateExceeded);
}

#[tokio::test]
async fn r414_an_instance_that_dies_while_idle_is_replaced() {
    let index = "import os, threading\n\
                 def main_handler(end, c):\n\
                 \x20   if end: threading.Timer(0.01, os._exit, [1]).start()\n";
    let machine = Machine::new();
    let spec = python(index);
    assert_status(&machine.invoke(&spec, "true").await, Status::Success);
    let deadline = Instant::now() + Duration::from_secs(5);
    while !machine.invoke(&spec, "false").await.cold_start {
        assert!(Instant::now() < deadline);
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[tokio::test]
async fn a_function_runs_to_its_end_even_if_nobody_waits() {
    let machine = Machine::new();
    let spec = python(COUNTER);
    machine.invoke(&spec, "0").await;
    let left = tokio::time::timeout(Duration::from_millis(10), machine.invoke(&spec, "0.05")).await;
    assert!(left.is_err());
    tokio::time::sleep(Duration::from_millis(50)).await;
    let deadline = Instant::now() + Duration::from_secs(5);
    loop {
        let outcome = machine.invoke(&spec, "0").await;
        if !outcome.cold_start {
            assert!(json(&outcome)[0].as_u64().unwrap() >= 2, "{outcome:#?}");
            return;
        }
        assert!(Instant::now() < deadline);
    }
}

#[tokio::test]
async fn shutdown_ends_what_is_at_work() {
    let machine = Machine::new();
    let spec = python(COUNTER);
    let started = Instant::now();
    let (outcome, ()) = tokio::join!(machine.invoke(&spec, "2.9"), async {
        tokio::time::sleep(Duration::from_millis(50)).await;
        machine.runtime.shutdown().await;
    });
    assert_status(&outcome, Status::Internal);
    assert!(started.elapsed() < Duration::from_millis(2500));
}

#[tokio::test]
async fn r188_a_missing_interpreter_is_a_sentence_of_the_platform() {
    let outcome =
        Machine::new().invoke(&FunctionSpec { runtime: "Ruby3".into(), ..python("") }, "{}").await;
    assert_status(&outcome, Status::Internal);
    assert_eq!(
        outcome.err_msg,
        "InternalError: runtime Ruby3 cannot run here: functions in Python, Node.js, PHP, Java and \
         Go can, and custom runtimes"
    );
}
