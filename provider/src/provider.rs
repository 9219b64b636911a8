//! The provider block and what the provider offers.

use tencentcloud_api::{Client, Secret, Settings};
use tf_protocol::{DataSources, Problem, Provider, Resources};
use tf_schema::check::{Check, one_of};
use tf_schema::{Resource, Value};

use crate::cloud::Cloud;
use crate::{data, resources};

/// The provider for Tencent Cloud.
pub struct TencentCloud;

/// Manages Tencent Cloud's serverless stack: functions, the load balancers in front of them and
/// the network around them. Every setting may also come from the environment, and all but the
/// endpoint from a profile of the `tccli` tool.
#[derive(Resource)]
pub struct Config {
    /// Id of the API key. Environment variable `TENCENTCLOUD_SECRET_ID`.
    #[tf(optional)]
    pub secret_id: Value<String>,
    /// Key that goes with the id. Environment variable `TENCENTCLOUD_SECRET_KEY`.
    #[tf(optional, sensitive)]
    pub secret_key: Value<String>,
    /// Token of temporary credentials. Environment variable `TENCENTCLOUD_SECURITY_TOKEN`.
    #[tf(optional, sensitive)]
    pub security_token: Value<String>,
    /// Region of everything that is managed, such as `ap-guangzhou`, which is also the default.
    /// Environment variable `TENCENTCLOUD_REGION`.
    #[tf(optional, validate(region_form))]
    pub region: Value<String>,
    /// `HTTPS` (the default) or `HTTP`. Environment variable `TENCENTCLOUD_PROTOCOL`.
    #[tf(optional, validate(one_of(&["HTTP", "HTTPS"])))]
    pub protocol: Value<String>,
    /// Domain of the API, by default `tencentcloudapi.com`; a service is reached at
    /// `SERVICE.DOMAIN`. Environment variable `TENCENTCLOUD_DOMAIN`.
    #[tf(optional)]
    pub domain: Value<String>,
    /// Domain of the object storage, by default `https://cos.{region}.myqcloud.com`, in which
    /// `{region}` stands for the region; a bucket is reached at `BUCKET.DOMAIN`. Environment
    /// variable `TENCENTCLOUD_COS_DOMAIN`.
    #[tf(optional)]
    pub cos_domain: Value<String>,
    /// One URL for all services, such as that of the local cloud, `http://127.0.0.1:4588`. It goes
    /// before `protocol`, `domain` and `cos_domain`. Environment variable `TENCENTCLOUD_ENDPOINT`.
    #[tf(optional)]
    pub endpoint: Value<String>,
    /// Name of a profile of the `tccli` tool, by default `default`. Environment variable
    /// `TENCENTCLOUD_PROFILE`.
    #[tf(optional)]
    pub profile: Value<String>,
    /// Directory of the profiles, by default `~/.tccli`. Environment variable
    /// `TENCENTCLOUD_SHARED_CREDENTIALS_DIR`.
    #[tf(optional)]
    pub shared_credentials_dir: Value<String>,
}

/// Regions come and go, so only their form is checked here; the cloud knows which there are.
fn region_form(region: &String) -> Check {
    let parts: Vec<&str> = region.split('-').collect();
    let well_formed = parts.len() >= 2
        && parts.iter().all(|part| {
            !part.is_empty() && part.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
        });
    match well_formed {
        true => Ok(()),
        false => Err(format!("Expected a region such as \"ap-guangzhou\", got {region:?}.")),
    }
}

impl Provider for TencentCloud {
    type Config = Config;
    type Cloud = Cloud;

    fn configure(config: Config, _terraform: &str) -> Result<Cloud, Problem> {
        let secret = |value: Value<String>| value.into_known().map(Secret::from);
        let undecided = config.secret_id.is_unknown() || config.secret_key.is_unknown();
        let settings = Settings {
            secret_id: secret(config.secret_id),
            secret_key: secret(config.secret_key),
            security_token: secret(config.security_token),
            region: config.region.into_known(),
            protocol: config.protocol.into_known(),
            domain: config.domain.into_known(),
            cos_domain: config.cos_domain.into_known(),
            endpoint: config.endpoint.into_known(),
            profile: config.profile.into_known(),
            shared_credentials_dir: config.shared_credentials_dir.into_known(),
        };
        let config = settings.resolve()?;
        // Keys that another resource will make are unknown while planning: whatever needs them
        // then says so itself.
        if config.credential.is_none() && !undecided {
            return Err(Problem::new(
                "no credentials",
                "Set secret_id and secret_key in the provider block, or TENCENTCLOUD_SECRET_ID and \
                 TENCENTCLOUD_SECRET_KEY in the environment, or log the tccli tool in. For the \
                 local cloud, run the command under `tencentcloud-emulator exec --`.",
            ));
        }
        Ok(Cloud::new(Client::new(config)))
    }

    fn resources() -> Resources<Cloud> {
        resources::all()
    }

    fn data_sources() -> DataSources<Cloud> {
        data::all()
    }
}
