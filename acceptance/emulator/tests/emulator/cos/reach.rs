//! Who reaches a bucket, and what it reaches: logs, origins, domains and policies.

use std::io::{Read, Write};
use std::net::TcpListener;

use serde_json::json;

use super::{Cos, code};
use crate::support::{Server, client};

#[test]
fn accesses_are_logged_every_five_minutes() {
    // A server of its own, for its clock is moved.
    let server = Server::start(&[]);
    let cos = Cos::new(server.client());
    let (name, logs) = (cos.bucket("seen"), cos.bucket("logs"));
    let path = format!("/{name}?logging");
    let status = |target: &str| {
        format!(
            "<BucketLoggingStatus><LoggingEnabled><TargetBucket>{target}</TargetBucket>\
             <TargetPrefix>seen/</TargetPrefix></LoggingEnabled></BucketLoggingStatus>"
        )
    };
    let nowhere = cos.ask("PUT", &path).body(&status("none-1250000000")).send();
    assert_eq!(code(&nowhere).1, "InvalidTargetBucketForLogging");
    assert_eq!(cos.ask("PUT", &path).body(&status(&logs)).send().status, 200);
    assert!(cos.ask("GET", &path).send().body.contains(&logs));
    cos.put(&name, "a b", "text");
    assert_eq!(cos.ask("GET", &format!("/{name}/none")).send().status, 404);
    assert!(cos.list(&logs, "").0.is_empty(), "the time is not over");
    cos.client.console("POST", "clock", &json!({"advance_ms": 300_000}));
    let keys = cos.list(&logs, "").0;
    let [key] = &keys[..] else { panic!("one object of lines: {keys:?}") };
    assert!(key.starts_with("seen/20"), "{key}");
    let lines = cos.text(&logs, key);
    let put = lines.lines().find(|line| line.contains(" PutObject ")).unwrap();
    let fields: Vec<_> = put.split(' ').collect();
    assert_eq!(fields.len(), 30, "{put}");
    assert_eq!(fields[..3], ["1.0", &*name, &*cos.client.region]);
    assert_eq!((fields[6], fields[7]), ("127.0.0.1", &*cos.client.secret_id));
    assert_eq!(fields[11], "%2Fa%20b");
    assert_eq!((fields[12], fields[14]), ("put", "200"));
    let failed = lines.lines().find(|line| line.contains(" NoSuchKey ")).unwrap();
    assert!(failed.contains(" GetObject ") && failed.contains(" 404 "), "{failed}");
    // Switched off, nothing is written any more.
    assert_eq!(cos.ask("PUT", &path).body("<BucketLoggingStatus/>").send().status, 200);
    cos.put(&name, "later", "text");
    cos.client.console("POST", "clock", &json!({"advance_ms": 300_000}));
    let all = cos.list(&logs, "").0;
    assert!(all.iter().all(|key| !cos.text(&logs, key).contains("/later")), "{all:?}");
}

/// An origin that answers so many requests, each with the path that was asked.
fn origin(count: usize) -> (String, std::thread::JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let serve = move || {
        let mut heads = Vec::new();
        for _ in 0..count {
            let (mut stream, _) = listener.accept().unwrap();
            let (mut head, mut buffer) = (String::new(), [0; 4096]);
            while !head.contains("\r\n\r\n") {
                let length = stream.read(&mut buffer).unwrap();
                head.push_str(std::str::from_utf8(&buffer[..length]).unwrap());
            }
            let path = head.split(' ').nth(1).unwrap();
            let (status, body) = match path.contains("none") {
                true => ("404 Not Found", "nothing".to_owned()),
                false => ("200 OK", format!("origin of {path}")),
            };
            let answer = format!(
                "HTTP/1.1 {status}\r\nContent-Type: text/plain\r\nConnection: close\r\n\
                 Content-Length: {}\r\n\r\n{body}",
                body.len()
            );
            stream.write_all(answer.as_bytes()).unwrap();
            heads.push(head);
        }
        heads
    };
    (address, std::thread::spawn(serve))
}

