//! Listeners: the ports of a load balancer.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::certificate::Binding;
use super::health::HealthCheck;
use super::rule::{self, Rule};
use super::target::Node;
use super::task::Write;
use super::{function_target, length, load_balancer, not_emulated, range, word};
use crate::call::Call;
use crate::clock::Time;
use crate::params::Params;
use crate::quotas;
use crate::refusal::{Answer, Refusal, refuse, refused};
use crate::store::{Record, Scope, StoreError};

pub(super) const SCHEDULERS: [&str; 3] = ["WRR", "LEAST_CONN", "IP_HASH"];
const SESSIONS: [&str; 2] = ["NORMAL", "QUIC_CID"];
/// Parameters for which there is nothing in this cloud.
const NOT_EMULATED: [&str; 10] = [
    "EndPort",
    "FullEndPorts",
    "ProxyProtocol",
    "SnatEnable",
    "H2cSwitch",
    "SslCloseSwitch",
    "DataCompressMode",
    "RescheduleTargetZeroWeight",
    "RescheduleUnhealthy",
    "RescheduleExpandTarget",
];

/// A listener.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Listener {
    /// The name.
    pub name: String,
    /// What is spoken on the port.
    pub protocol: Protocol,
    /// The port.
    pub port: u16,
    /// What clients are shown on HTTPS, QUIC and TCP_SSL.
    pub certificate: Option<Binding>,
    /// Whether every domain shows its own certificate.
    pub sni: bool,
    /// The domain that answers requests for no other.
    pub default_domain: Option<String>,
    /// The targets of a listener that has no rules.
    pub nodes: Vec<Node>,
    pub(super) layer_four: Option<LayerFour>,
    pub(super) keepalive: bool,
    pub(super) reset_on_deregister: bool,
    pub(super) max_conn: i64,
    pub(super) max_cps: i64,
    pub(super) idle_timeout: Option<i64>,
    pub(super) created: Time,
}

impl Record for Listener {
    const KIND: &'static str = "clb.listener";
}

/// What a listener without rules has of its own.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct LayerFour {
    pub(super) scheduler: String,
    pub(super) session_expire: i64,
    pub(super) session_type: String,
    pub(super) health: HealthCheck,
}

/// What is spoken on a port.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Protocol {
    /// Layer 4.
    Tcp,
    /// Layer 4.
    Udp,
    /// Layer 4 inside TLS.
    TcpSsl,
    /// Layer 7.
    Http,
    /// Layer 7 inside TLS.
    Https,
    /// Layer 7 over UDP.
    Quic,
}

impl Protocol {
    const ALL: [(Self, &'static str); 6] = [
        (Self::Tcp, "TCP"),
        (Self::Udp, "UDP"),
        (Self::TcpSsl, "TCP_SSL"),
        (Self::Http, "HTTP"),
        (Self::Https, "HTTPS"),
        (Self::Quic, "QUIC"),
    ];

    /// As requests and answers spell it.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::ALL.into_iter().find(|(protocol, _)| *protocol == self).map_or("", |(_, name)| name)
    }

    fn read(text: &str) -> Result<Self, Refusal> {
        let name = word("Protocol", text, &Self::ALL.map(|(_, name)| name))?;
        let found = Self::ALL.into_iter().find(|(_, other)| *other == name);
        Ok(found.map_or(Self::Tcp, |(protocol, _)| protocol))
    }

    /// Whether it has domains and rules.
    #[must_use]
    pub fn has_rules(self) -> bool {
        matches!(self, Self::Http | Self::Https | Self::Quic)
    }

    fn has_certificate(self) -> bool {
        matches!(self, Self::Https | Self::Quic | Self::TcpSsl)
    }

    fn is_datagrams(self) -> bool {
        matches!(self, Self::Udp | Self::Quic)
    }
}

/// Where a listener is stored.
pub(super) fn key(balancer: &str, listener: &str) -> String {
    format!("{balancer}/{listener}")
}

