//! Values in msgpack, as they travel between Terraform and the provider.
//!
//! The encoding is not self-describing: a number may be a decimal text, and an unknown value is an
//! extension. Both ways are therefore led by the type.

use std::collections::BTreeMap;
use std::fmt::Display;

use rmp::Marker;
use rmp::decode;
use rmp::encode;
use tf_schema::{Dynamic, Number, Path, Type};

/// An unknown value without refinements: an extension of type 0 with one byte.
const UNKNOWN: [u8; 3] = [0xd4, 0, 0];

/// Bytes that are not a value of the expected type.
#[derive(Debug, thiserror::Error)]
#[error("malformed value at {}: {reason}", if path.is_root() { "the root".to_owned() } else { path.to_string() })]
pub struct Malformed {
    /// Where in the value.
    pub path: Path,
    /// What is wrong there.
    pub reason: String,
}

/// Reads a value of type `ty`. No bytes at all are a null value.
///
/// # Errors
/// [`Malformed`] for bytes that are not such a value.
pub fn decode(bytes: &[u8], ty: &Type) -> Result<Dynamic, Malformed> {
    if bytes.is_empty() {
        return Ok(Dynamic::Null);
    }
    let mut reader = bytes;
    let value = read(&mut reader, ty, &Path::root())?;
    if !reader.is_empty() {
        return Err(malformed(&Path::root(), format!("{} bytes too many", reader.len())));
    }
    Ok(value)
}

/// Writes a value of type `ty`.
pub fn encode(value: &Dynamic, ty: &Type) -> Vec<u8> {
    let mut out = Vec::with_capacity(256);
    write(&mut out, value, ty);
    out
}

fn malformed(path: &Path, reason: impl Display) -> Malformed {
    Malformed { path: path.clone(), reason: format!("{reason}") }
}

fn read(reader: &mut &[u8], ty: &Type, path: &Path) -> Result<Dynamic, Malformed> {
    let Some(first) = reader.first() else { return Err(malformed(path, "the value is missing")) };
    match Marker::from_u8(*first) {
        Marker::Null => {
            *reader = &reader[1..];
            Ok(Dynamic::Null)
        }
        // Every extension is an unknown value; what it says beyond that may be ignored.
        Marker::FixExt1
        | Marker::FixExt2
        | Marker::FixExt4
        | Marker::FixExt8
        | Marker::FixExt16
        | Marker::Ext8
        | Marker::Ext16
        | Marker::Ext32 => {
            let meta = decode::read_ext_meta(reader).map_err(|e| malformed(path, e))?;
            take(reader, meta.size, path)?;
            Ok(Dynamic::Unknown)
        }
        marker => read_known(reader, marker, ty, path),
    }
}

fn read_known(
    reader: &mut &[u8],
    marker: Marker,
    ty: &Type,
    path: &Path,
) -> Result<Dynamic, Malformed> {
    match ty {
        Type::Bool => decode::read_bool(reader).map(Dynamic::Bool).map_err(|e| malformed(path, e)),
        Type::Number => read_number(reader, marker, path).map(Dynamic::Number),
        Type::String => read_text(reader, path).map(Dynamic::String),
        Type::Dynamic => read_typed(reader, path),
        Type::List(element) => {
            let length = array_length(reader, path)?;
            let elements = (0..length).map(|index| read(reader, element, &path.index(index)));
            elements.collect::<Result<_, _>>().map(Dynamic::List)
        }
        Type::Set(element) => {
            let length = array_length(reader, path)?;
            let elements = (0..length).map(|_| read(reader, element, path));
            elements.collect::<Result<_, _>>().map(Dynamic::List)
        }
        Type::Tuple(types) => {
            let length = array_length(reader, path)?;
            if length != types.len() {
                let reason = format!("{length} elements instead of {}", types.len());
                return Err(malformed(path, reason));
            }
            let elements = types.iter().enumerate();
            let elements = elements.map(|(index, ty)| read(reader, ty, &path.index(index)));
            elements.collect::<Result<_, _>>().map(Dynamic::List)
        }
        Type::Map(element) => {
            let mut entries = BTreeMap::new();
            for _ in 0..map_length(reader, path)? {
                let key = read_text(reader, path)?;
                let value = read(reader, element, &path.key(&key))?;
                entries.insert(key, value);
            }
            Ok(Dynamic::Map(entries))
        }
        Type::Object(types) => read_object(reader, types, path),
    }
}

fn read_object(
    reader: &mut &[u8],
    types: &BTreeMap<String, Type>,
    path: &Path,
) -> Result<Dynamic, Malformed> {
    let mut attributes = BTreeMap::new();
    for _ in 0..map_length(reader, path)? {
        let name = read_text(reader, path)?;
        let here = path.name(&name);
        let ty = types.get(&name).ok_or_else(|| malformed(&here, "the schema does not know it"))?;
        let value = read(reader, ty, &here)?;
        attributes.insert(name, value);
    }
    match types.keys().find(|name| !attributes.contains_key(*name)) {
        Some(missing) => Err(malformed(&path.name(missing), "it is missing")),
        None => Ok(Dynamic::Map(attributes)),
    }
}

