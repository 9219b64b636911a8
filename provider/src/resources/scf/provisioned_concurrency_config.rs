//! `tencentcloud_scf_provisioned_concurrency_config`: instances that are started before they are
//! needed. <https://www.tencentcloud.com/document/product/583/40331>

use std::collections::HashSet;

use tencentcloud_api::scf::{
    self, DeleteProvisionedConcurrencyConfigRequest, FunctionKey,
    PutProvisionedConcurrencyConfigRequest, TriggerAction, VersionProvisionedConcurrencyInfo,
};
use tencentcloud_api::{Error as ApiError, wait};
use tf_protocol::{Change, Lifecycle, Presence, Problem, Timeouts};
use tf_schema::check::{Check, between, one_of};
use tf_schema::{Block, Diagnostics, Path, Resource, Value};

use super::{capacity, function_lock, namespace_or_default};
use crate::cron::seven_fields;
use crate::{Cloud, create, id};

/// The type with a number of instances that the user sets.
const STATIC: &str = "Default";
/// The type whose number follows how busy the instances are.
const DYNAMIC: &str = "ConcurrencyUtilizationTracking";

/// Instances of a version that are started before they are needed and are kept. A number that the
/// user sets, changed at set times if wanted, or a number that follows how busy the instances are.
/// Creating and changing it waits until all instances are ready; about 100 start in a minute.
#[derive(Resource, Default)]
pub struct ProvisionedConcurrency {
    /// Name of the function. It cannot be changed.
    #[tf(required, force_new)]
    pub function_name: Value<String>,
    /// Number of a published version; nothing can be provisioned for `$LATEST`. It cannot be changed.
    #[tf(required, force_new, validate(version_number))]
    pub qualifier: Value<String>,
    /// How many instances there are to be; 0 where the number follows how busy they are.
    #[tf(required, validate(between(0, 1_000_000)))]
    pub version_provisioned_concurrency_num: Value<i64>,
    /// Namespace of the function, by default `default`. It cannot be changed.
    #[tf(optional, computed, stable, force_new)]
    pub namespace: Value<String>,
    /// `Default` for a number that is set here, the default; `ConcurrencyUtilizationTracking` for a
    /// number that follows how busy the instances are.
    #[tf(optional, validate(one_of(&[STATIC, DYNAMIC])))]
    pub provisioned_type: Value<String>,
    /// The share of the instances that is to be busy, above 0 and below 1; the console suggests 0.8.
    /// There are then as many instances as requests at a time, divided by it: more of them every ten
    /// seconds if need be, fewer once nothing has changed for ten minutes. Only for
    /// `ConcurrencyUtilizationTracking`.
    #[tf(optional, validate(share))]
    pub tracking_target: Value<f64>,
    /// The smallest number of instances, at least 1. Only for `ConcurrencyUtilizationTracking`.
    #[tf(optional, validate(between(1, 1_000_000)))]
    pub min_capacity: Value<i64>,
    /// The largest number of instances; what is beyond it is served by instances that are started when
    /// they are needed. Only for `ConcurrencyUtilizationTracking`.
    #[tf(optional, validate(between(1, 1_000_000)))]
    pub max_capacity: Value<i64>,
    /// Name of the function, number of the version and namespace, joined by number signs.
    #[tf(computed, stable)]
    pub id: Value<String>,
    /// Changes of the number at set times.
    #[tf(block)]
    pub trigger_actions: Value<Vec<Action>>,
}

/// A change of the number at set times.
#[derive(Block, Default)]
pub struct Action {
    /// Name of the change; no two of a version have the same.
    #[tf(required)]
    pub trigger_name: Value<String>,
    /// How many instances there are to be from then on, until another change.
    #[tf(required, validate(between(0, 1_000_000)))]
    pub trigger_provisioned_concurrency_num: Value<i64>,
    /// When it happens, in UTC+8: a cron expression of seven fields, second, minute, hour, day, month,
    /// weekday and year, such as `0 0 8 * * MON-FRI *`. No two of a version are the same.
    #[tf(required, validate(seven_fields))]
    pub trigger_cron_config: Value<String>,
    /// `Default`.
    #[tf(optional, validate(one_of(&[STATIC])))]
    pub provisioned_type: Value<String>,
}

