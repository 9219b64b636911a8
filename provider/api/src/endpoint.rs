//! Where a service is asked.

use reqwest::Url;

use crate::error::{Error, Result};

const DEFAULT_DOMAIN: &str = "tencentcloudapi.com";
const COS_DOMAIN: &str = "cos.myqcloud.com";

/// Finance regions are separate from the rest and answer at hosts of their own.
const FINANCE_SUFFIX: &str = "-fsi";

/// The base URL of each service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoints {
    place: Place,
    /// Scheme and host below which buckets have their hosts; `{region}` in it stands for the region.
    cos: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Place {
    /// One server answers for every service.
    One(Url),
    /// A host for each service under a domain.
    Domain { scheme: &'static str, domain: String },
}

impl Default for Endpoints {
    fn default() -> Self {
        let place = Place::Domain { scheme: "https", domain: DEFAULT_DOMAIN.to_owned() };
        Self { place, cos: None }
    }
}

impl Endpoints {
    /// `endpoint` if given, else `protocol` (default https) and `domain` (default the public one).
    ///
    /// # Errors
    ///
    /// `Error::Endpoint` when a value is not one.
    pub fn new(
        endpoint: Option<&str>,
        protocol: Option<&str>,
        domain: Option<&str>,
    ) -> Result<Self> {
        if let Some(endpoint) = endpoint {
            return Ok(Self { place: Place::One(base_url(endpoint)?), cos: None });
        }
        let scheme = match protocol.unwrap_or("https") {
            text if text.eq_ignore_ascii_case("https") => "https",
            text if text.eq_ignore_ascii_case("http") => "http",
            other => {
                return Err(Error::Endpoint {
                    endpoint: other.to_owned(),
                    problem: "the protocol must be HTTP or HTTPS".to_owned(),
                });
            }
        };
        let domain = domain.unwrap_or(DEFAULT_DOMAIN).to_owned();
        let endpoints = Self { place: Place::Domain { scheme, domain }, cos: None };
        // Whatever the service, a bad domain fails here and not at the first call.
        endpoints.url("scf", "")?;
        Ok(endpoints)
    }

    /// These endpoints with the object storage below another domain, such as
    /// `https://cos.ap-guangzhou.myqcloud.com`: a bucket is asked at the host `BUCKET.DOMAIN`. An
    /// endpoint for all services goes before it.
    ///
    /// # Errors
    ///
    /// `Error::Endpoint` when it is none.
    pub fn with_cos_domain(mut self, domain: Option<&str>) -> Result<Self> {
        self.cos = domain.map(|domain| match domain.contains("://") {
            true => domain.trim_end_matches('/').to_owned(),
            false => format!("https://{domain}"),
        });
        self.bucket("bucket-1250000000", "ap-guangzhou", "")?;
        Ok(self)
    }

    /// Where a bucket is asked: a URL, and what its paths begin with. The service itself is asked
    /// with an empty name. Where `cluster` is not empty, it is that of a dedicated zone.
    ///
    /// # Errors
    ///
    /// `Error::Endpoint` when bucket, region and domain make no URL.
    pub(crate) fn bucket(
        &self,
        bucket: &str,
        region: &str,
        cluster: &str,
    ) -> Result<(Url, String)> {
        if let Place::One(url) = &self.place {
            let inside = if bucket.is_empty() { String::new() } else { format!("/{bucket}") };
            return Ok((url.clone(), inside));
        }
        let base = match (&self.cos, &self.place) {
            (Some(cos), _) => cos.replace("{region}", region),
            (None, Place::Domain { scheme, .. }) if bucket.is_empty() => {
                format!("{scheme}://service.{COS_DOMAIN}")
            }
            (None, Place::Domain { scheme, .. }) if !cluster.is_empty() => {
                format!("{scheme}://{cluster}.cos-cdc.{region}.myqcloud.com")
            }
            (None, Place::Domain { scheme, .. }) => {
                format!("{scheme}://{}", COS_DOMAIN.replacen("cos.", &format!("cos.{region}."), 1))
            }
            (None, Place::One(url)) => url.to_string(),
        };
        let named = match bucket.is_empty() {
            true => base,
            false => base.replacen("://", &format!("://{bucket}."), 1),
        };
        Ok((base_url(&named)?, String::new()))
    }

    /// The URL that requests of `service` to `region` are posted to.
    ///
    /// # Errors
    ///
    /// `Error::Endpoint` when service, region and domain make no URL.
    pub fn url(&self, service: &str, region: &str) -> Result<Url> {
        match &self.place {
            Place::One(url) => Ok(url.clone()),
            Place::Domain { scheme, domain } => {
                let host = if domain == DEFAULT_DOMAIN && region.ends_with(FINANCE_SUFFIX) {
                    format!("{service}.{region}.{domain}")
                } else {
                    format!("{service}.{domain}")
                };
                base_url(&format!("{scheme}://{host}"))
            }
        }
    }

    /// Whether all services are asked on this machine, as with a local cloud.
    pub fn is_local(&self) -> bool {
        match &self.place {
            Place::One(url) => match url.host_str() {
                Some("localhost" | "[::1]") => true,
                Some(host) => host.starts_with("127."),
                None => false,
            },
            Place::Domain { .. } => false,
        }
    }
}

/// The `Host` header that is sent for `url`, and signed.
pub(crate) fn host_header(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    match url.port() {
        Some(port) => format!("{host}:{port}"),
        None => host.to_owned(),
    }
}

/// A URL of scheme, host and port alone: the signature knows no other path than `/`.
fn base_url(text: &str) -> Result<Url> {
    let invalid =
        |problem: &str| Error::Endpoint { endpoint: text.to_owned(), problem: problem.to_owned() };
    let url = Url::parse(text).map_err(|error| invalid(&format!("it is not a URL: {error}")))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(invalid("it must begin with http:// or https://"));
    }
    if url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
        return Err(invalid("it must be scheme, host and port only"));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(Error::Endpoint {
            endpoint: host_header(&url),
            problem: "it must not contain a user name or password".to_owned(),
        });
    }
    Ok(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn new(endpoint: Option<&str>, protocol: Option<&str>, domain: Option<&str>) -> Endpoints {
        Endpoints::new(endpoint, protocol, domain).unwrap()
    }

    fn url(endpoints: &Endpoints, service: &str, region: &str) -> String {
        endpoints.url(service, region).unwrap().to_string()
    }

    #[test]
    fn each_service_has_its_host_and_finance_regions_their_own() {
        let public = new(None, None, None);
        assert_eq!(public, Endpoints::default());
        assert_eq!(url(&public, "scf", "ap-guangzhou"), "https://scf.tencentcloudapi.com/");
        assert_eq!(
            url(&public, "clb", "ap-shanghai-fsi"),
            "https://clb.ap-shanghai-fsi.tencentcloudapi.com/"
        );
    }

    #[test]
    fn protocol_and_domain_are_the_users() {
        let own = new(None, Some("HTTP"), Some("intl.example.com"));
        assert_eq!(url(&own, "vpc", "ap-shanghai-fsi"), "http://vpc.intl.example.com/");
        assert!(!own.is_local());
    }

    #[test]
    fn one_endpoint_serves_all() {
        let local = new(Some("http://127.0.0.1:4588"), Some("https"), Some("ignored.example"));
        assert_eq!(url(&local, "scf", "ap-tokyo"), "http://127.0.0.1:4588/");
        assert!(local.is_local());
        assert!(!new(Some("https://gateway.example"), None, None).is_local());
    }

    #[test]
    fn buckets_have_hosts_of_their_own_or_paths_below_the_one_endpoint() {
        let place = |endpoints: &Endpoints, bucket| {
            let (url, inside) = endpoints.bucket(bucket, "ap-tokyo", "").unwrap();
            format!("{url} {inside}")
        };
        let public = new(None, None, None);
        assert_eq!(place(&public, "b-1"), "https://b-1.cos.ap-tokyo.myqcloud.com/ ");
        assert_eq!(place(&public, ""), "https://service.cos.myqcloud.com/ ");
        let (dedicated, _) = public.bucket("b-1", "ap-tokyo", "cluster-1").unwrap();
        assert_eq!(dedicated.as_str(), "https://b-1.cluster-1.cos-cdc.ap-tokyo.myqcloud.com/");
        let own = |domain| new(None, None, None).with_cos_domain(Some(domain)).unwrap();
        let local = own("http://cos.emulator.internal");
        assert_eq!(place(&local, "b-1"), "http://b-1.cos.emulator.internal/ ");
        assert_eq!(place(&local, ""), "http://cos.emulator.internal/ ");
        assert_eq!(
            place(&own("cos.{region}.example/"), "b-1"),
            "https://b-1.cos.ap-tokyo.example/ "
        );
        let one = new(Some("http://127.0.0.1:4588"), None, None);
        let one = one.with_cos_domain(Some("http://cos.emulator.internal")).unwrap();
        assert_eq!(place(&one, "b-1"), "http://127.0.0.1:4588/ /b-1");
        assert_eq!(place(&one, ""), "http://127.0.0.1:4588/ ");
        assert!(new(None, None, None).with_cos_domain(Some("a b")).is_err());
    }

    #[test]
    fn the_host_header_has_a_port_only_when_the_url_needs_one() {
        for (given, host) in [
            ("http://127.0.0.1:8787", "127.0.0.1:8787"),
            ("http://[::1]:80", "[::1]"),
            ("https://scf.tencentcloudapi.com:443", "scf.tencentcloudapi.com"),
        ] {
            assert_eq!(host_header(&Url::parse(given).unwrap()), host);
        }
    }

    #[test]
    fn nonsense_is_refused_with_the_reason() {
        for (endpoint, protocol, domain, reason) in [
            (Some("127.0.0.1:4588"), None, None, "not a URL"),
            (Some("ftp://x"), None, None, "http:// or https://"),
            (Some("http://x/api"), None, None, "scheme, host and port only"),
            (None, Some("gopher"), None, "HTTP or HTTPS"),
            (None, None, Some("a b"), "not a URL"),
            (None, None, Some("a.example/x"), "scheme, host and port only"),
        ] {
            let error = Endpoints::new(endpoint, protocol, domain).unwrap_err().to_string();
            assert!(error.contains(reason), "{error}");
        }
    }

    #[test]
    fn a_password_in_the_endpoint_is_refused_and_not_repeated() {
        let error = Endpoints::new(Some("https://me:hunter2@x.example"), None, None).unwrap_err();
        assert!(!format!("{error} {error:?}").contains("hunter2"), "{error:?}");
    }
}
