//! `tencentcloud_cls_index`: what of a topic's logs can be searched.
//! <https://www.tencentcloud.com/document/product/614/45013>

mod field;

use tencentcloud_api::cls::{
    self, CreateIndexRequest, DeleteIndexRequest, FullTextInfo, ModifyIndexRequest, RuleInfo,
    RuleKeyValueInfo, RuleTagInfo,
};
use tencentcloud_api::{Error, wait};
use tf_protocol::{Lifecycle, Presence, Problem};
use tf_schema::check::between;
use tf_schema::{Block, Diagnostics, Path, Resource, Value};

use self::field::{Key, normal_key};
use crate::{Cloud, create};

/// The index of a log topic: what of its logs can be searched, and in which fields. The topic into
/// which a function writes gets one from the platform, unless it has one when the function is made.
#[derive(Resource, Default)]
pub struct Index {
    /// Id of the topic.
    #[tf(required, force_new)]
    pub topic_id: Value<String>,
    /// Whether the index is on.
    #[tf(optional, computed, stable)]
    pub status: Value<bool>,
    /// Whether full text holds the fields that the service adds.
    #[tf(optional, computed, stable)]
    pub include_internal_fields: Value<bool>,
    /// Which metadata full text holds: 0 for what has an index, 1 for all, 2 for none.
    #[tf(optional, computed, stable, validate(between(0, 2)))]
    pub metadata_flag: Value<i64>,
    /// Id of the topic.
    #[tf(computed, stable)]
    pub id: Value<String>,
    /// What is indexed.
    #[tf(block, max(1))]
    pub rule: Value<Vec<Rule>>,
}

/// What is indexed.
#[derive(Block, Clone)]
pub struct Rule {
    /// How full text is indexed.
    #[tf(block, max(1))]
    pub full_text: Value<Vec<FullText>>,
    /// How fields are indexed.
    #[tf(block, max(1))]
    pub key_value: Value<Vec<Fields>>,
    /// How metadata is indexed.
    #[tf(block, max(1))]
    pub tag: Value<Vec<Fields>>,
    /// Whether the service finds fields by itself.
    #[tf(block, max(1))]
    pub dynamic_index: Value<Vec<Dynamic>>,
}

/// How full text is indexed.
#[derive(Block, Clone)]
pub struct FullText {
    /// Whether case matters.
    #[tf(required)]
    pub case_sensitive: Value<bool>,
    /// Characters that separate words.
    #[tf(required)]
    pub tokenizer: Value<String>,
    /// Whether there are Chinese characters.
    #[tf(required)]
    pub contain_z_h: Value<bool>,
}

/// How fields are indexed.
#[derive(Block, Clone)]
pub struct Fields {
    /// Whether case matters.
    #[tf(required)]
    pub case_sensitive: Value<bool>,
    /// The fields.
    #[tf(block)]
    pub key_values: Value<Vec<Key>>,
}

/// Whether the service finds fields by itself.
#[derive(Block, Clone)]
pub struct Dynamic {
    /// Whether it does.
    #[tf(required)]
    pub status: Value<bool>,
}

impl Lifecycle for Index {
    const TYPE: &'static str = "tencentcloud_cls_index";
    type Cloud = Cloud;

    async fn create(&mut self, cloud: &Cloud) -> Result<(), Problem> {
        let request = CreateIndexRequest {
            topic_id: self.topic_id.or_default(),
            rule: self.to_rule(),
            status: self.status.known().copied(),
            include_internal_fields: self.include_internal_fields.known().copied(),
            metadata_flag: self.metadata_flag.known().copied(),
            coverage_field: None,
        };
        let made = cls::create_index(cloud, &request).await;
        let look = async { Ok(cls::find_index(cloud, &request.topic_id).await?.is_some()) };
        let id = request.topic_id.clone();
        Ok(create::named(made, &mut self.id, id, look).await?)
    }

    async fn read(&mut self, cloud: &Cloud) -> Result<Presence, Problem> {
        let Some(found) = cls::find_index(cloud, self.id.text()).await? else {
            return Ok(Presence::Gone);
        };
        // What is imported knows nothing but its id yet.
        let imported = self.topic_id.is_null();
        self.topic_id = found.topic_id.into();
        self.status = found.status.into();
        self.include_internal_fields = found.include_internal_fields.into();
        self.metadata_flag = found.metadata_flag.into();
        if imported || !self.rule.is_known_and(Vec::is_empty) {
            self.adopt_rule(normal(found.rule.unwrap_or_default()));
        }
        Ok(Presence::Present)
    }

    async fn update(&mut self, _prior: &Self, cloud: &Cloud) -> Result<(), Problem> {
        let request = ModifyIndexRequest {
            topic_id: self.id.or_default(),
            status: self.status.known().copied(),
            rule: Some(self.to_rule()),
            include_internal_fields: self.include_internal_fields.known().copied(),
            metadata_flag: self.metadata_flag.known().copied(),
            coverage_field: None,
        };
        let what = format!("the index of {}", self.id.text());
        wait::retry(cloud, &what, Error::is_busy, || cls::modify_index(cloud, &request)).await?;
        Ok(())
    }

