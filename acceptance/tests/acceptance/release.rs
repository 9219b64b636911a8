//! What a release needs beside the program.

use acceptance::Case;

#[test]
fn the_schema_that_terraform_sees_is_complete() {
    let case = Case::new();
    case.configure("");
    let said = case.succeed(&["providers", "schema", "-json"]);
    let schema = acceptance::cli::json(&said);
    let provider = &schema["provider_schemas"]["registry.terraform.io/scf-rs/tencentcloud"];
    let resources = provider["resource_schemas"].as_object().expect("there are resources");
    assert!(resources.contains_key("tencentcloud_scf_function"));
    for (name, schema) in resources {
        let attributes = schema["block"]["attributes"].as_object().expect("there are attributes");
        for (attribute, of) in attributes {
            let described = of["description"].as_str().is_some_and(|text| !text.is_empty());
            assert!(described, "{name}.{attribute} has no description");
        }
    }
}
