//! What a person can do about an error, in one sentence.

use crate::action::ActionId;
use crate::codes::Class;
use crate::error::{Clocks, Error};

pub(crate) fn advice(error: &Error) -> String {
    match error {
        Error::Refused { action, code, clocks, .. } => {
            refused(*action, code, error.class().unwrap_or(Class::Other), clocks.as_deref())
        }
        Error::Transport { endpoint, .. } => format!(
            "Check that {endpoint} is the right endpoint and that this machine reaches it: name \
             resolution, proxy (HTTPS_PROXY, NO_PROXY), firewall."
        ),
        Error::LostResponse { .. } => {
            "Look whether the change is there before you make it again: the cloud may have carried \
             it out."
                .to_owned()
        }
        Error::Timeout { in_flight: true, .. } | Error::Cancelled { in_flight: true, .. } => {
            "Look whether the change is there before you make it again: it was under way."
                .to_owned()
        }
        Error::Timeout { .. } => {
            "Allow more time if the cloud is only slow; the work goes on there.".to_owned()
        }
        Error::Cancelled { .. } => "Run it again to continue.".to_owned(),
        Error::Failed { .. } => {
            "Correct what the reasons name and try again; what failed may have to be deleted first."
                .to_owned()
        }
        Error::Decode { .. } => "Report this with the request id: either the cloud changed or the \
                                 endpoint is not Tencent Cloud's API 3.0."
            .to_owned(),
        Error::Credentials { .. } => {
            "Set TENCENTCLOUD_SECRET_ID and TENCENTCLOUD_SECRET_KEY, state both keys in the \
             configuration, or log in with `tccli configure`."
                .to_owned()
        }
        Error::Endpoint { .. } => {
            "Give an endpoint such as https://scf.tencentcloudapi.com or http://127.0.0.1:4588, \
             or a protocol and a domain."
                .to_owned()
        }
    }
}

fn refused(action: ActionId, code: &str, class: Class, clocks: Option<&Clocks>) -> String {
    let text = match class {
        Class::Clock => return clock(clocks),
        Class::Credentials => credentials(code),
        Class::Unauthorized => return unauthorized(action),
        Class::Quota => quota(code),
        Class::Region => {
            "Use a region that has this service; the region's name is like \
                          ap-guangzhou."
        }
        Class::UnknownAction => {
            "Check the endpoint: it does not know this action, so it may serve another product or \
             an older version."
        }
        Class::NotFound => "It was deleted elsewhere or is in another region or namespace.",
        Class::MissingReference => "Create what the request refers to first, or correct its name.",
        Class::Busy => "Wait until the change under way is finished and try again.",
        Class::Conflict => "Choose another name, adopt what exists, or remove what still uses it.",
        Class::Throttled => "Send fewer requests at a time; other tools share the same limit.",
        Class::Account => {
            "Check the account in the console: its balance, and that the service and its role are \
             activated."
        }
        Class::Internal => "Try again later, and report the request id if it persists.",
        _ if refuses_account_type(action, code) => {
            // R4
            "Upgrade the account to a standard account (billed by IP): a traditional account \
             cannot put functions behind a load balancer."
        }
        Class::Invalid => "Correct the parameter that the message names.",
        Class::Other => "The message tells the reason; support can look the request id up.",
    };
    text.to_owned()
}

fn clock(clocks: Option<&Clocks>) -> String {
    let told = match clocks {
        Some(Clocks { server: Some(server), signed_at }) => {
            format!(" (the cloud says {server}, this machine says {signed_at} s of Unix time)")
        }
        Some(Clocks { signed_at, .. }) => {
            format!(" (this machine says {signed_at} s of Unix time)")
        }
        None => String::new(),
    };
    format!(
        "Set this machine's clock right, for example with NTP: it differs from the cloud's by more \
         than five minutes{told}."
    )
}

fn credentials(code: &str) -> &'static str {
    match code {
        "AuthFailure.SecretIdNotFound" | "AuthFailure.InvalidSecretId" => {
            "Check the secret id: the cloud does not know it, or it is disabled."
        }
        "AuthFailure.SignatureFailure" => {
            "Check the secret key: it does not belong to the secret id."
        }
        "AuthFailure.TokenFailure" => {
            "Get new temporary credentials: the token is wrong or has expired."
        }
        "AuthFailure.MFAFailure" => "Use credentials that need no second factor for this action.",
        _ => "Check the secret id, the secret key and the token.",
    }
}