fn origins(rules: &[(&str, &str, &str, &str)]) -> String {
    let rules = rules.iter().enumerate().map(|(index, (kind, prefix, host, more))| {
        format!(
            "<OriginRule><RulePriority>{}</RulePriority><OriginType>{kind}</OriginType>\
             <OriginCondition><HTTPStatusCode>404</HTTPStatusCode><Prefix>{prefix}</Prefix>\
             </OriginCondition><OriginParameter><Protocol>HTTP</Protocol>{more}</OriginParameter>\
             <OriginInfo><HostInfo><HostName>{host}</HostName></HostInfo></OriginInfo></OriginRule>",
            index + 1
        )
    });
    format!("<OriginConfiguration>{}</OriginConfiguration>", rules.collect::<String>())
}

#[test]
fn what_is_missing_comes_from_the_origin() {
    let cos = Cos::new(client());
    let name = cos.bucket("edge");
    let (host, served) = origin(3);
    let headers = "<HttpHeader><NewHttpHeaders><Header><Key>x-from</Key><Value>cos</Value></Header>\
                   </NewHttpHeaders><FollowHttpHeaders><Header><Key>x-trace</Key></Header>\
                   </FollowHttpHeaders></HttpHeader>";
    let rules = origins(&[
        ("Mirror", "m/", &host, headers),
        ("Proxy", "p/", &host, ""),
        ("Redirect", "r/", "www.example.com", "<HttpRedirectCode>301</HttpRedirectCode>"),
        ("Mirror", "far/", "www.example.com", ""),
    ]);
    assert_eq!(cos.ask("PUT", &format!("/{name}?origin")).body(&rules).send().status, 200);
    let get = |key: &str| cos.ask("GET", &format!("/{name}/{key}")).header("x-trace", "7").send();
    let pulled = get("m/a");
    assert_eq!((pulled.status, &*pulled.body), (200, "origin of /m/a"));
    assert!(pulled.head.to_lowercase().contains("content-type: text/plain\r\n"), "{}", pulled.head);
    // The second time it is there.
    assert_eq!(get("m/a").body, "origin of /m/a");
    assert_eq!(code(&get("m/none")), (404, "NoSuchKey".to_owned()));
    let proxied = get("p/a");
    assert_eq!(proxied.status, 302);
    assert!(proxied.head.contains(&format!("http://{host}/p/a\r\n")), "{}", proxied.head);
    assert_eq!(get("p/a").body, "origin of /p/a");
    let sent = get("r/a");
    assert_eq!(sent.status, 301);
    assert!(sent.head.contains("http://www.example.com/r/a\r\n"), "{}", sent.head);
    assert_eq!(code(&get("far/a")), (501, "NotImplemented".to_owned()));
    assert_eq!(code(&get("other")).1, "NoSuchKey");
    let heads = served.join().unwrap();
    let first = heads[0].to_lowercase();
    assert!(first.contains("x-from: cos\r\n") && first.contains("x-trace: 7\r\n"), "{first}");
    assert!(!first.contains("authorization"), "{first}");
    assert_eq!(cos.ask("DELETE", &format!("/{name}?origin")).send().status, 204);
    assert_eq!(code(&get("r/a")).1, "NoSuchKey");
}

#[test]
fn a_bucket_answers_at_its_own_domains() {
    let cos = Cos::new(client());
    let (name, other) = (cos.bucket("domains"), cos.bucket("others"));
    cos.put(&name, "k", "text");
    let domain = format!("files-{}.example.org", cos.app_id);
    let rules = |status: &str| {
        format!(
            "<DomainConfiguration><DomainRule><Status>{status}</Status><Name>{domain}</Name>\
             <Type>REST</Type></DomainRule></DomainConfiguration>"
        )
    };
    let path = format!("/{name}?domain");
    let get = || cos.ask("GET", "/k").at(&domain).send();
    assert_eq!(get().status, 404);
    assert_eq!(code(&cos.ask("GET", &path).send()).0, 404);
    assert_eq!(cos.ask("PUT", &path).body(&rules("ENABLED")).send().status, 200);
    assert_eq!(get().body, "text");
    let taken = cos.ask("PUT", &format!("/{other}?domain")).body(&rules("ENABLED")).send();
    assert_eq!(code(&taken), (409, "RecordAlreadyExist".to_owned()));
    assert_eq!(cos.ask("PUT", &path).body(&rules("DISABLED")).send().status, 200);
    assert_ne!(get().body, "text");
    assert_eq!(cos.ask("DELETE", &path).send().status, 204);
}

