//! What the typed actions send and read, against what the vendor documents.
//!
//! Two things are compared: the transcripts under `acceptance/transcripts`, which the local cloud
//! answers too, and a table of every documented member (`tests/shapes.json`, from the shapes of
//! tccli 3.1.189.1). A request must be sent exactly as written, and of a response every member
//! must be read, unless `acceptance/coverage/members.txt` says that it is not. That list, and the
//! one of actions without a transcript, may only get shorter.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::{Arc, Mutex};

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};
use tencentcloud_api::{Action, Client, cfs, clb, cls, mps, scf, sts, tag, vpc};

use crate::server::{Reply, Server};

/// A body to send and a response to read; gives what was made of the response.
type Run = fn(Client, Value) -> Pin<Box<dyn Future<Output = Value>>>;

async fn run<A>(client: Client, body: Value) -> Value
where
    A: Action + DeserializeOwned,
    A::Response: Serialize,
{
    let request: A = serde_json::from_value(body).unwrap_or_else(|error| {
        panic!("{} takes no such request: {error}", A::NAME);
    });
    let answer = client
        .call(&request)
        .await
        .unwrap_or_else(|error| panic!("{} reads no such response: {error}", A::NAME));
    serde_json::to_value(&answer.value).unwrap()
}

macro_rules! actions {
    ($($service:ident: $($request:ident)*;)*) => {
        fn actions() -> BTreeMap<&'static str, (&'static str, Run)> {
            BTreeMap::from([$($((
                <$service::$request as Action>::NAME,
                (
                    <$service::$request as Action>::SERVICE.name,
                    (|client, body| Box::pin(run::<$service::$request>(client, body))) as Run,
                ),
            ),)*)*])
        }
    };
}

