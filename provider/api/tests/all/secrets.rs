//! Nothing that is told or logged shows a secret.

use std::io::Write;
use std::sync::{Arc, Mutex};

use serde_json::json;
use tencentcloud_api::scf::{self, Code, CreateFunctionRequest, Environment, Variable};
use tencentcloud_api::{Client, Config, Credential};
use tracing_subscriber::fmt::MakeWriter;

use crate::alone;
use crate::server::{Reply, Server, config};

const SECRETS: [&str; 5] =
    ["AKIDEXAMPLE", "SECRETEXAMPLE", "TOKENEXAMPLE", "hunter2", "UEsDBBQAAAAIAA"];

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Log {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

fn request() -> CreateFunctionRequest {
    let variable = Variable { key: "PASSWORD".into(), value: "hunter2".into() };
    CreateFunctionRequest {
        function_name: "hello".into(),
        code: Code { zip_file: Some("UEsDBBQAAAAIAA".into()), ..Default::default() },
        environment: Some(Environment { variables: vec![variable] }),
        ..Default::default()
    }
}

fn client(server: &Server) -> Client {
    let config = config(&server.url);
    let credential =
        Credential { token: Some("TOKENEXAMPLE".into()), ..config.credential.clone().unwrap() };
    Client::new(Config { credential: Some(credential), ..config })
}

fn assert_clean(text: &str) {
    for secret in SECRETS {
        assert!(!text.contains(secret), "{secret} is in:\n{text}");
    }
}

/// Alone, because what is logged is decided once for a whole process.
#[tokio::test]
async fn the_most_verbose_log_hides_them_and_tells_the_rest() {
    if !alone::inside() {
        let name = "secrets::the_most_verbose_log_hides_them_and_tells_the_rest";
        return alone::run(name, &[]).await;
    }
    let log = Log::default();
    tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(log.clone())
        .with_ansi(false)
        .init();
    let echo = json!({ "Environment": { "Variables": [{ "Key": "A", "Value": "hunter2" }] } });
    let throttled = Reply::Refused("RequestLimitExceeded", "slow down");
    let server = Server::replying([throttled, Reply::Done(echo)]).await;
    scf::create_function(&client(&server), &request()).await.unwrap();
    let text = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert_clean(&text);
    for told in [
        "action=\"CreateFunction\"",
        "region=ap-guangzhou",
        "attempt=1",
        "attempt=2",
        "ms=",
        "code=\"RequestLimitExceeded\"",
        "request_id=\"request-2\"",
        "\"FunctionName\":\"hello\"",
        "\"PASSWORD\"",
        "response",
    ] {
        assert!(text.contains(told), "{told} is not in:\n{text}");
    }
}

#[tokio::test]
async fn an_error_that_repeats_them_is_cleaned() {
    let message = "hunter2 and UEsDBBQAAAAIAA are no good for SECRETEXAMPLE (TOKENEXAMPLE)";
    let server = Server::replying([Reply::Refused("InvalidParameterValue", message)]).await;
    let error = scf::create_function(&client(&server), &request()).await.unwrap_err();
    assert_clean(&format!("{error} {error:?} {}", error.advice()));
    assert!(error.to_string().contains("are no good for"), "{error}");
}

#[tokio::test]
async fn debug_output_of_requests_and_clients_hides_them() {
    let server = Server::replying([Reply::Silent]).await;
    assert_clean(&format!("{:#?} {:#?}", request(), client(&server)));
}
