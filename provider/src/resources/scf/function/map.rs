//! Between the model and the API.

use tencentcloud_api::scf::{
    CreateFunctionRequest, EipConfigIn, FunctionKey, GetFunctionResponse, PublicNetConfigIn, Tag,
    Trigger, UpdateFunctionCodeRequest, UpdateFunctionConfigurationRequest, VpcConfig,
};
use tf_schema::Value;

use super::code::Sent;
use super::image::{self, Image};
use super::layers::{self, Layer};
use super::{Function, TriggerInfo, cfs, concurrency, dead_letter, intranet, web};
use crate::resources::scf::trigger::inline;
use crate::tags;

impl Function {
    /// The request that creates the function.
    pub(super) fn to_create(&self, code: Sent) -> CreateFunctionRequest {
        let (code, code_source) = code.into_api();
        CreateFunctionRequest {
            function_name: self.name.or_default(),
            namespace: self.namespace.known().cloned(),
            code,
            code_source,
            handler: self.handler.known().cloned(),
            description: self.description.known().cloned(),
            memory_size: self.mem_size.known().copied(),
            timeout: self.timeout.known().copied(),
            environment: self.has_environment().then(|| self.to_environment()),
            runtime: self.runtime.known().cloned(),
            vpc_config: self.vpc_id.is_known().then(|| self.vpc_config()),
            role: self.role.known().cloned(),
            cls_logset_id: self.cls_logset_id.known().cloned(),
            cls_topic_id: self.cls_topic_id.known().cloned(),
            kind: self.func_type.known().cloned(),
            public_net_config: Some(self.public_net_config()),
            tags: self.tags.is_known().then(|| {
                let pairs = tags::pairs(&self.tags).into_iter();
                pairs.map(|(key, value)| Tag { key, value }).collect()
            }),
            async_run_enable: self.async_run_enable.known().cloned(),
            trace_enable: self.trace_enable.known().cloned(),
            layers: self
                .layers
                .is_known_and(|layers| !layers.is_empty())
                .then(|| layers::to_api(&self.layers)),
            protocol_type: self.protocol_type.known().cloned(),
            protocol_params: self.idle_time_out.known().copied().map(web::to_api),
            // Refused for functions that take events.
            instance_concurrency_config: self
                .instance_concurrency_config
                .is_known_and(|blocks| !blocks.is_empty())
                .then(|| concurrency::to_api(&self.instance_concurrency_config)),
            intranet_config: intranet::to_api(&self.intranet_config, &Value::Null),
            cfs_config: cfs::to_api(&self.cfs_config, &Value::Null),
            dead_letter_config: self
                .dead_letter_config
                .is_known_and(|blocks| !blocks.is_empty())
                .then(|| dead_letter::to_api(&self.dead_letter_config)),
            // Refused for web functions even when off.
            dns_cache: self.dns_cache.known().filter(|on| **on).map(|on| flag(*on)),
            ..CreateFunctionRequest::default()
        }
    }

    /// The request that sends code and handler.
    pub(super) fn to_update_code(&self, code: Sent) -> UpdateFunctionCodeRequest {
        let (code, code_source) = code.into_api();
        UpdateFunctionCodeRequest {
            function_name: self.name.or_default(),
            namespace: self.namespace.known().cloned(),
            handler: self.handler.known().cloned(),
            zip_file: code.zip_file.clone(),
            cos_bucket_name: code.cos_bucket_name.clone(),
            cos_object_name: code.cos_object_name.clone(),
            cos_bucket_region: code.cos_bucket_region.clone(),
            code: code.image_config.is_some().then_some(code),
            code_source,
            ..UpdateFunctionCodeRequest::default()
        }
    }

    /// The request that changes the configuration: what differs from `prior`, or what creating
    /// cannot set. `None` where there is nothing to send.
    pub(super) fn to_update_configuration(
        &self,
        prior: Option<&Function>,
    ) -> Option<UpdateFunctionConfigurationRequest> {
        let name = UpdateFunctionConfigurationRequest {
            function_name: self.name.or_default(),
            namespace: self.namespace.known().cloned(),
            ..UpdateFunctionConfigurationRequest::default()
        };
        let mut request = name.clone();
        let Some(prior) = prior else {
            request.l5_enable = self.l5_enable.known().map(|on| flag(*on));
            return Some(request);
        };
        if self.environment_differs(prior) {
            request.environment = Some(self.to_environment());
        }
        if self.layers != prior.layers {
            request.layers = Some(layers::to_api(&self.layers));
        }
        if self.vpc_id != prior.vpc_id || self.subnet_id != prior.subnet_id {
            request.vpc_config = Some(self.vpc_config());
        }
        if self.enable_public_net != prior.enable_public_net
            || self.enable_eip_config != prior.enable_eip_config
        {
            request.public_net_config = Some(self.public_net_config());
        }
        if self.instance_concurrency_config != prior.instance_concurrency_config {
            request.instance_concurrency_config =
                Some(concurrency::to_api(&self.instance_concurrency_config));
        }
        request.cfs_config = cfs::to_api(&self.cfs_config, &prior.cfs_config);
        if self.dead_letter_config != prior.dead_letter_config {
            request.dead_letter_config = Some(dead_letter::to_api(&self.dead_letter_config));
        }
        request.intranet_config = intranet::to_api(&self.intranet_config, &prior.intranet_config);
        request.protocol_params =
            changed(&self.idle_time_out, &prior.idle_time_out).map(web::to_api);
        request.description = changed(&self.description, &prior.description);
        request.memory_size = changed(&self.mem_size, &prior.mem_size);
        request.timeout = changed(&self.timeout, &prior.timeout);
        request.dns_cache = changed(&self.dns_cache, &prior.dns_cache).map(flag);
        request.l5_enable = changed(&self.l5_enable, &prior.l5_enable).map(flag);
        request.cls_logset_id = changed(&self.cls_logset_id, &prior.cls_logset_id);
        request.cls_topic_id = changed(&self.cls_topic_id, &prior.cls_topic_id);
        // An empty name takes the role away.
        request.role = (self.role != prior.role).then(|| self.role.or_default());
        (request != name).then_some(request)
    }

