//! `tencentcloud_scf_functions`: the functions of a namespace.
//! <https://www.tencentcloud.com/document/product/583/18582>

use std::collections::BTreeMap;

use futures_util::{StreamExt, TryStreamExt, stream};
use tencentcloud_api::page;
use tencentcloud_api::scf::{
    self, Filter, FunctionKey, GetFunctionResponse, ImageConfig, IntranetConfigOut,
    ListFunctionsRequest,
};
use tf_protocol::{DataSource, Problem};
use tf_schema::{Block, Field, Resource, Value};

use crate::Cloud;
use crate::data::save;
use crate::resources::scf::function::TriggerInfo;

/// How many functions are read at the same time.
const AT_ONCE: usize = 16;

/// Finds functions by name, description and tags.
#[derive(Resource, Default)]
pub struct Functions {
    /// Name of the functions, or a part of it.
    #[tf(optional)]
    pub name: Value<String>,
    /// Namespace in which to look, by default `default`.
    #[tf(optional)]
    pub namespace: Value<String>,
    /// Description of the functions, or a part of it.
    #[tf(optional)]
    pub description: Value<String>,
    /// Tags that the functions have, all of them.
    #[tf(optional)]
    pub tags: Value<BTreeMap<String, String>>,
    /// Path of a file into which the result is written as JSON.
    #[tf(optional)]
    pub result_output_file: Value<String>,
    /// Names what was asked for.
    #[tf(computed)]
    pub id: Value<String>,
    /// The functions, in the order of their names.
    #[tf(computed)]
    pub functions: Value<Vec<Function>>,
}

/// A function.
#[derive(Block, Clone)]
pub struct Function {
    /// Name of the function.
    #[tf(computed)]
    pub name: Value<String>,
    /// Namespace of the function.
    #[tf(computed)]
    pub namespace: Value<String>,
    /// What the function is for.
    #[tf(computed)]
    pub description: Value<String>,
    /// Language and version in which it runs.
    #[tf(computed)]
    pub runtime: Value<String>,
    /// Entry point.
    #[tf(computed)]
    pub handler: Value<String>,
    /// Memory in MB.
    #[tf(computed)]
    pub mem_size: Value<i64>,
    /// Seconds that one invocation may take.
    #[tf(computed)]
    pub timeout: Value<i64>,
    /// Environment variables.
    #[tf(computed)]
    pub environment: Value<BTreeMap<String, String>>,
    /// Name of the role that the function's code takes on.
    #[tf(computed)]
    pub role: Value<String>,
    /// Network to which it has access.
    #[tf(computed)]
    pub vpc_id: Value<String>,
    /// Subnet to which it has access.
    #[tf(computed)]
    pub subnet_id: Value<String>,
    /// Log set to which its logs go.
    #[tf(computed)]
    pub cls_logset_id: Value<String>,
    /// Log topic to which its logs go.
    #[tf(computed)]
    pub cls_topic_id: Value<String>,
    /// Whether it has access to the internet.
    #[tf(computed)]
    pub enable_public_net: Value<bool>,
    /// Whether a fixed outgoing address is asked for.
    #[tf(computed)]
    pub enable_eip_config: Value<bool>,
    /// Whether the outgoing address is fixed.
    #[tf(computed)]
    pub eip_fixed: Value<bool>,
    /// The fixed outgoing addresses.
    #[tf(computed)]
    pub eips: Value<Vec<String>>,
    /// Whether names are resolved from a cache.
    #[tf(computed)]
    pub dns_cache: Value<bool>,
    /// Whether L5 name service is available.
    #[tf(computed)]
    pub l5_enable: Value<bool>,
    /// `TRUE` in asynchronous run mode.
    #[tf(computed)]
    pub async_run_enable: Value<String>,
    /// Whether dependencies are installed.
    #[tf(computed)]
    pub install_dependency: Value<bool>,
    /// State of the function.
    #[tf(computed)]
    pub status: Value<String>,
    /// State of the function in words.
    #[tf(computed)]
    pub status_desc: Value<String>,
    /// Bytes of the code package.
    #[tf(computed)]
    pub code_size: Value<i64>,
    /// `success` or `failed`.
    #[tf(computed)]
    pub code_result: Value<String>,
    /// Why the code could not be prepared.
    #[tf(computed)]
    pub code_error: Value<String>,
    /// Number of the code's error.
    #[tf(computed)]
    pub err_no: Value<i64>,
    /// Name under which it is reached inside its network.
    #[tf(computed)]
    pub host: Value<String>,
    /// Address under which it is reached inside its network.
    #[tf(computed)]
    pub vip: Value<String>,
    /// Tags of the function.
    #[tf(computed)]
    pub tags: Value<BTreeMap<String, String>>,
    /// When it was made.
    #[tf(computed)]
    pub create_time: Value<String>,
    /// When it was last changed.
    #[tf(computed)]
    pub modify_time: Value<String>,
    /// The container image that is its code.
    #[tf(computed)]
    pub image_config: Value<Vec<ImageInfo>>,
    /// Its fixed address in its network.
    #[tf(computed)]
    pub intranet_config: Value<Vec<IntranetInfo>>,
    /// What starts the function.
    #[tf(computed)]
    pub trigger_info: Value<Vec<TriggerInfo>>,
}

