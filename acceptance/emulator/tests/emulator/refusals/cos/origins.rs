//! Origins: rules that say nothing sound, and origins that do not answer.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::thread::{JoinHandle, spawn};

use super::{all, documents};
use crate::cos::{Cos, code};
use crate::support::client;

const HOST: &str = "<HostInfo><HostName>www.example.com</HostName></HostInfo>";

fn rule(kind: &str, condition: &str, parameter: &str, info: &str) -> String {
    format!(
        "<OriginRule><RulePriority>1</RulePriority><OriginType>{kind}</OriginType>\
         <OriginCondition>{condition}</OriginCondition>\
         <OriginParameter>{parameter}</OriginParameter><OriginInfo>{info}</OriginInfo>\
         </OriginRule>"
    )
}

fn of(rules: &str) -> String {
    format!("<OriginConfiguration>{rules}</OriginConfiguration>")
}

#[test]
fn rules_of_origins_are_sound() {
    let cos = Cos::new(client());
    let name = cos.bucket("edge");
    let when = |kind: &str, code: &str| {
        of(&rule(kind, &format!("<HTTPStatusCode>{code}</HTTPStatusCode>"), "", HOST))
    };
    let how = |parameter: &str| of(&rule("Redirect", "", parameter, HOST));
    let at = |info: &str| of(&rule("Mirror", "", "", info));
    let path = "<HostInfo><HostName>a.example.com/b</HostName></HostInfo>";
    let private = "<HostInfo><HostName>a.example.com</HostName><PrivateHost/></HostInfo>";
    let moved = format!("{HOST}<FileInfo><Prefix>a/</Prefix></FileInfo>");
    let (argument, unknown) = ("InvalidArgument", "NotImplemented");
    let (only_404, one_host) = ("HTTPStatusCode is 404", "HostName is a host");
    let set = "origin";
    let sound = rule("Mirror", "", "", HOST);
    documents(
        &cos,
        &name,
        vec![
            (set, of(""), 400, "MalformedXML", "1 to 100 rules"),
            (set, of(&sound.repeat(101)), 400, "MalformedXML", "1 to 100 rules"),
            (set, of(&rule("Copy", "", "", HOST)), 400, argument, "Mirror, Proxy or Redirect"),
            (set, when("Mirror", "403"), 400, argument, only_404),
            (set, when("Redirect", "302"), 400, argument, only_404),
            (set, how("<Protocol>FTP</Protocol>"), 400, argument, "HTTP, HTTPS or FOLLOW"),
            (
                set,
                how("<HttpRedirectCode>303</HttpRedirectCode>"),
                400,
                argument,
                "301, 302 or 307",
            ),
            (set, at(&HOST.repeat(2)), 501, unknown, "one host for each rule"),
            (set, at(path), 400, argument, one_host),
            (set, at(&HOST.replace("www.example.com", "")), 400, argument, one_host),
            (set, at(private), 501, unknown, "with other keys or signatures"),
            (set, at(&moved), 501, unknown, "with other keys or signatures"),
            (set, of(&sound.repeat(2)), 400, argument, "the same RulePriority"),
        ],
    );
    let page = cos.ask("PUT", &format!("/{name}?{set}")).body(&of(&sound)).send();
    assert_eq!(page.status, 200, "what is asked for is right: {page:?}");
}

/// An origin that answers so many requests with a redirect to itself, and one more with a text.
fn turning(redirects: usize) -> (String, JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let serve = move || {
        for turn in 0..=redirects {
            let (mut stream, _) = listener.accept().unwrap();
            let mut reader = BufReader::new(stream.try_clone().unwrap());
            let mut line = String::new();
            while line != "\r\n" {
                line.clear();
                reader.read_line(&mut line).unwrap();
            }
            let rest = match turn == redirects {
                true => "200 OK\r\nContent-Length: 4\r\n\r\ntext",
                false => "302 Found\r\nLocation: /again\r\nContent-Length: 0\r\n\r\n",
            };
            let answer =
                format!("HTTP/1.1 {rest}").replacen("\r\n", "\r\nConnection: close\r\n", 1);
            stream.write_all(answer.as_bytes()).unwrap();
        }
    };
    (address, spawn(serve))
}

#[test]
fn an_origin_answers_after_ten_redirects_at_most() {
    let cos = Cos::new(client());
    let name = cos.bucket("far");
    let from = |host: &str| {
        let info = format!("<HostInfo><HostName>{host}</HostName></HostInfo>");
        let document = of(&rule("Mirror", "", "<Protocol>HTTP</Protocol>", &info));
        let page = cos.ask("PUT", &format!("/{name}?origin")).body(&document).send();
        assert_eq!(page.status, 200, "{page:?}");
    };
    let get = || cos.ask("GET", &format!("/{name}/k")).signed();
    // Nobody listens at the first port.
    from("127.0.0.1:1");
    all(&cos.client, vec![(get(), 502, "BadGateway", "The origin does not answer")]);
    // An eleventh redirect is not followed, so the text behind it is never asked for.
    let (host, _) = turning(11);
    from(&host);
    all(&cos.client, vec![(get(), 502, "BadGateway", "redirects more than 10 times")]);
    assert_eq!(code(&cos.ask("GET", &format!("/{name}/k?acl")).send()).1, "NoSuchKey");
    let (host, served) = turning(10);
    from(&host);
    assert_eq!(cos.client.send(&get()).body, "text");
    served.join().unwrap();
}
