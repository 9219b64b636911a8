//! Planning: the rules that Terraform holds a provider to.

use std::collections::BTreeSet;

use tf_schema::plan::{Known, Planned, finish, start};
use tf_schema::{Dynamic, Model, Resource, Value, conform, plan};

use crate::model::{Function, config};

/// Plans as Terraform asks for it, with `proposed` made by Terraform's own rules for our cases.
fn plan_of(prior: &Dynamic, config: &Dynamic) -> Planned {
    let block = Function::block();
    let mut proposed = config.clone();
    for attribute in block.attributes.iter().filter(|a| a.computed) {
        if config.get(attribute.name).is_null() {
            proposed.set(attribute.name, prior.get(attribute.name).clone());
        }
    }
    if let (Some(old), Some(new)) =
        (prior.get("triggers").elements().first(), config.get("triggers").elements().first())
    {
        let mut element = new.clone();
        if old.get("kind") == new.get("kind") {
            element.set("made", old.get("made").clone());
        }
        proposed.set("triggers", Dynamic::List(vec![element]));
    }
    let known = Known { prior, config };
    let planned = start(&block, known, proposed);
    finish(&block, known, planned, &BTreeSet::new())
}

/// The state after `config` was applied.
fn applied() -> Dynamic {
    let mut state = config();
    state.set("id", "fn-1".into());
    state.set("status", "Active".into());
    state.set(
        "triggers",
        Dynamic::List(vec![[("kind", "timer".into()), ("made", "today".into())].into()]),
    );
    state
}

fn replaced(planned: &Planned) -> Vec<String> {
    planned.replace.iter().map(ToString::to_string).collect()
}

#[test]
fn creating_leaves_to_the_cloud_what_the_cloud_decides() {
    let planned = plan_of(&Dynamic::Null, &config());
    assert!(planned.state.get("id").is_unknown());
    assert!(planned.state.get("status").is_unknown());
    assert!(planned.state.get("triggers").elements()[0].get("made").is_unknown());
    assert_eq!(planned.state.get("name"), &"hello".into());
    assert!(planned.replace.is_empty());
}

#[test]
fn a_default_stands_where_nothing_is_set_but_not_for_unknown() {
    let mut config = config();
    config.set("mem_size", Dynamic::Null);
    assert_eq!(plan_of(&Dynamic::Null, &config).state.get("mem_size"), &128.into());
    config.set("mem_size", Dynamic::Unknown);
    assert!(plan_of(&Dynamic::Null, &config).state.get("mem_size").is_unknown());
}

#[test]
fn nothing_changes_when_nothing_is_changed() {
    assert_eq!(plan_of(&applied(), &config()), Planned { state: applied(), replace: vec![] });
}

#[test]
fn a_change_makes_computed_values_unknown_and_keeps_stable_ones() {
    let mut config = config();
    config.set("mem_size", 512.into());
    let planned = plan_of(&applied(), &config);
    assert_eq!(planned.state.get("id"), &"fn-1".into());
    assert!(planned.state.get("status").is_unknown());
    assert!(planned.replace.is_empty());
}

#[test]
fn a_new_name_needs_a_new_function() {
    let mut config = config();
    config.set("name", "other".into());
    assert_eq!(replaced(&plan_of(&applied(), &config)), ["name"]);
    config.set("name", Dynamic::Unknown);
    assert_eq!(replaced(&plan_of(&applied(), &config)), ["name"]);
}

#[test]
fn planning_twice_gives_the_same_plan() {
    let mut config = config();
    config.set("mem_size", 512.into());
    assert_eq!(plan_of(&applied(), &config), plan_of(&applied(), &config));
}

#[test]
fn what_the_resource_has_planned_itself_is_left_alone() {
    let (block, config) = (Function::block(), config());
    let known = Known { prior: &Dynamic::Null, config: &config };
    let mut planned = start(&block, known, config.clone());
    planned.set("status", "Active".into());
    let pinned = BTreeSet::from(["status".to_owned()]);
    let planned = finish(&block, known, planned, &pinned);
    assert_eq!(planned.state.get("status"), &"Active".into());
    assert!(planned.state.get("id").is_unknown());
}

#[test]
fn what_others_changed_meanwhile_waits_for_the_next_refresh() {
    let block = Function::block();
    let (planned, mut state) = (applied(), applied());
    state.set("status", "Updating".into());
    state.set("mem_size", 64.into());
    plan::hold_to_plan(&block, &planned, &mut state);
    assert_eq!(state.get("status"), &"Active".into());
    assert_eq!(state.get("mem_size"), &64.into(), "what the user decides is not hidden");
    let mut planned = applied();
    planned.set("status", Dynamic::Unknown);
    state.set("status", "Updating".into());
    plan::hold_to_plan(&block, &planned, &mut state);
    assert_eq!(state.get("status"), &"Updating".into());
}

/// A document, which may be written in several ways.
#[derive(Resource)]
struct Document {
    /// The text.
    #[tf(required, equal_when(|a, b| a.trim() == b.trim()))]
    text: Value<String>,
    /// A password.
    #[tf(optional, write_only)]
    password: Value<String>,
}

#[test]
fn what_means_the_same_is_no_change_and_write_only_is_never_planned() {
    let block = Document::block();
    let prior = Dynamic::from([("text", "a".into()), ("password", Dynamic::Null)]);
    let config = Dynamic::from([("text", " a ".into()), ("password", "secret".into())]);
    let known = Known { prior: &prior, config: &config };
    let planned = finish(&block, known, start(&block, known, config.clone()), &BTreeSet::new());
    assert_eq!(planned.state, prior);
    let document = Document::decode(&planned.state, &tf_schema::Path::root()).unwrap();
    assert_eq!((document.text, document.password), (Value::from("a"), Value::Null));
}

#[test]
fn a_state_must_be_known_and_keep_the_plan() {
    let block = Function::block();
    let planned = plan_of(&Dynamic::Null, &config()).state;
    assert!(conform::is_final(&block, &planned).has_error());
    assert!(conform::is_final(&block, &applied()).is_empty());
    assert!(conform::keeps_plan(&block, &planned, &applied()).is_empty());
    let mut other = applied();
    other.set("mem_size", 64.into());
    let problems = conform::keeps_plan(&block, &planned, &other);
    let problem = problems.iter().next().unwrap();
    assert_eq!(problem.path.to_string(), "mem_size");
    assert_eq!(problem.detail, "Planned 256, but the cloud returned 64.");
}
