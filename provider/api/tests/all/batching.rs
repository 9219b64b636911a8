//! Many single reads as one request.

use std::time::Duration;

use serde_json::{Value, json};
use tencentcloud_api::{Error, clb, scf, vpc};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::server::{Reply, Request, Server};

/// Networks by id; `vpc-gone…` do not exist, and an id with a blank is refused as a whole.
fn networks(request: &Request) -> Reply {
    let ids: Vec<_> =
        request.body["VpcIds"].as_array().unwrap().iter().map(|id| id.as_str().unwrap()).collect();
    if ids.iter().any(|id| id.contains(' ')) {
        return Reply::Refused("InvalidVpcId.Malformed", "malformed");
    }
    let rows: Vec<_> = ids
        .iter()
        .filter(|id| !id.starts_with("vpc-gone"))
        .map(|id| json!({ "VpcId": id, "VpcName": format!("name of {id}") }))
        .collect();
    Reply::Done(json!({ "TotalCount": rows.len(), "VpcSet": rows }))
}

/// Looks for all ids at the same time.
async fn find_all(server: &Server, ids: &[String]) -> Vec<Result<Option<String>, Error>> {
    let client = server.client();
    let mut tasks = JoinSet::new();
    for (place, id) in ids.iter().cloned().enumerate() {
        let client = client.clone();
        tasks.spawn(async move {
            let found = vpc::find_vpc(&client, &id).await;
            (place, found.map(|found| found.map(|vpc| vpc.vpc_name)))
        });
    }
    let mut results = tasks.join_all().await;
    results.sort_by_key(|(place, _)| *place);
    results.into_iter().map(|(_, result)| result).collect()
}

#[tokio::test]
async fn concurrent_reads_are_one_request_and_each_gets_its_own() {
    let server = Server::start(networks).await;
    let ids: Vec<_> = ["vpc-1", "vpc-2", "vpc-gone", "vpc-1"].map(str::to_owned).into();
    let found: Vec<_> = find_all(&server, &ids).await.into_iter().map(Result::unwrap).collect();
    let name = |id| Some(format!("name of {id}"));
    assert_eq!(found, [name("vpc-1"), name("vpc-2"), None, name("vpc-1")]);
    let [request] = &server.requests()[..] else { panic!("{:?}", server.requests()) };
    assert_eq!(
        request.body,
        json!({ "VpcIds": ["vpc-1", "vpc-2", "vpc-gone"], "Offset": "0", "Limit": "100" })
    );
}

#[tokio::test]
async fn five_hundred_reads_are_a_handful_of_requests() {
    let server = Server::start(networks).await;
    let ids: Vec<_> = (0..500).map(|number| format!("vpc-{number:03}")).collect();
    let found = find_all(&server, &ids).await;
    assert!(found.iter().zip(&ids).all(|(found, id)| {
        found.as_ref().is_ok_and(|name| *name == Some(format!("name of {id}")))
    }));
    let sizes: Vec<_> =
        server.requests().iter().map(|r| r.body["VpcIds"].as_array().unwrap().len()).collect();
    assert!(sizes.len() <= 10, "{sizes:?}");
    assert!(sizes.iter().all(|size| *size <= 100), "{sizes:?}");
}

#[tokio::test]
async fn one_bad_id_spoils_nobody_elses_read() {
    let server = Server::start(networks).await;
    let ids: Vec<_> = ["vpc-1", "vpc 2", "vpc-3"].map(str::to_owned).into();
    let found = find_all(&server, &ids).await;
    assert_eq!(found[0].as_ref().unwrap().as_deref(), Some("name of vpc-1"));
    assert_eq!(found[1].as_ref().unwrap_err().code(), Some("InvalidVpcId.Malformed"));
    assert_eq!(found[2].as_ref().unwrap().as_deref(), Some("name of vpc-3"));
    assert_eq!(server.requests().len(), 4, "together, then each alone");
}

#[tokio::test]
async fn a_lone_read_is_one_request_whatever_it_brings() {
    for (code, found) in [("InvalidVpcId.NotFound", true), ("InvalidVpcId.Malformed", false)] {
        let server = Server::replying([Reply::Refused(code, "no")]).await;
        let result = vpc::find_vpc(&server.client(), "vpc-1").await;
        assert_eq!(result.is_ok_and(|vpc| vpc.is_none()), found, "{code}");
        assert_eq!(server.requests().len(), 1);
    }
}

