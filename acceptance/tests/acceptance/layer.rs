//! Layers, and functions that are bound to them.

use acceptance::Case;
use serde_json::{Value as Json, json};
use tencentcloud_api::scf;

const LAYER: &str = "tencentcloud_scf_layer.a";
const FUNCTION: &str = "tencentcloud_scf_function.a";

/// A layer for Python whose content is the folder `libraries`.
fn layer(rest: &str) -> String {
    format!(
        r#"
resource "tencentcloud_scf_layer" "a" {{
  layer_name          = "libraries"
  compatible_runtimes = ["Python3.10", "Python3.9"]
  source_dir          = "libraries"
  {rest}
}}
"#
    )
}

/// A function that says who its layers are.
fn function(layers: &str) -> String {
    format!(
        r#"
resource "tencentcloud_scf_function" "a" {{
  name       = "hello"
  runtime    = "Python3.10"
  handler    = "index.main_handler"
  source_dir = "code"
  {layers}
}}
"#
    )
}

const BOUND: &str = r#"
  layers {
    layer_name    = tencentcloud_scf_layer.a.layer_name
    layer_version = tencentcloud_scf_layer.a.layer_version
  }
"#;

fn block(name: &str, version: u32) -> String {
    format!("layers {{\n    layer_name    = {name:?}\n    layer_version = {version}\n  }}\n  ")
}

fn case() -> Case {
    let case = Case::new();
    case.write("libraries/who.py", "WHO = 'one'\n");
    let code = "import who\n\ndef main_handler(event, context):\n    return who.WHO\n";
    case.write("code/index.py", code);
    case
}

fn invoke(case: &Case) -> String {
    let request =
        scf::InvokeRequest { function_name: "hello".to_owned(), ..scf::InvokeRequest::default() };
    case.cloud()
        .call(&request)
        .expect("the function can be called")
        .result
        .ret_msg
        .expose()
        .to_owned()
}

/// The numbers of the layer's versions in the cloud.
fn versions(case: &Case) -> Vec<i64> {
    let request = scf::ListLayerVersionsRequest {
        layer_name: "libraries".to_owned(),
        compatible_runtime: None,
    };
    let found = case.cloud().call(&request).expect("the layers can be listed").layer_versions;
    found.into_iter().map(|version| version.layer_version).collect()
}

fn delete(case: &Case, number: i64) {
    let request = scf::DeleteLayerVersionRequest {
        layer_name: "libraries".to_owned(),
        layer_version: number,
    };
    case.cloud().call(&request).expect("the cloud does it");
}

#[test]
fn a_change_of_content_publishes_a_version_that_functions_follow() {
    let case = case();
    let both = layer("") + &function(BOUND);
    case.apply(&both);
    assert_eq!(case.state(LAYER)["id"], "libraries#1");
    assert_eq!(invoke(&case), "\"one\"");
    case.write("libraries/who.py", "WHO = 'two'\n");
    let plan = case.plan(&both);
    assert_eq!((plan.action(LAYER), plan.action(FUNCTION)), ("replace", "update"));
    assert_eq!(plan.change(LAYER)["replace_paths"], json!([["content_sha256"]]));
    assert!(plan.changed(FUNCTION).contains(&"layers".to_owned()));
    case.apply(&both);
    assert_eq!((versions(&case), invoke(&case)), (vec![2], "\"two\"".to_owned()));
    assert_eq!(case.emulator.calls("UpdateFunctionCode"), 0);
    case.finish();
}

#[test]
fn everything_that_is_published_makes_a_version() {
    let case = case();
    case.apply(&layer(""));
    let mut full = layer("description = \"shared\"\n  license_info = \"MIT\"");
    for change in ["Python3.9", "Python3.7"] {
        full = full.replace("Python3.9", change);
        assert_eq!(case.plan(&full).action(LAYER), "replace");
        case.apply(&full);
    }
    assert_eq!(versions(&case), [3]);
    let state = case.state(LAYER);
    assert_eq!((&state["description"], &state["status"]), (&json!("shared"), &json!("Active")));
    assert_eq!(state["code_sha_256"], state["content_sha256"]);
    case.import(LAYER, "libraries#3", &["source_dir"]);
    assert_eq!(case.plan(&full).action(LAYER), "update");
    case.apply(&full);
    assert_eq!(case.emulator.calls("PublishLayerVersion"), 3, "an import publishes nothing");
    case.finish();
}

#[test]
fn the_same_content_from_elsewhere_is_no_new_version() {
    let case = case();
    case.apply(&layer(""));
    case.write("moved/who.py", "WHO = 'one'\n");
    let moved = layer("").replace("\"libraries\"\n  \n", "\"moved\"\n");
    let plan = case.plan(&moved);
    assert_eq!(
        (plan.action(LAYER), plan.changed(LAYER)),
        ("update", vec!["source_dir".to_owned()])
    );
    case.apply(&moved);
    // A zip package with other bytes is another content.
    let script = "import zipfile\nz = zipfile.ZipFile('layer.zip', 'w')\nz.write('libraries/who.py', 'who.py')\nz.close()";
    let mut python = std::process::Command::new("python3");
    python.args(["-c", script]).current_dir(case.folder()).status().unwrap();
    let zip = moved
        .replace("source_dir          = \"moved\"", "content {\n    zip_file = \"layer.zip\"\n  }");
    assert_ne!(zip, moved);
    case.apply(&zip);
    assert_eq!(versions(&case), [2]);
    case.finish();
}

