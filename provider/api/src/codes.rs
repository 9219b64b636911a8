//! What an error code means. Decided on the code alone, never on the message.

use crate::action::{ActionId, Kind};

/// The classes of refusals that a caller may want to tell apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// The object asked for does not exist.
    NotFound,
    /// Something else that the request names does not exist.
    MissingReference,
    /// The object is changing; the same request will do later.
    Busy,
    /// It exists already, or something still uses it.
    Conflict,
    /// Too many requests.
    Throttled,
    /// The account's quota or the cloud's stock is used up.
    Quota,
    /// The keys are wrong.
    Credentials,
    /// The request's time is too far from the cloud's.
    Clock,
    /// The keys are right and lack a right.
    Unauthorized,
    /// The account lacks money or a service's activation.
    Account,
    /// The service does not exist in that region.
    Region,
    /// The endpoint does not know the action or version.
    UnknownAction,
    /// A parameter is missing, unknown or wrong.
    Invalid,
    /// The cloud failed.
    Internal,
    /// None of the above.
    Other,
}

/// Codes of one class. `*` at one end of a pattern stands for any text.
struct Rule(Class, &'static [&'static str]);

/// The class of a code that an action was refused with. The service's own table is asked first,
/// then the one that holds for all; in a table the first match counts.
pub(crate) fn classify(action: ActionId, code: &str) -> Class {
    // A name that breaks the naming rules cannot exist, so reading and deleting say "not found"
    // with a code that elsewhere means a bad parameter.
    if code == "InvalidParameterValue.FunctionName"
        && matches!(action.kind, Kind::Read | Kind::Delete)
    {
        return NotFound;
    }
    let own: &[Rule] = match action.service.name {
        "scf" => SCF,
        "vpc" => VPC,
        "clb" => CLB,
        "cfs" => CFS,
        "tag" => TAG,
        "cls" => CLS,
        "cos" => COS,
        _ => &[],
    };
    own.iter()
        .chain(COMMON)
        .find(|Rule(_, patterns)| patterns.iter().any(|pattern| matches(pattern, code)))
        .map_or(Class::Other, |Rule(class, _)| *class)
}

fn matches(pattern: &str, code: &str) -> bool {
    match (pattern.strip_suffix('*'), pattern.strip_prefix('*')) {
        (Some(start), _) => code.starts_with(start),
        (None, Some(end)) => code.ends_with(end),
        (None, None) => code == pattern,
    }
}

use Class::{
    Account, Busy, Clock, Conflict, Credentials, Internal, Invalid, MissingReference, NotFound,
    Quota, Region, Throttled, Unauthorized, UnknownAction,
};

const CLS: &[Rule] = &[
    Rule(
        Busy,
        &[
            "LimitExceeded.IndexOperating",
            "FailedOperation.TopicCreating",
            "FailedOperation.TagQpsLimit",
            "FailedOperation.TagConcurrentConflict",
        ],
    ),
    Rule(
        Conflict,
        &[
            "InvalidParameter.LogsetConflict",
            "InvalidParameter.TopicConflict",
            "InvalidParameter.IndexConflict",
            "FailedOperation.LogsetConflict",
            "FailedOperation.LogsetNotEmpty",
            "OperationDenied.TopicHasDeliverFunction",
        ],
    ),
];

const COS: &[Rule] = &[
    // What is not set on a bucket has a code of its own each, not all of them written down.
    Rule(NotFound, &["NoSuch*", "NotFound", "*NotFoundError", "*notFoundError", "*NotFound"]),
    Rule(Throttled, &["SlowDown"]),
    Rule(
        Internal,
        &["InternalError", "RequestTimeout", "KmsInternalException", "ServiceUnavailable"],
    ),
    Rule(
        Conflict,
        &[
            "BucketAlreadyExists",
            "BucketAlreadyOwnedByYou",
            "BucketNotEmpty",
            "FileAlreadyExists",
            "InvalidBucketState",
            "RecordAlreadyExist",
        ],
    ),
    Rule(Clock, &["RequestTimeTooSkewed"]),
    Rule(Credentials, &["SignatureDoesNotMatch", "InvalidAccessKeyId"]),
    Rule(Unauthorized, &["AccessDenied"]),
    Rule(Quota, &["TooManyBuckets"]),
    Rule(Invalid, &["Invalid*", "Malformed*", "BadDigest", "BadRequest", "Entity*", "KeyTooLong"]),
];

const CFS: &[Rule] = &[
    Rule(
        NotFound,
        &["InvalidParameterValue.InvalidPgroup", "InvalidParameterValue.InvalidFileSystemId"],
    ),
    Rule(
        Busy,
        &[
            "FailedOperation.PgroupIsUpdating",
            "FailedOperation.ClientTokenInUse",
            "InvalidParameterValue.InvalidFsStatus",
        ],
    ),
    Rule(
        Conflict,
        &[
            "FailedOperation.PgroupInUse",
            "FailedOperation.MountTargetExists",
            "InvalidParameterValue.DuplicatedPgroupName",
            "InvalidParameterValue.DuplicatedRuleAuthClientIp",
        ],
    ),
    Rule(Quota, &["*LimitExceeded"]),
];

