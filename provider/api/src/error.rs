//! What can go wrong, told so that a caller can decide and a person can act.

use std::time::Duration;

use crate::action::{ActionId, Kind};
use crate::codes::{Class, classify};

/// The result of everything that may fail here.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// The cause of an error of another library.
pub type Source = Box<dyn std::error::Error + Send + Sync>;

/// Why a call or a wait did not succeed.
///
/// No message contains a key, a token, an environment value or code.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The cloud answered with an error code.
    #[error("{action} was refused: {message} ({code}, request id {request_id})")]
    Refused {
        /// The action.
        action: ActionId,
        /// The code, such as `ResourceNotFound.Function`.
        code: String,
        /// The cloud's message.
        message: String,
        /// The request's id.
        request_id: String,
        /// The two clocks, when the refusal is about the time.
        clocks: Option<Box<Clocks>>,
    },
    /// The request took no effect: it was not sent, or what answered was not Tencent Cloud, or it
    /// was a read.
    #[error("{action} did not reach Tencent Cloud at {endpoint}")]
    Transport {
        /// The action.
        action: ActionId,
        /// The URL that was tried.
        endpoint: String,
        /// The cause.
        source: Source,
    },
    /// The request was sent and its answer was lost: it may have taken effect.
    #[error("{action} was sent to {endpoint} and its answer was lost")]
    LostResponse {
        /// The action.
        action: ActionId,
        /// The URL that was tried.
        endpoint: String,
        /// The cause.
        source: Source,
    },
    /// The time allowed ran out.
    #[error("{what} took longer than {}{}", seconds(.after), last_seen(.last))]
    Timeout {
        /// What was waited for.
        what: String,
        /// How long.
        after: Duration,
        /// The last state seen.
        last: Option<String>,
        /// Whether a change was under way that may have taken effect.
        in_flight: bool,
    },
    /// The caller cancelled.
    #[error("{what} was cancelled{}", last_seen(.last))]
    Cancelled {
        /// What was waited for.
        what: String,
        /// The last state seen.
        last: Option<String>,
        /// Whether a change was under way that may have taken effect.
        in_flight: bool,
    },
    /// What was waited for cannot come any more.
    #[error("{what} ended as {state}{}", because(.reasons))]
    Failed {
        /// What was waited for.
        what: String,
        /// The state it ended in.
        state: String,
        /// The cloud's reasons.
        reasons: Vec<String>,
    },
    /// The answer is not of the documented shape.
    #[error("the answer to {action} is not as documented: {problem} (request id {request_id})")]
    Decode {
        /// The action.
        action: ActionId,
        /// The request's id, empty if that could not be read either.
        request_id: String,
        /// What is wrong with it.
        problem: String,
    },
    /// The keys are missing or cannot be read.
    #[error("no usable credentials: {problem}")]
    Credentials {
        /// What is wrong with them.
        problem: String,
    },
    /// An endpoint, protocol or domain is none.
    #[error("{endpoint:?} is not a usable endpoint: {problem}")]
    Endpoint {
        /// What was stated.
        endpoint: String,
        /// What is wrong with it.
        problem: String,
    },
}

/// The cloud's time and this machine's, when they are too far apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clocks {
    /// The server's `Date` header, if it sent one.
    pub server: Option<String>,
    /// The Unix time that the request was signed with.
    pub signed_at: u64,
}

impl Error {
    /// The action that failed, if it was one.
    pub fn action(&self) -> Option<ActionId> {
        match self {
            Self::Refused { action, .. }
            | Self::Transport { action, .. }
            | Self::LostResponse { action, .. }
            | Self::Decode { action, .. } => Some(*action),
            _ => None,
        }
    }

    /// The cloud's error code, if it answered with one.
    pub fn code(&self) -> Option<&str> {
        match self {
            Self::Refused { code, .. } => Some(code),
            _ => None,
        }
    }

    /// The id of the failed request, if the cloud told it.
    pub fn request_id(&self) -> Option<&str> {
        match self {
            Self::Refused { request_id, .. } | Self::Decode { request_id, .. } => {
                Some(request_id.as_str()).filter(|id| !id.is_empty())
            }
            _ => None,
        }
    }