/// A container image.
#[derive(Block, Clone)]
pub struct ImageInfo {
    /// `personal` or `enterprise`.
    #[tf(computed)]
    pub image_type: Value<String>,
    /// The image, with tag and digest.
    #[tf(computed)]
    pub image_uri: Value<String>,
    /// Id of the registry.
    #[tf(computed)]
    pub registry_id: Value<String>,
    /// What is started; superseded by `command`.
    #[tf(computed)]
    pub entry_point: Value<String>,
    /// What is started.
    #[tf(computed)]
    pub command: Value<String>,
    /// Arguments of the command.
    #[tf(computed)]
    pub args: Value<String>,
    /// Whether the image is loaded while it starts.
    #[tf(computed)]
    pub container_image_accelerate: Value<bool>,
    /// Port on which it serves HTTP.
    #[tf(computed)]
    pub image_port: Value<i64>,
}

/// A fixed address.
#[derive(Block, Clone)]
pub struct IntranetInfo {
    /// `ENABLE` or `DISABLE`.
    #[tf(computed)]
    pub ip_fixed: Value<String>,
    /// The addresses.
    #[tf(computed)]
    pub ip_address: Value<Vec<String>>,
}

impl From<ImageConfig> for ImageInfo {
    fn from(found: ImageConfig) -> Self {
        ImageInfo {
            image_type: found.image_type.into(),
            image_uri: found.image_uri.into(),
            registry_id: found.registry_id.unwrap_or_default().into(),
            entry_point: found.entry_point.unwrap_or_default().into(),
            command: found.command.unwrap_or_default().into(),
            args: found.args.unwrap_or_default().into(),
            container_image_accelerate: found.container_image_accelerate.unwrap_or_default().into(),
            image_port: found.image_port.unwrap_or_default().into(),
        }
    }
}

impl From<IntranetConfigOut> for IntranetInfo {
    fn from(found: IntranetConfigOut) -> Self {
        IntranetInfo { ip_fixed: found.ip_fixed.into(), ip_address: found.ip_address.into() }
    }
}

impl DataSource for Functions {
    const TYPE: &'static str = "tencentcloud_scf_functions";
    type Cloud = Cloud;

    async fn read(&mut self, cloud: &Cloud) -> Result<(), Problem> {
        let namespace = self.namespace.or(scf::DEFAULT_NAMESPACE);
        let tags = self.tags.or_default();
        let filters = tags
            .into_iter()
            .map(|(key, value)| Filter { name: format!("tag-{key}"), values: vec![value] });
        let request = ListFunctionsRequest {
            namespace: Some(namespace.clone()),
            search_key: self.name.known().cloned(),
            description: self.description.known().cloned(),
            filters: self.tags.is_known().then(|| filters.collect()),
            ..ListFunctionsRequest::default()
        };
        let rows = page::all_pages(cloud, &request).await?;
        let reads = rows.into_iter().map(async |row| {
            let key = FunctionKey::latest(&namespace, &row.function_name);
            let found = scf::find_function(cloud, &key).await?;
            Ok::<_, Problem>(found.map(|function| Function::of(function, row.add_time)))
        });
        let found: Vec<_> = stream::iter(reads).buffered(AT_ONCE).try_collect().await?;
        // One that is deleted meanwhile is none any more.
        let mut found: Vec<Function> = found.into_iter().flatten().collect();
        found.sort_by(|a, b| a.name.text().cmp(b.name.text()));
        save(&self.result_output_file, found.clone().write())?;
        self.id = format!("{namespace}/{}", self.name.text()).into();
        self.functions = found.into();
        Ok(())
    }
}

impl Function {
    fn of(found: GetFunctionResponse, create_time: String) -> Function {
        let variables = found.environment.variables.into_iter();
        let environment: BTreeMap<String, String> =
            variables.map(|variable| (variable.key, variable.value.expose().to_owned())).collect();
        let tags: BTreeMap<String, String> =
            found.tags.into_iter().map(|tag| (tag.key, tag.value)).collect();
        let triggers: Vec<TriggerInfo> =
            found.triggers.into_iter().map(TriggerInfo::from).collect();
        let public = found.public_net_config;
        Function {
            name: found.function_name.into(),
            namespace: found.namespace.into(),
            description: found.description.into(),
            runtime: found.runtime.into(),
            handler: found.handler.into(),
            mem_size: found.memory_size.into(),
            timeout: found.timeout.into(),
            environment: environment.into(),
            role: found.role.into(),
            vpc_id: found.vpc_config.vpc_id.into(),
            subnet_id: found.vpc_config.subnet_id.into(),
            cls_logset_id: found.cls_logset_id.into(),
            cls_topic_id: found.cls_topic_id.into(),
            enable_public_net: (public.public_net_status == "ENABLE").into(),
            enable_eip_config: (public.eip_config.eip_status == "ENABLE").into(),
            eip_fixed: (found.eip_config.eip_fixed == "TRUE").into(),
            eips: found.eip_config.eips.into(),
            dns_cache: (found.dns_cache == "TRUE").into(),
            l5_enable: (found.l5_enable == "TRUE").into(),
            async_run_enable: found.async_run_enable.into(),
            install_dependency: (found.install_dependency == "TRUE").into(),
            status: found.status.into(),
            status_desc: found.status_desc.into(),
            code_size: found.code_size.into(),
            code_result: found.code_result.into(),
            code_error: found.code_error.into(),
            err_no: found.err_no.into(),
            host: found.access_info.host.into(),
            vip: found.access_info.vip.into(),
            tags: tags.into(),
            create_time: create_time.into(),
            modify_time: found.mod_time.into(),
            image_config: found.image_config.into_iter().map(Into::into).collect::<Vec<_>>().into(),
            intranet_config: vec![found.intranet_config.into()].into(),
            trigger_info: triggers.into(),
        }
    }
}
