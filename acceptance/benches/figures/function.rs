//! Functions on the local cloud: how soon they answer, through the API and through a load balancer,
//! and how many of them can be listed and read.

use std::io::{Cursor, Write};
use std::time::{Duration, Instant};

use acceptance::Emulator;
use acceptance::cloud::Cloud;
use acceptance::emulator::{SECRET_ID, SECRET_KEY};
use acceptance::programs::Programs;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use tencentcloud_api::clb::DescribeLoadBalancersRequest;
use tencentcloud_api::scf::{self, FunctionKey};
use tencentcloud_api::{Credential, page};

use super::folder::Folder;
use super::load;
use super::table::{Goal, Table, milliseconds};

/// What a load balancer asks for as well as a caller of the API.
const FUNCTION: &str = "def main_handler(event, context):\n    return {'isBase64Encoded': False, \
                        'statusCode': 200, 'headers': {}, 'body': 'it works'}\n";
const PORT: u16 = 8080;
/// How many calls are timed, how often in turn with the load balancer's, and how many cold starts.
const CALLS: usize = 500;
const PAIRS: usize = 5;
const COLD: usize = 21;
const CONNECTIONS: usize = 8;
const TIME: Duration = Duration::from_secs(4);
/// How many functions are listed and read.
const MANY: usize = 1000;

/// Measures calls, then lists.
pub fn measure(programs: &Programs, table: &mut Table) {
    let emulator = Emulator::start(programs, &[]);
    let _folder = Folder::apply(programs, &emulator, &configuration(), FUNCTION);
    let cloud = Cloud::new(&emulator.endpoint);
    let address = emulator.endpoint.trim_start_matches("http://");
    let call = signed_call(address);
    let (api, balancer) = in_turn(address, &call, &cloud);
    let over: Vec<f64> = api.iter().zip(&balancer).map(|(api, other)| other - api).collect();
    table.add_median("function: warm, through the API", api, "ms", Some(Goal::AtMost(3.0)));
    table.add_median("function: warm, through a load balancer", balancer, "ms", None);
    let name = "function: the load balancer above the API";
    table.add_median(name, over, "ms", Some(Goal::AtMost(1.0)));
    let rate = load::answers_a_second(address, &call, WORKS, CONNECTIONS, TIME);
    let name = format!("function: warm calls on {CONNECTIONS} connections");
    table.add(name, rate, "/s", Some(Goal::AtLeast(500.0)));
    table.add_median("function: cold start", cold_starts(&cloud), "ms", Some(Goal::AtMost(80.0)));
    lists(programs, table);
}

const WORKS: &str = "it works";

fn signed_call(address: &str) -> Vec<u8> {
    let credential =
        Credential { secret_id: SECRET_ID.into(), secret_key: SECRET_KEY.into(), token: None };
    let body = r#"{"FunctionName":"bench"}"#;
    load::signed::<scf::InvokeRequest>(address, credential, "ap-guangzhou", body)
}

/// The median times of calls through the API and through the load balancer, alternately.
fn in_turn(address: &str, call: &[u8], cloud: &Cloud) -> (Vec<f64>, Vec<f64>) {
    let found = cloud.call(&DescribeLoadBalancersRequest::default());
    let found = found.expect("load balancers are listed").load_balancer_set;
    let vip = &found[0].load_balancer_vips[0];
    let page = format!("http://{vip}:{PORT}/");
    Emulator::page(&page, Some("www.example.com")).expect("the load balancer answers");
    let get = b"GET / HTTP/1.1\r\nhost: www.example.com\r\n\r\n";
    let median = |address: &str, request: &[u8]| {
        let mut times = load::times(address, request, WORKS, CALLS);
        times.sort_by(f64::total_cmp);
        super::table::median(&times)
    };
    let pairs = (0..PAIRS).map(|_| (median(address, call), median(&format!("{vip}:{PORT}"), get)));
    pairs.unzip()
}

