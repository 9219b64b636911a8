//! `tencentcloud_scf_function`: a serverless function.
//! <https://www.tencentcloud.com/document/product/583/19806>

pub mod cfs;
pub mod check;
mod code;
pub mod concurrency;
mod dead_letter;
mod environment;
pub mod image;
pub mod intranet;
pub mod layers;
mod map;
mod network;
mod publish;
mod web;

use std::collections::BTreeMap;

use tencentcloud_api::scf::{self, DeleteFunctionRequest, FunctionKey, GetFunctionAddressRequest};
use tencentcloud_api::{Error as ApiError, tag, wait};
use tf_protocol::{Change, Lifecycle, Presence, Problem, Timeouts};
use tf_schema::check::{between, length, one_of};
use tf_schema::{Block, Diagnostics, Resource, Set, Value};

use super::trigger::inline::{self, Inline};
use super::{capacity, function_lock};
use super::{packed, staging};
use crate::{Cloud, create, id, tags};

/// A function: code that the cloud runs when it is called.
///
/// The code comes from a folder (`source_dir`), a file (`source_file`), a zip package (`zip_file`),
/// an object in COS (`cos_bucket_name`) or a container image (`image_config`). The provider packs
/// folders and files by itself, the same on every machine, and
/// follows their content: `code_sha256` changes if and only if the code does.
#[derive(Resource, Default)]
pub struct Function {
    /// Name of the function: 2 to 60 letters, digits, hyphens and underscores, beginning with a
    /// letter and ending with a letter or digit. It cannot be changed.
    #[tf(required, force_new, validate(check::name))]
    pub name: Value<String>,
    /// Namespace of the function. It cannot be changed.
    #[tf(optional, default = "default", force_new)]
    pub namespace: Value<String>,
    /// What the function is for, at most 1000 characters.
    #[tf(optional, default = "", validate(length(0, 1000)))]
    pub description: Value<String>,
    /// `Event` for a function that takes events, `HTTP` for a web function. It cannot be changed.
    #[tf(optional, default = "Event", force_new, validate(one_of(&["Event", "HTTP"])))]
    pub func_type: Value<String>,
    /// Language and version in which the function runs, such as `Python3.10` or `Nodejs18.15`. It
    /// cannot be changed.
    #[tf(optional, force_new, validate(check::runtime))]
    pub runtime: Value<String>,
    /// Entry point. Its form depends on the runtime: `FILE.FUNCTION` for Python, Node.js and PHP,
    /// `FILE` for Go, `PACKAGE.CLASS::METHOD` for Java. A web function has none.
    #[tf(optional, validate(length(2, 60)))]
    pub handler: Value<String>,
    /// Path of a zip package, with the entry file at its root.
    #[tf(optional)]
    pub zip_file: Value<String>,
    /// Path of a folder that the provider packs, with the entry file at its root.
    #[tf(optional)]
    pub source_dir: Value<String>,
    /// Globs over the paths in `source_dir`, such as `**/*.py`: only files that match are packed.
    #[tf(optional)]
    pub source_include: Value<Vec<String>>,
    /// Globs over the paths in `source_dir`, such as `tests/**`: files that match are left out.
    #[tf(optional)]
    pub source_exclude: Value<Vec<String>>,
    /// Path of a single file that the provider packs.
    #[tf(optional)]
    pub source_file: Value<String>,
    /// Bucket in COS that holds a zip package, with or without the APPID; goes together with
    /// `cos_object_name`. With the APPID, a change of the object is a planned change.
    #[tf(optional)]
    pub cos_bucket_name: Value<String>,
    /// Key of the package in the bucket, ending with `.zip` or `.jar`.
    #[tf(optional, validate(staging::archive_name))]
    pub cos_object_name: Value<String>,
    /// Region of the bucket, by default that of the function.
    #[tf(optional)]
    pub cos_bucket_region: Value<String>,
    /// Bucket, in the function's region and with the APPID at its end, through which a package is
    /// sent that is too large for a request. It stays there under its hash, so the same bytes are
    /// sent once; to be destroyed with it, the bucket needs `force_clean`.
    #[tf(optional, validate(staging::staging_name))]
    pub staging_bucket: Value<String>,
    /// Memory in MB: 64, or 128 to 3072 in steps of 128.
    #[tf(optional, default = 128, validate(check::memory))]
    pub mem_size: Value<i64>,
    /// Seconds that one invocation may take: 1 to 900, or 86400 in asynchronous run mode.
    #[tf(optional, default = 3, validate(between(1, 86_400)))]
    pub timeout: Value<i64>,
    /// Environment variables. Keys and values together may have 4 KB.
    #[tf(optional, validate(check::environment))]
    pub environment: Value<BTreeMap<String, String>>,
    /// Environment variables whose values Terraform never stores: they are in no state and in no
    /// plan file. Another name is a change; another value is sent when `environment_wo_version`
    /// changes.
    #[tf(optional, write_only, sensitive, validate(check::environment))]
    pub environment_wo: Value<BTreeMap<String, String>>,
    /// Any number: change it to send the values of `environment_wo` again.
    #[tf(optional)]
    pub environment_wo_version: Value<i64>,
    /// Name of the role that the function's code takes on.
    #[tf(optional)]
    pub role: Value<String>,
    /// Network to which the function has access; goes together with `subnet_id`.
    #[tf(optional)]
    pub vpc_id: Value<String>,
    /// Subnet to which the function has access; goes together with `vpc_id`.
    #[tf(optional)]
    pub subnet_id: Value<String>,
    /// Whether the function has access to the internet.
    #[tf(optional, default = false)]
    pub enable_public_net: Value<bool>,
    /// Whether the function's requests to the internet come from one fixed address; needs
    /// `enable_public_net`.
    #[tf(optional, default = false)]
    pub enable_eip_config: Value<bool>,
    /// Whether names are resolved from a cache; only for functions that take events.
    #[tf(optional, default = false)]
    pub dns_cache: Value<bool>,
    /// Whether L5 name service is available.
    #[tf(optional, default = false)]
    pub l5_enable: Value<bool>,
    /// `TRUE` for asynchronous run mode, in which an invocation may take a day and only its request
    /// id is returned. It cannot be changed.
    #[tf(optional, computed, force_new, stable, validate(one_of(&["TRUE", "FALSE"])))]
    pub async_run_enable: Value<String>,
    /// `TRUE` to keep a record of each event of asynchronous run mode for three days, which
    /// `tencentcloud_scf_async_event_management` reads. It cannot be changed.
    #[tf(optional, computed, force_new, stable, validate(one_of(&["TRUE", "FALSE"])))]
    pub trace_enable: Value<String>,
    /// `WS` for a web function that speaks WebSocket. It cannot be changed.
    #[tf(optional, force_new, validate(one_of(&["WS"])))]
    pub protocol_type: Value<String>,
    /// Seconds after which the cloud closes a WebSocket connection on which nothing is sent: 10 to
    /// 7200, and no more than `timeout`.
    #[tf(optional, computed, stable, validate(between(10, 7200)))]
    pub idle_time_out: Value<i64>,
    /// Log set to which the function's logs go; goes together with `cls_topic_id`.
    #[tf(optional, computed, stable)]
    pub cls_logset_id: Value<String>,
    /// Log topic to which the function's logs go; goes together with `cls_logset_id`.
    #[tf(optional, computed, stable)]
    pub cls_topic_id: Value<String>,
    /// Whether a version is published when the function is made, and with every change of its code
    /// or configuration. Versions stay when another one is published.
    #[tf(optional, default = false)]
    pub publish: Value<bool>,
    /// Tags of the function.
    #[tf(optional)]
    pub tags: tags::Tags,
    /// Namespace and name, joined by a plus sign.
    #[tf(computed, stable)]
    pub id: Value<String>,
    /// Id that the cloud has given the function.
    #[tf(computed, stable)]
    pub function_id: Value<String>,
    /// SHA-256 of the code package, in hexadecimal. It changes if and only if the code does.
    #[tf(computed)]
    pub code_sha256: Value<String>,
    /// ETag of the object in COS from which the code was taken.
    #[tf(computed, stable)]
    pub cos_object_etag: Value<String>,
    /// Bytes of the code package.
    #[tf(computed, stable)]
    pub code_size: Value<i64>,
    /// `success` or `failed`: whether the cloud could prepare the code.
    #[tf(computed, stable)]
    pub code_result: Value<String>,
    /// Why the cloud could not prepare the code.
    #[tf(computed, stable)]
    pub code_error: Value<String>,
    /// Number of the code's error.
    #[tf(computed, stable)]
    pub err_no: Value<i64>,
    /// Whether the cloud installs the code's dependencies.
    #[tf(computed, stable)]
    pub install_dependency: Value<bool>,
    /// The version that was published last, `$LATEST` without `publish`.
    #[tf(computed, stable)]
    pub version: Value<String>,
    /// Namespace, name and `version`, joined by plus signs.
    #[tf(computed, stable)]
    pub qualified_id: Value<String>,
    /// The version that was published before it.
    #[tf(computed, stable)]
    pub previous_version: Value<String>,
    /// Names of the variables of `environment_wo`.
    #[tf(computed, stable)]
    pub environment_wo_names: Value<Set<String>>,
    /// State of the function.
    #[tf(computed, stable)]
    pub status: Value<String>,
    /// State of the function in words.
    #[tf(computed, stable)]
    pub status_desc: Value<String>,
    /// When the function was last changed.
    #[tf(computed)]
    pub modify_time: Value<String>,
    /// Name under which the function is reached inside its network.
    #[tf(computed, stable)]
    pub host: Value<String>,
    /// Address under which the function is reached inside its network.
    #[tf(computed, stable)]
    pub vip: Value<String>,
    /// Whether the outgoing address is fixed.
    #[tf(computed, stable)]
    pub eip_fixed: Value<bool>,
    /// The fixed outgoing addresses.
    #[tf(computed, stable)]
    pub eips: Value<Vec<String>>,
    /// What starts the function.
    #[tf(computed, stable)]
    pub trigger_info: Value<Vec<TriggerInfo>>,
    /// Triggers of the function's `$LATEST` version. Only what differs is made, changed or deleted, and
    /// triggers that are not listed here are left alone. Do not list what a
    /// `tencentcloud_scf_trigger` manages.
    #[tf(block)]
    pub triggers: Value<Set<Inline>>,
    /// Layers whose files are merged below `/opt`, at most 5. Of two files with the same path, that
    /// of the later layer counts.
    #[tf(block, max(5))]
    pub layers: Value<Vec<layers::Layer>>,
    /// A container image as the code, in place of a package. A function of an image stays one, and
    /// one of a package too: changing that makes a new function.
    #[tf(block, max(1))]
    pub image_config: Value<Vec<image::Image>>,
    /// How many requests one instance of a web function serves at a time; one where there is no such
    /// block.
    #[tf(block, max(1))]
    pub instance_concurrency_config: Value<Vec<concurrency::Concurrency>>,
    /// A fixed address of the function in its network.
    #[tf(block, max(1))]
    pub intranet_config: Value<Vec<intranet::Intranet>>,
    /// Directories of file systems that the function finds below `/mnt/`, to read and write; needs
    /// `vpc_id`. What one function or instance writes the others read.
    #[tf(block)]
    pub cfs_config: Value<Vec<cfs::Mount>>,
    /// A queue or a topic for what the function could not do: events of asynchronous calls that fail
    /// after their retries or wait for too long. Without one, such events are lost.
    #[tf(block, max(1))]
    pub dead_letter_config: Value<Vec<dead_letter::DeadLetter>>,
}

