//! How much memory and how many processes an instance uses, seen from outside.

use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tokio::time::{MissedTickBehavior, interval_at};

use super::outflow::Outflow;

/// How often a working instance is looked at.
const LOOK: Duration = Duration::from_millis(20);
/// Every how many looks the processes that a function started are counted as well.
const WIDE_LOOK: u32 = 5;

/// How often an instance is searched for processes that are not stopped yet.
const STOP_ROUNDS: usize = 16;

/// Processes and threads that an instance may have (R50). In namespaces the kernel sees to it;
/// plain processes are counted.
pub(super) const PROCESSES: u64 = 1024;

/// What an instance uses more of than it may.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Excess {
    Memory,
    Processes,
}

/// Where the processes of an instance are found.
#[derive(Clone, Copy)]
pub(super) struct Whereabouts {
    /// The process that was spawned.
    spawned: u32,
    /// How many processes stand between it and the function's own: those that hold namespaces.
    depth: usize,
}

impl Whereabouts {
    /// The function's own process.
    fn main(self) -> Option<u32> {
        let mut process = self.spawned;
        for _ in 0..self.depth {
            process = *children(process).first()?;
        }
        Some(process)
    }

    /// Sends SIGTERM to the function's own process; tells whether it got it. The one that was
    /// spawned must not be waited for yet, or its number may be another's.
    pub(super) fn terminate(self) -> bool {
        let main = self.main().and_then(|process| i32::try_from(process).ok());
        main.is_some_and(|process| kill(Pid::from_raw(process), Signal::SIGTERM).is_ok())
    }
}

/// Watches one instance.
pub(super) struct Meter {
    whereabouts: Whereabouts,
    /// The function's process, once it was found.
    main: Option<u32>,
    page: u64,
    /// The most that was seen since [`Meter::restart`], in bytes.
    peak: Arc<AtomicU64>,
    outflow: Arc<Outflow>,
}

impl Meter {
    /// A meter of what runs below `spawned`.
    pub(super) fn new(spawned: u32, depth: usize, outflow: Arc<Outflow>) -> Self {
        Self {
            whereabouts: Whereabouts { spawned, depth },
            main: None,
            page: page_size(),
            peak: Arc::default(),
            outflow,
        }
    }

    /// Where what is watched is found.
    pub(super) fn whereabouts(&self) -> Whereabouts {
        self.whereabouts
    }

    /// Begins a new measurement.
    pub(super) fn restart(&mut self) {
        self.peak.store(0, Ordering::Relaxed);
    }

    /// The most seen, in bytes.
    pub(super) fn peak(&self) -> u64 {
        self.peak.load(Ordering::Relaxed)
    }

    /// Shows [`Meter::peak`] to others while the meter is at work.
    pub(super) fn gauge(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.peak)
    }

    /// What the instance sends to the Internet.
    pub(super) fn outflow(&self) -> &Arc<Outflow> {
        &self.outflow
    }

    /// Looks at the function's own process, and at the connections of all.
    pub(super) fn look(&mut self) {
        if let Some(main) = self.find() {
            self.peak.fetch_max(resident(main) * self.page, Ordering::Relaxed);
            self.outflow.settle(|| descendants(main));
        }
    }

    /// Looks again and again until the instance uses more than `limit` bytes, or has too many
    /// processes.
    pub(super) async fn excess(&mut self, limit: u64) -> Excess {
        let mut looks = interval_at((Instant::now() + LOOK).into(), LOOK);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut number = 0_u32;
        loop {
            looks.tick().await;
            number = number.wrapping_add(1);
            let processes = if number.is_multiple_of(WIDE_LOOK) {
                self.look_wide(limit).await
            } else {
                self.look();
                0
            };
            if processes > PROCESSES {
                return Excess::Processes;
            }
            if self.peak() > limit {
                return Excess::Memory;
            }
        }
    }

    /// Ends what a plain process that has ended left behind; namespaces leave nothing.
    pub(super) fn kill_strays(&self) {
        if self.whereabouts.depth == 0 {
            self.kill_all();
        }
    }

    /// Ends all of the instance's processes. The one that was spawned must not be waited for yet, or
    /// its number may be another's.
    pub(super) fn kill_all(&self) {
        let mut all = if self.whereabouts.depth > 0 {
            // With the first process of the namespace all others end. The spawned one waits for it
            // and ends then; killed itself, it would leave that to the machine's first process.
            children(self.whereabouts.spawned)
        } else {
            stopped_descendants(self.whereabouts.spawned)
        };
        if all.is_empty() {
            all.push(self.whereabouts.spawned);
        }
        signal(&all, Signal::SIGKILL);
    }

    /// Looks at all of the instance's processes, and counts them. There may be a thousand, so this
    /// is not done on a thread that others wait for.
    async fn look_wide(&mut self, limit: u64) -> u64 {
        let Some(main) = self.find() else { return 0 };
        let page = self.page;
        let look = tokio::task::spawn_blocking(move || used_by_all(main, page, limit));
        let (used, processes) = look.await.unwrap_or_default();
        self.peak.fetch_max(used, Ordering::Relaxed);
        processes
    }

    fn find(&mut self) -> Option<u32> {
        if self.main.is_none() {
            self.main = self.whereabouts.main();
        }
        self.main
    }
}

