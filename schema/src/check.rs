//! Stock validators for [`Attribute::validate`](crate::Attribute::validate).
//!
//! Each returns a function from a known value to a [`Check`]. The reason of a refusal is one or
//! more sentences: what is wrong and what is allowed.

/// `Ok`, or the reason why a value is refused.
pub type Check = Result<(), String>;

/// A whole number from `min` to `max`, both included.
pub fn between(min: i64, max: i64) -> impl Fn(&i64) -> Check {
    move |value| {
        if (min..=max).contains(value) {
            return Ok(());
        }
        Err(format!("Expected a number from {min} to {max}, got {value}."))
    }
}

/// A text of `min` to `max` characters, both included.
pub fn length(min: usize, max: usize) -> impl Fn(&String) -> Check {
    move |value| {
        let length = value.chars().count();
        if (min..=max).contains(&length) {
            return Ok(());
        }
        Err(format!("Expected {min} to {max} characters, got {length}."))
    }
}

/// One of a few texts.
pub fn one_of(allowed: &'static [&'static str]) -> impl Fn(&String) -> Check {
    move |value| {
        if allowed.contains(&value.as_str()) {
            return Ok(());
        }
        Err(format!("Expected one of {}, got {value:?}.", quoted(allowed)))
    }
}

/// At most `max` elements.
pub fn at_most<T>(max: usize) -> impl Fn(&Vec<T>) -> Check {
    move |elements| {
        if elements.len() <= max {
            return Ok(());
        }
        Err(format!("Expected at most {max} elements, got {}.", elements.len()))
    }
}

/// The texts in quotation marks, separated by commas, for a message.
pub fn quoted<T: AsRef<str>>(texts: &[T]) -> String {
    texts.iter().map(|text| format!("{:?}", text.as_ref())).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_name_what_is_allowed() {
        assert_eq!(between(1, 900)(&900), Ok(()));
        assert_eq!(between(1, 900)(&0), Err("Expected a number from 1 to 900, got 0.".into()));
        assert_eq!(length(1, 3)(&"äöü".to_owned()), Ok(()));
        assert!(length(1, 3)(&String::new()).is_err());
        let reason = one_of(&["Event", "HTTP"])(&"Http".to_owned()).unwrap_err();
        assert_eq!(reason, r#"Expected one of "Event", "HTTP", got "Http"."#);
        assert!(at_most(1)(&vec![1, 2]).is_err());
    }
}
