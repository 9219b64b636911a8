//! Triggers that other services make: of topics of the log service and of the media service.

use std::collections::BTreeSet;

use super::{Kind, Trigger, put, store};
use crate::call::Call;
use crate::clock::Time;
use crate::refusal::{Refusal, refused};
use crate::regions;
use crate::scf::function::{self, Function, Kind as FunctionKind};
use crate::scf::version;
use crate::store::{Scope, StoreError};

/// The function that a service names.
#[derive(Debug, Clone, Copy)]
pub struct Place<'a> {
    /// Its namespace.
    pub namespace: &'a str,
    /// Its name.
    pub function: &'a str,
    /// A version, an alias, or `$LATEST`.
    pub qualifier: &'a str,
}

impl Place<'_> {
    /// Where the function is stored.
    fn id(&self) -> String {
        function::id(self.namespace, self.function)
    }

    /// Whether a trigger, stored under `key`, calls this function at this qualifier.
    #[must_use]
    pub fn is(&self, key: &str, trigger: &Trigger) -> bool {
        key.starts_with(&format!("{}/", self.id())) && trigger.qualifier == self.qualifier
    }
}

impl Trigger {
    /// A trigger that another service makes, without a function yet.
    #[must_use]
    pub fn made_by(
        call: &Call<'_>,
        kind: Kind,
        name: &str,
        settings: String,
        resource: String,
    ) -> Self {
        Self {
            kind: kind.name().to_owned(),
            name: name.to_owned(),
            qualifier: String::new(),
            settings,
            enabled: true,
            argument: String::new(),
            description: String::new(),
            owner: call.account.secret_id.clone(),
            resource,
            created: call.now,
            modified: call.now,
        }
    }
}

/// Gives a function a trigger that another service makes.
///
/// # Errors
/// When there is no such function or qualifier, it takes no events, is not settled, or has ten
/// triggers of the type already.
pub fn bind(call: &Call<'_>, place: &Place<'_>, trigger: Trigger) -> Result<(), Refusal> {
    let function = function::named(&call.store, call.now, place.namespace, place.function)?;
    if function.kind == FunctionKind::Http {
        // R107.
        let text = format!(
            "{} is a web function; only event functions take these events.",
            place.function
        );
        return refused("InvalidParameter", text);
    }
    function.must_be_settled(place.function, call.now)?;
    if function::qualifier(&call.store, place.namespace, place.function, place.qualifier)?.is_none()
    {
        return Err(function::no_version(place.function, place.qualifier));
    }
    let trigger = Trigger { qualifier: place.qualifier.to_owned(), ..trigger };
    put(call, &place.id(), &trigger)
}

/// Puts a trigger that another service has made on or off.
///
/// # Errors
/// When the store fails.
pub fn switch(call: &Call<'_>, key: &str, trigger: Trigger, on: bool) -> Result<(), Refusal> {
    store(call, key, &Trigger { enabled: on, modified: call.now, ..trigger })
}

/// The trigger of that type and name in the call's region, with its key.
///
/// # Errors
/// When the store fails.
pub fn find(
    here: &Scope<'_>,
    kind: Kind,
    name: &str,
) -> Result<Option<(String, Trigger)>, StoreError> {
    let mut all = here.scan::<Trigger>("")?.into_iter();
    Ok(all.find(|(_, trigger)| trigger.kind == kind.name() && trigger.name == name))
}

/// The trigger of that type and name in any region: the region, the key and the trigger.
///
/// # Errors
/// When the store fails.
pub fn find_everywhere(
    call: &Call<'_>,
    kind: Kind,
    name: &str,
) -> Result<Option<(&'static str, String, Trigger)>, StoreError> {
    for region in regions::REGIONS {
        if let Some((key, trigger)) = find(&call.store.in_region(region), kind, name)? {
            return Ok(Some((region, key, trigger)));
        }
    }
    Ok(None)
}

/// Whether a function that `topic` calls would call itself for ever: what it writes comes back into
/// the topic, directly or by way of other functions.
///
/// # Errors
/// When the store fails.
pub fn would_loop(call: &Call<'_>, topic: &str, place: &Place<'_>) -> Result<bool, StoreError> {
    let written = topics(&call.store, call.now, place.namespace, place.function)?;
    reaches(&call.store, call.now, written, topic)
}

/// Whether a function that writes into `topic` would call itself for ever.
pub(in crate::scf) fn would_loop_into(
    call: &Call<'_>,
    topic: &str,
    function: &str,
) -> Result<bool, StoreError> {
    let own = call.store.scan::<Trigger>(&format!("{function}/{}/", Kind::Cls.name()))?;
    for (_, trigger) in own {
        if reaches(&call.store, call.now, vec![topic.to_owned()], &trigger.name)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether lines that arrive in one of the topics `from` lead to lines in `topic`.
fn reaches(
    here: &Scope<'_>,
    now: Time,
    mut from: Vec<String>,
    topic: &str,
) -> Result<bool, StoreError> {
    let mut seen = BTreeSet::new();
    while let Some(next) = from.pop() {
        if next == topic {
            return Ok(true);
        }
        if !seen.insert(next.clone()) {
            continue;
        }
        if let Some((key, _)) = find(here, Kind::Cls, &next)? {
            let mut parts = key.split('/');
            let (namespace, name) = (parts.next(), parts.next());
            let (namespace, name) = (namespace.unwrap_or_default(), name.unwrap_or_default());
            from.extend(topics(here, now, namespace, name)?);
        }
    }
    Ok(false)
}

/// The topics into which any version of a function writes.
fn topics(
    here: &Scope<'_>,
    now: Time,
    namespace: &str,
    name: &str,
) -> Result<Vec<String>, StoreError> {
    let Some(function) = function::find(here, now, namespace, name)? else { return Ok(Vec::new()) };
    let Function { latest, serving, .. } = &function;
    let id = function::id(namespace, name);
    let versions = version::all(here, &id)?;
    let revisions = versions.iter().map(|(_, version)| &version.revision);
    let all = revisions.chain([latest]).chain(serving);
    Ok(all.map(|revision| revision.cls_topic.clone()).collect())
}
