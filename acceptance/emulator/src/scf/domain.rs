//! Custom domains: names of one's own under which functions are called over HTTP.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{MOST, TAG, descending, function};
use crate::call::Call;
use crate::clock::Time;
use crate::list::Page;
use crate::params::Params;
use crate::refusal::{Answer, Refusal, refuse, refused};
use crate::store::Record;

/// A domain, stored under its name.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Domain {
    protocol: String,
    endpoints: Vec<Endpoint>,
    certificate: String,
    firewall: Option<String>,
    tags: Vec<[String; 2]>,
    /// The SecretId of whom it belongs to.
    pub(super) owner: String,
    created: Time,
    modified: Time,
}

impl Record for Domain {
    const KIND: &'static str = "scf.domain";
}

/// A path of a domain and the function that answers for it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Endpoint {
    pub(super) namespace: String,
    pub(super) function: String,
    pub(super) qualifier: String,
    path: Pattern,
    rewrites: Vec<Rewrite>,
}

/// A path; a star at its end stands for any rest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
struct Pattern(String);

/// How a path is rewritten before a function gets it.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Rewrite {
    path: Pattern,
    exact: bool,
    to: String,
}

fn wrong<T>(text: impl Into<String>) -> Result<T, Refusal> {
    refused("InvalidParameterValue", text)
}

impl Pattern {
    fn read(text: &str) -> Result<Self, Refusal> {
        let fixed = text.strip_suffix('*').unwrap_or(text);
        let well_formed = text.starts_with('/') && !fixed.contains('*') && fixed.len() <= 1024;
        if well_formed && (fixed == text || fixed.ends_with('/')) {
            return Ok(Self(text.to_owned()));
        }
        wrong(format!("The path `{text}` must be /, /*, /a, /a/b or /a/*."))
    }

    /// What a star stands for in a path that fits: nothing where there is no star.
    fn rest<'p>(&self, path: &'p str) -> Option<&'p str> {
        match self.0.strip_suffix('*') {
            Some(begin) => path.strip_prefix(begin),
            None => (path == self.0).then_some(""),
        }
    }

    /// How closely it fits: the path itself before any beginning of it.
    fn closeness(&self) -> (bool, usize) {
        (!self.0.ends_with('*'), self.0.len())
    }
}

impl Rewrite {
    fn read(p: &Params<'_>) -> Result<Self, Refusal> {
        let exact = match p.str("Type") {
            "ExactRules" => true,
            "WildcardRules" => false,
            other => {
                return wrong(format!("Type `{other}` must be WildcardRules or ExactRules."));
            }
        };
        let to = p.str("Rewrite").to_owned();
        if !to.starts_with('/') {
            return wrong(format!("Rewrite `{to}` must be a path."));
        }
        Ok(Self { path: Pattern::read(p.str("Path"))?, exact, to })
    }

    /// The path that the function gets; `$` and `$1` stand for what the star stood for.
    fn apply(&self, path: &str) -> Option<String> {
        let rest = match self.exact {
            true => (path == self.path.0).then_some("")?,
            false => self.path.rest(path)?,
        };
        Some(self.to.replace("$1", rest).replace('$', rest))
    }
}

impl Endpoint {
    fn read(call: &Call<'_>, p: &Params<'_>) -> Result<Self, Refusal> {
        let [namespace, name, qualifier] =
            ["Namespace", "FunctionName", "Qualifier"].map(|member| p.str(member));
        function::named(&call.store, call.now, namespace, name)?;
        if function::qualifier(&call.store, namespace, name, qualifier)?.is_none() {
            return Err(function::no_version(name, qualifier));
        }
        let rewrites = p.objects("PathRewrite");
        Ok(Self {
            namespace: namespace.to_owned(),
            function: name.to_owned(),
            qualifier: qualifier.to_owned(),
            path: Pattern::read(p.str("PathMatch"))?,
            rewrites: rewrites.iter().map(Rewrite::read).collect::<Result<_, _>>()?,
        })
    }

