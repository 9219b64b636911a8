//! Quotas: how many of a kind an account may have. Data, and raisable, as an account's can be.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::regions;
use crate::store::{Record, Scope, StoreError};

/// One quota.
#[derive(Debug)]
pub struct Quota {
    /// The name under `/_emulator/quotas`.
    pub name: &'static str,
    /// What an account has until it is raised.
    pub default: i64,
    /// The same in the smaller regions.
    pub small: i64,
    /// What going over it answers.
    pub code: &'static str,
}

macro_rules! last {
    ($only:literal) => {
        $only
    };
    ($first:literal $last:literal) => {
        $last
    };
}

macro_rules! quotas {
    ($(
        $(#[$doc:meta])*
        $id:ident = $name:literal, $default:literal $(or $small:literal)?, $code:literal;
    )*) => {
        $($(#[$doc])* pub static $id: Quota = Quota {
            name: $name,
            default: $default,
            small: last!($default $($small)?),
            code: $code,
        };)*

        /// Every quota.
        pub static QUOTAS: &[&Quota] = &[$(&$id),*];
    };
}

quotas! {
    /// R32: namespaces in a region, `default` included.
    NAMESPACES = "scf.namespaces", 5, "LimitExceeded.Namespace";
    /// R33: functions in a namespace.
    FUNCTIONS = "scf.functions", 50, "LimitExceeded.Function";
    /// R38: triggers of one type of a function, all qualifiers together.
    TRIGGERS = "scf.triggers", 10, "LimitExceeded.Trigger";
    /// R29: bytes of packed code in a region, 100 GB.
    CODE_BYTES = "scf.code_bytes", 107_374_182_400, "LimitExceeded.Quota";
    /// Versions of a function; the seed names no bound, newer pages 1000.
    VERSIONS = "scf.versions", 1000, "LimitExceeded.FunctionVersions";
    /// R41: layers in a region.
    LAYERS = "scf.layers", 20, "LimitExceeded.Layers";
    /// R42: versions of a layer.
    LAYER_VERSIONS = "scf.layer_versions", 200, "LimitExceeded.LayerVersions";
    /// R339: fixed egress addresses in a region.
    FIXED_IPS = "scf.fixed_ips", 5, "LimitExceeded.Eip";
    /// Execution timeout in seconds.
    TIMEOUT = "scf.timeout", 900, "LimitExceeded.Timeout";
    /// Memory of a function in MB.
    MEMORY = "scf.memory", 3072, "LimitExceeded.Memory";
    /// Initialisation timeout in seconds.
    INIT_TIMEOUT = "scf.init_timeout", 300, "LimitExceeded.InitTimeout";
    /// R30, R31, R215: concurrency in a region, in MB of memory; less in the smaller regions.
    CONCURRENCY_MB = "scf.concurrency_mb", 128_000 or 64_000, "FailedOperation.ReservedExceedTotal";
    /// R244: timed changes of a version's provisioned concurrency. The product says only that there
    /// is a bound.
    TIMED_ACTIONS = "scf.timed_actions", 10, "LimitExceeded.ProvisionTriggerAction";
    /// R369: calls a second of a function in asynchronous run mode.
    ASYNC_RUN_CALLS = "scf.async_run_calls", 1000, "RequestLimitExceeded";
    /// R428: calls that wait in a queue.
    QUEUE = "scf.queue", 100_000, "RequestLimitExceeded";
    /// VPCs in a region.
    VPCS = "vpc.vpcs", 20, "LimitExceeded";
    /// Subnets in a VPC.
    SUBNETS = "vpc.subnets", 100, "LimitExceeded";
    /// Route tables in a VPC.
    ROUTE_TABLES = "vpc.route_tables", 10, "LimitExceeded";
    /// Routes of one's own in a table.
    ROUTES = "vpc.routes", 50, "LimitExceeded";
    /// NAT gateways in a VPC.
    NAT_GATEWAYS = "vpc.nat_gateways", 3, "LimitExceeded";
    /// Public addresses in a region.
    ADDRESSES = "vpc.addresses", 20, "AddressQuotaLimitExceeded";
    /// Security groups in a region.
    SECURITY_GROUPS = "vpc.security_groups", 50, "LimitExceeded";
    /// Rules of a security group, in each direction.
    SECURITY_GROUP_RULES = "vpc.security_group_rules", 100, "LimitExceeded.SecurityGroupPolicySet";
    /// Public load balancers in a region.
    OPEN_LOAD_BALANCERS = "clb.open", 100, "LimitExceeded";
    /// Internal load balancers in a region.
    INTERNAL_LOAD_BALANCERS = "clb.internal", 100, "LimitExceeded";
    /// Listeners of a load balancer.
    LISTENERS = "clb.listeners", 50, "LimitExceeded";
    /// Rules of a listener.
    RULES = "clb.rules", 50, "LimitExceeded";
    /// Targets of a rule.
    TARGETS = "clb.targets", 100, "LimitExceeded";
    /// Log sets in a region.
    LOGSETS = "cls.logsets", 50, "LimitExceeded.Logset";
    /// Topics in a region.
    TOPICS = "cls.topics", 500, "LimitExceeded.Topic";
    /// Buckets of an account, in all regions.
    COS_BUCKETS = "cos.buckets", 200, "TooManyBuckets";
    /// File systems in a region.
    FILE_SYSTEMS = "cfs.file_systems", 10, "ResourceInsufficient.FileSystemLimitExceeded";
    /// Permission groups in a region.
    PERMISSION_GROUPS =
        "cfs.permission_groups", 100, "ResourceInsufficient.PgroupNumberLimitExceeded";
    /// Rules of a permission group.
    PERMISSION_RULES = "cfs.permission_rules", 100, "ResourceInsufficient.RuleLimitExceeded";
    /// Tags of one object.
    TAGS = "tag.per_resource", 50, "LimitExceeded.ResourceAttachedTags";
}

impl Quota {
    /// The region whose limit counts in a region: none for what an account has in all of them.
    #[must_use]
    pub fn region<'r>(&self, here: &'r str) -> &'r str {
        if self.name == COS_BUCKETS.name { "" } else { here }
    }
}

/// What quotas an account starts with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Allowance {
    /// The product's own.
    Default,
    /// As much as it likes.
    Unlimited,
}

/// A quota that was changed for one account and region.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Raised {
    /// The new limit.
    pub limit: i64,
}

impl Record for Raised {
    const KIND: &'static str = "quota";
}

/// The limit that holds in `here`.
///
/// # Errors
/// When the store fails.
pub fn limit(quota: &Quota, allowance: Allowance, here: &Scope<'_>) -> Result<i64, StoreError> {
    let here = here.in_region(quota.region(here.region()));
    let usual = match allowance {
        Allowance::Default if regions::is_large(here.region()) => quota.default,
        Allowance::Default => quota.small,
        Allowance::Unlimited => i64::MAX,
    };
    Ok(here.get::<Raised>(quota.name)?.map_or(usual, |raised| raised.limit))
}
