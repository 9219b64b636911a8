//! [`Path`]: where in a value something is.

use std::fmt;

/// One step into a value.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// Into an attribute or block of an object.
    Attribute(String),
    /// Into an element of a map.
    Key(String),
    /// Into an element of a list.
    Index(usize),
}

/// The way from the root of a resource to a value inside it.
///
/// The elements of a set have no address in Terraform: a path ends at the set.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Path(Vec<Step>);

impl Path {
    /// The resource itself.
    pub fn root() -> Path {
        Path::default()
    }

    /// The path to an attribute or block of the resource.
    pub fn attribute(name: impl Into<String>) -> Path {
        Path::root().join(Step::Attribute(name.into()))
    }

    /// This path and one step more.
    #[must_use]
    pub fn join(&self, step: Step) -> Path {
        let mut steps = self.0.clone();
        steps.push(step);
        Path(steps)
    }

    /// This path and a step into the attribute `name`.
    #[must_use]
    pub fn name(&self, name: impl Into<String>) -> Path {
        self.join(Step::Attribute(name.into()))
    }

    /// This path and a step into the list element `index`.
    #[must_use]
    pub fn index(&self, index: usize) -> Path {
        self.join(Step::Index(index))
    }

    /// This path and a step into the map element `key`.
    #[must_use]
    pub fn key(&self, key: impl Into<String>) -> Path {
        self.join(Step::Key(key.into()))
    }

    /// The steps from the root.
    pub fn steps(&self) -> &[Step] {
        &self.0
    }

    /// Whether this is the resource itself.
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }
}

impl From<&str> for Path {
    /// The path to an attribute of the resource.
    fn from(name: &str) -> Self {
        Path::attribute(name)
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, step) in self.0.iter().enumerate() {
            match step {
                Step::Attribute(name) if position == 0 => f.write_str(name)?,
                Step::Attribute(name) => write!(f, ".{name}")?,
                Step::Key(key) => write!(f, "[{key:?}]")?,
                Step::Index(index) => write!(f, "[{index}]")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_reads_like_configuration() {
        let path = Path::attribute("code").index(0).name("tags").key("a b");
        assert_eq!(path.to_string(), r#"code[0].tags["a b"]"#);
        assert_eq!(Path::root().to_string(), "");
    }
}