const COMMON: &[Rule] = &[
    Rule(Clock, &["AuthFailure.SignatureExpire"]),
    Rule(
        Unauthorized,
        &["AuthFailure.UnauthorizedOperation", "UnauthorizedOperation", "UnauthorizedOperation.*"],
    ),
    Rule(Credentials, &["AuthFailure", "AuthFailure.*"]),
    Rule(Region, &["UnsupportedRegion", "InvalidParameter.RegionNotFound"]),
    Rule(
        UnknownAction,
        &[
            "InvalidAction",
            "NoSuchVersion",
            "ActionOffline",
            "UnsupportedProtocol",
            "NoSuchProduct",
        ],
    ),
    Rule(Throttled, &["RequestLimitExceeded", "RequestLimitExceeded.*"]),
    Rule(
        Internal,
        &["InternalError", "InternalError.*", "InternalServerError", "InternalServerError.*"],
    ),
    Rule(Conflict, &["ResourceInUse", "ResourceInUse.*"]),
    Rule(
        Quota,
        &[
            "LimitExceeded",
            "LimitExceeded.*",
            "ResourceInsufficient",
            "ResourceInsufficient.*",
            "ResourcesSoldOut",
            "ResourcesSoldOut.*",
        ],
    ),
    Rule(NotFound, &["ResourceNotFound", "ResourceNotFound.*"]),
    Rule(Account, &["FailedOperation.InsufficientBalance", "OperationDenied.Account*"]),
    Rule(
        Invalid,
        &[
            "MissingParameter",
            "MissingParameter.*",
            "UnknownParameter",
            "UnknownParameter.*",
            "InvalidParameter",
            "InvalidParameter.*",
            "InvalidParameterValue",
            "InvalidParameterValue.*",
        ],
    ),
];

const SCF: &[Rule] = &[
    Rule(
        NotFound,
        &[
            "ResourceNotFound",
            "ResourceNotFound.Function",
            "ResourceNotFound.FunctionName",
            "ResourceNotFound.FunctionVersion",
            "ResourceNotFound.Version",
            "ResourceNotFound.Qualifier",
            "ResourceNotFound.Alias",
            "ResourceNotFound.Layer",
            "ResourceNotFound.LayerVersion",
            "ResourceNotFound.Namespace",
            "ResourceNotFound.Trigger",
            "ResourceNotFound.Timer",
            "ResourceNotFound.AsyncEvent",
            "ResourceNotFound.TotalConcurrencyMemory",
            "FailedOperation.Domain.UnExist",
        ],
    ),
    Rule(MissingReference, &["ResourceNotFound.*"]),
    Rule(
        Busy,
        &[
            "FailedOperation.FunctionStatusError",
            "FailedOperation.FunctionNameStatusError",
            "FailedOperation.FunctionVersionStatusNotActive",
            "FailedOperation.OperationConflict",
            "FailedOperation.UpdateFunctionCode",
            "FailedOperation.UpdateFunctionConfiguration",
            "FailedOperation.DeleteFunction",
            "FailedOperation.PublishVersion",
            "FailedOperation.PublishLayerVersion",
            "FailedOperation.CreateTrigger",
            "FailedOperation.ProvisionedInProgress",
            "FailedOperation.ReservedInProgress",
            "FailedOperation.TotalConcurrencyMemoryInProgress",
            "FailedOperation.AsyncEventStatus",
        ],
    ),
    Rule(
        Conflict,
        &[
            "FailedOperation.Namespace",
            "InvalidParameterValue.CosNotifyRuleConflict",
            "FailedOperation.DeleteTrigger.UrlUsed",
            "UnsupportedOperation.AliasBind",
        ],
    ),
    Rule(
        Quota,
        &[
            "FailedOperation.ReservedExceedTotal",
            "FailedOperation.ProvisionedExceedAvailable",
            "FailedOperation.ProvisionedExceedReserved",
        ],
    ),
    Rule(
        Account,
        &[
            "FailedOperation.QcsRoleNotFound",
            "FailedOperation.CallRoleFailed",
            "FailedOperation.UnOpenedService",
            "FailedOperation.ServiceClosed",
            "FailedOperation.ClsServiceUnregistered",
            "InvalidParameterValue.ClsRole",
            "ResourceUnavailable.*",
        ],
    ),
];

