//! Fields and how they are indexed. Terraform has no blocks inside themselves, so each of the
//! levels that the product has is a type of its own.

use tencentcloud_api::cls::{KeyValueInfo, ValueInfo};
use tf_schema::check::one_of;
use tf_schema::{Block, Value};

/// What a field can be.
const TYPES: [&str; 4] = ["long", "text", "double", "json"];

/// Declares a field and how it is indexed, with the fields inside.
macro_rules! level {
    ($(#[$doc:meta])* $key:ident [$mode:ident] $value:ident $(of $inside:ident)?) => {
        $(#[$doc])*
        #[derive(Block, Clone)]
        pub struct $key {
            /// Name of the field.
            #[tf($mode)]
            pub key: Value<String>,
            /// How the field is indexed.
            #[tf(block, max(1))]
            pub value: Value<Vec<$value>>,
        }

        /// How a field is indexed.
        #[derive(Block, Clone)]
        pub struct $value {
            /// What the field is: `long`, `text`, `double` or `json`.
            #[tf(required, validate(one_of(&TYPES)))]
            pub r#type: Value<String>,
            /// Characters that separate the words of a text.
            #[tf(optional)]
            pub tokenizer: Value<String>,
            /// Whether statistics may use the field.
            #[tf(optional)]
            pub sql_flag: Value<bool>,
            /// Whether the text has Chinese characters.
            #[tf(optional)]
            pub contain_z_h: Value<bool>,
            /// Another name of the field.
            #[tf(optional)]
            pub alias: Value<String>,
            /// Whether only the fields inside are indexed.
            #[tf(optional)]
            pub open_index_for_child_only: Value<bool>,
            $(
                /// Fields inside.
                #[tf(block)]
                pub child_node: Value<Vec<$inside>>,
            )?
        }

        impl $key {
            pub(super) fn to_api(&self) -> KeyValueInfo {
                let value = self.value.known().and_then(|values| values.first());
                KeyValueInfo {
                    key: self.key.or_default(),
                    value: value.map($value::to_api).unwrap_or_default(),
                }
            }

            pub(super) fn of(found: KeyValueInfo) -> Self {
                $key { key: found.key.into(), value: vec![$value::of(found.value)].into() }
            }
        }

        impl $value {
            fn to_api(&self) -> ValueInfo {
                ValueInfo {
                    kind: self.r#type.or_default(),
                    tokenizer: self.tokenizer.known().cloned(),
                    sql_flag: self.sql_flag.known().copied(),
                    contain_z_h: self.contain_z_h.known().copied(),
                    alias: self.alias.known().cloned(),
                    open_index_for_child_only: self.open_index_for_child_only.known().copied(),
                    child_node: None$(.or(inside(&self.child_node, $inside::to_api)))?,
                }
            }

            fn of(found: ValueInfo) -> Self {
                let found = normal(found);
                $value {
                    r#type: found.kind.into(),
                    tokenizer: found.tokenizer.into(),
                    sql_flag: found.sql_flag.into(),
                    contain_z_h: found.contain_z_h.into(),
                    alias: found.alias.into(),
                    open_index_for_child_only: found.open_index_for_child_only.into(),
                    $(child_node: outside(found.child_node, $inside::of),)?
                }
            }
        }
    };
}

fn inside<T>(fields: &Value<Vec<T>>, to_api: fn(&T) -> KeyValueInfo) -> Option<Vec<KeyValueInfo>> {
    let fields = fields.known().filter(|fields| !fields.is_empty())?;
    Some(fields.iter().map(to_api).collect())
}

fn outside<T>(fields: Option<Vec<KeyValueInfo>>, of: fn(KeyValueInfo) -> T) -> Value<Vec<T>> {
    fields.unwrap_or_default().into_iter().map(of).collect::<Vec<_>>().into()
}

/// The same without what says nothing: empty texts, switches that are off.
pub(super) fn normal(value: ValueInfo) -> ValueInfo {
    let text = |text: Option<String>| text.filter(|text| !text.is_empty());
    let on = |switch: Option<bool>| switch.filter(|on| *on);
    let fields = value.child_node.filter(|fields| !fields.is_empty());
    ValueInfo {
        kind: value.kind,
        tokenizer: text(value.tokenizer),
        sql_flag: on(value.sql_flag),
        contain_z_h: on(value.contain_z_h),
        alias: text(value.alias),
        open_index_for_child_only: on(value.open_index_for_child_only),
        child_node: fields.map(|fields| fields.into_iter().map(normal_key).collect()),
    }
}

/// A field of the same meaning in its normal form.
pub(super) fn normal_key(field: KeyValueInfo) -> KeyValueInfo {
    KeyValueInfo { key: field.key, value: normal(field.value) }
}

level! {
    /// A field and how it is indexed.
    Key [required] KeyValue of Child1
}
level! {
    /// A field inside a field.
    Child1 [optional] Child1Value of Child2
}
level! {
    /// A field inside a field.
    Child2 [optional] Child2Value of Child3
}
level! {
    /// A field inside a field.
    Child3 [optional] Child3Value of Child4
}
level! {
    /// A field inside a field.
    Child4 [optional] Child4Value of Child5
}
level! {
    /// A field inside a field.
    Child5 [optional] Child5Value
}
