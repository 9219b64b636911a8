//! `tencentcloud_clb_listener`: a port and a protocol of a load balancer.
//! <https://www.tencentcloud.com/document/product/214/32515>

use tencentcloud_api::clb::{
    self, CertificateInput, CertificateOutput, CreateListenerRequest, DeleteListenerRequest,
    ModifyListenerRequest,
};
use tf_protocol::{Lifecycle, Presence, Problem, Timeouts};
use tf_schema::check::{between, length, one_of};
use tf_schema::{Diagnostics, Resource, Value};

use super::health::health_of;
use crate::{Cloud, id};

/// A port and a protocol on which a load balancer listens. HTTP and HTTPS listeners forward by
/// rules (`tencentcloud_clb_listener_rule`), the others to targets of their own.
#[derive(Resource, Default)]
pub struct Listener {
    /// Id of the load balancer. It cannot be changed.
    #[tf(required, force_new)]
    pub clb_id: Value<String>,
    /// Name of the listener, 1 to 255 characters.
    #[tf(required, validate(length(1, 255)))]
    pub listener_name: Value<String>,
    /// `TCP`, `UDP`, `HTTP`, `HTTPS`, `TCP_SSL` or `QUIC`. It cannot be changed.
    #[tf(
        required, force_new,
        validate(one_of(&["TCP", "UDP", "HTTP", "HTTPS", "TCP_SSL", "QUIC"]))
    )]
    pub protocol: Value<String>,
    /// Port on which it listens, 1 to 65535. It cannot be changed.
    #[tf(optional, force_new, validate(between(1, 65_535)))]
    pub port: Value<i64>,
    /// `WRR`, `LEAST_CONN` or `IP_HASH`: how targets are chosen. For HTTP and HTTPS the rules say
    /// it.
    #[tf(optional, default = "WRR", validate(one_of(&["WRR", "LEAST_CONN", "IP_HASH"])))]
    pub scheduler: Value<String>,
    /// Seconds that a client stays with a target, 30 to 3600. For HTTP and HTTPS the rules say it.
    #[tf(optional, validate(between(30, 3600)))]
    pub session_expire_time: Value<i64>,
    /// `NODE` for single targets, `TARGETGROUP` for groups.
    #[tf(optional, computed, stable, validate(one_of(&["NODE", "TARGETGROUP", "TARGETGROUP-V2"])))]
    pub target_type: Value<String>,
    /// `UNIDIRECTIONAL` or `MUTUAL`: whether clients show a certificate, too.
    #[tf(optional, validate(one_of(&["UNIDIRECTIONAL", "MUTUAL"])))]
    pub certificate_ssl_mode: Value<String>,
    /// Id of the server's certificate.
    #[tf(optional)]
    pub certificate_id: Value<String>,
    /// Id of the authority that signs the clients' certificates.
    #[tf(optional)]
    pub certificate_ca_id: Value<String>,
    /// Whether an HTTPS listener has a certificate for each domain. It cannot be changed.
    #[tf(optional, force_new)]
    pub sni_switch: Value<bool>,
    /// Whether connections to targets are kept: 0 or 1, for HTTP and HTTPS.
    #[tf(optional, computed, stable, validate(between(0, 1)))]
    pub keepalive_enable: Value<i64>,
    /// Whether targets are checked.
    #[tf(optional, computed, stable)]
    pub health_check_switch: Value<bool>,
    /// Seconds within which a check must be answered, 2 to 60.
    #[tf(optional, computed, stable, validate(between(2, 60)))]
    pub health_check_time_out: Value<i64>,
    /// Seconds between checks, 2 to 300.
    #[tf(optional, computed, stable, validate(between(2, 300)))]
    pub health_check_interval_time: Value<i64>,
    /// Checks after which a target counts as healthy, 2 to 10.
    #[tf(optional, computed, stable, validate(between(2, 10)))]
    pub health_check_health_num: Value<i64>,
    /// Checks after which a target counts as unhealthy, 2 to 10.
    #[tf(optional, computed, stable, validate(between(2, 10)))]
    pub health_check_unhealth_num: Value<i64>,
    /// Answers that count as healthy: a sum of 1 (1xx), 2 (2xx), 4 (3xx), 8 (4xx) and 16 (5xx).
    #[tf(optional, computed, stable, validate(between(1, 31)))]
    pub health_check_http_code: Value<i64>,
    /// Path of the check.
    #[tf(optional, computed, stable)]
    pub health_check_http_path: Value<String>,
    /// Domain of the check.
    #[tf(optional, computed, stable)]
    pub health_check_http_domain: Value<String>,
    /// `HEAD` or `GET`.
    #[tf(optional, computed, stable, validate(one_of(&["HEAD", "GET"])))]
    pub health_check_http_method: Value<String>,
    /// `TCP`, `HTTP`, `HTTPS`, `GRPC`, `PING` or `CUSTOM`.
    #[tf(
        optional, computed, stable,
        validate(one_of(&["TCP", "HTTP", "HTTPS", "GRPC", "PING", "CUSTOM"]))
    )]
    pub health_check_type: Value<String>,
    /// Id of the load balancer and of the listener, joined by a number sign.
    #[tf(computed, stable)]
    pub id: Value<String>,
    /// Id of the listener, `lbl-…`.
    #[tf(computed, stable)]
    pub listener_id: Value<String>,
}