impl Lifecycle for ProvisionedConcurrency {
    const TYPE: &'static str = "tencentcloud_scf_provisioned_concurrency_config";
    const TIMEOUTS: Timeouts = Timeouts::NONE.create(30).update(30).delete(30);
    type Cloud = Cloud;

    async fn create(&mut self, cloud: &Cloud) -> Result<(), Problem> {
        let key = self.key();
        let made = self.put(cloud, &key).await;
        let look = async { Ok(scf::find_provisioned_concurrency(cloud, &key).await?.is_some()) };
        let id = format!("{}#{}#{}", key.name, key.qualifier, key.namespace);
        create::named(made, &mut self.id, id, look).await?;
        Ok(scf::wait_provisioned(cloud, &key).await?)
    }

    async fn read(&mut self, cloud: &Cloud) -> Result<Presence, Problem> {
        let key = split_id(self.id.text())?;
        let Some(found) = scf::find_provisioned_concurrency(cloud, &key).await? else {
            return Ok(Presence::Gone);
        };
        self.function_name = key.name.into();
        self.qualifier = key.qualifier.into();
        self.namespace = key.namespace.into();
        self.adopt(found);
        Ok(Presence::Present)
    }

    async fn update(&mut self, _prior: &Self, cloud: &Cloud) -> Result<(), Problem> {
        let key = self.key();
        self.put(cloud, &key).await?;
        Ok(scf::wait_provisioned(cloud, &key).await?)
    }

    async fn delete(&mut self, cloud: &Cloud) -> Result<(), Problem> {
        let key = split_id(self.id.text())?;
        let _lock = function_lock(cloud, &key.namespace, &key.name).await?;
        let request = DeleteProvisionedConcurrencyConfigRequest {
            function_name: key.name.clone(),
            qualifier: key.qualifier.clone(),
            namespace: Some(key.namespace.clone()),
        };
        let what = format!("the provisioned concurrency of {key}");
        let deleted = wait::retry(cloud, &what, ApiError::is_busy, || async {
            scf::delete_provisioned_concurrency_config(cloud, &request).await
        });
        match deleted.await {
            Err(error) if error.is_not_found() => return Ok(()),
            outcome => outcome?,
        };
        Ok(scf::wait_not_provisioned(cloud, &key).await?)
    }

    fn import(id: &str) -> Result<Self, Problem> {
        split_id(id)?;
        Ok(ProvisionedConcurrency { id: id.into(), ..ProvisionedConcurrency::default() })
    }

    fn validate(config: &Self, problems: &mut Diagnostics) {
        check_type(config, problems);
        check_actions(config, problems);
    }

    async fn plan(change: &mut Change<Self>, cloud: &Cloud) -> Result<(), Problem> {
        capacity::check_provisioned(change, cloud).await;
        Ok(())
    }
}

impl ProvisionedConcurrency {
    pub(super) fn key(&self) -> FunctionKey {
        let namespace = namespace_or_default(&self.namespace);
        FunctionKey::qualified(&namespace, self.function_name.text(), self.qualifier.text())
    }

    pub(super) fn is_dynamic(&self) -> bool {
        self.provisioned_type.text() == DYNAMIC
    }

    /// Asks for what is planned, once the version is ready and the last change is done.
    async fn put(&self, cloud: &Cloud, key: &FunctionKey) -> tencentcloud_api::Result<()> {
        let _lock = function_lock(cloud, &key.namespace, &key.name).await?;
        let request = self.to_api(key);
        let what = format!("the provisioned concurrency of {key}");
        wait::retry(cloud, &what, ApiError::is_busy, || async {
            scf::put_provisioned_concurrency_config(cloud, &request).await
        })
        .await?;
        Ok(())
    }

