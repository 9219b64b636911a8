//! XML documents from Rust types, and back.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::refusal::{Refusal, refuse};

const PROLOGUE: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>";

/// A document with the root element `root`.
///
/// # Errors
/// `InternalError`, for a type that has no XML form.
pub(super) fn write<T: Serialize>(root: &str, value: &T) -> Result<Vec<u8>, Refusal> {
    let body = quick_xml::se::to_string_with_root(root, value)
        .map_err(|error| refuse("InternalError", error.to_string()))?;
    Ok(format!("{PROLOGUE}{body}").into_bytes())
}

/// The value that a document describes.
///
/// # Errors
/// `MalformedXML`.
pub(super) fn read<T: DeserializeOwned>(document: &[u8]) -> Result<T, Refusal> {
    quick_xml::de::from_reader(document).map_err(|error| {
        refuse("MalformedXML", format!("The XML you provided was not well-formed: {error}."))
    })
}
