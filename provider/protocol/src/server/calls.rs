//! Every call of the protocol.

use std::pin::Pin;

use tf_schema::{Diagnostics, Dynamic};
use tokio_stream::Stream;
use tonic::{Request, Response, Status};

use super::answer::{Answer, answer};
use super::{Server, read, unknown, write};
use crate::lifecycle::Provider;
use crate::managed::Proposal;
use crate::proto::tfplugin6 as pb;
use crate::proto::tfplugin6::provider_server::Provider as Calls;
use crate::{convert, private};

type Events<T> = Pin<Box<dyn Stream<Item = Result<T, Status>> + Send>>;

fn once<T: Send + 'static>(event: T) -> Response<Events<T>> {
    Response::new(Box::pin(tokio_stream::once(Ok(event))))
}

impl<P: Provider> Server<P> {
    fn validate_provider(
        &self,
        request: pb::validate_provider_config::Request,
    ) -> Result<pb::validate_provider_config::Response, Diagnostics> {
        let block = &self.provider.block;
        let config = read(request.config, &block.ty())?;
        Ok(pb::validate_provider_config::Response::default().with(block.validate(&config)))
    }

    fn configure_provider(
        &self,
        request: pb::configure_provider::Request,
    ) -> Result<pb::configure_provider::Response, Diagnostics> {
        let config = read(request.config, &self.provider.block.ty())?;
        self.configure(&config, &request.terraform_version)?;
        Ok(Default::default())
    }

    fn validate_managed(
        &self,
        request: pb::validate_resource_config::Request,
    ) -> Result<pb::validate_resource_config::Response, Diagnostics> {
        let resource = self.resource(&request.type_name)?;
        let config = read(request.config, &resource.schema().block.ty())?;
        Ok(pb::validate_resource_config::Response::default().with(resource.validate(&config)))
    }

    fn validate_data(
        &self,
        request: pb::validate_data_resource_config::Request,
    ) -> Result<pb::validate_data_resource_config::Response, Diagnostics> {
        let source = self.data_source(&request.type_name)?;
        let config = read(request.config, &source.schema().block.ty())?;
        Ok(pb::validate_data_resource_config::Response::default().with(source.validate(&config)))
    }

    async fn read_managed(
        &self,
        request: pb::read_resource::Request,
    ) -> Result<pb::read_resource::Response, Diagnostics> {
        let resource = self.resource(&request.type_name)?;
        let ty = resource.schema().block.ty();
        let state = read(request.current_state, &ty)?;
        let foreign = private::is_foreign(&request.private);
        let state = resource.read(state, foreign, self.call()?).await?;
        Ok(pb::read_resource::Response {
            new_state: write(&state, &ty),
            private: private::marked(&request.private),
            ..Default::default()
        })
    }

    async fn plan(
        &self,
        request: pb::plan_resource_change::Request,
    ) -> Result<pb::plan_resource_change::Response, Diagnostics> {
        let resource = self.resource(&request.type_name)?;
        let ty = resource.schema().block.ty();
        let proposed = read(request.proposed_new_state, &ty)?;
        if proposed.is_null() {
            return Ok(pb::plan_resource_change::Response {
                planned_state: write(&Dynamic::Null, &ty),
                planned_private: request.prior_private,
                ..Default::default()
            });
        }
        let prior = read(request.prior_state, &ty)?;
        let config = read(request.config, &ty)?;
        // Terraform offers deferrals while applying, and while planning only to experiments.
        let applying = request.client_capabilities.is_some_and(|client| client.deferral_allowed);
        let proposal = Proposal { prior, proposed, config, applying };
        let (plan, problems) = resource.plan(proposal, self.call()?).await;
        let response = pb::plan_resource_change::Response {
            planned_state: write(&plan.state, &ty),
            requires_replace: plan.replace.iter().map(convert::path).collect(),
            planned_private: request.prior_private,
            ..Default::default()
        };
        Ok(response.with(problems))
    }

    async fn apply(
        &self,
        request: pb::apply_resource_change::Request,
    ) -> Result<pb::apply_resource_change::Response, Diagnostics> {
        let resource = self.resource(&request.type_name)?;
        let ty = resource.schema().block.ty();
        let prior = read(request.prior_state, &ty)?;
        let planned = read(request.planned_state, &ty)?;
        let config = read(request.config, &ty)?;
        let call = self.call()?;
        let applied = if planned.is_null() {
            resource.delete(prior, call).await
        } else if prior.is_null() {
            resource.create(planned, config, call).await
        } else {
            resource.update(prior, planned, config, call).await
        };
        let response = pb::apply_resource_change::Response {
            new_state: write(&applied.state, &ty),
            private: match applied.state.is_null() {
                true => Vec::new(),
                false => private::marked(&request.planned_private),
            },
            ..Default::default()
        };
        Ok(response.with(applied.problems))
    }

    async fn read_data(
        &self,
        request: pb::read_data_source::Request,
    ) -> Result<pb::read_data_source::Response, Diagnostics> {
        let source = self.data_source(&request.type_name)?;
        let ty = source.schema().block.ty();
        let config = read(request.config, &ty)?;
        let state = source.read(config, self.call()?).await?;
        Ok(pb::read_data_source::Response { state: write(&state, &ty), ..Default::default() })
    }
}