const VPC: &[Rule] = &[
    Rule(
        NotFound,
        &[
            "InvalidVpcId.NotFound",
            "InvalidRouteTableId.NotFound",
            "InvalidRouteId.NotFound",
            "InvalidSecurityGroupID.NotFound",
            "InvalidAddressId.NotFound",
            "InvalidParameterValue.AddressNotFound",
            "InvalidParameterValue.ResourceNotFound",
        ],
    ),
    Rule(Invalid, &["*.Malformed"]),
    Rule(Quota, &["VpcLimitExceeded*", "AddressQuotaLimitExceeded*"]),
    Rule(
        Busy,
        &[
            "*MutexTaskRunning",
            "UnsupportedOperation.MutexOperationTaskRunning",
            "*IdempotentProcessing",
        ],
    ),
    Rule(
        Conflict,
        &[
            "InvalidParameterValue.SubnetConflict",
            "InvalidParameterValue.SubnetOverlap",
            "InvalidParameterValue.CidrConflict",
            "InvalidParameterValue.VpcCidrConflict",
            "InvalidParameterValue.Duplicate",
            "UnsupportedOperation.DuplicatePolicy",
            "UnsupportedOperation.NatGatewayHaveRoute",
            "UnsupportedOperation.DeletionProtectionEnabled",
            "*InUse",
        ],
    ),
];

const CLB: &[Rule] = &[
    Rule(
        NotFound,
        &[
            "InvalidParameter.LBIdNotFound",
            "InvalidParameter.ListenerIdNotFound",
            "InvalidParameter.LocationNotFound",
        ],
    ),
    Rule(
        Busy,
        &[
            "FailedOperation.ResourceInOperating",
            "FailedOperation.InvalidLBStatus",
            "FailedOperation.FrequencyCheckRisk",
        ],
    ),
    Rule(Conflict, &["InvalidParameter.PortCheckFailed", "InvalidParameterValue.Duplicate"]),
];

const TAG: &[Rule] = &[Rule(Busy, &["FailedOperation.ResourceTagProcessing"])];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::action::Service;

    fn class(service: &'static Service, kind: Kind, code: &str) -> Class {
        classify(ActionId { service, name: "X", kind }, code)
    }

    const SCF: Service = Service { name: "scf", version: "" };
    const VPC: Service = Service { name: "vpc", version: "" };
    const CLB: Service = Service { name: "clb", version: "" };
    const STS: Service = Service { name: "sts", version: "" };

    #[test]
    fn the_exact_code_then_its_class() {
        for (code, expected) in [
            ("AuthFailure.SignatureExpire", Clock),
            ("AuthFailure.SecretIdNotFound", Credentials),
            ("AuthFailure.UnauthorizedOperation", Unauthorized),
            ("UnauthorizedOperation.CamNoAuth", Unauthorized),
            ("RequestLimitExceeded.UinLimitExceeded", Throttled),
            ("InternalError.System", Internal),
            ("LimitExceeded", Quota),
            ("LimitExceededX", Class::Other),
            ("ResourceNotFound.RoleNotFound", NotFound),
            ("InvalidParameterValue.Whatever", Invalid),
            ("Novelty", Class::Other),
        ] {
            assert_eq!(class(&STS, Kind::Read, code), expected, "{code}");
        }
    }

    #[test]
    fn a_missing_reference_is_not_a_missing_function() {
        assert_eq!(class(&SCF, Kind::Read, "ResourceNotFound.Function"), NotFound);
        assert_eq!(class(&SCF, Kind::Create, "ResourceNotFound.Vpc"), MissingReference);
        assert_eq!(class(&SCF, Kind::Read, "ResourceNotFound.New"), MissingReference);
        assert_eq!(class(&VPC, Kind::Read, "ResourceNotFound.New"), NotFound);
    }

    #[test]
    fn a_bad_function_name_is_not_found_when_read_or_deleted_only() {
        let code = "InvalidParameterValue.FunctionName";
        assert_eq!(class(&SCF, Kind::Read, code), NotFound);
        assert_eq!(class(&SCF, Kind::Delete, code), NotFound);
        assert_eq!(class(&SCF, Kind::Create, code), Invalid);
        assert_eq!(class(&SCF, Kind::Write, code), Invalid);
    }

    #[test]
    fn each_service_has_its_own_busy_and_conflict_codes() {
        assert_eq!(class(&CLB, Kind::Write, "FailedOperation.ResourceInOperating"), Busy);
        assert_eq!(class(&SCF, Kind::Write, "FailedOperation.ResourceInOperating"), Class::Other);
        assert_eq!(class(&SCF, Kind::Write, "FailedOperation.FunctionStatusError"), Busy);
        assert_eq!(class(&VPC, Kind::Delete, "OperationDenied.MutexTaskRunning"), Busy);
        assert_eq!(class(&VPC, Kind::Delete, "ResourceInUse.Address"), Conflict);
        assert_eq!(class(&VPC, Kind::Delete, "InvalidParameterValue.SubnetInUse"), Conflict);
        assert_eq!(class(&CLB, Kind::Create, "InvalidParameter.PortCheckFailed"), Conflict);
        assert_eq!(class(&VPC, Kind::Read, "InvalidVpcId.Malformed"), Invalid);
    }
}
