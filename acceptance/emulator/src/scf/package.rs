//! Code packages: checked when they come, stored once by their SHA-256, counted by who holds them.

use std::io::Cursor;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use zip::ZipArchive;

use super::function::Kind;
use super::revision::Revision;
use super::rules::{Form, Runtime, runtime};
use crate::call::Call;
use crate::cos;
use crate::params::Params;
use crate::quotas;
use crate::refusal::{Refusal, refuse, refused};
use crate::store::{Record, Scope, StoreError};
use crate::verify::sha256_hex;

/// R37: unpacked code and layers of one version.
const UNPACKED_BYTES: u64 = 500 << 20;
/// R127: what starts a web function.
const WEB_ENTRY: &str = "scf_bootstrap";
/// What starts a function of a custom runtime.
const CUSTOM_ENTRY: &str = "bootstrap";

/// Where an archive can come from.
const SOURCES: [&str; 5] = ["ZipFile", "CosBucketName", "DemoId", "GitUrl", "TempCosObjectName"];

/// The code of a function or the content of a layer: which package.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Code {
    /// SHA-256 of the archive, in hexadecimal.
    pub sha256: String,
    /// Bytes of the archive.
    pub size: i64,
    /// Bytes of its files.
    pub unpacked: u64,
}

impl Code {
    /// R96: what a ZIP archive says of itself.
    ///
    /// # Errors
    /// `InvalidParameterValue.ZipFile` when it is none.
    pub(super) fn of(bytes: &[u8]) -> Result<Self, Refusal> {
        let mut archive = open(bytes)?;
        let files = 0..archive.len();
        let unpacked =
            files.map(|index| archive.by_index_raw(index).map_or(0, |file| file.size())).sum();
        let size = i64::try_from(bytes.len()).unwrap_or(i64::MAX);
        Ok(Self { sha256: sha256_hex(bytes), size, unpacked })
    }
}

/// How often a package is held.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Held {
    size: i64,
    /// As the code of revisions and the content of layers' versions.
    by: i64,
    /// As a layer of revisions, which adds nothing to the region's code.
    bound: i64,
}

impl Record for Held {
    const KIND: &'static str = "scf.package";
}

/// The archive that the object `Code` of a call carries.
///
/// # Errors
/// `MissingParameter.Code` and others, when it carries none, or one that this cloud cannot fetch.
pub(super) fn sent(call: &Call<'_>, code: &Params<'_>) -> Result<Vec<u8>, Refusal> {
    sent_by(call, code, &SOURCES)
}

/// R93, R94: an image is the only source of code.
///
/// # Errors
/// `InvalidParameterValue.Code`.
pub(super) fn only_image(code: Option<&Params<'_>>) -> Result<(), Refusal> {
    let given = |name: &&&str| code.is_some_and(|code| !code.str(name).is_empty());
    match SOURCES.iter().find(given) {
        None => Ok(()),
        Some(other) => {
            let text = format!("Code comes from one source, not from {other} and ImageConfig.");
            refused("InvalidParameterValue.Code", text)
        }
    }
}

/// The archive that one of the members `sources` carries.
///
/// # Errors
/// As [`sent`].
pub(super) fn sent_by(
    call: &Call<'_>,
    code: &Params<'_>,
    sources: &[&str],
) -> Result<Vec<u8>, Refusal> {
    let given = |name: &&&str| code.text(name).is_some_and(|text| !text.is_empty());
    let sources: Vec<_> = sources.iter().filter(given).copied().collect();
    match sources[..] {
        ["ZipFile"] => unbase64(code.str("ZipFile")),
        [] => refused(
            "MissingParameter.Code",
            "The code is missing; give ZipFile or an object in COS.",
        ),
        ["CosBucketName"] => from_cos(call, code),
        ["DemoId"] => refused("ResourceNotFound.Demo", "The local cloud has no demo code."),
        [source] => {
            refused("UnsupportedOperation", format!("The local cloud takes no code from {source}."))
        }
        _ => {
            let text = format!("Code comes from one source, not from {}.", sources.join(" and "));
            refused("InvalidParameterValue.Code", text)
        }
    }
}

