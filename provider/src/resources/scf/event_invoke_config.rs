//! `tencentcloud_scf_function_event_invoke_config`: how asynchronous invocations are treated.
//! <https://www.tencentcloud.com/document/product/583/40335>

use tencentcloud_api::scf::{
    self, AsyncTriggerConfig, FunctionKey, RetryConfig, UpdateFunctionEventInvokeConfigRequest,
};
use tencentcloud_api::{Error as ApiError, wait};
use tf_protocol::{Change, Lifecycle, Presence, Problem};
use tf_schema::check::between;
use tf_schema::{Block, Resource, Value};

use super::{function_lock, namespace_or_default};
use crate::{Cloud, create, id};

/// What every function begins with, and goes back to.
const USUAL_RETRIES: i64 = 2;
const USUAL_TTL: i64 = 21_600;

/// How asynchronous invocations of a function are treated: how often one that fails is tried again,
/// and how long one may wait. Functions in asynchronous run mode and web functions have no such
/// settings. Destroying the resource sets 2 retries and 21600 seconds, with which every function
/// begins.
#[derive(Resource, Default)]
pub struct EventInvokeConfig {
    /// Name of the function. It cannot be changed.
    #[tf(required, force_new)]
    pub function_name: Value<String>,
    /// Namespace of the function. It cannot be changed.
    #[tf(optional, default = "default", force_new)]
    pub namespace: Value<String>,
    /// Name of the function and its namespace, joined by a number sign.
    #[tf(computed, stable)]
    pub id: Value<String>,
    /// How invocations are treated.
    #[tf(block, min(1), max(1))]
    pub async_trigger_config: Value<Vec<Settings>>,
}

/// How asynchronous invocations are treated.
#[derive(Block, Default)]
pub struct Settings {
    /// How long an invocation may wait, 60 to 21600 seconds.
    #[tf(required, validate(between(60, USUAL_TTL)))]
    pub msg_ttl: Value<i64>,
    /// What happens when the function fails.
    #[tf(block, min(1), max(1))]
    pub retry_config: Value<Vec<Retry>>,
}

/// What happens when the function fails.
#[derive(Block, Default)]
pub struct Retry {
    /// How often an invocation is tried again, 0 to 2 times.
    #[tf(required, validate(between(0, USUAL_RETRIES)))]
    pub retry_num: Value<i64>,
}

impl Lifecycle for EventInvokeConfig {
    const TYPE: &'static str = "tencentcloud_scf_function_event_invoke_config";
    type Cloud = Cloud;

    async fn create(&mut self, cloud: &Cloud) -> Result<(), Problem> {
        let (namespace, function) =
            (namespace_or_default(&self.namespace), self.function_name.or_default());
        let wanted = self.to_api();
        let made = put(cloud, &namespace, &function, wanted.clone()).await;
        let look = async {
            let found = scf::find_event_invoke_config(cloud, &namespace, &function).await?;
            Ok(found.is_some_and(|found| own(found) == wanted))
        };
        let id = format!("{function}#{namespace}");
        Ok(create::named(made, &mut self.id, id, look).await?)
    }

    async fn read(&mut self, cloud: &Cloud) -> Result<Presence, Problem> {
        let [function, namespace] = split_id(self.id.text())?;
        let found = scf::find_event_invoke_config(cloud, &namespace, &function).await?;
        let Some(found) = found else { return Ok(Presence::Gone) };
        self.function_name = function.into();
        self.namespace = namespace.into();
        self.async_trigger_config = vec![Settings::of(own(found))].into();
        Ok(Presence::Present)
    }

    async fn update(&mut self, _prior: &Self, cloud: &Cloud) -> Result<(), Problem> {
        let [function, namespace] = split_id(self.id.text())?;
        Ok(put(cloud, &namespace, &function, self.to_api()).await?)
    }

    async fn delete(&mut self, cloud: &Cloud) -> Result<(), Problem> {
        let [function, namespace] = split_id(self.id.text())?;
        let usual = AsyncTriggerConfig {
            retry_config: vec![RetryConfig { retry_num: USUAL_RETRIES }],
            msg_ttl: USUAL_TTL,
        };
        match put(cloud, &namespace, &function, usual).await {
            Err(error) if !error.is_not_found() => Err(error.into()),
            _ => Ok(()),
        }
    }

    fn import(id: &str) -> Result<Self, Problem> {
        split_id(id)?;
        Ok(EventInvokeConfig { id: id.into(), ..EventInvokeConfig::default() })
    }

    /// R109, R365: some functions are never tried again. One that is not there yet, or not seen, is for
    /// the cloud to refuse.
    async fn plan(change: &mut Change<Self>, cloud: &Cloud) -> Result<(), Problem> {
        let Some(name) = change.planned.function_name.known().filter(|_| change.creates()) else {
            return Ok(());
        };
        let key = FunctionKey::latest(&namespace_or_default(&change.planned.namespace), name);
        let Ok(Some(found)) = scf::find_function(cloud, &key).await else { return Ok(()) };
        let kind = match (found.kind.as_str(), found.async_run_enable.as_str()) {
            ("HTTP", _) => "a web function",
            (_, "TRUE") => "in asynchronous run mode",
            _ => return Ok(()),
        };
        let detail = format!("{name} is {kind} and has no such settings: leave this resource out.");
        change.problems.error("function_name", "Never tried again", detail);
        Ok(())
    }
}

impl EventInvokeConfig {
    fn to_api(&self) -> AsyncTriggerConfig {
        let settings = self.async_trigger_config.known().and_then(|blocks| blocks.first());
        let retries = settings.and_then(|settings| settings.retry_config.known());
        let retries = retries.into_iter().flatten();
        AsyncTriggerConfig {
            retry_config: retries
                .map(|retry| RetryConfig { retry_num: retry.retry_num.or_default() })
                .collect(),
            msg_ttl: settings.map(|settings| settings.msg_ttl.or_default()).unwrap_or_default(),
        }
    }
}

impl Settings {
    fn of(found: AsyncTriggerConfig) -> Settings {
        let retries = found.retry_config.into_iter();
        let retries: Vec<_> =
            retries.map(|retry| Retry { retry_num: retry.retry_num.into() }).collect();
        Settings { msg_ttl: found.msg_ttl.into(), retry_config: retries.into() }
    }
}

/// Without the entry of -1 that the cloud may add by itself.
fn own(mut found: AsyncTriggerConfig) -> AsyncTriggerConfig {
    found.retry_config.retain(|retry| retry.retry_num >= 0);
    found
}

async fn put(
    cloud: &Cloud,
    namespace: &str,
    function: &str,
    async_trigger_config: AsyncTriggerConfig,
) -> tencentcloud_api::Result<()> {
    let _lock = function_lock(cloud, namespace, function).await?;
    let request = UpdateFunctionEventInvokeConfigRequest {
        async_trigger_config,
        function_name: function.to_owned(),
        namespace: Some(namespace.to_owned()),
    };
    let what = format!("the asynchronous invocations of {function}");
    wait::retry(cloud, &what, ApiError::is_busy, || async {
        scf::update_function_event_invoke_config(cloud, &request).await
    })
    .await?;
    Ok(())
}

/// The official id: `FUNCTION#NAMESPACE`.
fn split_id(text: &str) -> Result<[String; 2], Problem> {
    id::split(text, '#', "FUNCTION#NAMESPACE, such as hello#default")
}
