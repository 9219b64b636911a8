//! Private state: bytes that Terraform stores beside the state and hands back.

use serde_json::{Map, Value as Json, json};

/// The key under which this provider marks what it has written.
const MARK: &str = "scf-rs";

/// Whether the stored object was last written by another provider, such as the official one.
pub fn is_foreign(private: &[u8]) -> bool {
    parse(private).is_none_or(|entries| !entries.contains_key(MARK))
}

/// The same bytes with this provider's mark. What another provider stored there is dropped.
pub fn marked(private: &[u8]) -> Vec<u8> {
    let mut entries = parse(private).filter(|e| e.contains_key(MARK)).unwrap_or_default();
    entries.insert(MARK.to_owned(), json!(1));
    Json::Object(entries).to_string().into_bytes()
}

fn parse(private: &[u8]) -> Option<Map<String, Json>> {
    serde_json::from_slice(private).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_own_state_is_told_from_that_of_others() {
        assert!(is_foreign(b""));
        assert!(is_foreign(br#"{"schema_version":"0"}"#));
        assert!(is_foreign(b"not json"));
        let ours = marked(br#"{"schema_version":"0"}"#);
        assert!(!is_foreign(&ours));
        assert_eq!(ours, marked(&ours));
    }
}
