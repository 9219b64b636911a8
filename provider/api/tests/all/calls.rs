//! One call: what is sent, what is repeated, and what its failure says.

use serde_json::json;
use tencentcloud_api::page::all_pages;
use tencentcloud_api::sign::{Signer, ToSign, payload_hash};
use tencentcloud_api::vpc::{self, CreateVpcRequest, DeleteVpcRequest, DescribeVpcsRequest};
use tencentcloud_api::{Client, Config, Credential, Endpoints, Error, clb, scf};

use crate::alone;
use crate::server::{Reply, Server, config};

fn hello() -> scf::GetFunctionRequest {
    scf::GetFunctionRequest {
        function_name: "hello".into(),
        namespace: Some("default".into()),
        ..Default::default()
    }
}

fn new_vpc() -> CreateVpcRequest {
    CreateVpcRequest { vpc_name: "net".into(), ..Default::default() }
}

fn made() -> Reply {
    Reply::Done(json!({ "Vpc": { "VpcId": "vpc-1" } }))
}

#[tokio::test]
async fn a_request_is_signed_and_carries_the_common_headers() {
    let server = Server::replying([Reply::Done(json!({ "Status": "Active" }))]).await;
    let credential = Credential {
        token: Some("TOKENEXAMPLE".into()),
        ..config(&server.url).credential.unwrap()
    };
    let client = Client::new(Config { credential: Some(credential), ..config(&server.url) });
    let answer = scf::get_function(&client, &hello()).await.unwrap();
    assert_eq!((answer.status.as_str(), answer.request_id.as_str()), ("Active", "request-1"));

    let [request] = &server.requests()[..] else { panic!("one request") };
    assert_eq!(request.body, json!({ "FunctionName": "hello", "Namespace": "default" }));
    for (name, value) in [
        ("x-tc-action", "GetFunction"),
        ("x-tc-version", "2018-04-16"),
        ("x-tc-region", "ap-guangzhou"),
        ("x-tc-timestamp", "1700000000"),
        ("x-tc-language", "en-US"),
        ("x-tc-token", "TOKENEXAMPLE"),
        ("content-type", "application/json"),
        ("host", server.url.trim_start_matches("http://")),
        ("user-agent", concat!("scf-rs/", env!("CARGO_PKG_VERSION"))),
        ("x-tc-requestclient", concat!("scf-rs/", env!("CARGO_PKG_VERSION"))),
    ] {
        assert_eq!(request.header(name), value, "{name}");
    }
    let signature = Signer::new(config(&server.url).credential.unwrap()).authorization(
        "scf",
        1_700_000_000,
        ToSign {
            method: "POST",
            query: "",
            content_type: request.header("content-type"),
            host: request.header("host"),
            payload_hash: &payload_hash(request.body.to_string().as_bytes()),
        },
    );
    assert_eq!(request.header("authorization"), signature);
}

#[tokio::test]
async fn another_region_is_another_client_over_the_same_connection() {
    let server = Server::replying([Reply::Done(json!({}))]).await;
    let tokyo = server.client().with_region("ap-tokyo");
    vpc::describe_vpcs(&tokyo, &DescribeVpcsRequest::default()).await.unwrap();
    assert_eq!(server.requests()[0].header("x-tc-region"), "ap-tokyo");
    assert_eq!(tokyo.region(), "ap-tokyo");
}

#[tokio::test]
async fn throttling_is_waited_out_even_by_a_create() {
    let throttled = Reply::Refused("RequestLimitExceeded.UinLimitExceeded", "slow down");
    let server =
        Server::replying([throttled.clone(), Reply::Raw(429, String::new()), made()]).await;
    let made = vpc::create_vpc(&server.client(), &new_vpc()).await.unwrap();
    assert_eq!(made.vpc.vpc_id, "vpc-1");
    assert_eq!(server.requests().len(), 3);
}

