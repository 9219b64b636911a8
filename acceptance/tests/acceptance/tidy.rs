//! Sizes and words of the repository's files.

use std::path::{Path, PathBuf};
use std::process::Command;

/// No hand-written file is longer.
const LONGEST: usize = 600;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the crate is in the repository").into()
}

/// Every file that git tracks, with its text where it is one.
fn files() -> Vec<(String, String)> {
    let listed = Command::new("git").args(["ls-files"]).current_dir(root()).output();
    let listed = listed.expect("git lists the files");
    let names = String::from_utf8(listed.stdout).expect("names are text");
    let names = names.lines().map(str::to_owned);
    names
        .filter_map(|name| Some((name.clone(), std::fs::read_to_string(root().join(name)).ok()?)))
        .collect()
}

#[test]
fn no_file_is_too_long_to_read() {
    let sources = files().into_iter().filter(|(name, _)| name.ends_with(".rs"));
    let long: Vec<_> = sources
        .map(|(name, text)| (text.lines().count(), name))
        .filter(|(lines, _)| *lines > LONGEST)
        .collect();
    assert!(long.is_empty(), "split these: {long:?}");
}

#[test]
fn every_file_of_rust_says_what_it_is() {
    for (name, text) in files() {
        // What the compiler must refuse is shown as a user would write it.
        if name.ends_with(".rs") && !name.contains("/misuse/") {
            assert!(text.starts_with("//!"), "{name} must begin with what it is");
        }
    }
}

#[test]
fn nothing_is_left_unfinished() {
    let marks = ["to", "fix", "x"].map(|word| match word {
        "to" => "TODO".to_owned(),
        "fix" => "FIXME".to_owned(),
        _ => "XXX:".to_owned(),
    });
    for (name, text) in files() {
        if name.ends_with("tidy.rs") {
            continue;
        }
        for mark in &marks {
            assert!(!text.contains(mark), "{name} has a {mark}");
        }
        let ignored = name.ends_with(".rs") && text.contains("#[ignore");
        assert!(!ignored, "{name} ignores a test");
    }
}
