//! The health check of a listener or rule: single attributes in Terraform, one object in the API.

use tencentcloud_api::clb::HealthCheck;
use tf_schema::Value;

/// What listeners and rules have in common. Checks mean nothing to functions.
#[derive(Clone, Default, PartialEq)]
pub struct Health {
    pub switch: Value<bool>,
    pub time_out: Value<i64>,
    pub interval_time: Value<i64>,
    pub health_num: Value<i64>,
    pub unhealth_num: Value<i64>,
    pub http_code: Value<i64>,
    pub http_path: Value<String>,
    pub http_domain: Value<String>,
    pub http_method: Value<String>,
    pub kind: Value<String>,
}

impl Health {
    /// The object of the API; `None` where nothing is set.
    pub fn to_api(&self) -> Option<HealthCheck> {
        let check = HealthCheck {
            health_switch: self.switch.known().map(|on| i64::from(*on)),
            time_out: self.time_out.known().copied(),
            interval_time: self.interval_time.known().copied(),
            health_num: self.health_num.known().copied(),
            un_health_num: self.unhealth_num.known().copied(),
            http_code: self.http_code.known().copied(),
            http_check_path: self.http_path.known().cloned(),
            http_check_domain: self.http_domain.known().cloned(),
            http_check_method: self.http_method.known().cloned(),
            check_type: self.kind.known().cloned(),
            ..HealthCheck::default()
        };
        (check != HealthCheck::default()).then_some(check)
    }

    /// What the cloud says; what it leaves out has no value.
    pub fn of(found: Option<HealthCheck>) -> Health {
        let found = found.unwrap_or_default();
        Health {
            switch: found.health_switch.map(|on| on == 1).into(),
            time_out: found.time_out.into(),
            interval_time: found.interval_time.into(),
            health_num: found.health_num.into(),
            unhealth_num: found.un_health_num.into(),
            http_code: found.http_code.into(),
            http_path: found.http_check_path.into(),
            http_domain: found.http_check_domain.into(),
            http_method: found.http_check_method.into(),
            kind: found.check_type.into(),
        }
    }
}

/// Declares how a model's attributes make a [`Health`], and take one over.
macro_rules! health_of {
    ($model:ty) => {
        impl $model {
            fn health(&self) -> $crate::resources::clb::health::Health {
                $crate::resources::clb::health::Health {
                    switch: self.health_check_switch,
                    time_out: self.health_check_time_out,
                    interval_time: self.health_check_interval_time,
                    health_num: self.health_check_health_num,
                    unhealth_num: self.health_check_unhealth_num,
                    http_code: self.health_check_http_code,
                    http_path: self.health_check_http_path.clone(),
                    http_domain: self.health_check_http_domain.clone(),
                    http_method: self.health_check_http_method.clone(),
                    kind: self.health_check_type.clone(),
                }
            }

            fn adopt_health(&mut self, found: Option<::tencentcloud_api::clb::HealthCheck>) {
                let found = $crate::resources::clb::health::Health::of(found);
                self.health_check_switch = found.switch;
                self.health_check_time_out = found.time_out;
                self.health_check_interval_time = found.interval_time;
                self.health_check_health_num = found.health_num;
                self.health_check_unhealth_num = found.unhealth_num;
                self.health_check_http_code = found.http_code;
                self.health_check_http_path = found.http_path;
                self.health_check_http_domain = found.http_domain;
                self.health_check_http_method = found.http_method;
                self.health_check_type = found.kind;
            }
        }
    };
}
pub(super) use health_of;
