//! A real server, a signer of our own, and a client that keeps its connection.

use std::cell::RefCell;
use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use ring::{digest, hmac};
use serde_json::{Value, json};

pub const KEY: &str = "emulator-secret-key";
pub const REGION: &str = "ap-guangzhou";

/// The versions of the services that tests call.
pub fn version(service: &str) -> &'static str {
    match service {
        "scf" => "2018-04-16",
        "vpc" => "2017-03-12",
        "clb" => "2018-03-17",
        "tag" | "sts" => "2018-08-13",
        "cam" => "2019-01-16",
        "cls" => "2020-10-16",
        "cfs" => "2019-07-19",
        "monitor" => "2018-07-24",
        "mps" => "2019-06-12",
        other => panic!("no version of {other}"),
    }
}

pub fn program() -> Command {
    Command::new(env!("CARGO_BIN_EXE_tencentcloud-emulator"))
}

/// A server process; it ends with the value.
pub struct Server {
    child: Child,
    pub address: String,
}

impl Server {
    /// Starts one on a free port.
    pub fn start(arguments: &[&str]) -> Self {
        Self::spawn(&mut Self::command(arguments))
    }

    /// What starts one on a free port.
    pub fn command(arguments: &[&str]) -> Command {
        let mut command = program();
        command.args(["serve", "--listen", "127.0.0.1:0"]).args(arguments);
        command
    }

    /// Starts one by a command.
    pub fn spawn(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address = line.trim().strip_prefix("listening on http://").expect(&line).to_owned();
        Self { child, address }
    }

