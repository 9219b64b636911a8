//! Lines that arrive in topics of the log service call functions, in batches: as soon as there are
//! enough of them, or the first has waited long enough on the cloud's own clock.

use std::collections::HashMap;
use std::io::Write;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::GzEncoder;
use serde::Serialize;
use serde_json::json;
use tokio::sync::Notify;

use super::Kind;
use super::settings::{self, Cls};
use super::sources::Bound;
use crate::clock::Time;
use crate::cloud::Cloud;
use crate::scf::invoke::ASYNC_EVENT_BYTES;

/// A line, as functions get it.
#[derive(Debug, Clone, Serialize)]
pub struct Line {
    /// Microseconds since 1970, as text.
    pub timestamp: String,
    /// The line; with fields, a JSON object of them.
    pub content: String,
}

/// The topic in which lines arrive.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Topic {
    /// The account's UIN.
    pub uin: String,
    /// The region.
    pub region: String,
    /// The topic's id.
    pub id: String,
}

/// What waits for more.
#[derive(Default)]
pub struct Batches {
    open: Mutex<HashMap<Topic, Batch>>,
    pub(super) wake: Notify,
}

struct Batch {
    due: Time,
    lines: Vec<Line>,
}

impl Batches {
    fn lock(&self) -> MutexGuard<'_, HashMap<Topic, Batch>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Forgets what waits, of one account or of all.
    pub fn clear(&self, uin: Option<&str>) {
        self.lock().retain(|topic, _| uin.is_some_and(|uin| uin != topic.uin));
    }
}

/// Hands lines over to the function that their topic calls, if it calls one; tells whether it does.
/// They are made only then.
pub fn arrive(cloud: &Arc<Cloud>, topic: &Topic, lines: impl FnOnce() -> Vec<Line>) -> bool {
    let Some((bound, settings)) = called_by(cloud, topic) else { return false };
    let enough = usize::try_from(settings.max_size).unwrap_or(1).max(1);
    let mut full = Vec::new();
    {
        let mut open = cloud.triggers.batches.lock();
        let due = cloud.clock.now().plus(settings.max_wait * 1000);
        let batch = open.entry(topic.clone()).or_insert_with(|| {
            cloud.triggers.batches.wake.notify_one();
            Batch { due, lines: Vec::new() }
        });
        batch.lines.extend(lines());
        while batch.lines.len() >= enough {
            let rest = batch.lines.split_off(enough);
            full.push(std::mem::replace(&mut batch.lines, rest));
            batch.due = due;
        }
        if batch.lines.is_empty() {
            open.remove(topic);
        }
    }
    for lines in full {
        call(cloud, &bound, topic, &lines);
    }
    true
}

fn called_by(cloud: &Arc<Cloud>, topic: &Topic) -> Option<(Arc<Bound>, Cls)> {
    let known = cloud.triggers.known(cloud);
    let bound = known.of(&topic.uin, &topic.region, Kind::Cls, &topic.id).first()?;
    let settings = settings::read::<Cls>(&bound.trigger.settings).ok()?;
    Some((Arc::clone(bound), settings))
}

/// Hands over for ever what has waited long enough. With nothing that waits, or a clock that stands
/// still, it waits to be told.
pub async fn deliver_in_time(cloud: Arc<Cloud>) {
    loop {
        let now = cloud.clock.now();
        let (ripe, next) = ripe(&cloud, now);
        for (topic, lines) in ripe {
            // A topic whose trigger is gone by now calls nobody.
            if let Some((bound, _)) = called_by(&cloud, &topic) {
                call(&cloud, &bound, &topic, &lines);
            }
        }
        let woken = cloud.triggers.batches.wake.notified();
        match next.filter(|_| !cloud.clock.is_stopped()) {
            Some(due) => {
                let wait = u64::try_from(due.0 - now.0).unwrap_or_default();
                // The end of the wait says nothing that the next look does not.
                let _ = tokio::time::timeout(Duration::from_millis(wait), woken).await;
            }
            None => woken.await,
        }
    }
}

/// The batches that have waited long enough, and when the next one will have.
fn ripe(cloud: &Cloud, now: Time) -> (Vec<(Topic, Vec<Line>)>, Option<Time>) {
    let mut open = cloud.triggers.batches.lock();
    let ripe = open.extract_if(|_, batch| batch.due <= now);
    let ripe = ripe.map(|(topic, batch)| (topic, batch.lines)).collect();
    (ripe, open.values().map(|batch| batch.due).min())
}

/// Calls the function, once for as many lines as an event can carry (R53).
fn call(cloud: &Arc<Cloud>, bound: &Bound, topic: &Topic, lines: &[Line]) {
    let name = crate::cls::topic_name(cloud, &topic.uin, &topic.region, &topic.id);
    let Some(event) = event(&topic.id, &name, lines) else {
        tracing::warn!(topic = %topic.id, "lines cannot be packed");
        return;
    };
    if event.len() <= ASYNC_EVENT_BYTES {
        bound.queue(cloud, event);
    } else if let [first, .., last] = lines {
        let half = lines.len() / 2;
        tracing::debug!(%first.timestamp, %last.timestamp, "a batch is too large for one event");
        call(cloud, bound, topic, &lines[..half]);
        call(cloud, bound, topic, &lines[half..]);
    } else {
        tracing::warn!(topic = %topic.id, "a line is too large for an event, and calls nobody");
    }
}

/// The platform's event: a gzip document in base64.
fn event(id: &str, name: &str, lines: &[Line]) -> Option<Vec<u8>> {
    let document = json!({"topic_id": id, "topic_name": name, "records": lines});
    let mut packed = GzEncoder::new(Vec::new(), Compression::default());
    packed.write_all(document.to_string().as_bytes()).ok()?;
    let data = STANDARD.encode(packed.finish().ok()?);
    Some(json!({"clslogs": {"data": data}}).to_string().into_bytes())
}
