//! Changes of a load balancer: one at a time, repeated while it is busy, followed to their end.

use std::sync::Mutex;
use std::time::Duration;

use serde_json::json;
use tencentcloud_api::Error;
use tencentcloud_api::clb::{
    self, CreateListenerRequest, CreateLoadBalancerRequest, ModifyListenerRequest,
};

use crate::server::{Reply, Request, Server};

fn listener() -> CreateListenerRequest {
    CreateListenerRequest {
        load_balancer_id: "lb-1".into(),
        ports: vec![80],
        protocol: "HTTP".into(),
        ..Default::default()
    }
}

fn modify(load_balancer: &str) -> ModifyListenerRequest {
    ModifyListenerRequest {
        load_balancer_id: load_balancer.into(),
        listener_id: "lbl-1".into(),
        ..Default::default()
    }
}

fn task(status: i64, message: &str) -> Reply {
    Reply::Done(json!({ "Status": status, "Message": message, "LoadBalancerIds": ["lb-1"] }))
}

fn busy() -> Reply {
    Reply::Refused("FailedOperation.ResourceInOperating", "Your task is working")
}

fn actions(server: &Server) -> Vec<String> {
    server.requests().iter().map(|r| r.header("x-tc-action").to_owned()).collect()
}

#[tokio::test]
async fn the_answer_is_there_before_the_task_is_done() {
    let made = Reply::Done(json!({ "ListenerIds": ["lbl-1"] }));
    let server = Server::replying([busy(), made, task(2, ""), task(0, "")]).await;
    let client = server.client();
    let pending = clb::create_listener(&client, &listener()).await.unwrap();
    assert_eq!(pending.listener_ids, ["lbl-1"]);
    assert_eq!(server.requests().len(), 2);
    assert_eq!(pending.done().await.unwrap().listener_ids, ["lbl-1"]);
    assert_eq!(
        actions(&server),
        ["CreateListener", "CreateListener", "DescribeTaskStatus", "DescribeTaskStatus"]
    );
    assert_eq!(server.requests()[2].body, json!({ "TaskId": "request-2" }));
}

#[tokio::test]
async fn a_failed_task_tells_why() {
    let server = Server::replying([Reply::Done(json!({})), task(1, "no such certificate")]).await;
    let client = server.client();
    let pending = clb::modify_listener(&client, &modify("lb-1")).await.unwrap();
    let error = pending.done().await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "the task of ModifyListener (request-1) ended as failed: no such certificate"
    );
}

#[tokio::test]
async fn another_refusal_is_not_repeated() {
    let server = Server::replying([Reply::Refused("InvalidParameter.PortCheckFailed", "")]).await;
    let client = server.client();
    let error = clb::create_listener(&client, &listener()).await.unwrap_err();
    assert!(error.is_conflict());
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn a_load_balancer_that_stays_busy_ends_with_the_refusal() {
    let server = Server::replying([busy()]).await;
    let client = server.client().with_timeout(Duration::from_millis(30));
    let error = clb::create_listener(&client, &listener()).await.unwrap_err();
    assert!(error.is_busy() || matches!(error, Error::Timeout { .. }), "{error:?}");
    assert!(server.requests().len() > 1);
}

#[tokio::test]
async fn changes_of_one_load_balancer_never_overlap() {
    // Refuses a change while the task of the one before is not done, as the cloud does.
    let working = Mutex::new(None::<String>);
    let server = Server::start(move |request: &Request| {
        let mut working = working.lock().unwrap();
        let load_balancer = request.body["LoadBalancerId"].as_str();
        match (load_balancer, working.as_deref()) {
            (None, _) => {
                *working = None;
                task(0, "")
            }
            (Some(asked), Some(worked)) if asked == worked => busy(),
            (Some(asked), _) => {
                *working = Some(asked.to_owned());
                Reply::Done(json!({}))
            }
        }
    })
    .await;
    let client = server.client();
    let change = async |load_balancer: &str| {
        let pending = clb::modify_listener(&client, &modify(load_balancer)).await.unwrap();
        pending.done().await.unwrap();
    };
    tokio::join!(change("lb-1"), change("lb-1"), change("lb-1"), change("lb-1"));
    assert_eq!(server.requests().len(), 8, "four changes, four looks, no refusal");
}

#[tokio::test]
async fn a_new_load_balancer_is_asked_for_with_a_token_and_again_when_the_answer_is_lost() {
    let made = Reply::Done(json!({ "LoadBalancerIds": null }));
    let server = Server::replying([Reply::Dropped, made, task(0, "")]).await;
    let client = server.client();
    let request =
        CreateLoadBalancerRequest { load_balancer_type: "OPEN".into(), ..Default::default() };
    let pending = clb::create_load_balancer(&client, &request).await.unwrap();
    assert!(pending.load_balancer_ids.is_empty());
    assert_eq!(pending.done().await.unwrap().load_balancer_ids, ["lb-1"], "told by the task");

    let sent = server.requests();
    let token = sent[0].body["ClientToken"].as_str().unwrap();
    assert!(!token.is_empty() && token.len() <= 64);
    assert_eq!(sent[1].body["ClientToken"], token, "the same request");
}

#[tokio::test]
async fn a_dropped_change_frees_the_load_balancer() {
    let server = Server::replying([Reply::Done(json!({}))]).await;
    let client = server.client().with_timeout(Duration::from_secs(5));
    drop(clb::modify_listener(&client, &modify("lb-1")).await.unwrap());
    drop(clb::modify_listener(&client, &modify("lb-1")).await.unwrap());
    assert_eq!(server.requests().len(), 2);
}
