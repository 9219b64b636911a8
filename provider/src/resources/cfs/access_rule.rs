//! `tencentcloud_cfs_access_rule`: a rule of a permission group.
//! <https://www.tencentcloud.com/document/product/582/10951>

use tencentcloud_api::cfs::{
    self, CreateCfsRuleRequest, DeleteCfsRuleRequest, DescribeCfsRulesRequest, PGroupRuleInfo,
    UpdateCfsRuleRequest,
};
use tencentcloud_api::{Error, Guard, page, wait};
use tf_protocol::{Lifecycle, Presence, Problem, Timeouts};
use tf_schema::check::{between, one_of};
use tf_schema::{Resource, Value};

use crate::{Cloud, create, id};

/// A rule of a permission group: which clients may use its file systems, and how.
#[derive(Resource, Default)]
pub struct AccessRule {
    /// Id of the permission group. It cannot be changed.
    #[tf(required, force_new)]
    pub access_group_id: Value<String>,
    /// The clients: an address, a block of addresses such as `10.0.1.0/24`, or `*` for all.
    #[tf(required)]
    pub auth_client_ip: Value<String>,
    /// 1 to 100. Of the rules that fit a client, that with the lowest number counts.
    #[tf(required, validate(between(1, 100)))]
    pub priority: Value<i64>,
    /// `RO` for reading only, `RW` for reading and writing.
    #[tf(optional, default = "RO", validate(one_of(&["RO", "RW"])))]
    pub rw_permission: Value<String>,
    /// Whose rights the clients' users have: with `root_squash` root is nobody, with `all_squash`
    /// everybody is; with `no_root_squash` and `no_all_squash` users are who they are. Functions
    /// work as user 10000.
    #[tf(optional, default = "root_squash", validate(one_of(&USERS)))]
    pub user_permission: Value<String>,
    /// Ids of the permission group and of the rule, joined by a hash sign.
    #[tf(computed, stable)]
    pub id: Value<String>,
}

const USERS: [&str; 4] = ["all_squash", "no_all_squash", "root_squash", "no_root_squash"];

/// What the cloud's refusals are about.
const ATTRIBUTES: [(&str, &str); 4] = [
    ("InvalidParameterValue.InvalidAuthClientIp", "auth_client_ip"),
    ("InvalidParameterValue.DuplicatedRuleAuthClientIp", "auth_client_ip"),
    ("InvalidParameterValue.InvalidPgroup", "access_group_id"),
    ("ResourceNotFound.PgroupNotFound", "access_group_id"),
];

impl Lifecycle for AccessRule {
    const TYPE: &'static str = "tencentcloud_cfs_access_rule";
    const TIMEOUTS: Timeouts = Timeouts::NONE.create(10).update(10).delete(10);
    type Cloud = Cloud;

    async fn create(&mut self, cloud: &Cloud) -> Result<(), Problem> {
        let request = CreateCfsRuleRequest {
            p_group_id: self.access_group_id.or_default(),
            auth_client_ip: self.auth_client_ip.or_default(),
            priority: self.priority.or_default(),
            rw_permission: self.rw_permission.known().cloned(),
            user_permission: self.user_permission.known().cloned(),
        };
        let group = request.p_group_id.clone();
        let _lock = lock(cloud, &group).await?;
        let what = settled(&group);
        let made = wait::retry(cloud, &what, Error::is_busy, || async {
            cfs::create_cfs_rule(cloud, &request).await
        });
        let rule = match made.await {
            Ok(made) => made.value.rule_id,
            // A group has one rule for each client, so what is there is what was made.
            Err(error) if error.may_have_taken_effect() => match self.look(cloud).await? {
                Some(rule) => rule.rule_id,
                None => return Err(error.into()),
            },
            Err(error) => return Err(create::point_at(error, &ATTRIBUTES)),
        };
        self.id = format!("{group}#{rule}").into();
        Ok(())
    }

    async fn read(&mut self, cloud: &Cloud) -> Result<Presence, Problem> {
        let [group, rule] = split_id(self.id.text())?;
        let Some(found) = cfs::find_cfs_rule(cloud, &group, &rule).await? else {
            return Ok(Presence::Gone);
        };
        self.access_group_id = group.into();
        self.auth_client_ip = found.auth_client_ip.into();
        self.priority = found.priority.into();
        // Written large, answered small.
        self.rw_permission = found.rw_permission.to_uppercase().into();
        self.user_permission = found.user_permission.to_lowercase().into();
        Ok(Presence::Present)
    }

    async fn update(&mut self, _: &Self, cloud: &Cloud) -> Result<(), Problem> {
        let [group, rule] = split_id(self.id.text())?;
        let request = UpdateCfsRuleRequest {
            p_group_id: group,
            rule_id: rule,
            auth_client_ip: self.auth_client_ip.known().cloned(),
            rw_permission: self.rw_permission.known().cloned(),
            user_permission: self.user_permission.known().cloned(),
            priority: self.priority.known().copied(),
        };
        let _lock = lock(cloud, &request.p_group_id).await?;
        let what = settled(&request.p_group_id);
        let updated = wait::retry(cloud, &what, Error::is_busy, || async {
            cfs::update_cfs_rule(cloud, &request).await
        });
        updated.await.map_err(|error| create::point_at(error, &ATTRIBUTES))?;
        Ok(())
    }

    async fn delete(&mut self, cloud: &Cloud) -> Result<(), Problem> {
        let [group, rule] = split_id(self.id.text())?;
        let request = DeleteCfsRuleRequest { p_group_id: group, rule_id: rule };
        let _lock = lock(cloud, &request.p_group_id).await?;
        let what = settled(&request.p_group_id);
        let deleted = wait::retry(cloud, &what, Error::is_busy, || async {
            cfs::delete_cfs_rule(cloud, &request).await
        });
        match deleted.await {
            Err(error) if !error.is_not_found() => Err(error.into()),
            _ => Ok(()),
        }
    }

    fn import(id: &str) -> Result<Self, Problem> {
        split_id(id)?;
        Ok(AccessRule { id: id.into(), ..AccessRule::default() })
    }
}

impl AccessRule {
    /// The rule for these clients.
    async fn look(&self, cloud: &Cloud) -> tencentcloud_api::Result<Option<PGroupRuleInfo>> {
        let request = DescribeCfsRulesRequest { p_group_id: self.access_group_id.or_default() };
        let mut rules = page::all_pages(cloud, &request).await?.into_iter();
        Ok(rules.find(|rule| rule.auth_client_ip == self.auth_client_ip.text()))
    }
}

fn split_id(text: &str) -> Result<[String; 2], Problem> {
    id::split(text, '#', "GROUP#RULE, such as pgroup-7nx89k7l#rule-qcndbqzj")
}

/// A group takes one change at a time.
async fn lock(cloud: &Cloud, group: &str) -> tencentcloud_api::Result<Guard> {
    cloud.lock(&format!("cfs {} {group}", cloud.region())).await
}

fn settled(group: &str) -> String {
    format!("{group} accepting the change")
}
