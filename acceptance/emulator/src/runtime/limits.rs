//! How much may run at once, and how fast it may grow.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::outcome::{Failed, Status};
use super::spec::{FunctionSpec, Quota};

/// The period in which a limited number of instances may start (R213).
const MINUTE: Duration = Duration::from_secs(60);

/// Concurrency in use, in MB.
#[derive(Default)]
pub(super) struct Usage {
    taken: Mutex<HashMap<Pool, u64>>,
}

/// Who shares a quota: the versions of a function with a reserve (R217, R220), or all functions
/// without one in an account and region (R43, R218).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Pool {
    Function { appid: String, region: String, namespace: String, function: String },
    Region { appid: String, region: String },
}

impl Usage {
    /// Takes the memory of one instance of `spec` for as long as the answer lives, or refuses to
    /// exceed `quota`.
    pub(super) fn take(
        self: &Arc<Self>,
        spec: &FunctionSpec,
        quota: Option<&Quota>,
    ) -> Result<Option<Share>, Failed> {
        let Some(quota) = quota else { return Ok(None) };
        let (pool, limit, name) = pool(spec, quota);
        let memory = u64::from(spec.memory_mb);
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let in_use = taken.entry(pool.clone()).or_default();
        if *in_use + memory > limit {
            let function = &spec.key.function;
            let message =
                format!("Function [ {function} ] concurrency exceeded {name} quota {limit} MB");
            return Err(Failed::new(Status::ConcurrencyExceeded, message));
        }
        *in_use += memory;
        Ok(Some(Share { usage: Arc::clone(self), pool, memory }))
    }
}

fn pool(spec: &FunctionSpec, quota: &Quota) -> (Pool, u64, &'static str) {
    let key = &spec.key;
    let (appid, region) = (key.appid.clone(), key.region.clone());
    match quota {
        Quota::Reserved { memory_mb } => {
            let (namespace, function) = (key.namespace.clone(), key.function.clone());
            (Pool::Function { appid, region, namespace, function }, *memory_mb, "reserved")
        }
        Quota::Shared { memory_mb } => {
            (Pool::Region { appid, region }, *memory_mb, "region unreserved")
        }
    }
}

/// Concurrency that is taken until this is dropped.
pub(super) struct Share {
    usage: Arc<Usage>,
    pool: Pool,
    memory: u64,
}

impl Drop for Share {
    fn drop(&mut self) {
        let mut taken = self.usage.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(in_use) = taken.get_mut(&self.pool) {
            *in_use -= self.memory;
            if *in_use == 0 {
                taken.remove(&self.pool);
            }
        }
    }
}

/// How many instances each account has started in each region in the current minute.
pub(super) struct StartRate {
    limit: u32,
    started: Mutex<HashMap<(String, String), (Instant, u32)>>,
}

impl StartRate {
    /// At most `limit` a minute.
    pub(super) fn new(limit: u32) -> Self {
        Self { limit, started: Mutex::default() }
    }

    /// Counts an instance of `spec` that starts at `now`.
    pub(super) fn count(&self, spec: &FunctionSpec, now: Instant) -> Result<(), Failed> {
        let mut started = self.started.lock().unwrap_or_else(PoisonError::into_inner);
        let account = (spec.key.appid.clone(), spec.key.region.clone());
        let (since, count) = started.entry(account).or_insert((now, 0));
        if now.duration_since(*since) >= MINUTE {
            (*since, *count) = (now, 0);
        }
        if *count >= self.limit {
            let message = format!(
                "ResourceLimit: more than {} instances would start within a minute",
                self.limit
            );
            return Err(Failed::new(Status::StartRateExceeded, message));
        }
        *count += 1;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::python;
    use super::*;

    #[test]
    fn r215_256_mb_is_one_instance_of_256_mb_or_two_of_128_mb() {
        let usage = Arc::new(Usage::default());
        let quota = Some(&Quota::Shared { memory_mb: 256 });
        let small = python("def main_handler(e, c): pass");
        let mut large = small.clone();
        large.memory_mb = 256;
        let first = usage.take(&small, quota).unwrap();
        assert_eq!(usage.take(&large, quota).err().unwrap().status, Status::ConcurrencyExceeded);
        let second = usage.take(&small, quota).unwrap();
        assert!(usage.take(&small, quota).is_err());
        drop((first, second));
        assert!(usage.take(&large, quota).is_ok());
    }

    #[test]
    fn r217_versions_of_a_function_share_its_reserve_and_r221_other_functions_do_not_use_it() {
        let usage = Arc::new(Usage::default());
        let reserve = Some(&Quota::Reserved { memory_mb: 128 });
        let latest = python("def main_handler(e, c): pass");
        let mut first = latest.clone();
        first.key.version = "1".into();
        let mut other = latest.clone();
        other.key.function = "other".into();
        let _taken = usage.take(&latest, reserve).unwrap();
        let refused = usage.take(&first, reserve).err().unwrap();
        let text = "Function [ hello ] concurrency exceeded reserved quota 128 MB";
        assert_eq!(refused.message, text);
        assert!(usage.take(&other, reserve).is_ok());
        assert!(usage.take(&other, Some(&Quota::Shared { memory_mb: 128 })).is_ok());
    }

    #[test]
    fn r224_a_reserve_of_0_refuses_every_call() {
        let spec = python("def main_handler(e, c): pass");
        let usage = Arc::new(Usage::default());
        assert!(usage.take(&spec, Some(&Quota::Reserved { memory_mb: 0 })).is_err());
    }

    #[test]
    fn r213_only_so_many_instances_start_in_a_minute() {
        let rate = StartRate::new(2);
        let spec = python("def main_handler(e, c): pass");
        let mut elsewhere = spec.clone();
        elsewhere.key.region = "ap-beijing".into();
        let now = Instant::now();
        assert!(rate.count(&spec, now).is_ok());
        assert!(rate.count(&spec, now).is_ok());
        let refused = rate.count(&spec, now).unwrap_err();
        assert_eq!(refused.status, Status::StartRateExceeded);
        assert!(rate.count(&elsewhere, now).is_ok());
        assert!(rate.count(&spec, now + MINUTE).is_ok());
    }
}
