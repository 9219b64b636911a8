//! Web functions, functions of images, and their settings.

use std::io::Write;

use acceptance::{Case, Emulator};
use serde_json::{Value as Json, json};
use tencentcloud_api::scf;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

const FUNCTION: &str = "tencentcloud_scf_function.a";

const SERVER: &str = r#"
import http.server
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = ('WORD ' + self.path).encode()
        self.send_response(200)
        self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)
http.server.HTTPServer(('0.0.0.0', 9000), Handler).serve_forever()
"#;

fn web(rest: &str) -> String {
    format!(
        r#"
resource "tencentcloud_scf_function" "a" {{
  name       = "hello"
  func_type  = "HTTP"
  runtime    = "Python3.10"
  source_dir = "${{path.module}}/code"
  timeout    = 60
  {rest}
}}
"#
    )
}

fn case() -> Case {
    let case = Case::new();
    case.write("code/scf_bootstrap", "#!/bin/bash\nexec /var/lang/python310/bin/python3 app.py\n");
    case.write("code/app.py", SERVER.replace("WORD", "one"));
    case
}

fn page(case: &Case, path: &str) -> String {
    let address = "_web/AKIDEMULATOR/ap-guangzhou/default/hello/$LATEST";
    let url = format!("{}/{address}{path}", case.emulator.endpoint);
    Emulator::page(&url, None).expect("the function answers")
}

fn found(case: &Case) -> scf::GetFunctionResponse {
    let name = "hello".to_owned();
    let request = scf::GetFunctionRequest { function_name: name, ..Default::default() };
    case.cloud().call(&request).expect("there is a function")
}

#[test]
fn r106_r166_r168_a_web_function_serves_and_its_concurrency_changes_in_place() {
    let case = case();
    case.apply(&web(""));
    assert_eq!(page(&case, "/a?b=c"), "one /a?b=c");
    assert_eq!(case.state(FUNCTION)["instance_concurrency_config"], json!([]));
    let many = |number: i64| {
        web(&format!("instance_concurrency_config {{\n    max_concurrency = {number}\n  }}"))
    };
    for number in [10, 20] {
        let plan = case.plan(&many(number));
        assert_eq!(plan.action(FUNCTION), "update");
        case.apply(&many(number));
        let cloud = found(&case).instance_concurrency_config.unwrap();
        assert_eq!(cloud.max_concurrency, Some(number));
    }
    assert_eq!(case.emulator.calls("UpdateFunctionCode"), 0);
    case.write("code/app.py", SERVER.replace("WORD", "two"));
    case.apply(&many(20));
    assert_eq!(page(&case, "/"), "two /");
    case.import(FUNCTION, "default+hello", &["source_dir"]);
    case.apply(&web(""));
    assert_eq!(found(&case).instance_concurrency_config, None, "it is switched off again");
    case.finish();
}

#[test]
fn sessions_and_nodes_are_kept_as_they_were_written() {
    let case = case();
    let settings = |seconds: i64| {
        web(&format!(
            r#"instance_concurrency_config {{
    dynamic_enabled            = "FALSE"
    max_concurrency            = 10
    instance_isolation_enabled = "TRUE"
    type                       = "Session-Based"

    mix_node_config {{
      node_spec = "small"
      num       = 2
    }}

    session_config {{
      session_source                           = "COOKIE"
      session_name                             = "session"
      maximum_concurrency_session_per_instance = 5
      maximum_ttl_in_seconds                   = {seconds}
      maximum_idle_time_in_seconds             = 60
      session_path                             = "/shop"
      idle_timeout_strategy                    = "FATAL"
    }}
  }}"#
        ))
    };
    case.apply(&settings(600));
    let plan = case.plan(&settings(700));
    assert_eq!(plan.action(FUNCTION), "update");
    case.apply(&settings(700));
    let cloud = found(&case).instance_concurrency_config.unwrap();
    assert_eq!(cloud.session_config.unwrap().maximum_ttl_in_seconds, Some(700));
    case.apply(&web("instance_concurrency_config {\n    max_concurrency = 10\n  }"));
    let cloud = found(&case).instance_concurrency_config.unwrap();
    assert_eq!((cloud.session_config, cloud.mix_node_config), (None, Some(vec![])));
    case.finish();
}

