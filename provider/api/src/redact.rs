//! Keeps secrets out of logs and messages.

use serde_json::Value;

use crate::credential::Credential;

const HIDDEN: &str = "(hidden)";

/// Members whose text is code, a key or a function's data.
const SENSITIVE: &[&str] = &[
    "CertCaContent",
    "CertContent",
    "CertKey",
    "ClientContext",
    "CodeInfo",
    "Event",
    "GitPassword",
    "GitPasswordSecret",
    "GitUserNameSecret",
    "Log",
    "Password",
    "RetMsg",
    "SecretKey",
    "TmpSecretId",
    "TmpSecretKey",
    "Token",
    "ZipFile",
];

/// Members below which every `Value` is sensitive; elsewhere a `Value` is that of a tag.
const SENSITIVE_VALUES: &str = "Environment";

/// Shorter texts are not searched for in messages: they would hit by chance.
const SHORTEST: usize = 4;

/// The body of a request or response, fit to be logged.
pub(crate) fn body(body: &[u8]) -> String {
    match serde_json::from_slice::<Value>(body) {
        Ok(mut value) => {
            each_secret(&mut value, false, &mut |text| HIDDEN.clone_into(text));
            value.to_string()
        }
        Err(_) => format!("({} bytes that are not JSON)", body.len()),
    }
}

/// The cloud's message without what the request or the credential keeps secret.
pub(crate) fn message(message: &str, request: &[u8], credential: &Credential) -> String {
    let mut secrets = vec![credential.secret_key.expose().to_owned()];
    secrets.extend(credential.token.as_ref().map(|token| token.expose().to_owned()));
    if let Ok(mut value) = serde_json::from_slice::<Value>(request) {
        each_secret(&mut value, false, &mut |text| secrets.push(std::mem::take(text)));
    }
    secrets.retain(|secret| secret.len() >= SHORTEST);
    // A secret may be a part of another one.
    secrets.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
    secrets.iter().fold(message.to_owned(), |text, secret| text.replace(secret, HIDDEN))
}

/// A parser's message without the text it quotes.
pub(crate) fn parse_error(error: &serde_json::Error) -> String {
    let message = error.to_string();
    match (message.find("string \""), message.rfind('"')) {
        (Some(start), Some(end)) => {
            let start = start + "string ".len();
            format!("{}{HIDDEN}{}", &message[..start], &message[end + 1..])
        }
        _ => message,
    }
}

fn each_secret(value: &mut Value, in_values: bool, visit: &mut dyn FnMut(&mut String)) {
    match value {
        Value::Array(items) => {
            for item in items {
                each_secret(item, in_values, visit);
            }
        }
        Value::Object(members) => {
            for (name, member) in members {
                match member {
                    Value::String(text)
                        if SENSITIVE.contains(&name.as_str())
                            || (in_values && name == "Value")
                            || is_signed_url(text) =>
                    {
                        visit(text);
                    }
                    _ => each_secret(member, in_values || name == SENSITIVE_VALUES, visit),
                }
            }
        }
        _ => {}
    }
}

/// A link that is good for whoever holds it, such as that of a code package.
fn is_signed_url(text: &str) -> bool {
    text.starts_with("http") && (text.contains("sign=") || text.contains("q-signature="))
}

#[cfg(test)]
mod tests {
    use super::*;

    const REQUEST: &str = r#"{
        "FunctionName": "hello",
        "Code": {"ZipFile": "UEsDBBQAAAA"},
        "Environment": {"Variables": [{"Key": "DB", "Value": "hunter2"}]},
        "Tags": [{"Key": "team", "Value": "blue"}],
        "Url": "https://x.myqcloud.com/a.zip?q-signature=5bd1"
    }"#;

    #[test]
    fn a_logged_body_keeps_names_and_hides_secrets() {
        let logged = body(REQUEST.as_bytes());
        for secret in ["UEsDBBQAAAA", "hunter2", "5bd1"] {
            assert!(!logged.contains(secret), "{logged}");
        }
        for shown in ["hello", "\"DB\"", "blue", "ZipFile"] {
            assert!(logged.contains(shown), "{logged}");
        }
        assert_eq!(body(b"<html>"), "(6 bytes that are not JSON)");
    }

    #[test]
    fn a_message_that_repeats_a_secret_is_cleaned() {
        let credential = Credential {
            secret_id: "AKID".into(),
            secret_key: "s3cr3tkey".into(),
            token: Some("t0ken".into()),
        };
        let told = "environment hunter2 of hello is bad (s3cr3tkey, t0ken)";
        assert_eq!(
            message(told, REQUEST.as_bytes(), &credential),
            "environment (hidden) of hello is bad ((hidden), (hidden))"
        );
    }

    #[test]
    fn a_parse_error_does_not_quote_the_text() {
        let error = serde_json::from_str::<u8>("\"a \\\"hunter2\\\" b\"").unwrap_err();
        let told = parse_error(&error);
        assert!(!told.contains("hunter2") && told.contains("expected u8"), "{told}");
        let error = serde_json::from_str::<u8>("{").unwrap_err();
        assert!(parse_error(&error).contains("expected u8"));
    }
}
