//! What came of an invocation.

use serde::Serialize;

/// How an invocation ended: the product's status codes (R174 to R188).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Status {
    /// 200: the function returned.
    Success,
    /// 400: the event is not JSON.
    InvalidEvent,
    /// 404: the function's subnet does not exist.
    InvalidSubnet,
    /// 405: a web function's start file cannot run, or ended before it listened (R135, R176).
    StartFailed,
    /// 406: a synchronous event over 6 MB (R51).
    RequestTooLarge,
    /// 410: a result over 6 MB (R52).
    ResponseTooLarge,
    /// 429: more instances were asked for than may start in a minute (R213).
    StartRateExceeded,
    /// 430: the function threw.
    UserException,
    /// 432: over the concurrency quota (R219, R220).
    ConcurrencyExceeded,
    /// 433: over the execution timeout.
    TimedOut,
    /// 434: over the memory limit.
    MemoryExceeded,
    /// 437: the package cannot be unpacked, or holds no such entry file or function.
    HandlerNotFound,
    /// 439: the process ended by itself.
    ProcessExited,
    /// 446: nothing listens on port 9000 of all addresses (R115, R185).
    NotListening,
    /// 450: over the initialisation timeout (R417).
    InitTimedOut,
    /// 455: a WebSocket connection was idle for too long (R157).
    SocketIdle,
    /// 456: the client ended a WebSocket connection in another way than the normal one (R156).
    SocketBroken,
    /// 499: the client went before it had its answer (R187).
    Cancelled,
    /// 500: the platform failed, here for example because no interpreter is installed.
    Internal,
}

impl Status {
    /// Whether the instance that worked on the event is of no use any more.
    #[must_use]
    pub fn ends_instance(self) -> bool {
        matches!(self, Self::TimedOut | Self::MemoryExceeded | Self::ProcessExited)
    }

    /// The number.
    #[must_use]
    pub fn code(self) -> u16 {
        match self {
            Self::Success => 200,
            Self::InvalidEvent => 400,
            Self::InvalidSubnet => 404,
            Self::StartFailed => 405,
            Self::RequestTooLarge => 406,
            Self::ResponseTooLarge => 410,
            Self::StartRateExceeded => 429,
            Self::UserException => 430,
            Self::ConcurrencyExceeded => 432,
            Self::TimedOut => 433,
            Self::MemoryExceeded => 434,
            Self::HandlerNotFound => 437,
            Self::ProcessExited => 439,
            Self::NotListening => 446,
            Self::InitTimedOut => 450,
            Self::SocketIdle => 455,
            Self::SocketBroken => 456,
            Self::Cancelled => 499,
            Self::Internal => 500,
        }
    }
}

/// What came of an invocation, in the units of the API's `Result`.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// How it ended; `InvokeResult` is 0 for success and else this code.
    pub status: Status,
    /// The function's result as JSON text, or the error document that stands in its place.
    pub ret_msg: String,
    /// Empty, or why it failed.
    pub err_msg: String,
    /// The log of this invocation: the platform's lines around what the function printed.
    pub log: String,
    /// Run time in milliseconds, without the start of the instance.
    pub duration_ms: f64,
    /// Billed time in whole milliseconds (R413).
    pub bill_ms: u64,
    /// Memory used, in bytes.
    pub memory_bytes: u64,
    /// Bytes sent to the Internet over TCP, since the instance's last request ended.
    pub sent_bytes: u64,
    /// The request id, as given.
    pub request_id: String,
    /// Whether an instance had to be started.
    pub cold_start: bool,
}

/// Why an invocation has no result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Failed {
    pub(super) status: Status,
    /// One line.
    pub(super) message: String,
    /// The stack trace, or nothing.
    pub(super) stack: String,
}

impl Failed {
    pub(super) fn new(status: Status, message: impl Into<String>) -> Self {
        Self { status, message: message.into(), stack: String::new() }
    }

    /// The document that callers get in place of a result.
    pub(super) fn document(&self, request_id: &str) -> String {
        let document = ErrorDocument {
            error_code: -1,
            error_message: &self.message,
            request_id,
            stack_trace: &self.stack,
            status_code: self.status.code(),
        };
        serde_json::to_string(&document).expect("strings and numbers can be encoded")
    }

    /// The text of R439 and R440: the stack if there is one.
    pub(super) fn text(&self) -> &str {
        match self.status {
            Status::TimedOut => "time out",
            _ if self.stack.is_empty() => &self.message,
            _ => &self.stack,
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ErrorDocument<'a> {
    error_code: i32,
    error_message: &'a str,
    request_id: &'a str,
    #[serde(skip_serializing_if = "str::is_empty")]
    stack_trace: &'a str,
    status_code: u16,
}
