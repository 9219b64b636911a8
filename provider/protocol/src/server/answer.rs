//! One form for the answer to every call: a response with diagnostics.

use std::panic::AssertUnwindSafe;

use futures_util::FutureExt;
use tf_schema::Diagnostics;
use tonic::{Response, Status};
use tracing::Instrument;

use crate::convert;
use crate::lifecycle::Problem;
use crate::proto::tfplugin6 as pb;

/// A response that can carry diagnostics.
pub trait Answer: Default {
    /// The place for them.
    fn diagnostics(&mut self) -> &mut Vec<pb::Diagnostic>;

    /// This response with `problems` added.
    #[must_use]
    fn with(mut self, problems: Diagnostics) -> Self {
        self.diagnostics().extend(convert::diagnostics(problems));
        self
    }
}

macro_rules! answers {
    ($($message:ident),+ $(,)?) => {
        $(impl Answer for pb::$message::Response {
            fn diagnostics(&mut self) -> &mut Vec<pb::Diagnostic> {
                &mut self.diagnostics
            }
        })+
    };
}

answers!(
    get_metadata,
    get_provider_schema,
    validate_provider_config,
    validate_resource_config,
    validate_data_resource_config,
    validate_ephemeral_resource_config,
    validate_list_resource_config,
    validate_action_config,
    upgrade_resource_state,
    get_resource_identity_schemas,
    upgrade_resource_identity,
    configure_provider,
    read_resource,
    plan_resource_change,
    apply_resource_change,
    import_resource_state,
    move_resource_state,
    generate_resource_config,
    read_data_source,
    open_ephemeral_resource,
    renew_ephemeral_resource,
    close_ephemeral_resource,
    get_functions,
    plan_action,
);

/// Runs a call. What it refuses, and a panic, become diagnostics of an otherwise empty response.
pub async fn answer<T: Answer>(
    call: &'static str,
    subject: &str,
    work: impl Future<Output = Result<T, Diagnostics>>,
) -> Result<Response<T>, Status> {
    let span = tracing::debug_span!("call", tf_rpc = call, tf_resource_type = subject);
    let work = async {
        let start = std::time::Instant::now();
        let outcome = AssertUnwindSafe(work).catch_unwind().await;
        tracing::debug!(tf_req_duration_ms = start.elapsed().as_millis() as u64, "answered");
        outcome
    };
    Ok(Response::new(match work.instrument(span).await {
        Ok(Ok(response)) => response,
        Ok(Err(problems)) => T::default().with(problems),
        Err(panic) => T::default().with(Problem::from_panic(&*panic).plain().into()),
    }))
}