    fn vpc_config(&self) -> VpcConfig {
        VpcConfig { vpc_id: self.vpc_id.or_default(), subnet_id: self.subnet_id.or_default() }
    }

    fn public_net_config(&self) -> PublicNetConfigIn {
        let switch =
            |on: &Value<bool>| if on.or_default() { "ENABLE" } else { "DISABLE" }.to_owned();
        PublicNetConfigIn {
            public_net_status: switch(&self.enable_public_net),
            eip_config: Some(EipConfigIn { eip_status: switch(&self.enable_eip_config) }),
        }
    }

    /// Takes over what the cloud says about the function.
    pub(super) fn adopt(&mut self, key: &FunctionKey, found: GetFunctionResponse) {
        self.id = format!("{}+{}", key.namespace, key.name).into();
        self.name = key.name.clone().into();
        self.namespace = key.namespace.clone().into();
        self.description = found.description.into();
        self.func_type = filled(found.kind).or("Event").into();
        self.adopt_runtime(found.runtime);
        self.handler = filled(found.handler);
        self.mem_size = found.memory_size.into();
        self.timeout = found.timeout.into();
        self.adopt_environment(found.environment);
        self.role = filled(found.role);
        self.vpc_id = filled(found.vpc_config.vpc_id);
        self.subnet_id = filled(found.vpc_config.subnet_id);
        let public = found.public_net_config;
        self.enable_public_net = (public.public_net_status == "ENABLE").into();
        self.enable_eip_config = (public.eip_config.eip_status == "ENABLE").into();
        self.dns_cache = (found.dns_cache == "TRUE").into();
        self.l5_enable = (found.l5_enable == "TRUE").into();
        self.async_run_enable = filled(found.async_run_enable).or("FALSE").into();
        self.trace_enable = filled(found.trace_enable).or("FALSE").into();
        self.cls_logset_id = found.cls_logset_id.into();
        self.cls_topic_id = found.cls_topic_id.into();
        let found_tags = found.tags.into_iter().map(|tag| (tag.key, tag.value));
        self.tags = tags::adopt(&self.tags, found_tags);
        self.layers = found.layers.into_iter().map(Layer::from).collect::<Vec<_>>().into();
        let image = found.image_config.map(|image| Image::adopt(image, self.image()));
        self.image_config = image.into_iter().collect::<Vec<_>>().into();
        self.protocol_type = filled(found.protocol_type);
        self.idle_time_out = web::adopt(found.protocol_params);
        self.instance_concurrency_config = concurrency::adopt(
            &self.instance_concurrency_config,
            found.instance_concurrency_config,
        );
        self.cfs_config = cfs::adopt(found.cfs_config);
        self.intranet_config = intranet::adopt(&self.intranet_config, found.intranet_config);
        self.dead_letter_config =
            dead_letter::adopt(&self.dead_letter_config, found.dead_letter_config);
        self.function_id = found.function_id.into();
        self.code_size = found.code_size.into();
        self.code_result = found.code_result.into();
        self.code_error = found.code_error.into();
        self.err_no = found.err_no.into();
        self.install_dependency = (found.install_dependency == "TRUE").into();
        self.status = found.status.into();
        self.status_desc = found.status_desc.into();
        self.modify_time = found.mod_time.into();
        self.host = found.access_info.host.into();
        self.vip = found.access_info.vip.into();
        self.eip_fixed = (found.eip_config.eip_fixed == "TRUE").into();
        self.eips = found.eip_config.eips.into();
        self.triggers = inline::adopt(&self.triggers, key, &found.triggers);
        self.trigger_info =
            found.triggers.into_iter().map(TriggerInfo::from).collect::<Vec<_>>().into();
    }

    /// What the cloud calls the runtime of an image need not be written.
    fn adopt_runtime(&mut self, found: String) {
        if found != image::RUNTIME || self.runtime.is_known() {
            self.runtime = filled(found);
        }
    }
}

impl From<Trigger> for TriggerInfo {
    fn from(trigger: Trigger) -> Self {
        TriggerInfo {
            name: trigger.trigger_name.into(),
            r#type: trigger.kind.into(),
            trigger_desc: trigger.trigger_desc.into(),
            custom_argument: trigger.custom_argument.into(),
            enable: (trigger.enable == 1).into(),
            create_time: trigger.add_time.into(),
            modify_time: trigger.mod_time.into(),
        }
    }
}

fn flag(on: bool) -> String {
    if on { "TRUE" } else { "FALSE" }.to_owned()
}

/// A text, null where it is empty: the cloud writes `""` for what is not set.
fn filled(text: String) -> Value<String> {
    if text.is_empty() { Value::Null } else { Value::Known(text) }
}

/// The planned value, if it is another one.
fn changed<T: Clone + PartialEq>(planned: &Value<T>, prior: &Value<T>) -> Option<T> {
    planned.known().filter(|_| planned != prior).cloned()
}