    async fn delete(&mut self, cloud: &Cloud) -> Result<(), Problem> {
        let request = DeleteIndexRequest { topic_id: self.id.or_default() };
        match cls::delete_index(cloud, &request).await {
            Err(error) if !error.is_not_found() => Err(error.into()),
            _ => Ok(()),
        }
    }

    fn import(id: &str) -> Result<Self, Problem> {
        Ok(Index { id: id.into(), ..Index::default() })
    }

    fn validate(config: &Self, problems: &mut Diagnostics) {
        let Some(rule) = first(&config.rule) else { return };
        for (name, group) in [("key_value", &rule.key_value), ("tag", &rule.tag)] {
            let keys = first(group).and_then(|group| group.key_values.known());
            for (position, key) in keys.into_iter().flatten().enumerate() {
                let Some(value) = first(&key.value) else { continue };
                let empty =
                    value.tokenizer.is_null() || value.tokenizer.is_known_and(String::is_empty);
                if value.r#type.is_known_and(|kind| kind == "text") && empty {
                    let path = Path::attribute("rule").index(0).name(name).index(0);
                    let path = path.name("key_values").index(position);
                    let path = path.name("value").index(0).name("tokenizer");
                    let text = "A field of text needs the characters that separate its words.";
                    problems.error(path, "No tokenizer", text);
                }
            }
        }
    }
}

impl Index {
    fn to_rule(&self) -> RuleInfo {
        let Some(rule) = first(&self.rule) else { return RuleInfo::default() };
        let keys = |fields: &Fields| -> Vec<_> {
            fields.key_values.known().into_iter().flatten().map(Key::to_api).collect()
        };
        RuleInfo {
            full_text: first(&rule.full_text).map(|text| FullTextInfo {
                case_sensitive: text.case_sensitive.or_default(),
                tokenizer: text.tokenizer.or_default(),
                contain_z_h: text.contain_z_h.known().copied(),
            }),
            key_value: first(&rule.key_value).map(|fields| RuleKeyValueInfo {
                case_sensitive: fields.case_sensitive.or_default(),
                key_values: Some(keys(fields)),
            }),
            tag: first(&rule.tag).map(|fields| RuleTagInfo {
                case_sensitive: fields.case_sensitive.or_default(),
                key_values: keys(fields),
            }),
            dynamic_index: first(&rule.dynamic_index)
                .map(|index| cls::DynamicIndex { status: index.status.known().copied() }),
        }
    }

    /// A rule of the same meaning keeps the form in which the user wrote it.
    fn adopt_rule(&mut self, found: RuleInfo) {
        if first(&self.rule).is_some() && normal(self.to_rule()) == found {
            return;
        }
        let fields = |case_sensitive: bool, keys: Vec<cls::KeyValueInfo>| Fields {
            case_sensitive: case_sensitive.into(),
            key_values: keys.into_iter().map(Key::of).collect::<Vec<_>>().into(),
        };
        let text = found.full_text.map(|text| FullText {
            case_sensitive: text.case_sensitive.into(),
            tokenizer: text.tokenizer.into(),
            contain_z_h: text.contain_z_h.unwrap_or_default().into(),
        });
        let key_value = found.key_value;
        let key_value = key_value
            .map(|group| fields(group.case_sensitive, group.key_values.unwrap_or_default()));
        let tag = found.tag.map(|group| fields(group.case_sensitive, group.key_values));
        let dynamic = found.dynamic_index.map(|index| Dynamic { status: index.status.into() });
        let rule = Rule {
            full_text: blocks(text),
            key_value: blocks(key_value),
            tag: blocks(tag),
            dynamic_index: blocks(dynamic),
        };
        self.rule = vec![rule].into();
    }
}

fn first<T>(blocks: &Value<Vec<T>>) -> Option<&T> {
    blocks.known()?.first()
}

fn blocks<T>(block: Option<T>) -> Value<Vec<T>> {
    block.into_iter().collect::<Vec<_>>().into()
}

/// The same without what says nothing.
fn normal(rule: RuleInfo) -> RuleInfo {
    let keys = |keys: Vec<cls::KeyValueInfo>| keys.into_iter().map(normal_key).collect::<Vec<_>>();
    RuleInfo {
        full_text: rule.full_text.map(|text| FullTextInfo {
            contain_z_h: Some(text.contain_z_h.unwrap_or_default()),
            ..text
        }),
        key_value: rule.key_value.map(|group| RuleKeyValueInfo {
            key_values: Some(keys(group.key_values.unwrap_or_default())),
            ..group
        }),
        tag: rule.tag.map(|group| RuleTagInfo { key_values: keys(group.key_values), ..group }),
        dynamic_index: rule.dynamic_index.filter(|index| index.status == Some(true)),
    }
}
