//! The cloud as somebody else than Terraform uses it.

use tencentcloud_api::page::{self, Paged};
use tencentcloud_api::{Action, Client, Error, Settings, cfs, clb, cls, cos, scf, vpc};
use tokio::runtime::{Builder, Runtime};

use crate::emulator::{SECRET_ID, SECRET_KEY};

/// A client of the local cloud that waits for each answer.
pub struct Cloud {
    client: Client,
    runtime: Runtime,
}

impl Cloud {
    /// A client for the region of the tests.
    ///
    /// # Panics
    /// Where no client can be made.
    pub fn new(endpoint: &str) -> Cloud {
        let settings = Settings {
            secret_id: Some(SECRET_ID.into()),
            secret_key: Some(SECRET_KEY.into()),
            region: Some("ap-guangzhou".to_owned()),
            endpoint: Some(endpoint.to_owned()),
            ..Settings::default()
        };
        let config = settings.resolve_with(|_| None).expect("the settings are complete");
        let runtime = Builder::new_current_thread().enable_all().build();
        let runtime = runtime.expect("a runtime can be made");
        Cloud { client: Client::new(config), runtime }
    }

    /// Calls an action.
    ///
    /// # Errors
    /// What the cloud refuses.
    pub fn call<A: Action>(&self, request: &A) -> Result<A::Response, Error> {
        self.runtime.block_on(self.client.call(request)).map(|answer| answer.value)
    }

    /// Asks the cloud anything that is no single action.
    pub fn ask<T>(&self, ask: impl AsyncFnOnce(&Client) -> T) -> T {
        self.runtime.block_on(ask(&self.client))
    }

    /// Everything that users have made, as texts. What every account has is not listed.
    ///
    /// # Panics
    /// Where the cloud does not tell.
    pub fn everything(&self) -> Vec<String> {
        let mut found = Vec::new();
        let mut list = |kind: &str, names: Vec<String>| {
            found.extend(names.into_iter().map(|name| format!("{kind} {name}")));
        };
        let namespaces = self.names(&scf::ListNamespacesRequest::default());
        for namespace in &namespaces {
            let functions = scf::ListFunctionsRequest {
                namespace: Some(namespace.clone()),
                ..scf::ListFunctionsRequest::default()
            };
            list("function", self.names(&functions));
        }
        let made = namespaces.into_iter().filter(|name| name != scf::DEFAULT_NAMESPACE);
        list("namespace", made.collect());
        list("layer", self.names(&scf::ListLayersRequest::default()));
        list("custom domain", self.names(&scf::ListCustomDomainsRequest::default()));
        list("network", self.names(&vpc::DescribeVpcsRequest::default()));
        list("subnet", self.names(&vpc::DescribeSubnetsRequest::default()));
        list("security group", self.names(&vpc::DescribeSecurityGroupsRequest::default()));
        list("load balancer", self.names(&clb::DescribeLoadBalancersRequest::default()));
        // What the platform made for functions stays when they go.
        let users = |assumer: &str| assumer.is_empty();
        let logsets = self.rows(&cls::DescribeLogsetsRequest::default()).into_iter();
        let logsets = logsets.filter(|logset| users(&logset.assumer_name));
        list("log set", logsets.map(|logset| logset.logset_name).collect());
        let topics = self.rows(&cls::DescribeTopicsRequest::default()).into_iter();
        let topics = topics.filter(|topic| users(&topic.assumer_name));
        list("log topic", topics.map(|topic| topic.topic_name).collect());
        list("file system", self.names(&cfs::DescribeCfsFileSystemsRequest::default()));
        let groups = self.names(&cfs::DescribeCfsPGroupsRequest::default()).into_iter();
        list("permission group", groups.filter(|group| group != cfs::BASIC_GROUP).collect());
        let buckets = self.ask(async |client| cos::list_buckets(client).await);
        let buckets = buckets.expect("the cloud lists what it has").into_iter();
        list("bucket", buckets.map(|bucket| bucket.name).collect());
        found
    }

    /// What tells the rows of a list from each other.
    fn names<P: Paged>(&self, request: &P) -> Vec<String> {
        self.rows(request).iter().map(P::key).collect()
    }

    fn rows<P: Paged>(&self, request: &P) -> Vec<P::Row> {
        let rows = self.runtime.block_on(page::all_pages(&self.client, request));
        rows.expect("the cloud lists what it has")
    }
}
