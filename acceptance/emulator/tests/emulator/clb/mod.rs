//! Load balancers.

mod binding;
mod instance;
mod listener;
mod rule;
mod target;
mod task;

use serde_json::{Value, json};

use crate::scf;
use crate::support::{Client, Code, client, wait_for};

/// The function of the product's own walk-through.
pub const HELLO_CLB: &str = "# -*- coding: utf8 -*-\nimport json\n\
    def main(event, context):\n\
    \x20   return {\n\
    \x20       \"isBase64Encoded\": False,\n\
    \x20       \"statusCode\": 200,\n\
    \x20       \"headers\": {\"Content-Type\": \"text/html\"},\n\
    \x20       \"body\": \"<html><body><h1>Hello CLB</h1></body></html>\"\n\
    \x20   }\n";

/// A user of load balancers, with an account of its own.
pub struct User {
    pub client: Client,
}

impl User {
    pub fn new() -> Self {
        Self { client: client() }
    }

    pub fn of(client: Client) -> Self {
        Self { client }
    }

    /// Calls a write; its answer and the id of its task.
    #[track_caller]
    pub fn start(&self, action: &str, parameters: Value) -> (Value, String) {
        let request = self.client.request(&format!("clb.{action}"), &parameters.to_string());
        let response = self.client.send(&request).json()["Response"].take();
        assert!(response.get("Error").is_none(), "{action}: {response}");
        let task = response["RequestId"].as_str().unwrap().to_owned();
        (response, task)
    }

    /// Calls a write and waits until it is done.
    #[track_caller]
    pub fn done(&self, action: &str, parameters: Value) -> Value {
        let (response, task) = self.start(action, parameters);
        assert_eq!(self.ended(&task)["Status"], 0, "{action}");
        response
    }

    /// Waits until a task has ended.
    #[track_caller]
    pub fn ended(&self, task: &str) -> Value {
        wait_for(|| {
            let status = self.client.ok("clb.DescribeTaskStatus", json!({"TaskId": task}));
            (status["Status"] != 2).then_some(status)
        })
    }

    #[track_caller]
    pub fn read(&self, action: &str, parameters: Value) -> Value {
        self.client.ok(&format!("clb.{action}"), parameters)
    }

    #[track_caller]
    pub fn refused(&self, action: &str, parameters: Value) -> Code {
        self.client.code(&format!("clb.{action}"), parameters)
    }

    /// The text with which something is refused.
    #[track_caller]
    pub fn told(&self, action: &str, parameters: Value) -> String {
        let answer = self.client.call(&format!("clb.{action}"), parameters);
        answer.expect_err("it was not refused").1
    }

    /// A new VPC.
    pub fn vpc(&self) -> String {
        let request = json!({"VpcName": "net", "CidrBlock": "10.0.0.0/16"});
        text(&self.client.ok("vpc.CreateVpc", request)["Vpc"]["VpcId"])
    }

    /// A new subnet of a VPC.
    pub fn subnet(&self, vpc: &str) -> String {
        let request = json!({
            "VpcId": vpc, "SubnetName": "sub", "CidrBlock": "10.0.1.0/24",
            "Zone": format!("{}-3", self.client.region),
        });
        text(&self.client.ok("vpc.CreateSubnet", request)["Subnet"]["SubnetId"])
    }

    /// A new load balancer of the given form.
    #[track_caller]
    pub fn balancer_like(&self, form: Value) -> String {
        let mut request = json!({"LoadBalancerType": "OPEN", "LoadBalancerName": "front"});
        request.as_object_mut().unwrap().extend(form.as_object().unwrap().clone());
        text(&self.done("CreateLoadBalancer", request)["LoadBalancerIds"][0])
    }

    /// A new public load balancer in a VPC.
    #[track_caller]
    pub fn balancer(&self) -> String {
        self.balancer_like(json!({"VpcId": self.vpc()}))
    }

    /// A new listener.
    #[track_caller]
    pub fn listener(&self, balancer: &str, protocol: &str, port: u16) -> String {
        let request = json!({"LoadBalancerId": balancer, "Protocol": protocol, "Ports": [port]});
        text(&self.done("CreateListener", request)["ListenerIds"][0])
    }

    /// A new rule.
    #[track_caller]
    pub fn rule(&self, balancer: &str, listener: &str, domain: &str, url: &str) -> String {
        let request = json!({
            "LoadBalancerId": balancer, "ListenerId": listener,
            "Rules": [{"Domain": domain, "Url": url}],
        });
        text(&self.done("CreateRule", request)["LocationIds"][0])
    }

    /// A load balancer with an HTTP listener that has one rule.
    pub fn place(&self) -> Place {
        let balancer = self.balancer();
        let listener = self.listener(&balancer, "HTTP", 8080);
        let rule = self.rule(&balancer, &listener, "www.example.com", "/");
        Place { balancer, listener, rule }
    }

    /// A new function that answers as a load balancer expects.
    pub fn hello(&self) {
        scf::create(&self.client, scf::python("hello", HELLO_CLB));
    }

    /// What a listing of load balancers shows of one; null if it is not there.
    pub fn shown(&self, balancer: &str) -> Value {
        let found = self.read("DescribeLoadBalancers", json!({"LoadBalancerIds": [balancer]}));
        found["LoadBalancerSet"].get(0).cloned().unwrap_or_default()
    }

    /// The triggers of a function.
    pub fn triggers(&self, function: &str) -> Value {
        self.client.ok("scf.ListTriggers", json!({"FunctionName": function}))["Triggers"].take()
    }
}

/// Where a function can be bound.
pub struct Place {
    pub balancer: String,
    pub listener: String,
    pub rule: String,
}

impl Place {
    /// A request about this place, with more members.
    pub fn with(&self, more: Value) -> Value {
        let mut request = json!({"LoadBalancerId": self.balancer, "ListenerId": self.listener});
        request.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        request
    }

    /// A request that binds a function.
    pub fn binding(&self, function: &str, qualifier: &str, weight: i64) -> Value {
        self.with(json!({
            "LocationId": self.rule,
            "FunctionTargets": [target(function, qualifier, weight)],
        }))
    }
}

pub fn target(function: &str, qualifier: &str, weight: i64) -> Value {
    json!({
        "Function": {
            "FunctionNamespace": "default",
            "FunctionName": function,
            "FunctionQualifier": qualifier,
        },
        "Weight": weight,
    })
}

#[track_caller]
pub fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}")).to_owned()
}
