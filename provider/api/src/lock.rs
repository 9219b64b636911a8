//! One change at a time for each object of the cloud, and never for more than that object.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{Mutex as AsyncMutex, OwnedMutexGuard};

use crate::client::Client;
use crate::error::Result;

type Table = Arc<Mutex<HashMap<String, Arc<AsyncMutex<()>>>>>;

/// The locks that are held or waited for.
#[derive(Default)]
pub(crate) struct Locks(Table);

/// The right to change an object; ends when dropped.
#[must_use = "the object is locked only as long as the guard lives"]
pub struct Guard {
    // Dropped in this order: the ticket counts who else holds the lock.
    _held: OwnedMutexGuard<()>,
    ticket: Ticket,
}

/// An interest in a lock. The last one to go takes the lock out of the table.
struct Ticket {
    table: Table,
    key: String,
    lock: Arc<AsyncMutex<()>>,
}

impl fmt::Debug for Guard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Guard({:?})", self.ticket.key)
    }
}

impl Client {
    /// Waits until nobody who shares this client's connections changes the object `key`, first
    /// come, first served. The key should tell kind, region and id.
    ///
    /// # Errors
    ///
    /// [`Error::Timeout`](crate::Error::Timeout) and
    /// [`Error::Cancelled`](crate::Error::Cancelled).
    pub async fn lock(&self, key: &str) -> Result<Guard> {
        let ticket = self.shared.locks.ticket(key);
        let held = tokio::select! {
            biased;
            stop = self.stop() => {
                return Err(stop.error(&format!("waiting for other changes of {key}"), None, false));
            }
            held = Arc::clone(&ticket.lock).lock_owned() => held,
        };
        Ok(Guard { _held: held, ticket })
    }
}

impl Locks {
    fn ticket(&self, key: &str) -> Ticket {
        let mut table = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let lock = Arc::clone(table.entry(key.to_owned()).or_default());
        Ticket { table: Arc::clone(&self.0), key: key.to_owned(), lock }
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        let mut table = self.table.lock().unwrap_or_else(PoisonError::into_inner);
        // The table's and this one; new ones are made under the table's lock only.
        if Arc::strong_count(&self.lock) == 2 {
            table.remove(&self.key);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::time::Duration;

    use tokio::time::{Instant, sleep};
    use tokio_util::sync::CancellationToken;

    use super::*;
    use crate::error::Error;

    const TASK: Duration = Duration::from_secs(10);

    fn known(client: &Client) -> usize {
        client.shared.locks.0.lock().unwrap().len()
    }

    async fn work(client: &Client, key: &str) {
        let _guard = client.lock(key).await.unwrap();
        sleep(TASK).await;
    }

    #[tokio::test(start_paused = true)]
    async fn one_object_is_changed_in_turn_and_others_meanwhile() {
        let client = Client::offline();
        let started = Instant::now();
        let other_region = client.with_region("ap-tokyo");
        tokio::join!(work(&client, "lb-1"), work(&other_region, "lb-1"), work(&client, "lb-2"));
        assert_eq!(started.elapsed(), TASK * 2);
        assert_eq!(known(&client), 0, "unused locks are dropped");
    }

    #[tokio::test(start_paused = true)]
    async fn first_come_first_served() {
        let client = Client::offline();
        let order = RefCell::new(Vec::new());
        let turn = async |number: u64| {
            sleep(Duration::from_millis(number)).await;
            let _guard = client.lock("lb-1").await.unwrap();
            sleep(TASK).await;
            order.borrow_mut().push(number);
        };
        tokio::join!(turn(3), turn(1), turn(2));
        assert_eq!(*order.borrow(), [1, 2, 3]);
    }

    #[tokio::test(start_paused = true)]
    async fn waiting_for_a_lock_ends_with_the_caller_and_leaves_nothing() {
        let client = Client::offline();
        let cancel = CancellationToken::new();
        let guard = client.lock("lb-1").await.unwrap();
        let waiting = client.with_cancel(cancel.clone());
        let (result, ()) = tokio::join!(waiting.lock("lb-1"), async { cancel.cancel() });
        assert!(matches!(result, Err(Error::Cancelled { in_flight: false, .. })));
        assert_eq!(known(&client), 1);
        let result = client.with_timeout(TASK).lock("lb-1").await;
        assert!(
            result.is_err_and(|error| error.to_string().contains("lb-1 took longer than 10 s"))
        );
        drop(guard);
        assert_eq!(known(&client), 0);
    }
}
