//! Where calls go that wait for nobody and fail for good.

use tencentcloud_api::scf::DeadLetterConfig;
use tf_schema::check::{length, one_of};
use tf_schema::{Block, Diagnostics, Path, Value};

use super::Function;
use crate::resources::scf::as_written;

const QUEUE: &str = "CMQ-QUEUE";
const TOPIC: &str = "CMQ-TOPIC";

/// Where calls go that wait for nobody and fail for good.
#[derive(Block, Clone, Debug, Default, PartialEq)]
pub struct DeadLetter {
    /// Name of the queue or the topic, which belongs to the same account.
    #[tf(required, validate(length(1, 256)))]
    pub name: Value<String>,
    /// `CMQ-QUEUE` or `CMQ-TOPIC`.
    #[tf(required, validate(one_of(&[QUEUE, TOPIC])))]
    pub r#type: Value<String>,
    /// How messages of a topic are filtered. Only for `CMQ-TOPIC`.
    #[tf(optional)]
    pub filter_type: Value<String>,
}

/// R87: a filter is of a topic.
pub fn check(config: &Function, problems: &mut Diagnostics) {
    let Some(block) = config.dead_letter_config.known().and_then(|blocks| blocks.first()) else {
        return;
    };
    let filtered = block.filter_type.is_known_and(|filter| !filter.is_empty());
    if filtered && block.r#type.is_known_and(|kind| kind == QUEUE) {
        let path = Path::attribute("dead_letter_config").index(0).name("filter_type");
        let detail = format!("Only a topic has filters: set type = {TOPIC:?} or no filter_type.");
        problems.error(path, "Filter of a queue", detail);
    }
}

/// The setting as a request names it; three empty texts where there is no block.
pub fn to_api(blocks: &Value<Vec<DeadLetter>>) -> DeadLetterConfig {
    let block = blocks.known().and_then(|blocks| blocks.first()).cloned().unwrap_or_default();
    DeadLetterConfig {
        kind: block.r#type.or_default(),
        name: block.name.or_default(),
        filter_type: Some(block.filter_type.or_default()),
    }
}

/// A block where the cloud has a queue or a topic.
pub fn adopt(prior: &Value<Vec<DeadLetter>>, found: DeadLetterConfig) -> Value<Vec<DeadLetter>> {
    if found.kind.is_empty() {
        return Vec::new().into();
    }
    let written = prior.known().and_then(|blocks| blocks.first()).cloned().unwrap_or_default();
    let filter = found.filter_type.unwrap_or_default();
    let block = DeadLetter {
        name: found.name.into(),
        r#type: found.kind.into(),
        filter_type: as_written(&written.filter_type, filter),
    };
    vec![block].into()
}