/// What starts a function.
#[derive(Block, Clone)]
pub struct TriggerInfo {
    /// Name of the trigger.
    #[tf(computed)]
    pub name: Value<String>,
    /// Kind of the trigger, such as `clb`.
    #[tf(computed)]
    pub r#type: Value<String>,
    /// Settings of the trigger, a JSON document.
    #[tf(computed)]
    pub trigger_desc: Value<String>,
    /// Text that a timer passes on.
    #[tf(computed)]
    pub custom_argument: Value<String>,
    /// Whether the trigger is on.
    #[tf(computed)]
    pub enable: Value<bool>,
    /// When the trigger was made.
    #[tf(computed)]
    pub create_time: Value<String>,
    /// When the trigger was last changed.
    #[tf(computed)]
    pub modify_time: Value<String>,
}

/// What the cloud's refusals are about.
const ATTRIBUTES: &[(&str, &str)] = &[
    ("ResourceNotFound.CosObject", "cos_object_name"),
    ("ResourceNotFound.Cos", "cos_bucket_name"),
    ("InvalidParameterValue.Cos", "cos_bucket_name"),
    ("InvalidParameterValue.Memory", "mem_size"),
    ("LimitExceeded.Memory", "mem_size"),
    ("LimitExceeded.Timeout", "timeout"),
    ("InvalidParameterValue.Handler", "handler"),
    ("InvalidParameterValue.Runtime", "runtime"),
    ("InvalidParameterValue.Environment", "environment"),
    ("InvalidParameterValue.Description", "description"),
    ("InvalidParameterValue.Vpc", "vpc_id"),
    ("ResourceNotFound.Vpc", "vpc_id"),
    ("ResourceNotFound.Role", "role"),
    ("InvalidParameterValue.Layers", "layers"),
    ("ResourceNotFound.Layer", "layers"),
    ("ResourceNotFound.Namespace", "namespace"),
    ("ResourceInUse.Function", "name"),
    ("LimitExceeded.Eip", "enable_eip_config"),
    ("InvalidParameterValue.Image", "image_config"),
    ("InvalidParameterValue.RegistryId", "image_config"),
    ("InvalidParameterValue.IdleTimeOut", "idle_time_out"),
    ("InvalidParameterValue.InstanceConcurrencyConfig", "instance_concurrency_config"),
    ("InvalidParameterValue.MaxConcurrency", "instance_concurrency_config"),
    ("InvalidParameterValue.DynamicEnabled", "instance_concurrency_config"),
    ("InvalidParameterValue.IntranetConfig", "intranet_config"),
    ("InvalidParameterValue.Cls", "cls_topic_id"),
    ("FailedOperation.ClsServiceUnregistered", "cls_topic_id"),
    ("InvalidParameterValue.Cfs", "cfs_config"),
    ("ResourceNotFound.Cfs", "cfs_config"),
    ("ResourceNotFound.GetCfs", "cfs_config"),
    ("InvalidParameterValue.VpcNotSetWhenOpenCfs", "cfs_config"),
    ("InvalidParameterValue.DeadLetterConfig", "dead_letter_config"),
    ("ResourceNotFound.Cmq", "dead_letter_config"),
];