health_of!(Listener);

impl Lifecycle for Listener {
    const TYPE: &'static str = "tencentcloud_clb_listener";
    const TIMEOUTS: Timeouts = Timeouts::NONE.create(10).update(10).delete(10);
    type Cloud = Cloud;

    async fn create(&mut self, cloud: &Cloud) -> Result<(), Problem> {
        let pending = match clb::create_listener(cloud, &self.to_create()).await {
            Err(error) if error.may_have_taken_effect() => {
                // A port has one listener: what is there now was made by the lost request.
                let listener = self.at_this_port(cloud).await?.ok_or(error)?;
                self.set_id(&listener);
                return Ok(());
            }
            pending => pending?,
        };
        if let Some(listener) = pending.listener_ids.first().cloned() {
            self.set_id(&listener);
        }
        pending.done().await?;
        Ok(())
    }

    async fn read(&mut self, cloud: &Cloud) -> Result<Presence, Problem> {
        let [balancer, listener] = split_id(self.id.text())?;
        match clb::find_listener(cloud, &balancer, &listener).await {
            Ok(Some(found)) => self.adopt(balancer, found),
            Ok(None) => return Ok(Presence::Gone),
            Err(error) if error.is_not_found() => return Ok(Presence::Gone),
            Err(error) => return Err(error.into()),
        }
        Ok(Presence::Present)
    }

    async fn update(&mut self, prior: &Self, cloud: &Cloud) -> Result<(), Problem> {
        let [load_balancer_id, listener_id] = split_id(self.id.text())?;
        let unchanged = ModifyListenerRequest {
            load_balancer_id,
            listener_id,
            ..ModifyListenerRequest::default()
        };
        let mut request = unchanged.clone();
        if self.listener_name != prior.listener_name {
            request.listener_name = self.listener_name.known().cloned();
        }
        if self.certificate() != prior.certificate() {
            request.certificate = self.certificate();
        }
        if self.keepalive_enable != prior.keepalive_enable {
            request.keepalive_enable = self.keepalive_enable.known().copied();
        }
        if self.target_type != prior.target_type {
            request.target_type = self.target_type.known().cloned();
        }
        if !self.has_rules() {
            if self.scheduler != prior.scheduler {
                request.scheduler = self.scheduler.known().cloned();
            }
            if self.session_expire_time != prior.session_expire_time {
                request.session_expire_time = Some(self.session_expire_time.or(0));
            }
            if self.health() != prior.health() {
                request.health_check = self.health().to_api();
            }
        }
        if request != unchanged {
            clb::modify_listener(cloud, &request).await?.done().await?;
        }
        Ok(())
    }

    async fn delete(&mut self, cloud: &Cloud) -> Result<(), Problem> {
        let [load_balancer_id, listener_id] = split_id(self.id.text())?;
        let request = DeleteListenerRequest { load_balancer_id, listener_id };
        match clb::delete_listener(cloud, &request).await {
            Err(error) if error.is_not_found() => Ok(()),
            pending => {
                pending?.done().await?;
                Ok(())
            }
        }
    }

    fn import(id: &str) -> Result<Self, Problem> {
        split_id(id)?;
        Ok(Listener { id: id.into(), ..Listener::default() })
    }