/// A value that brings its type: `[type in JSON, value]`.
fn read_typed(reader: &mut &[u8], path: &Path) -> Result<Dynamic, Malformed> {
    if array_length(reader, path)? != 2 {
        return Err(malformed(path, "a value of any type needs a type and a value"));
    }
    let marker = reader.first().map(|first| Marker::from_u8(*first));
    let length = match marker {
        Some(Marker::Bin8 | Marker::Bin16 | Marker::Bin32) => {
            decode::read_bin_len(reader).map_err(|e| malformed(path, e))?
        }
        _ => decode::read_str_len(reader).map_err(|e| malformed(path, e))?,
    };
    let json = serde_json::from_slice(take(reader, length, path)?);
    let json = json.map_err(|e| malformed(path, e))?;
    let ty = Type::from_json(&json).map_err(|e| malformed(path, e))?;
    let value = read(reader, &ty, path)?;
    Ok(Dynamic::Typed(Box::new((ty, value))))
}

fn read_number(reader: &mut &[u8], marker: Marker, path: &Path) -> Result<Number, Malformed> {
    match marker {
        Marker::F32 => {
            let float = decode::read_f32(reader).map_err(|e| malformed(path, e))?;
            Number::try_from(f64::from(float)).map_err(|e| malformed(path, e))
        }
        Marker::F64 => {
            let float = decode::read_f64(reader).map_err(|e| malformed(path, e))?;
            Number::try_from(float).map_err(|e| malformed(path, e))
        }
        Marker::U64 => decode::read_u64(reader).map(Number::from).map_err(|e| malformed(path, e)),
        Marker::FixStr(_) | Marker::Str8 | Marker::Str16 | Marker::Str32 => {
            read_text(reader, path)?.parse().map_err(|e| malformed(path, e))
        }
        _ => decode::read_int::<i64, _>(reader).map(Number::from).map_err(|e| malformed(path, e)),
    }
}

fn read_text(reader: &mut &[u8], path: &Path) -> Result<String, Malformed> {
    let length = decode::read_str_len(reader).map_err(|e| malformed(path, e))?;
    let bytes = take(reader, length, path)?.to_vec();
    String::from_utf8(bytes).map_err(|e| malformed(path, e))
}

fn array_length(reader: &mut &[u8], path: &Path) -> Result<usize, Malformed> {
    let length = decode::read_array_len(reader).map_err(|e| malformed(path, e))?;
    Ok(length as usize)
}

fn map_length(reader: &mut &[u8], path: &Path) -> Result<usize, Malformed> {
    let length = decode::read_map_len(reader).map_err(|e| malformed(path, e))?;
    Ok(length as usize)
}

fn take<'a>(reader: &mut &'a [u8], length: u32, path: &Path) -> Result<&'a [u8], Malformed> {
    let (taken, rest) = reader
        .split_at_checked(length as usize)
        .ok_or_else(|| malformed(path, "the value ends too early"))?;
    *reader = rest;
    Ok(taken)
}

fn write(out: &mut Vec<u8>, value: &Dynamic, ty: &Type) {
    match (value, ty) {
        (Dynamic::Null, _) => push(encode::write_nil(out)),
        (Dynamic::Unknown, _) => out.extend(UNKNOWN),
        (Dynamic::Bool(flag), _) => push(encode::write_bool(out, *flag)),
        (Dynamic::Number(number), _) => write_number(out, number),
        (Dynamic::String(text), _) => push(encode::write_str(out, text)),
        (Dynamic::Typed(typed), _) => {
            let (ty, value) = &**typed;
            push(encode::write_array_len(out, 2));
            push(encode::write_bin(out, ty.to_json().to_string().as_bytes()));
            write(out, value, ty);
        }
        (Dynamic::List(elements), ty) => {
            push(encode::write_array_len(out, length(elements.len())));
            for (index, element) in elements.iter().enumerate() {
                let ty = match ty {
                    Type::List(element) | Type::Set(element) => element,
                    Type::Tuple(types) => types.get(index).unwrap_or(&Type::Dynamic),
                    _ => &Type::Dynamic,
                };
                write(out, element, ty);
            }
        }
        (Dynamic::Map(entries), ty) => {
            push(encode::write_map_len(out, length(entries.len())));
            for (key, entry) in entries {
                let ty = match ty {
                    Type::Map(element) => element,
                    Type::Object(types) => types.get(key).unwrap_or(&Type::Dynamic),
                    _ => &Type::Dynamic,
                };
                push(encode::write_str(out, key));
                write(out, entry, ty);
            }
        }
    }
}

