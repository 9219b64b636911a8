//! `SearchLog`.

use std::sync::Arc;

use serde_json::{Value, json};

use super::index::Index;
use super::logs::Written;
use super::query::{self, Query};
use super::topic::{self, Topic};
use crate::call::Call;
use crate::refusal::{Answer, Refusal, refuse, refused};

/// R207: the longest time that one search spans.
const WINDOW_MS: i64 = 24 * 3600 * 1000;
const DAY_MS: i64 = 24 * 3600 * 1000;
const USUAL_LIMIT: i64 = 100;
const LIMIT: i64 = 1000;

/// A line that was found.
struct Found {
    time: i64,
    topic: usize,
    fields: Value,
}

pub(super) fn search(call: &Call<'_>) -> Answer {
    let p = &call.params;
    let topics = topics(call)?;
    let syntax = |problem: String| refuse("FailedOperation.SyntaxError", problem);
    let query = query::parse(p.str("QueryString")).map_err(syntax)?;
    let window = window(call)?;
    let mut found = Vec::new();
    for (position, (id, topic)) in topics.iter().enumerate() {
        let kept = call.now.milliseconds() - topic.period * DAY_MS;
        for written in call.cloud.called.logs.of(&call.cloud.store, &topic::of_logs(call, id)) {
            let time = written.started.milliseconds();
            if window.contains(&time) && time >= kept {
                gather(&written, position, &query, &mut found);
            }
        }
    }
    found.sort_by_key(|line| (line.time, line.fields["SCF_LogTime"].as_i64()));
    match p.str("Sort") {
        "" | "desc" => found.reverse(),
        "asc" => {}
        _ => return refused("InvalidParameter", "Sort must be asc or desc."),
    }
    let (start, limit) = page(call)?;
    let end = found.len().min(start.saturating_add(limit));
    let shown: Vec<_> = found.iter().take(end).skip(start).collect();
    let results: Vec<_> = shown.iter().map(|line| show(line, &topics)).collect();
    let context = end.to_string();
    let infos: Vec<_> = topics
        .iter()
        .map(|(id, topic)| json!({"TopicId": id, "Period": topic.period, "Context": context}))
        .collect();
    Ok(json!({
        "Context": context,
        "ListOver": end == found.len(),
        "Analysis": false,
        "Results": results,
        "SamplingRate": 1.0,
        "Topics": {"Errors": [], "Infos": infos},
    }))
}

/// The topics to search, one or many, which must have an index.
fn topics(call: &Call<'_>) -> Result<Vec<(String, Topic)>, Refusal> {
    let p = &call.params;
    let many = p.objects("Topics");
    let mut ids: Vec<_> = many.iter().map(|topic| topic.str("TopicId")).collect();
    match (p.text("TopicId"), ids.is_empty()) {
        (Some(id), true) => ids.push(id),
        (None, false) if ids.len() <= 50 => {}
        _ => return refused("InvalidParameter", "Give either TopicId or 1 to 50 Topics."),
    }
    let mut topics = Vec::new();
    for id in ids {
        let topic = topic::named(&call.store, id)?;
        if call.store.get::<Index>(id)?.is_none_or(|index| !index.status) {
            let text = format!("The topic {id} has no index that is on.");
            return refused("ResourceNotFound.IndexNotExist", text);
        }
        topics.push((id.to_owned(), topic));
    }
    Ok(topics)
}

fn window(call: &Call<'_>) -> Result<std::ops::RangeInclusive<i64>, Refusal> {
    let member = |name| call.params.int(name).unwrap_or_default();
    let (from, to) = (member("From"), member("To"));
    if from > to || to - from > WINDOW_MS {
        let text = "From and To are milliseconds, To at most 24 hours after From.";
        return refused("InvalidParameter", text);
    }
    Ok(from..=to)
}

/// How many lines are skipped, and how many are shown at most.
fn page(call: &Call<'_>) -> Result<(usize, usize), Refusal> {
    let p = &call.params;
    let many = p.objects("Topics");
    let own = || many.iter().find_map(|topic| topic.text("Context")).unwrap_or_default();
    let context = p.text("Context").unwrap_or_else(own);
    let start = match context {
        "" => p.int("Offset").and_then(|offset| usize::try_from(offset).ok()).or(Some(0)),
        context => context.parse().ok(),
    };
    let Some(start) = start.filter(|_| p.int("Offset").is_none_or(|offset| offset >= 0)) else {
        return refused("InvalidParameter", "The Context is none that a search gave.");
    };
    match p.int("Limit").unwrap_or(USUAL_LIMIT) {
        limit @ 1..=LIMIT => Ok((start, usize::try_from(limit).unwrap_or_default())),
        _ => refused("InvalidParameter", "Limit must be 1 to 1000."),
    }
}

fn gather(written: &Arc<Written>, topic: usize, query: &Query, found: &mut Vec<Found>) {
    let time = written.started.milliseconds();
    let lines = written.lines().into_iter().filter(|fields| query.fits(fields));
    found.extend(lines.map(|fields| Found { time, topic, fields }));
}

fn show(line: &Found, topics: &[(String, Topic)]) -> Value {
    let (id, topic) = &topics[line.topic];
    json!({
        "Time": line.time,
        "TopicId": id,
        "TopicName": topic.name,
        "Source": "",
        "FileName": "",
        "PkgId": "",
        "PkgLogId": "",
        "HighLights": [],
        "LogJson": line.fields.to_string(),
        "HostName": "",
        "RawLog": "",
        "IndexStatus": "",
    })
}
