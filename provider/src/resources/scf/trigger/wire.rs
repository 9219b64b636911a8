//! What every owner of triggers does with them: finding, making, changing and deleting one.

use tencentcloud_api::scf::{
    self, CreateTriggerRequest, DeleteTriggerRequest, FunctionKey, ListTriggersRequest,
    UpdateTriggerRequest, UpdateTriggerStatusRequest,
};
use tencentcloud_api::{Error as ApiError, Result, cls, mps, page, wait};

use super::document::{self as doc, Document, mean_same};
use crate::Cloud;

/// What tells a trigger from all others, but for the rules of one bucket, which their settings tell
/// apart.
#[derive(Clone, Debug)]
pub struct Identity {
    /// The function, at the version or alias that the trigger is for.
    pub function: FunctionKey,
    /// The type.
    pub kind: String,
    /// The name.
    pub name: String,
}

/// What a trigger is to be.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// Its settings, as they are sent; `None` to leave them as they are.
    pub settings: Option<String>,
    /// Whether it is on; `None` to leave that as it is.
    pub enabled: Option<bool>,
    /// What it is for; `None` to leave that as it is.
    pub description: Option<String>,
    /// What a timer hands over; `None` to leave that as it is.
    pub argument: Option<String>,
}

/// Types that are changed in place.
pub fn is_changeable(kind: &str) -> bool {
    ["timer", "ckafka", "http"].contains(&kind)
}

/// Types that are made by the service where something happens.
pub fn is_made_elsewhere(kind: &str) -> bool {
    ["cls", "mps"].contains(&kind)
}

/// R261: types that are switched on and off.
pub fn is_switchable(kind: &str) -> bool {
    ["timer", "cos", "ckafka", "http"].contains(&kind)
}

/// Settings as they are sent: the compact form, whatever way they were written.
pub fn settings(kind: &str, text: &str) -> String {
    match Document::read(kind, text) {
        Ok(Some(document)) => document.wire(),
        _ => text.to_owned(),
    }
}

fn word(enabled: bool) -> String {
    if enabled { scf::OPEN } else { scf::CLOSE }.to_owned()
}

/// The triggers of that name, of whatever type and version; `None` when there is no such function.
pub async fn find(
    cloud: &Cloud,
    function: &FunctionKey,
    name: &str,
) -> Result<Option<Vec<scf::Trigger>>> {
    let request = ListTriggersRequest {
        function_name: function.name.clone(),
        namespace: Some(function.namespace.clone()),
        filters: Some(vec![scf::Filter {
            name: "TriggerName".to_owned(),
            values: vec![name.to_owned()],
        }]),
        ..ListTriggersRequest::default()
    };
    match page::all_pages(cloud, &request).await {
        Ok(found) => Ok(Some(found)),
        Err(error) if error.is_not_found() => Ok(None),
        Err(error) => Err(error),
    }
}

impl Identity {
    /// Whether a trigger is this one; of a bucket's rules, and of the media service's triggers, whose
    /// names are the cloud's, the one with those settings.
    pub fn is(&self, found: &scf::Trigger, settings: &str) -> bool {
        let by_settings = ["cos", "mps"].contains(&self.kind.as_str());
        found.kind == self.kind
            && (self.kind == "mps" || found.trigger_name == self.name)
            && found.qualifier == self.function.qualifier
            && (!by_settings || mean_same(&found.trigger_desc, &settings.to_owned()))
    }

    fn what(&self) -> String {
        format!("the trigger {} of {}", self.name, self.function)
    }

    /// Makes the trigger. When the answer was lost, what is there now has been made by the lost
    /// request: the cloud refuses a second one.
    pub async fn create(&self, cloud: &Cloud, wanted: &Wanted) -> Result<scf::Trigger> {
        let request = CreateTriggerRequest {
            function_name: self.function.name.clone(),
            trigger_name: self.name.clone(),
            kind: self.kind.clone(),
            trigger_desc: wanted.settings.clone(),
            namespace: Some(self.function.namespace.clone()),
            qualifier: Some(self.function.qualifier.clone()),
            enable: Some(word(wanted.enabled.unwrap_or(true))),
            custom_argument: wanted.argument.clone(),
            description: wanted.description.clone(),
        };
        let what = self.what();
        let made = wait::retry(cloud, &what, ApiError::is_busy, || async {
            match Document::read(&self.kind, wanted.settings.as_deref().unwrap_or("{}")) {
                Ok(Some(Document::Cls(settings))) => self.deliver(cloud, &settings).await,
                Ok(Some(Document::Mps(settings))) => self.bind(cloud, &settings).await,
                _ => Ok(Some(scf::create_trigger(cloud, &request).await?.value.trigger_info)),
            }
        });
        match made.await {
            Ok(Some(made)) => Ok(made),
            // Another service has made it, and tells nothing of it.
            Ok(None) => {
                let named =
                    || scf::Trigger { trigger_name: self.name.clone(), ..Default::default() };
                Ok(self.made(cloud, wanted).await?.unwrap_or_else(named))
            }
            Err(error) if error.may_have_taken_effect() => {
                self.made(cloud, wanted).await?.ok_or(error)
            }
            Err(error) => Err(error),
        }
    }

