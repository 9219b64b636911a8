//! The rules of the product, by number: each is enforced and tested, or on the list that only
//! shrinks.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

/// R1 to R446.
const LAST: u32 = 446;

const OPEN: &str = include_str!("../../coverage/rules.txt");

/// The rules that tests are named after: `r46_memory_is_64_or_a_multiple_of_128`, `r66_r67_...`.
fn tested() -> BTreeSet<u32> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the repository");
    let listed = Command::new("git").args(["ls-files", "*.rs"]).current_dir(root).output();
    let names = String::from_utf8(listed.expect("git lists the files").stdout).expect("text");
    let sources = names.lines().filter_map(|name| std::fs::read_to_string(root.join(name)).ok());
    sources.flat_map(|source| rules_of(&source)).collect()
}

fn rules_of(source: &str) -> Vec<u32> {
    let functions =
        source.lines().filter_map(|line| line.trim().split_once("fn ")?.1.split_once('('));
    let words = functions.flat_map(|(name, _)| {
        name.split('_').map_while(|word| word.strip_prefix('r')?.parse().ok()).collect::<Vec<_>>()
    });
    words.collect()
}

#[test]
fn every_rule_is_tested_or_on_the_list_that_only_shrinks() {
    let tested = tested();
    let open: BTreeSet<u32> = OPEN
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| line.trim_start_matches('R').parse().expect("a line is R and a number"))
        .collect();
    let missing: Vec<_> =
        (1..=LAST).filter(|rule| !tested.contains(rule) && !open.contains(rule)).collect();
    assert!(missing.is_empty(), "no test is named after these rules: {missing:?}");
    let done: Vec<_> = open.intersection(&tested).collect();
    assert!(done.is_empty(), "take these off acceptance/coverage/rules.txt: {done:?}");
}

#[test]
fn rules_are_read_off_the_names_of_tests() {
    let source = "    async fn r46_memory() {\n fn r66_r67_handler(x: u8) {}\n fn rest_1() {}";
    assert_eq!(rules_of(source), [46, 66, 67]);
}