#[test]
fn r164_web_socket_is_for_good_and_its_idle_time_changes_in_place() {
    let case = case();
    let socket = |idle: &str| web(&format!("protocol_type = \"WS\"\n  {idle}"));
    case.apply(&socket(""));
    assert_eq!(case.state(FUNCTION)["idle_time_out"], 15);
    let longer = socket("idle_time_out = 30");
    assert_eq!(case.plan(&longer).action(FUNCTION), "update");
    case.apply(&longer);
    let idle = found(&case).protocol_params.unwrap().ws_params.unwrap().idle_time_out;
    assert_eq!(idle, Some(30));
    case.import(FUNCTION, "default+hello", &["source_dir"]);
    assert_eq!(case.plan(&web("")).action(FUNCTION), "replace");
    case.finish();
}

#[test]
fn r159_r160_idle_times_that_do_not_fit_are_refused_at_plan() {
    let case = case();
    let socket = |idle: i64| web(&format!("protocol_type = \"WS\"\n  idle_time_out = {idle}"));
    case.refuse_plan(&socket(9), &["idle_time_out", "10"]);
    case.refuse_plan(&socket(61), &["Idle time over the timeout", "timeout = 61"]);
    case.refuse_plan(&web("idle_time_out = 30"), &["Idle time without WebSocket"]);
    let event = socket(30).replace("HTTP", "Event");
    case.refuse_plan(&event, &["WebSocket without a web function"]);
    case.configure("");
    case.finish();
}

#[test]
fn r168_r167_requests_per_instance_are_refused_at_plan() {
    let case = case();
    let with = |line: &str| web(&format!("instance_concurrency_config {{\n    {line}\n  }}"));
    case.refuse_plan(&with("max_concurrency = 101"), &["max_concurrency", "100"]);
    case.refuse_plan(&with("max_concurrency = 0"), &["max_concurrency"]);
    let event = with("max_concurrency = 10").replace("HTTP", "Event");
    case.refuse_plan(&event, &["Several requests per instance"]);
    case.refuse_plan(&with("type = \"Session-Based\""), &["Sessions without session_config"]);
    case.refuse_apply(
        &with("dynamic_enabled = \"TRUE\""),
        &["Dynamic concurrency", "DynamicEnabled"],
    );
    case.configure("");
    case.finish();
}

#[test]
fn r70_r121_r127_r392_a_web_function_starts_by_its_start_file_alone() {
    let case = case();
    case.refuse_plan(&web("handler = \"index.main\""), &["Handler of a web function"]);
    case.refuse_plan(&web("dns_cache = true"), &["Name cache of a web function"]);
    case.write("other/bootstrap", "#!/bin/bash\n");
    let other = web("").replace("/code", "/other");
    case.refuse_plan(&other, &["scf_bootstrap", "\"bootstrap\""]);
    case.configure("");
    case.finish();
}

#[test]
fn r130_r133_a_start_file_that_cannot_run_is_refused_at_plan() {
    let case = case();
    case.write("code/scf_bootstrap", "exec python3 app.py\n");
    case.refuse_plan(&web(""), &["#!/bin/bash"]);
    case.write("code/scf_bootstrap", "#!/bin/bash\r\nexec python3 app.py\r\n");
    case.refuse_plan(&web(""), &["CR LF"]);
    case.configure("");
    case.finish();
}

#[test]
fn r131_an_interpreter_that_is_called_by_its_name_alone_is_doubted_at_plan() {
    let case = case();
    case.write("code/scf_bootstrap", "#!/bin/bash\nexec python3 app.py\n");
    case.configure(&web(""));
    let said = case.succeed(&["plan", "-no-color"]);
    for word in ["Code that may not run", "/var/lang/python37/bin/python3"] {
        assert!(said.out.contains(word), "{word}: {}", said.out);
    }
    case.configure("");
    case.finish();
}