/// R94: the archive that lies in COS, in the function's region unless another one is named.
fn from_cos(call: &Call<'_>, code: &Params<'_>) -> Result<Vec<u8>, Refusal> {
    let region = code.text("CosBucketRegion").filter(|region| !region.is_empty());
    let region = region.unwrap_or_else(|| call.region());
    let place = (code.str("CosBucketName"), code.str("CosObjectName"));
    if place.1.is_empty() {
        let text = "CosBucketName goes together with CosObjectName.";
        return refused("InvalidParameterValue.CosObjectName", text);
    }
    Ok(cos::fetch(&call.store, call.account, region, place, call.now)?.into())
}

fn unbase64(text: &str) -> Result<Vec<u8>, Refusal> {
    STANDARD.decode(text).map_err(|error| {
        let text = format!("ZipFile is not base64: {error}.");
        refuse("InvalidParameterValue.ZipFileBase64BinasciiError", text)
    })
}

fn open(bytes: &[u8]) -> Result<ZipArchive<Cursor<&[u8]>>, Refusal> {
    ZipArchive::new(Cursor::new(bytes)).map_err(|error| {
        refuse("InvalidParameterValue.ZipFile", format!("The code is no ZIP archive: {error}."))
    })
}

/// R37: code and layers of one version are not too large together.
///
/// # Errors
/// `InvalidParameterValue.ZipFile`.
pub(super) fn within_limit<'a>(parts: impl IntoIterator<Item = &'a Code>) -> Result<(), Refusal> {
    let unpacked: u64 = parts.into_iter().map(|code| code.unpacked).sum();
    if unpacked <= UNPACKED_BYTES {
        return Ok(());
    }
    let text = format!("The code has {unpacked} bytes when unpacked, which is over 500 MB.");
    refused("InvalidParameterValue.ZipFile", text)
}

/// R97: the archive has the revision's entry file at its root.
///
/// # Errors
/// `InvalidParameterValue.ZipFile` or `InvalidParameterValue.Code`.
pub(super) fn check_entry(bytes: &[u8], kind: Kind, revision: &Revision) -> Result<(), Refusal> {
    let archive = open(bytes)?;
    let Some(entry) = entry(kind, runtime(&revision.runtime)?, &revision.handler) else {
        return Ok(());
    };
    if archive.index_for_name(&entry).is_some() {
        return Ok(());
    }
    let suffix = format!("/{entry}");
    let deeper = archive.file_names().find(|name| name.ends_with(&suffix));
    let hint = deeper.map(|name| format!(", but {name}: zip the folder's content, not the folder"));
    let text = format!("The archive has no {entry} at its root{}.", hint.unwrap_or_default());
    refused("InvalidParameterValue.Code", text)
}

/// The file that must lie at the root of the archive (R68, R121).
fn entry(kind: Kind, runtime: &Runtime, handler: &str) -> Option<String> {
    match (kind, runtime.form) {
        (Kind::Http, _) => Some(WEB_ENTRY.to_owned()),
        (Kind::Event, Form::Free) => Some(CUSTOM_ENTRY.to_owned()),
        (Kind::Event, Form::File) => Some(handler.to_owned()),
        (Kind::Event, Form::FileFunction) => {
            let file = handler.split('.').next().unwrap_or_default();
            Some(format!("{file}{}", runtime.extension))
        }
        (Kind::Event, Form::PackageClassMethod) => None,
    }
}

/// Stores a package for somebody who will hold it.
///
/// # Errors
/// R29: when the region's code would be over 100 GB.
pub(super) fn store(call: &Call<'_>, bytes: &[u8], code: &Code) -> Result<(), Refusal> {
    let held = call.store.scan::<Held>("")?.into_iter();
    let total: i64 = held.map(|(_, held)| held.size.saturating_mul(held.by)).sum();
    if total.saturating_add(code.size) > call.limit(&quotas::CODE_BYTES)? {
        return refused(
            quotas::CODE_BYTES.code,
            "The region holds 100 GB of code; delete functions.",
        );
    }
    Ok(call.store.put_blob(&code.sha256, bytes)?)
}