/// What a call is about, for the log.
trait Subject {
    fn subject(&self) -> &str {
        ""
    }
}

macro_rules! subjects {
    ($($message:ident $(. $field:ident)?),+ $(,)?) => {
        $(impl Subject for pb::$message::Request {
            $(fn subject(&self) -> &str {
                &self.$field
            })?
        })+
    };
}

subjects!(
    get_metadata,
    get_provider_schema,
    get_resource_identity_schemas,
    get_functions,
    validate_provider_config,
    configure_provider,
    validate_resource_config.type_name,
    validate_data_resource_config.type_name,
    validate_ephemeral_resource_config.type_name,
    validate_list_resource_config.type_name,
    validate_action_config.type_name,
    upgrade_resource_state.type_name,
    upgrade_resource_identity.type_name,
    move_resource_state.target_type_name,
    import_resource_state.type_name,
    generate_resource_config.type_name,
    read_resource.type_name,
    plan_resource_change.type_name,
    apply_resource_change.type_name,
    read_data_source.type_name,
    open_ephemeral_resource.type_name,
    renew_ephemeral_resource.type_name,
    close_ephemeral_resource.type_name,
    plan_action.action_type,
);

/// The future of a call, as the generated trait wants it.
type Answered<'f, T> = Pin<Box<dyn Future<Output = Result<Response<T>, Status>> + Send + 'f>>;

/// Declares calls, each with the one expression that answers it.
macro_rules! calls {
    ($($name:ident: |$server:ident, $request:ident| $work:expr;)+) => {
        $(fn $name<'a: 'f, 'f>(
            &'a self,
            request: Request<pb::$name::Request>,
        ) -> Answered<'f, pb::$name::Response>
        where
            Self: 'f,
        {
            Box::pin(async move {
                let ($server, $request) = (self, request.into_inner());
                let subject = $request.subject().to_owned();
                answer(stringify!($name), &subject, async move { $work }).await
            })
        })+
    };
}

#[tonic::async_trait]
impl<P: Provider> Calls for Server<P> {
    calls! {
        get_metadata: |server, _request| Ok(server.metadata());
        get_provider_schema: |server, _request| Ok(server.schemas());
        get_resource_identity_schemas: |_server, _request| Ok(Default::default());
        get_functions: |_server, _request| Ok(Default::default());
        validate_provider_config: |server, request| server.validate_provider(request);
        configure_provider: |server, request| server.configure_provider(request);
        validate_resource_config: |server, request| server.validate_managed(request);
        validate_data_resource_config: |server, request| server.validate_data(request);
        upgrade_resource_state: |server, request| server.upgrade(request);
        move_resource_state: |server, request| server.move_state(request);
        import_resource_state: |server, request| server.import(request);
        generate_resource_config: |server, request| server.generate(request);
        read_resource: |server, request| server.read_managed(request).await;
        plan_resource_change: |server, request| server.plan(request).await;
        apply_resource_change: |server, request| server.apply(request).await;
        read_data_source: |server, request| server.read_data(request).await;
        upgrade_resource_identity: |_server, request| {
            Err(unknown("resource identity", request.subject()))
        };
        validate_ephemeral_resource_config: |_server, request| {
            Err(unknown("ephemeral resource", request.subject()))
        };
        open_ephemeral_resource: |_server, request| {
            Err(unknown("ephemeral resource", request.subject()))
        };
        renew_ephemeral_resource: |_server, request| {
            Err(unknown("ephemeral resource", request.subject()))
        };
        close_ephemeral_resource: |_server, request| {
            Err(unknown("ephemeral resource", request.subject()))
        };
        validate_list_resource_config: |_server, request| {
            Err(unknown("list resource", request.subject()))
        };
        validate_action_config: |_server, request| Err(unknown("action", request.subject()));
        plan_action: |_server, request| Err(unknown("action", request.subject()));
    }

    async fn call_function(
        &self,
        request: Request<pb::call_function::Request>,
    ) -> Result<Response<pb::call_function::Response>, Status> {
        let text = format!(
            "This release of the provider has no function named {:?}.",
            request.into_inner().name
        );
        let error = pb::FunctionError { text, function_argument: None };
        Ok(Response::new(pb::call_function::Response { result: None, error: Some(error) }))
    }

    async fn list_resource(
        &self,
        request: Request<pb::list_resource::Request>,
    ) -> Result<Response<Events<pb::list_resource::Event>>, Status> {
        let problems = unknown("list resource", &request.into_inner().type_name);
        let diagnostic = convert::diagnostics(problems);
        Ok(once(pb::list_resource::Event { diagnostic, ..Default::default() }))
    }

    async fn invoke_action(
        &self,
        request: Request<pb::invoke_action::Request>,
    ) -> Result<Response<Events<pb::invoke_action::Event>>, Status> {
        use pb::invoke_action::event::{Completed, Type};
        let problems = unknown("action", &request.into_inner().action_type);
        let completed = Completed { diagnostics: convert::diagnostics(problems) };
        Ok(once(pb::invoke_action::Event { r#type: Some(Type::Completed(completed)) }))
    }

    async fn stop_provider(
        &self,
        _: Request<pb::stop_provider::Request>,
    ) -> Result<Response<pb::stop_provider::Response>, Status> {
        self.stop.load().cancel();
        Ok(Response::new(pb::stop_provider::Response::default()))
    }
}
