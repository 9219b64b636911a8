//! Ids that cannot be imported.

use std::fmt::Write;

use acceptance::Case;

/// Types, ids of another form, and what is said of them.
const IDS: &[(&str, &str, &str)] = &[
    ("scf_function", "hello", "Expected NAMESPACE+NAME"),
    ("scf_function_version", "hello#1", "Expected FUNCTION#NAMESPACE#VERSION"),
    ("scf_function_alias", "default#hello#", "Expected NAMESPACE#FUNCTION#ALIAS"),
    ("scf_layer", "lib", "Expected NAME#VERSION"),
    ("scf_layer", "lib#one", "Expected NAME#VERSION"),
    ("scf_trigger", "hello#daily", "Expected FUNCTION#NAMESPACE#TRIGGER"),
    ("scf_trigger_config", "hello#default", "Expected FUNCTION#NAMESPACE#TRIGGER"),
    ("scf_provisioned_concurrency_config", "hello#default#1#2", "Expected FUNCTION#VERSION"),
    ("scf_reserved_concurrency_config", "default", "Expected NAMESPACE#FUNCTION"),
    ("scf_function_event_invoke_config", "hello", "Expected FUNCTION#NAMESPACE"),
    ("scf_custom_domain", "no domain", "got \"no domain\""),
    ("cfs_access_rule", "rule-1", "Expected GROUP#RULE"),
    ("clb_listener", "lbl-1", "Expected LB#LISTENER"),
    ("clb_listener_rule", "lb-1#lbl-1", "Expected LB#LISTENER#RULE"),
    ("clb_function_targets_attachment", "lb-1#lbl-1", "Expected LB#LISTENER"),
    ("cls_topic", "topic#2", "Expected TOPIC, TOPIC#0 or TOPIC#1"),
    ("cos_bucket", "Files", "not an id of this resource"),
    ("cos_bucket_object", "files-1250000000", "Expected BUCKET/KEY"),
];

#[test]
fn an_id_of_another_form_is_refused_with_the_form_that_is_expected() {
    let case = Case::new();
    let blocks = IDS.iter().enumerate().fold(String::new(), |mut text, (number, (kind, id, _))| {
        let to = format!("tencentcloud_{kind}.n{number}");
        writeln!(text, "import {{\n  to = {to}\n  id = {id:?}\n}}").unwrap();
        text
    });
    case.configure(&blocks);
    let said = case.run(&["plan", "-no-color", "-generate-config-out=made.tf"]);
    assert_ne!(said.code, 0);
    let text = said.text().split_whitespace().collect::<Vec<_>>().join(" ");
    for (kind, id, words) in IDS {
        assert!(text.contains(words), "{kind} {id}: {words} is missing in {text}");
    }
}