    /// The class of the refusal.
    pub fn class(&self) -> Option<Class> {
        match self {
            Self::Refused { action, code, .. } => Some(classify(*action, code)),
            _ => None,
        }
    }

    /// The object does not exist.
    pub fn is_not_found(&self) -> bool {
        self.class() == Some(Class::NotFound)
    }

    /// The object is changing: the same request will do later.
    pub fn is_busy(&self) -> bool {
        self.class() == Some(Class::Busy)
    }

    /// Too many requests.
    pub fn is_throttled(&self) -> bool {
        self.class() == Some(Class::Throttled)
    }

    /// It exists already, or something still uses it.
    pub fn is_conflict(&self) -> bool {
        self.class() == Some(Class::Conflict)
    }

    /// Whether the change that failed may be there nevertheless, so that a look is due before it
    /// is tried again or forgotten.
    pub fn may_have_taken_effect(&self) -> bool {
        match self {
            Self::LostResponse { .. } => true,
            Self::Refused { action, .. } => {
                action.kind != Kind::Read && self.class() == Some(Class::Internal)
            }
            Self::Decode { action, .. } => action.kind != Kind::Read,
            Self::Timeout { in_flight, .. } | Self::Cancelled { in_flight, .. } => *in_flight,
            _ => false,
        }
    }

    /// The message followed by those of its causes.
    pub fn explain(&self) -> String {
        let mut text = self.to_string();
        let mut cause = std::error::Error::source(self);
        while let Some(error) = cause {
            let told = error.to_string();
            // Libraries often repeat the cause's message in their own.
            if !text.contains(&told) {
                text = format!("{text}: {told}");
            }
            cause = error.source();
        }
        text
    }

    /// What to do about it, in one sentence.
    pub fn advice(&self) -> String {
        crate::advice::advice(self)
    }
}

fn seconds(duration: &Duration) -> String {
    match duration.as_secs() {
        0 => format!("{} ms", duration.as_millis()),
        seconds => format!("{seconds} s"),
    }
}

fn last_seen(state: &Option<String>) -> String {
    state.as_ref().map(|state| format!("; it was last seen {state}")).unwrap_or_default()
}

fn because(reasons: &[String]) -> String {
    if reasons.is_empty() { String::new() } else { format!(": {}", reasons.join("; ")) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::action::Service;

    const SCF: Service = Service { name: "scf", version: "2018-04-16" };

    fn action(kind: Kind) -> ActionId {
        ActionId { service: &SCF, name: "CreateFunction", kind }
    }

    #[test]
    fn a_refusal_tells_action_code_message_and_request_id() {
        let error = Error::Refused {
            action: action(Kind::Create),
            code: "ResourceInUse.Function".into(),
            message: "it exists".into(),
            request_id: "r-1".into(),
            clocks: None,
        };
        assert_eq!(
            error.to_string(),
            "CreateFunction was refused: it exists (ResourceInUse.Function, request id r-1)"
        );
        assert!(error.is_conflict() && !error.may_have_taken_effect());
        assert_eq!(error.request_id(), Some("r-1"));
    }

    #[test]
    fn waits_tell_what_for_how_long_and_the_last_state() {
        let error = Error::Timeout {
            what: "function hello becoming Active".into(),
            after: Duration::from_secs(600),
            last: Some("Creating".into()),
            in_flight: false,
        };
        assert_eq!(
            error.to_string(),
            "function hello becoming Active took longer than 600 s; it was last seen Creating"
        );
        let error = Error::Failed {
            what: "function hello becoming Active".into(),
            state: "CreateFailed".into(),
            reasons: vec!["no such image".into(), "try again".into()],
        };
        assert_eq!(
            error.to_string(),
            "function hello becoming Active ended as CreateFailed: no such image; try again"
        );
    }

    #[test]
    fn only_changes_may_have_taken_effect() {
        let decode = |kind| Error::Decode {
            action: action(kind),
            request_id: String::new(),
            problem: "x".into(),
        };
        assert!(decode(Kind::Create).may_have_taken_effect());
        assert!(!decode(Kind::Read).may_have_taken_effect());
        assert_eq!(decode(Kind::Read).request_id(), None);
    }

    #[test]
    fn an_error_fits_beside_a_small_answer() {
        assert!(size_of::<Error>() <= 128, "{}", size_of::<Error>());
    }
}