/// The times of first calls after a change.
fn cold_starts(cloud: &Cloud) -> Vec<f64> {
    let key = FunctionKey::latest("default", "bench");
    let start = |number: usize| {
        let change = scf::UpdateFunctionConfigurationRequest {
            function_name: "bench".to_owned(),
            description: Some(format!("change {number}")),
            ..scf::UpdateFunctionConfigurationRequest::default()
        };
        cloud.call(&change).expect("the function can be changed");
        let active = cloud.ask(async |client| scf::wait_active(client, &key).await);
        active.expect("the function becomes active");
        let request = scf::InvokeRequest {
            function_name: "bench".to_owned(),
            log_type: Some("Tail".to_owned()),
            ..scf::InvokeRequest::default()
        };
        let start = Instant::now();
        let answer = cloud.call(&request).expect("the function can be called").result;
        let time = milliseconds(start.elapsed());
        assert!(answer.log.expose().contains("Coldstart"), "a warm start");
        time
    };
    (0..COLD).map(start).collect()
}

/// Lists many functions and reads each: none may be lost between two pages.
fn lists(programs: &Programs, table: &mut Table) {
    let emulator = Emulator::start(programs, &["--quotas", "unlimited"]);
    let cloud = Cloud::new(&emulator.endpoint);
    let package = package();
    for number in 0..MANY {
        let request = scf::CreateFunctionRequest {
            function_name: format!("many-{number}"),
            runtime: Some("Python3.6".to_owned()),
            handler: Some("index.main_handler".to_owned()),
            code: scf::Code { zip_file: Some(package.clone().into()), ..scf::Code::default() },
            ..scf::CreateFunctionRequest::default()
        };
        cloud.call(&request).expect("a function can be made");
    }
    let start = Instant::now();
    let read = cloud.ask(async |client| {
        let request = scf::ListFunctionsRequest::default();
        let found = page::all_pages(client, &request).await.expect("functions are listed");
        let mut read = 0_u32;
        for function in found {
            let key = FunctionKey::latest("default", &function.function_name);
            let function = scf::find_function(client, &key).await.expect("a function is read");
            read += u32::from(function.is_some());
        }
        read
    });
    let goal = Some(Goal::AtLeast(MANY as f64));
    table.add(format!("{MANY} functions: listed and read"), f64::from(read), "", goal);
    let name = format!("{MANY} functions: time to list and read them");
    table.add(name, milliseconds(start.elapsed()), "ms", None);
}

fn package() -> String {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = zip::write::SimpleFileOptions::default();
    zip.start_file("index.py", options).expect("a package can be written");
    zip.write_all(FUNCTION.as_bytes()).expect("a package can be written");
    STANDARD.encode(zip.finish().expect("a package can be written").into_inner())
}

fn configuration() -> String {
    format!(
        r#"
terraform {{
  required_providers {{
    tencentcloud = {{ source = "scf-rs/tencentcloud" }}
  }}
}}

resource "tencentcloud_scf_function" "bench" {{
  name        = "bench"
  runtime     = "Python3.6"
  handler     = "index.main_handler"
  source_file = "${{path.module}}/index.py"
}}

resource "tencentcloud_vpc" "main" {{
  name       = "bench"
  cidr_block = "10.0.0.0/16"
}}

resource "tencentcloud_clb_instance" "main" {{
  network_type = "OPEN"
  clb_name     = "bench"
  vpc_id       = tencentcloud_vpc.main.id
}}

resource "tencentcloud_clb_listener" "http" {{
  clb_id        = tencentcloud_clb_instance.main.id
  listener_name = "http"
  protocol      = "HTTP"
  port          = {PORT}
}}

resource "tencentcloud_clb_listener_rule" "page" {{
  clb_id      = tencentcloud_clb_instance.main.id
  listener_id = tencentcloud_clb_listener.http.listener_id
  domain      = "www.example.com"
  url         = "/"
}}

resource "tencentcloud_clb_function_targets_attachment" "page" {{
  load_balancer_id = tencentcloud_clb_instance.main.id
  listener_id      = tencentcloud_clb_listener.http.listener_id
  location_id      = tencentcloud_clb_listener_rule.page.rule_id

  function_targets {{
    weight = 10

    function {{
      function_namespace      = tencentcloud_scf_function.bench.namespace
      function_name           = tencentcloud_scf_function.bench.name
      function_qualifier      = "$LATEST"
      function_qualifier_type = "VERSION"
    }}
  }}
}}
"#
    )
}