#[test]
fn an_old_version_is_kept_where_it_is_asked_for() {
    let case = case();
    let kept = layer("skip_destroy = true");
    case.apply(&layer(""));
    assert_eq!(case.plan(&kept).changed(LAYER), ["skip_destroy"]);
    case.apply(&kept);
    case.write("libraries/who.py", "WHO = 'two'\n");
    case.apply(&kept);
    assert_eq!(versions(&case), [2, 1]);
    case.succeed(&["destroy", "-auto-approve", "-no-color"]);
    assert_eq!(versions(&case), [2, 1]);
}

#[test]
fn a_version_that_vanished_is_published_again() {
    let case = case();
    let both = layer("") + &function(BOUND);
    case.apply(&both);
    delete(&case, 1);
    assert_eq!(invoke(&case), "\"one\"", "the function keeps what it is bound to");
    assert_eq!(case.plan(&both).action(LAYER), "create");
    case.apply(&both);
    assert_eq!(versions(&case), [2]);
    delete(&case, 2);
    // Deleting what is gone is a success.
    case.succeed(&["destroy", "-auto-approve", "-no-color", "-refresh=false"]);
    case.finish();
}

#[test]
fn a_lost_answer_makes_no_second_version_and_a_failed_one_is_replaced() {
    let case = case();
    let fault = |effect: Json, when: &str| {
        case.fault(&json!({ "action": "PublishLayerVersion", "when": when, "effect": effect }));
    };
    fault(json!({ "type": "drop" }), "after");
    case.apply(&layer(""));
    assert_eq!(versions(&case), [1]);
    case.write("libraries/who.py", "WHO = 'two'\n");
    fault(json!({ "type": "outcome" }), "before");
    case.refuse_apply(&layer(""), &["PublishFailed", "libraries"]);
    assert!(case.is_tainted(LAYER));
    case.apply(&layer(""));
    assert_eq!(versions(&case), [3]);
    case.finish();
}

#[test]
fn r353_layers_have_an_order_and_change_in_place() {
    let case = case();
    case.write("others/who.py", "WHO = 'other'\n");
    let layers =
        layer("") + &layer("").replace("libraries\"", "others\"").replace("\"a\"", "\"b\"");
    let bound = |blocks: &str| {
        let depends = "depends_on = [tencentcloud_scf_layer.a, tencentcloud_scf_layer.b]\n  ";
        layers.clone() + &function(&format!("{depends}{blocks}"))
    };
    case.apply(&bound(&(block("libraries", 1) + &block("others", 1))));
    assert_eq!(invoke(&case), "\"other\"", "of two files with the same name the later one counts");
    let turned = bound(&(block("others", 1) + &block("libraries", 1)));
    let plan = case.plan(&turned);
    assert_eq!(plan.action(FUNCTION), "update");
    assert_eq!(plan.changed(FUNCTION), ["layers", "modify_time"]);
    case.apply(&turned);
    assert_eq!(invoke(&case), "\"one\"");
    case.import(FUNCTION, "default+hello", &["source_dir"]);
    case.apply(&bound(""));
    assert!(invoke(&case).contains("No module named"), "no layers are left");
    case.finish();
}

#[test]
fn layers_changed_by_somebody_else_are_noticed() {
    let case = case();
    let both = layer("") + &function(BOUND);
    case.apply(&both);
    let request = scf::UpdateFunctionConfigurationRequest {
        function_name: "hello".to_owned(),
        layers: Some(vec![scf::LayerVersionSimple::default()]),
        ..scf::UpdateFunctionConfigurationRequest::default()
    };
    case.cloud().call(&request).unwrap();
    let plan = case.plan(&both);
    assert!(plan.changed(FUNCTION).contains(&"layers".to_owned()));
    case.apply(&both);
    assert_eq!(invoke(&case), "\"one\"");
    case.finish();
}

#[test]
fn r40_r352_a_function_has_at_most_five_layers_by_version() {
    let case = case();
    let six: String = (1..=6).map(|version| block("libraries", version)).collect();
    case.refuse_plan(&function(&six), &["layers"]);
    let none = function("layers {\n    layer_name = \"libraries\"\n  }");
    case.refuse_plan(&none, &["layer_version"]);
    case.refuse_plan(&function(&block("libraries", 0)), &["layer_version"]);
    case.refuse_apply(&function(&block("libraries", 1)), &["ResourceNotFound.Layer"]);
}