/// The listeners of a load balancer, by their ids.
///
/// # Errors
/// When the store fails.
pub fn all(here: &Scope<'_>, balancer: &str) -> Result<Vec<(String, Listener)>, StoreError> {
    let prefix = key(balancer, "");
    let found = here.scan::<Listener>(&prefix)?.into_iter();
    Ok(found.map(|(key, listener)| (key[prefix.len()..].to_owned(), listener)).collect())
}

/// The listener that a request names.
pub(super) fn named(call: &Call<'_>, balancer: &str, id: &str) -> Result<Listener, Refusal> {
    let gone = || {
        let text = format!("{balancer} has no listener `{id}`.");
        refuse("InvalidParameter.ListenerIdNotFound", text)
    };
    call.store.get::<Listener>(&key(balancer, id))?.ok_or_else(gone)
}

/// The listener that a request names, which must have rules.
pub(super) fn with_rules(call: &Call<'_>, balancer: &str, id: &str) -> Result<Listener, Refusal> {
    let listener = named(call, balancer, id)?;
    if listener.protocol.has_rules() {
        return Ok(listener);
    }
    let text = format!("{id} is a {} listener; it has no rules.", listener.protocol.name());
    refused("InvalidParameter.ProtocolCheckFailed", text)
}

pub(super) fn create(call: &Call<'_>) -> Answer {
    let p = &call.params;
    not_emulated(p, &NOT_EMULATED)?;
    let write = Write::begin(call)?;
    let wanted = wanted(call)?;
    let mut taken = all(&call.store, &write.id)?;
    let (ports, names) = (p.ints("Ports"), p.texts("ListenerNames"));
    if ports.is_empty() {
        return refused("InvalidParameterValue.Length", "Ports is empty.");
    }
    let count = taken.len() + ports.len();
    call.within(&quotas::LISTENERS, count, "delete a listener or raise the quota")?;
    let mut ids = Vec::new();
    for (position, port) in ports.into_iter().enumerate() {
        let port = u16::try_from(range("Ports", port, 1..=65535)?).unwrap_or_default();
        let datagrams = wanted.protocol.is_datagrams();
        if let Some((other, _)) =
            taken.iter().find(|(_, it)| it.port == port && it.protocol.is_datagrams() == datagrams)
        {
            let text = format!("Port {port} of {} is taken by {other}.", write.id);
            return refused("InvalidParameter.PortCheckFailed", text);
        }
        let id = call.new_id("lbl")?;
        let name = names.get(position).copied().unwrap_or_default();
        length("ListenerNames", name, 0..=80)?;
        let name = if name.is_empty() { &id } else { name }.to_owned();
        let listener = Listener { name, port, ..wanted.clone() };
        write.put(&key(&write.id, &id), &listener)?;
        taken.push((id.clone(), listener));
        ids.push(id);
    }
    Ok(json!({"ListenerIds": ids}))
}

fn wanted(call: &Call<'_>) -> Result<Listener, Refusal> {
    let p = &call.params;
    let protocol = Protocol::read(p.str("Protocol"))?;
    let sni = flag(p, "SniSwitch")?.unwrap_or(false);
    let certificate = Binding::read(call, p)?;
    if !protocol.has_certificate() && (certificate.is_some() || sni) {
        let text = format!("A {} listener has no certificate.", protocol.name());
        return refused("InvalidParameter.ProtocolCheckFailed", text);
    }
    if protocol.has_certificate() && certificate.is_none() && !sni {
        // R28.
        let text = format!(
            "A {} listener needs Certificate or MultiCertInfo, or SniSwitch 1.",
            protocol.name()
        );
        return refused("InvalidParameterValue", text);
    }
    let mut listener = Listener {
        name: String::new(),
        protocol,
        port: 0,
        certificate,
        sni,
        default_domain: None,
        nodes: Vec::new(),
        layer_four: (!protocol.has_rules()).then(|| LayerFour::usual(protocol)),
        keepalive: false,
        reset_on_deregister: false,
        max_conn: -1,
        max_cps: -1,
        idle_timeout: None,
        created: call.now,
    };
    listener.change(p)?;
    Ok(listener)
}

