//! One request for many single reads.
//!
//! Reading one object at a time is what a caller wants and what a rate limit punishes. A
//! [`Lookup`] is an action that describes many objects by id; [`Client::find`] gathers the ids that
//! are asked for within two milliseconds, and as long as the request before is under way, and sends
//! them together. So the slower the cloud answers, the fewer requests it gets.

use std::any::{Any, TypeId};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use tokio::sync::oneshot;
use tokio_util::sync::{CancellationToken, DropGuard};
use tracing::Instrument;

use crate::client::Client;
use crate::error::Result;

/// How long the first of a batch waits for others.
const GATHER: Duration = Duration::from_millis(2);

/// How long a batch waits for the one before it to be answered: one that is being repeated holds
/// nobody up for longer.
const TURN: Duration = Duration::from_secs(1);

/// An action that describes many objects at once.
pub trait Lookup: 'static {
    /// The object.
    type Item: Clone + Send + Sync + 'static;

    /// How many ids a request may name.
    const MOST: usize;

    /// Describes the objects of `ids`, which are all of one `scope`: the object that holds them,
    /// or nothing. Those that do not exist are left out.
    fn fetch(
        client: &Client,
        scope: &str,
        ids: &[String],
    ) -> impl Future<Output = Result<Vec<Self::Item>>> + Send;

    /// The id of an object.
    fn id(item: &Self::Item) -> &str;
}

/// The batches that still gather ids, by kind, region and scope.
#[derive(Default)]
pub(crate) struct Batches(Mutex<HashMap<Place, Box<dyn Any + Send>>>);

type Place = (TypeId, String, String);

/// A batch that still gathers ids.
struct Open<L: Lookup> {
    waiting: Vec<Waiting<L>>,
    /// Gone when everybody who waits has left, which also ends the request. Tells one batch from
    /// another, too.
    alive: Weak<DropGuard>,
}

struct Waiting<L: Lookup> {
    id: String,
    reply: oneshot::Sender<Result<Option<L::Item>>>,
}

/// A place in a batch.
struct Joined<L: Lookup> {
    reply: oneshot::Receiver<Result<Option<L::Item>>>,
    _alive: Arc<DropGuard>,
}

impl Client {
    /// The object of that id, or `None`; read together with others that are asked for at the same
    /// time.
    ///
    /// A batch that the cloud refuses, as it does when one id is malformed, is asked for one by
    /// one, so that each caller gets its own answer.
    ///
    /// # Errors
    ///
    /// Those of [`Client::call`].
    pub async fn find<L: Lookup>(&self, scope: &str, id: &str) -> Result<Option<L::Item>> {
        let joined = self.join::<L>(scope, id);
        let reply = tokio::select! {
            biased;
            stop = self.stop() => return Err(stop.error(&format!("reading {id}"), None, false)),
            reply = joined.reply => reply,
        };
        let result = match reply {
            Ok(result) => result,
            Err(_) => L::fetch(self, scope, &[id.to_owned()])
                .await
                .map(|items| items.into_iter().find(|item| L::id(item) == id)),
        };
        // Some actions leave an unknown id out, others refuse it.
        result.or_else(|error| if error.is_not_found() { Ok(None) } else { Err(error) })
    }

    /// Joins the batch that gathers, or opens one.
    fn join<L: Lookup>(&self, scope: &str, id: &str) -> Joined<L> {
        let place = (TypeId::of::<L>(), self.region().to_owned(), scope.to_owned());
        let mut open = self.shared.batches.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (sender, reply) = oneshot::channel();
        let waiting = Waiting { id: id.to_owned(), reply: sender };

        if let Some(batch) = open.get_mut(&place).and_then(|batch| batch.downcast_mut::<Open<L>>())
            && let Some(alive) = batch.alive.upgrade()
        {
            batch.waiting.push(waiting);
            return Joined { reply, _alive: alive };
        }

        let cancel = CancellationToken::new();
        let alive = Arc::new(cancel.clone().drop_guard());
        let batch = Open::<L> { waiting: vec![waiting], alive: Arc::downgrade(&alive) };
        open.insert(place.clone(), Box::new(batch));
        // Nobody's deadline is the batch's: it ends when everybody has left.
        let client = self.without_deadline().with_cancel(cancel);
        let batch = Arc::downgrade(&alive);
        let running = async move { client.run_batch::<L>(place, batch).await };
        tokio::spawn(running.in_current_span());
        Joined { reply, _alive: alive }
    }

    async fn run_batch<L: Lookup>(&self, place: Place, batch: Weak<DropGuard>) {
        let left = self.pause(GATHER).await.is_err();
        let turn = tokio::time::timeout(TURN, self.lock(&format!("batch {place:?}"))).await;
        let left = left || matches!(turn, Ok(Err(_)));
        let mut waiting = self.shared.batches.close::<L>(&place, &batch);
        if left {
            return;
        }
        while !waiting.is_empty() {
            let rest = waiting.split_off(waiting.len().min(L::MOST));
            answer::<L>(self, &place.2, waiting).await;
            waiting = rest;
        }
        drop(turn);
    }
}