    /// The whole of it: what is not sent is not kept. An empty list takes all timed changes away.
    fn to_api(&self, key: &FunctionKey) -> PutProvisionedConcurrencyConfigRequest {
        let actions = self.trigger_actions.known().into_iter().flatten();
        PutProvisionedConcurrencyConfigRequest {
            function_name: key.name.clone(),
            qualifier: key.qualifier.clone(),
            version_provisioned_concurrency_num: self
                .version_provisioned_concurrency_num
                .or_default(),
            namespace: Some(key.namespace.clone()),
            trigger_actions: Some(actions.map(Action::to_api).collect()),
            provisioned_type: Some(self.provisioned_type.or(STATIC)),
            tracking_target: self.tracking_target.known().copied(),
            min_capacity: self.min_capacity.known().copied(),
            max_capacity: self.max_capacity.known().copied(),
        }
    }

    /// The number is what there is to be, not what is ready by now. One that the cloud set by
    /// itself, following how busy the instances are or at a set time, is no change of what was
    /// configured.
    fn adopt(&mut self, found: VersionProvisionedConcurrencyInfo) {
        let number = found.allocated_provisioned_concurrency_num;
        let mut numbers = found.trigger_actions.iter();
        let timed = numbers.any(|action| action.trigger_provisioned_concurrency_num == number);
        let by_itself = self.is_dynamic() || timed;
        if !(by_itself && self.version_provisioned_concurrency_num.is_known()) {
            self.version_provisioned_concurrency_num = number.into();
        }
        let before = self.trigger_actions.known().map_or(&[][..], Vec::as_slice);
        let position = |name: &str| before.iter().position(|action| action.is_called(name));
        let mut actions = found.trigger_actions;
        actions.sort_by_key(|action| position(&action.trigger_name).unwrap_or(before.len()));
        let actions: Vec<_> = actions
            .into_iter()
            .map(|action| {
                let before = before.iter().find(|before| before.is_called(&action.trigger_name));
                Action::of(action, before)
            })
            .collect();
        self.trigger_actions = actions.into();
    }
}

impl Action {
    fn is_called(&self, name: &str) -> bool {
        self.trigger_name.is_known_and(|own| own == name)
    }

    fn to_api(&self) -> TriggerAction {
        TriggerAction {
            trigger_name: self.trigger_name.or_default(),
            trigger_provisioned_concurrency_num: self
                .trigger_provisioned_concurrency_num
                .or_default(),
            trigger_cron_config: self.trigger_cron_config.or_default(),
            provisioned_type: Some(STATIC.to_owned()),
        }
    }

    /// The only type that there is stands in the state where the user wrote it.
    fn of(found: TriggerAction, before: Option<&Action>) -> Action {
        let written = before.is_some_and(|before| before.provisioned_type.is_known());
        Action {
            trigger_name: found.trigger_name.into(),
            trigger_provisioned_concurrency_num: found.trigger_provisioned_concurrency_num.into(),
            trigger_cron_config: found.trigger_cron_config.into(),
            provisioned_type: written.then(|| STATIC.to_owned()).into(),
        }
    }
}

/// R242, R250: what belongs to the dynamic type, and what it needs.
fn check_type(config: &ProvisionedConcurrency, problems: &mut Diagnostics) {
    if config.provisioned_type.is_unknown() {
        return;
    }
    let dynamic = config.is_dynamic();
    for (name, null, known) in [
        ("tracking_target", config.tracking_target.is_null(), config.tracking_target.is_known()),
        ("min_capacity", config.min_capacity.is_null(), config.min_capacity.is_known()),
        ("max_capacity", config.max_capacity.is_null(), config.max_capacity.is_known()),
    ] {
        let path = Path::attribute(name);
        if dynamic && null {
            let detail = format!("provisioned_type = {DYNAMIC:?} needs {name}.");
            problems.error(path, format!("Missing {name}"), detail);
        } else if !dynamic && known {
            let detail = format!("{name} belongs to provisioned_type = {DYNAMIC:?}.");
            problems.error(path, format!("{name} of a set number"), detail);
        }
    }
    if dynamic && config.version_provisioned_concurrency_num.is_known_and(|number| *number != 0) {
        let path = Path::attribute("version_provisioned_concurrency_num");
        let detail = format!("provisioned_type = {DYNAMIC:?} finds the number by itself; set 0.");
        problems.error(path, "A number that follows the load", detail);
    }
    if let (Some(least), Some(most)) = (config.min_capacity.known(), config.max_capacity.known())
        && least > most
    {
        let detail = format!("min_capacity is {least}, more than max_capacity, which is {most}.");
        problems.error(Path::attribute("min_capacity"), "No number is possible", detail);
    }
}

