//! Following a function's status.

use serde_json::{Value, json};
use tencentcloud_api::scf::{self, FunctionKey};

use crate::server::{Reply, Server};

fn status(status: &str) -> Reply {
    Reply::Done(json!({ "FunctionName": "hello", "Status": status }))
}

fn unknown() -> Reply {
    Reply::Refused("ResourceNotFound.Function", "none")
}

fn hello() -> FunctionKey {
    FunctionKey::latest("default", "hello")
}

#[tokio::test]
async fn a_new_function_may_be_unknown_and_creating_before_it_is_active() {
    let server = Server::replying([unknown(), status("Creating"), status("Active")]).await;
    let function = scf::wait_active(&server.client(), &hello()).await.unwrap();
    assert_eq!(function.status, "Active");
    assert_eq!(
        server.requests()[0].body,
        json!({ "FunctionName": "hello", "Namespace": "default", "Qualifier": "$LATEST" })
    );
}

#[tokio::test]
async fn a_failed_creation_tells_the_reasons() {
    let failed: Value = json!({
        "Status": "CreateFailed",
        "StatusReasons": [{ "ErrorCode": "InvalidSubnet", "ErrorMessage": "the subnet is full" }],
    });
    let server = Server::replying([status("Creating"), Reply::Done(failed)]).await;
    let error = scf::wait_active(&server.client(), &hello()).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "function default/hello becoming Active ended as CreateFailed: the subnet is full \
         (InvalidSubnet)"
    );
}

#[tokio::test]
async fn a_failed_update_leaves_a_function_that_can_be_changed() {
    let server = Server::replying([status("Updating"), status("UpdateFailed")]).await;
    let function = scf::wait_changeable(&server.client(), &hello()).await.unwrap();
    assert_eq!(function.status, "UpdateFailed");

    let server = Server::replying([status("CreateFailed")]).await;
    let error = scf::wait_changeable(&server.client(), &hello()).await.unwrap_err();
    assert!(error.to_string().contains("CreateFailed"), "{error}");
}

#[tokio::test]
async fn a_version_is_waited_for_by_its_number() {
    let unknown = Reply::Refused("ResourceNotFound.Version", "none yet");
    let server = Server::replying([unknown, status("Publishing"), status("Active")]).await;
    let version = FunctionKey::qualified("default", "hello", "3");
    scf::wait_active(&server.client(), &version).await.unwrap();
    assert!(server.requests().iter().all(|request| request.body["Qualifier"] == "3"));
}

#[tokio::test]
async fn a_deleted_function_is_waited_for_until_it_is_gone() {
    let server = Server::replying([status("Deleting"), unknown()]).await;
    scf::wait_gone(&server.client(), &hello()).await.unwrap();

    let server = Server::replying([status("DeleteFailed")]).await;
    let error = scf::wait_gone(&server.client(), &hello()).await.unwrap_err();
    assert!(error.to_string().contains("DeleteFailed"), "{error}");
}
