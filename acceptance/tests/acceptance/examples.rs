//! Every example is applied, planned empty, and destroyed.

use std::fs;
use std::path::{Path, PathBuf};

use acceptance::{Case, Cli};

fn examples() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the repository");
    root.join("examples")
}

/// Copies an example into a case.
fn copy(from: &Path, case: &Case, below: &str) {
    for entry in fs::read_dir(from).expect("an example is a folder").flatten() {
        let name = format!("{below}{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            copy(&entry.path(), case, &format!("{name}/"));
        } else {
            case.write(&name, fs::read(entry.path()).expect("an example can be read"));
        }
    }
}

fn apply_all(kind: &str) {
    let folders = fs::read_dir(examples().join(kind)).expect("there are examples").flatten();
    let folders: Vec<PathBuf> = folders.map(|entry| entry.path()).collect();
    assert!(!folders.is_empty());
    for folder in folders {
        let case = Case::new();
        copy(&folder, &case, "");
        case.configure("");
        let said = case.run(&["apply", "-auto-approve", "-no-color"]);
        assert_eq!(said.code, 0, "{}: {}", folder.display(), said.err);
        case.expect_no_changes();
        case.finish();
    }
}

#[test]
fn every_resource_s_example_works() {
    apply_all("resources");
}

#[test]
fn every_data_source_s_example_works() {
    apply_all("data-sources");
}

#[test]
fn examples_are_formatted() {
    let terraform = Cli::terraform();
    let settings = tempfile::NamedTempFile::new().expect("a temporary file");
    let mut command = terraform.command(&examples(), settings.path());
    let output = command.args(["fmt", "-check", "-recursive", "-diff"]).output().expect("it runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}

#[test]
fn hello_clb_answers_with_its_page() {
    for cli in Cli::all() {
        let case = Case::with(cli, &[]);
        copy(&examples().join("hello-clb"), &case, "");
        case.write("port.auto.tfvars", "port = 8080\n");
        case.succeed(&["apply", "-auto-approve", "-no-color"]);
        case.expect_no_changes();
        let output = |name: &str| case.succeed(&["output", "-raw", name]).out;
        let (balancer, address) = (output("load_balancer_id"), output("address"));
        let domain = Some("www.example.com");
        let page = acceptance::Emulator::page(&format!("http://{address}:8080/hello"), domain);
        assert!(page.expect("the load balancer answers").contains("<h1>Hello CLB</h1>"));
        let url = format!("{}/_clb/{balancer}/8080/hello", case.emulator.endpoint);
        let page = acceptance::Emulator::page(&url, domain).expect("the local cloud answers");
        assert!(page.contains("<h1>Hello CLB</h1>"));
        case.finish();
    }
}
