//! How many requests a second each action may send.
//!
//! The cloud limits each action by account and region. A [`Limiter`] hands out departure times
//! that respect the documented limit: whoever asks first leaves first, nobody spins, and a burst
//! of one second's worth leaves at once. When the cloud throttles nevertheless (other tools share
//! the account) the rate halves and grows again.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::action::ActionId;

/// How long a rate takes to grow by the whole documented one.
const RECOVERY: Duration = Duration::from_secs(5);

/// The documented limits; `DEFAULT` holds for an action that is not listed.
const DEFAULT: f64 = 20.0;
const TABLE: &[(&str, f64, &[&str])] = &[
    (
        "scf",
        100.0,
        &[
            "CreateFunction",
            "DeleteFunction",
            "GetFunction",
            "ListFunctions",
            "UpdateFunctionCode",
            "UpdateFunctionConfiguration",
            "CreateTrigger",
            "DeleteTrigger",
        ],
    ),
    ("scf", 10_000.0, &["InvokeFunction"]),
    // Of every action on a bucket's objects; no names stand for all.
    ("cos", 1_000.0, &[]),
    (
        "vpc",
        100.0,
        &[
            "CreateVpc",
            "DescribeVpcs",
            "ModifyVpcAttribute",
            "DeleteVpc",
            "CreateSubnet",
            "DescribeSubnets",
            "ModifySubnetAttribute",
            "DeleteSubnet",
            "CreateRouteTable",
            "DescribeRouteTables",
            "ModifyRouteTableAttribute",
            "DeleteRouteTable",
            "CreateSecurityGroup",
            "DescribeSecurityGroups",
            "ModifySecurityGroupAttribute",
            "DeleteSecurityGroup",
        ],
    ),
];

/// Requests a second that the cloud documents for an action.
fn documented(action: ActionId) -> f64 {
    TABLE
        .iter()
        .find(|(service, _, names)| {
            *service == action.service.name && (names.is_empty() || names.contains(&action.name))
        })
        .map_or(DEFAULT, |(_, rate, _)| *rate)
}

/// The buckets of all actions and regions.
pub(crate) struct Limiter {
    /// Whether the documented limits hold before the cloud throttles. A local cloud has none.
    preventive: bool,
    buckets: Mutex<HashMap<Place, Arc<Mutex<Bucket>>>>,
}

/// What has a limit of its own: service, action and region.
type Place = (&'static str, &'static str, Arc<str>);

/// The limit of one action in one region.
struct Bucket {
    /// The documented rate.
    full: f64,
    /// When and to what rate it was last cut.
    cut: Option<(Instant, f64)>,
    /// The next departure if requests leave evenly; none before the first.
    next: Option<Instant>,
    preventive: bool,
}

/// The right to send one request; tells the limiter how it went.
pub(crate) struct Permit {
    bucket: Arc<Mutex<Bucket>>,
    /// When the request may leave.
    pub(crate) departure: Instant,
}

impl Limiter {
    pub(crate) fn new(preventive: bool) -> Self {
        Self { preventive, buckets: Mutex::default() }
    }

    /// The next free departure.
    pub(crate) fn reserve(&self, action: ActionId, region: &Arc<str>) -> Permit {
        let key = (action.service.name, action.name, Arc::clone(region));
        let bucket = {
            let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(buckets.entry(key).or_insert_with(|| {
                Arc::new(Mutex::new(Bucket::new(documented(action), self.preventive)))
            }))
        };
        let departure = bucket.lock().unwrap_or_else(PoisonError::into_inner).reserve();
        Permit { bucket, departure }
    }
}

impl Permit {
    /// The cloud throttled this request.
    pub(crate) fn throttled(&self) {
        self.bucket.lock().unwrap_or_else(PoisonError::into_inner).cut(self.departure);
    }
}

impl Bucket {
    fn new(full: f64, preventive: bool) -> Self {
        Self { full, cut: None, next: None, preventive }
    }

    /// The rate now: what the last cut left, growing back to the full one; `None` is unlimited.
    fn rate(&self, now: Instant) -> Option<f64> {
        let whole = self.preventive.then_some(self.full);
        let Some((at, left)) = self.cut else { return whole };
        let grown = left + self.full * now.duration_since(at).div_duration_f64(RECOVERY);
        if grown >= self.full { whole } else { Some(grown) }
    }

    fn reserve(&mut self) -> Instant {
        let now = Instant::now();
        let Some(rate) = self.rate(now) else { return now };
        let interval = Duration::from_secs_f64(1.0 / rate);
        // An idle bucket saves up a second's worth, but one that was just cut saves nothing.
        let saved = if self.cut.is_none_or(|(at, _)| now > at + RECOVERY) {
            Duration::from_secs(1).saturating_sub(interval)
        } else {
            Duration::ZERO
        };
        let earliest = now.checked_sub(saved).unwrap_or(now);
        let slot = self.next.map_or(earliest, |next| next.max(earliest));
        self.next = Some(slot + interval);
        slot.max(now)
    }

    /// Halves the rate, once for all requests that left before the last cut.
    fn cut(&mut self, departure: Instant) {
        let now = Instant::now();
        if self.cut.is_some_and(|(at, _)| departure < at) {
            return;
        }
        let rate = self.rate(now).unwrap_or(self.full);
        self.cut = Some((now, (rate / 2.0).max(1.0)));
        self.next = self.next.max(Some(now));
    }
}

#[cfg(test)]
mod tests;
