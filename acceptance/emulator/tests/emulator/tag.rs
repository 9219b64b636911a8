//! The tag service and the objects' own services show the same tags.

use serde_json::{Value, json};

use crate::scf::{HELLO, create, python};
use crate::support::{Client, client};

fn vpc(client: &Client, name: &str) -> String {
    let request = json!({"VpcName": name, "CidrBlock": "10.0.0.0/16"});
    client.ok("vpc.CreateVpc", request)["Vpc"]["VpcId"].as_str().unwrap().to_owned()
}

fn name(of: &str) -> String {
    format!("qcs::vpc:ap-guangzhou:uin/:vpc/{of}")
}

fn tag(key: &str, value: &str) -> Value {
    json!({"TagKey": key, "TagValue": value})
}

fn shown(client: &Client, id: &str) -> Value {
    let read = client.ok("vpc.DescribeVpcs", json!({"VpcIds": [id]}));
    read["VpcSet"][0]["TagSet"].clone()
}

#[test]
fn tags_are_replaced_and_deleted_in_one_call() {
    let client = client();
    let id = vpc(&client, "v");
    let modify = |more: Value| {
        let mut request = json!({"Resource": name(&id)});
        request.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        client.call("tag.ModifyResourceTags", request).map_err(|(code, _)| code)
    };
    modify(json!({"ReplaceTags": [tag("a", "1"), tag("b", "2")]})).unwrap();
    modify(json!({"ReplaceTags": [tag("a", "3")], "DeleteTags": [{"TagKey": "b"}]})).unwrap();
    assert_eq!(shown(&client, &id), json!([{"Key": "a", "Value": "3"}]));
    for (more, code) in [
        (json!({}), "InvalidParameter"),
        (json!({"ReplaceTags": []}), "InvalidParameter"),
        (
            json!({"ReplaceTags": [tag("a", "1")], "DeleteTags": [{"TagKey": "a"}]}),
            "InvalidParameterValue.DeleteTagsParamError",
        ),
        (json!({"ReplaceTags": [tag("", "1")]}), "InvalidParameterValue.TagKeyEmpty"),
        (json!({"ReplaceTags": [tag("qcs:x", "1")]}), "InvalidParameterValue.ReservedTagKey"),
    ] {
        assert_eq!(modify(more.clone()).unwrap_err(), code, "{more}");
    }
    assert_eq!(shown(&client, &id), json!([{"Key": "a", "Value": "3"}]));
}

#[test]
fn names_of_nothing_are_refused() {
    let client = client();
    for (resource, code) in [
        ("vpc-1", "InvalidParameterValue.ResourceDescriptionError"),
        ("qcs::vpc:ap-guangzhou:uid/1:vpc/x", "InvalidParameterValue.ResourceDescriptionError"),
        ("qcs::cvm:ap-guangzhou:uin/1:sg/x", "FailedOperation.ResourceAppIdNotSame"),
        ("qcs::cdb:ap-guangzhou:uin/:a/x", "InvalidParameterValue.ServiceTypeInvalid"),
        ("qcs::vpc:ap-guangzhou:uin/:moon/x", "InvalidParameterValue.ResourcePrefixInvalid"),
        ("qcs::vpc:ap-guangzhou:uin/:vpc/vpc-00000000", "InvalidParameterValue.ResourceIdInvalid"),
    ] {
        let request = json!({"Resource": resource, "ReplaceTags": [tag("a", "1")]});
        assert_eq!(client.code("tag.ModifyResourceTags", request), code, "{resource}");
    }
}

#[test]
fn several_resources_are_tagged_and_failures_are_told() {
    let client = client();
    let (one, other) = (vpc(&client, "one"), vpc(&client, "other"));
    let list = json!([name(&one), name(&other), name("vpc-00000000")]);
    let request = json!({"ResourceList": list, "Tags": [tag("env", "dev")]});
    let failed = client.ok("tag.TagResources", request)["FailedResources"].clone();
    assert_eq!(failed.as_array().unwrap().len(), 1);
    assert_eq!(failed[0]["Code"], "InvalidParameterValue.ResourceIdInvalid");
    let filter = json!({"TagFilters": [{"TagKey": "env", "TagValue": ["dev"]}], "MaxResults": 1});
    let page = client.ok("tag.GetResources", filter.clone());
    assert_eq!(page["ResourceTagMappingList"].as_array().unwrap().len(), 1);
    let mut next = filter;
    next["PaginationToken"] = page["PaginationToken"].clone();
    let last = client.ok("tag.GetResources", next);
    assert_eq!(last["PaginationToken"], "");
    assert_eq!(last["ResourceTagMappingList"].as_array().unwrap().len(), 1);
    let mine = client.ok("tag.GetResources", json!({"ResourceList": [name(&one)]}));
    assert_eq!(mine["ResourceTagMappingList"][0]["Tags"], json!([tag("env", "dev")]));
    let request = json!({"ResourceList": [name(&one)], "TagKeys": ["env"]});
    client.ok("tag.UnTagResources", request);
    assert_eq!(shown(&client, &one), json!([]));
}

#[test]
fn tags_of_functions_are_described_by_their_resource_id() {
    let client = client();
    let mut request = python("hello", HELLO);
    request["Tags"] = json!([{"Key": "env", "Value": "dev"}]);
    create(&client, request);
    let id = "default/function/hello";
    let (service, prefix, region) = ("scf", "namespace", "ap-guangzhou");
    let request = json!({"ServiceType": service, "ResourcePrefix": prefix, "ResourceIds": [id],
                         "ResourceRegion": region});
    let tags = client.ok("tag.DescribeResourceTagsByResourceIds", request)["Tags"].clone();
    assert_eq!((&tags[0]["TagKey"], &tags[0]["ResourceId"]), (&json!("env"), &json!(id)));
    let request = json!({"ServiceType": service, "ResourcePrefix": prefix, "ResourceId": id,
                         "ResourceRegion": region});
    let rows = client.ok("tag.DescribeResourceTags", request)["Rows"].clone();
    assert_eq!(rows[0]["TagValue"], "dev");
    let request = json!({"ServiceType": service, "ResourcePrefix": prefix, "ResourceIds": [id],
                         "ResourceRegion": region, "TagKey": "team", "TagValue": "x"});
    client.ok("tag.AttachResourcesTag", request.clone());
    let read = client.ok("scf.GetFunction", json!({"FunctionName": "hello"}));
    assert_eq!(read["Tags"].as_array().unwrap().len(), 2);
    let mut detach = request;
    detach.as_object_mut().unwrap().remove("TagValue");
    client.ok("tag.DetachResourcesTag", detach);
    let read = client.ok("scf.GetFunction", json!({"FunctionName": "hello"}));
    assert_eq!(read["Tags"].as_array().unwrap().len(), 1);
    let odd = client.code("tag.DescribeResourceTags", json!({"Offset": 1, "Limit": 2}));
    assert_eq!(odd, "InvalidParameterValue.OffsetInvalid");
}