#[tokio::test]
async fn who_comes_while_a_batch_is_under_way_gets_the_next_one() {
    let server = Server::start(|request| {
        Reply::Late(Duration::from_millis(30), Box::new(networks(request)))
    })
    .await;
    let client = server.client().with_timeout(Duration::from_secs(5));
    let (first, second) = tokio::join!(vpc::find_vpc(&client, "vpc-1"), async {
        while server.requests().is_empty() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        vpc::find_vpc(&client, "vpc-2").await
    });
    assert!(first.unwrap().is_some() && second.unwrap().is_some());
    assert_eq!(server.requests().len(), 2);
}

#[tokio::test]
async fn regions_and_kinds_are_not_mixed() {
    let server = Server::start(|request| {
        if request.header("x-tc-action") == "DescribeVpcs" {
            networks(request)
        } else {
            Reply::Done(json!({ "TotalCount": 0 }))
        }
    })
    .await;
    let (here, there) = (server.client(), server.client().with_region("ap-tokyo"));
    let (vpc, other, subnet) = tokio::join!(
        vpc::find_vpc(&here, "vpc-1"),
        vpc::find_vpc(&there, "vpc-1"),
        vpc::find_subnet(&here, "subnet-1"),
    );
    assert!(vpc.unwrap().is_some() && other.unwrap().is_some() && subnet.unwrap().is_none());
    assert_eq!(server.requests().len(), 3);
}

#[tokio::test]
async fn one_who_leaves_does_not_spoil_the_others_read() {
    let server = Server::start(networks).await;
    let client = server.client();
    let cancel = CancellationToken::new();
    let leaving = client.with_cancel(cancel.clone());
    let (left, stayed, ()) =
        tokio::join!(vpc::find_vpc(&leaving, "vpc-1"), vpc::find_vpc(&client, "vpc-2"), async {
            cancel.cancel();
        },);
    assert!(matches!(left, Err(Error::Cancelled { .. })), "{left:?}");
    assert_eq!(stayed.unwrap().unwrap().vpc_name, "name of vpc-2");
}

#[tokio::test]
async fn listeners_are_read_together_for_each_load_balancer() {
    let server = Server::start(|request| {
        let listeners: Vec<Value> = request.body["ListenerIds"]
            .as_array()
            .unwrap()
            .iter()
            .map(|id| json!({ "ListenerId": id, "Rules": [{ "LocationId": "loc-1" }] }))
            .collect();
        Reply::Done(json!({ "Listeners": listeners }))
    })
    .await;
    let client = server.client();
    let (first, rule, no_rule, other) = tokio::join!(
        clb::find_listener(&client, "lb-1", "lbl-1"),
        clb::find_rule(&client, "lb-1", "lbl-2", "loc-1"),
        clb::find_rule(&client, "lb-1", "lbl-2", "loc-2"),
        clb::find_listener(&client, "lb-2", "lbl-3"),
    );
    assert!(first.unwrap().is_some() && rule.unwrap().is_some());
    assert!(no_rule.unwrap().is_none() && other.unwrap().is_some());
    let mut asked: Vec<_> = server.requests().into_iter().map(|r| r.body.to_string()).collect();
    asked.sort();
    assert_eq!(
        asked,
        [
            r#"{"ListenerIds":["lbl-1","lbl-2"],"LoadBalancerId":"lb-1"}"#,
            r#"{"ListenerIds":["lbl-3"],"LoadBalancerId":"lb-2"}"#,
        ]
    );
}

#[tokio::test]
async fn namespaces_that_are_looked_for_together_are_listed_once() {
    let list = json!({ "TotalCount": 2, "Namespaces": [{ "Name": "a" }, { "Name": "b" }] });
    let server = Server::replying([Reply::Done(list)]).await;
    let client = server.client();
    let (a, b, c) = tokio::join!(
        scf::find_namespace(&client, "a"),
        scf::find_namespace(&client, "b"),
        scf::find_namespace(&client, "c"),
    );
    assert_eq!((a.unwrap().unwrap().name, b.unwrap().unwrap().name), ("a".into(), "b".into()));
    assert_eq!(c.unwrap(), None);
    assert_eq!(server.requests().len(), 1);
}