#[test]
fn a_policy_lets_others_in_and_keeps_them_out() {
    let (owner, guest) = (Cos::new(client()), Cos::new(client()));
    let name = owner.bucket("shared");
    for key in ["open/a", "open/secret", "closed/a"] {
        owner.put(&name, key, key);
    }
    let path = format!("/{name}?policy");
    let policy = |condition: &serde_json::Value| {
        let anyone = json!({"qcs": ["qcs::cam::anyone:anyone"]});
        let place = |key: &str| format!("qcs::cos:ap-guangzhou:uid/{}:{name}/{key}", owner.app_id);
        json!({"version": "2.0", "Statement": [
            {"Effect": "allow", "Principal": anyone, "Action": ["name/cos:GetObject"],
             "Resource": [place("open/*")], "Condition": condition},
            {"Effect": "deny", "Principal": anyone, "Action": ["name/cos:*"],
             "Resource": [place("open/secret")]},
        ]})
        .to_string()
    };
    assert_eq!(code(&owner.ask("GET", &path).send()), (404, "NoSuchBucketPolicy".to_owned()));
    let conditional = json!({"ip_equal": {"qcs:ip": "10.0.0.0/8"}});
    let refused = owner.ask("PUT", &path).body(&policy(&conditional)).send();
    assert_eq!(code(&refused), (501, "NotImplemented".to_owned()));
    let broken = owner.ask("PUT", &path).body("{}").send();
    assert_eq!(code(&broken), (400, "MalformedPolicy".to_owned()));
    let ask = |key: &str| guest.ask("GET", &format!("/{name}/{key}")).send();
    assert_eq!(code(&ask("open/a")), (403, "AccessDenied".to_owned()));
    assert_eq!(owner.ask("PUT", &path).body(&policy(&json!({}))).send().status, 204);
    assert_eq!(ask("open/a").body, "open/a");
    assert_eq!(code(&ask("open/secret")).1, "AccessDenied");
    assert_eq!(code(&ask("closed/a")).1, "AccessDenied");
    let nobody = guest.client.send(&guest.ask("GET", &format!("/{name}/open/a")).unsigned());
    assert_eq!(nobody.body, "open/a");
    let put = guest.ask("PUT", &format!("/{name}/open/b")).body("x").send();
    assert_eq!(code(&put).1, "AccessDenied");
    assert!(owner.ask("GET", &path).send().body.contains("anyone"));
    assert_eq!(owner.ask("DELETE", &path).send().status, 204);
    assert_eq!(code(&ask("open/a")).1, "AccessDenied");
}

#[test]
fn an_origin_s_own_error_is_passed_on_where_a_rule_says_so() {
    let cos = Cos::new(client());
    let name = cos.bucket("errors");
    let (host, served) = origin(2);
    let rules = origins(&[
        ("Mirror", "open/", &host, "<TransparentErrorCode>true</TransparentErrorCode>"),
        ("Mirror", "own/", &host, "<TransparentErrorCode>false</TransparentErrorCode>"),
    ]);
    assert_eq!(cos.ask("PUT", &format!("/{name}?origin")).body(&rules).send().status, 200);
    let get = |key: &str| cos.ask("GET", &format!("/{name}/{key}")).send();
    let passed = get("open/none");
    assert_eq!((passed.status, &*passed.body), (404, "nothing"));
    assert_eq!(code(&get("own/none")), (404, "NoSuchKey".to_owned()));
    assert_eq!(served.join().unwrap().len(), 2);
    assert!(cos.list(&name, "").0.is_empty(), "an error is not kept");
}

#[test]
fn a_policy_for_every_resource_needs_no_name() {
    let (owner, guest) = (Cos::new(client()), Cos::new(client()));
    let name = owner.bucket("star");
    owner.put(&name, "k", "text");
    let ask = |method| guest.ask(method, &format!("/{name}/k")).send();
    assert_eq!(code(&ask("GET")).1, "AccessDenied");
    let statement = json!({"Effect": "allow", "Principal": {"qcs": ["*"]},
                           "Action": ["name/cos:GetObject"], "Resource": "*"});
    let policy = json!({"version": "2.0", "Statement": [statement]}).to_string();
    assert_eq!(owner.ask("PUT", &format!("/{name}?policy")).body(&policy).send().status, 204);
    assert_eq!(ask("GET").body, "text");
    assert_eq!(code(&ask("DELETE")).1, "AccessDenied");
}
