//! Faults that a test injects: the next N calls of an action fail, wait, lose their answer, see the
//! past, or start something that ends badly.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::store::Txn;
use crate::transitions::Reason;

/// What goes wrong, for which calls, and how often.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// The action's name, or `*` for every action.
    pub action: String,
    /// Only calls of this service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<String>,
    /// Only calls of this account: its SecretId or its UIN.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<String>,
    /// For how many calls.
    #[serde(default = "once")]
    pub times: u32,
    /// Whether it happens before the action has had its effect, or after.
    #[serde(default)]
    pub when: When,
    /// What happens.
    pub effect: Effect,
}

fn once() -> u32 {
    1
}

/// Before the action's effect or after it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum When {
    /// The action is not carried out (or only later, after a delay).
    #[default]
    Before,
    /// The action is carried out, and then its answer suffers.
    After,
}

/// What happens to a call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "lowercase", deny_unknown_fields)]
pub enum Effect {
    /// It answers this error.
    Fail {
        /// The error's code.
        code: String,
        /// The error's text.
        #[serde(default)]
        message: String,
    },
    /// It answers `RequestLimitExceeded`.
    Throttle,
    /// Its answer comes later.
    Delay {
        /// By how many milliseconds.
        ms: u64,
    },
    /// The connection is closed without an answer.
    Drop,
    /// It reads the state from before the account's last write (since the fault was set).
    Stale,
    /// It succeeds, but what it starts ends in failure (CreateFailed, a failed task, ...).
    Outcome {
        /// What the failed object says about it.
        #[serde(default)]
        reasons: Vec<Reason>,
    },
}

/// What a call has to suffer.
pub struct Suffered {
    /// Before or after its effect.
    pub when: When,
    /// What.
    pub effect: Effect,
    /// The past that a stale read sees; `None` until the account has written.
    pub past: Option<Txn>,
}

/// The faults that are set.
#[derive(Default)]
pub struct Faults {
    set: Mutex<Vec<Armed>>,
    count: AtomicUsize,
    stale: AtomicUsize,
}

struct Armed {
    fault: Fault,
    past: Option<Txn>,
}

/// Who calls what.
#[derive(Debug, Clone, Copy)]
pub struct Caller<'a> {
    /// The service, as `scf`.
    pub service: &'a str,
    /// The action's name.
    pub action: &'a str,
    /// The caller's SecretId.
    pub secret_id: &'a str,
    /// The account's UIN.
    pub uin: &'a str,
}

impl Fault {
    fn is_of(&self, caller: &Caller<'_>) -> bool {
        self.account.as_ref().is_none_or(|a| a == caller.secret_id || a == caller.uin)
    }

    fn hits(&self, caller: &Caller<'_>) -> bool {
        (self.action == "*" || self.action == caller.action)
            && self.service.as_ref().is_none_or(|service| service == caller.service)
            && self.is_of(caller)
    }
}

impl Faults {
    /// Sets one more; faults strike in the order in which they were set.
    pub fn add(&self, fault: Fault) {
        if fault.times == 0 {
            return;
        }
        let mut set = self.lock();
        set.push(Armed { fault, past: None });
        self.recount(&set);
    }

    /// What is set, with the number of calls that are left.
    #[must_use]
    pub fn list(&self) -> Vec<Fault> {
        self.lock().iter().map(|armed| armed.fault.clone()).collect()
    }

    /// Takes back every fault, or those of one account.
    pub fn clear(&self, account: Option<&str>) {
        let mut set = self.lock();
        set.retain(|armed| account.is_some() && armed.fault.account.as_deref() != account);
        self.recount(&set);
    }

    /// What this call has to suffer; uses up one of the fault's times.
    #[must_use]
    pub fn take(&self, caller: &Caller<'_>) -> Option<Suffered> {
        if self.count.load(Ordering::Acquire) == 0 {
            return None;
        }
        let mut set = self.lock();
        let index = set.iter().position(|armed| armed.fault.hits(caller))?;
        let armed = &mut set[index];
        armed.fault.times -= 1;
        let suffered = Suffered {
            when: armed.fault.when,
            effect: armed.fault.effect.clone(),
            past: armed.past.as_ref().and_then(Txn::share),
        };
        if armed.fault.times == 0 {
            set.remove(index);
        }
        self.recount(&set);
        Some(suffered)
    }

    /// Tells that `caller` is about to write, so that stale reads can see what was before.
    pub fn remember<E>(
        &self,
        caller: &Caller<'_>,
        snapshot: impl Fn() -> Result<Txn, E>,
    ) -> Result<(), E> {
        if self.stale.load(Ordering::Acquire) == 0 {
            return Ok(());
        }
        for armed in self.lock().iter_mut() {
            if armed.fault.effect == Effect::Stale && armed.fault.is_of(caller) {
                armed.past = Some(snapshot()?);
            }
        }
        Ok(())
    }

    fn recount(&self, set: &[Armed]) {
        let stale = set.iter().filter(|armed| armed.fault.effect == Effect::Stale).count();
        self.stale.store(stale, Ordering::Release);
        self.count.store(set.len(), Ordering::Release);
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Armed>> {
        self.set.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CALLER: Caller<'_> =
        Caller { service: "scf", action: "GetFunction", secret_id: "AKIDA", uin: "1" };

    fn fault(text: &str) -> Fault {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn a_fault_strikes_as_often_as_it_says() {
        let faults = Faults::default();
        faults
            .add(fault(r#"{"action": "GetFunction", "times": 2, "effect": {"type": "throttle"}}"#));
        assert!(faults.take(&Caller { action: "ListFunctions", ..CALLER }).is_none());
        assert_eq!(faults.take(&CALLER).unwrap().effect, Effect::Throttle);
        assert_eq!(faults.list()[0].times, 1);
        assert!(faults.take(&CALLER).is_some() && faults.take(&CALLER).is_none());
    }

    #[test]
    fn a_fault_may_be_of_one_account_or_service() {
        let faults = Faults::default();
        let text = r#"{"action": "*", "service": "scf", "account": "AKIDA",
                       "when": "after", "effect": {"type": "drop"}}"#;
        faults.add(fault(text));
        assert!(faults.take(&Caller { secret_id: "AKIDB", ..CALLER }).is_none());
        assert!(faults.take(&Caller { service: "vpc", ..CALLER }).is_none());
        assert_eq!(faults.take(&CALLER).unwrap().when, When::After);
    }

    #[test]
    fn misspelt_faults_are_refused() {
        for text in [
            r#"{"action": "A"}"#,
            r#"{"action": "A", "effect": {"type": "explode"}}"#,
            r#"{"action": "A", "tims": 1, "effect": {"type": "drop"}}"#,
            r#"{"action": "A", "effect": {"type": "fail", "code": "X", "mesage": ""}}"#,
        ] {
            assert!(serde_json::from_str::<Fault>(text).is_err(), "{text}");
        }
    }

    #[test]
    fn clearing_one_account_leaves_the_others() {
        let faults = Faults::default();
        for account in ["AKIDA", "AKIDB"] {
            let drop = Effect::Drop;
            let account = Some(account.to_owned());
            let (action, when) = ("*".to_owned(), When::Before);
            faults.add(Fault { action, service: None, account, times: 1, when, effect: drop });
        }
        faults.clear(Some("AKIDA"));
        assert_eq!(faults.list().len(), 1);
        faults.clear(None);
        assert!(faults.list().is_empty());
    }
}