impl Lifecycle for Function {
    const TYPE: &'static str = "tencentcloud_scf_function";
    const TIMEOUTS: Timeouts = Timeouts::NONE.create(10).update(10).delete(10);
    type Cloud = Cloud;

    async fn create(&mut self, cloud: &Cloud) -> Result<(), Problem> {
        let code = code::deliver(self, cloud).await?;
        self.note_hidden();
        let key = self.key();
        let request = self.to_create(code);
        let made = scf::create_function(cloud, &request).await;
        let look = async { Ok(scf::find_function(cloud, &key).await?.is_some()) };
        let id = format!("{}+{}", key.namespace, key.name);
        let made = create::named(made, &mut self.id, id, look).await;
        made.map_err(|error| create::point_at(error, ATTRIBUTES))?;
        scf::wait_active(cloud, &key).await?;
        if self.l5_enable.is_known_and(|on| *on) {
            self.update_configuration(None, cloud).await?;
        }
        inline::apply(cloud, &key, &Value::Null, &self.triggers).await?;
        publish::apply(self, cloud).await
    }

    async fn read(&mut self, cloud: &Cloud) -> Result<Presence, Problem> {
        let [namespace, name] = split_id(self.id.text())?;
        let key = FunctionKey::latest(&namespace, &name);
        let Some(found) = scf::find_function(cloud, &key).await? else {
            return Ok(Presence::Gone);
        };
        // What is imported has nothing but its id.
        (self.namespace, self.name) = (namespace.into(), name.into());
        self.notice_foreign_code(&found, &key, cloud).await?;
        code::follow_object(self, cloud).await;
        publish::read(self, &found, cloud).await?;
        self.adopt(&key, found);
        Ok(Presence::Present)
    }

