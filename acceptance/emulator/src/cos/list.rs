//! Lists of objects and of their versions.

use std::collections::BTreeMap;

use serde::Serialize;

use super::bucket::{Bucket, Owner};
use super::object::Object;
use super::request::{Answer, Reply, Request, Right};
use super::{lifecycle, xml};
use crate::clock::Time;
use crate::percent;
use crate::refusal::{Refusal, refused};

const MOST_ROWS: usize = 1000;

/// What a list asks for.
struct Question<'a> {
    prefix: &'a str,
    delimiter: &'a str,
    most: usize,
    encoded: bool,
}

impl<'a> Question<'a> {
    fn read(request: &'a Request<'_>) -> Result<Self, Refusal> {
        let text = |name| request.parameter(name).unwrap_or_default();
        let most = match request.parameter("max-keys").filter(|text| !text.is_empty()) {
            None => MOST_ROWS,
            Some(text) => match text.parse() {
                Ok(most) => MOST_ROWS.min(most),
                Err(_) => return refused("InvalidArgument", "max-keys is no number."),
            },
        };
        let encoded = match text("encoding-type") {
            "" => false,
            "url" => true,
            other => return refused("InvalidArgument", format!("There is no encoding {other}.")),
        };
        Ok(Self { prefix: text("prefix"), delimiter: text("delimiter"), most, encoded })
    }