    fn validate(config: &Self, problems: &mut Diagnostics) {
        let Some(protocol) = config.protocol.known() else { return };
        let encrypted = matches!(protocol.as_str(), "HTTPS" | "TCP_SSL" | "QUIC");
        if config.port.is_null() {
            problems.error("port", "Missing port", "A listener needs a port.");
        }
        let by_domain = config.sni_switch.is_unknown() || config.sni_switch.is_known_and(|on| *on);
        if encrypted && config.certificate_id.is_null() && !by_domain {
            let detail =
                format!("A {protocol} listener needs one: set certificate_id, or sni_switch.");
            problems.error("certificate_id", "Missing certificate", detail);
        }
        if !encrypted && config.certificate_id.is_known() {
            let detail = format!("A {protocol} listener takes no certificate.");
            problems.error("certificate_id", "Certificate without encryption", detail);
        }
        if config.certificate_id.is_known() && config.certificate_ssl_mode.is_null() {
            let detail = "Set certificate_ssl_mode to UNIDIRECTIONAL or MUTUAL.";
            problems.error("certificate_ssl_mode", "Missing certificate_ssl_mode", detail);
        }
        if matches!(protocol.as_str(), "HTTP" | "HTTPS" | "QUIC") {
            let by_rule = [
                ("session_expire_time", config.session_expire_time.is_known()),
                ("health_check_switch", config.health_check_switch.is_known()),
            ];
            for (name, _) in by_rule.iter().filter(|(_, set)| *set) {
                let detail = format!("In a {protocol} listener the rules say it: set it there.");
                problems.error(*name, format!("{name} of a {protocol} listener"), detail);
            }
        }
    }
}

impl Listener {
    fn to_create(&self) -> CreateListenerRequest {
        let health = self.health().to_api();
        let scheduler = self.scheduler.known().cloned();
        CreateListenerRequest {
            load_balancer_id: self.clb_id.or_default(),
            ports: self.port.known().copied().into_iter().collect(),
            protocol: self.protocol.or_default(),
            listener_names: Some(vec![self.listener_name.or_default()]),
            health_check: health.filter(|_| !self.has_rules()),
            certificate: self.certificate(),
            session_expire_time: self.session_expire_time.known().copied(),
            scheduler: scheduler.filter(|_| !self.has_rules()),
            sni_switch: self.sni_switch.known().map(|on| i64::from(*on)),
            target_type: self.target_type.known().cloned(),
            keepalive_enable: self.keepalive_enable.known().copied(),
            ..CreateListenerRequest::default()
        }
    }

    /// Whether rules say how it forwards.
    fn has_rules(&self) -> bool {
        matches!(self.protocol.text(), "HTTP" | "HTTPS" | "QUIC")
    }

    fn certificate(&self) -> Option<CertificateInput> {
        self.certificate_id.is_known().then(|| CertificateInput {
            ssl_mode: self.certificate_ssl_mode.known().cloned(),
            cert_id: self.certificate_id.known().cloned(),
            cert_ca_id: self.certificate_ca_id.known().cloned(),
            ..CertificateInput::default()
        })
    }

    fn set_id(&mut self, listener: &str) {
        self.id = format!("{}#{listener}", self.clb_id.text()).into();
    }

    /// The listener at this one's port and protocol.
    async fn at_this_port(&self, cloud: &Cloud) -> tencentcloud_api::Result<Option<String>> {
        let request = clb::DescribeListenersRequest {
            load_balancer_id: self.clb_id.or_default(),
            protocol: self.protocol.known().cloned(),
            port: self.port.known().copied(),
            ..clb::DescribeListenersRequest::default()
        };
        let found = clb::describe_listeners(cloud, &request).await?.value.listeners;
        Ok(found.into_iter().next().map(|listener| listener.listener_id))
    }

    fn adopt(&mut self, balancer: String, found: clb::Listener) {
        self.id = format!("{balancer}#{}", found.listener_id).into();
        self.clb_id = balancer.into();
        self.listener_id = found.listener_id.into();
        self.listener_name = found.listener_name.into();
        self.protocol = found.protocol.into();
        self.port = found.port.into();
        if !self.has_rules() {
            self.scheduler = found.scheduler.into();
        } else if self.scheduler.is_null() {
            // Only the rules have one: an imported listener has the default.
            self.scheduler = "WRR".into();
        }
        self.session_expire_time = Some(found.session_expire_time).filter(|s| *s > 0).into();
        self.target_type = found.target_type.into();
        let CertificateOutput { ssl_mode, cert_id, cert_ca_id, .. } =
            found.certificate.unwrap_or_default();
        let filled = |text: String| Some(text).filter(|text| !text.is_empty());
        self.certificate_ssl_mode = filled(ssl_mode).into();
        self.certificate_id = filled(cert_id).into();
        self.certificate_ca_id = filled(cert_ca_id).into();
        if found.sni_switch == 1 || !self.sni_switch.is_null() {
            self.sni_switch = (found.sni_switch == 1).into();
        }
        self.keepalive_enable = found.keepalive_enable.into();
        self.adopt_health(found.health_check);
    }
}

/// The official import id: `LB#LISTENER`.
fn split_id(text: &str) -> Result<[String; 2], Problem> {
    id::split(text, '#', "LB#LISTENER, such as lb-7a0t6zqb#lbl-hh141sn9")
}
