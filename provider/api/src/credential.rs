//! Who asks: a key pair, and for temporary credentials a token.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::error::{Error, Result};
use crate::secret::Secret;

/// The keys that requests are signed with. `Debug` shows none of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credential {
    /// SecretId, sent with each request.
    pub secret_id: Secret,
    /// SecretKey, never sent.
    pub secret_key: Secret,
    /// The token of temporary credentials.
    pub token: Option<Secret>,
}

/// What a profile of the vendor's command line tool holds.
///
/// A profile is two JSON files in one directory, `NAME.credential` (`secretId`, `secretKey`,
/// `token`) and `NAME.configure` (`_sys_param.region`). Either may be missing.
#[derive(Debug, Default)]
pub(crate) struct Profile {
    pub(crate) secret_id: Option<Secret>,
    pub(crate) secret_key: Option<Secret>,
    pub(crate) token: Option<Secret>,
    pub(crate) region: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct CredentialFile {
    secret_id: Option<Secret>,
    secret_key: Option<Secret>,
    token: Option<Secret>,
    #[serde(rename = "role-arn")]
    role_arn: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct ConfigureFile {
    #[serde(rename = "_sys_param")]
    system: SystemParameters,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct SystemParameters {
    region: Option<String>,
}

impl Profile {
    /// Reads the profile; `None` when neither of its files exists.
    ///
    /// # Errors
    ///
    /// `Error::Credentials` for a file that exists and cannot be read, is not such JSON or assumes a
    /// role.
    pub(crate) fn read(directory: &Path, name: &str) -> Result<Option<Self>> {
        let keys: Option<CredentialFile> =
            read_json(&directory.join(format!("{name}.credential")))?;
        let configure: Option<ConfigureFile> =
            read_json(&directory.join(format!("{name}.configure")))?;
        if keys.is_none() && configure.is_none() {
            return Ok(None);
        }
        let keys = keys.unwrap_or_default();
        refuse_role(keys.role_arn, &format!("the profile {name:?}"))?;
        Ok(Some(Self {
            secret_id: stated_secret(keys.secret_id),
            secret_key: stated_secret(keys.secret_key),
            token: stated_secret(keys.token),
            region: configure.and_then(|file| stated(file.system.region)),
        }))
    }
}

/// Keys that are only good for assuming a role would act as somebody else.
pub(crate) fn refuse_role(role: Option<String>, place: &str) -> Result<()> {
    match stated(role) {
        None => Ok(()),
        Some(role) => Err(Error::Credentials {
            problem: format!("{place} assumes the role {role}, which this client cannot do"),
        }),
    }
}

fn read_json<T: for<'de> Deserialize<'de>>(path: &Path) -> Result<Option<T>> {
    let problem = |what: &str| Error::Credentials {
        problem: format!("the profile file {} {what}", path.display()),
    };
    match fs::read(path) {
        // The parser's own message could quote a key, so only the place is told.
        Ok(bytes) => serde_json::from_slice(&bytes).map(Some).map_err(|error| {
            problem(&format!(
                "is not the JSON that the tccli tool writes (line {}, column {})",
                error.line(),
                error.column()
            ))
        }),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(problem(&format!("cannot be read: {error}"))),
    }
}

/// A text that says something: trimmed, and absent when empty.
pub(crate) fn stated(text: Option<String>) -> Option<String> {
    text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
}

/// As [`stated`], for a secret.
pub(crate) fn stated_secret(secret: Option<Secret>) -> Option<Secret> {
    secret.map(|secret| Secret::from(secret.expose().trim())).filter(|secret| !secret.is_empty())
}

/// Where profiles live: `directory`, its leading `~` replaced by the home directory, else
/// `HOME/.tccli`.
pub(crate) fn profile_directory(directory: Option<&str>, home: Option<&str>) -> Option<PathBuf> {
    match directory {
        None => home.map(|home| Path::new(home).join(".tccli")),
        Some(directory) => Some(match (directory.strip_prefix('~'), home) {
            (Some(""), Some(home)) => PathBuf::from(home),
            (Some(rest), Some(home)) if rest.starts_with(['/', '\\']) => {
                Path::new(home).join(&rest[1..])
            }
            _ => PathBuf::from(directory),
        }),
    }
}
