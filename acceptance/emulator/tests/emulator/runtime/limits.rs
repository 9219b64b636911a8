//! Each limit, proven by a function that goes over it, and the machine unharmed.

use std::time::{Duration, Instant};

use serde_json::json;
use tencentcloud_emulator::runtime::Status;

use super::{FunctionSpec, Machine, assert_status, json, node, python};

fn within(milliseconds: u64, spec: FunctionSpec) -> FunctionSpec {
    FunctionSpec { timeout: Duration::from_millis(milliseconds), ..spec }
}

#[tokio::test]
async fn r182_a_function_that_loops_is_stopped_at_its_timeout() {
    let machine = Machine::new();
    for spec in [
        python("def main_handler(e, c):\n    print('before', flush=True)\n    while True: pass"),
        node("exports.main_handler = () => { console.log('before'); for (;;); }"),
    ] {
        let started = Instant::now();
        let outcome = machine.invoke(&within(200, spec), "{}").await;
        assert_status(&outcome, Status::TimedOut);
        assert_eq!(outcome.err_msg, "time out");
        assert_eq!(
            json(&outcome),
            json!({
                "errorCode": -1,
                "errorMessage": "Invoking task timed out after 0.2 seconds",
                "requestId": outcome.request_id,
                "statusCode": 433,
            })
        );
        assert!(outcome.log.contains("\nbefore\n"), "{}", outcome.log);
        assert!((200.0..1000.0).contains(&outcome.duration_ms), "{}", outcome.duration_ms);
        assert!(started.elapsed() < Duration::from_secs(2));
    }
}

#[tokio::test]
async fn r182_the_next_event_after_a_timeout_gets_a_new_instance() {
    let spec = within(200, python("def main_handler(e, c):\n    while e: pass\n    return 'fine'"));
    let machine = Machine::new();
    assert_status(&machine.invoke(&spec, "[1]").await, Status::TimedOut);
    let outcome = machine.invoke(&spec, "[]").await;
    assert_status(&outcome, Status::Success);
    assert!(outcome.cold_start);
}

#[tokio::test]
async fn r183_a_function_that_eats_memory_is_stopped_at_its_limit() {
    let machine = Machine::new();
    for spec in [
        python(
            "def main_handler(e, c):\n    a = []\n    while True: a.append(bytes(b'x' * 100000))",
        ),
        node(
            "exports.main_handler = () => {
                 const a = []; for (;;) a.push(Buffer.alloc(100000, 'x'));
             }",
        ),
        node("exports.main_handler = () => { const a = []; for (;;) a.push([a.length]); }"),
    ] {
        let outcome = machine.invoke(&spec, "{}").await;
        assert_status(&outcome, Status::MemoryExceeded);
        assert_eq!(json(&outcome)["errorMessage"], "Task memory exceeded 128 MB");
        assert_eq!(json(&outcome)["statusCode"], 434);
    }
}

#[tokio::test]
async fn r183_children_count_as_well() {
    let index = "import os, time\n\
                 def main_handler(e, c):\n\
                 \x20   for _ in range(3):\n\
                 \x20       if os.fork() == 0:\n\
                 \x20           a = b'x' * 60_000_000\n\
                 \x20           time.sleep(60)\n\
                 \x20   time.sleep(60)\n";
    let outcome = Machine::new().invoke(&python(index), "{}").await;
    assert_status(&outcome, Status::MemoryExceeded);
}

#[tokio::test]
async fn r184_a_process_that_ends_is_told_apart() {
    let machine = Machine::new();
    for (end, how) in [
        ("os._exit(3)", "exit code 3"),
        ("sys.exit(0)", "exit code 0"),
        ("os.kill(os.getpid(), 9)", "killed by signal 9"),
        ("os.abort()", "killed by signal 6"),
        ("__import__('ctypes').string_at(0)", "killed by signal 11"),
    ] {
        let spec = python(&format!(
            "import os, sys\ndef main_handler(e, c):\n    print('last words', flush=True)\n    {end}"
        ));
        let outcome = machine.invoke(&spec, "{}").await;
        assert_status(&outcome, Status::ProcessExited);
        let message = format!("User process exit when running: {how}");
        assert_eq!(json(&outcome)["errorMessage"], message, "{end}");
        assert!(outcome.log.contains("\nlast words\n"), "{}", outcome.log);
    }
}

#[tokio::test]
async fn r184_a_process_that_ends_while_loading_too() {
    let outcome = Machine::new().invoke(&python("import os; os._exit(1)"), "{}").await;
    assert_status(&outcome, Status::ProcessExited);
}

