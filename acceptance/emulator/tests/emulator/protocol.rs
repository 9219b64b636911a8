//! What holds for every action: signatures, versions, shapes, forms.

use serde_json::{Value, json};

use crate::support::{Client, Code, Request, client, now, response};

fn sent(client: &Client, bend: impl FnOnce(&mut Request)) -> Result<Value, (Code, String)> {
    let mut request = client.request("vpc.DescribeVpcs", "{}");
    bend(&mut request);
    response(&client.send(&request))
}

fn code(client: &Client, bend: impl FnOnce(&mut Request)) -> Code {
    sent(client, bend).unwrap_err().0
}

#[test]
fn a_signed_request_is_answered_over_one_connection() {
    let client = client();
    for _ in 0..3 {
        assert_eq!(client.ok("vpc.DescribeVpcs", json!({}))["TotalCount"], 0);
    }
}

#[test]
fn an_empty_body_is_a_request_without_parameters() {
    let client = client();
    let answer = |body: &str| response(&client.send(&client.request("vpc.DescribeVpcs", body)));
    assert_eq!(answer("").unwrap()["TotalCount"], 0);
    for body in [" ", "[]", "null"] {
        assert_eq!(answer(body).unwrap_err().0, "InvalidParameter", "{body}");
    }
}

#[test]
fn every_refusal_of_a_signature_has_its_code() {
    let client = client();
    let malformed = "AuthFailure.InvalidAuthorization";
    assert_eq!(code(&client, |r| r.set("Authorization", "")), malformed);
    let skip = |r: &mut Request| {
        r.set("Host", "vpc.emulator.internal");
        r.set("Authorization", "SKIP");
    };
    assert_eq!(code(&client, skip), malformed);
    let old = |r: &mut Request| client.sign(r, "vpc", now() - 301);
    assert_eq!(code(&client, old), "AuthFailure.SignatureExpire");
    assert_eq!(code(&client, |r| r.body = "{ }".into()), "AuthFailure.SignatureFailure");
    let mut stranger = client.again();
    stranger.secret_id = "AKIDSTRANGER".to_owned();
    assert_eq!(code(&stranger, |_| ()), "AuthFailure.SecretIdNotFound");
    let mut guessing = client.again();
    guessing.secret_key = "guess".to_owned();
    assert_eq!(code(&guessing, |_| ()), "AuthFailure.SignatureFailure");
    assert_eq!(code(&client, |r| r.set("X-TC-Token", "t")), "AuthFailure.TokenFailure");
    assert_eq!(code(&client, |r| r.set("X-TC-Timestamp", "")), "MissingParameter");
    assert_eq!(code(&client, |r| r.set("X-TC-Timestamp", "noon")), "InvalidParameter");
}

#[test]
fn some_actions_of_sts_need_no_signature() {
    let client = client();
    let parameters = json!({"SAMLAssertion": "a", "PrincipalArn": "b", "RoleArn": "c",
                            "RoleSessionName": "d"});
    let mut request = client.request("sts.AssumeRoleWithSAML", &parameters.to_string());
    request.set("Authorization", "SKIP");
    // It gets past the signature; what it asks for is not emulated.
    let refusal = response(&client.send(&request)).unwrap_err();
    assert_eq!(refusal.0, "UnsupportedOperation");
    let mut request = client.request("sts.GetCallerIdentity", "{}");
    request.set("Authorization", "SKIP");
    let refusal = response(&client.send(&request)).unwrap_err();
    assert_eq!(refusal.0, "AuthFailure.InvalidAuthorization");
}