    /// The trigger, if it is there by now.
    async fn made(&self, cloud: &Cloud, wanted: &Wanted) -> Result<Option<scf::Trigger>> {
        let found = scf::find_triggers(cloud, &self.function).await?.unwrap_or_default();
        let settings = wanted.settings.as_deref().unwrap_or_default();
        // The cloud draws the name of a function URL, and a version has one at most.
        let mut found = found.into_iter().filter(|found| {
            let named = Identity { name: found.trigger_name.clone(), ..self.clone() };
            let identity = if self.kind == "http" { &named } else { self };
            identity.is(found, settings)
        });
        Ok(found.next())
    }

    /// Has the log service make the trigger of a topic.
    async fn deliver(&self, cloud: &Cloud, settings: &doc::Cls) -> Result<Option<scf::Trigger>> {
        let request = cls::CreateDeliverCloudFunctionRequest {
            topic_id: self.name.clone(),
            function_name: self.function.name.clone(),
            namespace: self.function.namespace.clone(),
            qualifier: self.function.qualifier.clone(),
            timeout: Some(settings.max_wait),
            max_msg_num: Some(settings.max_size),
        };
        cls::create_deliver_cloud_function(cloud, &request).await.map(|_| None)
    }

    /// Has the media service make its trigger.
    async fn bind(&self, cloud: &Cloud, settings: &doc::Mps) -> Result<Option<scf::Trigger>> {
        let request = mps::BindTriggerRequest {
            scf_region: cloud.region().to_owned(),
            event_type: settings.event_type.clone(),
            qualifier: self.function.qualifier.clone(),
            function_name: self.function.name.clone(),
            namespace: self.function.namespace.clone(),
        };
        mps::bind_trigger(cloud, &request).await.map(|_| None)
    }

    /// Changes the trigger from what was found to what is wanted; only what differs is sent.
    pub async fn change(&self, cloud: &Cloud, wanted: &Wanted, found: &scf::Trigger) -> Result<()> {
        let differs = |wanted: &Option<String>, found: &str| {
            wanted.as_deref().is_some_and(|wanted| wanted != found)
        };
        let settings =
            wanted.settings.clone().filter(|settings| !mean_same(settings, &found.trigger_desc));
        let enabled = wanted.enabled.filter(|enabled| *enabled != (found.enable == 1));
        let by_change = if self.kind == "http" { enabled } else { None };
        if settings.is_some()
            || by_change.is_some()
            || differs(&wanted.description, &found.description)
            || differs(&wanted.argument, &found.custom_argument)
        {
            let request = UpdateTriggerRequest {
                function_name: self.function.name.clone(),
                trigger_name: self.name.clone(),
                kind: self.kind.clone(),
                enable: by_change.map(word),
                qualifier: Some(self.function.qualifier.clone()),
                namespace: Some(self.function.namespace.clone()),
                trigger_desc: settings,
                description: wanted.description.clone(),
                custom_argument: wanted.argument.clone(),
            };
            wait::retry(cloud, &self.what(), ApiError::is_busy, || async {
                scf::update_trigger(cloud, &request).await
            })
            .await?;
        }
        match enabled.filter(|_| by_change.is_none()) {
            Some(enabled) => self.switch(cloud, enabled, &found.trigger_desc).await,
            None => Ok(()),
        }
    }

    /// R260: switches the trigger on or off. The cloud refuses what it is already.
    async fn switch(&self, cloud: &Cloud, enabled: bool, found: &str) -> Result<()> {
        let request = UpdateTriggerStatusRequest {
            enable: word(enabled),
            function_name: self.function.name.clone(),
            trigger_name: self.name.clone(),
            kind: self.kind.clone(),
            qualifier: Some(self.function.qualifier.clone()),
            namespace: Some(self.function.namespace.clone()),
            trigger_desc: Some(settings(&self.kind, found)),
        };
        let what = self.what();
        let switched = wait::retry(cloud, &what, ApiError::is_busy, || async {
            scf::update_trigger_status(cloud, &request).await
        });
        match switched.await {
            Err(error) if error.code() != Some("FailedOperation.UpdateTriggerStatus") => Err(error),
            _ => Ok(()),
        }
    }

    /// Deletes the trigger; one that is gone already is a success.
    pub async fn delete(&self, cloud: &Cloud, found: &str) -> Result<()> {
        let request = DeleteTriggerRequest {
            function_name: self.function.name.clone(),
            trigger_name: self.name.clone(),
            kind: self.kind.clone(),
            namespace: Some(self.function.namespace.clone()),
            trigger_desc: Some(settings(&self.kind, found)),
            qualifier: Some(self.function.qualifier.clone()),
        };
        let what = self.what();
        let deleted = wait::retry(cloud, &what, ApiError::is_busy, || async {
            scf::delete_trigger(cloud, &request).await
        });
        match deleted.await {
            Err(error) if !error.is_not_found() => Err(error),
            _ => Ok(()),
        }
    }
}
