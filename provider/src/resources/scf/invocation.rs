//! What came of running a function while Terraform applies.

use tencentcloud_api::scf::InvokeResult;
use tf_protocol::Problem;
use tf_schema::check::Check;
use tf_schema::{Block, Value};

/// The most of a function's own words that an error repeats.
const WORDS: usize = 2000;

/// What came of a run.
#[derive(Block, Clone)]
pub struct Outcome {
    /// Id of the run, by which its log is found.
    #[tf(computed)]
    pub function_request_id: Value<String>,
    /// What the function returned, a JSON document; empty where nobody waited for it.
    #[tf(computed)]
    pub ret_msg: Value<String>,
    /// The end of the log, at most 4 KB, where `log_type` is `Tail`.
    #[tf(computed)]
    pub log: Value<String>,
    /// How long it ran, in milliseconds.
    #[tf(computed)]
    pub duration: Value<f64>,
    /// How long it ran for the bill, in milliseconds.
    #[tf(computed)]
    pub bill_duration: Value<i64>,
    /// Bytes of memory that it used.
    #[tf(computed)]
    pub mem_usage: Value<i64>,
}

impl Outcome {
    pub(super) fn of(found: &InvokeResult) -> Outcome {
        Outcome {
            function_request_id: found.function_request_id.as_str().into(),
            ret_msg: found.ret_msg.expose().into(),
            log: found.log.expose().into(),
            duration: found.duration.into(),
            bill_duration: found.bill_duration.into(),
            mem_usage: found.mem_usage.into(),
        }
    }
}

/// A function that failed has not done what the configuration asks for.
pub(super) fn check(function: &str, found: &InvokeResult) -> Result<(), Problem> {
    if found.invoke_result == 0 {
        return Ok(());
    }
    let said: String = found.ret_msg.expose().chars().take(WORDS).collect();
    let detail = format!(
        "{function} ran and failed with status {}: {}\nIt returned: {said}\n\nThe id of the run is \
         {}. The next apply runs the function again.",
        found.invoke_result, found.err_msg, found.function_request_id
    );
    Err(Problem::new("the function failed", detail))
}

/// An event or the values that an alias chooses by: a JSON text.
pub(super) fn json(text: &String) -> Check {
    match serde_json::from_str::<serde_json::Value>(text) {
        Ok(_) => Ok(()),
        Err(error) => Err(format!("Expected JSON, such as jsonencode() makes; {error}.")),
    }
}

/// R295: a JSON object of at most 1024 bytes.
pub(super) fn routing_key(text: &String) -> Check {
    let object = serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(text);
    match object {
        Ok(_) if text.len() <= 1024 => Ok(()),
        Ok(_) => Err(format!("Expected at most 1024 bytes, got {}.", text.len())),
        Err(_) => {
            Err(r#"Expected a JSON object, such as jsonencode({ user = "Bob" })."#.to_owned())
        }
    }
}