fn flag(p: &Params<'_>, member: &str) -> Result<Option<bool>, Refusal> {
    match p.int(member) {
        Some(number) => Ok(Some(range(member, number, 0..=1)? == 1)),
        None => Ok(None),
    }
}

/// 0 for no sessions, or how long they last in seconds.
pub(super) fn session_expire(p: &Params<'_>, now: i64) -> Result<i64, Refusal> {
    match p.int("SessionExpireTime") {
        None => Ok(now),
        Some(0) => Ok(0),
        Some(seconds) => range("SessionExpireTime", seconds, 30..=86400),
    }
}

impl LayerFour {
    fn usual(protocol: Protocol) -> Self {
        let check = if protocol == Protocol::Udp { "PING" } else { "TCP" };
        Self {
            scheduler: SCHEDULERS[0].to_owned(),
            session_expire: 0,
            session_type: SESSIONS[0].to_owned(),
            health: HealthCheck::of_listener(check),
        }
    }
}

impl Listener {
    /// What CreateListener and ModifyListener set alike.
    fn change(&mut self, p: &Params<'_>) -> Result<(), Refusal> {
        if let Some(keepalive) = flag(p, "KeepaliveEnable")? {
            self.keepalive = keepalive;
        }
        if let Some(reset) = p.bool("DeregisterTargetRst") {
            self.reset_on_deregister = reset;
        }
        if let Some(most) = p.int("MaxConn") {
            self.max_conn = most;
        }
        if let Some(most) = p.int("MaxCps") {
            self.max_cps = most;
        }
        if let Some(seconds) = p.int("IdleConnectTimeout") {
            self.idle_timeout = Some(range("IdleConnectTimeout", seconds, 10..=1980)?);
        }
        if let Some(kind) = p.text("TargetType") {
            word("TargetType", kind, &["NODE"])?;
        }
        // With rules these belong to the rules.
        if let Some(own) = &mut self.layer_four {
            if let Some(scheduler) = p.text("Scheduler") {
                word("Scheduler", scheduler, &SCHEDULERS)?.clone_into(&mut own.scheduler);
            }
            if let Some(kind) = p.text("SessionType") {
                word("SessionType", kind, &SESSIONS)?.clone_into(&mut own.session_type);
            }
            own.session_expire = session_expire(p, own.session_expire)?;
            own.health = own.health.clone().changed(p.object("HealthCheck"))?;
        }
        Ok(())
    }

    fn show(&self, id: &str, rules: &[(String, Rule)]) -> Value {
        let own = self.layer_four.as_ref();
        let rules = self.protocol.has_rules().then(|| {
            rules.iter().map(|(location, rule)| rule.show(self, id, location)).collect::<Vec<_>>()
        });
        json!({
            "ListenerId": id,
            "ListenerName": self.name,
            "Protocol": self.protocol.name(),
            "Port": self.port,
            "EndPort": 0,
            "Certificate": self.certificate.as_ref().map(Binding::show),
            "SniSwitch": i64::from(self.sni),
            "HealthCheck": own.map(|own| own.health.show()),
            "Scheduler": own.map(|own| &own.scheduler),
            "SessionExpireTime": own.map_or(0, |own| own.session_expire),
            "SessionType": own.map_or(SESSIONS[0], |own| &own.session_type),
            "KeepaliveEnable": i64::from(self.keepalive),
            "TargetType": "NODE",
            "Rules": rules,
            "CreateTime": self.created.local(),
            "Toa": false,
            "DeregisterTargetRst": self.reset_on_deregister,
            "AttrFlags": [],
            "MaxConn": self.max_conn,
            "MaxCps": self.max_cps,
            "IdleConnectTimeout": self.idle_timeout,
        })
    }
}