/// Timed changes of a version have names and times of their own.
fn check_actions(config: &ProvisionedConcurrency, problems: &mut Diagnostics) {
    let (mut names, mut times) = (HashSet::new(), HashSet::new());
    for (i, action) in config.trigger_actions.known().into_iter().flatten().enumerate() {
        let path = Path::attribute("trigger_actions").index(i);
        if let Some(name) = action.trigger_name.known()
            && !names.insert(name)
        {
            let detail = format!("Another timed change is called {name:?}, too.");
            problems.error(path.name("trigger_name"), "The same name twice", detail);
        }
        if let Some(cron) = action.trigger_cron_config.known()
            && !times.insert(cron)
        {
            let detail = format!("Another timed change happens at {cron:?}, too.");
            problems.error(path.name("trigger_cron_config"), "The same time twice", detail);
        }
    }
}

/// R233: a published version, never `$LATEST`.
#[allow(clippy::ptr_arg)]
fn version_number(qualifier: &String) -> Check {
    match !qualifier.is_empty() && qualifier.bytes().all(|byte| byte.is_ascii_digit()) {
        true => Ok(()),
        false => Err(format!(
            "Expected the number of a published version, such as 1, got {qualifier:?}. Nothing can \
             be provisioned for $LATEST or an alias."
        )),
    }
}

/// R249: the share of busy instances.
fn share(target: &f64) -> Check {
    match *target > 0.0 && *target < 1.0 {
        true => Ok(()),
        false => Err(format!("Expected a share above 0 and below 1, such as 0.8, got {target}.")),
    }
}

/// The official id: `FUNCTION#VERSION#NAMESPACE`; the official provider leaves the namespace out
/// where the configuration names none.
fn split_id(text: &str) -> Result<FunctionKey, Problem> {
    let form = "FUNCTION#VERSION#NAMESPACE, such as hello#1#default";
    let whole = match text.ends_with('#') {
        true => format!("{text}{}", scf::DEFAULT_NAMESPACE),
        false => text.to_owned(),
    };
    let [function, version, namespace] = id::split(&whole, '#', form)?;
    Ok(FunctionKey::qualified(&namespace, &function, &version))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_may_leave_the_namespace_out() {
        let key = FunctionKey::qualified("default", "hello", "1");
        assert_eq!(split_id("hello#1#default").unwrap(), key);
        assert_eq!(split_id("hello#1#").unwrap(), key);
        for bad in ["hello#1", "hello##default", "#1#", "hello"] {
            assert!(split_id(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_number_that_the_cloud_set_by_itself_is_no_change() {
        let found = |number, timed| VersionProvisionedConcurrencyInfo {
            allocated_provisioned_concurrency_num: number,
            trigger_actions: vec![TriggerAction {
                trigger_provisioned_concurrency_num: timed,
                ..TriggerAction::default()
            }],
            ..VersionProvisionedConcurrencyInfo::default()
        };
        let mut config = ProvisionedConcurrency {
            version_provisioned_concurrency_num: 5.into(),
            ..ProvisionedConcurrency::default()
        };
        config.adopt(found(20, 20));
        assert_eq!(config.version_provisioned_concurrency_num, Value::Known(5));
        config.adopt(found(7, 20));
        assert_eq!(config.version_provisioned_concurrency_num, Value::Known(7));
    }
}
