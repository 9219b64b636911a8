//! Load balancers really answer.

mod event;
mod routing;
mod tls;

use std::io::{BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::process::Stdio;
use std::time::Duration;

use serde_json::{Value, json};

use crate::clb::{Place, User, text};
use crate::scf;
use crate::support::{Page, Server, read_page, wait_for};

/// A function that answers with the event that it got.
pub const ECHO: &str = "import json\n\
    def main(event, context):\n\
    \x20   return {'isBase64Encoded': False, 'statusCode': 200,\n\
    \x20           'headers': {'Content-Type': 'application/json'}, 'body': json.dumps(event)}\n";

/// A function that answers with that text.
pub fn saying(words: &str) -> String {
    format!(
        "def main(event, context):\n    return {{'isBase64Encoded': False, 'statusCode': 200, \
         'headers': {{}}, 'body': '{words}'}}\n"
    )
}

impl User {
    /// A load balancer with one rule on port 8080 and that function behind it; its address.
    pub fn serve(&self, source: &str) -> (Place, String) {
        scf::create(&self.client, scf::python("behind", source));
        let place = self.place();
        self.done("RegisterFunctionTargets", place.binding("behind", "$LATEST", 10));
        let address = self.address(&place.balancer, 8080);
        (place, address)
    }

    /// Where a load balancer listens.
    pub fn address(&self, balancer: &str, port: u16) -> String {
        format!("{}:{port}", text(&self.shown(balancer)["LoadBalancerVips"][0]))
    }
}

/// Connects as soon as somebody listens.
pub fn connect(address: &str) -> TcpStream {
    let stream = wait_for(|| TcpStream::connect(address).ok());
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    stream
}

/// Sends a request with the given lines after the first one, and a body.
pub fn send(address: &str, first: &str, lines: &[&str], body: &[u8]) -> Page {
    let mut stream = connect(address);
    let mut head = format!("{first} HTTP/1.1\r\n");
    for line in lines {
        head.push_str(line);
        head.push_str("\r\n");
    }
    let length = body.len();
    head.push_str(&format!("Connection: close\r\nContent-Length: {length}\r\n\r\n"));
    stream.write_all(head.as_bytes()).unwrap();
    stream.write_all(body).unwrap();
    read_page(&mut BufReader::new(stream)).expect("an answer")
}

/// GETs a path of a host.
pub fn get(address: &str, host: &str, path: &str) -> Page {
    send(address, &format!("GET {path}"), &[&format!("Host: {host}")], b"")
}

#[test]
fn r25_a_bound_hello_function_answers_a_browser() {
    let user = User::new();
    let (place, address) = user.serve(crate::clb::HELLO_CLB);
    let page = get(&address, &address, "/");
    assert_eq!(page.status, 200, "{page:?}");
    assert_eq!(page.body, "<html><body><h1>Hello CLB</h1></body></html>");
    assert!(page.head.contains("content-type: text/html\r\n"), "{}", page.head);
    // The same without the load balancer's own address, for machines that cannot listen there.
    let mut request = user.client.request("clb.DescribeQuota", "");
    request.method = "GET";
    request.target = format!("/_clb/{}/8080/some/where", place.balancer);
    request.headers = vec![("Host".to_owned(), "www.example.com".to_owned())];
    let page = user.client.send(&request);
    assert_eq!((page.status, page.body.contains("Hello CLB")), (200, true), "{page:?}");
    request.target = "/_clb/lb-nowhere/80/".to_owned();
    assert_eq!(user.client.send(&request).status, 404);
}

#[test]
fn new_code_answers_at_once() {
    let user = User::new();
    let (_, address) = user.serve(&saying("old"));
    assert_eq!(get(&address, "www.example.com", "/").body, "old");
    let code = scf::zip(&[("index.py", &saying("new"))]);
    user.client.ok("scf.UpdateFunctionCode", scf::about("behind", json!({"ZipFile": code})));
    scf::wait(&user.client, "behind", "Active");
    assert_eq!(get(&address, "www.example.com", "/").body, "new");
}

#[test]
fn what_a_function_does_wrong_is_the_load_balancers_403() {
    let user = User::new();
    let source = "def main(event, context):\n    raise Exception('no')\n";
    let (_, address) = user.serve(source);
    let page = get(&address, "www.example.com", "/");
    assert_eq!(page.status, 403);
    assert_eq!(page.body, "{\"errno\":403,\"error\":\"Analyse scf response failed.\"}");
}

#[test]
fn r26_two_load_balancers_answer_one_with_functions_and_one_with_machines() {
    let machine = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = machine.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in machine.incoming() {
            let mut stream = stream.unwrap();
            let mut request = BufReader::new(stream.try_clone().unwrap());
            let head = wait_for_head(&mut request);
            let body = format!("machine got {}", head.lines().next().unwrap());
            let forwarded = head.to_lowercase().contains("x-forwarded-for: 127.0.0.1");
            let _ = write!(
                stream,
                "HTTP/1.1 200 OK\r\nX-Forwarded: {forwarded}\r\nContent-Length: {}\r\n\r\n{body}",
                body.len()
            );
        }
    });
    let user = User::new();
    let (_, with_function) = user.serve(&saying("function"));
    let place = user.place();
    let targets = json!([{"EniIp": "127.0.0.1", "Port": port}]);
    user.done("RegisterTargets", place.with(json!({"LocationId": place.rule, "Targets": targets})));
    let with_machine = user.address(&place.balancer, 8080);
    assert_eq!(get(&with_function, "shop.com", "/").body, "function");
    let page = get(&with_machine, "shop.com", "/cart?n=1");
    assert_eq!(page.body, "machine got GET /cart?n=1 HTTP/1.1");
    assert!(page.head.contains("x-forwarded: true\r\n"), "{}", page.head);
}

