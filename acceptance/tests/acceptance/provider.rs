//! The provider block, and what is said when the cloud cannot be used.

use acceptance::Case;
use acceptance::cli::Said;

const NETWORK: &str = "resource \"tencentcloud_vpc\" \"a\" {\n  name       = \"a\"\n  cidr_block = \"10.0.0.0/16\"\n}\n";

/// Plans, with some variables changed or (empty) removed.
fn plan_with(case: &Case, variables: &[(&str, &str)]) -> Said {
    let mut command = case.command();
    for (name, value) in variables {
        match *value {
            "" => command.env_remove(name),
            value => command.env(name, value),
        };
    }
    command
        .args(["plan", "-no-color", "-refresh=true"])
        .output()
        .expect("the tool can be run")
        .into()
}

fn expect(said: &Said, words: &[&str]) {
    assert_ne!(said.code, 0, "{}", said.out);
    for word in words {
        assert!(said.text().contains(word), "{word:?} is missing in {}", said.err);
    }
    let errors = said.err.matches("Error: ").count();
    assert_eq!(errors, 1, "one problem, one diagnostic: {}", said.err);
}

#[test]
fn missing_credentials_are_one_clear_error() {
    let case = Case::new();
    case.configure(&format!("provider \"tencentcloud\" {{}}\n{NETWORK}"));
    let home = ("HOME", case.folder().to_str().unwrap());
    let none = [("TENCENTCLOUD_SECRET_ID", ""), ("TENCENTCLOUD_SECRET_KEY", ""), home];
    expect(&plan_with(&case, &none), &["no credentials", "TENCENTCLOUD_SECRET_ID", "exec --"]);
}

#[test]
fn wrong_credentials_are_one_clear_error() {
    let case = Case::new();
    case.apply(NETWORK);
    let wrong = [("TENCENTCLOUD_SECRET_KEY", "wrong-key-of-somebody")];
    let said = plan_with(&case, &wrong);
    expect(&said, &["AuthFailure.SignatureFailure", "request id", "secret"]);
    assert!(!said.text().contains("wrong-key"), "secrets never appear");
    let nobody = [("TENCENTCLOUD_SECRET_ID", "AKIDNOBODY")];
    expect(&plan_with(&case, &nobody), &["AuthFailure.SecretIdNotFound"]);
    // An error while reading is not absence.
    case.expect_no_changes();
    case.finish();
}

#[test]
fn an_endpoint_that_does_not_answer_is_one_clear_error() {
    let case = Case::new();
    case.apply(NETWORK);
    let dead = [("TENCENTCLOUD_ENDPOINT", "http://127.0.0.1:9")];
    expect(&plan_with(&case, &dead), &["Tencent Cloud was not reached", "127.0.0.1:9"]);
    case.expect_no_changes();
    case.finish();
}

#[test]
fn an_unknown_region_is_one_clear_error() {
    let case = Case::new();
    case.configure(&format!(
        "provider \"tencentcloud\" {{\n  region = \"Guangzhou\"\n}}\n{NETWORK}"
    ));
    expect(&case.run(&["plan", "-no-color"]), &["Expected a region such as \"ap-guangzhou\""]);
    case.configure(&format!(
        "provider \"tencentcloud\" {{\n  region = \"ap-atlantis\"\n}}\n{NETWORK}"
    ));
    expect(&case.run(&["apply", "-no-color", "-auto-approve"]), &["UnsupportedRegion"]);
}

#[test]
fn a_clock_that_is_wrong_is_one_clear_error() {
    let case = Case::new();
    case.apply(NETWORK);
    case.emulator.ask("clock", &serde_json::json!({ "skew_ms": 3_600_000 }));
    let said = plan_with(&case, &[]);
    expect(&said, &["AuthFailure.SignatureExpire", "clock"]);
    case.emulator.ask("clock", &serde_json::json!({ "skew_ms": 0 }));
    case.finish();
}

#[test]
fn configuring_the_provider_calls_nothing() {
    let case = Case::new();
    case.configure("provider \"tencentcloud\" {}\n");
    case.succeed(&["plan", "-no-color"]);
    case.configure(NETWORK);
    case.succeed(&["plan", "-no-color"]);
    let requests = case.emulator.tell("requests");
    assert_eq!(requests["entries"].as_array().map(Vec::len), Some(0), "{requests}");
}

#[test]
fn keys_may_come_from_the_block_and_from_a_profile() {
    let case = Case::new();
    let block = format!(
        "provider \"tencentcloud\" {{\n  endpoint   = \"{}\"\n  secret_id  = \"AKIDEMULATOR\"\n  secret_key = \"emulator-secret-key\"\n  region     = \"ap-shanghai\"\n}}\n{NETWORK}",
        case.emulator.endpoint
    );
    case.configure(&block);
    let without = [
        ("TENCENTCLOUD_ENDPOINT", ""),
        ("TENCENTCLOUD_SECRET_ID", ""),
        ("TENCENTCLOUD_SECRET_KEY", ""),
        ("TENCENTCLOUD_REGION", ""),
    ];
    assert_eq!(plan_with(&case, &without).code, 0);
    case.write(
        "profiles/work.credential",
        r#"{"secretId": "AKIDEMULATOR", "secretKey": "emulator-secret-key"}"#,
    );
    case.write("profiles/work.configure", r#"{"_sys_param": {"region": "ap-beijing"}}"#);
    let profile = format!(
        "provider \"tencentcloud\" {{\n  endpoint               = \"{}\"\n  profile                = \"work\"\n  shared_credentials_dir = \"{}/profiles\"\n}}\n{NETWORK}",
        case.emulator.endpoint,
        case.folder().display()
    );
    case.configure(&profile);
    let mut command = case.command();
    for (name, _) in without {
        command.env_remove(name);
    }
    let said: Said = command.args(["apply", "-no-color", "-auto-approve"]).output().unwrap().into();
    assert_eq!(said.code, 0, "{}", said.err);
    let entries = case.emulator.tell("requests");
    assert_eq!(entries["entries"][0]["region"], "ap-beijing");
}

#[test]
fn secrets_and_code_stay_out_of_the_log() {
    let case = Case::new();
    case.write("code/index.py", "def main_handler(event, context):\n    return 'unmistakable'\n");
    case.configure(
        "resource \"tencentcloud_scf_function\" \"a\" {\n  name        = \"hello\"\n  runtime     = \"Python3.10\"\n  handler     = \"index.main_handler\"\n  source_dir  = \"code\"\n  environment = { PASSWORD = \"open-sesame\" }\n}\n",
    );
    let mut command = case.command();
    command.args(["apply", "-auto-approve", "-no-color"]).env("TF_LOG_PROVIDER", "TRACE");
    let said: Said = command.output().expect("the tool can be run").into();
    assert_eq!(said.code, 0, "{}", said.err);
    assert!(said.err.contains("CreateFunction"), "the log says what was called");
    // "UEsD" begins every zip archive in base64.
    for secret in ["emulator-secret-key", "open-sesame", "UEsD"] {
        assert!(!said.err.contains(secret), "{secret} is in the log");
    }
    case.finish();
}
