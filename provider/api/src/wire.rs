//! The envelope: how a request becomes a body and an answer becomes a response.
//!
//! The cloud knows no difference between null and absent, and this module keeps none: nulls are
//! left out of requests and dropped from answers. So a response needs an `Option` only where
//! absence means something, and a list that is null reads as empty.

use bytes::Bytes;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::action::{ActionId, Answer};
use crate::error::{Error, Result};
use crate::redact;

/// What an answer says, before its response is read.
pub(crate) enum Reply {
    /// The action was carried out.
    Done { response: Value, request_id: String },
    /// The action was refused.
    Refused { code: String, message: String, request_id: String },
}

/// The body of a request.
pub(crate) fn encode<T: Serialize>(request: &T) -> Bytes {
    let mut value = serde_json::to_value(request).expect("a request is plain data");
    drop_nulls(&mut value);
    Bytes::from(value.to_string())
}

/// Reads the envelope of an answer.
pub(crate) fn open(action: ActionId, body: &[u8]) -> Result<Reply> {
    let problem = |problem: String| Error::Decode { action, request_id: String::new(), problem };
    let mut envelope: Value = serde_json::from_slice(body)
        .map_err(|error| problem(format!("it is not JSON: {}", redact::parse_error(&error))))?;
    let Some(Value::Object(mut response)) = envelope.get_mut("Response").map(Value::take) else {
        return Err(problem("it has no Response".to_owned()));
    };
    let request_id = text(response.remove("RequestId"));
    match response.remove("Error") {
        None | Some(Value::Null) => {
            let mut response = Value::Object(response);
            drop_nulls(&mut response);
            Ok(Reply::Done { response, request_id })
        }
        Some(mut error) => Ok(Reply::Refused {
            code: text(error.get_mut("Code").map(Value::take)),
            message: text(error.get_mut("Message").map(Value::take)),
            request_id,
        }),
    }
}

/// Reads the response out of an answer.
pub(crate) fn decode<T: DeserializeOwned>(
    action: ActionId,
    response: Value,
    request_id: String,
) -> Result<Answer<T>> {
    match serde_json::from_value(response) {
        Ok(value) => Ok(Answer { value, request_id }),
        Err(error) => {
            Err(Error::Decode { action, request_id, problem: redact::parse_error(&error) })
        }
    }
}

fn text(value: Option<Value>) -> String {
    match value {
        Some(Value::String(text)) => text,
        _ => String::new(),
    }
}

/// Removes every null, in objects and in lists.
fn drop_nulls(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members.retain(|_, member| !member.is_null());
            members.values_mut().for_each(drop_nulls);
        }
        Value::Array(items) => {
            items.retain(|item| !item.is_null());
            items.iter_mut().for_each(drop_nulls);
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;
    use crate::action::{Kind, Service};

    const SCF: Service = Service { name: "scf", version: "2018-04-16" };
    const LIST: ActionId = ActionId { service: &SCF, name: "ListFunctions", kind: Kind::Read };

    #[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
    #[serde(rename_all = "PascalCase", default)]
    struct Sample {
        list: Vec<String>,
        count: i64,
        maybe: Option<bool>,
    }

    fn read(body: &str) -> Result<Answer<Sample>> {
        match open(LIST, body.as_bytes())? {
            Reply::Done { response, request_id } => decode(LIST, response, request_id),
            Reply::Refused { .. } => panic!("refused"),
        }
    }

    #[test]
    fn a_request_states_only_what_is_there() {
        let request = Sample { list: vec![], count: 1, maybe: None };
        assert_eq!(encode(&request), r#"{"Count":1,"List":[]}"#);
    }

    #[test]
    fn null_and_absent_read_alike() {
        let expected = Answer { value: Sample::default(), request_id: "r".to_owned() };
        for body in [
            r#"{"Response": {"RequestId": "r"}}"#,
            r#"{"Response": {"List": null, "Count": null, "Maybe": null, "RequestId": "r"}}"#,
            r#"{"Response": {"List": [null], "Error": null, "RequestId": "r", "New": {"x": 1}}}"#,
        ] {
            assert_eq!(read(body).unwrap(), expected, "{body}");
        }
    }

    #[test]
    fn a_refusal_is_read_whatever_it_leaves_out() {
        let Reply::Refused { code, message, request_id } =
            open(LIST, br#"{"Response": {"Error": {"Code": "A.B"}}}"#).unwrap()
        else {
            panic!("not refused")
        };
        assert_eq!((code.as_str(), message.as_str(), request_id.as_str()), ("A.B", "", ""));
    }

    #[test]
    fn what_is_not_documented_is_an_error_that_quotes_nothing() {
        for (body, problem) in [
            ("<html>hunter2</html>", "not JSON"),
            ("[]", "no Response"),
            (r#"{"Response": "hunter2"}"#, "no Response"),
            (r#"{"Response": {"Count": "hunter2", "RequestId": "r"}}"#, "expected i64"),
        ] {
            let error = read(body).unwrap_err().to_string();
            assert!(error.contains(problem) && !error.contains("hunter2"), "{error}");
        }
    }
}
