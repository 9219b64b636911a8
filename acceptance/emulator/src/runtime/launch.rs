//! Starting the process of an instance that takes events: an interpreter with the platform's
//! bootstrap, or a program that speaks the runtime API.

use std::io;
use std::path::Path;

use super::instance::Instance;
use super::interpreter::MissingInterpreter;
use super::invoke::{Inner, cannot_start};
use super::outcome::{Failed, Status};
use super::process::{Launch, Process, Program};
use super::spec::FunctionSpec;
use super::{custom, entry, environment, java};

impl Inner {
    /// Starts what runs the function, with the unpacked code and layers.
    pub(super) async fn launch(
        &self,
        spec: &FunctionSpec,
        code: &Path,
        layers: &Path,
    ) -> Result<Instance, Failed> {
        let reach = spec.reach()?;
        let launch = |program| Launch {
            program,
            memory_mb: spec.memory_mb,
            code,
            layers,
            mounts: &spec.mounts,
            reach,
        };
        if let Some(name) = custom::entry(&spec.runtime, &spec.handler) {
            entry::check(code, name)?;
            let installed = self.interpreters.installed().await;
            let program = Program::File { name, installed, listens: false };
            return self.launch_with_api(spec, launch(program)).await;
        }
        if java::is_java(&spec.runtime) {
            let folder = self.options.directory.join("runtime");
            let interpreter =
                self.java.find(&spec.runtime, &folder).await.map_err(|error| missing(&error))?;
            let program = Program::Java { interpreter, handler: &spec.handler };
            return self.launch_with_api(spec, launch(program)).await;
        }
        let (language, interpreter) =
            self.interpreters.find(&spec.runtime).await.map_err(|error| missing(&error))?;
        let program = Program::Bootstrap { language, interpreter, handler: &spec.handler };
        let variables = |folders: &_, _| environment::variables(spec, folders);
        let process = self.launcher.launch(&launch(program), variables).await;
        Ok(Instance::new(process.map_err(|error| cannot_start(&error))?))
    }

    /// Starts a program that asks the runtime API for events.
    async fn launch_with_api(
        &self,
        spec: &FunctionSpec,
        launch: Launch<'_>,
    ) -> Result<Instance, Failed> {
        let started = async {
            let api = custom::Api::open().await?;
            let variables = |folders: &_, _| {
                let mut all = environment::variables(spec, folders);
                all.extend(api.variables(&spec.handler));
                all
            };
            let Process { body, channel, network } =
                self.launcher.launch(&launch, variables).await?;
            Ok(Process { body, channel: api.serve(channel)?, network })
        };
        started.await.map(Instance::new).map_err(|error: io::Error| cannot_start(&error))
    }
}

fn missing(error: &MissingInterpreter) -> Failed {
    Failed::new(Status::Internal, format!("InternalError: {error}"))
}
