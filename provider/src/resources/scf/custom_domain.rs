//! `tencentcloud_scf_custom_domain`: a domain of one's own under which functions are called.
//! <https://www.tencentcloud.com/document/product/583/69492>

use std::collections::HashSet;

use tencentcloud_api::scf::{
    self, CertConf, CreateCustomDomainRequest, DeleteCustomDomainRequest, EndpointsConf,
    PathRewriteRule, UpdateCustomDomainRequest, WafConf,
};
use tencentcloud_api::{Error as ApiError, wait};
use tf_protocol::{Lifecycle, Presence, Problem};
use tf_schema::check::{Check, one_of};
use tf_schema::{Block, Diagnostics, Path, Resource, Value};

use crate::{Cloud, create};

/// A domain of one's own under which functions are called. Its CNAME record must lead to the function
/// URLs of the region, `APPID.REGION.tencentscf.com`, before it is made.
#[derive(Resource, Default)]
pub struct CustomDomain {
    /// The domain, without wildcards. It cannot be changed.
    #[tf(required, force_new, validate(domain_form))]
    pub domain: Value<String>,
    /// `HTTP`, `HTTPS` or `HTTP&HTTPS`. HTTPS needs a certificate.
    #[tf(required, validate(one_of(&["HTTP", "HTTPS", "HTTP&HTTPS"])))]
    pub protocol: Value<String>,
    /// The domain.
    #[tf(computed, stable)]
    pub id: Value<String>,
    /// Which function answers for which path; the path that fits best counts.
    #[tf(block, min(1))]
    pub endpoints_config: Value<Vec<Endpoint>>,
    /// The certificate.
    #[tf(block, max(1))]
    pub cert_config: Value<Vec<Certificate>>,
    /// The web application firewall.
    #[tf(block, max(1))]
    pub waf_config: Value<Vec<Firewall>>,
}

/// A path and the function that answers for it.
#[derive(Block, Default)]
pub struct Endpoint {
    /// Namespace of the function.
    #[tf(required)]
    pub namespace: Value<String>,
    /// Name of the function.
    #[tf(required)]
    pub function_name: Value<String>,
    /// Version or alias.
    #[tf(required)]
    pub qualifier: Value<String>,
    /// The path: `/`, `/*`, `/a`, `/a/b` or `/a/*`.
    #[tf(required, validate(path_form))]
    pub path_match: Value<String>,
    /// How paths are rewritten before the function gets them. The first that fits counts.
    #[tf(block)]
    pub path_rewrite: Value<Vec<Rewrite>>,
}

/// How a path is rewritten.
#[derive(Block, Default)]
pub struct Rewrite {
    /// The path: `/`, `/*`, `/a`, `/a/b` or `/a/*`.
    #[tf(required, validate(path_form))]
    pub path: Value<String>,
    /// `ExactRules` for that very path, `WildcardRules` for all that the star stands for.
    #[tf(required, validate(one_of(&["WildcardRules", "ExactRules"])))]
    pub r#type: Value<String>,
    /// The path that the function gets; `$1` stands for what the star stands for.
    #[tf(required, validate(target_form))]
    pub rewrite: Value<String>,
}

/// A certificate.
#[derive(Block, Default)]
pub struct Certificate {
    /// Id of the certificate.
    #[tf(optional)]
    pub certificate_id: Value<String>,
}

/// A web application firewall.
#[derive(Block, Default)]
pub struct Firewall {
    /// `OPEN` or `CLOSE`.
    #[tf(optional, validate(one_of(&["OPEN", "CLOSE"])))]
    pub waf_open: Value<String>,
    /// Id of the firewall.
    #[tf(optional)]
    pub waf_instance_id: Value<String>,
}

/// What the cloud's refusals are about.
const ATTRIBUTES: [(&str, &str); 5] = [
    ("InvalidParameterValue.Domain", "domain"),
    ("FailedOperation.CNAME", "domain"),
    ("ResourceNotFound.Function", "endpoints_config"),
    ("ResourceNotFound.Version", "endpoints_config"),
    ("ResourceNotFound.Qualifier", "endpoints_config"),
];

impl Lifecycle for CustomDomain {
    const TYPE: &'static str = "tencentcloud_scf_custom_domain";
    type Cloud = Cloud;

