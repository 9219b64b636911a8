//! Routes of one's own: where packets go that do not stay in the VPC.

use std::net::Ipv4Addr;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::cidr::Cidr;
use super::{MOST, nat_gateway, route_table, subnet, unknown_filter, vpc};
use crate::call::Call;
use crate::clock::Time;
use crate::list::{Filter, Page, filters, fits_all};
use crate::params::Params;
use crate::quotas;
use crate::refusal::{Answer, Refusal, refuse, refused};
use crate::store::{Record, Scope, StoreError};

/// The gateway of routes that leave by an instance's own public address.
const OWN_ADDRESS: &str = "0";

/// A route; its key is `TABLE/ID`.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Route {
    number: i64,
    destination: Cidr,
    gateway: Gateway,
    description: String,
    enabled: bool,
    created: Time,
}

/// Where a route leads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
enum Gateway {
    Nat(String),
    Address,
}

impl Record for Route {
    const KIND: &'static str = "vpc.route";
}

impl Gateway {
    /// R348, R349: a NAT gateway is of the VPC whose table it is, and so of its region.
    fn read(call: &Call<'_>, p: &Params<'_>, vpc: &str) -> Result<Self, Refusal> {
        let (kind, id) = (p.str("GatewayType"), p.str("GatewayId"));
        match (kind, id) {
            ("NAT", id) => {
                if nat_gateway::named(call, id)?.vpc != vpc {
                    let text = format!("{id} is not a NAT gateway of {vpc}.");
                    return refused("UnsupportedOperation.VpcMismatch", text);
                }
                Ok(Self::Nat(id.to_owned()))
            }
            ("EIP", OWN_ADDRESS) => Ok(Self::Address),
            ("EIP", _) => refused("InvalidParameterValue", "GatewayId of an EIP route is 0."),
            _ => {
                let text = format!("The local cloud has no gateways of the type `{kind}`.");
                refused("UnsupportedOperation", text)
            }
        }
    }

    fn words(&self) -> [&str; 2] {
        match self {
            Self::Nat(id) => ["NAT", id],
            Self::Address => ["EIP", OWN_ADDRESS],
        }
    }
}

fn key(table: &str, id: &str) -> String {
    format!("{table}/{id}")
}

/// The routes of a table, by id, the oldest first.
fn of_table(here: &Scope<'_>, table: &str) -> Result<Vec<(String, Route)>, StoreError> {
    let mut found = here.scan::<Route>(&key(table, ""))?;
    found.sort_by_key(|(_, route)| route.number);
    Ok(found.into_iter().map(|(key, route)| (own_id(&key).to_owned(), route)).collect())
}

fn own_id(key: &str) -> &str {
    key.split_once('/').map_or(key, |(_, id)| id)
}

/// The destinations that the subnet's routes lead to a NAT gateway that works (R350, R351).
///
/// # Errors
/// When the store fails.
pub fn to_internet(here: &Scope<'_>, now: Time, subnet: &str) -> Result<Vec<Cidr>, StoreError> {
    let Some(subnet) = subnet::find(here, subnet)? else { return Ok(Vec::new()) };
    let mut destinations = Vec::new();
    for (_, route) in of_table(here, &subnet.route_table)? {
        if let Gateway::Nat(id) = &route.gateway
            && route.enabled
            && nat_gateway::works(here, now, id)?
        {
            destinations.push(route.destination);
        }
    }
    Ok(destinations)
}

/// Forgets the routes of a table that goes.
pub(super) fn forget_table(here: &Scope<'_>, table: &str) -> Result<(), StoreError> {
    for (id, _) in of_table(here, table)? {
        here.remove::<Route>(&key(table, &id))?;
    }
    Ok(())
}

/// Forgets the routes to a NAT gateway that goes.
pub(super) fn forget_gateway(here: &Scope<'_>, gateway: &str) -> Result<(), StoreError> {
    for (key, route) in here.scan::<Route>("")? {
        if route.gateway.words() == ["NAT", gateway] {
            here.remove::<Route>(&key)?;
        }
    }
    Ok(())
}

/// The routes of a table, as answers show them.
pub(super) fn shown(here: &Scope<'_>, table: &str) -> Result<Vec<Value>, StoreError> {
    let routes = of_table(here, table)?;
    Ok(routes.iter().map(|(id, route)| route.show(table, id)).collect())
}

impl Route {
    fn show(&self, table: &str, id: &str) -> Value {
        let [kind, gateway] = self.gateway.words();
        json!({
            "DestinationCidrBlock": self.destination,
            "GatewayType": kind,
            "GatewayId": gateway,
            "RouteId": self.number,
            "RouteDescription": self.description,
            "Enabled": self.enabled,
            "RouteType": "USER",
            "RouteTableId": table,
            "DestinationIpv6CidrBlock": "",
            "RouteItemId": id,
            "PublishedToVbc": false,
            "CreatedTime": self.created.local(),
            "CdcId": "",
        })
    }

    fn read(call: &Call<'_>, p: &Params<'_>, vpc_id: &str) -> Result<Self, Refusal> {
        if !p.str("DestinationIpv6CidrBlock").is_empty() {
            return refused("UnsupportedOperation", "The local cloud's VPCs have no IPv6.");
        }
        let text = p.str("DestinationCidrBlock");
        let Some(destination) = Cidr::read(text).or_else(|| address(text)) else {
            let text = format!("DestinationCidrBlock `{text}` is no IPv4 network.");
            return refused("InvalidParameterValue.Malformed", text);
        };
        let inside = vpc::find(&call.store, vpc_id)?.filter(|vpc| vpc.cidr.contains(destination));
        if let Some(vpc) = inside {
            let text = format!("{destination} is inside the VPC's {}.", vpc.cidr);
            return refused("InvalidParameterValue.CidrConflict", text);
        }
        Ok(Self {
            number: call.store.next("route")?.cast_signed(),
            destination,
            gateway: Gateway::read(call, p, vpc_id)?,
            description: p.str("RouteDescription").to_owned(),
            enabled: p.bool("Enabled").unwrap_or(true),
            created: call.now,
        })
    }

