//! [`Value`]: one attribute's value as Terraform sees it.

/// A value that may be absent (`null`), not known until apply, or known.
///
/// Every field of a [`Model`](crate::Model) is one, so that null and unknown cannot be forgotten.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Value<T> {
    /// Absent: `null` in configuration, or an attribute that has no value.
    #[default]
    Null,
    /// Not known while planning; Terraform shows `(known after apply)`.
    Unknown,
    /// A value.
    Known(T),
}

impl<T> Value<T> {
    /// The value, if it is known.
    pub fn known(&self) -> Option<&T> {
        match self {
            Value::Known(value) => Some(value),
            Value::Null | Value::Unknown => None,
        }
    }

    /// The value by move, if it is known.
    pub fn into_known(self) -> Option<T> {
        match self {
            Value::Known(value) => Some(value),
            Value::Null | Value::Unknown => None,
        }
    }

    /// Whether the value is absent.
    pub fn is_null(&self) -> bool {
        matches!(self, Value::Null)
    }

    /// Whether the value is not known yet.
    pub fn is_unknown(&self) -> bool {
        matches!(self, Value::Unknown)
    }

    /// Whether the value is known.
    pub fn is_known(&self) -> bool {
        matches!(self, Value::Known(_))
    }

    /// Whether the value is known and satisfies `test`.
    pub fn is_known_and(&self, test: impl FnOnce(&T) -> bool) -> bool {
        self.known().is_some_and(test)
    }

    /// Converts a known value and keeps null and unknown.
    pub fn map<U>(self, convert: impl FnOnce(T) -> U) -> Value<U> {
        match self {
            Value::Null => Value::Null,
            Value::Unknown => Value::Unknown,
            Value::Known(value) => Value::Known(convert(value)),
        }
    }

    /// Borrows a known value and keeps null and unknown.
    pub fn as_ref(&self) -> Value<&T> {
        match self {
            Value::Null => Value::Null,
            Value::Unknown => Value::Unknown,
            Value::Known(value) => Value::Known(value),
        }
    }
}

impl<T: Clone> Value<T> {
    /// The known value or, where there is none, `other`.
    pub fn or(&self, other: impl Into<T>) -> T {
        self.known().cloned().unwrap_or_else(|| other.into())
    }

    /// The known value or, where there is none, the type's default.
    pub fn or_default(&self) -> T
    where
        T: Default,
    {
        self.known().cloned().unwrap_or_default()
    }
}

impl Value<String> {
    /// The known text, or `""`.
    pub fn text(&self) -> &str {
        self.known().map_or("", String::as_str)
    }
}

impl<T> From<T> for Value<T> {
    fn from(value: T) -> Self {
        Value::Known(value)
    }
}

impl<T> From<Option<T>> for Value<T> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Value::Null, Value::Known)
    }
}

impl From<&str> for Value<String> {
    fn from(value: &str) -> Self {
        Value::Known(value.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn null_unknown_and_known_stay_apart() {
        assert_eq!(Value::<i64>::from(None), Value::Null);
        assert_eq!(Value::<i64>::from(Some(1)), Value::Known(1));
        assert_eq!(Value::<i64>::Unknown.map(|n| n + 1), Value::Unknown);
        assert_eq!(Value::Known(1).map(|n| n + 1), Value::Known(2));
        assert_eq!(Value::<String>::Null.or("x"), "x");
        assert_eq!(Value::<String>::from("y").or("x"), "y");
        assert!(!Value::<i64>::Unknown.is_known_and(|_| true));
    }
}