fn wait_for_head(stream: &mut BufReader<TcpStream>) -> String {
    use std::io::BufRead;
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") && stream.read_line(&mut head).unwrap() > 0 {}
    head
}

#[test]
fn a_machine_that_does_not_answer_is_a_bad_gateway() {
    let user = User::new();
    let place = user.place();
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let targets = json!([{"EniIp": "127.0.0.1", "Port": free}]);
    user.done("RegisterTargets", place.with(json!({"LocationId": place.rule, "Targets": targets})));
    assert_eq!(get(&user.address(&place.balancer, 8080), "a.com", "/").status, 502);
}

#[test]
fn a_function_that_is_deleted_leaves_no_target() {
    let user = User::new();
    let (_, address) = user.serve(&saying("hello"));
    assert_eq!(get(&address, "a.com", "/").status, 200);
    user.client.ok("scf.DeleteFunction", json!({"FunctionName": "behind"}));
    assert_eq!(get(&address, "a.com", "/").status, 503);
}

#[test]
fn a_version_that_cannot_be_called_yet_is_a_bad_gateway() {
    let server = Server::start(&[]);
    let user = User::of(server.client());
    scf::create(&user.client, scf::python("behind", &saying("hello")));
    user.client.console("POST", "transitions", &json!({"function.publish": null}));
    user.client.ok("scf.PublishVersion", json!({"FunctionName": "behind"}));
    let alias = scf::about("behind", json!({"Name": "next", "FunctionVersion": "1"}));
    user.client.ok("scf.CreateAlias", alias);
    let place = user.place();
    user.done("RegisterFunctionTargets", place.binding("behind", "next", 10));
    assert_eq!(get(&user.address(&place.balancer, 8080), "a.com", "/").status, 502);
}

#[test]
fn a_port_that_is_taken_fails_no_call_and_is_served_on_the_emulators_own() {
    let user = User::new();
    scf::create(&user.client, scf::python("behind", &saying("hello")));
    let balancer = user.balancer();
    let address = user.address(&balancer, 8080);
    let _taken = TcpListener::bind(&address).unwrap();
    let listener = user.listener(&balancer, "HTTP", 8080);
    let rule = user.rule(&balancer, &listener, "a.com", "/");
    let place = Place { balancer, listener, rule };
    user.done("RegisterFunctionTargets", place.binding("behind", "$LATEST", 10));
    let mut request = user.client.request("clb.DescribeQuota", "");
    request.method = "GET";
    request.target = format!("/_clb/{}/8080/", place.balancer);
    assert_eq!(user.client.send(&request).body, "hello");
}

