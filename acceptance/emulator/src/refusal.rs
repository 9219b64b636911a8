//! What an action answers when it refuses: `Response.Error` on the wire.

use std::borrow::Cow;

use serde_json::Value;

/// What a handler gives back: the members of `Response` without `RequestId`, or a refusal.
pub type Answer = Result<Value, Refusal>;

/// An API error: `Response.Error {Code, Message}`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {message}")]
pub struct Refusal {
    /// `Class` or `Class.Detail`, as the official error tables spell it.
    pub code: Cow<'static, str>,
    /// Plain English for people; programs look at the code.
    pub message: String,
}

impl Refusal {
    /// A refusal with a code that is only known at run time (an injected fault).
    #[must_use]
    pub fn with_code(code: String, message: String) -> Self {
        Self { code: code.into(), message }
    }
}

/// A refusal with one of the official codes.
#[must_use]
pub fn refuse(code: &'static str, message: impl Into<String>) -> Refusal {
    Refusal { code: code.into(), message: message.into() }
}

/// Shorthand for `Err(refuse(code, message))`.
///
/// # Errors
/// Always.
pub fn refused<T>(code: &'static str, message: impl Into<String>) -> Result<T, Refusal> {
    Err(refuse(code, message))
}
