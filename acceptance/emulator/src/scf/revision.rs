//! A revision: code and configuration as they are at one time. `$LATEST` has one, and publishing
//! copies it into a version (R273).

use std::net::Ipv4Addr;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::concurrency::Concurrency;
use super::dead_letter::DeadLetters;
use super::function::Kind;
use super::image::{self, Image};
use super::layer::{self, Bound};
use super::mount::{self, Mounted};
use super::package::{self, Code};
use super::{flag, network, rules};
use crate::call::Call;
use crate::clock::Time;
use crate::cls;
use crate::params::Params;
use crate::refusal::{Refusal, refused};
use crate::runtime::Web;
use crate::store::{Scope, StoreError};

/// The API's default when a request names no runtime.
const USUAL_RUNTIME: &str = "Python2.7";
/// R76.
const USUAL_TIMEOUT: i64 = 3;
const USUAL_MEMORY: i64 = 128;
const USUAL_HANDLER: &str = "index.main_handler";
/// The API's default for WebSocket connections.
const USUAL_IDLE: i64 = 15;

/// Code and configuration of a function at one time.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Revision {
    /// Different for every revision of every function in an account and region.
    pub number: u64,
    /// The code; that of an image is empty.
    pub code: Code,
    pub(super) image: Option<Image>,
    /// What is merged below /opt, lowest first.
    pub(super) layers: Vec<Bound>,
    /// What people say about it.
    pub description: String,
    /// Where it starts.
    pub handler: String,
    /// What runs it.
    pub runtime: String,
    /// MB.
    pub memory: i64,
    /// Seconds.
    pub timeout: i64,
    /// Seconds.
    pub init_timeout: i64,
    /// In the order in which it was given.
    pub environment: Vec<(String, String)>,
    /// The VPC and the subnet that it works in.
    pub vpc: Option<(String, String)>,
    /// Whether it reaches the Internet (R79).
    pub public: bool,
    /// Whether it does so from one fixed address (R80).
    pub fixed_ip: bool,
    /// Its fixed address in its subnet.
    pub(super) intranet: Option<Ipv4Addr>,
    /// The file systems that it mounts (R82).
    pub(super) mounts: Vec<Mounted>,
    /// The role that it runs with.
    pub role: String,
    pub(super) cls_logset: String,
    pub(super) cls_topic: String,
    pub(super) l5: bool,
    pub(super) dns_cache: bool,
    pub(super) ignore_sys_log: bool,
    pub(super) web_socket_idle: Option<i64>,
    pub(super) concurrency: Option<Concurrency>,
    pub(super) dead_letters: Option<DeadLetters>,
    /// When it was made.
    pub modified: Time,
}

impl Revision {
    /// What a function is before its create call says anything.
    pub(super) fn new(call: &Call<'_>) -> Self {
        let init_timeout = call.cloud.readings.now().init_timeout_seconds;
        Self { init_timeout, ..Self::usual(call.now) }
    }

    /// What a function is, apart from what can be changed about that.
    pub(super) fn usual(now: Time) -> Self {
        Self {
            number: 0,
            code: Code::default(),
            image: None,
            layers: Vec::new(),
            description: String::new(),
            handler: USUAL_HANDLER.to_owned(),
            runtime: USUAL_RUNTIME.to_owned(),
            memory: USUAL_MEMORY,
            timeout: USUAL_TIMEOUT,
            init_timeout: 0,
            environment: Vec::new(),
            vpc: None,
            public: true,
            fixed_ip: false,
            intranet: None,
            mounts: Vec::new(),
            role: String::new(),
            cls_logset: String::new(),
            cls_topic: String::new(),
            l5: false,
            dns_cache: false,
            ignore_sys_log: false,
            web_socket_idle: None,
            concurrency: None,
            dead_letters: None,
            modified: now,
        }
    }

    /// Takes over what a create or update call says; what it leaves out stays.
    pub(super) fn apply(
        &mut self,
        call: &Call<'_>,
        kind: Kind,
        async_run: bool,
        web_socket: bool,
    ) -> Result<(), Refusal> {
        let p = &call.params;
        if let Some(text) = p.text("Description") {
            self.description = rules::description(text)?;
        }
        if let Some(mb) = p.int("MemorySize") {
            self.memory = rules::memory(call, mb)?;
        }
        if let Some(seconds) = p.int("Timeout") {
            self.timeout = rules::timeout(call, seconds, async_run)?;
        }
        if let Some(seconds) = p.int("InitTimeout") {
            self.init_timeout = rules::init_timeout(call, seconds)?;
        }
        for (member, slot) in [
            ("Role", &mut self.role),
            ("ClsLogsetId", &mut self.cls_logset),
            ("ClsTopicId", &mut self.cls_topic),
        ] {
            if let Some(text) = p.text(member) {
                text.clone_into(slot);
            }
        }
        self.deliver_logs(call)?;
        self.apply_environment(p)?;
        if let Some(layers) = layer::bound(call, &self.runtime, &self.layers)? {
            self.layers = layers;
            package::within_limit(self.packages())?;
        }
        network::apply(self, call)?;
        mount::apply(self, call)?;
        if let Some(config) = p.object("DeadLetterConfig") {
            self.dead_letters = DeadLetters::read(&config)?;
        }
        self.apply_switches(p, kind)?;
        self.apply_web(call, kind, web_socket)
    }