#[test]
fn r358_content_comes_from_one_place() {
    let case = case();
    let content = |content: &str| layer(&format!("content {{\n    {content}\n  }}"));
    case.refuse_plan(&content("zip_file = \"x.zip\""), &["Content from two places"]);
    let without = |text: String| text.replace("source_dir          = \"libraries\"", "");
    case.refuse_plan(&without(layer("")), &["No content"]);
    case.refuse_plan(&without(content("")), &["No content"]);
    let gone = without(content("zip_file = \"gone.zip\""));
    case.refuse_plan(&gone, &["No code", "gone.zip"]);
    let half = without(content("cos_bucket_name = \"b\""));
    case.refuse_plan(&half, &["Missing cos_object_name"]);
    let object = |name: &str| {
        without(content(&format!("cos_bucket_name = \"b\"\n    cos_object_name = {name:?}")))
    };
    case.refuse_plan(&object("/layer.tar"), &["ends with .zip or .jar"]);
    // What the cloud does not have is for the cloud to refuse.
    case.refuse_apply(&object("/layer.zip"), &["ResourceNotFound.Cos"]);
}

#[test]
fn r359_a_layer_is_for_one_to_five_runtimes() {
    let case = case();
    let with = |runtimes: &str| layer("").replace(r#"["Python3.10", "Python3.9"]"#, runtimes);
    case.refuse_plan(&with("[]"), &["compatible_runtimes", "1 to 5 runtimes, got 0"]);
    let six = r#"["Python3.10", "Python3.9", "Python3.7", "Python3.6", "Python2.7", "Php7"]"#;
    case.refuse_plan(&with(six), &["compatible_runtimes", "1 to 5 runtimes, got 6"]);
    case.refuse_plan(&with(r#"["Cobol85"]"#), &["Expected a runtime such as"]);
    for name in ["", "1st", "under_", "with space", &"x".repeat(65)] {
        let named = layer("")
            .replace("= \"libraries\"\n  compatible", &format!("= {name:?}\n  compatible"));
        case.refuse_plan(&named, &["Invalid layer_name", "1 to 64 letters"]);
    }
}

#[test]
fn r360_a_layer_for_another_runtime_is_warned_of_while_planning() {
    let case = case();
    case.apply(&layer(""));
    let node = layer("") + &function(&block("libraries", 1)).replace("Python3.10", "Python2.7");
    case.configure(&node);
    let said = case.succeed(&["plan", "-no-color"]);
    assert!(said.text().contains("Layer for another runtime"), "{}", said.out);
    case.refuse_apply(&node, &["InvalidParameterValue.Layers"]);
    case.configure(&layer(""));
    case.finish();
}

#[test]
fn r96_a_layer_is_a_zip_archive_that_stays_what_was_planned() {
    let case = case();
    let zip = layer("content {\n    zip_file = \"layer.zip\"\n  }")
        .replace("source_dir          = \"libraries\"", "");
    case.write("layer.zip", "not a zip");
    case.refuse_plan(&zip, &["is not a zip archive", "zip_file"]);
    case.plan(&layer(""));
    case.write("libraries/who.py", "WHO = 'unseen'\n");
    let said = case.run(&["apply", "-no-color", "plan"]);
    assert!(said.text().contains("The code has changed since the plan"), "{}", said.err);
    assert_eq!(case.emulator.calls("PublishLayerVersion"), 0, "nothing may be sent");
}

#[test]
fn layers_and_their_versions_are_found() {
    let case = case();
    let old = layer("skip_destroy = true");
    case.apply(&old);
    case.write("libraries/who.py", "WHO = 'two'\n");
    let look = r#"
data "tencentcloud_scf_layers" "a" {
  search_key         = "librar"
  compatible_runtime = "Python3.9"
  result_output_file = "layers.json"
  depends_on         = [tencentcloud_scf_layer.a]
}

data "tencentcloud_scf_layer_versions" "a" {
  layer_name         = tencentcloud_scf_layer.a.layer_name
  compatible_runtime = ["Python3.9", "Go1"]
  depends_on         = [tencentcloud_scf_layer.a]
}

data "tencentcloud_scf_layers" "none" {
  compatible_runtime = "Go1"
  depends_on         = [tencentcloud_scf_layer.a]
}
"#;
    case.apply(&(old + look));
    let found = case.state("data.tencentcloud_scf_layers.a")["layers"].clone();
    assert_eq!(found.as_array().map(Vec::len), Some(1));
    assert_eq!(
        (&found[0]["layer_name"], &found[0]["layer_version"]),
        (&json!("libraries"), &json!(2))
    );
    assert_eq!(found[0]["status"], "Active");
    let saved = std::fs::read_to_string(case.folder().join("layers.json")).unwrap();
    assert!(saved.contains("\"libraries\""), "{saved}");
    assert_eq!(case.state("data.tencentcloud_scf_layers.none")["layers"], json!([]));
    let found = case.state("data.tencentcloud_scf_layer_versions.a")["layer_versions"].clone();
    assert_eq!((&found[0]["layer_version"], &found[1]["layer_version"]), (&json!(2), &json!(1)));
}
