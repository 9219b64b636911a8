//! `tencentcloud_scf_account_info`: what an account uses and may use in a region.
//! <https://www.tencentcloud.com/document/product/583/36146>

use tencentcloud_api::scf::{
    self, GetAccountRequest, LimitsInfo, NamespaceLimit, NamespaceUsage, TriggerCount, UsageInfo,
};
use tf_protocol::{DataSource, Problem};
use tf_schema::{Block, Dynamic, Field, Resource, Set, Value};

use crate::Cloud;
use crate::data::save;

/// What the account uses of its quotas in the region, and what they are.
#[derive(Resource, Default)]
pub struct AccountInfo {
    /// Path of a file into which the result is written as JSON.
    #[tf(optional)]
    pub result_output_file: Value<String>,
    /// Names the region.
    #[tf(computed)]
    pub id: Value<String>,
    /// What is used.
    #[tf(computed)]
    pub account_usage: Value<Vec<Usage>>,
    /// What is allowed.
    #[tf(computed)]
    pub account_limit: Value<Vec<Limits>>,
}

/// What is used in the region.
#[derive(Block, Clone)]
pub struct Usage {
    /// How many namespaces there are.
    #[tf(computed)]
    pub namespaces_count: Value<i64>,
    /// Concurrency in MB.
    #[tf(computed)]
    pub total_concurrency_mem: Value<i64>,
    /// Concurrency that functions have to themselves, in MB.
    #[tf(computed)]
    pub total_allocated_concurrency_mem: Value<i64>,
    /// Concurrency that the account may have, in MB.
    #[tf(computed)]
    pub user_concurrency_mem_limit: Value<i64>,
    /// What is used in each namespace.
    #[tf(computed)]
    pub namespace: Value<Vec<UsageOfNamespace>>,
}

/// What is used in a namespace.
#[derive(Block, Clone)]
pub struct UsageOfNamespace {
    /// Name of the namespace.
    #[tf(computed)]
    pub namespace: Value<String>,
    /// Names of its functions.
    #[tf(computed)]
    pub functions: Value<Set<String>>,
    /// How many functions it has.
    #[tf(computed)]
    pub functions_count: Value<i64>,
    /// Concurrency in MB.
    #[tf(computed)]
    pub total_concurrency_mem: Value<i64>,
    /// Concurrency that its functions have to themselves, in MB.
    #[tf(computed)]
    pub total_allocated_concurrency_mem: Value<i64>,
    /// Provisioned concurrency of its functions, in MB.
    #[tf(computed)]
    pub total_allocated_provisioned_mem: Value<i64>,
}

/// What is allowed in the region.
#[derive(Block, Clone)]
pub struct Limits {
    /// How many namespaces there may be.
    #[tf(computed)]
    pub namespaces_count: Value<i64>,
    /// What is allowed in each namespace.
    #[tf(computed)]
    pub namespace: Value<Vec<LimitsOfNamespace>>,
}

/// What is allowed in a namespace.
#[derive(Block, Clone)]
pub struct LimitsOfNamespace {
    /// Name of the namespace.
    #[tf(computed)]
    pub namespace: Value<String>,
    /// How many functions it may have.
    #[tf(computed)]
    pub functions_count: Value<i64>,
    /// How many invocations there may be at a time.
    #[tf(computed)]
    pub concurrent_executions: Value<i64>,
    /// Longest time limit of a function in seconds.
    #[tf(computed)]
    pub timeout_limit: Value<i64>,
    /// Longest time limit of an initialization in seconds.
    #[tf(computed)]
    pub init_timeout_limit: Value<i64>,
    /// How many test templates there may be.
    #[tf(computed)]
    pub test_model_limit: Value<i64>,
    /// How often an asynchronous invocation may be tried again.
    #[tf(computed)]
    pub retry_num_limit: Value<i64>,
    /// Shortest time that an asynchronous invocation may wait, in seconds.
    #[tf(computed)]
    pub min_msg_ttl: Value<i64>,
    /// Longest time that an asynchronous invocation may wait, in seconds.
    #[tf(computed)]
    pub max_msg_ttl: Value<i64>,
    /// How many triggers a function may have.
    #[tf(computed)]
    pub trigger: Value<Vec<Triggers>>,
}