    async fn update(&mut self, prior: &Self, cloud: &Cloud) -> Result<(), Problem> {
        let key = self.key();
        let _lock = function_lock(cloud, &key.namespace, &key.name).await?;
        if self.code_sha256 != prior.code_sha256
            || self.handler != prior.handler
            || self.image() != prior.image()
        {
            let code = code::deliver(self, cloud).await?;
            scf::wait_changeable(cloud, &key).await?;
            let updated = scf::update_function_code(cloud, &self.to_update_code(code)).await;
            updated.map_err(|error| create::point_at(error, ATTRIBUTES))?;
            scf::wait_active(cloud, &key).await?;
        }
        self.note_hidden();
        self.update_configuration(Some(prior), cloud).await?;
        inline::apply(cloud, &key, &prior.triggers, &self.triggers).await?;
        let path = format!("namespace/{}/function/{}", key.namespace, key.name);
        let resource = tag::resource_name("scf", cloud.region(), &path);
        tags::update(cloud, resource, &prior.tags, &self.tags).await?;
        publish::apply(self, cloud).await
    }

    async fn delete(&mut self, cloud: &Cloud) -> Result<(), Problem> {
        packed::shown(self).forget();
        let [namespace, name] = split_id(self.id.text())?;
        let key = FunctionKey::latest(&namespace, &name);
        let _lock = function_lock(cloud, &namespace, &name).await?;
        let request = DeleteFunctionRequest {
            function_name: name,
            namespace: Some(namespace),
            qualifier: None,
        };
        // A function that is still being made or changed cannot be deleted yet.
        let what = format!("function {} accepting its deletion", request.function_name);
        let deleted = wait::retry(cloud, &what, ApiError::is_busy, || async {
            scf::delete_function(cloud, &request).await
        });
        match deleted.await {
            Err(error) if error.is_not_found() => return Ok(()),
            outcome => outcome?,
        };
        scf::wait_gone(cloud, &key).await?;
        Ok(())
    }

