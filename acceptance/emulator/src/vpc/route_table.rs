//! Route tables: the table that comes with every VPC, and others that a subnet can be associated
//! with.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::subnet::{self, Subnet};
use super::{MOST, TAG, name, not_both, route, tags_fit, unknown_filter, vpc, well_formed};
use crate::call::Call;
use crate::clock::Time;
use crate::list::{Filter, Page, filters, fits_all};
use crate::quotas;
use crate::refusal::{Answer, Refusal, refuse, refused};
use crate::store::{Record, Scope, StoreError};
use crate::tags::{self, Tags};

#[derive(Debug, Clone, Serialize, Deserialize)]
struct RouteTable {
    vpc: String,
    name: String,
    main: bool,
    created: Time,
}

impl Record for RouteTable {
    const KIND: &'static str = "vpc.route_table";
}

/// Makes the table that comes with a VPC.
pub(super) fn create_main(call: &Call<'_>, vpc: &str) -> Result<(), Refusal> {
    let main = RouteTable {
        vpc: vpc.to_owned(),
        name: "default".to_owned(),
        main: true,
        created: call.now,
    };
    Ok(call.store.put(&call.new_id("rtb")?, &main)?)
}

fn of_vpc(here: &Scope<'_>, vpc: &str) -> Result<Vec<(String, RouteTable)>, StoreError> {
    let all = here.scan::<RouteTable>("")?.into_iter();
    Ok(all.filter(|(_, table)| table.vpc == vpc).collect())
}

/// The id of the table that came with a VPC.
pub(super) fn main_of(here: &Scope<'_>, vpc: &str) -> Result<String, StoreError> {
    let main = of_vpc(here, vpc)?.into_iter().find(|(_, table)| table.main);
    Ok(main.map(|(id, _)| id).unwrap_or_default())
}

/// The ids of the tables that users made in a VPC.
pub(super) fn custom_in(here: &Scope<'_>, vpc: &str) -> Result<Vec<String>, StoreError> {
    let tables = of_vpc(here, vpc)?.into_iter();
    Ok(tables.filter(|(_, table)| !table.main).map(|(id, _)| id).collect())
}

/// Forgets the table that came with a VPC that goes.
pub(super) fn delete_main(here: &Scope<'_>, vpc: &str) -> Result<(), StoreError> {
    let id = main_of(here, vpc)?;
    route::forget_table(here, &id)?;
    here.remove::<RouteTable>(&id).map(drop)
}

/// The VPC of the table that a caller names.
pub(super) fn vpc_of(call: &Call<'_>, id: &str) -> Result<String, Refusal> {
    Ok(named(call, id)?.vpc)
}

/// A table, as answers show it.
pub(super) fn shown(call: &Call<'_>, id: &str) -> Answer {
    named(call, id)?.show(call, id, &tags::of(&call.store, tags::ROUTE_TABLE, id)?)
}

/// Holds a caller to a table of that VPC.
pub(super) fn named_in(call: &Call<'_>, id: &str, vpc: &str) -> Result<String, Refusal> {
    if named(call, id)?.vpc == vpc {
        return Ok(id.to_owned());
    }
    refused("UnsupportedOperation.VpcMismatch", format!("{id} is not a table of {vpc}."))
}

fn named(call: &Call<'_>, id: &str) -> Result<RouteTable, Refusal> {
    well_formed("rtb", id, "InvalidRouteTableId.Malformed")?;
    let text = || format!("There is no route table {id}.");
    call.store.get(id)?.ok_or_else(|| refuse("ResourceNotFound", text()))
}

pub(super) fn create(call: &Call<'_>) -> Answer {
    let p = call.params;
    let vpc_id = p.str("VpcId");
    vpc::named(call, vpc_id)?;
    let count = of_vpc(&call.store, vpc_id)?.len() + 1;
    call.within(&quotas::ROUTE_TABLES, count, "delete one or raise the quota")?;
    let name = name("RouteTableName", p.str("RouteTableName"))?;
    let table = RouteTable { vpc: vpc_id.to_owned(), name, main: false, created: call.now };
    let id = call.new_id("rtb")?;
    call.store.put(&id, &table)?;
    tags::set_from(call, tags::ROUTE_TABLE, &id, &p.objects("Tags"), TAG)?;
    Ok(json!({"RouteTable": shown(call, &id)?}))
}

