//! `tencentcloud_clb_listener_rule`: a domain and a path of an HTTP or HTTPS listener.
//! <https://www.tencentcloud.com/document/product/214/9032>

use tencentcloud_api::clb::{
    self, CertificateInput, CertificateOutput, CreateRuleRequest, DeleteRuleRequest,
    ModifyDomainAttributesRequest, ModifyRuleRequest, RuleInput, RuleOutput,
};
use tf_protocol::{Change, Lifecycle, Presence, Problem, Timeouts};
use tf_schema::check::{between, length, one_of};
use tf_schema::{Diagnostics, Resource, Set, Value};

use super::health::health_of;
use crate::{Cloud, id};

/// A domain and a path of an HTTP or HTTPS listener, and how requests to them are forwarded.
#[derive(Resource, Default)]
pub struct Rule {
    /// Id of the load balancer. It cannot be changed.
    #[tf(required, force_new)]
    pub clb_id: Value<String>,
    /// Id of the listener. It cannot be changed.
    #[tf(required, force_new)]
    pub listener_id: Value<String>,
    /// Path, such as `/` or `/hello`, 1 to 200 characters.
    #[tf(required, validate(length(1, 200)))]
    pub url: Value<String>,
    /// Domain, which may begin or end with a star. Set either this or `domains`.
    #[tf(optional, computed, stable, validate(length(1, 80)))]
    pub domain: Value<String>,
    /// Several domains. Set either this or `domain`.
    #[tf(optional, computed, stable)]
    pub domains: Value<Set<String>>,
    /// `WRR`, `LEAST_CONN` or `IP_HASH`: how targets are chosen.
    #[tf(optional, computed, stable, validate(one_of(&["WRR", "LEAST_CONN", "IP_HASH"])))]
    pub scheduler: Value<String>,
    /// Seconds that a client stays with a target: 0 for none, or 30 to 86400.
    #[tf(optional, validate(|s| if *s == 0 { Ok(()) } else { between(30, 86_400)(s) }))]
    pub session_expire_time: Value<i64>,
    /// `HTTP`, `HTTPS`, `GRPC` or `GRPCS`: how the load balancer speaks to the targets.
    #[tf(optional, computed, stable, validate(one_of(&["HTTP", "HTTPS", "GRPC", "GRPCS"])))]
    pub forward_type: Value<String>,
    /// `NODE` for single targets, `TARGETGROUP` for groups. It cannot be changed.
    #[tf(
        optional, default = "NODE", force_new,
        validate(one_of(&["NODE", "TARGETGROUP", "TARGETGROUP-V2"]))
    )]
    pub target_type: Value<String>,
    /// Whether an HTTPS domain speaks HTTP/2.
    #[tf(optional, computed, stable)]
    pub http2_switch: Value<bool>,
    /// `UNIDIRECTIONAL` or `MUTUAL`, for a domain of a listener with `sni_switch`.
    #[tf(optional, validate(one_of(&["UNIDIRECTIONAL", "MUTUAL"])))]
    pub certificate_ssl_mode: Value<String>,
    /// Id of the domain's certificate.
    #[tf(optional)]
    pub certificate_id: Value<String>,
    /// Id of the authority that signs the clients' certificates.
    #[tf(optional)]
    pub certificate_ca_id: Value<String>,
    /// Whether targets are checked. Functions never are.
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
    /// `HTTP`, `HTTPS`, `TCP` or `GRPC`.
    #[tf(optional, computed, stable, validate(one_of(&["HTTP", "HTTPS", "TCP", "GRPC"])))]
    pub health_check_type: Value<String>,
    /// Ids of the load balancer, the listener and the rule, joined by number signs.
    #[tf(computed, stable)]
    pub id: Value<String>,
    /// Id of the rule, `loc-…`.
    #[tf(computed, stable)]
    pub rule_id: Value<String>,
}

health_of!(Rule);

impl Lifecycle for Rule {
    const TYPE: &'static str = "tencentcloud_clb_listener_rule";
    const TIMEOUTS: Timeouts = Timeouts::NONE.create(10).update(10).delete(10);
    type Cloud = Cloud;