actions! {
    cfs:
        CreateCfsFileSystemRequest
        CreateCfsPGroupRequest
        CreateCfsRuleRequest
        DeleteCfsFileSystemRequest
        DeleteCfsPGroupRequest
        DeleteCfsRuleRequest
        DescribeAvailableZoneInfoRequest
        DescribeCfsFileSystemsRequest
        DescribeCfsPGroupsRequest
        DescribeCfsRulesRequest
        DescribeMountTargetsRequest
        ScaleUpFileSystemRequest
        UpdateCfsFileSystemNameRequest
        UpdateCfsFileSystemPGroupRequest
        UpdateCfsPGroupRequest
        UpdateCfsRuleRequest
    ;
    clb:
        CreateListenerRequest
        CreateLoadBalancerRequest
        CreateRuleRequest
        DeleteListenerRequest
        DeleteLoadBalancerRequest
        DeleteRuleRequest
        DeregisterFunctionTargetsRequest
        DescribeListenersRequest
        DescribeLoadBalancersRequest
        DescribeTargetsRequest
        DescribeTaskStatusRequest
        ModifyDomainAttributesRequest
        ModifyFunctionTargetsRequest
        ModifyListenerRequest
        ModifyLoadBalancerAttributesRequest
        ModifyRuleRequest
        RegisterFunctionTargetsRequest
        SetLoadBalancerClsLogRequest
        SetLoadBalancerSecurityGroupsRequest
    ;
    cls:
        CreateDeliverCloudFunctionRequest
        CreateIndexRequest
        CreateLogsetRequest
        CreateTopicRequest
        DeleteIndexRequest
        DeleteLogsetRequest
        DeleteTopicRequest
        DescribeIndexRequest
        DescribeLogsetsRequest
        DescribeTopicsRequest
        ModifyIndexRequest
        ModifyLogsetRequest
        ModifyTopicRequest
        SearchLogRequest
    ;
    mps:
        BindTriggerRequest
    ;
    scf:
        CreateAliasRequest
        CreateCustomDomainRequest
        CreateFunctionRequest
        CreateNamespaceRequest
        CreateTriggerRequest
        DeleteAliasRequest
        DeleteCustomDomainRequest
        DeleteFunctionRequest
        DeleteFunctionVersionRequest
        DeleteLayerVersionRequest
        DeleteNamespaceRequest
        DeleteProvisionedConcurrencyConfigRequest
        DeleteReservedConcurrencyConfigRequest
        DeleteTriggerRequest
        GetAccountRequest
        GetAliasRequest
        GetAsyncEventStatusRequest
        GetCustomDomainRequest
        GetFunctionAddressRequest
        GetFunctionEventInvokeConfigRequest
        GetFunctionLogsRequest
        GetFunctionRequest
        GetLayerVersionRequest
        GetProvisionedConcurrencyConfigRequest
        GetRequestStatusRequest
        GetReservedConcurrencyConfigRequest
        InvokeFunctionRequest
        InvokeRequest
        ListAliasesRequest
        ListAsyncEventsRequest
        ListCustomDomainsRequest
        ListFunctionsRequest
        ListLayerVersionsRequest
        ListLayersRequest
        ListNamespacesRequest
        ListTriggersRequest
        ListVersionByFunctionRequest
        PublishLayerVersionRequest
        PublishVersionRequest
        PutProvisionedConcurrencyConfigRequest
        PutReservedConcurrencyConfigRequest
        TerminateAsyncEventRequest
        UpdateAliasRequest
        UpdateCustomDomainRequest
        UpdateFunctionCodeRequest
        UpdateFunctionConfigurationRequest
        UpdateFunctionEventInvokeConfigRequest
        UpdateNamespaceRequest
        UpdateTriggerRequest
        UpdateTriggerStatusRequest
    ;
    sts:
        GetCallerIdentityRequest
    ;
    tag:
        DescribeResourceTagsByResourceIdsRequest
        ModifyResourceTagsRequest
    ;
    vpc:
        CreateSecurityGroupRequest
        CreateSubnetRequest
        CreateVpcRequest
        DeleteSecurityGroupRequest
        DeleteSubnetRequest
        DeleteVpcRequest
        DescribeNetworkAccountTypeRequest
        DescribeRouteTablesRequest
        DescribeSecurityGroupAssociationStatisticsRequest
        DescribeSecurityGroupsRequest
        DescribeSubnetsRequest
        DescribeVpcsRequest
        ModifySecurityGroupAttributeRequest
        ModifySubnetAttributeRequest
        ModifyVpcAttributeRequest
        ReplaceRouteTableAssociationRequest
    ;
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn lines(path: &str) -> BTreeSet<String> {
    let text = std::fs::read_to_string(root().join(path)).unwrap();
    text.lines().filter(|line| !line.starts_with('#')).map(str::to_owned).collect()
}

/// A server that gives back the response it was handed last.
async fn echo() -> (Server, Arc<Mutex<Value>>) {
    let response = Arc::new(Mutex::new(Value::Null));
    let given = Arc::clone(&response);
    let server = Server::start(move |_| Reply::Raw(200, given.lock().unwrap().to_string())).await;
    (server, response)
}

/// Where `part` is not in `whole`, as paths without list places. Null and empty count as absent.
fn missing(part: &Value, whole: &Value, path: &str, paths: &mut BTreeSet<String>) {
    match (part, whole) {
        (Value::Null, _) => {}
        (Value::Object(members), _) => {
            for (name, member) in members {
                let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                match whole.get(name) {
                    Some(found) => missing(member, found, &path, paths),
                    None if is_empty(member) => {}
                    None => drop(paths.insert(path)),
                }
            }
        }
        (Value::Array(items), Value::Array(found)) if items.len() == found.len() => {
            items.iter().zip(found).for_each(|(item, found)| missing(item, found, path, paths));
        }
        (Value::Number(one), Value::Number(other)) if one.as_f64() == other.as_f64() => {}
        _ if part == whole => {}
        _ => drop(paths.insert(format!("{path} ({part} is not {whole})"))),
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.is_empty(),
        _ => false,
    }
}

/// Every transcript: action, file name, content.
fn transcripts() -> Vec<(String, String, Value)> {
    let mut found = Vec::new();
    for action in std::fs::read_dir(root().join("acceptance/transcripts")).unwrap() {
        let action = action.unwrap().path();
        let name = action.file_name().unwrap().to_str().unwrap().to_owned();
        for file in std::fs::read_dir(&action).unwrap() {
            let file = file.unwrap().path();
            let text = std::fs::read_to_string(&file).unwrap();
            let content = serde_json::from_str(&text).unwrap();
            found.push((name.clone(), file.display().to_string(), content));
        }
    }
    assert!(found.len() > 50, "only {} transcripts", found.len());
    found
}

/// Sends the request of a transcript or of the table; returns what was sent, and which members of
/// request and response are lost, as lines of the list.
async fn compare(action: &str, body: &Value, response: &Value) -> (Value, BTreeSet<String>) {
    let (server, given) = echo().await;
    *given.lock().unwrap() = response.clone();
    let (_, run) = actions()[action];
    let read = run(server.client(), body.clone()).await;
    let sent = server.requests()[0].body.clone();

    let mut lost = BTreeSet::new();
    let mut note = |kind: &str, part: &Value, whole: &Value| {
        let mut paths = BTreeSet::new();
        missing(part, whole, "", &mut paths);
        lost.extend(paths.into_iter().map(|path| format!("{kind} {action} {path}")));
    };
    note("request", body, &sent);
    let mut expected = response["Response"].clone();
    if let Some(members) = expected.as_object_mut() {
        members.remove("RequestId");
    }
    note("response", &expected, &read);
    (sent, lost)
}

#[tokio::test]
async fn requests_are_sent_exactly_as_in_the_transcripts() {
    for (action, file, transcript) in transcripts() {
        for member in ["source", "date"] {
            assert!(transcript[member].is_string(), "{file} has no {member}");
        }
        let body = &transcript["request"]["body"];
        let (sent, _) = compare(&action, body, &transcript["response"]).await;
        assert_eq!(sent, *body, "{file}");
    }
}

#[tokio::test]
async fn every_documented_member_is_typed_or_listed() {
    let table: Value = serde_json::from_str(include_str!("../shapes.json")).unwrap();
    let mut lost = BTreeSet::new();
    for (action, (service, _)) in actions() {
        let shapes = &table[service];
        let body = every_member(shapes, &format!("{action}Request"), &[]);
        let response =
            json!({ "Response": every_member(shapes, &format!("{action}Response"), &[]) });
        lost.extend(compare(action, &body, &response).await.1);
    }
    for (action, _, transcript) in transcripts() {
        let body = &transcript["request"]["body"];
        lost.extend(compare(&action, body, &transcript["response"]).await.1);
    }
    let listed = lines("acceptance/coverage/members.txt");
    let new: Vec<_> = lost.difference(&listed).collect();
    assert!(new.is_empty(), "neither typed nor listed: {new:#?}");
    let stale: Vec<_> = listed.difference(&lost).collect();
    assert!(stale.is_empty(), "typed by now, take them off the list: {stale:#?}");
}

/// A value of the shape with every member present, each list with one item. A list of what is
/// `above` it, as fields inside fields are, is empty.
fn every_member(shapes: &Value, shape: &str, above: &[&str]) -> Value {
    match shape {
        "string" => json!("text"),
        "int" => json!(7),
        "float" => json!(0.5),
        "bool" => json!(true),
        _ => {
            let members = shapes[shape].as_object().unwrap_or_else(|| panic!("no shape {shape}"));
            let within = [above, &[shape]].concat();
            let value = |shape: &Value| match shape {
                Value::Array(item) if above.contains(&item[0].as_str().unwrap()) => json!([]),
                Value::Array(item) => {
                    json!([every_member(shapes, item[0].as_str().unwrap(), &within)])
                }
                shape => every_member(shapes, shape.as_str().unwrap(), &within),
            };
            Value::Object(
                members
                    .iter()
                    .map(|(name, shape)| (name.clone(), value(shape)))
                    .collect::<Map<_, _>>(),
            )
        }
    }
}

#[test]
fn the_list_of_actions_without_a_transcript_is_true() {
    let with: BTreeSet<_> = transcripts().into_iter().map(|(action, _, _)| action).collect();
    let callable: BTreeSet<_> = actions().keys().map(|name| (*name).to_owned()).collect();
    let without: BTreeSet<_> = callable.difference(&with).cloned().collect();
    assert_eq!(without, lines("acceptance/coverage/transcripts.txt"));
    let unknown: Vec<_> = with.difference(&callable).collect();
    assert!(unknown.is_empty(), "transcripts of actions that cannot be called: {unknown:?}");
}

#[test]
fn every_action_of_the_sources_is_compared() {
    let mut declared = BTreeSet::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = std::fs::read_to_string(path).unwrap();
            declared.extend(text.lines().filter_map(declared_action).map(str::to_owned));
        }
    }
    let compared: BTreeSet<_> = actions().keys().map(|name| (*name).to_owned()).collect();
    assert_eq!(declared, compared);
}

/// The action that a line declares: `name = "Name", Kind: …` or `const NAME: … = "Name";`.
fn declared_action(line: &str) -> Option<&str> {
    let line = line.trim();
    let (before, after) = line.split_once(" = \"")?;
    let (name, rest) = after.split_once('"')?;
    let is_word = before.chars().all(|c| c.is_ascii_lowercase() || c == '_');
    let has_kind = ["Read", "Write", "Delete", "Create"].iter().any(|kind| {
        rest.strip_prefix(", ").is_some_and(|rest| rest.starts_with(&format!("{kind}:")))
    });
    ((is_word && has_kind) || before == "const NAME: &'static str").then_some(name)
}