    /// SIGKILL, as a power cut would.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Ends it; what it said where its command has a pipe for it.
    pub fn stderr(mut self) -> String {
        self.child.kill().unwrap();
        let mut told = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut told).unwrap();
        told
    }

    /// A client with an account of its own.
    pub fn client(&self) -> Client {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let n = COUNT.fetch_add(1, Ordering::Relaxed);
        Client::new(&self.address, &format!("AKIDEMULATORtest{n}"))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A client of the one server that most tests share, with an account of its own.
pub fn client() -> Client {
    static SHARED: OnceLock<Server> = OnceLock::new();
    SHARED.get_or_init(shared).client()
}

/// Statics are never dropped, so this server lives as long as a command that waits for this
/// process's end of a pipe.
fn shared() -> Server {
    // Ids of its own, and with them addresses of load balancers: suites may run side by side.
    let mut child = program()
        .args(["exec", "--", "sh", "-c", "echo $TENCENTCLOUD_ENDPOINT; exec cat"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let address = line.trim().strip_prefix("http://").expect(&line).to_owned();
    Server { child, address }
}

/// An HTTP answer.
#[derive(Debug)]
pub struct Page {
    pub status: u16,
    pub head: String,
    pub body: String,
}

impl Page {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("no JSON: {}", self.body))
    }
}

/// A refusal's code.
pub type Code = String;

pub struct Client {
    pub address: String,
    pub secret_id: String,
    pub secret_key: String,
    pub region: String,
    connection: RefCell<Option<BufReader<TcpStream>>>,
}

/// A request that can be bent before it goes.
pub struct Request {
    pub method: &'static str,
    pub target: String,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Request {
    pub fn set(&mut self, name: &str, value: &str) {
        self.headers.retain(|(n, _)| !n.eq_ignore_ascii_case(name));
        if !value.is_empty() {
            self.headers.push((name.to_owned(), value.to_owned()));
        }
    }
}

impl Client {
    pub fn new(address: &str, secret_id: &str) -> Self {
        Self {
            address: address.to_owned(),
            secret_id: secret_id.to_owned(),
            secret_key: KEY.to_owned(),
            region: REGION.to_owned(),
            connection: RefCell::new(None),
        }
    }

    /// The same account in another region.
    pub fn in_region(&self, region: &str) -> Self {
        let mut other = Self::new(&self.address, &self.secret_id);
        region.clone_into(&mut other.region);
        other
    }

    /// Another connection of the same account.
    pub fn again(&self) -> Self {
        self.in_region(&self.region)
    }

    /// Calls an action; the members of `Response`.
    #[track_caller]
    pub fn ok(&self, action: &str, parameters: Value) -> Value {
        self.call(action, parameters)
            .unwrap_or_else(|(code, text)| panic!("{action}: {code}: {text}"))
    }

    /// Calls an action that must refuse; the code.
    #[track_caller]
    pub fn code(&self, action: &str, parameters: Value) -> Code {
        match self.call(action, parameters) {
            Ok(response) => panic!("{action} did not refuse: {response}"),
            Err((code, _)) => code,
        }
    }

    /// Calls `service.Action`.
    pub fn call(&self, action: &str, parameters: Value) -> Result<Value, (Code, String)> {
        let request = self.request(action, &parameters.to_string());
        let page = self.send(&request);
        assert_eq!(page.status, 200, "{page:?}");
        assert!(page.head.contains("Content-Type: application/json\r\n"), "{}", page.head);
        response(&page)
    }

    /// A sound, signed request.
    pub fn request(&self, action: &str, body: &str) -> Request {
        let (service, name) = action.split_once('.').unwrap();
        let mut request = Request {
            method: "POST",
            target: "/".to_owned(),
            headers: Vec::new(),
            body: body.to_owned(),
        };
        request.set("Host", &self.address);
        request.set("Content-Type", "application/json");
        request.set("X-TC-Action", name);
        request.set("X-TC-Version", version(service));
        request.set("X-TC-Region", &self.region);
        self.sign(&mut request, service, now());
        request
    }

    /// Signs a request as the vendor's SDKs do.
    pub fn sign(&self, request: &mut Request, service: &str, second: u64) {
        let date = date(second);
        let get = |name: &str| {
            let found = request.headers.iter().find(|(n, _)| n == name);
            found.map(|(_, v)| v.to_lowercase()).unwrap_or_default()
        };
        let query = request.target.split_once('?').map_or("", |(_, query)| query);
        let canonical = format!(
            "{}\n/\n{query}\ncontent-type:{}\nhost:{}\n\ncontent-type;host\n{}",
            request.method,
            get("Content-Type"),
            get("Host"),
            sha256(&request.body)
        );
        let scope = format!("{date}/{service}/tc3_request");
        let to_sign = format!("TC3-HMAC-SHA256\n{second}\n{scope}\n{}", sha256(&canonical));
        let key = hmac_of(format!("TC3{}", self.secret_key).as_bytes(), &date);
        let key = hmac_of(hmac_of(&key, service).as_slice(), "tc3_request");
        let signature = hex(&hmac_of(&key, &to_sign));
        let authorization = format!(
            "TC3-HMAC-SHA256 Credential={}/{scope}, SignedHeaders=content-type;host, \
             Signature={signature}",
            self.secret_id
        );
        request.set("Authorization", &authorization);
        request.set("X-TC-Timestamp", &second.to_string());
    }

    /// Sends anything; panics when the connection is cut.
    pub fn send(&self, request: &Request) -> Page {
        self.try_send(request).expect("the server cut the connection")
    }

    /// Sends anything; `None` when the connection is cut before an answer.
    pub fn try_send(&self, request: &Request) -> Option<Page> {
        let mut text = format!("{} {} HTTP/1.1\r\n", request.method, request.target);
        for (name, value) in &request.headers {
            let _ = write!(text, "{name}: {value}\r\n");
        }
        let _ = write!(text, "Content-Length: {}\r\n\r\n{}", request.body.len(), request.body);
        let mut kept = self.connection.borrow_mut();
        let mut connection = kept.take().unwrap_or_else(|| {
            let stream = TcpStream::connect(&self.address).unwrap();
            stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
            stream.set_nodelay(true).unwrap();
            BufReader::new(stream)
        });
        connection.get_mut().write_all(text.as_bytes()).ok()?;
        let page = read_page(&mut connection)?;
        *kept = Some(connection);
        Some(page)
    }

    /// Every byte of an answer, up to the end of a connection of its own.
    pub fn raw(&self, request: &Request) -> Vec<u8> {
        let mut text = format!("{} {} HTTP/1.1\r\n", request.method, request.target);
        for (name, value) in &request.headers {
            let _ = write!(text, "{name}: {value}\r\n");
        }
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.write_all(format!("{text}\r\n").as_bytes()).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        answer
    }

    /// Speaks to the console.
    pub fn console(&self, method: &'static str, path: &str, body: &Value) -> Page {
        let mut request = Request {
            method,
            target: format!("/_emulator/{path}"),
            headers: Vec::new(),
            body: if body.is_null() { String::new() } else { body.to_string() },
        };
        request.set("Host", &self.address);
        self.send(&request)
    }

    /// What the console shows.
    #[track_caller]
    pub fn look(&self, path: &str) -> Value {
        let page = self.console("GET", path, &Value::Null);
        assert_eq!(page.status, 200, "{page:?}");
        page.json()
    }

    /// Injects a fault for this account.
    #[track_caller]
    pub fn fault(&self, action: &str, more: Value) {
        let mut fault = json!({"action": action, "account": self.secret_id});
        fault.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let page = self.console("POST", "faults", &fault);
        assert_eq!(page.status, 200, "{page:?}");
    }
}

/// The members of `Response`, or the refusal.
pub fn response(page: &Page) -> Result<Value, (Code, String)> {
    let mut response = page.json()["Response"].take();
    assert_eq!(response["RequestId"].as_str().map(str::len), Some(36), "{response}");
    match response.get("Error") {
        None => {
            response.as_object_mut().unwrap().remove("RequestId");
            Ok(response)
        }
        Some(error) => {
            let text = |name: &str| error[name].as_str().unwrap().to_owned();
            Err((text("Code"), text("Message")))
        }
    }
}

/// Reads an answer; `None` when the connection is cut before its end.
pub fn read_page(connection: &mut BufReader<TcpStream>) -> Option<Page> {
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if connection.read_line(&mut head).ok()? == 0 {
            return None;
        }
    }
    let status = head.split(' ').nth(1)?.parse().ok()?;
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(": ")?;
        name.eq_ignore_ascii_case("content-length").then(|| value.parse().unwrap())
    });
    let mut body = vec![0; length.unwrap_or(0)];
    connection.read_exact(&mut body).ok()?;
    Some(Page { status, head, body: String::from_utf8(body).unwrap() })
}

pub fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

/// Asks until the answer is right, for at most two seconds.
#[track_caller]
pub fn wait_for<T>(mut ask: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(value) = ask() {
            return value;
        }
        assert!(start.elapsed() < Duration::from_secs(2), "it never came");
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// The UTC date of a second, found by counting years and months.
fn date(second: u64) -> String {
    let leap = |year: u64| match year {
        y if y.is_multiple_of(400) => true,
        y if y.is_multiple_of(100) => false,
        y => y.is_multiple_of(4),
    };
    let (mut days, mut year) = (second / 86_400, 1970);
    while days >= 365 + u64::from(leap(year)) {
        days -= 365 + u64::from(leap(year));
        year += 1;
    }
    let february = 28 + u64::from(leap(year));
    let mut month = 1;
    for length in [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] {
        if days < length {
            break;
        }
        days -= length;
        month += 1;
    }
    format!("{year}-{month:02}-{:02}", days + 1)
}

fn hmac_of(key: &[u8], text: &str) -> Vec<u8> {
    hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), text.as_bytes()).as_ref().to_vec()
}

fn sha256(text: &str) -> String {
    hex(digest::digest(&digest::SHA256, text.as_bytes()).as_ref())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}