/// A listener that was asked for, with its rules.
pub(super) struct Selected {
    pub(super) id: String,
    pub(super) listener: Listener,
    pub(super) rules: Vec<(String, Rule)>,
}

/// The listeners that DescribeListeners and DescribeTargets are asked for.
pub(super) fn selected(call: &Call<'_>) -> Result<Vec<Selected>, Refusal> {
    let p = &call.params;
    let balancer = p.str("LoadBalancerId");
    load_balancer::named(call, balancer)?;
    let ids = p.texts("ListenerIds");
    if ids.len() > 100 {
        return refused("InvalidParameterValue.Length", "ListenerIds has more than 100 ids.");
    }
    let protocol = match p.text("Protocol").filter(|text| !text.is_empty()) {
        Some(text) => Some(Protocol::read(text)?),
        None => None,
    };
    let mut found = all(&call.store, balancer)?;
    found.retain(|(id, listener)| {
        (ids.is_empty() || ids.contains(&id.as_str()))
            && protocol.is_none_or(|protocol| protocol == listener.protocol)
            && p.int("Port").is_none_or(|port| port == i64::from(listener.port))
    });
    found.sort_by_key(|(_, listener)| listener.created);
    let with_rules = found.into_iter().map(|(id, listener)| {
        let rules = rule::all(&call.store, balancer, &id)?;
        Ok(Selected { id, listener, rules })
    });
    with_rules.collect()
}

pub(super) fn describe(call: &Call<'_>) -> Answer {
    let found = selected(call)?;
    let shown: Vec<_> = found.iter().map(|it| it.listener.show(&it.id, &it.rules)).collect();
    Ok(json!({"TotalCount": shown.len(), "Listeners": shown}))
}

pub(super) fn modify(call: &Call<'_>) -> Answer {
    let p = &call.params;
    not_emulated(p, &NOT_EMULATED[2..4])?;
    not_emulated(p, &NOT_EMULATED[6..])?;
    let write = Write::begin(call)?;
    let id = p.str("ListenerId");
    let mut listener = named(call, &write.id, id)?;
    if let Some(name) = p.text("ListenerName") {
        length("ListenerName", name, 1..=80)?;
        name.clone_into(&mut listener.name);
    }
    match flag(p, "SniSwitch")? {
        Some(false) if listener.sni => {
            let text = "SniSwitch cannot go back to 0.";
            return refused("InvalidParameterValue", text);
        }
        Some(true) => listener.sni = true,
        _ => {}
    }
    if let Some(certificate) = Binding::read(call, p)? {
        if !listener.protocol.has_certificate() {
            let text = format!("A {} listener has no certificate.", listener.protocol.name());
            return refused("InvalidParameter.ProtocolCheckFailed", text);
        }
        listener.certificate = Some(certificate);
    }
    listener.change(p)?;
    write.put(&key(&write.id, id), &listener)?;
    Ok(json!({}))
}

pub(super) fn delete(call: &Call<'_>) -> Answer {
    let write = Write::begin(call)?;
    let id = call.params.str("ListenerId");
    named(call, &write.id, id)?;
    remove(&write, id)?;
    Ok(json!({}))
}

/// Removes every listener of a load balancer that goes.
pub(super) fn remove_all(write: &Write<'_, '_>) -> Result<(), Refusal> {
    for (id, _) in all(&write.call.store, &write.id)? {
        remove(write, &id)?;
    }
    Ok(())
}

fn remove(write: &Write<'_, '_>, id: &str) -> Result<(), Refusal> {
    for (location, rule) in rule::all(&write.call.store, &write.id, id)? {
        function_target::forget_triggers(write, id, &location, &rule)?;
        write.remove::<Rule>(&rule::key(&write.id, id, &location))?;
    }
    Ok(write.remove::<Listener>(&key(&write.id, id))?)
}
