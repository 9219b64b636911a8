//! The calls of the protocol. Each one is answered, if only with a diagnostic; a panic becomes one.

mod answer;
mod calls;
mod schemas;

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::{ArcSwap, ArcSwapOption};
use tf_schema::{Diagnostic, Diagnostics, Dynamic, Model, Path, Schema, Type};
use tokio_stream::Stream;
use tokio_util::sync::CancellationToken;
use tonic::{Request, Response, Status};

use crate::lifecycle::Provider;
use crate::managed::{AnyDataSource, AnyResource, Call};
use crate::proto::plugin::Empty;
use crate::proto::plugin::grpc_controller_server::{GrpcController, GrpcControllerServer};
use crate::proto::tfplugin6 as pb;
use crate::proto::tfplugin6::provider_server::ProviderServer;
use crate::transport::Connection;
use crate::{json, wire};

/// Code packages travel inside configurations; Terraform itself sets hardly any limit.
const MESSAGE_LIMIT: usize = 256 << 20;

/// How long open connections may keep the process alive after the goodbye.
const FAREWELL: Duration = Duration::from_millis(500);

/// Serves the provider until `goodbye`.
pub async fn run<P: Provider>(
    connections: impl Stream<Item = io::Result<Connection>>,
    goodbye: CancellationToken,
) -> Result<(), tonic::transport::Error> {
    let provider = ProviderServer::new(Server::<P>::new())
        .max_decoding_message_size(MESSAGE_LIMIT)
        .max_encoding_message_size(MESSAGE_LIMIT);
    let controller = GrpcControllerServer::new(Controller { goodbye: goodbye.clone() });
    let serving = tonic::transport::Server::builder()
        .add_service(provider)
        .add_service(controller)
        .serve_with_incoming_shutdown(connections, goodbye.clone().cancelled_owned());
    // The answer to the goodbye still leaves; Terraform kills what takes longer than two seconds.
    let overdue = async {
        goodbye.cancelled().await;
        tokio::time::sleep(FAREWELL).await;
    };
    tokio::select! {
        outcome = serving => outcome,
        () = overdue => Ok(()),
    }
}

/// Ends the process when Terraform says goodbye.
struct Controller {
    goodbye: CancellationToken,
}

#[tonic::async_trait]
impl GrpcController for Controller {
    async fn shutdown(&self, _: Request<Empty>) -> Result<Response<Empty>, Status> {
        self.goodbye.cancel();
        Ok(Response::new(Empty {}))
    }
}

/// The provider as Terraform calls it.
struct Server<P: Provider> {
    provider: Schema,
    resources: BTreeMap<&'static str, Box<dyn AnyResource<P::Cloud>>>,
    data_sources: BTreeMap<&'static str, Box<dyn AnyDataSource<P::Cloud>>>,
    /// Replaced by each configuration: a process to which Terraform attaches gets several.
    cloud: ArcSwapOption<P::Cloud>,
    /// Cancelled by a stop, and new with each configuration.
    stop: ArcSwap<CancellationToken>,
}

impl<P: Provider> Server<P> {
    fn new() -> Server<P> {
        Server {
            provider: Schema { version: 0, block: P::Config::block() },
            resources: P::resources().0.into_iter().map(|r| (r.name(), r)).collect(),
            data_sources: P::data_sources().0.into_iter().map(|d| (d.name(), d)).collect(),
            cloud: ArcSwapOption::empty(),
            stop: ArcSwap::default(),
        }
    }

    fn resource(&self, name: &str) -> Result<&dyn AnyResource<P::Cloud>, Diagnostics> {
        self.resources.get(name).map(AsRef::as_ref).ok_or_else(|| unknown("resource type", name))
    }

    fn data_source(&self, name: &str) -> Result<&dyn AnyDataSource<P::Cloud>, Diagnostics> {
        self.data_sources.get(name).map(AsRef::as_ref).ok_or_else(|| unknown("data source", name))
    }

    /// What a verb needs to reach the cloud.
    fn call(&self) -> Result<Call<P::Cloud>, Diagnostics> {
        let cloud = self.cloud.load_full().ok_or_else(|| {
            let detail = "Terraform asked for the cloud before it handed over the provider block.";
            Diagnostics::from(Diagnostic::error("The provider is not configured", detail))
        })?;
        Ok(Call { cloud: (*cloud).clone(), stop: (**self.stop.load()).clone() })
    }

    fn configure(&self, config: &Dynamic, terraform: &str) -> Result<(), Diagnostics> {
        let config = P::Config::decode(config, &Path::root()).map_err(Diagnostics::from)?;
        let cloud = P::configure(config, terraform).map_err(|problem| {
            Diagnostics::from(problem.diagnostic::<P::Cloud>("Could not configure the provider"))
        })?;
        self.stop.store(Arc::default());
        self.cloud.store(Some(Arc::new(cloud)));
        Ok(())
    }
}

fn unknown(kind: &str, name: &str) -> Diagnostics {
    let detail = format!("This release of the provider has no {kind} named {name:?}.");
    Diagnostic::error(format!("Unknown {kind}"), detail).into()
}

/// Reads a value that Terraform has sent.
fn read(value: Option<pb::DynamicValue>, ty: &Type) -> Result<Dynamic, Diagnostics> {
    let Some(value) = value else { return Ok(Dynamic::Null) };
    let read = if value.msgpack.is_empty() && !value.json.is_empty() {
        read_json(&value.json, ty)
    } else {
        wire::decode(&value.msgpack, ty).map_err(Into::into)
    };
    read.map_err(|error| unreadable(&*error))
}

fn read_json(bytes: &[u8], ty: &Type) -> Result<Dynamic, Box<dyn std::error::Error>> {
    Ok(json::decode(&serde_json::from_slice(bytes)?, ty)?)
}

fn unreadable(error: &dyn std::error::Error) -> Diagnostics {
    let detail = format!("{error}. This is a fault of Terraform or of the provider.");
    Diagnostic::error("A value could not be read", detail).into()
}

/// Writes a value for Terraform.
fn write(value: &Dynamic, ty: &Type) -> Option<pb::DynamicValue> {
    Some(pb::DynamicValue { msgpack: wire::encode(value, ty), json: Vec::new() })
}