#[test]
fn r128_a_start_file_that_is_not_executable_is_refused_at_plan() {
    let case = case();
    let mut archive = ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().unix_permissions(0o644);
    archive.start_file("scf_bootstrap", options).unwrap();
    archive.write_all(b"#!/bin/bash\n").unwrap();
    case.write("code.zip", archive.finish().unwrap().into_inner());
    let zip = web("").replace("source_dir", "zip_file  ").replace("/code", "/code.zip");
    case.refuse_plan(&zip, &["644", "755 or 777"]);
    case.configure("");
    case.finish();
}

const REPOSITORY: &str = "ccr.ccs.tencentyun.com/team/app";

fn image(uri: &str, rest: &str) -> String {
    format!(
        r#"
resource "tencentcloud_scf_function" "a" {{
  name      = "hello"
  func_type = "HTTP"

  image_config {{
    image_type = "personal"
    image_uri  = "{uri}"
    {rest}
  }}
}}
"#
    )
}

#[test]
fn r100_r103_a_function_of_an_image_is_created_changed_and_imported() {
    let case = case();
    let first = image(&format!("{REPOSITORY}:1"), "");
    case.apply(&first);
    let state = case.state(FUNCTION);
    assert_eq!(state["image_config"][0]["image_uri"], format!("{REPOSITORY}:1"));
    assert_eq!((&state["runtime"], &state["code_sha256"]), (&Json::Null, &Json::Null));
    let second = image(
        &format!("{REPOSITORY}:2"),
        "command                    = \"node\"\n    args                       = \"-x app.js\"\n    \
         container_image_accelerate = true\n    image_port                 = 8080",
    );
    assert_eq!(case.plan(&second).action(FUNCTION), "update");
    case.apply(&second);
    let cloud = found(&case).image_config.unwrap();
    assert!(cloud.image_uri.starts_with(&format!("{REPOSITORY}:2@sha256:")), "{cloud:?}");
    assert_eq!((cloud.image_port, cloud.container_image_accelerate), (Some(8080), Some(true)));
    assert_eq!(case.emulator.calls("UpdateFunctionConfiguration"), 0);
    // Somebody else's image is noticed, and what is asked for comes back.
    let foreign = scf::UpdateFunctionCodeRequest {
        function_name: "hello".to_owned(),
        code: Some(scf::Code {
            image_config: Some(scf::ImageConfig {
                image_type: "personal".to_owned(),
                image_uri: format!("{REPOSITORY}:3"),
                ..scf::ImageConfig::default()
            }),
            ..scf::Code::default()
        }),
        ..scf::UpdateFunctionCodeRequest::default()
    };
    case.cloud().call(&foreign).unwrap();
    assert_eq!(case.plan(&second).action(FUNCTION), "update");
    case.apply(&second);
    let full = found(&case).image_config.unwrap().image_uri;
    case.apply(&second.replace(&format!("{REPOSITORY}:2"), &full));
    case.import(FUNCTION, "default+hello", &[]);
    assert_eq!(case.plan(&web("")).action(FUNCTION), "replace", "a package is another function");
    case.finish();
}

#[test]
fn a_function_of_an_image_is_published() {
    let case = case();
    let published = |tag: &str| {
        let image = image(&format!("{REPOSITORY}:{tag}"), "");
        image.replace("func_type = \"HTTP\"", "func_type = \"HTTP\"\n  publish   = true")
    };
    for (tag, version) in [("1", "1"), ("2", "2")] {
        case.apply(&published(tag));
        assert_eq!(case.state(FUNCTION)["version"], version);
    }
    case.finish();
}