    fn show(&self) -> Value {
        let rewrites = self.rewrites.iter().map(|rewrite| {
            let kind = if rewrite.exact { "ExactRules" } else { "WildcardRules" };
            json!({"Path": rewrite.path.0, "Type": kind, "Rewrite": rewrite.to})
        });
        json!({
            "Namespace": self.namespace,
            "FunctionName": self.function,
            "Qualifier": self.qualifier,
            "PathMatch": self.path.0,
            "PathRewrite": rewrites.collect::<Vec<_>>(),
        })
    }
}

impl Domain {
    /// Whether it may be called without TLS.
    pub(super) fn is_plain(&self) -> bool {
        self.protocol != "HTTPS"
    }

    /// The function for a path, and the path that it gets.
    pub(super) fn find(&self, path: &str) -> Option<(&Endpoint, String)> {
        let fitting = self.endpoints.iter().filter(|it| it.path.rest(path).is_some());
        let endpoint = fitting.max_by_key(|it| it.path.closeness())?;
        let mut rewritten = endpoint.rewrites.iter().filter_map(|rewrite| rewrite.apply(path));
        Some((endpoint, rewritten.next().unwrap_or_else(|| path.to_owned())))
    }

    fn show(&self, name: &str) -> Value {
        let tags = self.tags.iter().map(|[key, value]| json!({TAG[0]: key, TAG[1]: value}));
        let open = if self.firewall.is_some() { "OPEN" } else { "CLOSE" };
        json!({
            "Domain": name,
            "Protocol": self.protocol,
            "EndpointsConfig": self.endpoints.iter().map(Endpoint::show).collect::<Vec<_>>(),
            "CertConfig": {"CertificateId": self.certificate},
            "WafConfig": {"WafOpen": open, "WafInstanceId": self.firewall.as_deref().unwrap_or("")},
            "Tags": tags.collect::<Vec<_>>(),
        })
    }

    /// Takes over what a call says; what it leaves out stays.
    fn change(&mut self, call: &Call<'_>) -> Result<(), Refusal> {
        let p = &call.params;
        if let Some(protocol) = p.text("Protocol").filter(|protocol| !protocol.is_empty()) {
            protocol.clone_into(&mut self.protocol);
        }
        if let Some(certificate) = p.object("CertConfig") {
            certificate.str("CertificateId").clone_into(&mut self.certificate);
        }
        if let Some(firewall) = p.object("WafConfig") {
            self.firewall = read_firewall(&firewall)?;
        }
        if p.has("EndpointsConfig") {
            let endpoints = p.objects("EndpointsConfig");
            let endpoints = endpoints.iter().map(|endpoint| Endpoint::read(call, endpoint));
            self.endpoints = endpoints.collect::<Result<_, _>>()?;
        }
        self.check()
    }

    fn check(&self) -> Result<(), Refusal> {
        if !["HTTP", "HTTPS", "HTTP&HTTPS"].contains(&&*self.protocol) {
            let text = format!("Protocol `{}` is none of HTTP, HTTPS, HTTP&HTTPS.", self.protocol);
            return wrong(text);
        }
        if self.protocol != "HTTP" && self.certificate.is_empty() {
            return wrong("HTTPS needs a certificate: CertConfig.");
        }
        if self.endpoints.is_empty() {
            return wrong("EndpointsConfig must name a function at least.");
        }
        let paths = self.endpoints.iter().enumerate();
        let mut twice =
            paths.filter(|(n, it)| self.endpoints[..*n].iter().any(|o| o.path == it.path));
        match twice.next() {
            Some((_, endpoint)) => wrong(format!("The path {} stands twice.", endpoint.path.0)),
            None => Ok(()),
        }
    }
}

fn read_firewall(p: &Params<'_>) -> Result<Option<String>, Refusal> {
    match (p.str("WafOpen"), p.str("WafInstanceId")) {
        ("OPEN", "") => wrong("An open firewall needs its WafInstanceId."),
        ("OPEN", id) => Ok(Some(id.to_owned())),
        ("" | "CLOSE", _) => Ok(None),
        (other, _) => wrong(format!("WafOpen `{other}` must be OPEN or CLOSE.")),
    }
}

