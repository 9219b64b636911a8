//! The `timeouts` block: how long an operation may take.

use std::time::Duration;

use tf_schema::check::Check;
use tf_schema::{Block, BlockSpec, Dynamic, Nesting, attribute};

/// The name of the block.
pub const NAME: &str = "timeouts";

/// How long an operation may take where the resource gives no limit of its own.
const DEFAULT: Duration = Duration::from_secs(20 * 60);

/// The time limits of a resource: those that it names can be set by the user.
#[derive(Clone, Copy, Debug, Default)]
pub struct Timeouts {
    create: Option<Duration>,
    read: Option<Duration>,
    update: Option<Duration>,
    delete: Option<Duration>,
}

/// A verb with a time limit.
#[derive(Clone, Copy, Debug)]
pub enum Verb {
    /// Creating.
    Create,
    /// Reading.
    Read,
    /// Updating in place.
    Update,
    /// Deleting.
    Delete,
}

impl Timeouts {
    /// No limit that a user could set.
    pub const NONE: Timeouts = Timeouts { create: None, read: None, update: None, delete: None };

    /// Creating may take `minutes` unless the user says otherwise.
    #[must_use]
    pub const fn create(mut self, minutes: u64) -> Timeouts {
        self.create = Some(Duration::from_secs(minutes * 60));
        self
    }

    /// Reading may take `minutes` unless the user says otherwise.
    #[must_use]
    pub const fn read(mut self, minutes: u64) -> Timeouts {
        self.read = Some(Duration::from_secs(minutes * 60));
        self
    }

    /// Updating may take `minutes` unless the user says otherwise.
    #[must_use]
    pub const fn update(mut self, minutes: u64) -> Timeouts {
        self.update = Some(Duration::from_secs(minutes * 60));
        self
    }

    /// Deleting may take `minutes` unless the user says otherwise.
    #[must_use]
    pub const fn delete(mut self, minutes: u64) -> Timeouts {
        self.delete = Some(Duration::from_secs(minutes * 60));
        self
    }

    /// The `timeouts` block, if there is anything to set.
    pub(crate) fn block(self) -> Option<BlockSpec> {
        let mut block = Block::new("How long an operation may take.");
        let settable = [
            ("create", self.create, "How long creating may take, such as `10m`."),
            ("read", self.read, "How long reading may take, such as `5m`."),
            ("update", self.update, "How long updating may take, such as `10m`."),
            ("delete", self.delete, "How long deleting may take, such as `10m`."),
        ];
        for (name, _, doc) in settable.iter().filter(|(_, limit, _)| limit.is_some()) {
            let limit = attribute::<String>(name, doc).optional();
            block = block.attribute(limit.validate(|text| check_duration(text)));
        }
        (!block.attributes.is_empty()).then_some(BlockSpec {
            name: NAME,
            doc: "How long an operation may take.",
            nesting: Nesting::Single,
            min: 0,
            max: 0,
            force_new: false,
            deprecated: None,
            block,
        })
    }

    /// The limit of `verb`: the user's in `value`, the resource's, or twenty minutes.
    pub(crate) fn limit(self, verb: Verb, value: &Dynamic) -> Duration {
        let (name, own) = match verb {
            Verb::Create => ("create", self.create),
            Verb::Read => ("read", self.read),
            Verb::Update => ("update", self.update),
            Verb::Delete => ("delete", self.delete),
        };
        match value.get(NAME).get(name) {
            Dynamic::String(text) => parse_duration(text),
            _ => None,
        }
        .or(own)
        .unwrap_or(DEFAULT)
    }
}

fn check_duration(text: &str) -> Check {
    match parse_duration(text) {
        Some(_) => Ok(()),
        None => {
            Err(format!("Expected a duration such as \"90s\", \"10m\" or \"1h30m\", got {text:?}."))
        }
    }
}

/// Reads a duration as Go writes it: `90s`, `10m`, `1h30m`, `1.5h`, `500ms`.
pub fn parse_duration(text: &str) -> Option<Duration> {
    let mut total = 0.0;
    let mut rest = text;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let number: f64 = rest[..digits].parse().ok()?;
        rest = &rest[digits..];
        let unit = rest.find(|c: char| c.is_ascii_digit()).unwrap_or(rest.len());
        total += number
            * match &rest[..unit] {
                "h" => 3600.0,
                "m" => 60.0,
                "s" => 1.0,
                "ms" => 0.001,
                _ => return None,
            };
        rest = &rest[unit..];
    }
    (!text.is_empty()).then(|| Duration::try_from_secs_f64(total).ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_as_go_writes_them() {
        for (text, seconds) in [("90s", 90.0), ("1h30m", 5400.0), ("1.5h", 5400.0), ("500ms", 0.5)]
        {
            assert_eq!(parse_duration(text), Some(Duration::from_secs_f64(seconds)), "{text}");
        }
        for bad in ["", "10", "m", "10 m", "-1m", "1d"] {
            assert_eq!(parse_duration(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_limit_is_the_users_then_the_resources_then_the_default() {
        let timeouts = Timeouts::NONE.create(10);
        let unset = Dynamic::from([(NAME, Dynamic::Null)]);
        let set = Dynamic::from([(NAME, [("create", "5s".into())].into())]);
        assert_eq!(timeouts.limit(Verb::Create, &set), Duration::from_secs(5));
        assert_eq!(timeouts.limit(Verb::Create, &unset), Duration::from_secs(600));
        assert_eq!(timeouts.limit(Verb::Delete, &unset), DEFAULT);
        assert!(Timeouts::NONE.block().is_none());
        assert_eq!(timeouts.block().unwrap().block.attributes.len(), 1);
    }
}
