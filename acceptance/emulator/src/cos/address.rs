//! Which bucket and key a request is for: named by the host, or by the path.

use hyper::http::request::Parts;
use hyper::http::uri::Authority;

use crate::percent;
use crate::regions;
use crate::server::DOMAIN;
use crate::verify::cos::{Query, claims};
use crate::verify::sigv4;

/// What a request is addressed to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Address {
    /// The bucket with its APPID; none for the service itself.
    pub(super) bucket: Option<String>,
    /// The object's key; empty for the bucket itself.
    pub(super) key: String,
    /// The region, where the address names one.
    pub(super) region: Option<String>,
    /// Whether it is the host that names the region.
    pub(super) at_region: bool,
    /// The path as it is signed: decoded.
    pub(super) path: String,
    /// By which door it came.
    pub(super) door: Door,
}

/// The kinds of hosts of a bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Door {
    /// The API.
    Api,
    /// The static website.
    Website,
    /// The global acceleration.
    Accelerate,
}

/// The parameters of a query, decoded, in their order; `None` when it is not encoded UTF-8.
pub(super) fn query(text: &str) -> Option<Vec<(String, String)>> {
    let pairs = text.split('&').filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            // Forms write a blank as a plus sign.
            Some((percent::decode(name)?, percent::decode(&value.replace('+', " "))?))
        })
        .collect()
}

/// The address of a request to COS; `None` for a request to something else.
pub(super) fn of(head: &Parts, query: &Query) -> Option<Address> {
    if head.headers.contains_key("x-tc-action") {
        return None;
    }
    let named = head.headers.get("host").and_then(|host| host.to_str().ok());
    let host = head.uri.authority().map(Authority::as_str).or(named);
    let path = percent::decode(head.uri.path())?;
    if let Some(address) = host.and_then(|host| by_host(host, &path)) {
        return Some(address);
    }
    let (bucket, key) = path
        .strip_prefix('/')
        .unwrap_or(&path)
        .split_once('/')
        .unwrap_or((path.strip_prefix('/').unwrap_or(&path), ""));
    let signed = claims(&head.headers, query) || sigv4::claims(&head.headers, query);
    if !signed && !is_full_name(bucket) {
        return None;
    }
    let region = head.headers.get("x-tc-region").and_then(|region| region.to_str().ok());
    Some(Address {
        bucket: Some(bucket.to_owned()).filter(|bucket| !bucket.is_empty()),
        key: key.to_owned(),
        region: region.map(str::to_owned),
        at_region: false,
        door: Door::Api,
        path,
    })
}

impl Address {
    /// A signature names a region, too, which counts where the address names none.
    pub(super) fn signed_for(&mut self, region: String) {
        if self.region.is_none() && regions::is_region(&region) {
            self.region = Some(region);
        }
    }
}

/// The host of a request that may be to a bucket's own domain: a name outside of the cloud.
pub(super) fn foreign_host(head: &Parts) -> Option<&str> {
    if head.headers.contains_key("x-tc-action") {
        return None;
    }
    let named = head.headers.get("host").and_then(|host| host.to_str().ok());
    let host = head.uri.authority().map(Authority::as_str).or(named)?;
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    let own = DOMAINS.iter().any(|domain| name.ends_with(domain))
        || name == "localhost"
        || name.trim_matches(['[', ']']).parse::<std::net::IpAddr>().is_ok();
    (!own && name.contains('.')).then_some(name)
}

/// The address of a request to a bucket's own domain.
pub(super) fn at_domain(head: &Parts, (bucket, door): (String, Door)) -> Option<Address> {
    let path = percent::decode(head.uri.path())?;
    Some(Address {
        bucket: Some(bucket),
        key: path.strip_prefix('/').unwrap_or(&path).to_owned(),
        region: None,
        at_region: false,
        door,
        path,
    })
}

/// The domains in which hosts are those of the object storage.
const DOMAINS: &[&str] = &["myqcloud.com", "tencentcos.cn", DOMAIN];