    fn fits(&self, table: &str, filter: &Filter<'_>) -> Result<bool, Refusal> {
        let [kind, gateway] = self.gateway.words();
        Ok(match filter.name {
            "route-table-id" => filter.is(table),
            "gateway-type" => filter.is(kind),
            "gateway-id" => filter.is(gateway),
            "destination-cidr-block" => filter.is(&self.destination.to_string()),
            "route-type" => filter.is("USER"),
            _ => return unknown_filter(filter),
        })
    }
}

/// A single address is the network of it alone.
fn address(text: &str) -> Option<Cidr> {
    text.parse::<Ipv4Addr>().ok().and_then(|address| Cidr::read(&format!("{address}/32")))
}

pub(super) fn create(call: &Call<'_>) -> Answer {
    let table_id = call.params.str("RouteTableId");
    let vpc = route_table::vpc_of(call, table_id)?;
    for p in call.params.objects("Routes") {
        let route = Route::read(call, &p, &vpc)?;
        let others = of_table(&call.store, table_id)?;
        if let Some((id, _)) = others.iter().find(|(_, it)| it.destination == route.destination) {
            let text = format!("{id} of {table_id} leads to {} already.", route.destination);
            return refused("InvalidParameterValue.Duplicate", text);
        }
        call.within(&quotas::ROUTES, others.len() + 1, "delete one or raise the quota")?;
        call.store.put(&key(table_id, &call.new_id("rti")?), &route)?;
    }
    Ok(json!({"TotalCount": 1, "RouteTableSet": [route_table::shown(call, table_id)?]}))
}

/// The route that a request names: by either id, or by where it leads.
fn asked(call: &Call<'_>, table: &str, p: &Params<'_>) -> Result<(String, Route), Refusal> {
    let (item, number) = (p.str("RouteItemId"), p.int("RouteId").filter(|id| *id != 0));
    let destination = p.str("DestinationCidrBlock");
    let mut routes = of_table(&call.store, table)?.into_iter();
    let found = routes.find(|(id, route)| match (item, number) {
        ("", None) => route.destination.to_string() == destination,
        ("", Some(number)) => route.number == number,
        (item, _) => id == item,
    });
    let text = || format!("{table} has no such route; its own cannot be edited.");
    found.ok_or_else(|| refuse("InvalidRouteId.NotFound", text()))
}

pub(super) fn delete(call: &Call<'_>) -> Answer {
    let table = call.params.str("RouteTableId");
    route_table::vpc_of(call, table)?;
    let mut gone = Vec::new();
    for p in call.params.objects("Routes") {
        let (id, route) = asked(call, table, &p)?;
        call.store.remove::<Route>(&key(table, &id))?;
        gone.push(route.show(table, &id));
    }
    Ok(json!({"RouteSet": gone}))
}

pub(super) fn replace(call: &Call<'_>) -> Answer {
    let table = call.params.str("RouteTableId");
    let vpc = route_table::vpc_of(call, table)?;
    let (mut old, mut new) = (Vec::new(), Vec::new());
    for p in call.params.objects("Routes") {
        let (id, before) = asked(call, table, &p)?;
        let wanted = Route::read(call, &p, &vpc)?;
        let after = Route { number: before.number, created: before.created, ..wanted };
        call.store.put(&key(table, &id), &after)?;
        old.push(before.show(table, &id));
        new.push(after.show(table, &id));
    }
    Ok(json!({"OldRouteSet": old, "NewRouteSet": new}))
}

pub(super) fn enable(call: &Call<'_>) -> Answer {
    switch(call, true)
}

pub(super) fn disable(call: &Call<'_>) -> Answer {
    switch(call, false)
}

fn switch(call: &Call<'_>, on: bool) -> Answer {
    let p = call.params;
    let table = p.str("RouteTableId");
    route_table::vpc_of(call, table)?;
    let (numbers, items) = (p.ints("RouteIds"), p.texts("RouteItemIds"));
    if numbers.is_empty() == items.is_empty() {
        return refused("InvalidParameter.Coexist", "Give either RouteIds or RouteItemIds.");
    }
    let mut routes = of_table(&call.store, table)?;
    routes.retain(|(id, it)| items.contains(&id.as_str()) || numbers.contains(&it.number));
    if routes.len() != numbers.len() + items.len() {
        let text = format!("{table} has no such route; its own cannot be edited.");
        return refused("InvalidRouteId.NotFound", text);
    }
    for (id, route) in routes {
        call.store.put(&key(table, &id), &Route { enabled: on, ..route })?;
    }
    Ok(json!({}))
}

pub(super) fn describe(call: &Call<'_>) -> Answer {
    let filters = filters(&call.params)?;
    let page = Page::of_ints(&call.params, MOST, "InvalidParameterValue")?;
    let mut found = Vec::new();
    for (key, route) in call.store.scan::<Route>("")? {
        let table = key.split('/').next().unwrap_or_default();
        if fits_all(&filters, |filter| route.fits(table, filter))? {
            found.push((route.number, route.show(table, own_id(&key))));
        }
    }
    found.sort_by_key(|(number, _)| *number);
    let total = found.len();
    let shown: Vec<_> = page.of(found).into_iter().map(|(_, shown)| shown).collect();
    Ok(json!({"RouteSet": shown, "TotalCount": total}))
}
