//! ModifyDomainAttributes: what all rules of a domain have in common.

use serde_json::json;

use super::certificate::Binding;
use super::function_target;
use super::listener::{self, Listener, Protocol};
use super::rule::{self, Rule};
use super::task::Write;
use crate::call::Call;
use crate::params::Params;
use crate::refusal::{Answer, Refusal, refused};

pub(super) fn modify(call: &Call<'_>) -> Answer {
    let p = &call.params;
    let write = Write::begin(call)?;
    let listener_id = p.str("ListenerId");
    let mut listener = listener::with_rules(call, &write.id, listener_id)?;
    let mut rules = rule::all(&call.store, &write.id, listener_id)?;
    let domain = p.str("Domain");
    if !rules.iter().any(|(_, rule)| rule.has_domain(domain)) {
        let text = format!("{listener_id} has no domain `{domain}`.");
        return refused("InvalidParameter.LocationNotFound", text);
    }
    let names = new_names(p, &rules)?;
    let certificate = Binding::read(call, p)?;
    if listener.protocol == Protocol::Http
        && (certificate.is_some() || p.bool("Http2") == Some(true))
    {
        let text = "Certificate and Http2 are for domains of HTTPS listeners.";
        return refused("InvalidParameter.ProtocolCheckFailed", text);
    }
    for (_, rule) in rules.iter_mut().filter(|(_, rule)| rule.has_domain(domain)) {
        if let Some(certificate) = &certificate {
            rule.certificate = Some(certificate.clone());
        }
        rule.http2 = p.bool("Http2").unwrap_or(rule.http2);
        rule.quic = p.bool("Quic").unwrap_or(rule.quic);
        if let Some(names) = &names {
            rule.domains.clone_from(names);
        }
    }
    listener.default_domain = default_domain(p, &listener, &rules, names.as_deref())?;
    for (id, rule) in &rules {
        function_target::put_triggers(&write, listener_id, id, rule)?;
        write.put(&rule::key(&write.id, listener_id, id), rule)?;
    }
    write.put(&listener::key(&write.id, listener_id), &listener)?;
    Ok(json!({}))
}

/// The names that the domain gets instead of the one it has.
fn new_names(p: &Params<'_>, rules: &[(String, Rule)]) -> Result<Option<Vec<String>>, Refusal> {
    let names = match (p.text("NewDomain"), p.texts("NewDomains")) {
        (None, names) if names.is_empty() => return Ok(None),
        (None, names) => names,
        (Some(name), names) if names.is_empty() => vec![name],
        _ => return refused("InvalidParameter", "NewDomain and NewDomains exclude each other."),
    };
    let names: Vec<_> = names.into_iter().map(rule::domain).collect::<Result<_, _>>()?;
    let others = rules.iter().filter(|(_, rule)| !rule.has_domain(p.str("Domain")));
    for (id, rule) in others {
        if let Some(name) = names.iter().find(|name| rule.has_domain(name)) {
            let text = format!("The domain {name} has the rule {id} already.");
            return refused("InvalidParameterValue.Duplicate", text);
        }
    }
    Ok(Some(names))
}

fn default_domain(
    p: &Params<'_>,
    listener: &Listener,
    rules: &[(String, Rule)],
    names: Option<&[String]>,
) -> Result<Option<String>, Refusal> {
    let own = names.and_then(<[_]>::first).map_or(p.str("Domain"), String::as_str);
    let was = listener.default_domain.as_deref() == Some(p.str("Domain"));
    let successor = p.str("NewDefaultServerDomain");
    match p.bool("DefaultServer") {
        Some(true) => Ok(Some(own.to_owned())),
        Some(false) if was => {
            if rules.iter().any(|(_, rule)| rule.has_domain(successor)) {
                return Ok(Some(successor.to_owned()));
            }
            let text = "Say with NewDefaultServerDomain which domain is the default instead.";
            refused("InvalidParameterValue", text)
        }
        _ if was => Ok(Some(own.to_owned())),
        _ => Ok(listener.default_domain.clone()),
    }
}
