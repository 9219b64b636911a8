//! Which function answers.

use std::collections::HashMap;

use serde_json::json;

use super::{get, saying};
use crate::clb::{User, target};
use crate::scf;

#[test]
fn domain_and_path_choose_the_function() {
    let user = User::new();
    let balancer = user.balancer();
    let listener = user.listener(&balancer, "HTTP", 8080);
    for (name, domain, url) in [
        ("site", "www.example.com", "/"),
        ("api", "www.example.com", "/api"),
        ("star", "*.example.com", "/"),
        ("exact", "www.example.com", "=/api/health"),
    ] {
        scf::create(&user.client, scf::python(name, &saying(name)));
        let rule = user.rule(&balancer, &listener, domain, url);
        user.done(
            "RegisterFunctionTargets",
            json!({
                "LoadBalancerId": balancer, "ListenerId": listener, "LocationId": rule,
                "FunctionTargets": [target(name, "$LATEST", 10)],
            }),
        );
    }
    let address = user.address(&balancer, 8080);
    for (host, path, expected) in [
        ("www.example.com", "/", "site"),
        ("www.example.com", "/about", "site"),
        ("www.example.com:8080", "/api/users?id=1", "api"),
        ("www.example.com", "/api/health", "exact"),
        ("shop.example.com", "/api", "star"),
        ("stranger.org", "/api", "api"),
    ] {
        assert_eq!(get(&address, host, path).body, expected, "{host}{path}");
    }
}

#[test]
fn what_no_rule_covers_is_not_found_and_what_has_no_target_is_unavailable() {
    let user = User::new();
    let balancer = user.balancer();
    let listener = user.listener(&balancer, "HTTP", 8080);
    let address = user.address(&balancer, 8080);
    assert_eq!(get(&address, "a.com", "/").status, 404, "no rule at all");
    user.rule(&balancer, &listener, "a.com", "/api");
    assert_eq!(get(&address, "a.com", "/").status, 404);
    assert_eq!(get(&address, "a.com", "/api").status, 503);
}

#[test]
fn weights_share_the_requests_between_versions() {
    let user = User::new();
    scf::create(&user.client, scf::python("behind", &saying("first")));
    let version = scf::publish(&user.client, "behind");
    let code = scf::zip(&[("index.py", &saying("latest"))]);
    user.client.ok("scf.UpdateFunctionCode", scf::about("behind", json!({"ZipFile": code})));
    scf::wait(&user.client, "behind", "Active");
    let place = user.place();
    user.done("RegisterFunctionTargets", place.binding("behind", "$LATEST", 50));
    user.done("RegisterFunctionTargets", place.binding("behind", &version, 50));
    let address = user.address(&place.balancer, 8080);
    let mut seen = HashMap::new();
    for _ in 0..40 {
        *seen.entry(get(&address, "a.com", "/").body).or_insert(0) += 1;
    }
    assert!(seen["first"] > 5 && seen["latest"] > 5, "{seen:?}");
    user.done("ModifyFunctionTargets", place.binding("behind", "$LATEST", 0));
    for _ in 0..5 {
        assert_eq!(get(&address, "a.com", "/").body, "first");
    }
    user.done("ModifyFunctionTargets", place.binding("behind", &version, 0));
    assert_eq!(get(&address, "a.com", "/").status, 503, "nobody has any weight");
}

#[test]
fn an_alias_that_is_moved_takes_the_traffic_along() {
    let user = User::new();
    scf::create(&user.client, scf::python("behind", &saying("first")));
    let version = scf::publish(&user.client, "behind");
    let code = scf::zip(&[("index.py", &saying("second"))]);
    user.client.ok("scf.UpdateFunctionCode", scf::about("behind", json!({"ZipFile": code})));
    scf::wait(&user.client, "behind", "Active");
    let alias =
        |version: &str| scf::about("behind", json!({"Name": "live", "FunctionVersion": version}));
    user.client.ok("scf.CreateAlias", alias(&version));
    let place = user.place();
    user.done("RegisterFunctionTargets", place.binding("behind", "live", 10));
    let address = user.address(&place.balancer, 8080);
    assert_eq!(get(&address, "a.com", "/").body, "first");
    user.client.ok("scf.UpdateAlias", alias("$LATEST"));
    assert_eq!(get(&address, "a.com", "/").body, "second");
}
