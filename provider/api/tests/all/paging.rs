//! Whole lists from pages.

use std::sync::Mutex;

use serde_json::{Value, json};
use tencentcloud_api::page::all_pages;
use tencentcloud_api::scf::ListNamespacesRequest;
use tencentcloud_api::vpc::DescribeVpcsRequest;

use crate::server::{Reply, Request, Server};

fn ids(rows: &[tencentcloud_api::vpc::Vpc]) -> Vec<&str> {
    rows.iter().map(|row| row.vpc_id.as_str()).collect()
}

fn number(value: &Value) -> usize {
    value.as_str().map_or_else(|| value.as_u64().unwrap() as usize, |text| text.parse().unwrap())
}

/// The page of `all` that the request asks for, at most `most` rows, as a server that allows less
/// than is asked for.
fn page(all: &[String], request: &Request, most: usize) -> Reply {
    let (offset, limit) = (number(&request.body["Offset"]), number(&request.body["Limit"]));
    let rows: Vec<_> = all
        .iter()
        .skip(offset)
        .take(limit.min(most))
        .map(|id| json!({ "VpcId": id, "Name": id }))
        .collect();
    Reply::Done(json!({ "TotalCount": all.len(), "VpcSet": rows, "Namespaces": rows }))
}

fn names(count: usize) -> Vec<String> {
    (0..count).map(|number| format!("n{number}")).collect()
}

#[tokio::test]
async fn offsets_are_texts_or_integers_as_the_action_wants_them() {
    let server = Server::start(|request| page(&names(250), request, 100)).await;
    let rows = all_pages(&server.client(), &DescribeVpcsRequest::default()).await.unwrap();
    assert_eq!(ids(&rows), names(250));
    let asked: Vec<_> = server.requests().iter().map(|r| r.body["Offset"].clone()).collect();
    assert_eq!(asked, [json!("0"), json!("100"), json!("200")]);

    let server = Server::start(|request| page(&names(100), request, 100)).await;
    let rows = all_pages(&server.client(), &ListNamespacesRequest::default()).await.unwrap();
    assert_eq!(rows.len(), 100);
    let [request] = &server.requests()[..] else { panic!("a full page that is all") };
    assert_eq!(request.body, json!({ "Offset": 0, "Limit": 100 }));
}

#[tokio::test]
async fn a_server_that_gives_smaller_pages_loses_nothing() {
    let server = Server::start(|request| page(&names(45), request, 20)).await;
    let rows = all_pages(&server.client(), &DescribeVpcsRequest::default()).await.unwrap();
    assert_eq!(ids(&rows), names(45));
}

#[tokio::test]
async fn an_empty_list_is_one_request() {
    let server = Server::start(|_| Reply::Done(json!({ "TotalCount": 0, "VpcSet": null }))).await;
    let rows = all_pages(&server.client(), &DescribeVpcsRequest::default()).await.unwrap();
    assert!(rows.is_empty());
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn a_row_deleted_meanwhile_hides_no_other() {
    // After the first page a row of it goes, so that the row at its end is skipped.
    let all = Mutex::new(names(150));
    let server = Server::start(move |request| {
        let mut all = all.lock().unwrap();
        let reply = page(&all, request, 100);
        all.retain(|name| name != "n5");
        reply
    })
    .await;
    let rows = all_pages(&server.client(), &DescribeVpcsRequest::default()).await.unwrap();
    let expected: Vec<_> = names(150).into_iter().filter(|name| name != "n5").collect();
    assert_eq!(ids(&rows), expected, "n100 is there, n5 is not");
}

#[tokio::test]
async fn a_list_that_never_holds_still_gives_every_row_once() {
    let all = Mutex::new((names(150), 0));
    let server = Server::start(move |request| {
        let mut all = all.lock().unwrap();
        let reply = page(&all.0, request, 100);
        all.1 += 1;
        let new = format!("new{}", all.1);
        all.0.insert(0, new);
        reply
    })
    .await;
    let rows = all_pages(&server.client(), &DescribeVpcsRequest::default()).await.unwrap();
    let ids = ids(&rows);
    for name in names(150) {
        assert_eq!(ids.iter().filter(|id| **id == name).count(), 1, "{name}");
    }
    assert_eq!(server.requests().len(), 6, "three passes of two pages");
}

#[tokio::test]
async fn a_list_without_end_is_an_error() {
    let server = Server::start(|request| {
        let offset = number(&request.body["Offset"]);
        let rows: Vec<_> =
            (0..5_000).map(|n| json!({ "VpcId": format!("vpc-{}", offset + n) })).collect();
        Reply::Done(json!({ "TotalCount": 10_000_000, "VpcSet": rows }))
    })
    .await;
    let error = all_pages(&server.client(), &DescribeVpcsRequest::default()).await.unwrap_err();
    assert!(error.to_string().contains("goes on after 100000 rows"), "{error}");
}