/// Whole numbers as the shortest integer, what a float holds exactly as a float, the rest as text.
fn write_number(out: &mut Vec<u8>, number: &Number) {
    if let Some(whole) = number.as_i64() {
        push(encode::write_sint(out, whole));
    } else if let Some(float) = number.as_exact_f64().filter(|float| float.fract() != 0.0) {
        push(encode::write_f64(out, float));
    } else {
        push(encode::write_str(out, &number.to_string()));
    }
}

fn length(elements: usize) -> u32 {
    u32::try_from(elements).unwrap_or(u32::MAX)
}

/// Writing into memory cannot fail; the encoder's result says nothing then.
fn push<T, E>(_written: Result<T, E>) {}

#[cfg(test)]
mod tests {
    use super::*;

    fn round_trip(value: &Dynamic, ty: &Type) {
        let bytes = encode(value, ty);
        assert_eq!(decode(&bytes, ty).unwrap(), *value, "{ty}");
    }

    fn number(text: &str) -> Dynamic {
        Dynamic::Number(text.parse().unwrap())
    }

    #[test]
    fn numbers_have_the_bytes_that_terraform_gives_them() {
        for (text, bytes) in [
            ("1", vec![0x01]),
            ("-1", vec![0xff]),
            ("200", vec![0xcc, 0xc8]),
            ("0.5", vec![0xcb, 0x3f, 0xe0, 0, 0, 0, 0, 0, 0]),
            ("0.1", b"\xa30.1".to_vec()),
            ("9223372036854775807", b"\xcf\x7f\xff\xff\xff\xff\xff\xff\xff".to_vec()),
            ("9223372036854775808", b"\xb39223372036854775808".to_vec()),
            ("1e30", [b"\xbf".as_slice(), b"1000000000000000000000000000000"].concat()),
        ] {
            assert_eq!(encode(&number(text), &Type::Number), bytes, "{text}");
            round_trip(&number(text), &Type::Number);
        }
        let third = format!("0.{}", "3".repeat(155));
        round_trip(&number(&third), &Type::Number);
        assert_eq!(decode(&[0xca, 0x3f, 0, 0, 0], &Type::Number).unwrap(), number("0.5"));
        assert_eq!(
            decode(&[0xcf, 255, 255, 255, 255, 255, 255, 255, 255], &Type::Number).unwrap(),
            number("18446744073709551615")
        );
    }

    #[test]
    fn null_and_unknown_exist_for_every_type() {
        let object = Type::Object(BTreeMap::from([("a".to_owned(), Type::Dynamic)]));
        for ty in [Type::Bool, Type::Number, Type::String.list(), Type::String.set().map(), object]
        {
            round_trip(&Dynamic::Null, &ty);
            round_trip(&Dynamic::Unknown, &ty);
        }
        assert_eq!(encode(&Dynamic::Unknown, &Type::String), UNKNOWN);
        // An unknown string that is not null and starts with "a", as Terraform refines it.
        let refined = [0xc7, 6, 12, 0x82, 1, 0xc2, 2, 0xa1, b'a'];
        assert_eq!(decode(&refined, &Type::String).unwrap(), Dynamic::Unknown);
    }

    #[test]
    fn collections_keep_order_emptiness_and_their_types() {
        round_trip(&Dynamic::List(vec![]), &Type::String.list());
        round_trip(&Dynamic::Map(BTreeMap::new()), &Type::String.map());
        round_trip(
            &Dynamic::from([("a", "b".into()), ("c", Dynamic::Unknown)]),
            &Type::String.map(),
        );
        let tuple = Type::Tuple(vec![Type::String, Type::Number]);
        round_trip(&Dynamic::List(vec!["a".into(), 1.into()]), &tuple);
        let typed = Dynamic::Typed(Box::new((tuple, Dynamic::List(vec!["a".into(), 1.into()]))));
        round_trip(&typed, &Type::Dynamic);
        round_trip(&Dynamic::Typed(Box::new((Type::Bool, Dynamic::Null))), &Type::Dynamic);
    }

    #[test]
    fn damage_is_reported_where_it_is() {
        let object = Type::Object(BTreeMap::from([("a".to_owned(), Type::Number.list())]));
        let error = |bytes: &[u8]| decode(bytes, &object).unwrap_err().to_string();
        assert_eq!(error(b"\x80"), "malformed value at a: it is missing");
        assert_eq!(error(b"\x81\xa1b\x01"), "malformed value at b: the schema does not know it");
        assert!(error(b"\x81\xa1a\x91\xc3").starts_with("malformed value at a[0]: "));
        assert!(error(b"\x81\xa1a\x91").contains("the value is missing"));
        assert!(error(b"\x81\xa1a\x90\x00").contains("1 bytes too many"));
        assert!(decode(&[0xd9, 0xff, b'a'], &Type::String).is_err());
        assert!(decode(&[], &object).unwrap().is_null());
    }
}