#[test]
fn r93_r391_r393_what_is_wrong_about_an_image_is_refused_at_plan() {
    let case = case();
    let good = format!("{REPOSITORY}:1");
    case.refuse_plan(&image("app:1", ""), &["image_uri", "DOMAIN/NAMESPACE/REPOSITORY"]);
    case.refuse_plan(&image(&good, "image_port = 65536"), &["image_port"]);
    let enterprise = image(&good, "").replace("personal", "enterprise");
    case.refuse_plan(&enterprise, &["Missing registry", "tencentcloudcr.com"]);
    let with = |line: &str| image(&good, "").replace("func_type = \"HTTP\"", line);
    case.refuse_plan(&with("runtime = \"Python3.10\""), &["Runtime of an image"]);
    case.refuse_plan(&with("dns_cache = true"), &["Name cache of an image"]);
    let twice = with("source_dir = \"${path.module}/code\"");
    case.refuse_plan(&twice, &["Code from two places"]);
    let elsewhere = image("jpccr.ccs.tencentyun.com/team/app:1", "");
    case.refuse_apply(&elsewhere, &["Image in another region", "ImageUri"]);
    case.configure("");
    case.finish();
}

#[test]
fn a_fixed_intranet_address_comes_and_goes() {
    let case = Case::new();
    case.write("code/index.py", "def main_handler(event, context):\n    return 'one'\n");
    let function = |rest: &str| {
        format!(
            r#"
resource "tencentcloud_vpc" "a" {{
  name       = "net"
  cidr_block = "10.0.0.0/16"
}}

resource "tencentcloud_subnet" "a" {{
  vpc_id            = tencentcloud_vpc.a.id
  name              = "part"
  cidr_block        = "10.0.1.0/24"
  availability_zone = "ap-guangzhou-3"
}}

resource "tencentcloud_scf_function" "a" {{
  name       = "hello"
  runtime    = "Python3.10"
  handler    = "index.main_handler"
  source_dir = "${{path.module}}/code"
  vpc_id     = tencentcloud_vpc.a.id
  subnet_id  = tencentcloud_subnet.a.id
  {rest}
}}

data "tencentcloud_scf_functions" "all" {{
  name = tencentcloud_scf_function.a.name
}}
"#
        )
    };
    let block =
        |word: &str| function(&format!("intranet_config {{\n    ip_fixed = \"{word}\"\n  }}"));
    case.apply(&function(""));
    assert_eq!(case.state(FUNCTION)["intranet_config"], json!([]));
    case.apply(&block("ENABLE"));
    let address = case.state(FUNCTION)["intranet_config"][0]["ip_address"][0].clone();
    assert!(address.as_str().is_some_and(|it| it.starts_with("10.0.1.")), "{address}");
    let listed = &case.state("data.tencentcloud_scf_functions.all")["functions"][0];
    assert_eq!(listed["intranet_config"][0]["ip_address"][0], address);
    case.import(FUNCTION, "default+hello", &["source_dir"]);
    case.apply(&block("DISABLE"));
    let state = case.state(FUNCTION);
    assert_eq!(state["intranet_config"], json!([{"ip_fixed": "DISABLE", "ip_address": []}]));
    case.apply(&block("ENABLE"));
    case.apply(&function(""));
    assert_eq!(found(&case).intranet_config.ip_fixed, "DISABLE");
    let lonely = block("ENABLE")
        .replace("vpc_id     =", "# vpc_id =")
        .replace("subnet_id  =", "# subnet_id =");
    case.refuse_plan(&lonely, &["Fixed address without a network"]);
    case.configure(&function(""));
    case.finish();
}

#[test]
fn the_example_greets() {
    let case = Case::new();
    let folder =
        std::path::Path::new(env!("CARGO_MANIFEST_DIR")).with_file_name("examples/web-function");
    for file in ["main.tf", "variables.tf", "outputs.tf", "site/scf_bootstrap", "site/server.js"] {
        case.write(file, std::fs::read(folder.join(file)).expect("the example is whole"));
    }
    case.succeed(&["apply", "-auto-approve", "-no-color"]);
    case.expect_no_changes();
    let url = format!(
        "{}/_web/AKIDEMULATOR/ap-guangzhou/default/web-hello/$LATEST/people/you",
        case.emulator.endpoint
    );
    assert_eq!(Emulator::page(&url, None).expect("it answers"), "Hello, you!\n");
    case.finish();
}
