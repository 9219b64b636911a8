//! Which actions this cloud carries out: one table a service.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use crate::call::{Action, Run};
use crate::shapes;

/// The services that carry out anything, with their tables.
const SERVICES: &[(&str, &[Action])] = &[
    ("cam", crate::cam::ACTIONS),
    ("cfs", crate::cfs::ACTIONS),
    ("clb", crate::clb::ACTIONS),
    ("cls", crate::cls::ACTIONS),
    ("monitor", crate::monitor::ACTIONS),
    ("mps", crate::mps::ACTIONS),
    ("scf", crate::scf::ACTIONS),
    ("sts", crate::sts::ACTIONS),
    ("tag", crate::tag::ACTIONS),
    ("vpc", crate::vpc::ACTIONS),
];

/// How an action is carried out; `None` for one that is not emulated yet.
#[must_use]
pub fn find(service: &str, action: &str) -> Option<Run> {
    let (_, actions) = SERVICES.iter().find(|(name, _)| *name == service)?;
    actions.iter().find(|known| known.name == action).map(|known| known.run)
}

/// What is emulated of one service.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Coverage {
    /// The API version.
    pub version: String,
    /// Actions that this cloud carries out.
    pub emulated: Vec<String>,
    /// Actions of the official shapes that it does not carry out yet.
    pub not_emulated: Vec<String>,
}

/// What is emulated, by service.
#[must_use]
pub fn coverage() -> BTreeMap<&'static str, Coverage> {
    let one = |name: &&'static str| {
        let service = shapes::service(name)?;
        let mut names: Vec<_> = service.actions.keys().map(ToString::to_string).collect();
        names.sort_unstable();
        let (emulated, not_emulated) =
            names.into_iter().partition(|action| find(name, action).is_some());
        Some((*name, Coverage { version: service.version.to_owned(), emulated, not_emulated }))
    };
    // COS is no service of the API 3.0, so it has no official shapes.
    let version = "XML".to_owned();
    let cos = Coverage { version, emulated: crate::cos::names(), not_emulated: Vec::new() };
    shapes::SERVICES.iter().filter_map(one).chain([("cos", cos)]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_action_has_an_official_shape_and_stands_once() {
        for (service, actions) in SERVICES {
            let shapes = shapes::service(service).unwrap();
            for (i, action) in actions.iter().enumerate() {
                assert!(shapes.actions.contains_key(action.name), "{service}.{}", action.name);
                let twice = actions[..i].iter().any(|other| other.name == action.name);
                assert!(!twice, "{service}.{} stands twice", action.name);
            }
        }
    }
}