    async fn create(&mut self, cloud: &Cloud) -> Result<(), Problem> {
        let request = CreateCustomDomainRequest {
            domain: self.domain.or_default(),
            protocol: self.protocol.or_default(),
            endpoints_config: self.endpoints(),
            cert_config: self.certificate(),
            waf_config: self.firewall(),
            tags: None,
        };
        let name = request.domain.clone();
        let what = format!("the custom domain {name}");
        let made = wait::retry(cloud, &what, ApiError::is_busy, || async {
            scf::create_custom_domain(cloud, &request).await
        })
        .await;
        let look = async { Ok(scf::find_custom_domain(cloud, &request.domain).await?.is_some()) };
        let made = create::named(made, &mut self.id, name, look).await;
        made.map_err(|error| create::point_at(error, &ATTRIBUTES))
    }

    async fn read(&mut self, cloud: &Cloud) -> Result<Presence, Problem> {
        let Some(found) = scf::find_custom_domain(cloud, self.id.text()).await? else {
            return Ok(Presence::Gone);
        };
        self.adopt(found);
        Ok(Presence::Present)
    }

    async fn update(&mut self, prior: &Self, cloud: &Cloud) -> Result<(), Problem> {
        // What was there and is left out now must be taken away.
        let gone = |before: bool, now: bool| before && !now;
        let no_certificate = gone(prior.certificate().is_some(), self.certificate().is_some());
        let no_firewall = gone(prior.firewall().is_some(), self.firewall().is_some());
        let closed = WafConf { waf_open: "CLOSE".to_owned(), waf_instance_id: String::new() };
        let request = UpdateCustomDomainRequest {
            domain: self.id.or_default(),
            protocol: self.protocol.known().cloned(),
            cert_config: match no_certificate {
                true => Some(CertConf::default()),
                false => self.certificate(),
            },
            waf_config: if no_firewall { Some(closed) } else { self.firewall() },
            endpoints_config: Some(self.endpoints()),
        };
        let updated = scf::update_custom_domain(cloud, &request).await;
        updated.map_err(|error| create::point_at(error, &ATTRIBUTES))?;
        Ok(())
    }

    async fn delete(&mut self, cloud: &Cloud) -> Result<(), Problem> {
        let request = DeleteCustomDomainRequest { domain: self.id.or_default() };
        match scf::delete_custom_domain(cloud, &request).await {
            Err(error) if !error.is_not_found() => Err(error.into()),
            _ => Ok(()),
        }
    }

    fn import(id: &str) -> Result<Self, Problem> {
        match domain_form(&id.to_owned()) {
            Ok(()) => Ok(CustomDomain { id: id.into(), ..CustomDomain::default() }),
            Err(reason) => Err(Problem::new("not an id of this resource", reason)),
        }
    }

    fn validate(config: &Self, problems: &mut Diagnostics) {
        check_certificate(config, problems);
        check_firewall(config, problems);
        check_paths(config, problems);
    }
}

impl CustomDomain {
    fn endpoints(&self) -> Vec<EndpointsConf> {
        self.endpoints_config.known().into_iter().flatten().map(Endpoint::to_api).collect()
    }

    fn certificate(&self) -> Option<CertConf> {
        let block = self.cert_config.known()?.first()?;
        Some(CertConf { certificate_id: block.certificate_id.or_default() })
    }

    fn firewall(&self) -> Option<WafConf> {
        let block = self.waf_config.known()?.first()?;
        Some(WafConf {
            waf_open: block.waf_open.or("CLOSE"),
            waf_instance_id: block.waf_instance_id.or_default(),
        })
    }

    fn adopt(&mut self, found: scf::CustomDomain) {
        // What means the same stays as it was written.
        if self.certificate().unwrap_or_default() != found.cert_config {
            let id = found.cert_config.certificate_id;
            let blocks = (!id.is_empty()).then(|| Certificate { certificate_id: id.into() });
            self.cert_config = blocks.into_iter().collect::<Vec<_>>().into();
        } else if self.cert_config.is_null() {
            self.cert_config = vec![].into();
        }
        let open = |firewall: &WafConf| {
            (firewall.waf_open == "OPEN").then(|| firewall.waf_instance_id.clone())
        };
        if self.firewall().as_ref().and_then(open) != open(&found.waf_config) {
            let blocks = open(&found.waf_config)
                .map(|id| Firewall { waf_open: "OPEN".into(), waf_instance_id: id.into() });
            self.waf_config = blocks.into_iter().collect::<Vec<_>>().into();
        } else if self.waf_config.is_null() {
            self.waf_config = vec![].into();
        }
        self.id = found.domain.as_str().into();
        // A domain is the same in capital letters.
        if !self.domain.is_known_and(|own| own.eq_ignore_ascii_case(&found.domain)) {
            self.domain = found.domain.into();
        }
        self.protocol = found.protocol.into();
        let endpoints = found.endpoints_config.into_iter().map(Endpoint::of);
        self.endpoints_config = endpoints.collect::<Vec<_>>().into();
    }
}