/// How many triggers a function may have, by type.
#[derive(Block, Clone)]
pub struct Triggers {
    /// Object storage.
    #[tf(computed)]
    pub cos: Value<i64>,
    /// Timers.
    #[tf(computed)]
    pub timer: Value<i64>,
    /// Message queues.
    #[tf(computed)]
    pub cmq: Value<i64>,
    /// In all.
    #[tf(computed)]
    pub total: Value<i64>,
    /// Kafka.
    #[tf(computed)]
    pub ckafka: Value<i64>,
    /// API gateways.
    #[tf(computed)]
    pub apigw: Value<i64>,
    /// Logs.
    #[tf(computed)]
    pub cls: Value<i64>,
    /// Load balancers.
    #[tf(computed)]
    pub clb: Value<i64>,
    /// Media processing.
    #[tf(computed)]
    pub mps: Value<i64>,
    /// Monitoring.
    #[tf(computed)]
    pub cm: Value<i64>,
    /// Event bridges.
    #[tf(computed)]
    pub eb: Value<i64>,
    /// Video on demand.
    #[tf(computed)]
    pub vod: Value<i64>,
}

impl DataSource for AccountInfo {
    const TYPE: &'static str = "tencentcloud_scf_account_info";
    type Cloud = Cloud;

    async fn read(&mut self, cloud: &Cloud) -> Result<(), Problem> {
        let account = scf::get_account(cloud, &GetAccountRequest {}).await?.value;
        let usage = vec![Usage::of(account.account_usage)];
        let limits = vec![Limits::of(account.account_limit)];
        let found =
            [("account_usage", usage.clone().write()), ("account_limit", limits.clone().write())];
        let found = found.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        save(&self.result_output_file, Dynamic::Map(found))?;
        self.id = cloud.region().into();
        self.account_usage = usage.into();
        self.account_limit = limits.into();
        Ok(())
    }
}

impl Usage {
    fn of(found: UsageInfo) -> Usage {
        let namespaces: Vec<_> = found.namespace.into_iter().map(UsageOfNamespace::of).collect();
        Usage {
            namespaces_count: found.namespaces_count.into(),
            total_concurrency_mem: found.total_concurrency_mem.into(),
            total_allocated_concurrency_mem: found.total_allocated_concurrency_mem.into(),
            user_concurrency_mem_limit: found.user_concurrency_mem_limit.into(),
            namespace: namespaces.into(),
        }
    }
}

impl UsageOfNamespace {
    fn of(found: NamespaceUsage) -> UsageOfNamespace {
        UsageOfNamespace {
            namespace: found.namespace.into(),
            functions: found.functions.into_iter().collect::<Set<_>>().into(),
            functions_count: found.functions_count.into(),
            total_concurrency_mem: found.total_concurrency_mem.into(),
            total_allocated_concurrency_mem: found.total_allocated_concurrency_mem.into(),
            total_allocated_provisioned_mem: found.total_allocated_provisioned_mem.into(),
        }
    }
}

impl Limits {
    fn of(found: LimitsInfo) -> Limits {
        let namespaces: Vec<_> = found.namespace.into_iter().map(LimitsOfNamespace::of).collect();
        Limits { namespaces_count: found.namespaces_count.into(), namespace: namespaces.into() }
    }
}

impl LimitsOfNamespace {
    fn of(found: NamespaceLimit) -> LimitsOfNamespace {
        LimitsOfNamespace {
            namespace: found.namespace.into(),
            functions_count: found.functions_count.into(),
            concurrent_executions: found.concurrent_executions.into(),
            timeout_limit: found.timeout_limit.into(),
            init_timeout_limit: found.init_timeout_limit.into(),
            test_model_limit: found.test_model_limit.into(),
            retry_num_limit: found.retry_num_limit.into(),
            min_msg_ttl: found.min_msg_ttl.into(),
            max_msg_ttl: found.max_msg_ttl.into(),
            trigger: vec![Triggers::of(&found.trigger)].into(),
        }
    }
}

impl Triggers {
    fn of(found: &TriggerCount) -> Triggers {
        Triggers {
            cos: found.cos.into(),
            timer: found.timer.into(),
            cmq: found.cmq.into(),
            total: found.total.into(),
            ckafka: found.ckafka.into(),
            apigw: found.apigw.into(),
            cls: found.cls.into(),
            clb: found.clb.into(),
            mps: found.mps.into(),
            cm: found.cm.into(),
            eb: found.eb.into(),
            vod: found.vod.into(),
        }
    }
}
