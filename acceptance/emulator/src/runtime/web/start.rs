//! Starting an instance of a web function: everything up to the moment when its port listens is
//! its start (R420).

use std::time::Instant;

use tokio::time::sleep_until;

use super::connect::Connector;
use super::instance::Instance;
use crate::runtime::body::{Body, End};
use crate::runtime::invoke::{Inner, cannot_start};
use crate::runtime::log::Coldstart;
use crate::runtime::outcome::{Failed, Status};
use crate::runtime::process::{Launch, Network, Program};
use crate::runtime::spec::FunctionSpec;
use crate::runtime::{entry, environment};

/// The only name that a start file can have (R127).
const START_FILE: &str = "scf_bootstrap";

/// Starts the process of `instance` and waits until it listens.
pub(super) async fn start(inner: &Inner, instance: &Instance) -> Result<(Body, Connector), Failed> {
    let spec = instance.spec();
    let began = Instant::now();
    let deadline = began + spec.init_timeout;
    let (code, layers) = inner.unpack(spec, deadline).await?;
    let pulled = Instant::now();
    entry::check(&code, START_FILE)?;
    let reach = spec.reach()?;
    let launch = Launch {
        program: Program::File {
            name: START_FILE,
            installed: inner.interpreters.installed().await,
            listens: true,
        },
        memory_mb: spec.memory_mb,
        code: &code,
        layers: &layers,
        mounts: &spec.mounts,
        reach,
    };
    let variables = |folders: &_, network: Option<_>| {
        let mut all = environment::variables(spec, folders);
        let port = match network {
            Some(Network::Shared(port)) => port,
            _ => super::connect::PORT,
        };
        all.insert("SCF_WEB_PORT".to_owned(), port.to_string());
        all
    };
    let process =
        inner.launcher.launch(&launch, variables).await.map_err(|error| cannot_start(&error))?;
    let launched = Instant::now();
    let (mut body, network) = (process.body, process.network.unwrap_or(Network::Own));
    let connector = Connector::new(network, process.channel);
    instance.watch(&mut body);
    let failed = tokio::select! {
        end = body.live(|printed| instance.print(printed)) => Some(ended(spec, end.ok())),
        () = connector.listening() => None,
        () = sleep_until(deadline.into()) => Some(not_listening(network)),
        () = instance.stopped(inner) => Some(instance.failed(None)),
    };
    if let Some(failed) = failed {
        body.drain(|printed| instance.print(printed));
        body.kill().await;
        return Err(failed);
    }
    instance.started(Coldstart {
        pull_code: (pulled - began).as_millis(),
        init_runtime: (launched - pulled).as_millis(),
        init_function: launched.elapsed().as_millis(),
    });
    Ok((body, connector))
}

fn ended(spec: &FunctionSpec, end: Option<End>) -> Failed {
    match end {
        Some(End::MemoryExceeded) => {
            let text = format!("Task memory exceeded {} MB", spec.memory_mb);
            Failed::new(Status::MemoryExceeded, text)
        }
        Some(End::Exited(how)) => {
            let text = format!("ContainerStateExitedByUser: {START_FILE} ended with {how}");
            Failed::new(Status::StartFailed, text)
        }
        None => Failed::new(Status::Internal, "InternalError: the process cannot be watched"),
    }
}

fn not_listening(network: Network) -> Failed {
    let port = match network {
        Network::Own => format!("port {}", super::connect::PORT),
        Network::Shared(port) => format!("the port in SCF_WEB_PORT, here {port},"),
    };
    let text =
        format!("PortBindingFailed: nothing listens on {port} of 0.0.0.0; 127.0.0.1 is not enough");
    Failed::new(Status::NotListening, text)
}