impl Batches {
    /// Takes the batch out of the table, unless another one has replaced it.
    fn close<L: Lookup>(&self, place: &Place, batch: &Weak<DropGuard>) -> Vec<Waiting<L>> {
        let mut open = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match open.get_mut(place).and_then(|batch| batch.downcast_mut::<Open<L>>()) {
            Some(found) if Weak::ptr_eq(&found.alive, batch) => {
                let waiting = std::mem::take(&mut found.waiting);
                open.remove(place);
                waiting
            }
            _ => Vec::new(),
        }
    }
}

/// Sends one request and hands out what came back. Dropping a reply makes its caller ask alone.
async fn answer<L: Lookup>(client: &Client, scope: &str, waiting: Vec<Waiting<L>>) {
    let mut ids: Vec<_> = waiting.iter().map(|waiting| waiting.id.clone()).collect();
    ids.sort_unstable();
    ids.dedup();
    let found = L::fetch(client, scope, &ids).await;
    match found {
        Ok(items) => {
            let items: HashMap<_, _> = items.iter().map(|item| (L::id(item), item)).collect();
            for Waiting { id, reply } in waiting {
                // Whoever has left needs no reply.
                let _ = reply.send(Ok(items.get(id.as_str()).map(|item| (*item).clone())));
            }
        }
        Err(error) => {
            if let Ok([Waiting { reply, .. }]) = <[_; 1]>::try_from(waiting) {
                let _ = reply.send(Err(error));
            }
        }
    }
}

/// Declares functions that find one object by id through a list that takes ids.
macro_rules! lookups {
    ($(
        $(#[$doc:meta])*
        $function:ident = $request:ident { $ids:ident } => $item:ident by $id:ident, at most $most:literal;
    )*) => {$(
        $(#[$doc])*
        ///
        /// # Errors
        ///
        /// Those of [`Client::find`]($crate::Client::find), which reads many at a time.
        pub async fn $function(
            client: &$crate::Client,
            id: &str,
        ) -> $crate::Result<Option<$item>> {
            struct ById;

            impl $crate::batch::Lookup for ById {
                type Item = $item;
                const MOST: usize = $most;

                async fn fetch(
                    client: &$crate::Client,
                    _: &str,
                    ids: &[String],
                ) -> $crate::Result<Vec<$item>> {
                    let request = $request { $ids: Some(ids.to_vec()), ..Default::default() };
                    $crate::page::all_pages(client, &request).await
                }

                fn id(item: &$item) -> &str {
                    &item.$id
                }
            }

            client.find::<ById>("", id).await
        }
    )*};
}
pub(crate) use lookups;

#[cfg(test)]
mod tests {
    use tokio::time::{Instant, sleep};

    use super::*;

    const ANSWER: Duration = Duration::from_millis(100);

    /// An object that knows with how many it was read.
    struct Read;

    impl Lookup for Read {
        type Item = (String, usize);
        const MOST: usize = 100;

        async fn fetch(_: &Client, _: &str, ids: &[String]) -> Result<Vec<Self::Item>> {
            let stuck = ids.iter().any(|id| id == "stuck");
            sleep(if stuck { Duration::from_secs(3_600) } else { ANSWER }).await;
            Ok(ids.iter().map(|id| (id.clone(), ids.len())).collect())
        }

        fn id(item: &Self::Item) -> &str {
            &item.0
        }
    }

    /// Asks for `id` at a moment, and tells with how many it was read.
    async fn read(client: &Client, at: u64, id: &str) -> usize {
        sleep(Duration::from_millis(at)).await;
        client.find::<Read>("", id).await.unwrap().unwrap().1
    }

    #[tokio::test(start_paused = true)]
    async fn who_comes_while_a_request_is_under_way_shares_the_next() {
        let client = Client::offline();
        let started = Instant::now();
        let sizes = tokio::join!(
            read(&client, 0, "a"),
            read(&client, 10, "b"),
            read(&client, 50, "c"),
            read(&client, 90, "d"),
        );
        assert_eq!(sizes, (1, 3, 3, 3));
        assert!(started.elapsed() < ANSWER * 2 + GATHER * 2, "{:?}", started.elapsed());
    }

    #[tokio::test(start_paused = true)]
    async fn a_request_that_is_stuck_holds_nobody_up() {
        let client = Client::offline();
        let started = Instant::now();
        let other = async {
            let size = read(&client, 10, "b").await;
            (size, started.elapsed())
        };
        let (_, (size, elapsed)) = tokio::join!(read(&client, 0, "stuck"), other);
        assert_eq!(size, 1);
        assert!(elapsed < TURN + ANSWER * 2, "{elapsed:?}");
    }
}