/// What is gone already does not mind.
fn signal(processes: &[u32], signal: Signal) {
    for process in processes.iter().filter_map(|&process| i32::try_from(process).ok()) {
        let _ = kill(Pid::from_raw(process), signal);
    }
}

fn page_size() -> u64 {
    nix::unistd::sysconf(nix::unistd::SysconfVar::PAGE_SIZE)
        .ok()
        .flatten()
        .and_then(|size| u64::try_from(size).ok())
        .unwrap_or(4096)
}

/// Bytes that a process and its descendants use, and how many they are. Memory that they share is only told apart, which
/// takes long, if it would make the difference.
fn used_by_all(main: u32, page: u64, limit: u64) -> (u64, u64) {
    let all = descendants(main);
    let count = all.len() as u64;
    let most = all.iter().map(|&process| resident(process) * page).sum();
    if most <= limit || count == 1 || count > PROCESSES {
        return (most, count);
    }
    (all.into_iter().map(proportional).sum(), count)
}

/// The resident set in pages; a process that has ended uses nothing.
fn resident(process: u32) -> u64 {
    fs::read_to_string(format!("/proc/{process}/statm"))
        .ok()
        .and_then(|line| line.split(' ').nth(1)?.parse().ok())
        .unwrap_or(0)
}

/// The resident set in bytes, of shared pages only this process's part.
fn proportional(process: u32) -> u64 {
    let rollup = fs::read_to_string(format!("/proc/{process}/smaps_rollup")).unwrap_or_default();
    rollup
        .lines()
        .find_map(|line| line.strip_prefix("Pss:")?.trim().strip_suffix(" kB")?.parse::<u64>().ok())
        .map_or(0, |kilobytes| kilobytes * 1024)
}

fn descendants(process: u32) -> Vec<u32> {
    let mut all = vec![process];
    let mut next = 0;
    while let Some(&process) = all.get(next) {
        all.extend(children(process));
        next += 1;
    }
    all
}

/// A process and its descendants, all of them stopped: the orphans of one that is killed are not
/// found any more, and one that runs may fork meanwhile.
fn stopped_descendants(process: u32) -> Vec<u32> {
    let mut all = vec![process];
    signal(&all, Signal::SIGSTOP);
    for _ in 0..STOP_ROUNDS {
        let mut new = descendants(process);
        new.retain(|process| !all.contains(process));
        if new.is_empty() {
            break;
        }
        signal(&new, Signal::SIGSTOP);
        all.extend(new);
    }
    all
}

/// The children of all threads of a process.
fn children(process: u32) -> Vec<u32> {
    let Ok(threads) = fs::read_dir(format!("/proc/{process}/task")) else { return Vec::new() };
    threads
        .flatten()
        .filter_map(|thread| fs::read_to_string(thread.path().join("children")).ok())
        .flat_map(|line| line.split_whitespace().map(str::to_owned).collect::<Vec<_>>())
        .filter_map(|child| child.parse().ok())
        .collect()
}

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests {
    use std::process::{Child, Command, Stdio};

    use super::*;

    fn cat() -> Child {
        Command::new("cat").stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap()
    }

    #[test]
    fn a_process_is_measured_and_so_are_its_children() {
        let own = std::process::id();
        let mut meter = Meter::new(own, 0, Arc::default());
        meter.look();
        assert!(meter.peak() > 1024 * 1024, "{}", meter.peak());
        let mut child = cat();
        assert!(descendants(own).contains(&child.id()));
        let page = page_size();
        let ((loose, _), (exact, count)) =
            (used_by_all(own, page, u64::MAX), used_by_all(own, page, 0));
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(0 < exact && exact < loose, "{exact} {loose}");
        assert!(count >= 2, "{count}");
    }

    #[test]
    fn what_has_ended_uses_nothing() {
        let mut child = cat();
        child.kill().unwrap();
        child.wait().unwrap();
        let mut meter = Meter::new(child.id(), 0, Arc::default());
        meter.look();
        assert_eq!(meter.peak(), 0);
        assert_eq!(proportional(child.id()), 0);
    }
}
