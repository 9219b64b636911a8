//! Elastic public addresses. Here they are addresses for documentation (RFC 5737): nothing in the world
//! answers there.

use std::net::Ipv4Addr;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{MOST, TAG, not_both, tags_fit, unknown_filter, well_formed};
use crate::call::Call;
use crate::clock::Time;
use crate::list::{Filter, Page, filters, fits_all};
use crate::quotas;
use crate::refusal::{Answer, Refusal, refuse, refused};
use crate::store::{Record, Scope, StoreError};
use crate::tags::{self, Tags};

const NETWORK: [u8; 3] = [198, 51, 100];
const BANDWIDTHS: std::ops::RangeInclusive<i64> = 1..=2000;
const USUAL_BANDWIDTH: i64 = 1;
const USUAL_CHARGE: &str = "TRAFFIC_POSTPAID_BY_HOUR";
const MOST_AT_ONCE: i64 = 20;

/// A public address.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Address {
    pub(super) ip: Ipv4Addr,
    name: String,
    /// What it is bound to.
    pub(super) bound: Option<String>,
    bandwidth: i64,
    charge: String,
    created: Time,
}

impl Record for Address {
    const KIND: &'static str = "vpc.address";
}

/// A new address, as the call wants it; its id.
fn allocate_one(call: &Call<'_>) -> Result<String, Refusal> {
    let p = call.params;
    let bandwidth = p.int("InternetMaxBandwidthOut").unwrap_or(USUAL_BANDWIDTH);
    if !BANDWIDTHS.contains(&bandwidth) {
        let text = format!("InternetMaxBandwidthOut {bandwidth} must be 1 to 2000.");
        return refused("InvalidParameterValue.BandwidthOutOfRange", text);
    }
    let charge = Some(p.str("InternetChargeType")).filter(|charge| !charge.is_empty());
    add(call, p.str("AddressName"), bandwidth, charge.unwrap_or(USUAL_CHARGE), None)
}

/// A new address that is bound to a gateway; its id.
pub(super) fn allocate_for(call: &Call<'_>, gateway: &str) -> Result<String, Refusal> {
    add(call, "", USUAL_BANDWIDTH, USUAL_CHARGE, Some(gateway))
}

fn add(
    call: &Call<'_>,
    name: &str,
    bandwidth: i64,
    charge: &str,
    bound: Option<&str>,
) -> Result<String, Refusal> {
    let count = call.store.count::<Address>("")? + 1;
    call.within(&quotas::ADDRESSES, count, "release one or raise the quota")?;
    let [a, b, c] = NETWORK;
    let d = u8::try_from(call.store.next("eip address")? % 254 + 1).unwrap_or(1);
    let address = Address {
        ip: Ipv4Addr::new(a, b, c, d),
        name: name.to_owned(),
        bound: bound.map(str::to_owned),
        bandwidth,
        charge: charge.to_owned(),
        created: call.now,
    };
    let id = call.new_id("eip")?;
    call.store.put(&id, &address)?;
    Ok(id)
}

/// The address of that number, for a gateway that wants it.
pub(super) fn free_by_ip(call: &Call<'_>, ip: &str) -> Result<(String, Address), Refusal> {
    let mut all = call.store.scan::<Address>("")?.into_iter();
    let Some((id, address)) = all.find(|(_, address)| address.ip.to_string() == ip) else {
        let text = format!("There is no address {ip} in {}.", call.region());
        return refused("InvalidParameterValue.AddressNotFound", text);
    };
    if let Some(other) = &address.bound {
        let text = format!("{ip} is bound to {other}.");
        return refused("ResourceInUse.Address", text);
    }
    Ok((id, address))
}

/// Binds an address, or lets it go.
pub(super) fn bind(here: &Scope<'_>, id: &str, bound: Option<&str>) -> Result<(), StoreError> {
    match here.get::<Address>(id)? {
        Some(address) => here.put(id, &Address { bound: bound.map(str::to_owned), ..address }),
        None => Ok(()),
    }
}

fn named(call: &Call<'_>, id: &str) -> Result<Address, Refusal> {
    well_formed("eip", id, "InvalidAddressId.NotFound")?;
    let text = || format!("There is no address {id}.");
    call.store.get(id)?.ok_or_else(|| refuse("InvalidAddressId.NotFound", text()))
}

pub(super) fn allocate(call: &Call<'_>) -> Answer {
    let count = call.params.int("AddressCount").unwrap_or(1);
    if !(1..=MOST_AT_ONCE).contains(&count) {
        return refused("InvalidParameterValue", "AddressCount must be 1 to 20.");
    }
    let mut ids = Vec::new();
    for _ in 0..count {
        let id = allocate_one(call)?;
        tags::set_from(call, tags::ADDRESS, &id, &call.params.objects("Tags"), TAG)?;
        ids.push(id);
    }
    Ok(json!({"AddressSet": ids, "TaskId": task(call)?}))
}

/// What was asked of addresses. It is over when its call is answered.
#[derive(Debug, Serialize, Deserialize)]
struct Task {}

impl Record for Task {
    const KIND: &'static str = "vpc.address_task";
}

