//! The page behind the load balancer.

use std::time::Duration;

use serde_json::Value as Json;
use ureq::Agent;

use super::{Failure, process};

/// A page answers at once, or something is wrong.
const PATIENCE: Duration = Duration::from_secs(15);

/// How many characters of a page that is not ours are shown.
const ENOUGH: usize = 200;

/// Where the page is: at the load balancer's own address and, on machines where that address or its
/// port cannot be used, at the local cloud's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The domain that the load balancer's rule is for.
    pub domain: String,
    /// At the load balancer.
    pub own: String,
    /// At the local cloud.
    pub fallback: String,
}

/// What was got.
#[derive(Debug)]
pub struct Page {
    /// Which of the two places answered.
    pub url: String,
    /// The page itself.
    pub text: String,
    /// Why the load balancer's own address could not be used, if it could not.
    pub obstacle: Option<String>,
}

impl Place {
    /// The place in the example's outputs, as `terraform output -json` writes them.
    pub fn of(outputs: &Json, endpoint: &str) -> Option<Place> {
        let text = |name: &str| outputs[name]["value"].as_str();
        let (address, balancer) = (text("address")?, text("load_balancer_id")?);
        let (authority, path) = text("url")?.strip_prefix("http://")?.split_once('/')?;
        let (domain, port) = authority.rsplit_once(':')?;
        Some(Place {
            domain: domain.to_owned(),
            own: format!("http://{address}:{port}/{path}"),
            fallback: format!("{endpoint}/_clb/{balancer}/{port}/{path}"),
        })
    }

    /// GETs the page, which must contain `words`.
    ///
    /// # Errors
    /// [`Failure::Page`] with what both places answered.
    pub async fn get(&self, words: &'static str) -> Result<Page, Failure> {
        let place = self.clone();
        process::blocking(move || place.get_blocking(words)).await
    }

    fn get_blocking(&self, words: &str) -> Result<Page, Failure> {
        let obstacle = match self.ask(&self.own, words) {
            Ok(text) => return Ok(Page { url: self.own.clone(), text, obstacle: None }),
            Err(reason) => format!("{}: {reason}", self.own),
        };
        match self.ask(&self.fallback, words) {
            Ok(text) => Ok(Page { url: self.fallback.clone(), text, obstacle: Some(obstacle) }),
            Err(reason) => Err(Failure::Page(format!("{obstacle}; {}: {reason}", self.fallback))),
        }
    }

    fn ask(&self, url: &str, words: &str) -> Result<String, String> {
        // The address is this machine's: no proxy leads to it.
        let config = Agent::config_builder().proxy(None).timeout_global(Some(PATIENCE));
        let agent = Agent::new_with_config(config.http_status_as_error(false).build());
        let request = agent.get(url).header("Host", &self.domain);
        let mut answer = request.call().map_err(|error| error.to_string())?;
        let text = answer.body_mut().read_to_string().map_err(|error| error.to_string())?;
        if answer.status().is_success() && text.contains(words) {
            return Ok(text);
        }
        let beginning: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let beginning: String = beginning.chars().take(ENOUGH).collect();
        Err(format!("{words:?} is not in the answer {}: {beginning}", answer.status()))
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::TcpListener;

    use serde_json::json;

    use super::*;

    /// A server that answers one request with `page`.
    fn server(status: &'static str, page: &'static str) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/hello", listener.local_addr().unwrap());
        std::thread::spawn(move || {
            let mut stream = listener.accept().unwrap().0;
            let mut request = [0; 1024];
            let read = stream.read(&mut request).unwrap();
            assert!(String::from_utf8_lossy(&request[..read]).contains("www.example.com"));
            let length = page.len();
            let answer = format!("HTTP/1.1 {status}\r\ncontent-length: {length}\r\n\r\n{page}");
            stream.write_all(answer.as_bytes()).unwrap();
        });
        url
    }

    fn closed() -> String {
        format!("http://{}", TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap())
    }

    async fn get(own: String, fallback: String) -> Result<String, String> {
        let place = Place { domain: "www.example.com".to_owned(), own, fallback };
        let page = place.get("Hello CLB").await.map_err(|error| error.to_string())?;
        assert_eq!(page.obstacle.is_some(), page.url == place.fallback);
        assert_eq!(page.text, "<h1>Hello CLB</h1>");
        Ok(page.url)
    }

    #[test]
    fn the_place_is_read_from_the_outputs() {
        let outputs = json!({
            "address": {"value": "127.4.5.6"},
            "load_balancer_id": {"value": "lb-1"},
            "url": {"value": "http://www.example.com:8080/hello/you"},
        });
        let place = Place::of(&outputs, "http://127.0.0.1:4588").unwrap();
        assert_eq!(place.domain, "www.example.com");
        assert_eq!(place.own, "http://127.4.5.6:8080/hello/you");
        assert_eq!(place.fallback, "http://127.0.0.1:4588/_clb/lb-1/8080/hello/you");
        assert_eq!(Place::of(&json!({}), ""), None);
    }

    #[tokio::test]
    async fn the_load_balancer_is_asked_first() {
        let own = server("200 OK", "<h1>Hello CLB</h1>");
        assert_eq!(get(own.clone(), closed()).await, Ok(own));
    }

    #[tokio::test]
    async fn the_local_cloud_is_asked_where_the_load_balancer_cannot_be_reached() {
        let fallback = server("200 OK", "<h1>Hello CLB</h1>");
        assert_eq!(get(closed(), fallback.clone()).await, Ok(fallback));
    }

    #[tokio::test]
    async fn somebody_elses_page_is_not_taken_for_it() {
        let fallback = server("200 OK", "<h1>Hello CLB</h1>");
        assert_eq!(get(server("200 OK", "It works!"), fallback.clone()).await, Ok(fallback));
    }

    #[tokio::test]
    async fn an_error_says_what_both_answered() {
        let said = get(closed(), server("502 Bad Gateway", "Hello CLB")).await.unwrap_err();
        assert!(said.contains("onnection refused") && said.contains("502"), "{said}");
    }
}
