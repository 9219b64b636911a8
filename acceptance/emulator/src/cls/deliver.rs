//! Topics that call functions: the log service's side of triggers of the type `cls`.

use serde_json::json;

use super::topic;
use crate::call::Call;
use crate::refusal::{Answer, Refusal, refuse, refused};
use crate::regions;
use crate::scf::trigger::{self, Cls, Kind, Place, Trigger};

/// Seconds that lines wait for more.
const WAIT: std::ops::RangeInclusive<i64> = 3..=300;
const USUAL_WAIT: i64 = 60;
/// Lines that are handed over at once.
const LINES: std::ops::RangeInclusive<i64> = 1..=10_000;
const USUAL_LINES: i64 = 100;

pub(super) fn create(call: &Call<'_>) -> Answer {
    let p = &call.params;
    let id = p.str("TopicId");
    topic::named(&call.store, id)?;
    let (namespace, function) = (p.str("Namespace"), p.str("FunctionName"));
    let place = Place { namespace, function, qualifier: p.str("Qualifier") };
    let number = |member: &str, usual, range: std::ops::RangeInclusive<i64>| {
        let number = p.int(member).unwrap_or(usual);
        match range.contains(&number) {
            true => Ok(number),
            false => {
                let text = format!("{member} must be {} to {}.", range.start(), range.end());
                refused("InvalidParameter", text)
            }
        }
    };
    let settings = Cls {
        effective: true,
        function_name: function.to_owned(),
        max_size: number("MaxMsgNum", USUAL_LINES, LINES)?,
        max_wait: number("Timeout", USUAL_WAIT, WAIT)?,
        name_space: namespace.to_owned(),
        qualifier: place.qualifier.to_owned(),
        topic_id: id.to_owned(),
    };
    may_call(call, id, &place)?;
    let resource =
        format!("qcs::cls:{}:uin/{}:topic/{id}", regions::short(call.region()), call.account.uin);
    let settings = serde_json::to_string(&settings)
        .map_err(|error| refuse("InternalError", error.to_string()))?;
    trigger::bind(call, &place, Trigger::made_by(call, Kind::Cls, id, settings, resource))?;
    Ok(json!({}))
}

/// A topic calls one function, and none that calls itself so.
fn may_call(call: &Call<'_>, id: &str, place: &Place<'_>) -> Result<(), Refusal> {
    if let Some((key, _)) = trigger::find(&call.store, Kind::Cls, id)? {
        let text = format!("The topic {id} calls a function already: {key}.");
        return refused("InvalidParameter.DbDuplication", text);
    }
    if trigger::would_loop(call, id, place)? {
        let text = format!(
            "What {} writes arrives in the topic {id}, directly or by way of other functions: it \
             would call itself for ever. Write its logs elsewhere.",
            place.function
        );
        return refused("InvalidParameter", text);
    }
    Ok(())
}
