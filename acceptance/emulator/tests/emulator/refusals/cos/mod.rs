//! The object storage.

mod buckets;
mod locks;
mod objects;
mod origins;
mod settings;
mod signatures;

use crate::cos::{Ask, Cos, code, texts};
use crate::support::{Client, Request};

/// A request, the status and the code that refuse it, and what the message says.
type Row = (Request, u16, &'static str, &'static str);

/// A parameter of a bucket, a document for it, and how it is refused: status, code, message.
type Document = (&'static str, String, u16, &'static str, &'static str);

/// Every row is refused, and for its own reason.
#[track_caller]
fn all(client: &Client, rows: Vec<Row>) {
    for (request, status, name, says) in rows {
        let page = client.send(&request);
        assert_eq!(code(&page), (status, name.to_owned()), "{says}: {page:?}");
        let message = &texts(&page.body, "Message")[0];
        assert!(message.contains(says), "{says}: {message}");
    }
}

/// Every document is refused, and nothing of it is kept.
#[track_caller]
fn documents(cos: &Cos, bucket: &str, rows: Vec<Document>) {
    for (parameter, document, status, name, says) in rows {
        let path = format!("/{bucket}?{parameter}");
        let before = cos.ask("GET", &path).send();
        let request = cos.ask("PUT", &path).body(&document).signed();
        all(&cos.client, vec![(request, status, name, says)]);
        let after = cos.ask("GET", &path).send();
        assert_eq!(without_id(&after.body), without_id(&before.body), "{parameter} {says}");
    }
}

/// An answer without what differs each time.
fn without_id(body: &str) -> &str {
    body.split("<RequestId>").next().unwrap_or_default()
}

/// A request that is signed, with one header more.
fn with(ask: Ask<'_>, name: &str, value: &str) -> Request {
    ask.header(name, value).signed()
}

/// Switches the versions of a bucket on or off.
fn versioning(cos: &Cos, bucket: &str, status: &str) {
    let document =
        format!("<VersioningConfiguration><Status>{status}</Status></VersioningConfiguration>");
    let page = cos.ask("PUT", &format!("/{bucket}?versioning")).body(&document).send();
    assert_eq!(page.status, 200, "{page:?}");
}
