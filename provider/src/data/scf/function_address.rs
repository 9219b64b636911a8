//! `tencentcloud_scf_function_address`: where the code of a function can be downloaded.
//! <https://www.tencentcloud.com/document/product/583/18578>

use std::collections::BTreeMap;

use tencentcloud_api::scf::{self, GetFunctionAddressRequest};
use tf_protocol::{DataSource, Problem};
use tf_schema::{Field, Resource, Value};

use crate::Cloud;
use crate::data::save;

/// Where the code of a function can be downloaded for some time, and its hash.
#[derive(Resource, Default)]
pub struct FunctionAddress {
    /// Name of the function.
    #[tf(required)]
    pub function_name: Value<String>,
    /// Namespace of the function, by default `default`.
    #[tf(optional)]
    pub namespace: Value<String>,
    /// Version of the function, by default `$LATEST`.
    #[tf(optional)]
    pub qualifier: Value<String>,
    /// Path of a file into which the result is written as JSON.
    #[tf(optional)]
    pub result_output_file: Value<String>,
    /// Names what was asked for.
    #[tf(computed)]
    pub id: Value<String>,
    /// Address of the code package. It is another one each time, and ceases to work after a while.
    #[tf(computed)]
    pub url: Value<String>,
    /// SHA-256 of the code package, as the cloud writes it.
    #[tf(computed)]
    pub code_sha256: Value<String>,
}

impl DataSource for FunctionAddress {
    const TYPE: &'static str = "tencentcloud_scf_function_address";
    type Cloud = Cloud;

    async fn read(&mut self, cloud: &Cloud) -> Result<(), Problem> {
        let namespace = self.namespace.or(scf::DEFAULT_NAMESPACE);
        let request = GetFunctionAddressRequest {
            function_name: self.function_name.or_default(),
            qualifier: self.qualifier.known().cloned(),
            namespace: Some(namespace.clone()),
        };
        let found = scf::get_function_address(cloud, &request).await?.value;
        let saved = [("url", found.url.expose().to_owned()), ("code_sha256", found.code_sha256)];
        let saved: BTreeMap<_, _> = saved.map(|(name, text)| (name.to_owned(), text)).into();
        save(&self.result_output_file, saved.clone().write())?;
        self.id = format!("{namespace}/{}", request.function_name).into();
        self.url = saved["url"].as_str().into();
        self.code_sha256 = saved["code_sha256"].as_str().into();
        Ok(())
    }
}
