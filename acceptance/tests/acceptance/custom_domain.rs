//! Functions under a domain of one's own.

use acceptance::{Case, Emulator};
use serde_json::{Value, json};
use tencentcloud_api::scf;

const DOMAIN: &str = "tencentcloud_scf_custom_domain.a";

fn case() -> Case {
    let case = Case::new();
    case.write("code/index.py", "def main_handler(event, context):\n    return event['path']\n");
    case
}

fn domain(protocol: &str, path: &str, rest: &str) -> String {
    format!(
        r#"
resource "tencentcloud_scf_function" "a" {{
  name       = "hello"
  runtime    = "Python3.10"
  handler    = "index.main_handler"
  source_dir = "${{path.module}}/code"
}}

resource "tencentcloud_scf_custom_domain" "a" {{
  domain   = "www.example.com"
  protocol = "{protocol}"

  endpoints_config {{
    namespace     = "default"
    function_name = tencentcloud_scf_function.a.name
    qualifier     = "$LATEST"
    path_match    = "{path}"

    path_rewrite {{
      path    = "/api/*"
      type    = "WildcardRules"
      rewrite = "/$1"
    }}
  }}
  {rest}
}}
"#
    )
}

fn found(case: &Case) -> scf::CustomDomain {
    let request = scf::GetCustomDomainRequest { domain: "www.example.com".to_owned() };
    case.cloud().call(&request).expect("there is the domain")
}

#[test]
fn a_domain_answers_and_is_changed_in_place() {
    let case = case();
    let plain = domain("HTTP", "/*", "");
    case.apply(&plain);
    assert_eq!(case.state(DOMAIN)["id"], "www.example.com");
    let ask = |path: &str| {
        let url = format!("{}{path}", case.emulator.endpoint);
        Emulator::page(&url, Some("www.example.com")).expect("the domain answers")
    };
    assert_eq!([ask("/api/users"), ask("/x")], ["/users", "/x"]);
    let secure = domain(
        "HTTP&HTTPS",
        "/*",
        "cert_config {\n    certificate_id = \"BxxJ3DK7\"\n  }\n  waf_config {\n    waf_open = \"OPEN\"\n    \
         waf_instance_id = \"waf_1\"\n  }",
    );
    assert_eq!(case.plan(&secure).action(DOMAIN), "update");
    case.apply(&secure);
    assert_eq!(found(&case).waf_config.waf_instance_id, "waf_1");
    case.import(DOMAIN, "www.example.com", &[]);
    case.expect_no_changes();
    case.apply(&plain);
    assert_eq!(found(&case).cert_config.certificate_id, "", "what was taken away is gone");
    assert_eq!(found(&case).waf_config.waf_open, "CLOSE");
    let elsewhere = plain.replace("www.example.com", "api.example.com");
    assert_eq!(case.plan(&elsewhere).action(DOMAIN), "replace");
    // Somebody deletes it.
    let request = scf::DeleteCustomDomainRequest { domain: "www.example.com".to_owned() };
    case.cloud().call(&request).unwrap();
    assert_eq!(case.plan(&plain).action(DOMAIN), "create");
    case.apply(&plain);
    case.finish();
}

#[test]
fn a_lost_answer_makes_no_second_domain() {
    let case = case();
    let fault: Value = json!({ "action": "CreateCustomDomain", "times": 1, "when": "after", "effect": { "type": "drop" } });
    case.fault(&fault);
    case.apply(&domain("HTTP", "/*", ""));
    assert_eq!(case.emulator.calls("CreateCustomDomain"), 1);
    case.finish();
}

#[test]
fn wrong_domains_are_refused_while_planning() {
    let case = case();
    let sound = domain("HTTP", "/*", "");
    for (wrong, words) in [
        (domain("HTTPS", "/*", ""), vec!["HTTPS without a certificate", "cert_config"]),
        (domain("FTP", "/*", ""), vec!["protocol", "HTTP&HTTPS"]),
        (domain("HTTP", "api", ""), vec!["path_match", "/a/*"]),
        (domain("HTTP", "/a*", ""), vec!["path_match", "/a/*"]),
        (sound.replace("www.example.com", "*.example.com"), vec!["domain", "without wildcards"]),
        (sound.replace("WildcardRules", "Rules"), vec!["ExactRules"]),
        (sound.replace("\"/$1\"", "\"$1\""), vec!["rewrite", "/$1"]),
        (
            domain("HTTP", "/*", "waf_config {\n    waf_open = \"OPEN\"\n  }"),
            vec!["Firewall without an id"],
        ),
        (
            domain(
                "HTTP",
                "/*",
                "endpoints_config {\n    namespace = \"default\"\n    function_name = \"b\"\n    \
                 qualifier = \"1\"\n    path_match = \"/*\"\n  }",
            ),
            vec!["The same path twice"],
        ),
    ] {
        case.refuse_plan(&wrong, &words);
    }
}