/// Forks until it cannot, every child in a session of its own and under a name of its own. It
/// stops a little above the limit: where the limit fails, the test must, and not the machine. Should
/// no limit hold it, it gives up at a number that the machine bears.
const BOMB: &str = "import os, time\n\
                    def main_handler(name, c):\n\
                    \x20   n = 0\n\
                    \x20   try:\n\
                    \x20       while n < 1500:\n\
                    \x20           if os.fork() == 0:\n\
                    \x20               os.setsid()\n\
                    \x20               open('/proc/self/comm', 'w').write(name)\n\
                    \x20               time.sleep(20)\n\
                    \x20               os._exit(0)\n\
                    \x20           n += 1\n\
                    \x20   except OSError as error:\n\
                    \x20       return [n, error.errno]\n\
                    \x20   time.sleep(20)\n";

/// How many processes of that name there are.
fn named(name: &str) -> usize {
    std::fs::read_dir("/proc")
        .unwrap()
        .flatten()
        .filter_map(|entry| std::fs::read_to_string(entry.path().join("stat")).ok())
        .filter(|stat| stat.contains(&format!("({name}) ")) && !stat.contains(") Z "))
        .count()
}

/// Waits until the number of processes of that name is right.
async fn becomes(name: &str, right: impl Fn(usize) -> bool) {
    let deadline = Instant::now() + Duration::from_secs(5);
    while !right(named(name)) {
        assert!(Instant::now() < deadline, "{} of them", named(name));
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn r50_a_fork_bomb_is_bounded_and_ends_with_its_instance() {
    let mut spec = within(20_000, python(BOMB));
    spec.memory_mb = 3072;
    let machine = Machine::new();
    let outcome = machine.invoke(&spec, "\"bomb\"").await;
    // The function itself and the processes that hold its namespaces count too; 11 is EAGAIN.
    let forks = usize::try_from(json(&outcome)[0].as_u64().unwrap()).unwrap();
    assert!((1020..1024).contains(&forks), "{outcome:#?}");
    assert_eq!(json(&outcome)[1], 11);
    becomes("bomb", |count| count == forks).await;
    machine.runtime.shutdown().await;
    becomes("bomb", |count| count == 0).await;
}

#[tokio::test]
async fn r50_a_fork_bomb_among_plain_processes_is_stopped() {
    let mut spec = within(20_000, python(BOMB));
    spec.memory_mb = 3072;
    let outcome = Machine::plain().invoke(&spec, "\"plainbomb\"").await;
    // A user's processes are limited by the system, those of root are watched.
    let forks = json(&outcome)[0].as_u64();
    let stopped = outcome.err_msg == "User process exit when running: too many processes";
    assert!(stopped || forks.is_some_and(|forks| forks < 1500), "{outcome:#?}");
    becomes("plainbomb", |count| count == 0).await;
}

#[tokio::test]
async fn r49_an_instance_has_1024_file_descriptors() {
    let index = "import os\n\
                 def main_handler(e, c):\n\
                 \x20   try:\n\
                 \x20       while True: last = os.open('/dev/null', os.O_RDONLY)\n\
                 \x20   except OSError as error:\n\
                 \x20       return [last, error.errno]\n";
    let outcome = Machine::new().invoke(&python(index), "{}").await;
    assert_eq!(json(&outcome), json!([1023, 24]), "{outcome:#?}");
}

#[tokio::test]
async fn r192_a_flood_of_output_is_cut_and_does_not_stop_the_function() {
    let index = "def main_handler(e, c):\n\
                 \x20   for _ in range(20000): print('x' * 1000)\n\
                 \x20   return 'done'\n";
    let outcome = Machine::new().invoke(&python(index), "{}").await;
    assert_eq!(outcome.ret_msg, "\"done\"", "{:?} {}", outcome.status, outcome.err_msg);
    assert!((1_000_000..1_060_000).contains(&outcome.log.len()), "{}", outcome.log.len());
}

#[tokio::test]
async fn r192_endless_output_ends_at_the_timeout() {
    let index = "import threading\n\
                 def shout():\n\
                 \x20   while True: print('x' * 1000)\n\
                 def main_handler(e, c):\n\
                 \x20   if e: return 'done'\n\
                 \x20   for _ in range(3): threading.Thread(target=shout, daemon=True).start()\n\
                 \x20   shout()\n";
    let outcome = Machine::new().invoke(&within(200, python(index)), "{}").await;
    assert_status(&outcome, Status::TimedOut);
    assert!(outcome.log.len() < 1_100_000, "{}", outcome.log.len());
}

#[tokio::test]
async fn r51_r52_events_and_results_have_at_most_6_mb() {
    let spec = python("def main_handler(event, context): return 'x' * event");
    let machine = Machine::new();
    let limit = 6 * 1024 * 1024;
    let outcome = machine.invoke(&spec, &(limit - 2).to_string()).await;
    assert_eq!(outcome.ret_msg.len(), limit);
    let outcome = machine.invoke(&spec, &(limit - 1).to_string()).await;
    assert_status(&outcome, Status::ResponseTooLarge);
    assert!(!outcome.cold_start, "the instance goes on");
    assert!(!machine.invoke(&spec, "1").await.cold_start, "and still does");
    let event = format!("\"{}\"", "x".repeat(limit - 1));
    assert_status(&machine.invoke(&spec, &event).await, Status::RequestTooLarge);
}

#[tokio::test]
async fn r417_a_start_longer_than_the_init_timeout_fails() {
    let mut spec = python("import time\ntime.sleep(60)\ndef main_handler(e, c): pass");
    spec.init_timeout = Duration::from_millis(300);
    let outcome = Machine::new().invoke(&spec, "{}").await;
    assert_status(&outcome, Status::InitTimedOut);
    assert_eq!(outcome.duration_ms, 0.0, "the handler never ran");
}

#[tokio::test]
async fn r47_r110_only_tmp_is_writable_and_has_512_mb() {
    let index = "import os\n\
                 def denied(path):\n\
                 \x20   try: open(path, 'w')\n\
                 \x20   except OSError as error: return error.errno\n\
                 def main_handler(e, c):\n\
                 \x20   s = os.statvfs('/tmp')\n\
                 \x20   open('/tmp/' + e, 'w').write('x')\n\
                 \x20   places = ['/var/user/x', '/opt/x', '/etc/x', '/usr/x', '/x', '/home/qcloud/x']\n\
                 \x20   return [s.f_blocks * s.f_frsize, [denied(place) for place in places]]\n";
    let name = format!("emulator-test-{}", std::process::id());
    let outcome = Machine::new().invoke(&python(index), &format!("\"{name}\"")).await;
    let read_only = 30;
    assert_eq!(json(&outcome), json!([512 * 1024 * 1024, vec![read_only; 6]]), "{outcome:#?}");
    assert!(!std::path::Path::new("/tmp").join(name).exists(), "a private /tmp");
}

#[tokio::test]
async fn functions_see_no_other_processes_and_are_nobody() {
    let index = "import getpass, os, pwd\n\
                 def main_handler(e, c):\n\
                 \x20   pids = [p for p in os.listdir('/proc') if p.isdigit()]\n\
                 \x20   return [len(pids), os.getuid(), pwd.getpwuid(os.getuid()).pw_name, \n\
                 \x20           os.getcwd(), os.listdir('/home'), os.path.exists('/root')]\n";
    let outcome = Machine::new().invoke(&python(index), "{}").await;
    let seen = json!([2, 10000, "qcloud", "/var/user", ["qcloud"]]);
    assert_eq!(
        json(&outcome).as_array().unwrap()[..5],
        seen.as_array().unwrap()[..],
        "{outcome:#?}"
    );
}

#[tokio::test]
async fn functions_cannot_become_root() {
    let index = "import os, subprocess\n\
                 def main_handler(e, c):\n\
                 \x20   status = open('/proc/self/status').read()\n\
                 \x20   effective = [l.split()[1] for l in status.splitlines() if 'CapEff' in l]\n\
                 \x20   try: os.setuid(0)\n\
                 \x20   except PermissionError as error: return effective + [error.errno]\n\
                 \x20   except OSError as error: return effective + [error.errno]\n";
    let outcome = Machine::new().invoke(&python(index), "{}").await;
    assert_eq!(json(&outcome)[0], "0000000000000000", "{outcome:#?}");
    assert_ne!(json(&outcome)[1], json!(null), "{outcome:#?}");
}

#[tokio::test]
async fn plain_processes_have_the_same_limits() {
    let machine = Machine::plain();
    let spec = python(
        "import os, tempfile\n\
         def main_handler(e, c):\n\
         \x20   if e == 'loop':\n\
         \x20       while True: pass\n\
         \x20   if e == 'eat':\n\
         \x20       a = []\n\
         \x20       while True: a.append(bytes(b'x' * 100000))\n\
         \x20   if e == 'exit': os._exit(3)\n\
         \x20   root = os.environ['USER_CODE_ROOT']\n\
         \x20   return [tempfile.gettempdir() != '/tmp', os.getcwd() + '/' == root]\n",
    );
    let spec = within(500, spec);
    assert_eq!(json(&machine.invoke(&spec, "0").await), json!([true, true]));
    assert_status(&machine.invoke(&spec, "\"loop\"").await, Status::TimedOut);
    assert_status(&machine.invoke(&spec, "\"eat\"").await, Status::MemoryExceeded);
    assert_status(&machine.invoke(&spec, "\"exit\"").await, Status::ProcessExited);
    let node = node("exports.main_handler = async (event) => event");
    assert_eq!(machine.invoke(&node, "[1]").await.ret_msg, "[1]");
}