impl RouteTable {
    fn show(&self, call: &Call<'_>, id: &str, tags: &Tags) -> Answer {
        let subnets = call.store.scan::<Subnet>("")?.into_iter();
        let mine = subnets.filter(|(_, subnet)| subnet.route_table == id);
        let associations: Vec<_> =
            mine.map(|(subnet, _)| json!({"SubnetId": subnet, "RouteTableId": id})).collect();
        let mut routes = vec![self.local_route(call, id)?];
        routes.extend(route::shown(&call.store, id)?);
        Ok(json!({
            "VpcId": self.vpc,
            "RouteTableId": id,
            "RouteTableName": self.name,
            "AssociationSet": associations,
            "RouteSet": routes,
            "Main": self.main,
            "CreatedTime": self.created.local(),
            "TagSet": tags.list(TAG),
            "LocalCidrForCcn": [],
        }))
    }

    /// The route that every table has: the VPC itself. Nobody can edit it.
    fn local_route(&self, call: &Call<'_>, id: &str) -> Answer {
        let cidr = vpc::find(&call.store, &self.vpc)?.map(|vpc| vpc.cidr.to_string());
        Ok(json!({
            "DestinationCidrBlock": cidr.unwrap_or_default(),
            "GatewayType": "NORMAL_CVM",
            "GatewayId": "0",
            "RouteId": 0,
            "RouteDescription": "",
            "Enabled": true,
            "RouteType": "NETD",
            "RouteTableId": id,
            "DestinationIpv6CidrBlock": "",
            "RouteItemId": "",
            "PublishedToVbc": false,
            "CreatedTime": self.created.local(),
            "CdcId": "",
        }))
    }

    fn fits(&self, id: &str, tags: &Tags, filter: &Filter<'_>) -> Result<bool, Refusal> {
        Ok(match filter.name {
            "route-table-id" => filter.is(id),
            "route-table-name" => filter.is_in(&self.name),
            "vpc-id" => filter.is(&self.vpc),
            "association.main" => filter.is(if self.main { "true" } else { "false" }),
            _ => match tags_fit(filter, tags) {
                Some(fits) => fits,
                None => return unknown_filter(filter),
            },
        })
    }
}

pub(super) fn describe(call: &Call<'_>) -> Answer {
    let p = call.params;
    let (ids, filters) = (p.texts("RouteTableIds"), filters(&p)?);
    not_both(&ids, &filters)?;
    let page = Page::of_texts(&p, MOST, "InvalidParameterValue")?;
    let mut found: Vec<(Time, Value)> = Vec::new();
    for (id, table) in call.store.scan::<RouteTable>("")? {
        let tags = tags::of(&call.store, tags::ROUTE_TABLE, &id)?;
        let fits = fits_all(&filters, |filter| table.fits(&id, &tags, filter))?;
        if fits && (ids.is_empty() || ids.contains(&id.as_str())) {
            found.push((table.created, table.show(call, &id, &tags)?));
        }
    }
    found.sort_by_key(|(created, _)| *created);
    let total = found.len();
    let shown: Vec<_> = page.of(found).into_iter().map(|(_, shown)| shown).collect();
    Ok(json!({"TotalCount": total, "RouteTableSet": shown}))
}

pub(super) fn modify(call: &Call<'_>) -> Answer {
    let id = call.params.str("RouteTableId");
    let mut table = named(call, id)?;
    table.name = name("RouteTableName", call.params.str("RouteTableName"))?;
    call.store.put(id, &table)?;
    Ok(json!({}))
}

pub(super) fn delete(call: &Call<'_>) -> Answer {
    let id = call.params.str("RouteTableId");
    if named(call, id)?.main {
        let text = format!("{id} is the main table of its VPC and goes with it.");
        return refused("UnsupportedOperation.DelDefaultRoute", text);
    }
    let mut subnets = call.store.scan::<Subnet>("")?.into_iter();
    if let Some((subnet, _)) = subnets.find(|(_, subnet)| subnet.route_table == id) {
        let text = format!("{id} is associated with {subnet}.");
        return refused("UnsupportedOperation.DelRouteWithSubnet", text);
    }
    tags::forget(&call.store, tags::ROUTE_TABLE, id)?;
    route::forget_table(&call.store, id)?;
    call.store.remove::<RouteTable>(id)?;
    Ok(json!({}))
}

pub(super) fn associate(call: &Call<'_>) -> Answer {
    let p = call.params;
    let subnet_id = p.str("SubnetId");
    let mut subnet = subnet::named(call, subnet_id)?;
    subnet.route_table = named_in(call, p.str("RouteTableId"), &subnet.vpc)?;
    call.store.put(subnet_id, &subnet)?;
    Ok(json!({}))
}