#[tokio::test]
async fn a_lost_answer_is_asked_for_again_unless_it_was_a_create() {
    for lost in [Reply::Dropped, Reply::Raw(502, "<html>".into())] {
        let server = Server::replying([lost, Reply::Done(json!({}))]).await;
        let client = server.client();
        vpc::describe_vpcs(&client, &DescribeVpcsRequest::default()).await.unwrap();
        assert_eq!(server.requests().len(), 2);

        let server = Server::replying([Reply::Dropped, Reply::Done(json!({}))]).await;
        let request = DeleteVpcRequest { vpc_id: "vpc-1".into() };
        vpc::delete_vpc(&server.client(), &request).await.unwrap();

        let server = Server::replying([Reply::Dropped, made()]).await;
        let error = vpc::create_vpc(&server.client(), &new_vpc()).await.unwrap_err();
        assert!(matches!(error, Error::LostResponse { .. }), "{error:?}");
        assert!(error.may_have_taken_effect());
        assert!(error.advice().contains("Look whether"), "{}", error.advice());
        assert_eq!(server.requests().len(), 1);
    }
}

#[tokio::test]
async fn an_answer_that_stays_lost_ends_after_three_repeats() {
    let server = Server::replying([Reply::Dropped]).await;
    let client = server.client();
    let error = vpc::describe_vpcs(&client, &DescribeVpcsRequest::default()).await.unwrap_err();
    assert!(matches!(error, Error::Transport { .. }), "a read takes no effect: {error:?}");
    assert_eq!(server.requests().len(), 4);

    let request = DeleteVpcRequest { vpc_id: "vpc-1".into() };
    let error = vpc::delete_vpc(&client, &request).await.unwrap_err();
    assert!(error.may_have_taken_effect(), "{error:?}");
}

