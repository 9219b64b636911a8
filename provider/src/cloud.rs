//! The way to the cloud that every verb gets.

use std::error::Error;
use std::ops::Deref;

use tencentcloud_api::{Client, Error as ApiError};
use tf_protocol::{Explanation, Operation};

/// The signed client of one operation: it sends nothing after the user has asked to stop, and ends
/// with the operation's time limit.
#[derive(Clone, Debug)]
pub struct Cloud(Client);

impl Cloud {
    pub(crate) fn new(client: Client) -> Cloud {
        Cloud(client)
    }
}

impl Deref for Cloud {
    type Target = Client;

    fn deref(&self) -> &Client {
        &self.0
    }
}

impl tf_protocol::Cloud for Cloud {
    fn bind(&self, operation: &Operation) -> Cloud {
        Cloud(self.0.with_cancel(operation.stop.clone()).with_timeout(operation.limit))
    }

    fn explain(error: &(dyn Error + 'static)) -> Option<Explanation> {
        let error = error.downcast_ref::<ApiError>()?;
        Some(Explanation {
            summary: summary(error),
            detail: format!("{}.\n\n{}", error.explain(), error.advice()),
        })
    }
}

fn summary(error: &ApiError) -> String {
    match error {
        ApiError::Refused { code, .. } => code.clone(),
        ApiError::Transport { .. } => "Tencent Cloud was not reached".to_owned(),
        ApiError::LostResponse { .. } => "the answer was lost".to_owned(),
        ApiError::Timeout { .. } => "time limit reached".to_owned(),
        ApiError::Cancelled { .. } => "interrupted".to_owned(),
        ApiError::Failed { state, .. } => state.clone(),
        ApiError::Decode { .. } => "the answer was not understood".to_owned(),
        ApiError::Credentials { .. } => "no usable credentials".to_owned(),
        ApiError::Endpoint { .. } => "no usable endpoint".to_owned(),
        _ => "failed".to_owned(),
    }
}
