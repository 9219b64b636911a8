//! `tencentcloud_scf_request_status`: how a run of a function went.
//! <https://www.tencentcloud.com/document/product/583/57952>

use tencentcloud_api::scf::{self, GetRequestStatusRequest};
use tf_protocol::{DataSource, Problem};
use tf_schema::{Block, Field, Resource, Value};

use crate::Cloud;
use crate::data::{save, time};

/// How a run of a function went, each of its tries.
#[derive(Resource, Default)]
pub struct RequestStatus {
    /// Name of the function.
    #[tf(required)]
    pub function_name: Value<String>,
    /// Id of the run.
    #[tf(required)]
    pub function_request_id: Value<String>,
    /// Namespace of the function, by default `default`.
    #[tf(optional)]
    pub namespace: Value<String>,
    /// Only tries since then, such as `2026-01-31 08:00:00`.
    #[tf(optional, validate(time))]
    pub start_time: Value<String>,
    /// Only tries until then, such as `2026-01-31 09:00:00`.
    #[tf(optional, validate(time))]
    pub end_time: Value<String>,
    /// Path of a file into which the result is written as JSON.
    #[tf(optional)]
    pub result_output_file: Value<String>,
    /// Id of the run.
    #[tf(computed)]
    pub id: Value<String>,
    /// The tries.
    #[tf(computed)]
    pub data: Value<Vec<Try>>,
}

/// One try of a run.
#[derive(Block, Clone)]
pub struct Try {
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
    /// How long it ran, in milliseconds.
    #[tf(computed)]
    pub duration: Value<f64>,
    /// Memory that it used, in MB.
    #[tf(computed)]
    pub mem_usage: Value<f64>,
    /// How many tries there were before it.
    #[tf(computed)]
    pub retry_num: Value<i64>,
}

impl DataSource for RequestStatus {
    const TYPE: &'static str = "tencentcloud_scf_request_status";
    type Cloud = Cloud;

    async fn read(&mut self, cloud: &Cloud) -> Result<(), Problem> {
        let request = GetRequestStatusRequest {
            function_name: self.function_name.or_default(),
            function_request_id: self.function_request_id.or_default(),
            namespace: Some(self.namespace.or(scf::DEFAULT_NAMESPACE)),
            start_time: self.start_time.known().cloned(),
            end_time: self.end_time.known().cloned(),
        };
        let rows = scf::get_request_status(cloud, &request).await?.value.data;
        let found: Vec<_> = rows.into_iter().map(Try::from).collect();
        save(&self.result_output_file, found.clone().write())?;
        self.id = request.function_request_id.into();
        self.data = found.into();
        Ok(())
    }
}

impl From<scf::RequestStatus> for Try {
    fn from(found: scf::RequestStatus) -> Try {
        Try {
            function_name: found.function_name.into(),
            ret_msg: found.ret_msg.expose().into(),
            request_id: found.request_id.into(),
            start_time: found.start_time.into(),
            ret_code: found.ret_code.into(),
            duration: found.duration.into(),
            mem_usage: found.mem_usage.into(),
            retry_num: found.retry_num.into(),
        }
    }
}