    /// The common prefix that stands for a key.
    fn common<'k>(&self, key: &'k str) -> Option<&'k str> {
        if self.delimiter.is_empty() {
            return None;
        }
        let rest = key.strip_prefix(self.prefix)?;
        let end = self.prefix.len() + rest.find(self.delimiter)? + self.delimiter.len();
        Some(&key[..end])
    }

    fn name(&self, text: &str) -> String {
        if self.encoded { percent::encode(text) } else { text.to_owned() }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Listing {
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    encoding_type: Option<&'static str>,
    prefix: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    marker: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    key_marker: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    version_id_marker: Option<String>,
    max_keys: usize,
    delimiter: String,
    is_truncated: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_marker: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    key_count: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    continuation_token: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_continuation_token: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    start_after: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_key_marker: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_version_id_marker: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    contents: Vec<Row>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    version: Vec<Row>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    delete_marker: Vec<Row>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    common_prefixes: Vec<Common>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Common {
    prefix: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Row {
    key: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    version_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    is_latest: Option<bool>,
    last_modified: String,
    #[serde(rename = "ETag", skip_serializing_if = "Option::is_none")]
    etag: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    size: Option<u64>,
    owner: Owner,
    #[serde(skip_serializing_if = "Option::is_none")]
    storage_class: Option<String>,
}

impl Row {
    fn of(request: &Request<'_>, question: &Question<'_>, key: &str, object: &Object) -> Self {
        let of_object = !object.marker;
        Self {
            key: question.name(key),
            version_id: None,
            is_latest: None,
            last_modified: Time(object.modified).iso(),
            etag: of_object.then(|| format!("\"{}\"", object.etag)),
            size: of_object.then_some(object.size),
            owner: Owner::of(request.store.account()),
            storage_class: of_object.then(|| object.class.clone()),
        }
    }
}

/// Every key of a bucket that begins with `prefix`, with its versions, newest first.
pub(super) fn all(
    request: &Request<'_>,
    bucket: &Bucket,
    prefix: &str,
) -> Result<Vec<(String, Vec<Object>)>, Refusal> {
    let inside = format!("{}\0", request.bucket_name());
    let mut by_key: BTreeMap<String, Vec<(String, Object)>> = BTreeMap::new();
    for (id, object) in request.store.scan::<Object>(&format!("{inside}{prefix}"))? {
        let key = id[inside.len()..].rsplit_once('\0').map_or("", |(key, _)| key).to_owned();
        by_key.entry(key).or_default().push((id, object));
    }
    let left = by_key.into_iter().map(|(key, versions)| {
        let left = lifecycle::remaining(bucket, &key, versions, request.now);
        (key, left.into_iter().map(|(_, object)| object).collect::<Vec<_>>())
    });
    Ok(left.filter(|(_, versions)| !versions.is_empty()).collect())
}

impl Listing {
    fn empty(request: &Request<'_>, question: &Question<'_>) -> Self {
        Self {
            name: request.bucket_name().to_owned(),
            encoding_type: question.encoded.then_some("url"),
            prefix: question.name(question.prefix),
            marker: None,
            key_marker: None,
            version_id_marker: None,
            max_keys: question.most,
            delimiter: question.name(question.delimiter),
            is_truncated: false,
            next_marker: None,
            key_count: None,
            continuation_token: None,
            next_continuation_token: None,
            start_after: None,
            next_key_marker: None,
            next_version_id_marker: None,
            contents: Vec::new(),
            version: Vec::new(),
            delete_marker: Vec::new(),
            common_prefixes: Vec::new(),
        }
    }

    /// Says in the words of the second version of the list how it goes on after `last`.
    fn tell_tokens(&mut self, request: &Request<'_>, last: &str) {
        (self.marker, self.next_marker) = (None, None);
        self.key_count = Some(self.count());
        self.continuation_token = request.parameter("continuation-token").map(str::to_owned);
        self.start_after = request.parameter("start-after").map(str::to_owned);
        self.next_continuation_token = self.is_truncated.then(|| last.to_owned());
    }

    fn count(&self) -> usize {
        self.contents.len()
            + self.version.len()
            + self.delete_marker.len()
            + self.common_prefixes.len()
    }
}

pub(super) fn objects(request: &Request<'_>) -> Answer {
    let bucket = request.bucket(Right::Read)?;
    let question = Question::read(request)?;
    // The second version of the list goes on by tokens, which are markers here.
    let second = request.parameter("list-type") == Some("2");
    let names = if second { &["continuation-token", "start-after"][..] } else { &["marker"] };
    let marker = names.iter().find_map(|name| request.parameter(name)).unwrap_or_default();
    let mut listing = Listing::empty(request, &question);
    listing.marker = Some(question.name(marker));
    let mut last = "";
    let found = all(request, &bucket, question.prefix)?;
    for (key, versions) in &found {
        let Some(object) = versions.first().filter(|object| !object.marker) else { continue };
        let common = question.common(key);
        let shown = common.unwrap_or(key);
        if shown <= marker || (common.is_some() && shown == last) {
            continue;
        }
        if listing.count() == question.most {
            // Who asks for nothing has got it.
            listing.is_truncated = question.most > 0;
            listing.next_marker = listing.is_truncated.then(|| question.name(last));
            break;
        }
        match common {
            Some(prefix) => listing.common_prefixes.push(Common { prefix: question.name(prefix) }),
            None => listing.contents.push(Row::of(request, &question, key, object)),
        }
        last = shown;
    }
    if second {
        listing.tell_tokens(request, last);
    }
    Ok(Reply::xml(xml::write("ListBucketResult", &listing)?))
}

pub(super) fn versions(request: &Request<'_>) -> Answer {
    let bucket = request.bucket(Right::Read)?;
    let question = Question::read(request)?;
    let after = request.parameter("key-marker").unwrap_or_default();
    let after_version = request.parameter("version-id-marker").unwrap_or_default();
    let mut listing = Listing::empty(request, &question);
    listing.key_marker = Some(question.name(after));
    listing.version_id_marker = Some(after_version.to_owned());
    // Whether the marker's version has been passed.
    let mut passed = after_version.is_empty();
    let (mut last, mut last_version) = (String::new(), String::new());
    'keys: for (key, versions) in &all(request, &bucket, question.prefix)? {
        let common = question.common(key);
        let shown = common.unwrap_or(key);
        // A common prefix at the marker stands for all of its versions.
        let seen = shown == after && (passed || common.is_some());
        if shown < after || seen || (common.is_some() && shown == last) {
            continue;
        }
        for (index, object) in versions.iter().enumerate() {
            let id = if object.version.is_empty() { "null" } else { &object.version };
            if shown == after && !passed {
                passed = id == after_version;
                continue;
            }
            if listing.count() == question.most {
                listing.is_truncated = question.most > 0;
                if listing.is_truncated {
                    listing.next_key_marker = Some(question.name(&last));
                    listing.next_version_id_marker = Some(last_version);
                }
                break 'keys;
            }
            (last, last_version) = (shown.to_owned(), id.to_owned());
            if let Some(prefix) = common {
                listing.common_prefixes.push(Common { prefix: question.name(prefix) });
                continue 'keys;
            }
            let mut row = Row::of(request, &question, key, object);
            (row.version_id, row.is_latest) = (Some(id.to_owned()), Some(index == 0));
            let rows =
                if object.marker { &mut listing.delete_marker } else { &mut listing.version };
            rows.push(row);
        }
    }
    Ok(Reply::xml(xml::write("ListVersionsResult", &listing)?))
}