/// Whether a text is a domain: labels of letters, digits and hyphens, no wildcards.
fn is_domain(text: &str) -> bool {
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    text.len() <= 253 && text.contains('.') && text.split('.').all(is_label)
}

fn named(call: &Call<'_>) -> Result<(String, Domain), Refusal> {
    let name = call.params.str("Domain").to_ascii_lowercase();
    match call.store.get::<Domain>(&name)? {
        Some(domain) => Ok((name, domain)),
        None => {
            let text = format!("There is no custom domain {name}.");
            Err(refuse("FailedOperation.Domain.UnExist", text))
        }
    }
}

pub(super) fn create(call: &Call<'_>) -> Answer {
    let p = &call.params;
    let name = p.str("Domain").to_ascii_lowercase();
    if !is_domain(&name) {
        let text = format!("`{name}` must be a domain without wildcards.");
        return refused("InvalidParameterValue.Domain", text);
    }
    if call.store.get::<Domain>(&name)?.is_some() {
        let text = format!("The custom domain {name} exists already.");
        return refused("InvalidParameterValue.Domain", text);
    }
    let tags = p.objects("Tags");
    let tag = |tag: &Params<'_>| TAG.map(|member| tag.str(member).to_owned());
    let mut domain = Domain {
        protocol: String::new(),
        endpoints: Vec::new(),
        certificate: String::new(),
        firewall: None,
        tags: tags.iter().map(tag).collect(),
        owner: call.account.secret_id.clone(),
        created: call.now,
        modified: call.now,
    };
    domain.change(call)?;
    store(call, &name, &domain)
}

pub(super) fn update(call: &Call<'_>) -> Answer {
    let (name, mut domain) = named(call)?;
    domain.change(call)?;
    domain.modified = call.now;
    store(call, &name, &domain)
}

fn store(call: &Call<'_>, name: &str, domain: &Domain) -> Answer {
    call.store.put(name, domain)?;
    call.after(|cloud| cloud.triggers.changed());
    Ok(json!({}))
}

pub(super) fn get(call: &Call<'_>) -> Answer {
    let (name, domain) = named(call)?;
    Ok(domain.show(&name))
}

pub(super) fn delete(call: &Call<'_>) -> Answer {
    let (name, _) = named(call)?;
    call.store.remove::<Domain>(&name)?;
    call.after(|cloud| cloud.triggers.changed());
    Ok(json!({}))
}

pub(super) fn list(call: &Call<'_>) -> Answer {
    let p = &call.params;
    let page = Page::of_ints(p, MOST, "InvalidParameterValue.Limit")?;
    let mut found = call.store.scan::<Domain>("")?;
    match p.str("OrderBy") {
        "" | "AddTime" => found.sort_by_key(|(_, domain)| domain.created),
        "ModTime" => found.sort_by_key(|(_, domain)| domain.modified),
        other => {
            let text = format!("OrderBy `{other}` must be AddTime or ModTime.");
            return refused("InvalidParameterValue.OrderBy", text);
        }
    }
    if descending(p, true)? {
        found.reverse();
    }
    let total = found.len();
    let shown: Vec<_> = page.of(found).iter().map(|(name, domain)| domain.show(name)).collect();
    Ok(json!({"Total": total, "Domains": shown}))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_fit_and_are_rewritten() {
        let rewrite = |path: &str, exact, to: &str| {
            let path = Pattern::read(path).unwrap();
            Rewrite { path, exact, to: to.to_owned() }
        };
        assert_eq!(rewrite("/aa/bb/*", false, "/$").apply("/aa/bb/c/d").unwrap(), "/c/d");
        assert_eq!(rewrite("/aa/*", false, "/x/$1/y").apply("/aa/b").unwrap(), "/x/b/y");
        assert_eq!(rewrite("/aa/", true, "/$1").apply("/aa/").unwrap(), "/");
        assert_eq!(rewrite("/aa/", true, "/$1").apply("/aa/b"), None);
        for wrong in ["", "a", "/a*", "/*/b", "*"] {
            assert!(Pattern::read(wrong).is_err(), "{wrong}");
        }
    }
}
