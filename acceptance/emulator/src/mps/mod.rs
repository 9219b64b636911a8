//! The media service: no more of it than what makes triggers of functions.

use serde_json::json;

use crate::call::{Action, Call, write};
use crate::refusal::{Answer, Refusal, refused};
use crate::scf::trigger::{Kind, Place, Trigger, bind, find_everywhere, switch};

/// What this service carries out.
pub const ACTIONS: &[Action] =
    &[write("BindTrigger", bind_trigger), write("UnbindTrigger", unbind_trigger)];

/// What can be told to a function.
pub const EVENTS: [&str; 2] = ["WorkflowTask", "EditMediaTask"];

fn place<'a>(call: &Call<'a>) -> Place<'a> {
    let p = &call.params;
    let (namespace, function) = (p.str("Namespace"), p.str("FunctionName"));
    Place { namespace, function, qualifier: p.str("Qualifier") }
}

/// Events are those of an account, wherever they happen: a type of them has one trigger.
fn bind_trigger(call: &Call<'_>) -> Answer {
    let (p, event) = (&call.params, call.params.str("EventType"));
    if !EVENTS.contains(&event) {
        let text = format!("EventType `{event}` must be WorkflowTask or EditMediaTask.");
        return refused("InvalidParameterValue", text);
    }
    if p.str("ScfRegion") != call.region() {
        let text = "ScfRegion must be the region of the call.";
        return refused("InvalidParameterValue", text);
    }
    let place = place(call);
    match find_everywhere(call, Kind::Mps, event)? {
        Some((region, key, trigger))
            if region == call.region() && place.is(&key, &trigger) && !trigger.enabled =>
        {
            switch(call, &key, trigger.clone(), true)?;
            Ok(json!({"ResourceId": trigger.resource}))
        }
        Some((region, key, _)) => {
            let text = format!("{event} has a trigger already: {key} in {region}.");
            refused("ResourceInUse", text)
        }
        None => {
            let resource = format!("qcs::mps:::uin/{}:TriggerType/{event}Event", call.account.uin);
            let settings = json!({"eventType": event}).to_string();
            let trigger = Trigger::made_by(call, Kind::Mps, event, settings, resource);
            bind(call, &place, trigger.clone())?;
            Ok(json!({"ResourceId": trigger.resource}))
        }
    }
}

/// The trigger stays, and is off until it is bound again.
fn unbind_trigger(call: &Call<'_>) -> Answer {
    let place = place(call);
    for event in EVENTS {
        if let Some((region, key, trigger)) = find_everywhere(call, Kind::Mps, event)?
            && region == call.region()
            && place.is(&key, &trigger)
            && trigger.resource == call.params.str("ResourceId")
        {
            switch(call, &key, trigger, false)?;
            return Ok(json!({}));
        }
    }
    unknown(call.params.str("ResourceId"))
}

fn unknown<T>(resource: &str) -> Result<T, Refusal> {
    refused("ResourceNotFound", format!("No trigger of the function is {resource}."))
}
