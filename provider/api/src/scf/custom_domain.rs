//! Custom domains: names of one's own under which functions are called.

use serde::{Deserialize, Serialize};

use super::{Filter, SERVICE, Tag};
use crate::action::{Empty, actions};
use crate::client::Client;
use crate::error::Result;
use crate::page::paged;

/// A new domain. Its CNAME record must exist before.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct CreateCustomDomainRequest {
    /// The domain, without wildcards.
    pub domain: String,
    /// `HTTP`, `HTTPS` or `HTTP&HTTPS`.
    pub protocol: String,
    /// Which function answers for which path.
    pub endpoints_config: Vec<EndpointsConf>,
    /// The certificate; needed with HTTPS.
    pub cert_config: Option<CertConf>,
    /// The web application firewall.
    pub waf_config: Option<WafConf>,
    /// Tags.
    pub tags: Option<Vec<Tag>>,
}

/// A change of a domain; what is left out stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct UpdateCustomDomainRequest {
    /// The domain.
    pub domain: String,
    /// `HTTP`, `HTTPS` or `HTTP&HTTPS`.
    pub protocol: Option<String>,
    /// The certificate.
    pub cert_config: Option<CertConf>,
    /// The web application firewall.
    pub waf_config: Option<WafConf>,
    /// Which function answers for which path: all of them.
    pub endpoints_config: Option<Vec<EndpointsConf>>,
}

/// A path of a domain and the function that answers for it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct EndpointsConf {
    /// Namespace of the function.
    pub namespace: String,
    /// Function.
    pub function_name: String,
    /// Version or alias.
    pub qualifier: String,
    /// The path: `/`, `/*`, `/a`, `/a/b` or `/a/*`.
    pub path_match: String,
    /// How paths are rewritten before the function gets them.
    pub path_rewrite: Vec<PathRewriteRule>,
}

/// How a path is rewritten.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct PathRewriteRule {
    /// The path.
    pub path: String,
    /// `WildcardRules` or `ExactRules`.
    #[serde(rename = "Type")]
    pub kind: String,
    /// What it becomes.
    pub rewrite: String,
}

/// The certificate of a domain.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct CertConf {
    /// Id of the certificate.
    pub certificate_id: String,
}

/// The web application firewall of a domain.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct WafConf {
    /// `OPEN` or `CLOSE`.
    pub waf_open: String,
    /// Id of the firewall.
    pub waf_instance_id: String,
}

/// A domain by name.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct GetCustomDomainRequest {
    /// The domain.
    pub domain: String,
}

/// A domain to delete.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct DeleteCustomDomainRequest {
    /// The domain.
    pub domain: String,
}

/// A domain.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct CustomDomain {
    /// The domain.
    pub domain: String,
    /// `HTTP`, `HTTPS` or `HTTP&HTTPS`.
    pub protocol: String,
    /// Which function answers for which path.
    pub endpoints_config: Vec<EndpointsConf>,
    /// The certificate.
    pub cert_config: CertConf,
    /// The web application firewall.
    pub waf_config: WafConf,
    /// Tags.
    pub tags: Vec<Tag>,
}

/// Which domains to list.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct ListCustomDomainsRequest {
    /// Rows to skip.
    pub offset: Option<u64>,
    /// Rows at most.
    pub limit: Option<u64>,
    /// `AddTime` or `ModTime`.
    pub order_by: Option<String>,
    /// `ASC` or `DESC`.
    pub order: Option<String>,
    /// Conditions.
    pub filters: Option<Vec<Filter>>,
}

/// A page of domains.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct ListCustomDomainsResponse {
    /// The domains.
    pub domains: Vec<CustomDomain>,
    /// How many there are.
    #[serde(rename = "Total")]
    pub total_count: Option<u64>,
}

actions! { SERVICE;
    /// Makes a domain.
    create_custom_domain = "CreateCustomDomain", Create: CreateCustomDomainRequest => Empty;
    /// Changes a domain.
    update_custom_domain = "UpdateCustomDomain", Write: UpdateCustomDomainRequest => Empty;
    /// Reads a domain.
    get_custom_domain = "GetCustomDomain", Read: GetCustomDomainRequest => CustomDomain;
    /// Deletes a domain.
    delete_custom_domain = "DeleteCustomDomain", Delete: DeleteCustomDomainRequest => Empty;
    /// Lists one page of domains.
    list_custom_domains = "ListCustomDomains", Read: ListCustomDomainsRequest => ListCustomDomainsResponse;
}

paged! {
    ListCustomDomainsRequest => domains: [CustomDomain], by |row| row.domain.clone(), int 100;
}

/// The domain, or `None` when there is none of that name.
///
/// # Errors
///
/// Any [`Error`](crate::Error) but "not found".
pub async fn find_custom_domain(client: &Client, domain: &str) -> Result<Option<CustomDomain>> {
    let request = GetCustomDomainRequest { domain: domain.to_owned() };
    match get_custom_domain(client, &request).await {
        Ok(answer) => Ok(Some(answer.value)),
        Err(error) if error.is_not_found() => Ok(None),
        Err(error) => Err(error),
    }
}