#[test]
fn listeners_of_other_protocols_are_kept_and_not_served() {
    let user = User::new();
    let balancer = user.balancer();
    for (protocol, port) in [("TCP", 9001), ("UDP", 9002), ("HTTP", 8080)] {
        user.listener(&balancer, protocol, port);
    }
    let shown = user.read("DescribeListeners", json!({"LoadBalancerId": balancer}));
    assert_eq!(shown["TotalCount"], 3);
    let address = user.address(&balancer, 8080);
    assert_eq!(get(&address, "a.com", "/").status, 404);
    for port in [9001, 9002] {
        let address = user.address(&balancer, port);
        assert!(TcpStream::connect(&address).is_err(), "{address}");
    }
}

#[test]
fn why_a_port_is_not_served_is_said_once() {
    let mut command = Server::command(&[]);
    let server =
        Server::spawn(command.env_remove("TENCENTCLOUD_EMULATOR_LOG").stderr(Stdio::piped()));
    let user = User::of(server.client());
    let balancer = user.balancer();
    let request = json!({
        "LoadBalancerId": balancer, "Protocol": "HTTPS", "Ports": [8443],
        "Certificate": {"SSLMode": "UNIDIRECTIONAL", "CertId": "gone"},
    });
    user.done("CreateListener", request);
    // Each write has the load balancer served anew.
    for port in [8080, 8081] {
        user.listener(&balancer, "HTTP", port);
    }
    assert_eq!(get(&user.address(&balancer, 8081), "a.com", "/").status, 404);
    let told = server.stderr();
    let reason = "there is no certificate gone in this cloud";
    let said = format!("{balancer} does not serve port 8443: {reason}");
    assert_eq!(told.matches(&said).count(), 1, "{told}");
}

#[test]
fn a_deleted_listener_closes_its_port() {
    let user = User::new();
    let (place, address) = user.serve(&saying("hello"));
    connect(&address);
    user.done("DeleteListener", place.with(json!({})));
    wait_for(|| TcpStream::connect(&address).is_err().then_some(()));
}

#[test]
fn load_balancers_answer_again_after_a_crash_and_nothing_that_ran_is_left() {
    let dir = tempfile::tempdir().unwrap();
    let arguments = ["--data-dir", dir.path().to_str().unwrap()];
    let server = Server::start(&arguments);
    let user = User::of(server.client());
    let source = "import os\n\
        def main(event, context):\n\
        \x20   while event['headers']['X-Uri'] == '/busy': pass\n\
        \x20   return {'isBase64Encoded': False, 'statusCode': 200, 'headers': {},\n\
        \x20           'body': os.readlink('/proc/self/ns/pid')}\n";
    let (_, address) = user.serve(source);
    let page = get(&address, "a.com", "/");
    assert_eq!(page.status, 200, "{page:?}");
    let namespace = page.body;
    // The states of the processes that the function's instance has.
    let states = || {
        let all = std::fs::read_dir("/proc").unwrap().flatten().map(|process| process.path());
        let ours = all.filter(|process| {
            std::fs::read_link(process.join("ns/pid"))
                .is_ok_and(|link| link.to_str() == Some(&namespace))
        });
        let stats = ours.filter_map(|process| std::fs::read_to_string(process.join("stat")).ok());
        let states = stats.filter_map(|stat| stat.rsplit_once(") ")?.1.chars().next());
        states.filter(|state| *state != 'Z').collect::<String>()
    };
    let mut busy = connect(&address);
    busy.write_all(b"GET /busy HTTP/1.1\r\nHost: a.com\r\n\r\n").unwrap();
    wait_for(|| states().contains('R').then_some(()));
    server.kill();
    wait_for(|| states().is_empty().then_some(()));
    let _server = Server::start(&arguments);
    assert_eq!(get(&address, "a.com", "/").status, 200);
}

#[test]
fn a_reset_closes_everything() {
    let server = Server::start(&[]);
    let user = User::of(server.client());
    let (_, address) = user.serve(&saying("hello"));
    connect(&address);
    assert_eq!(user.client.console("POST", "reset", &Value::Null).status, 200);
    wait_for(|| TcpStream::connect(&address).is_err().then_some(()));
}
