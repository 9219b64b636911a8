//! Installing from a server of our own, and everything that can go wrong.

use std::io::{BufRead, BufReader, Cursor};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::PermissionsExt;
use std::thread::JoinHandle;

use zip::write::SimpleFileOptions;

use super::*;

/// A server that gives one answer, and tells the path that it was asked for.
fn server(answer: Vec<u8>) -> (String, JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let asked = std::thread::spawn(move || {
        let (stream, _) = listener.accept().unwrap();
        let path = asked_for(&stream);
        (&stream).write_all(&answer).unwrap();
        path
    });
    (base, asked)
}

fn asked_for(stream: &TcpStream) -> String {
    let mut lines = BufReader::new(stream).lines().map(Result::unwrap);
    let path = lines.next().unwrap().split(' ').nth(1).unwrap().to_owned();
    assert!(lines.any(|line| line.is_empty()), "a request ends with an empty line");
    path
}

fn ok(body: &[u8]) -> Vec<u8> {
    let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", body.len());
    [head.as_bytes(), body].concat()
}

fn archive(name: &str, content: &[u8]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    archive.start_file("LICENSE.txt", SimpleFileOptions::default()).unwrap();
    archive.start_file(name, SimpleFileOptions::default()).unwrap();
    archive.write_all(content).unwrap();
    archive.finish().unwrap().into_inner()
}

fn sum(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Installs from a server that gives `answer`; what came of it, and what was left in the folder.
fn install(answer: Vec<u8>, sha256: &str) -> (Result<Vec<u8>, InstallError>, Vec<String>) {
    let folder = tempfile::tempdir().unwrap();
    let (base, asked) = server(answer);
    let release = Release::at(&base, "linux_amd64", sha256, folder.path());
    assert_eq!(release.installed(), None);
    let outcome = release.install();
    assert_eq!(asked.join().unwrap(), "/terraform/1.11.4/terraform_1.11.4_linux_amd64.zip");
    assert_eq!(release.installed(), outcome.as_ref().ok().cloned());
    let left = std::fs::read_dir(folder.path().join("terraform_1.11.4_linux_amd64")).unwrap();
    let left = left.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    let content = outcome.map(|program| {
        assert_eq!(std::fs::metadata(&program).unwrap().permissions().mode() & 0o777, 0o755);
        std::fs::read(program).unwrap()
    });
    (content, left)
}

/// What an installation that must fail says. Nothing may be left of it.
fn failure(answer: Vec<u8>, sha256: &str) -> String {
    let (outcome, left) = install(answer, sha256);
    assert_eq!(left, Vec::<String>::new());
    outcome.unwrap_err().to_string()
}

#[test]
fn a_release_is_downloaded_checked_and_kept() {
    let archive = archive("terraform", b"a program");
    let (content, left) = install(ok(&archive), &sum(&archive));
    assert_eq!(content.unwrap(), b"a program");
    assert_eq!(left, ["terraform"]);
}

#[test]
fn a_wrong_checksum_is_refused() {
    let archive = archive("terraform", b"another program");
    let said = failure(ok(&archive), &"0".repeat(64));
    assert!(said.contains(&sum(&archive)) && said.contains("thrown away"), "{said}");
}

#[test]
fn a_missing_release_is_an_error_with_its_url() {
    let said = failure(b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n".to_vec(), "");
    assert!(said.contains("linux_amd64.zip: http status: 404"), "{said}");
}

#[test]
fn an_interrupted_download_is_not_kept() {
    let archive = archive("terraform", &[7; 1000]);
    let mut answer = ok(&archive);
    answer.truncate(answer.len() - 10);
    let said = failure(answer, &sum(&archive));
    assert!(said.contains(&format!("broke off after {} bytes", archive.len() - 10)), "{said}");
}

#[test]
fn an_archive_without_the_program_is_refused() {
    let other = archive("tofu", b"a program");
    let said = failure(ok(&other), &sum(&other));
    assert!(said.contains("is not an archive that holds terraform"), "{said}");
    let said = failure(ok(b"<html>"), &sum(b"<html>"));
    assert!(said.contains("is not an archive that holds terraform"), "{said}");
}

#[test]
fn a_server_that_does_not_answer_is_an_error() {
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let release = Release::at(&format!("http://{closed}/"), "linux_amd64", "", folder.path());
    let said = release.install().unwrap_err().to_string();
    assert!(said.contains(&format!("cannot download http://{closed}/terraform/")), "{said}");
}

#[test]
fn a_folder_that_cannot_be_written_is_an_error() {
    let file = NamedTempFile::new().unwrap();
    let release = Release::at("http://localhost", "linux_amd64", "", file.path());
    let said = release.install().unwrap_err().to_string();
    assert!(said.contains("cannot write to") && said.contains("linux_amd64"), "{said}");
}

#[test]
fn every_platform_that_is_promised_is_pinned() {
    for platform in ["linux_amd64", "linux_arm64", "darwin_amd64", "darwin_arm64"] {
        let (_, sum) = SUMS.iter().find(|(name, _)| *name == platform).unwrap();
        assert!(sum.len() == 64 && sum.bytes().all(|byte| byte.is_ascii_hexdigit()), "{sum}");
    }
    assert_eq!(
        Release::pinned(OFFICIAL, Path::new("")).unwrap().url(),
        format!(
            "https://releases.hashicorp.com/terraform/1.11.4/terraform_1.11.4_{}.zip",
            platform()
        )
    );
}

#[test]
fn a_server_that_the_machine_does_not_trust_is_refused() {
    let own = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let key = rustls::pki_types::PrivateKeyDer::Pkcs8(own.signing_key.serialize_der().into());
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![own.cert.der().clone()], key)
        .unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("https://localhost:{}", listener.local_addr().unwrap().port());
    let serving = std::thread::spawn(move || {
        let mut stream = listener.accept().unwrap().0;
        let mut tls = rustls::ServerConnection::new(Arc::new(config)).unwrap();
        tls.complete_io(&mut stream).unwrap_err().to_string()
    });
    let folder = tempfile::tempdir().unwrap();
    let release = Release::at(&base, "linux_amd64", "", folder.path());
    let said = release.install().unwrap_err().to_string();
    assert!(said.contains("cannot download https://") && said.contains("certificate"), "{said}");
    serving.join().unwrap();
}
