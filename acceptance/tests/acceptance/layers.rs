//! Which crate may know which: the invariants of docs/architecture.md.

use std::collections::{BTreeMap, BTreeSet};

use cargo_metadata::{DependencyKind, MetadataCommand};

/// What each crate may depend on, of ours, outside of its tests.
const ALLOWED: [(&str, &[&str]); 7] = [
    ("tf-schema", &["tf-schema-derive"]),
    ("tf-schema-derive", &[]),
    ("tf-protocol", &["tf-schema"]),
    ("tencentcloud-api", &[]),
    ("terraform-provider-tencentcloud", &["tf-schema", "tf-protocol", "tencentcloud-api"]),
    // It meets the provider and the local cloud as programs only.
    ("acceptance", &["tencentcloud-api"]),
    // Above all not the client: a mistake in both would hide itself.
    ("tencentcloud-emulator", &[]),
];

/// What only one crate, or a few, may know.
const SPECIAL: [(&str, &[&str]); 5] = [
    ("prost", &["tf-protocol"]),
    ("rmp", &["tf-protocol"]),
    ("tonic", &["tf-protocol"]),
    ("reqwest", &["tencentcloud-api"]),
    ("hyper", &["tencentcloud-emulator"]),
];

/// The dependencies of each crate of ours.
fn dependencies() -> BTreeMap<String, BTreeSet<String>> {
    let metadata = MetadataCommand::new().no_deps().exec().expect("cargo describes the workspace");
    let packages = metadata.packages.into_iter();
    packages
        .map(|package| {
            let normal = package.dependencies.into_iter();
            let normal = normal.filter(|dependency| dependency.kind == DependencyKind::Normal);
            (package.name.to_string(), normal.map(|dependency| dependency.name).collect())
        })
        .collect()
}

#[test]
fn crates_depend_only_on_what_lies_below_them() {
    let dependencies = dependencies();
    let ours: BTreeSet<&String> = dependencies.keys().collect();
    let listed: BTreeSet<&str> = ALLOWED.iter().map(|(name, _)| *name).collect();
    assert_eq!(ours.iter().map(|name| name.as_str()).collect::<BTreeSet<_>>(), listed);
    for (name, allowed) in ALLOWED {
        let used = dependencies[name].iter().filter(|used| ours.contains(used));
        for used in used {
            assert!(allowed.contains(&used.as_str()), "{name} must not depend on {used}");
        }
    }
}

#[test]
fn protobuf_msgpack_and_http_are_known_in_one_place() {
    for (name, used) in dependencies() {
        for (special, allowed) in SPECIAL {
            let knows = used.contains(special);
            assert!(!knows || allowed.contains(&name.as_str()), "{name} must not know {special}");
        }
    }
}
