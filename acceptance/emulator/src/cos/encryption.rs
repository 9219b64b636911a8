//! What objects are encrypted with. Nothing is encrypted here; what an object has is told.

use serde::{Deserialize, Serialize};

use super::bucket::Bucket;
use super::request::{Answer, Reply, Request};
use super::setting::{change, show};
use super::xml;
use crate::refusal::{Refusal, refused};

const HEADER: &str = "x-cos-server-side-encryption";
const KEY: &str = "x-cos-server-side-encryption-cos-kms-key-id";
const CONTEXT: &str = "x-cos-server-side-encryption-context";
/// The same key in the words of clients that speak the other protocol.
const OTHER_KEY: &str = "x-cos-server-side-encryption-aws-kms-key-id";
const CUSTOMER: &str = "x-cos-server-side-encryption-customer-algorithm";

/// What new objects are encrypted with, unless the request says something else.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Encryption {
    #[serde(rename = "Rule")]
    rule: Rule,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Rule {
    apply_server_side_encryption_by_default: ByDefault,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct ByDefault {
    #[serde(rename = "SSEAlgorithm")]
    algorithm: String,
    #[serde(rename = "KMSMasterKeyID", default, skip_serializing_if = "String::is_empty")]
    key: String,
}

/// What an object is encrypted with.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Sealed {
    /// `AES256` or `cos/kms`; empty for an object that lies in clear.
    pub(super) algorithm: String,
    /// The key; empty for that of the product.
    pub(super) key: String,
    context: String,
}

impl Sealed {
    /// With a key of KMS.
    pub(super) fn with_kms(key: &str) -> Self {
        Self { algorithm: "cos/kms".to_owned(), key: key.to_owned(), context: String::new() }
    }

    pub(super) fn is_kms(&self) -> bool {
        self.algorithm == "cos/kms"
    }

    /// What a request and its bucket say.
    ///
    /// # Errors
    /// `InvalidArgument`, `NotImplemented`.
    pub(super) fn of(request: &Request<'_>, bucket: &Bucket) -> Result<Self, Refusal> {
        if request.header(CUSTOMER).is_some() {
            return refused(
                "NotImplemented",
                "The local cloud knows no keys of customers (SSE-C).",
            );
        }
        let text = |name| request.header(name).unwrap_or_default().to_owned();
        match request.header(HEADER) {
            None => Ok(bucket.encryption.as_ref().map(Encryption::seal).unwrap_or_default()),
            Some("AES256") => Ok(Self { algorithm: "AES256".to_owned(), ..Self::default() }),
            Some("cos/kms" | "aws:kms") => {
                let own = text(KEY);
                let key = if own.is_empty() { text(OTHER_KEY) } else { own };
                Ok(Self { context: text(CONTEXT), ..Self::with_kms(&key) })
            }
            Some(other) => {
                let text = format!("{HEADER} is AES256 or cos/kms, not {other}.");
                refused("InvalidArgument", text)
            }
        }
    }

    /// The answer with it.
    pub(super) fn told(&self, mut reply: Reply) -> Reply {
        for (name, value) in [(HEADER, &self.algorithm), (KEY, &self.key), (CONTEXT, &self.context)]
        {
            if !value.is_empty() {
                reply = reply.with(name, value);
            }
        }
        reply
    }
}

impl Encryption {
    fn seal(&self) -> Sealed {
        let ByDefault { algorithm, key } = &self.rule.apply_server_side_encryption_by_default;
        match algorithm.as_str() {
            "KMS" => Sealed::with_kms(key),
            other => Sealed { algorithm: other.to_owned(), ..Sealed::default() },
        }
    }
}

pub(super) fn get(request: &Request<'_>) -> Answer {
    let encryption = request.owned_bucket()?.encryption;
    show("ServerSideEncryptionConfiguration", encryption, "NoSuchEncryptionConfiguration")
}

pub(super) fn put(request: &Request<'_>) -> Answer {
    let mut encryption: Encryption = xml::read(request.body)?;
    let ByDefault { algorithm, key } = &mut encryption.rule.apply_server_side_encryption_by_default;
    if algorithm == "aws:kms" {
        "KMS".clone_into(algorithm);
    }
    match (algorithm.as_str(), key.is_empty()) {
        ("AES256", true) | ("KMS", _) => {}
        ("AES256", false) => {
            return refused(
                "InvalidArgument",
                "A KMSMasterKeyID goes with the algorithm KMS only.",
            );
        }
        (other, _) => {
            let text = format!("The SSEAlgorithm is AES256 or KMS, not {other}.");
            return refused("InvalidArgument", text);
        }
    }
    change(request, 200, |bucket| bucket.encryption = Some(encryption))
}

pub(super) fn delete(request: &Request<'_>) -> Answer {
    change(request, 204, |bucket| bucket.encryption = None)
}
