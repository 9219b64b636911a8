//! The rules of the product, by number: each is enforced and tested, or on the list that only
//! shrinks.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use acceptance::Emulator;
use acceptance::programs::programs;
use serde_json::Value;

/// R1 to R446.
const LAST: u32 = 446;

const OPEN: &str = include_str!("../../coverage/rules.txt");

/// The tests that are named after rules, by rule: `r46_memory_is_64_or_a_multiple_of_128`,
/// `r66_r67_...`.
fn tests() -> BTreeMap<u32, BTreeSet<String>> {
    let listed = Command::new("git").args(["ls-files", "*.rs"]).current_dir(root()).output();
    let names = String::from_utf8(listed.expect("git lists the files").stdout).expect("text");
    let mut tests = BTreeMap::<u32, BTreeSet<String>>::new();
    for source in names.lines().filter_map(|name| std::fs::read_to_string(root().join(name)).ok()) {
        for (rule, test) in rules_of(&source) {
            tests.entry(rule).or_default().insert(test);
        }
    }
    tests
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the repository").to_owned()
}

/// The rules that functions of a file are named after, with their names.
fn rules_of(source: &str) -> Vec<(u32, String)> {
    let functions =
        source.lines().filter_map(|line| line.trim().split_once("fn ")?.1.split_once('('));
    let rules = functions.flat_map(|(name, _)| {
        let numbers = name.split('_').map_while(|word| word.strip_prefix('r')?.parse().ok());
        numbers.map(|number| (number, name.to_owned())).collect::<Vec<_>>()
    });
    rules.collect()
}

/// The rules that no test is named after.
fn open() -> BTreeSet<u32> {
    OPEN.lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| line.trim_start_matches('R').parse().expect("a line is R and a number"))
        .collect()
}

#[test]
fn every_rule_is_tested_or_on_the_list_that_only_shrinks() {
    let (tested, open) = (tests().into_keys().collect::<BTreeSet<_>>(), open());
    let missing: Vec<_> =
        (1..=LAST).filter(|rule| !tested.contains(rule) && !open.contains(rule)).collect();
    assert!(missing.is_empty(), "no test is named after these rules: {missing:?}");
    let done: Vec<_> = open.intersection(&tested).collect();
    assert!(done.is_empty(), "take these off acceptance/coverage/rules.txt: {done:?}");
}

#[test]
fn rules_are_read_off_the_names_of_tests() {
    let source = "    async fn r46_memory() {\n fn r66_r67_handler(x: u8) {}\n fn rest_1() {}";
    let found = rules_of(source);
    let numbers: Vec<_> = found.iter().map(|(number, _)| *number).collect();
    assert_eq!((numbers, found[0].1.as_str()), (vec![46, 66, 67], "r46_memory"));
}

const HEAD: &str = "\
# What is covered

Made by the tests: `UPDATE=1 cargo test` writes it.

## Actions of the API that the local cloud carries out

An action that it does not carry out says so. `GET /_emulator/coverage` lists all of them.

| service | version | actions | not carried out |
|---|---|---|---|
";

/// A row of the services.
fn service(name: &str, coverage: &Value) -> String {
    let list = |member: &str| {
        let names = coverage[member].as_array().into_iter().flatten().filter_map(Value::as_str);
        names.map(str::to_owned).collect::<Vec<_>>()
    };
    let (emulated, missing) = (list("emulated"), list("not_emulated"));
    let version = coverage["version"].as_str().unwrap_or_default();
    format!(
        "| `{name}` | {version} | {} of {} | {} |\n",
        emulated.len(),
        emulated.len() + missing.len(),
        missing.join(", ")
    )
}

#[test]
fn the_page_of_what_is_covered_is_up_to_date() {
    let emulator = Emulator::start(programs(), &[]);
    let coverage = emulator.tell("coverage");
    let services = coverage.as_object().expect("services by name").iter();
    let mut page = services.fold(HEAD.to_owned(), |page, (name, one)| page + &service(name, one));
    let (tests, open) = (tests(), open());
    let _ = writeln!(
        page,
        "\n## Rules of the product, and the tests that are named after them\n\n{} of {LAST} rules have \
         tests.\n\n| rule | tests |\n|---|---|",
        LAST as usize - open.len()
    );
    for rule in 1..=LAST {
        let names = tests.get(&rule).into_iter().flatten().map(|name| format!("`{name}`"));
        let names = names.collect::<Vec<_>>().join("<br>");
        let _ = writeln!(page, "| R{rule} | {names} |");
    }
    let file = root().join("docs/coverage.md");
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&file, &page).unwrap();
    }
    let found = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(found == page, "docs/coverage.md is stale; run `UPDATE=1 cargo test`");
}