#[tokio::test]
async fn a_lost_change_stays_in_doubt_when_the_cloud_cannot_be_reached_any_more() {
    let server = Server::replying([Reply::Vanishing]).await;
    let request = DeleteVpcRequest { vpc_id: "vpc-1".into() };
    let error = vpc::delete_vpc(&server.client(), &request).await.unwrap_err();
    assert!(matches!(error, Error::LostResponse { .. }), "{error:?}");
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn the_clouds_own_failure_is_repeated_for_reads_and_reported_for_creates() {
    let internal = Reply::Refused("InternalError.System", "try later");
    let server = Server::replying([internal.clone(), Reply::Done(json!({}))]).await;
    vpc::describe_vpcs(&server.client(), &DescribeVpcsRequest::default()).await.unwrap();

    let server = Server::replying([internal]).await;
    let error = vpc::create_vpc(&server.client(), &new_vpc()).await.unwrap_err();
    assert_eq!(error.code(), Some("InternalError.System"));
    assert!(error.may_have_taken_effect(), "it may have been made nevertheless");
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn a_refusal_is_final_and_told_in_full() {
    let refusal = Reply::Refused("ResourceNotFound.Function", "no function hello");
    let server = Server::replying([refusal]).await;
    let error = scf::get_function(&server.client(), &hello()).await.unwrap_err();
    assert!(error.is_not_found());
    assert_eq!(error.request_id(), Some("request-1"));
    assert_eq!(
        error.to_string(),
        "GetFunction was refused: no function hello (ResourceNotFound.Function, request id \
         request-1)"
    );
    assert_eq!(server.requests().len(), 1);
    let key = scf::FunctionKey::latest("default", "hello");
    assert_eq!(scf::find_function(&server.client(), &key).await.unwrap(), None);
}

#[tokio::test]
async fn a_wrong_clock_is_told_with_the_clouds_time() {
    let server = Server::replying([Reply::Refused("AuthFailure.SignatureExpire", "expired")]).await;
    let error = scf::get_function(&server.client(), &hello()).await.unwrap_err();
    assert!(error.advice().contains("Tue, 14 Nov 2023 23:00:00 GMT"), "{}", error.advice());
}

#[tokio::test]
async fn what_is_not_the_cloud_is_not_asked_again() {
    for (reply, says) in [
        (Reply::Raw(404, "nothing here".into()), "HTTP status 404"),
        (Reply::Raw(200, "<html>log in</html>".into()), "not JSON"),
    ] {
        let server = Server::replying([reply]).await;
        let error = scf::get_function(&server.client(), &hello()).await.unwrap_err();
        assert!(error.explain().contains(says), "{}", error.explain());
        assert_eq!(server.requests().len(), 1);
    }
}

#[tokio::test]
async fn an_unreachable_endpoint_is_tried_a_few_times_and_named() {
    let unused = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", unused.local_addr().unwrap());
    drop(unused);
    let error = vpc::create_vpc(&Client::new(config(&url)), &new_vpc()).await.unwrap_err();
    assert!(matches!(error, Error::Transport { .. }), "{error:?}");
    assert!(error.to_string().contains(&url) && error.advice().contains("proxy"), "{error}");
    assert!(error.explain().contains("refused"), "{}", error.explain());
    assert!(!error.may_have_taken_effect());
}

#[tokio::test]
async fn without_keys_nothing_is_sent() {
    let server = Server::replying([Reply::Done(json!({}))]).await;
    let client = Client::new(Config { credential: None, ..config(&server.url) });
    let error = scf::get_function(&client, &hello()).await.unwrap_err();
    assert!(matches!(error, Error::Credentials { .. }), "{error:?}");
    assert!(error.advice().contains("TENCENTCLOUD_SECRET_ID"));
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn an_answer_of_another_shape_is_told_with_its_request_id() {
    let server = Server::replying([Reply::Done(json!({ "MemorySize": "much" }))]).await;
    let error = scf::get_function(&server.client(), &hello()).await.unwrap_err();
    assert!(matches!(error, Error::Decode { .. }), "{error:?}");
    assert_eq!(error.request_id(), Some("request-1"));
}

/// Proxies come from the environment, which a test may not change for the others.
#[tokio::test]
async fn a_proxy_of_the_environment_is_used_for_all_but_this_machine() {
    if alone::inside() {
        let endpoints = Endpoints::new(None, Some("http"), Some("cloud.invalid")).unwrap();
        let client = Client::new(Config { endpoints, ..config("http://127.0.0.1:9") });
        let answer = scf::get_function(&client, &hello()).await.unwrap();
        assert_eq!(answer.status, "Active");

        let here = Server::replying([Reply::Done(json!({ "Status": "Here" }))]).await;
        let answer = scf::get_function(&here.client(), &hello()).await.unwrap();
        assert_eq!(answer.status, "Here", "asked directly");
        return;
    }
    let proxy = Server::replying([Reply::Done(json!({ "Status": "Active" }))]).await;
    let name = "calls::a_proxy_of_the_environment_is_used_for_all_but_this_machine";
    alone::run(name, &[("HTTP_PROXY", &proxy.url)]).await;
    let [request] = &proxy.requests()[..] else { panic!("{:?}", proxy.requests()) };
    assert_eq!(request.target, "http://scf.cloud.invalid/");
    assert_eq!(request.header("host"), "scf.cloud.invalid", "the signed host is the cloud's");
}

#[test]
fn calls_can_move_between_threads() {
    fn moves<T: Send>(_: T) {}
    let client = Client::new(config("http://127.0.0.1:9"));
    let key = scf::FunctionKey::latest("default", "hello");
    moves(scf::get_function(&client, &hello()));
    moves(scf::wait_active(&client, &key));
    moves(key.lock(&client));
    moves(vpc::find_vpc(&client, "vpc-1"));
    moves(all_pages(&client, &DescribeVpcsRequest::default()));
    moves(async {
        let request = clb::CreateListenerRequest::default();
        clb::create_listener(&client, &request).await.unwrap().done().await.unwrap();
    });
}