    /// Decides where the logs go: into the topic that the caller names, or into the platform's.
    pub(super) fn deliver_logs(&mut self, call: &Call<'_>) -> Result<(), Refusal> {
        if self.cls_logset.is_empty() && self.cls_topic.is_empty() {
            if call.cloud.readings.now().logs_go_to_the_platforms_topic {
                (self.cls_logset, self.cls_topic) = cls::default_topic(call)?;
            }
            return Ok(());
        }
        let sent = |member| call.params.knows(member) && call.params.has(member);
        if sent("ClsLogsetId") || sent("ClsTopicId") {
            cls::check(call, &self.cls_logset, &self.cls_topic)?;
            cls::deploy_index(call, &self.cls_topic)?;
        }
        Ok(())
    }

    fn apply_environment(&mut self, p: &Params<'_>) -> Result<(), Refusal> {
        let Some(environment) = p.object("Environment") else { return Ok(()) };
        let pair = |v: &Params<'_>| (v.str("Key").to_owned(), v.str("Value").to_owned());
        let mut variables: Vec<_> = environment.objects("Variables").iter().map(pair).collect();
        if variables.iter().all(|(key, value)| key.is_empty() && value.is_empty()) {
            // One empty variable is how the API says "none".
            variables.clear();
        }
        rules::environment(&variables)?;
        self.environment = variables;
        Ok(())
    }

    fn apply_switches(&mut self, p: &Params<'_>, kind: Kind) -> Result<(), Refusal> {
        if flag(p, "InstallDependency", "InvalidParameterValue")? == Some(true) {
            let text =
                "The local cloud installs no dependencies; put node_modules into the package.";
            return refused("UnsupportedOperation", text);
        }
        match flag(p, "DnsCache", "InvalidParameterValue")? {
            // R392: web functions start the cache by themselves.
            Some(true) if kind == Kind::Http => {
                refused("InvalidParameterValue", "DnsCache is a switch of event functions.")
            }
            Some(on) => {
                self.dns_cache = on;
                Ok(())
            }
            None => Ok(()),
        }
    }

    fn apply_web(&mut self, call: &Call<'_>, kind: Kind, web_socket: bool) -> Result<(), Refusal> {
        let p = &call.params;
        if web_socket && self.web_socket_idle.is_none() {
            self.web_socket_idle = Some(USUAL_IDLE);
        }
        if let Some(ws) = p.object("ProtocolParams").and_then(|params| params.object("WSParams")) {
            if !web_socket {
                let text = "WSParams belong to web functions with the protocol WS.";
                return refused("InvalidParameterValue.WebSocketsParams", text);
            }
            self.web_socket_idle = ws.int("IdleTimeOut").or(self.web_socket_idle);
        }
        let [least, most] = call.cloud.readings.now().web_socket_idle_seconds;
        if let Some(idle) = self.web_socket_idle
            && !((least..=most).contains(&idle) && idle <= self.timeout)
        {
            // R159, R160.
            let text = format!(
                "IdleTimeOut {idle} must be {least} to {most} and no longer than the Timeout of {}.",
                self.timeout
            );
            return refused("InvalidParameterValue.IdleTimeOut", text);
        }
        if let Some(config) = p.object("InstanceConcurrencyConfig") {
            self.concurrency = Concurrency::read(call, &config, kind)?;
        }
        Ok(())
    }

    /// How it serves, if it is of a web function (R169).
    pub(super) fn web(&self) -> Web {
        let positive = |number: i64| u64::try_from(number).unwrap_or_default();
        Web {
            concurrency: self
                .concurrency
                .as_ref()
                .map_or(1, |concurrency| u32::try_from(concurrency.most()).unwrap_or(1)),
            socket_idle: self.web_socket_idle.map(|idle| Duration::from_secs(positive(idle))),
        }
    }

    /// Its code and its layers.
    fn packages(&self) -> impl Iterator<Item = &Code> {
        self.layers.iter().map(Bound::code).chain([&self.code])
    }

    /// Takes an image as its code (R100 to R103).
    ///
    /// # Errors
    /// When it is not in this region's registries.
    pub(super) fn take_image(
        &mut self,
        call: &Call<'_>,
        config: &Params<'_>,
    ) -> Result<(), Refusal> {
        image::RUNTIME.clone_into(&mut self.runtime);
        self.image = Some(Image::read(call, config)?);
        Ok(())
    }

    /// Takes code that was sent, and stores it.
    ///
    /// # Errors
    /// R29, R37, R96, R97: when it is no usable package.
    pub(super) fn take_code(
        &mut self,
        call: &Call<'_>,
        kind: Kind,
        bytes: &[u8],
    ) -> Result<(), Refusal> {
        self.code = Code::of(bytes)?;
        package::within_limit(self.packages())?;
        package::check_entry(bytes, kind, self)?;
        package::store(call, bytes, &self.code)
    }

    /// Keeps its packages while it is stored.
    pub(super) fn hold(&self, here: &Scope<'_>) -> Result<(), StoreError> {
        package::hold(here, &self.code)?;
        self.layers.iter().try_for_each(|layer| package::bind(here, layer.code()))
    }

    /// The inverse of [`Revision::hold`].
    pub(super) fn release(&self, here: &Scope<'_>) -> Result<(), StoreError> {
        package::release(here, &self.code)?;
        self.layers.iter().try_for_each(|layer| package::unbind(here, layer.code()))
    }

    /// The members that GetFunction and PublishVersion share.
    pub(super) fn summary(&self) -> Value {
        json!({
            "CodeSize": self.code.size,
            "MemorySize": self.memory,
            "Description": self.description,
            "Handler": self.handler,
            "Timeout": self.timeout,
            "Runtime": self.runtime,
        })
    }
}
