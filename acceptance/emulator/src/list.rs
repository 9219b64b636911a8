//! What every list action has: filters and pages.

use crate::params::Params;
use crate::refusal::{Refusal, refuse, refused};

/// One `{Name, Values}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter<'a> {
    /// What is compared.
    pub name: &'a str,
    /// With what; one of them must fit.
    pub values: Vec<&'a str>,
}

impl Filter<'_> {
    /// Whether one of the values is `value`.
    #[must_use]
    pub fn is(&self, value: &str) -> bool {
        self.values.contains(&value)
    }

    /// Whether one of the values is part of `value`.
    #[must_use]
    pub fn is_in(&self, value: &str) -> bool {
        self.values.iter().any(|part| value.contains(part))
    }
}

/// The filters of a call; all of them must fit.
///
/// # Errors
/// `InvalidParameter` when there are more than ten, or one has no value.
pub fn filters<'a>(params: &Params<'a>) -> Result<Vec<Filter<'a>>, Refusal> {
    filters_by(params, "Name")
}

/// The filters of a call whose service calls the name of a filter `member`.
///
/// # Errors
/// As [`filters`].
pub fn filters_by<'a>(params: &Params<'a>, member: &str) -> Result<Vec<Filter<'a>>, Refusal> {
    let read =
        |filter: &Params<'a>| Filter { name: filter.str(member), values: filter.texts("Values") };
    let filters: Vec<_> = params.objects("Filters").iter().map(read).collect();
    if filters.len() > 10 {
        return refused("InvalidParameter", "There are more than 10 filters.");
    }
    match filters.iter().find(|filter| filter.values.is_empty()) {
        Some(empty) => {
            refused("InvalidParameter", format!("The filter `{}` has no value.", empty.name))
        }
        None => Ok(filters),
    }
}

/// Whether something fits every filter, as `fits` tells it for one.
///
/// # Errors
/// What `fits` refuses with: a filter that the action does not have.
pub fn fits_all(
    filters: &[Filter<'_>],
    fits: impl Fn(&Filter<'_>) -> Result<bool, Refusal>,
) -> Result<bool, Refusal> {
    filters.iter().try_fold(true, |fit, filter| Ok(fits(filter)? && fit))
}

/// A part of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    /// How many are skipped.
    pub offset: usize,
    /// How many follow at most.
    pub limit: usize,
}

impl Page {
    /// From whole numbers; without them, the first 20.
    ///
    /// # Errors
    /// `code` when one is negative or the limit is over `most`.
    pub fn of_ints(params: &Params<'_>, most: i64, code: &'static str) -> Result<Self, Refusal> {
        let [offset, limit] = [params.int("Offset"), params.int("Limit")];
        Self::new(offset.unwrap_or(0), limit.unwrap_or(20), most, code)
    }

    /// From text that holds whole numbers, as the VPC service and ListAliases have it.
    ///
    /// # Errors
    /// `code` when one is no number, or as [`Page::of_ints`].
    pub fn of_texts(params: &Params<'_>, most: i64, code: &'static str) -> Result<Self, Refusal> {
        let number = |name: &str, usual: i64| match params.text(name) {
            None | Some("") => Ok(usual),
            Some(text) => text
                .parse::<i64>()
                .map_err(|_| refuse(code, format!("`{name}` is `{text}`, which is no number."))),
        };
        Self::new(number("Offset", 0)?, number("Limit", 20)?, most, code)
    }

    fn new(offset: i64, limit: i64, most: i64, code: &'static str) -> Result<Self, Refusal> {
        match (usize::try_from(offset), usize::try_from(limit)) {
            (Ok(offset), Ok(limit)) if i64::try_from(limit).is_ok_and(|l| l <= most) => {
                Ok(Self { offset, limit })
            }
            _ => {
                let text =
                    format!("Offset {offset} must not be negative, Limit {limit} be 0 to {most}.");
                refused(code, text)
            }
        }
    }

    /// The part of a list that lies on this page.
    #[must_use]
    pub fn of<T>(self, all: Vec<T>) -> Vec<T> {
        all.into_iter().skip(self.offset).take(self.limit).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_have_bounds() {
        let page = |offset, limit| Page::new(offset, limit, 100, "InvalidParameterValue.Limit");
        assert_eq!(page(1, 2).unwrap().of(vec!['a', 'b', 'c', 'd']), ['b', 'c']);
        assert_eq!(page(9, 2).unwrap().of(vec!['a']), []);
        for (offset, limit) in [(-1, 1), (0, -1), (0, 101)] {
            assert_eq!(page(offset, limit).unwrap_err().code, "InvalidParameterValue.Limit");
        }
    }
}