/// One more revision or layer holds a package that is stored.
pub(super) fn hold(here: &Scope<'_>, code: &Code) -> Result<(), StoreError> {
    count(here, code, 1, 0)
}

/// One revision or layer less; the last holder takes the package with it.
pub(super) fn release(here: &Scope<'_>, code: &Code) -> Result<(), StoreError> {
    count(here, code, -1, 0)
}

/// One more revision is bound to a layer with this package.
pub(super) fn bind(here: &Scope<'_>, code: &Code) -> Result<(), StoreError> {
    count(here, code, 0, 1)
}

/// The inverse of [`bind`]; the last holder takes the package with it.
pub(super) fn unbind(here: &Scope<'_>, code: &Code) -> Result<(), StoreError> {
    count(here, code, 0, -1)
}

fn count(here: &Scope<'_>, code: &Code, by: i64, bound: i64) -> Result<(), StoreError> {
    if code.sha256.is_empty() {
        return Ok(()); // an image
    }
    let held = here.get::<Held>(&code.sha256)?.unwrap_or_default();
    let held = Held { size: code.size, by: held.by + by, bound: held.bound + bound };
    if held.by > 0 || held.bound > 0 {
        return here.put(&code.sha256, &held);
    }
    here.remove::<Held>(&code.sha256)?;
    here.remove_blob(&code.sha256).map(drop)
}

/// Where a package can be fetched from.
pub(super) fn url(call: &Call<'_>, code: &Code) -> String {
    let (address, account, region) = (call.cloud.url(), &call.account.uin, call.region());
    let sha256 = &code.sha256;
    format!("{address}/_emulator/code?account={account}&region={region}&sha256={sha256}")
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use zip::ZipWriter;
    use zip::write::SimpleFileOptions;

    use super::*;
    use crate::clock::Time;

    fn archive(name: &str) -> Vec<u8> {
        let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
        archive.start_file(name, SimpleFileOptions::default()).unwrap();
        archive.write_all(b"pass").unwrap();
        archive.finish().unwrap().into_inner()
    }

    fn code(bytes: &[u8], runtime: &str, handler: &str) -> Option<String> {
        let (runtime, handler) = (runtime.to_owned(), handler.to_owned());
        let revision = Revision { runtime, handler, ..Revision::usual(Time(0)) };
        check_entry(bytes, Kind::Event, &revision).err().map(|refusal| refusal.code.into_owned())
    }

    #[test]
    fn r37_unpacked_code_and_layers_have_at_most_500_megabytes() {
        let mut bytes = archive("index.py");
        // The archive's directory tells the unpacked size 24 bytes into the file's entry.
        let entry = bytes.windows(4).position(|four| four == b"PK\x01\x02").unwrap();
        bytes[entry + 24..entry + 28].copy_from_slice(&(250_u32 << 20).to_le_bytes());
        let half = Code::of(&bytes).unwrap();
        within_limit([&half, &half]).unwrap();
        let small = Code::of(&archive("index.py")).unwrap();
        let refused = within_limit([&half, &half, &small]).unwrap_err();
        assert_eq!(refused.code, "InvalidParameterValue.ZipFile");
    }

    #[test]
    fn r68_the_entry_file_has_the_languages_extension() {
        for (file, runtime, handler) in [
            ("index.py", "Python3.9", "index.main"),
            ("index.js", "Nodejs18.15", "index.main"),
            ("index.php", "Php8.0", "index.main"),
            ("main", "Go1", "main"),
            ("bootstrap", "CustomRuntime", "any"),
            ("anything", "Java8", "a.B::c"),
        ] {
            assert_eq!(code(&archive(file), runtime, handler), None, "{runtime}");
        }
        let refused = code(&archive("index.js"), "Python3.9", "index.main");
        assert_eq!(refused.as_deref(), Some("InvalidParameterValue.Code"));
    }
}
