//! Who holds what: a subnet or a security group cannot go while a function or a load balancer
//! uses it. Whoever begins to use a thing says so here, and says so when it ends.

use serde::{Deserialize, Serialize};

use crate::clock::Time;
use crate::store::{Record, Scope, StoreError};

/// That something is used, and since the user has gone, until when it still counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Use {
    /// How many addresses of a subnet it takes.
    addresses: i64,
    until: Option<Time>,
}

impl Record for Use {
    const KIND: &'static str = "use";
}

/// One who uses a thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// Its service and id, as `scf:default/hello` or `clb:lb-xxxxxxxx`.
    pub name: String,
    /// How many addresses of a subnet it takes.
    pub addresses: i64,
}

fn key(thing: &str, user: &str) -> String {
    format!("{thing} {user}")
}

/// `user` (its service and id, as `clb:lb-xxxxxxxx`) uses `thing` (an id, as `subnet-xxxxxxxx`).
///
/// # Errors
/// When the store fails.
pub fn begin(here: &Scope<'_>, thing: &str, user: &str, addresses: i64) -> Result<(), StoreError> {
    here.put(&key(thing, user), &Use { addresses, until: None })
}

/// `user` no longer uses `thing` from `until` on.
///
/// # Errors
/// When the store fails.
pub fn end(here: &Scope<'_>, thing: &str, user: &str, until: Time) -> Result<(), StoreError> {
    let key = key(thing, user);
    match here.get::<Use>(&key)? {
        Some(held) => here.put(&key, &Use { until: Some(until), ..held }),
        None => Ok(()),
    }
}

/// Who uses `thing` now.
///
/// # Errors
/// When the store fails.
pub fn of(here: &Scope<'_>, thing: &str, now: Time) -> Result<Vec<User>, StoreError> {
    let prefix = key(thing, "");
    let held = here.scan::<Use>(&prefix)?.into_iter();
    let current = held.filter(|(_, held)| held.until.is_none_or(|until| until > now));
    let user = |(key, held): (String, Use)| {
        let name = key.strip_prefix(&prefix).unwrap_or(&key).to_owned();
        User { name, addresses: held.addresses }
    };
    Ok(current.map(user).collect())
}

/// Forgets every use of a thing that goes.
///
/// # Errors
/// When the store fails.
pub fn forget(here: &Scope<'_>, thing: &str) -> Result<(), StoreError> {
    for (key, _) in here.scan::<Use>(&key(thing, ""))? {
        here.remove::<Use>(&key)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Store;

    fn names(here: &Scope<'_>, now: i64) -> Vec<String> {
        of(here, "subnet-1", Time(now)).unwrap().into_iter().map(|user| user.name).collect()
    }

    #[test]
    fn a_use_lasts_until_it_has_ended() {
        let store = Store::open(None).unwrap();
        let txn = store.write().unwrap();
        let here = txn.scope("1", "r");
        begin(&here, "subnet-1", "scf:default/a", 1).unwrap();
        begin(&here, "subnet-1", "clb:lb-1", 2).unwrap();
        begin(&here, "subnet-11", "clb:lb-2", 1).unwrap();
        assert_eq!(names(&here, 0), ["clb:lb-1", "scf:default/a"]);
        end(&here, "subnet-1", "scf:default/a", Time(10)).unwrap();
        assert_eq!(names(&here, 9).len(), 2);
        assert_eq!(names(&here, 10), ["clb:lb-1"]);
        begin(&here, "subnet-1", "scf:default/a", 1).unwrap();
        assert_eq!(names(&here, 10).len(), 2, "a use that begins again does not end");
        forget(&here, "subnet-1").unwrap();
        assert!(names(&here, 0).is_empty());
        assert_eq!(of(&here, "subnet-11", Time(0)).unwrap().len(), 1);
    }
}
