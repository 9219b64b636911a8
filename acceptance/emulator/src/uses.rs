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