/// The number of a new task.
fn task(call: &Call<'_>) -> Result<String, StoreError> {
    let id = (call.store.next("address task")? + 1).to_string();
    call.store.put(&id, &Task {})?;
    Ok(id)
}

pub(super) fn task_result(call: &Call<'_>) -> Answer {
    let id = call.params.int("TaskId").unwrap_or_default();
    if call.store.get::<Task>(&id.to_string())?.is_none() {
        return refused("ResourceNotFound", format!("There is no task {id}."));
    }
    Ok(json!({"TaskId": id, "Result": "SUCCESS"}))
}

impl Address {
    fn show(&self, id: &str, tags: &Tags) -> Value {
        let kind = self.bound.as_ref().map_or("", |_| "NAT");
        json!({
            "AddressId": id,
            "AddressName": self.name,
            "AddressStatus": if self.bound.is_some() { "BIND" } else { "UNBIND" },
            "AddressIp": self.ip,
            "InstanceId": self.bound.as_deref().unwrap_or_default(),
            "InstanceType": kind,
            "CreatedTime": self.created.iso(),
            "NetworkInterfaceId": "",
            "PrivateAddressIp": "",
            "IsArrears": false,
            "IsBlocked": false,
            "IsEipDirectConnection": false,
            "AddressType": "EIP",
            "CascadeRelease": false,
            "EipAlgType": {"Ftp": false, "Sip": false},
            "InternetServiceProvider": "BGP",
            "LocalBgp": false,
            "Bandwidth": self.bandwidth,
            "InternetChargeType": self.charge,
            "TagSet": tags.list(TAG),
            "DeadlineDate": null,
            "Egress": null,
        })
    }

    fn fits(&self, id: &str, tags: &Tags, filter: &Filter<'_>) -> Result<bool, Refusal> {
        let status = if self.bound.is_some() { "BIND" } else { "UNBIND" };
        Ok(match filter.name {
            "address-id" => filter.is(id),
            "address-name" => filter.is_in(&self.name),
            "address-ip" => filter.is(&self.ip.to_string()),
            "address-status" => filter.is(status),
            "instance-id" => self.bound.as_ref().is_some_and(|bound| filter.is(bound)),
            _ => match tags_fit(filter, tags) {
                Some(fits) => fits,
                None => return unknown_filter(filter),
            },
        })
    }
}

pub(super) fn describe(call: &Call<'_>) -> Answer {
    let p = call.params;
    let (ids, filters) = (p.texts("AddressIds"), filters(&p)?);
    not_both(&ids, &filters)?;
    let page = Page::of_ints(&p, MOST, "InvalidParameterValue")?;
    let mut found: Vec<(Time, Value)> = Vec::new();
    for (id, address) in call.store.scan::<Address>("")? {
        let tags = tags::of(&call.store, tags::ADDRESS, &id)?;
        let fits = fits_all(&filters, |filter| address.fits(&id, &tags, filter))?;
        if fits && (ids.is_empty() || ids.contains(&id.as_str())) {
            found.push((address.created, address.show(&id, &tags)));
        }
    }
    found.sort_by_key(|(created, _)| *created);
    let total = found.len();
    let shown: Vec<_> = page.of(found).into_iter().map(|(_, shown)| shown).collect();
    Ok(json!({"TotalCount": total, "AddressSet": shown}))
}

pub(super) fn modify(call: &Call<'_>) -> Answer {
    let id = call.params.str("AddressId");
    let mut address = named(call, id)?;
    if let Some(name) = call.params.text("AddressName") {
        name.clone_into(&mut address.name);
    }
    call.store.put(id, &address)?;
    Ok(json!({}))
}

pub(super) fn modify_bandwidth(call: &Call<'_>) -> Answer {
    let bandwidth = call.params.int("InternetMaxBandwidthOut").unwrap_or_default();
    if !BANDWIDTHS.contains(&bandwidth) {
        let text = format!("InternetMaxBandwidthOut {bandwidth} must be 1 to 2000.");
        return refused("InvalidParameterValue.BandwidthOutOfRange", text);
    }
    for id in call.params.texts("AddressIds") {
        let address = named(call, id)?;
        call.store.put(id, &Address { bandwidth, ..address })?;
    }
    Ok(json!({"TaskId": task(call)?}))
}

pub(super) fn release(call: &Call<'_>) -> Answer {
    for id in call.params.texts("AddressIds") {
        if let Some(bound) = named(call, id)?.bound {
            let text = format!("{id} is bound to {bound}.");
            return refused("InvalidAddressIdStatus.NotPermit", text);
        }
        tags::forget(&call.store, tags::ADDRESS, id)?;
        call.store.remove::<Address>(id)?;
    }
    Ok(json!({"TaskId": task(call)?}))
}

pub(super) fn quota(call: &Call<'_>) -> Answer {
    let count = call.store.count::<Address>("")?;
    let limit = call.limit(&quotas::ADDRESSES)?;
    let quota = |id: &str, current: usize, limit: i64| json!({"QuotaId": id, "QuotaCurrent": current, "QuotaLimit": limit, "QuotaGroup": ""});
    Ok(json!({"QuotaSet": [quota("TOTAL_EIP_QUOTA", count, limit)]}))
}
