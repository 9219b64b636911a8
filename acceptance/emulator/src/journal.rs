//! The journal: who called what, and how it went. Never what was sent.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use schemars::JsonSchema;
use serde::Serialize;

use crate::clock::Time;

const KEPT: usize = 10_000;

/// One request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Entry {
    /// When it came, in milliseconds since 1970 on the cloud's clock.
    pub time: i64,
    /// The service, as `scf`.
    pub service: String,
    /// The action's name.
    pub action: String,
    /// The region it named.
    pub region: String,
    /// The account's UIN; empty when the signature did not tell.
    pub account: String,
    /// The refusal's code; empty when it succeeded.
    pub code: String,
    /// The request id in the answer.
    pub request_id: String,
}

/// The last requests, and how often each action was called since the start.
#[derive(Debug, Default)]
pub struct Journal(Mutex<Kept>);

#[derive(Debug, Default)]
struct Kept {
    entries: VecDeque<Entry>,
    counts: BTreeMap<String, BTreeMap<String, u64>>,
}

/// What a look into the journal shows.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Extract {
    /// Calls by `service.Action`, all of them since the start or the last reset.
    pub counts: BTreeMap<String, u64>,
    /// The requests that are still known, oldest first.
    pub entries: Vec<Entry>,
}

impl Entry {
    /// An entry whose outcome is not known yet.
    #[must_use]
    pub fn begin(now: Time, request_id: &str) -> Self {
        Self {
            time: now.0,
            service: String::new(),
            action: String::new(),
            region: String::new(),
            account: String::new(),
            code: String::new(),
            request_id: request_id.to_owned(),
        }
    }
}

impl Journal {
    /// Writes one down.
    pub fn add(&self, entry: Entry) {
        let mut kept = self.lock();
        let name = format!("{}.{}", entry.service, entry.action);
        match kept.counts.get_mut(&entry.account) {
            Some(counts) => *counts.entry(name).or_default() += 1,
            None => {
                kept.counts.insert(entry.account.clone(), BTreeMap::from([(name, 1)]));
            }
        }
        if kept.entries.len() == KEPT {
            kept.entries.pop_front();
        }
        kept.entries.push_back(entry);
    }

    /// What is known of one account (its UIN) or of all, of one action or of all; at most the last
    /// `limit` requests.
    #[must_use]
    pub fn extract(&self, account: Option<&str>, action: Option<&str>, limit: usize) -> Extract {
        let kept = self.lock();
        let mut counts = BTreeMap::new();
        for (of, by_action) in &kept.counts {
            if account.is_none_or(|account| account == of) {
                for (name, count) in by_action {
                    *counts.entry(name.clone()).or_default() += count;
                }
            }
        }
        let suffix = action.map(|action| format!(".{action}"));
        counts.retain(|name: &String, _| suffix.as_ref().is_none_or(|s| name.ends_with(s)));
        let fits = |entry: &&Entry| {
            account.is_none_or(|account| account == entry.account)
                && action.is_none_or(|action| action == entry.action)
        };
        let last = kept.entries.iter().rev().filter(fits).take(limit);
        let mut entries: Vec<_> = last.cloned().collect();
        entries.reverse();
        Extract { counts, entries }
    }

    /// Forgets everything, or what one account did.
    pub fn clear(&self, account: Option<&str>) {
        let mut kept = self.lock();
        match account {
            None => *kept = Kept::default(),
            Some(account) => {
                kept.counts.remove(account);
                kept.entries.retain(|entry| entry.account != account);
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(account: &str, action: &str) -> Entry {
        let mut entry = Entry::begin(Time(1), "id");
        entry.service = "scf".to_owned();
        entry.action = action.to_owned();
        entry.account = account.to_owned();
        entry
    }

    #[test]
    fn calls_are_counted_by_account_and_action() {
        let journal = Journal::default();
        for (account, action) in [("1", "Get"), ("1", "Get"), ("1", "List"), ("2", "Get")] {
            journal.add(entry(account, action));
        }
        assert_eq!(journal.extract(None, None, KEPT).counts["scf.Get"], 3);
        let of_one = journal.extract(Some("1"), Some("Get"), KEPT);
        assert_eq!(of_one.counts, BTreeMap::from([("scf.Get".to_owned(), 2)]));
        assert_eq!(of_one.entries.len(), 2);
        let last = journal.extract(None, None, 1).entries;
        assert_eq!((last.len(), last[0].account.as_str()), (1, "2"));
        journal.clear(Some("1"));
        assert_eq!(journal.extract(None, None, KEPT).entries.len(), 1);
    }

    #[test]
    fn old_entries_go_and_counts_stay() {
        let journal = Journal::default();
        for _ in 0..=KEPT {
            journal.add(entry("1", "Get"));
        }
        let all = journal.extract(None, None, KEPT);
        assert_eq!((all.entries.len(), all.counts["scf.Get"]), (KEPT, 10_001));
    }
}
