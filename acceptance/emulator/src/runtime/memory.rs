//! How much memory an instance uses, seen from outside.

use std::fs;

/// Bytes of a memory page, as /proc counts them.
fn page_size() -> u64 {
    nix::unistd::sysconf(nix::unistd::SysconfVar::PAGE_SIZE)
        .ok()
        .flatten()
        .and_then(|size| u64::try_from(size).ok())
        .unwrap_or(4096)
}

/// Watches one instance.
pub(super) struct Meter {
    /// The process that was spawned.
    spawned: u32,
    /// How many processes stand between it and the function's own: those that hold namespaces.
    depth: usize,
    /// The function's process, once it was found.
    main: Option<u32>,
    page: u64,
    /// The most that was seen since [`Meter::restart`].
    peak: u64,
}

impl Meter {
    /// A meter of what runs below `spawned`.
    pub(super) fn new(spawned: u32, depth: usize) -> Self {
        Self { spawned, depth, main: None, page: page_size(), peak: 0 }
    }

    /// Begins a new measurement.
    pub(super) fn restart(&mut self) {
        self.peak = 0;
    }

    /// The most seen, in bytes.
    pub(super) fn peak(&self) -> u64 {
        self.peak
    }

    /// Looks at the function's own process.
    pub(super) fn look(&mut self) {
        if let Some(main) = self.find() {
            self.peak = self.peak.max(resident_pages(main) * self.page);
        }
    }

    /// Looks at all of the instance's processes.
    pub(super) fn look_at_all(&mut self) {
        if let Some(main) = self.find() {
            let pages = descendants(main).into_iter().map(resident_pages).sum::<u64>();
            self.peak = self.peak.max(pages * self.page);
        }
    }

    fn find(&mut self) -> Option<u32> {
        if self.main.is_none() {
            let mut process = self.spawned;
            for _ in 0..self.depth {
                process = *children(process).first()?;
            }
            self.main = Some(process);
        }
        self.main
    }
}

fn resident_pages(process: u32) -> u64 {
    // Size and resident set, in pages; a process that has ended uses nothing.
    fs::read_to_string(format!("/proc/{process}/statm"))
        .ok()
        .and_then(|line| line.split(' ').nth(1)?.parse().ok())
        .unwrap_or(0)
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

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::process::{Command, Stdio};

    use super::*;

    #[test]
    fn a_process_and_its_children_are_counted() {
        let mut own = Meter::new(std::process::id(), 0);
        own.look();
        let alone = own.peak();
        assert!(alone > 1024 * 1024, "{alone}");
        let mut child = Command::new("cat").stdin(Stdio::piped()).spawn().unwrap();
        assert!(descendants(std::process::id()).contains(&child.id()));
        let mut below = Meter::new(std::process::id(), 1);
        below.look();
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(below.peak() > 0, "the child's own memory");
    }

    #[test]
    fn what_has_ended_uses_nothing() {
        let mut meter = Meter::new(u32::MAX, 2);
        meter.look_at_all();
        assert_eq!(meter.peak(), 0);
    }
}
