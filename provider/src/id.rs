//! Ids that are made of several names, as the official provider writes them.

use tf_protocol::Problem;

/// Splits an id at `separator` into exactly `N` parts, none of them empty. `form` shows what an id
/// must look like.
pub fn split<const N: usize>(
    id: &str,
    separator: char,
    form: &str,
) -> Result<[String; N], Problem> {
    let parts: Vec<String> = id.split(separator).map(str::to_owned).collect();
    let parts: Option<[String; N]> = parts.try_into().ok();
    parts.filter(|parts| parts.iter().all(|part| !part.is_empty())).ok_or_else(|| {
        Problem::new("not an id of this resource", format!("Expected {form}, got {id:?}."))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_has_all_its_parts_or_is_none() {
        assert_eq!(split("a#b", '#', "A#B").unwrap(), ["a", "b"]);
        for bad in ["a", "a#", "#b", "a#b#c", ""] {
            assert!(split::<2>(bad, '#', "A#B").is_err(), "{bad}");
        }
    }
}
