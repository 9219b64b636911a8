//! What plans have shown of a value that comes from outside of Terraform, as the hash of a file.
//!
//! Terraform asks for the plan once more when it applies, in another process, and calls a difference
//! a bug of the provider. Whoever remembers what was shown can say what has really happened.

use std::fs;
use std::path::PathBuf;

use crate::package::sha256;

/// How many plans are remembered: a plan may be applied after others were made.
const PLANS: usize = 16;

/// What the last plans on this machine have shown of one value, the newest last.
pub struct Shown(Option<PathBuf>);

impl Shown {
    /// Of the value that a `kind` of thing of that name has, in the configuration of this folder.
    pub fn of(kind: &str, name: &str) -> Shown {
        let directory = std::env::current_dir().unwrap_or_default();
        let key = format!("{}\n{kind} {name}", directory.display());
        // In the user's own folder: what others can write must not be trusted.
        let cache = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
        let cache = cache.or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".cache")));
        let name = sha256(key.as_bytes());
        Shown(cache.map(|cache| cache.join("terraform-provider-tencentcloud").join(name)))
    }

    /// While planning, remembers the value; one that is not known yet may become anything. While
    /// applying, what a plan has shown, if none has shown `value`.
    pub fn compare(&self, applying: bool, value: Option<&str>) -> Option<String> {
        match value {
            Some(value) if applying => {
                let shown = self.read();
                let foreseen = shown.iter().any(|shown| shown == value);
                shown.into_iter().next_back().filter(|_| !foreseen)
            }
            Some(value) => {
                self.add(value);
                None
            }
            None if applying => None,
            None => {
                self.forget();
                None
            }
        }
    }

    fn read(&self) -> Vec<String> {
        let text = self.0.as_ref().and_then(|path| fs::read_to_string(path).ok());
        text.unwrap_or_default().lines().map(str::to_owned).collect()
    }

    /// What cannot be remembered is only told in Terraform's words instead of better ones.
    fn add(&self, value: &str) {
        let Some(path) = &self.0 else { return };
        let mut shown = self.read();
        shown.retain(|known| known != value);
        shown.drain(..shown.len().saturating_sub(PLANS - 1));
        shown.push(value.to_owned());
        let _ = path.parent().map(fs::create_dir_all);
        let _ = fs::write(path, shown.join("\n"));
    }

    /// Plans of a thing that is deleted say nothing of one that is made later.
    pub fn forget(&self) {
        if let Some(path) = &self.0 {
            let _ = fs::remove_file(path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn planned(values: &[Option<&str>]) -> (tempfile::TempDir, Shown) {
        let folder = tempfile::tempdir().unwrap();
        let shown = Shown(Some(folder.path().join("cache/value")));
        for value in values {
            assert_eq!(shown.compare(false, *value), None);
        }
        (folder, shown)
    }

    #[test]
    fn what_no_plan_has_shown_is_told_apart() {
        let (_folder, shown) = planned(&[Some("one"), Some("two")]);
        assert_eq!(shown.compare(true, Some("three")).as_deref(), Some("two"));
        for known in ["one", "two"] {
            assert_eq!(shown.compare(true, Some(known)), None, "a plan of it may be applied");
        }
    }

    #[test]
    fn what_was_unknown_may_become_anything() {
        let (_folder, shown) = planned(&[Some("one"), None]);
        assert_eq!(shown.compare(true, Some("three")), None);
        let (_folder, shown) = planned(&[None, Some("one")]);
        assert_eq!(shown.compare(true, Some("three")).as_deref(), Some("one"));
        let (_folder, never) = planned(&[]);
        assert_eq!(never.compare(true, Some("three")), None);
        assert_eq!(Shown(None).compare(true, Some("three")), None);
    }

    #[test]
    fn old_plans_are_forgotten() {
        let values: Vec<_> = (0..PLANS + 1).map(|number| number.to_string()).collect();
        let all: Vec<_> = values.iter().map(|value| Some(value.as_str())).collect();
        let (_folder, shown) = planned(&all);
        assert_eq!(shown.compare(true, Some("0")).as_deref(), Some("16"));
        assert_eq!(shown.compare(true, Some("1")), None);
    }
}
