//! What changes between plan and apply is never applied unseen.

use acceptance::Case;

use super::cos::code::package;
use super::cos::{NAME, bucket, put};
use super::trigger::{self, TRIGGER};

/// Applies the plan that was made last, which must be refused with `words`.
#[track_caller]
fn refuse_to_apply(case: &Case, words: &[&str]) {
    let said = case.run(&["apply", "-no-color", "plan"]);
    assert_ne!(said.code, 0, "{}", said.out);
    let text = said.text().split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words.iter().all(|word| text.contains(word)), "{text}");
}

#[test]
fn an_object_whose_file_has_changed_is_not_put() {
    let case = Case::new();
    case.apply(&bucket(""));
    case.write("content.txt", "one");
    let object = format!(
        "{}resource \"tencentcloud_cos_bucket_object\" \"a\" {{\n  bucket = tencentcloud_cos_bucket.a.id\n  key = \"a\"\n  \
         source = \"content.txt\"\n}}\n",
        bucket("")
    );
    case.plan(&object);
    case.write("content.txt", "two");
    refuse_to_apply(&case, &["The content has changed since the plan", "plan again to review it"]);
    assert_eq!(case.emulator.calls("PutObject"), 0);
    case.apply(&object);
    case.finish();
}

#[test]
fn what_was_shown_of_an_object_that_is_gone_holds_up_nothing() {
    let case = Case::new();
    let object = format!(
        "{}resource \"tencentcloud_cos_bucket_object\" \"a\" {{\n  bucket = \
         tencentcloud_cos_bucket.a.id\n  key = \"a\"\n  source = \"content.txt\"\n}}\n",
        bucket("")
    );
    case.write("content.txt", "one");
    case.apply(&object);
    case.succeed(&["destroy", "-auto-approve", "-no-color"]);
    // The bucket's id is not known while this is planned.
    case.write("content.txt", "two");
    case.apply(&object);
    case.finish();
}

#[test]
fn what_was_shown_of_a_function_that_is_gone_holds_up_nothing() {
    let case = Case::new();
    let function = r#"
resource "tencentcloud_scf_namespace" "a" {
  namespace = "team"
}
resource "tencentcloud_scf_function" "a" {
  name        = "hello"
  namespace   = tencentcloud_scf_namespace.a.id
  runtime     = "Python3.10"
  handler     = "index.main_handler"
  source_file = "index.py"
}
"#;
    case.write("index.py", "def main_handler(event, context):\n    return 'one'\n");
    case.apply(function);
    case.succeed(&["destroy", "-auto-approve", "-no-color"]);
    case.write("index.py", "def main_handler(event, context):\n    return 'two'\n");
    case.apply(function);
    case.finish();
}

#[test]
fn r94_code_whose_object_has_changed_is_not_taken() {
    let case = Case::new();
    case.apply(&bucket("force_clean = true"));
    put(&case, "code.zip", package("one"));
    let function = |memory: u32| {
        format!(
            r#"{}
resource "tencentcloud_scf_function" "a" {{
  name            = "hello"
  runtime         = "Python3.10"
  handler         = "index.main_handler"
  mem_size        = {memory}
  cos_bucket_name = "{NAME}"
  cos_object_name = "code.zip"
}}
"#,
            bucket("force_clean = true")
        )
    };
    case.apply(&function(128));
    put(&case, "code.zip", package("two"));
    case.plan(&function(128));
    put(&case, "code.zip", package("three"));
    refuse_to_apply(&case, &["The code has changed since the plan", "cos_object_name", "ETag"]);
    case.apply(&function(128));
    case.finish();
}

#[test]
fn a_trigger_that_is_gone_is_told_of() {
    let case = trigger::case();
    let timer = |cron: &str| {
        trigger::trigger("timer", &format!("trigger_name = \"daily\"\n  trigger_desc = \"{cron}\""))
    };
    case.apply(&timer("0 0 8 * * * *"));
    assert_eq!(case.plan(&timer("0 0 9 * * * *")).action(TRIGGER), "update");
    trigger::delete(&case, &trigger::found(&case)[0]);
    refuse_to_apply(&case, &["The trigger is gone", "deleted since the plan was made"]);
    case.apply(&timer("0 0 9 * * * *"));
    case.finish();
}

#[test]
fn a_result_that_cannot_be_saved_is_told_of() {
    let case = Case::new();
    let data = "data \"tencentcloud_scf_namespaces\" \"a\" {\n  result_output_file = \"no/such/folder.json\"\n}\n";
    case.refuse_plan(data, &["the result was not saved", "Cannot write no/such/folder.json"]);
}