fn unauthorized(action: ActionId) -> String {
    // R27
    let beta = if is_function_target(action) {
        " If it is allowed there, ask Tencent Cloud to put the account on the allow-list: functions \
         behind a load balancer are in beta."
    } else {
        ""
    };
    format!(
        "Let an administrator of the account allow {}:{} in CAM for these credentials.{beta}",
        action.service.name, action.name
    )
}

/// R55
fn quota(code: &str) -> &'static str {
    if code.starts_with("LimitExceeded.InitTimeout") {
        "Ask by ticket for a longer initialization timeout."
    } else if code.contains("Concurrency") {
        "Lower the reservation or raise the account's total concurrency quota."
    } else if code == "LimitExceeded.Function" {
        "Put the function into another namespace, delete unused functions, or ask for more by \
         ticket."
    } else if code == "LimitExceeded.Memory" || code == "LimitExceeded.Timeout" {
        "Split the function into smaller ones, or ask for more by ticket."
    } else if code.starts_with("Resource") {
        "Choose another zone or specification: the cloud has none left of this one."
    } else {
        "Delete what is not used, or raise the quota by ticket."
    }
}

fn is_function_target(action: ActionId) -> bool {
    action.service.name == "clb" && action.name.ends_with("FunctionTargets")
}

fn refuses_account_type(action: ActionId, code: &str) -> bool {
    is_function_target(action)
        && (code.contains("Account") || code.starts_with("UnsupportedOperation"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::action::{Kind, Service};

    const SCF: Service = Service { name: "scf", version: "2018-04-16" };
    const CLB: Service = Service { name: "clb", version: "2018-03-17" };
    const CREATE: ActionId = ActionId { service: &SCF, name: "CreateFunction", kind: Kind::Create };
    const REGISTER: ActionId =
        ActionId { service: &CLB, name: "RegisterFunctionTargets", kind: Kind::Create };

    fn refusal(action: ActionId, code: &str, clocks: Option<Clocks>) -> String {
        Error::Refused {
            action,
            code: code.to_owned(),
            message: String::new(),
            request_id: String::new(),
            clocks: clocks.map(Box::new),
        }
        .advice()
    }

    #[test]
    fn wrong_keys_are_told_apart() {
        assert!(refusal(CREATE, "AuthFailure.SecretIdNotFound", None).contains("secret id"));
        assert!(refusal(CREATE, "AuthFailure.SignatureFailure", None).contains("secret key"));
        assert!(refusal(CREATE, "AuthFailure.TokenFailure", None).contains("expired"));
    }

    #[test]
    fn a_wrong_clock_is_shown_beside_the_clouds() {
        let server = "Tue, 14 Nov 2023 22:13:20 GMT";
        let clocks = Clocks { server: Some(server.to_owned()), signed_at: 1 };
        let advice = refusal(CREATE, "AuthFailure.SignatureExpire", Some(clocks));
        assert!(advice.contains(server) && advice.contains("clock"), "{advice}");
    }

    #[test]
    fn a_missing_right_is_named() {
        let advice = refusal(CREATE, "UnauthorizedOperation.CamNoAuth", None);
        assert!(advice.contains("scf:CreateFunction") && !advice.contains("beta"), "{advice}");
    }

    #[test]
    fn unknown_regions_and_actions_are_explained() {
        assert!(refusal(CREATE, "UnsupportedRegion", None).contains("region"));
        assert!(refusal(CREATE, "InvalidAction", None).contains("endpoint"));
    }

    #[test]
    fn r4_a_traditional_account_is_told_to_upgrade() {
        let advice = refusal(REGISTER, "UnsupportedOperation", None);
        assert!(advice.contains("standard account"), "{advice}");
        assert!(!refusal(CREATE, "UnsupportedOperation", None).contains("standard account"));
    }

    #[test]
    fn r27_function_targets_mention_the_beta() {
        let advice = refusal(REGISTER, "UnauthorizedOperation", None);
        assert!(advice.contains("beta"), "{advice}");
    }

    #[test]
    fn r55_quota_refusals_point_at_the_remedy() {
        for (code, remedy) in [
            ("LimitExceeded.Function", "another namespace"),
            ("LimitExceeded.Memory", "Split"),
            ("LimitExceeded.InitTimeout", "initialization timeout"),
            ("LimitExceeded.UserTotalConcurrencyMemory", "total concurrency"),
            ("LimitExceeded.Namespace", "ticket"),
            ("ResourcesSoldOut", "another zone"),
        ] {
            let advice = refusal(CREATE, code, None);
            assert!(advice.contains(remedy), "{code}: {advice}");
        }
    }
}
