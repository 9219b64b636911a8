//! Web functions on the emulator's own port, at
//! `/_web/SECRET-ID/REGION/NAMESPACE/FUNCTION/QUALIFIER/PATH`.

use std::sync::Arc;

use hyper::body::Incoming;
use hyper::{Request, Response, StatusCode};

use crate::accounts::Account;
use crate::cloud::Cloud;
use crate::runtime::{WebBody, whole};
use crate::scf::invoke::{self, Target};
use crate::server::plain;

/// Where web functions answer.
pub const ROOT: &str = "/_web/";

/// Serves a request; what lies behind the qualifier is the function's own path.
pub async fn respond_at(cloud: &Arc<Cloud>, mut request: Request<Incoming>) -> Response<WebBody> {
    let rest = request.uri().path_and_query().map(hyper::http::uri::PathAndQuery::as_str);
    let rest = rest.and_then(|rest| rest.strip_prefix(ROOT)).unwrap_or_default();
    let Some((target, path)) = target(rest) else {
        let text = "The form is /_web/SECRET-ID/REGION/NAMESPACE/FUNCTION/QUALIFIER/PATH.\n";
        return plain(StatusCode::NOT_FOUND, text.to_owned()).map(whole);
    };
    if let Ok(uri) = path.parse() {
        *request.uri_mut() = uri;
    }
    match invoke::serve(cloud, &target, request).await {
        Ok(response) => response,
        Err(refusal) => plain(StatusCode::NOT_FOUND, format!("{refusal}\n")).map(whole),
    }
}

fn target(rest: &str) -> Option<(Target, String)> {
    let mut parts = rest.splitn(6, '/');
    let account = Account::of(parts.next()?)?;
    let mut part = || parts.next().map(str::to_owned);
    let target = Target {
        account: Arc::new(account),
        region: part()?,
        namespace: part()?,
        function: part()?,
        qualifier: part()?,
        routing_key: None,
    };
    Some((target, format!("/{}", parts.next().unwrap_or_default())))
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_path_behind_the_qualifier_is_the_functions() {
        let (target, path) =
            super::target("AKIDEMULATOR/ap-guangzhou/default/hello/$LATEST/a/b?c=d/e").unwrap();
        assert_eq!((target.function.as_str(), target.qualifier.as_str()), ("hello", "$LATEST"));
        assert_eq!(path, "/a/b?c=d/e");
        let (_, path) = super::target("AKIDEMULATOR/ap-guangzhou/default/hello/1").unwrap();
        assert_eq!(path, "/");
        assert!(super::target("AKIDEMULATOR/ap-guangzhou/default/hello").is_none());
        assert!(super::target("SOMEBODY/ap-guangzhou/default/hello/1/").is_none());
    }
}
