//! From what the user stated to what the client needs, without touching the network.

use std::time::{SystemTime, UNIX_EPOCH};

use crate::credential::{
    Credential, Profile, profile_directory, refuse_role, stated, stated_secret,
};
use crate::endpoint::Endpoints;
use crate::error::{Error, Result};
use crate::retry::Policy;
use crate::secret::Secret;

/// The region used when none is stated anywhere; the official tools have the same default.
pub const DEFAULT_REGION: &str = "ap-guangzhou";

/// The profile used when none is named.
const DEFAULT_PROFILE: &str = "default";

/// What the user stated. Each value that is absent or empty is looked up in this order:
///
/// 1. here;
/// 2. the environment: `TENCENTCLOUD_SECRET_ID`, `_SECRET_KEY`, `_SECURITY_TOKEN`, `_REGION`,
///    `_PROTOCOL`, `_DOMAIN`, `_COS_DOMAIN`, `_ENDPOINT`, `_PROFILE`, `_SHARED_CREDENTIALS_DIR`;
/// 3. the profile's files, for the region and for the keys. Keys come from a profile only
///    together: when the id or the key is still missing, id, key and token are all the profile's;
/// 4. the default: region [`DEFAULT_REGION`], protocol `https`, domain `tencentcloudapi.com`,
///    profile `default` in `~/.tccli`.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// SecretId.
    pub secret_id: Option<Secret>,
    /// SecretKey.
    pub secret_key: Option<Secret>,
    /// Token of temporary credentials.
    pub security_token: Option<Secret>,
    /// Region, such as `ap-guangzhou`.
    pub region: Option<String>,
    /// `http` or `https`, in either case; not used with `endpoint`.
    pub protocol: Option<String>,
    /// Root domain: a service is asked at `SERVICE.DOMAIN`; not used with `endpoint`.
    pub domain: Option<String>,
    /// Domain of the object storage, below which buckets have their hosts; not used with
    /// `endpoint`.
    pub cos_domain: Option<String>,
    /// One base URL for all services.
    pub endpoint: Option<String>,
    /// Name of a profile of the vendor's command line tool.
    pub profile: Option<String>,
    /// Directory of the profile's files; a leading `~` is the home directory.
    pub shared_credentials_dir: Option<String>,
}

/// What a [`Client`](crate::Client) is built from.
#[derive(Debug, Clone)]
pub struct Config {
    /// The keys; without them every call fails with `Error::Credentials`.
    pub credential: Option<Credential>,
    /// The region of every call, unless the client is bound to another one.
    pub region: String,
    /// Where the services are.
    pub endpoints: Endpoints,
    /// How failures are repeated.
    pub policy: Policy,
    /// The Unix time that requests are signed with, in seconds.
    pub now: fn() -> u64,
}

impl Settings {
    /// Completes the settings from the process's environment and the profile files.
    ///
    /// # Errors
    ///
    /// `Error::Credentials` for half a key pair, a named profile that does not exist, a profile that
    /// cannot be read, or a role to assume; `Error::Endpoint` for an endpoint, protocol or domain that is none.
    pub fn resolve(self) -> Result<Config> {
        self.resolve_with(|name| std::env::var(name).ok())
    }

    /// As [`Settings::resolve`], with the environment given.
    ///
    /// # Errors
    ///
    /// As [`Settings::resolve`].
    pub fn resolve_with(self, variable: impl Fn(&str) -> Option<String>) -> Result<Config> {
        let own = |name: &str| variable(&format!("TENCENTCLOUD_{name}"));
        let text = |given: Option<String>, name| stated(given).or_else(|| stated(own(name)));
        let secret = |given: Option<Secret>, name| {
            stated_secret(given).or_else(|| stated(own(name)).map(Secret::from))
        };

        refuse_role(own("ASSUME_ROLE_ARN"), "TENCENTCLOUD_ASSUME_ROLE_ARN")?;
        let secret_id = secret(self.secret_id, "SECRET_ID");
        let secret_key = secret(self.secret_key, "SECRET_KEY");
        let token = secret(self.security_token, "SECURITY_TOKEN");
        let region = text(self.region, "REGION");
        let endpoints = Endpoints::new(
            text(self.endpoint, "ENDPOINT").as_deref(),
            text(self.protocol, "PROTOCOL").as_deref(),
            text(self.domain, "DOMAIN").as_deref(),
        )?
        .with_cos_domain(text(self.cos_domain, "COS_DOMAIN").as_deref())?;

        let complete = secret_id.is_some() && secret_key.is_some();
        let profile = if complete && region.is_some() {
            Profile::default()
        } else {
            let home = stated(variable("HOME")).or_else(|| stated(variable("USERPROFILE")));
            find_profile(
                text(self.profile, "PROFILE").as_deref(),
                text(self.shared_credentials_dir, "SHARED_CREDENTIALS_DIR").as_deref(),
                home.as_deref(),
            )?
        };
        let credential = match (secret_id, secret_key) {
            (Some(id), Some(key)) => Some(Credential { secret_id: id, secret_key: key, token }),
            (id, key) => keys_of(&profile, id.is_some(), key.is_some())?,
        };
        Ok(Config {
            credential,
            region: region.or(profile.region).unwrap_or_else(|| DEFAULT_REGION.to_owned()),
            endpoints,
            policy: Policy::default(),
            now: unix_time,
        })
    }
}

fn unix_time() -> u64 {
    // A clock before 1970 is refused by the cloud like any other wrong one.
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

fn find_profile(
    name: Option<&str>,
    directory: Option<&str>,
    home: Option<&str>,
) -> Result<Profile> {
    let Some(place) = profile_directory(directory, home) else {
        return Ok(Profile::default());
    };
    match Profile::read(&place, name.unwrap_or(DEFAULT_PROFILE))? {
        Some(profile) => Ok(profile),
        // The default profile of a machine without the tool is no mistake; a named one is.
        None => match name {
            None => Ok(Profile::default()),
            Some(name) => Err(Error::Credentials {
                problem: format!("there is no profile {name:?} in {}", place.display()),
            }),
        },
    }
}

/// The profile's keys, or none when nobody stated any.
fn keys_of(profile: &Profile, id_stated: bool, key_stated: bool) -> Result<Option<Credential>> {
    let half = |given: &str, missing: &str| {
        Err(Error::Credentials { problem: format!("{given} is set and {missing} is not") })
    };
    match (&profile.secret_id, &profile.secret_key) {
        (Some(secret_id), Some(secret_key)) => Ok(Some(Credential {
            secret_id: secret_id.clone(),
            secret_key: secret_key.clone(),
            token: profile.token.clone(),
        })),
        (id, key) => match (id_stated || id.is_some(), key_stated || key.is_some()) {
            (true, false) => half("the secret id", "the secret key"),
            (false, true) => half("the secret key", "the secret id"),
            _ => Ok(None),
        },
    }
}

#[cfg(test)]
mod tests;