#[test]
fn checks_come_in_the_clouds_order() {
    let mut client = client();
    client.secret_id = "AKIDSTRANGER".to_owned();
    let bad_action = |r: &mut Request| r.set("X-TC-Action", "Nothing");
    assert_eq!(code(&client, bad_action), "InvalidAction");
    let old_too = |r: &mut Request| client.sign(r, "vpc", now() - 301);
    assert_eq!(code(&client, old_too), "AuthFailure.SignatureExpire");
    let parameters_last = client.request("vpc.DescribeVpcs", r#"{"X": 1}"#);
    let refusal = response(&client.send(&parameters_last)).unwrap_err();
    assert_eq!(refusal.0, "AuthFailure.SecretIdNotFound");
}

#[test]
fn services_versions_actions_and_regions_must_exist() {
    let client = client();
    assert_eq!(code(&client, |r| client.sign(r, "cvm", now())), "NoSuchProduct");
    assert_eq!(code(&client, |r| r.set("X-TC-Version", "2018-01-01")), "NoSuchVersion");
    assert_eq!(code(&client, |r| r.set("X-TC-Version", "")), "MissingParameter");
    assert_eq!(code(&client, |r| r.set("X-TC-Action", "describevpcs")), "InvalidAction");
    assert_eq!(code(&client, |r| r.set("X-TC-Action", "")), "MissingParameter");
    assert_eq!(code(&client, |r| r.set("X-TC-Region", "")), "MissingParameter");
    assert_eq!(code(&client, |r| r.set("X-TC-Region", "ap-atlantis")), "UnsupportedRegion");
}

#[test]
fn an_action_that_is_not_emulated_says_so() {
    let client = client();
    let limit = json!({"FsLimit": 1, "FileSystemId": "cfs-1"});
    let refusal = client.call("cfs.UpdateCfsFileSystemSizeLimit", limit).unwrap_err();
    assert_eq!(refusal.0, "UnsupportedOperation");
    assert!(
        refusal.1.contains("does not emulate cfs UpdateCfsFileSystemSizeLimit yet"),
        "{refusal:?}"
    );
}

#[test]
fn parameters_are_held_against_the_official_shape() {
    let client = client();
    assert_eq!(client.code("vpc.DescribeVpcs", json!({"Nmae": 1})), "UnknownParameter");
    assert_eq!(client.code("vpc.DescribeVpcs", json!({"Offset": 1})), "InvalidParameter");
    assert_eq!(client.code("vpc.DeleteVpc", json!({})), "MissingParameter");
    let request = client.request("vpc.DescribeVpcs", "{");
    assert_eq!(response(&client.send(&request)).unwrap_err().0, "InvalidParameter");
}

#[test]
fn get_requests_carry_their_parameters_in_the_query() {
    let client = client();
    client.ok("vpc.CreateVpc", json!({"VpcName": "a b", "CidrBlock": "10.0.0.0/16"}));
    let listed = sent(&client, |r| {
        r.method = "GET";
        r.target = "/?Filters.0.Name=vpc-name&Filters.0.Values.0=a%20b&Limit=5".to_owned();
        r.body.clear();
        r.set("Content-Type", "application/x-www-form-urlencoded");
        client.sign(r, "vpc", now());
    });
    assert_eq!(listed.unwrap()["VpcSet"][0]["VpcName"], "a b");
    let refused = |query: &str| {
        code(&client, |r| {
            r.method = "GET";
            r.target = format!("/?{query}");
            r.body.clear();
            client.sign(r, "vpc", now());
        })
    };
    assert_eq!(refused("0=a"), "UnknownParameter");
    assert_eq!(refused("Limit=5&Limit.0=6"), "InvalidParameter");
}

#[test]
fn a_proxys_absolute_form_is_answered_and_strangers_are_not_reached() {
    let client = client();
    let through = |host: &str| {
        let mut request = client.request("vpc.DescribeVpcs", "{}");
        request.target = format!("http://{host}/");
        request.set("Host", host);
        client.sign(&mut request, "vpc", now());
        client.send(&request)
    };
    let page = through("vpc.emulator.internal");
    assert_eq!(response(&page).unwrap()["TotalCount"], 0);
    assert_eq!(through("example.com").status, 502);
}

#[test]
fn the_host_may_be_written_as_a_url() {
    // The vendor's CLI sends its endpoint as it was given.
    let client = client();
    let listed = sent(&client, |r| {
        let host = r.headers.iter().find(|(name, _)| name == "Host").unwrap().1.clone();
        r.set("Host", &format!("http://{host}"));
        client.sign(r, "vpc", now());
    });
    assert_eq!(listed.unwrap()["TotalCount"], 0);
}

#[test]
fn a_body_of_more_than_ten_megabytes_is_too_large() {
    let client = client();
    let request = client.request("vpc.DescribeVpcs", &" ".repeat((10 << 20) + 1));
    // The server may answer before it has read everything; either way it does not go through.
    let answer = client.try_send(&request);
    assert!(answer.is_none_or(|page| page.status == 413));
}

#[test]
fn accounts_do_not_see_each_other() {
    let (one, other) = (client(), client());
    one.ok("vpc.CreateVpc", json!({"VpcName": "mine", "CidrBlock": "10.0.0.0/16"}));
    assert_eq!(one.ok("vpc.DescribeVpcs", json!({}))["TotalCount"], 1);
    assert_eq!(other.ok("vpc.DescribeVpcs", json!({}))["TotalCount"], 0);
    assert_eq!(one.in_region("ap-shanghai").ok("vpc.DescribeVpcs", json!({}))["TotalCount"], 0);
    let identity = one.ok("sts.GetCallerIdentity", json!({}));
    assert_ne!(identity["AccountId"], other.ok("sts.GetCallerIdentity", json!({}))["AccountId"]);
    assert_eq!(identity["AccountId"], one.ok("cam.GetUserAppId", json!({}))["Uin"]);
}
