//! Files that are generated and checked in: `UPDATE=1 cargo test` writes them, `cargo test` refuses
//! a stale one.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use similar::TextDiff;

/// The root of the repository.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the crate is in the repository").into()
}

/// Compares files with what they should hold, or writes them.
///
/// # Panics
/// Where one is stale; the difference is shown.
pub fn check(files: &BTreeMap<PathBuf, String>) {
    let update = std::env::var_os("UPDATE").is_some();
    let mut stale = Vec::new();
    for (name, expected) in files {
        let path = root().join(name);
        let found = fs::read_to_string(&path).unwrap_or_default();
        if found == *expected {
            continue;
        }
        if update {
            fs::create_dir_all(path.parent().expect("a file is in a folder")).expect("writable");
            fs::write(&path, expected).expect("the repository is writable");
        } else {
            stale.push(stale_message(name, &found, expected));
        }
    }
    assert!(stale.is_empty(), "{}", stale.join("\n"));
}

/// Refuses files in `folder` that nothing generates.
///
/// # Panics
/// Where there is one.
pub fn refuse_orphans(folder: &str, files: &BTreeMap<PathBuf, String>) {
    for entry in fs::read_dir(root().join(folder)).into_iter().flatten().flatten() {
        let name = Path::new(folder).join(entry.file_name());
        assert!(files.contains_key(&name), "nothing generates {}: delete it", name.display());
    }
}

fn stale_message(name: &Path, found: &str, expected: &str) -> String {
    let difference = TextDiff::from_lines(found, expected);
    format!(
        "{} is stale; run `UPDATE=1 cargo test` and review the change:\n{}",
        name.display(),
        difference.unified_diff().context_radius(1)
    )
}

#[test]
fn a_stale_file_is_shown_with_its_difference() {
    let message = stale_message(Path::new("docs/x.md"), "a\nb\n", "a\nc\n");
    assert!(message.contains("UPDATE=1") && message.contains("-b\n+c\n"), "{message}");
}
