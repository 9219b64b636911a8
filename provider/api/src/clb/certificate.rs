//! Certificates of HTTPS listeners and domains.

use serde::{Deserialize, Serialize};

use crate::secret::Secret;

/// A certificate to use: by id, or uploaded.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct CertificateInput {
    /// `UNIDIRECTIONAL`, or `MUTUAL` to check the client's too.
    #[serde(rename = "SSLMode")]
    pub ssl_mode: Option<String>,
    /// `ON` or `OPTIONAL`: whether a client must show a certificate.
    #[serde(rename = "SSLVerifyClient")]
    pub ssl_verify_client: Option<String>,
    /// Id of the server's certificate.
    pub cert_id: Option<String>,
    /// Id of the certificate that clients' are checked by.
    pub cert_ca_id: Option<String>,
    /// Name of an uploaded certificate.
    pub cert_name: Option<String>,
    /// Its key.
    pub cert_key: Option<Secret>,
    /// Its text.
    pub cert_content: Option<Secret>,
    /// Name of an uploaded certificate that clients' are checked by.
    pub cert_ca_name: Option<String>,
    /// Its text.
    pub cert_ca_content: Option<Secret>,
}

/// Several certificates, of which the client's abilities choose one.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct MultiCertInfo {
    /// `UNIDIRECTIONAL` or `MUTUAL`.
    #[serde(rename = "SSLMode")]
    pub ssl_mode: String,
    /// The certificates.
    pub cert_list: Vec<CertInfo>,
    /// `ON` or `OPTIONAL`: whether a client must show a certificate.
    #[serde(rename = "SSLVerifyClient")]
    pub ssl_verify_client: Option<String>,
}

/// One of several certificates: by id, or uploaded.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct CertInfo {
    /// Its id.
    pub cert_id: Option<String>,
    /// Name of an uploaded one.
    pub cert_name: Option<String>,
    /// Its text.
    pub cert_content: Option<Secret>,
    /// Its key.
    pub cert_key: Option<Secret>,
}

/// A certificate in use.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct CertificateOutput {
    /// `UNIDIRECTIONAL` or `MUTUAL`.
    #[serde(rename = "SSLMode")]
    pub ssl_mode: String,
    /// `ON` or `OPTIONAL`.
    #[serde(rename = "SSLVerifyClient")]
    pub ssl_verify_client: String,
    /// Id of the server's certificate.
    pub cert_id: String,
    /// Id of the certificate that clients' are checked by.
    pub cert_ca_id: String,
    /// Ids of further certificates of the server.
    pub ext_cert_ids: Vec<String>,
}