    async fn create(&mut self, cloud: &Cloud) -> Result<(), Problem> {
        let pending = match clb::create_rule(cloud, &self.to_create()).await {
            Err(error) if error.may_have_taken_effect() => {
                // A domain and path have one rule: what is there now was made by the lost request.
                let rule = self.at_this_path(cloud).await?.ok_or(error)?;
                self.set_id(&rule);
                return Ok(());
            }
            pending => pending?,
        };
        if let Some(rule) = pending.location_ids.first().cloned() {
            self.set_id(&rule);
        }
        pending.done().await?;
        Ok(())
    }

    async fn read(&mut self, cloud: &Cloud) -> Result<Presence, Problem> {
        let [balancer, listener, rule] = split_id(self.id.text())?;
        match clb::find_rule(cloud, &balancer, &listener, &rule).await {
            Ok(Some(found)) => self.adopt(balancer, listener, found),
            Ok(None) => return Ok(Presence::Gone),
            Err(error) if error.is_not_found() => return Ok(Presence::Gone),
            Err(error) => return Err(error.into()),
        }
        Ok(Presence::Present)
    }

    async fn update(&mut self, prior: &Self, cloud: &Cloud) -> Result<(), Problem> {
        self.update_domain(prior, cloud).await?;
        let [load_balancer_id, listener_id, location_id] = split_id(self.id.text())?;
        let unchanged = ModifyRuleRequest {
            load_balancer_id,
            listener_id,
            location_id,
            ..ModifyRuleRequest::default()
        };
        let mut request = unchanged.clone();
        if self.url != prior.url {
            request.url = self.url.known().cloned();
        }
        if self.scheduler != prior.scheduler {
            request.scheduler = self.scheduler.known().cloned();
        }
        if self.session_expire_time != prior.session_expire_time {
            request.session_expire_time = Some(self.session_expire_time.or(0));
        }
        if self.forward_type != prior.forward_type {
            request.forward_type = self.forward_type.known().cloned();
        }
        if self.health() != prior.health() {
            request.health_check = self.health().to_api();
        }
        if request != unchanged {
            clb::modify_rule(cloud, &request).await?.done().await?;
        }
        Ok(())
    }

    async fn delete(&mut self, cloud: &Cloud) -> Result<(), Problem> {
        let [load_balancer_id, listener_id, rule] = split_id(self.id.text())?;
        let request = DeleteRuleRequest {
            load_balancer_id,
            listener_id,
            location_ids: Some(vec![rule]),
            ..DeleteRuleRequest::default()
        };
        match clb::delete_rule(cloud, &request).await {
            Err(error) if error.is_not_found() => Ok(()),
            pending => {
                pending?.done().await?;
                Ok(())
            }
        }
    }

    fn import(id: &str) -> Result<Self, Problem> {
        split_id(id)?;
        Ok(Rule { id: id.into(), ..Rule::default() })
    }

    async fn plan(change: &mut Change<Self>, _cloud: &Cloud) -> Result<(), Problem> {
        // Both name the same domains: what the user changes in one changes the other.
        if change.changes("domain") && change.config.domains.is_null() {
            change.set_unknown("domains");
        }
        if change.changes("domains") && change.config.domain.is_null() {
            change.set_unknown("domain");
        }
        Ok(())
    }

    fn validate(config: &Self, problems: &mut Diagnostics) {
        if config.domain.is_null() && config.domains.is_null() {
            problems.error("domain", "Missing domain", "Set domain, or domains for several.");
        }
        // Both may be set, as generated configuration does, if they say the same.
        if let (Some(domain), Some(domains)) = (config.domain.known(), config.domains.known())
            && !domains.contains(domain)
        {
            let detail = format!("Set either domain or domains: {domain:?} is not among them.");
            problems.error("domains", "Two kinds of domains", detail);
        }
        if config.certificate_id.is_known() && config.certificate_ssl_mode.is_null() {
            let detail = "Set certificate_ssl_mode to UNIDIRECTIONAL or MUTUAL.";
            problems.error("certificate_ssl_mode", "Missing certificate_ssl_mode", detail);
        }
    }
}

impl Rule {
    fn to_create(&self) -> CreateRuleRequest {
        let rule = RuleInput {
            url: self.url.or_default(),
            domain: self.domain.known().filter(|_| !self.domains.is_known()).cloned(),
            domains: self.domain_list(),
            session_expire_time: self.session_expire_time.known().copied(),
            health_check: self.health().to_api(),
            certificate: self.certificate(),
            scheduler: self.scheduler.known().cloned(),
            forward_type: self.forward_type.known().cloned(),
            http2: self.http2_switch.known().copied(),
            target_type: self.target_type.known().cloned(),
            ..RuleInput::default()
        };
        CreateRuleRequest {
            load_balancer_id: self.clb_id.or_default(),
            listener_id: self.listener_id.or_default(),
            rules: vec![rule],
        }
    }

