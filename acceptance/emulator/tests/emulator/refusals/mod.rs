//! What the services refuse apart from the rules that have tests of their own: ends of lists, words
//! that are none of a list's, and quotas, in tables.

mod cfs;
mod clb;
mod cls;
mod cos;
mod network;
mod quotas;
mod scf;
mod trigger;
mod vpc;

use serde_json::Value;

use crate::support::Client;

/// An action, a request and the code that refuses it.
type Row = (&'static str, Value, &'static str);

/// Every row is refused, and with its own code.
#[track_caller]
fn all(client: &Client, rows: Vec<Row>) {
    for (action, request, code) in rows {
        assert_eq!(client.code(action, request.clone()), code, "{action} {request}");
    }
}

/// A text of so many letters.
fn letters(count: usize) -> String {
    "a".repeat(count)
}
