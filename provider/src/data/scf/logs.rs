//! `tencentcloud_scf_logs`: what runs of a function left behind.
//! <https://www.tencentcloud.com/document/product/583/17244>

use tencentcloud_api::scf::{self, FunctionLog, GetFunctionLogsRequest, LogFilter};
use tf_protocol::{DataSource, Problem};
use tf_schema::check::{between, one_of};
use tf_schema::{Block, Diagnostic, Diagnostics, Field, Resource, Value};

use crate::Cloud;
use crate::data::{save, time};

/// How far a list of logs reaches.
const MOST: i64 = 10_000;

/// Finds the logs of a function's runs.
#[derive(Resource, Default)]
pub struct Logs {
    /// Name of the function.
    #[tf(required)]
    pub function_name: Value<String>,
    /// Namespace of the function, by default `default`.
    #[tf(optional)]
    pub namespace: Value<String>,
    /// How many logs are left out at the beginning, by default none. `offset` and `limit` together
    /// are at most 10000.
    #[tf(optional, validate(between(0, MOST)))]
    pub offset: Value<i64>,
    /// How many logs at most, by default and at most 10000.
    #[tf(optional, validate(between(1, MOST)))]
    pub limit: Value<i64>,
    /// Whether the smallest come first, `asc`, or the largest, `desc`, the default.
    #[tf(optional, validate(one_of(&["asc", "desc"])))]
    pub order: Value<String>,
    /// What they are ordered by: `function_name`, `duration`, `mem_usage`, or `start_time`, the
    /// default.
    #[tf(optional, validate(one_of(&["function_name", "duration", "mem_usage", "start_time"])))]
    pub order_by: Value<String>,
    /// Only runs that ended so: `is0` well, `not0` not well, `TimeLimitExceeded`,
    /// `ResourceLimitExceeded` or `UserCodeException`.
    #[tf(optional, validate(one_of(&RET_CODES)))]
    pub ret_code: Value<String>,
    /// Only the run of this id.
    #[tf(optional)]
    pub invoke_request_id: Value<String>,
    /// Only runs since then, such as `2026-01-31 08:00:00`; goes together with `end_time`.
    #[tf(optional, validate(time))]
    pub start_time: Value<String>,
    /// Only runs until then, at most a day later; goes together with `start_time`.
    #[tf(optional, validate(time))]
    pub end_time: Value<String>,
    /// Path of a file into which the result is written as JSON.
    #[tf(optional)]
    pub result_output_file: Value<String>,
    /// Names what was asked for.
    #[tf(computed)]
    pub id: Value<String>,
    /// The logs.
    #[tf(computed)]
    pub logs: Value<Vec<Log>>,
}

const RET_CODES: [&str; 5] =
    ["not0", "is0", "TimeLimitExceeded", "ResourceLimitExceeded", "UserCodeException"];

/// The log of a run.
#[derive(Block, Clone)]
pub struct Log {
    /// Name of the function.
    #[tf(computed)]
    pub function_name: Value<String>,
    /// What it returned.
    #[tf(computed)]
    pub ret_msg: Value<String>,
    /// Id of the run.
    #[tf(computed)]
    pub request_id: Value<String>,
    /// When it began.
    #[tf(computed)]
    pub start_time: Value<String>,
    /// 0 when it went well, else the code of what went wrong.
    #[tf(computed)]
    pub ret_code: Value<i64>,
    /// 1 when it has ended.
    #[tf(computed)]
    pub invoke_finished: Value<i64>,
    /// How long it ran, in milliseconds.
    #[tf(computed)]
    pub duration: Value<f64>,
    /// How long it ran for the bill, in milliseconds.
    #[tf(computed)]
    pub bill_duration: Value<i64>,
    /// Bytes of memory that it used.
    #[tf(computed)]
    pub mem_usage: Value<i64>,
    /// What it wrote.
    #[tf(computed)]
    pub log: Value<String>,
    /// Level of the log.
    #[tf(computed)]
    pub level: Value<String>,
    /// Where the log comes from.
    #[tf(computed)]
    pub source: Value<String>,
}

impl DataSource for Logs {
    const TYPE: &'static str = "tencentcloud_scf_logs";
    type Cloud = Cloud;

    async fn read(&mut self, cloud: &Cloud) -> Result<(), Problem> {
        let namespace = self.namespace.or(scf::DEFAULT_NAMESPACE);
        let offset = self.offset.or(0);
        let ret_code = self.ret_code.known().cloned();
        let request = GetFunctionLogsRequest {
            function_name: self.function_name.known().cloned(),
            offset: u64::try_from(offset).ok(),
            limit: u64::try_from(self.limit.or(MOST - offset)).ok(),
            order: Some(self.order.or("desc")),
            order_by: Some(self.order_by.or("start_time")),
            filter: ret_code.map(|code| LogFilter { ret_code: Some(code) }),
            namespace: Some(namespace.clone()),
            function_request_id: self.invoke_request_id.known().cloned(),
            start_time: self.start_time.known().cloned(),
            end_time: self.end_time.known().cloned(),
            ..GetFunctionLogsRequest::default()
        };
        let rows = scf::get_function_logs(cloud, &request).await?.value.data;
        let found: Vec<_> = rows.into_iter().map(Log::from).collect();
        save(&self.result_output_file, found.clone().write())?;
        self.id = format!("{namespace}/{}", self.function_name.text()).into();
        self.logs = found.into();
        Ok(())
    }

    fn validate(config: &Self, problems: &mut Diagnostics) {
        let (offset, limit) = (config.offset.known(), config.limit.known());
        let reach = offset.unwrap_or(&0) + limit.unwrap_or(&0);
        if reach > MOST {
            let detail = format!("offset and limit together are {reach}, more than {MOST}.");
            problems.push(Diagnostic::error("Too many logs", detail).at("limit"));
        }
        let both = [("start_time", &config.end_time), ("end_time", &config.start_time)];
        let given = [&config.start_time, &config.end_time];
        for ((other, missing), given) in both.into_iter().zip(given) {
            if given.is_known() && missing.is_null() {
                let detail = "start_time and end_time go together: set both or neither.";
                problems.push(Diagnostic::error("Half of a time", detail).at(other));
            }
        }
    }
}

impl From<FunctionLog> for Log {
    fn from(found: FunctionLog) -> Log {
        Log {
            function_name: found.function_name.into(),
            ret_msg: found.ret_msg.expose().into(),
            request_id: found.request_id.into(),
            start_time: found.start_time.into(),
            ret_code: found.ret_code.into(),
            invoke_finished: found.invoke_finished.into(),
            duration: found.duration.into(),
            bill_duration: found.bill_duration.into(),
            mem_usage: found.mem_usage.into(),
            log: found.log.expose().into(),
            level: found.level.into(),
            source: found.source.into(),
        }
    }
}