impl Endpoint {
    fn to_api(&self) -> EndpointsConf {
        let rewrites = self.path_rewrite.known().into_iter().flatten();
        EndpointsConf {
            namespace: self.namespace.or_default(),
            function_name: self.function_name.or_default(),
            qualifier: self.qualifier.or_default(),
            path_match: self.path_match.or_default(),
            path_rewrite: rewrites
                .map(|rewrite| PathRewriteRule {
                    path: rewrite.path.or_default(),
                    kind: rewrite.r#type.or_default(),
                    rewrite: rewrite.rewrite.or_default(),
                })
                .collect(),
        }
    }

    fn of(found: EndpointsConf) -> Endpoint {
        let rewrites = found.path_rewrite.into_iter().map(|rewrite| Rewrite {
            path: rewrite.path.into(),
            r#type: rewrite.kind.into(),
            rewrite: rewrite.rewrite.into(),
        });
        Endpoint {
            namespace: found.namespace.into(),
            function_name: found.function_name.into(),
            qualifier: found.qualifier.into(),
            path_match: found.path_match.into(),
            path_rewrite: rewrites.collect::<Vec<_>>().into(),
        }
    }
}

fn check_certificate(config: &CustomDomain, problems: &mut Diagnostics) {
    let Some(blocks) = config.cert_config.known() else { return };
    let none = blocks.first().is_none_or(|block| {
        block.certificate_id.is_null() || block.certificate_id.is_known_and(String::is_empty)
    });
    if none && config.protocol.is_known_and(|protocol| protocol != "HTTP") {
        let detail = "HTTPS needs a certificate: write cert_config with its certificate_id.";
        problems.error("cert_config", "HTTPS without a certificate", detail);
    }
}

fn check_firewall(config: &CustomDomain, problems: &mut Diagnostics) {
    let Some(block) = config.waf_config.known().and_then(|blocks| blocks.first()) else { return };
    if block.waf_open.is_known_and(|word| word == "OPEN") && block.waf_instance_id.is_null() {
        let path = Path::attribute("waf_config").index(0).name("waf_instance_id");
        let detail = "A firewall that is open needs its id.";
        problems.error(path, "Firewall without an id", detail);
    }
}

fn check_paths(config: &CustomDomain, problems: &mut Diagnostics) {
    let mut seen = HashSet::new();
    for (n, endpoint) in config.endpoints_config.known().into_iter().flatten().enumerate() {
        if let Some(path) = endpoint.path_match.known().filter(|path| !seen.insert(*path)) {
            let place = Path::attribute("endpoints_config").index(n).name("path_match");
            let detail = format!("Another endpoint answers for {path:?} already.");
            problems.error(place, "The same path twice", detail);
        }
    }
}

fn domain_form(domain: &String) -> Check {
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    match domain.len() <= 253 && domain.contains('.') && domain.split('.').all(is_label) {
        true => Ok(()),
        false => Err(format!(
            "Expected a domain without wildcards, such as \"www.example.com\", got {domain:?}."
        )),
    }
}

fn path_form(path: &String) -> Check {
    let fixed = path.strip_suffix('*').unwrap_or(path);
    let well_formed = path.starts_with('/') && !fixed.contains('*');
    match well_formed && (fixed == path || fixed.ends_with('/')) {
        true => Ok(()),
        false => Err(format!("Expected a path such as /, /*, /a, /a/b or /a/*, got {path:?}.")),
    }
}

fn target_form(path: &String) -> Check {
    match path.starts_with('/') {
        true => Ok(()),
        false => Err(format!("Expected a path, such as /$1, got {path:?}.")),
    }
}
