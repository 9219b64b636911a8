//! Certificates of listeners and domains.
//!
//! A certificate's text is stored for the account, whichever way it came: uploaded with a listener
//! here, or by the certificate service. A listener may also name a certificate that is not stored;
//! it is kept and shown, and the gateway says that it cannot serve it.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::word;
use crate::call::Call;
use crate::params::Params;
use crate::refusal::{Refusal, refused};
use crate::store::{Record, Scope, StoreError};

const MODES: [&str; 2] = ["UNIDIRECTIONAL", "MUTUAL"];
const VERIFY: [&str; 2] = ["ON", "OPTIONAL"];

/// A certificate as it is stored, in the account's global state.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Certificate {
    /// Its name.
    pub name: String,
    /// The chain, PEM.
    pub chain: String,
    /// The private key, PEM; empty for one that signs clients' certificates.
    pub key: String,
}

impl Record for Certificate {
    const KIND: &'static str = "ssl.certificate";
}

/// The certificate with that id.
///
/// # Errors
/// When the store fails.
pub fn find(here: &Scope<'_>, id: &str) -> Result<Option<Certificate>, StoreError> {
    here.in_region("").get(id)
}

/// Which certificates a listener or a domain shows to clients, and asks of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Binding {
    /// `UNIDIRECTIONAL`, or `MUTUAL` if clients show one as well.
    pub mode: String,
    /// The certificates, the first one first.
    pub ids: Vec<String>,
    /// Whose signature clients' certificates must have.
    pub ca: Option<String>,
    /// `ON` or `OPTIONAL`: whether clients must show one.
    pub verify: String,
}

impl Binding {
    /// What a request says about certificates: one in `Certificate`, or several in `MultiCertInfo`.
    pub(super) fn read(call: &Call<'_>, p: &Params<'_>) -> Result<Option<Self>, Refusal> {
        match (p.object("Certificate"), p.object("MultiCertInfo")) {
            (None, None) => Ok(None),
            (Some(one), None) => Self::single(call, &one).map(Some),
            (None, Some(several)) => Self::several(call, &several).map(Some),
            (Some(_), Some(_)) => {
                let text = "Certificate and MultiCertInfo exclude each other.";
                refused("InvalidParameter", text)
            }
        }
    }

    fn single(call: &Call<'_>, p: &Params<'_>) -> Result<Self, Refusal> {
        let mode = word("SSLMode", p.text("SSLMode").unwrap_or(MODES[0]), &MODES)?;
        let id = stored(call, p, ["CertId", "CertName", "CertContent", "CertKey"])?;
        let Some(id) = id else {
            let text = "A certificate needs CertId, or CertName, CertContent and CertKey.";
            return refused("InvalidParameterValue", text);
        };
        let ca = stored(call, p, ["CertCaId", "CertCaName", "CertCaContent", ""])?;
        if mode == "MUTUAL" && ca.is_none() {
            let text = "SSLMode MUTUAL needs CertCaId, or CertCaName and CertCaContent.";
            return refused("InvalidParameterValue", text);
        }
        Ok(Self { mode: mode.to_owned(), ids: vec![id], ca, verify: verify(p)? })
    }

    fn several(call: &Call<'_>, p: &Params<'_>) -> Result<Self, Refusal> {
        let mode = word("SSLMode", p.str("SSLMode"), &MODES)?;
        let mut ids = Vec::new();
        for one in p.objects("CertList") {
            ids.extend(stored(call, &one, ["CertId", "CertName", "CertContent", "CertKey"])?);
        }
        if ids.is_empty() {
            return refused("InvalidParameterValue", "MultiCertInfo.CertList is empty.");
        }
        // Of a mutual list the last one is the clients'.
        let ca = if mode == "MUTUAL" && ids.len() > 1 { ids.pop() } else { None };
        Ok(Self { mode: mode.to_owned(), ids, ca, verify: verify(p)? })
    }

    pub(super) fn show(&self) -> Value {
        json!({
            "SSLMode": self.mode,
            "SSLVerifyClient": self.verify,
            "CertId": self.ids.first(),
            "CertCaId": self.ca.as_deref().unwrap_or_default(),
            "ExtCertIds": self.ids.get(1..).unwrap_or_default(),
        })
    }
}

fn verify(p: &Params<'_>) -> Result<String, Refusal> {
    let text = p.text("SSLVerifyClient").filter(|text| !text.is_empty());
    Ok(word("SSLVerifyClient", text.unwrap_or(VERIFY[0]), &VERIFY)?.to_owned())
}

/// The id of the certificate that members of a request name, or upload.
fn stored(
    call: &Call<'_>,
    p: &Params<'_>,
    [id, name, content, key]: [&str; 4],
) -> Result<Option<String>, Refusal> {
    if let Some(id) = p.text(id).filter(|id| !id.is_empty()) {
        return Ok(Some(id.to_owned()));
    }
    let text = |member: &str| if member.is_empty() { "" } else { p.str(member) };
    if text(content).is_empty() {
        return Ok(None);
    }
    let certificate = Certificate {
        name: text(name).to_owned(),
        chain: text(content).to_owned(),
        key: text(key).to_owned(),
    };
    if let Err(reason) = crate::gateway::check_certificate(&certificate) {
        return refused("InvalidParameter.FormatError", format!("{content}: {reason}."));
    }
    let id = call.new_id("cert")?.replace("cert-", "");
    call.store.in_region("").put(&id, &certificate)?;
    Ok(Some(id))
}
