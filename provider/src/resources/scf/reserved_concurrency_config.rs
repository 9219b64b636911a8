//! `tencentcloud_scf_reserved_concurrency_config`: concurrency that a function has to itself.
//! <https://www.tencentcloud.com/document/product/583/40332>

use tencentcloud_api::scf::{
    self, DeleteReservedConcurrencyConfigRequest, PutReservedConcurrencyConfigRequest,
};
use tencentcloud_api::{Error as ApiError, wait};
use tf_protocol::{Change, Lifecycle, Presence, Problem};
use tf_schema::check::Check;
use tf_schema::{Resource, Value};

use super::{capacity, function_lock, namespace_or_default};
use crate::{Cloud, create, id};

/// Concurrency that a function has to itself: no other function can use it, and the function, all
/// its versions together, cannot use more. Without it, a function takes from what the account has
/// left in the region.
#[derive(Resource, Default)]
pub struct ReservedConcurrency {
    /// Name of the function. It cannot be changed.
    #[tf(required, force_new)]
    pub function_name: Value<String>,
    /// The reserve in MB of memory: 512 is four instances of 128 MB at a time. 0 stops the function,
    /// every call is refused. A function needs as many instances at a time as it gets requests in a
    /// second, times the seconds that one takes. All reserves together leave at least 12800 MB of the account's
    /// concurrency in the region.
    #[tf(required, validate(not_negative))]
    pub reserved_concurrency_mem: Value<i64>,
    /// Namespace of the function. It cannot be changed.
    #[tf(optional, default = "default", force_new)]
    pub namespace: Value<String>,
    /// Namespace and name of the function, joined by a number sign.
    #[tf(computed, stable)]
    pub id: Value<String>,
}

impl Lifecycle for ReservedConcurrency {
    const TYPE: &'static str = "tencentcloud_scf_reserved_concurrency_config";
    type Cloud = Cloud;

    async fn create(&mut self, cloud: &Cloud) -> Result<(), Problem> {
        let (namespace, function) =
            (namespace_or_default(&self.namespace), self.function_name.or_default());
        let made = self.put(cloud).await;
        let wanted = self.reserved_concurrency_mem.or_default();
        let look = async {
            let found = scf::find_reserved_concurrency(cloud, &namespace, &function).await?;
            Ok(found == Some(wanted))
        };
        let id = format!("{namespace}#{function}");
        Ok(create::named(made, &mut self.id, id, look).await?)
    }

    async fn read(&mut self, cloud: &Cloud) -> Result<Presence, Problem> {
        let [namespace, function] = split_id(self.id.text())?;
        let found = scf::find_reserved_concurrency(cloud, &namespace, &function).await?;
        let Some(memory) = found else { return Ok(Presence::Gone) };
        self.namespace = namespace.into();
        self.function_name = function.into();
        self.reserved_concurrency_mem = memory.into();
        Ok(Presence::Present)
    }

    async fn update(&mut self, _prior: &Self, cloud: &Cloud) -> Result<(), Problem> {
        Ok(self.put(cloud).await?)
    }

    async fn delete(&mut self, cloud: &Cloud) -> Result<(), Problem> {
        let [namespace, function_name] = split_id(self.id.text())?;
        let _lock = function_lock(cloud, &namespace, &function_name).await?;
        let request =
            DeleteReservedConcurrencyConfigRequest { function_name, namespace: Some(namespace) };
        let what = format!("the reserve of {}", request.function_name);
        let deleted = wait::retry(cloud, &what, ApiError::is_busy, || async {
            scf::delete_reserved_concurrency_config(cloud, &request).await
        });
        match deleted.await {
            Err(error) if !error.is_not_found() => Err(error.into()),
            _ => Ok(()),
        }
    }

    fn import(id: &str) -> Result<Self, Problem> {
        split_id(id)?;
        Ok(ReservedConcurrency { id: id.into(), ..ReservedConcurrency::default() })
    }

    async fn plan(change: &mut Change<Self>, cloud: &Cloud) -> Result<(), Problem> {
        capacity::check_reserve(change, cloud).await;
        Ok(())
    }
}

impl ReservedConcurrency {
    /// Sets the reserve, once the last change of it is done.
    async fn put(&self, cloud: &Cloud) -> tencentcloud_api::Result<()> {
        let namespace = namespace_or_default(&self.namespace);
        let request = PutReservedConcurrencyConfigRequest {
            function_name: self.function_name.or_default(),
            reserved_concurrency_mem: self.reserved_concurrency_mem.or_default(),
            namespace: Some(namespace.clone()),
        };
        let _lock = function_lock(cloud, &namespace, &request.function_name).await?;
        let what = format!("the reserve of {}", request.function_name);
        wait::retry(cloud, &what, ApiError::is_busy, || async {
            scf::put_reserved_concurrency_config(cloud, &request).await
        })
        .await?;
        Ok(())
    }
}

/// R224: 0 is a reserve, too.
fn not_negative(memory: &i64) -> Check {
    match *memory >= 0 {
        true => Ok(()),
        false => Err(format!("Expected 0, which stops the function, or more MB, got {memory}.")),
    }
}

/// The official id: `NAMESPACE#FUNCTION`.
fn split_id(text: &str) -> Result<[String; 2], Problem> {
    id::split(text, '#', "NAMESPACE#FUNCTION, such as default#hello")
}
