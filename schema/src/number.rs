//! [`Number`]: Terraform's one number type, of any precision.

use std::fmt;
use std::str::FromStr;

use bigdecimal::{BigDecimal, ToPrimitive};

/// A decimal number of any size and precision.
///
/// Two numbers are equal when they have the same decimal value: `1`, `1.0` and `1e0` are one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Number(BigDecimal);

/// A text that is not a decimal number.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a decimal number")]
pub struct NotANumber(pub String);

impl Number {
    /// The number as an `i64`, if it is a whole number of that range.
    pub fn as_i64(&self) -> Option<i64> {
        self.0.is_integer().then(|| self.0.to_i64()).flatten()
    }

    /// The nearest `f64`.
    pub fn to_f64(&self) -> f64 {
        self.0.to_f64().unwrap_or(f64::NAN)
    }

    /// The `f64` of exactly this value, if there is one.
    pub fn as_exact_f64(&self) -> Option<f64> {
        let near = self.0.to_f64().filter(|float| float.is_finite())?;
        (BigDecimal::try_from(near).ok()? == self.0).then_some(near)
    }
}

impl From<i64> for Number {
    fn from(value: i64) -> Self {
        Number(BigDecimal::from(value))
    }
}

impl From<u64> for Number {
    fn from(value: u64) -> Self {
        Number(BigDecimal::from(value))
    }
}

impl TryFrom<f64> for Number {
    type Error = NotANumber;

    /// Takes the shortest decimal text of the float, as Terraform does: `0.1` is one tenth.
    fn try_from(value: f64) -> Result<Self, NotANumber> {
        value.to_string().parse()
    }
}

impl FromStr for Number {
    type Err = NotANumber;

    fn from_str(text: &str) -> Result<Self, NotANumber> {
        let number = BigDecimal::from_str(text).map_err(|_| NotANumber(text.to_owned()))?;
        Ok(Number(number.normalized()))
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.to_plain_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equality_is_by_value_and_nothing_is_rounded() {
        let digits = "1234567890123456789012345678901234567890.5";
        assert_eq!(digits.parse::<Number>().unwrap().to_string(), digits);
        assert_eq!("1e3".parse::<Number>().unwrap(), Number::from(1000_i64));
        assert_eq!("1.50".parse::<Number>().unwrap(), Number::try_from(1.5).unwrap());
        assert_eq!("1e3".parse::<Number>().unwrap().to_string(), "1000");
        assert!("one".parse::<Number>().is_err());
        assert!(Number::try_from(f64::INFINITY).is_err());
    }

    #[test]
    fn floats_are_exact_or_nothing() {
        assert_eq!("0.5".parse::<Number>().unwrap().as_exact_f64(), Some(0.5));
        assert_eq!("0.1".parse::<Number>().unwrap().as_exact_f64(), None);
        assert_eq!(Number::from(7_i64).as_i64(), Some(7));
        assert_eq!("7.5".parse::<Number>().unwrap().as_i64(), None);
        assert_eq!("9223372036854775808".parse::<Number>().unwrap().as_i64(), None);
    }
}