    fn domain_list(&self) -> Option<Vec<String>> {
        self.domains.known().map(|domains| domains.iter().cloned().collect())
    }

    fn certificate(&self) -> Option<CertificateInput> {
        self.certificate_id.is_known().then(|| CertificateInput {
            ssl_mode: self.certificate_ssl_mode.known().cloned(),
            cert_id: self.certificate_id.known().cloned(),
            cert_ca_id: self.certificate_ca_id.known().cloned(),
            ..CertificateInput::default()
        })
    }

    /// Changes what belongs to the domain, whatever rules it has.
    async fn update_domain(&self, prior: &Rule, cloud: &Cloud) -> Result<(), Problem> {
        let unchanged = ModifyDomainAttributesRequest {
            load_balancer_id: self.clb_id.or_default(),
            listener_id: self.listener_id.or_default(),
            domain: prior.domain.or_default(),
            ..ModifyDomainAttributesRequest::default()
        };
        let mut request = unchanged.clone();
        if self.domains != prior.domains && self.domains.is_known() {
            request.new_domains = self.domain_list();
        } else if self.domain != prior.domain {
            request.new_domain = self.domain.known().cloned();
        }
        if self.certificate() != prior.certificate() {
            request.certificate = self.certificate();
        }
        if self.http2_switch != prior.http2_switch {
            request.http2 = self.http2_switch.known().copied();
        }
        if request != unchanged {
            clb::modify_domain_attributes(cloud, &request).await?.done().await?;
        }
        Ok(())
    }

    fn set_id(&mut self, rule: &str) {
        self.id = format!("{}#{}#{rule}", self.clb_id.text(), self.listener_id.text()).into();
    }

    /// The rule of this one's domain and path.
    async fn at_this_path(&self, cloud: &Cloud) -> tencentcloud_api::Result<Option<String>> {
        let (balancer, listener) = (self.clb_id.text(), self.listener_id.text());
        let found = clb::find_listener(cloud, balancer, listener).await?;
        let domains = self.domain_list().unwrap_or_else(|| vec![self.domain.or_default()]);
        let rules = found.into_iter().flat_map(|listener| listener.rules);
        let mut same =
            rules.filter(|rule| rule.url == self.url.text() && domains.contains(&rule.domain));
        Ok(same.next().map(|rule| rule.location_id))
    }

    fn adopt(&mut self, balancer: String, listener: String, found: RuleOutput) {
        self.id = format!("{balancer}#{listener}#{}", found.location_id).into();
        self.clb_id = balancer.into();
        self.listener_id = listener.into();
        self.rule_id = found.location_id.into();
        self.url = found.url.into();
        let domains =
            if found.domains.is_empty() { vec![found.domain.clone()] } else { found.domains };
        self.domain = found.domain.into();
        self.domains = Value::Known(domains.into_iter().collect());
        self.scheduler = found.scheduler.into();
        if found.session_expire_time > 0 || !self.session_expire_time.is_null() {
            self.session_expire_time = found.session_expire_time.into();
        }
        self.forward_type = found.forward_type.into();
        self.target_type =
            Some(found.target_type).filter(|t| !t.is_empty()).unwrap_or("NODE".to_owned()).into();
        self.http2_switch = found.http2.into();
        let CertificateOutput { ssl_mode, cert_id, cert_ca_id, .. } =
            found.certificate.unwrap_or_default();
        // A rule shows its listener's certificate; only one that it names is its own.
        if self.certificate_id.is_known() {
            let filled = |text: String| Some(text).filter(|text| !text.is_empty());
            self.certificate_ssl_mode = filled(ssl_mode).into();
            self.certificate_id = filled(cert_id).into();
            self.certificate_ca_id = filled(cert_ca_id).into();
        }
        self.adopt_health(found.health_check);
    }
}

/// The official import id: `LB#LISTENER#RULE`.
fn split_id(text: &str) -> Result<[String; 3], Problem> {
    id::split(text, '#', "LB#LISTENER#RULE, such as lb-k2zjp9lv#lbl-hh141sn9#loc-agg236ys")
}