/// `[BUCKET.]cos.REGION.DOMAIN`, or `cos-website` or `cos.accelerate` in place of `cos`.
fn by_host(host: &str, path: &str) -> Option<Address> {
    let host = host.rsplit_once(':').map_or(host, |(name, _)| name);
    if !DOMAINS.iter().any(|domain| host.ends_with(domain)) {
        return None;
    }
    let labels: Vec<&str> = host.split('.').collect();
    let is_product =
        |label: &&str| matches!(*label, "cos" | "cos-website" | "cos-internal" | "cos-cdc");
    let at = labels.iter().position(is_product)?;
    let next = labels.get(at + 1).copied().unwrap_or_default();
    let door = match (labels[at], next) {
        ("cos-website", _) => Door::Website,
        (_, "accelerate") => Door::Accelerate,
        _ => Door::Api,
    };
    let inside = path.strip_prefix('/').unwrap_or(path);
    let (bucket, key) = match labels[..at] {
        // `service.cos` is the service's own host; without a bucket the path may name one.
        [] | ["service"] => inside.split_once('/').unwrap_or((inside, "")),
        // A cluster of a dedicated zone, which the local cloud has everywhere and nowhere.
        [_] if labels[at] == "cos-cdc" => inside.split_once('/').unwrap_or((inside, "")),
        [bucket, _] if labels[at] == "cos-cdc" => (bucket, inside),
        [bucket] => (bucket, inside),
        _ => return None,
    };
    // What stands where a region does is taken for one, so that a misspelt one is nobody's.
    let of_region = door != Door::Accelerate
        && labels.get(at + 2..).is_some_and(|rest| DOMAINS.contains(&&*rest.join(".")));
    Some(Address {
        bucket: Some(bucket.to_owned()).filter(|bucket| !bucket.is_empty()),
        key: key.to_owned(),
        region: Some(next.to_owned()).filter(|region| of_region || regions::is_region(region)),
        at_region: true,
        path: path.to_owned(),
        door,
    })
}

/// Whether a text has the form of a bucket's name with its APPID.
fn is_full_name(text: &str) -> bool {
    text.rsplit_once('-').is_some_and(|(name, app_id)| {
        !name.is_empty() && app_id.len() == 10 && app_id.bytes().all(|b| b.is_ascii_digit())
    })
}

#[cfg(test)]
mod tests {
    use hyper::Request;

    use super::*;

    fn address(uri: &str, host: &str, signed: bool) -> Option<(String, String, String, Door)> {
        let mut request = Request::builder().uri(uri).header("host", host);
        if signed {
            request = request.header("authorization", "q-sign-algorithm=sha1&q-ak=x");
        }
        let head = request.body(()).unwrap().into_parts().0;
        let found = of(&head, &[])?;
        let text = Option::unwrap_or_default;
        Some((text(found.bucket), found.key, text(found.region), found.door))
    }

    #[test]
    fn buckets_are_named_by_host_or_by_path() {
        let expect = |bucket: &str, key: &str, region: &str, door| {
            Some((bucket.to_owned(), key.to_owned(), region.to_owned(), door))
        };
        let (b, here) = ("b-1250000000", "ap-guangzhou");
        for domain in ["myqcloud.com", "emulator.internal"] {
            let host = format!("{b}.cos.{here}.{domain}");
            assert_eq!(address("/a%2Fb/c", &host, false), expect(b, "a/b/c", here, Door::Api));
            let proxied = format!("http://{host}:80/k");
            assert_eq!(address(&proxied, "x", false), expect(b, "k", here, Door::Api));
        }
        assert_eq!(
            address("/k", "b-1.cos.emulator.internal", false),
            expect("b-1", "k", "", Door::Api)
        );
        assert_eq!(address("/", "service.cos.myqcloud.com", false), expect("", "", "", Door::Api));
        assert_eq!(
            address(&format!("/{b}/k"), &format!("cos.{here}.myqcloud.com"), false),
            expect(b, "k", here, Door::Api)
        );
        assert_eq!(
            address("/k", &format!("{b}.cos.mars.myqcloud.com"), false),
            expect(b, "k", "mars", Door::Api)
        );
        let site = format!("{b}.cos-website.{here}.myqcloud.com");
        assert_eq!(address("/", &site, false), expect(b, "", here, Door::Website));
        let fast = format!("{b}.cos.accelerate.myqcloud.com");
        assert_eq!(address("/k", &fast, false), expect(b, "k", "", Door::Accelerate));
        let local = "127.0.0.1:4588";
        assert_eq!(address(&format!("/{b}/k/l"), local, false), expect(b, "k/l", "", Door::Api));
        assert_eq!(address("/bad_name/", local, true), expect("bad_name", "", "", Door::Api));
        assert_eq!(address("/", local, true), expect("", "", "", Door::Api));
        assert_eq!(address("/", local, false), None);
        assert_eq!(address("/", "cos.example.com", false), None);
        assert_eq!(address("/", "scf.tencentcloudapi.com", false), None);
    }
}