    fn import(id: &str) -> Result<Self, Problem> {
        split_id(id)?;
        Ok(Function { id: id.into(), ..Function::default() })
    }

    fn validate(config: &Self, problems: &mut Diagnostics) {
        check::configuration(config, problems);
    }

    async fn plan(change: &mut Change<Self>, cloud: &Cloud) -> Result<(), Problem> {
        packed::plan(change).await;
        code::plan(change, cloud).await;
        image::plan(change, cloud.region());
        environment::plan(change);
        publish::plan(change);
        plan_consequences(change);
        network::plan(change, cloud).await;
        capacity::warn_of_memory(change, cloud).await;
        layers::warn(change, cloud).await
    }
}

/// What else an update changes. The rest keeps its value, so that a plan shows what matters.
fn plan_consequences(change: &mut Change<Function>) {
    let follows = |change: &mut Change<Function>, causes: &[&str], effects: &[&str]| {
        if causes.iter().any(|cause| change.changes(cause)) {
            effects.iter().for_each(|effect| change.set_unknown(effect));
        }
    };
    if change.creates() {
        return;
    }
    let failed = change.prior.as_ref().is_some_and(|prior| prior.code_result.text() != "success");
    let prepared = ["code_size", "code_result", "code_error", "err_no"];
    let prepared = if failed { &prepared[..] } else { &prepared[..1] };
    follows(change, &["code_sha256", "handler", "image_config"], prepared);
    let network = ["vpc_id", "subnet_id", "enable_public_net", "enable_eip_config"];
    follows(change, &network, &["host", "vip", "eip_fixed", "eips"]);
    follows(change, &["triggers"], &["trigger_info"]);
    // A successful update makes a function active that was not.
    let inactive = change.prior.as_ref().is_some_and(|prior| prior.status.text() != "Active");
    if inactive && change.changes_anything() {
        change.set_unknown("status");
        change.set_unknown("status_desc");
    }
}

impl Function {
    /// The version of the function that is edited.
    fn key(&self) -> FunctionKey {
        FunctionKey::latest(self.namespace.text(), self.name.text())
    }

    /// Sends what differs from `prior`, or everything that creating cannot set.
    async fn update_configuration(
        &self,
        prior: Option<&Function>,
        cloud: &Cloud,
    ) -> Result<(), Problem> {
        let Some(request) = self.to_update_configuration(prior) else { return Ok(()) };
        let key = self.key();
        scf::wait_changeable(cloud, &key).await?;
        let updated = scf::update_function_configuration(cloud, &request).await;
        updated.map_err(|error| create::point_at(error, ATTRIBUTES))?;
        scf::wait_active(cloud, &key).await?;
        Ok(())
    }

    /// Notices code that was changed outside of Terraform: the function was changed since the
    /// state was written, and the cloud's hash of its package is another one. A function that was
    /// imported, or made by another provider, gets the cloud's hash.
    async fn notice_foreign_code(
        &mut self,
        found: &scf::GetFunctionResponse,
        key: &FunctionKey,
        cloud: &Cloud,
    ) -> Result<(), Problem> {
        if found.image_config.is_some() {
            self.code_sha256 = Value::Null;
            return Ok(());
        }
        let changed = self.modify_time.is_known_and(|time| *time != found.mod_time)
            || self.code_size.is_known_and(|size| *size != found.code_size);
        if !changed && self.code_sha256.is_known() {
            return Ok(());
        }
        let request = GetFunctionAddressRequest {
            function_name: key.name.clone(),
            namespace: Some(key.namespace.clone()),
            qualifier: None,
        };
        let address = scf::get_function_address(cloud, &request).await?;
        if let Some(hash) = packed::hash_of(&address.code_sha256) {
            self.code_sha256 = hash.into();
        }
        Ok(())
    }
}

/// The official import id: `NAMESPACE+NAME`.
fn split_id(text: &str) -> Result<[String; 2], Problem> {
    id::split(text, '+', "NAMESPACE+NAME, such as default+hello")
}
