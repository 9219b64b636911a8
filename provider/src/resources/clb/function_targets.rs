//! `tencentcloud_clb_function_targets_attachment`: a function behind a rule of a load balancer.
//! <https://www.tencentcloud.com/document/product/214/39849>

use tencentcloud_api::clb::{
    self, DeregisterFunctionTargetsRequest, FunctionInfo, ModifyFunctionTargetsRequest,
    RegisterFunctionTargetsRequest, RuleTargets,
};
use tencentcloud_api::{scf, vpc};
use tf_protocol::{Change, Lifecycle, Presence, Problem, Timeouts};
use tf_schema::check::{between, one_of};
use tf_schema::{Block, Diagnostics, Path, Resource, Value};

use crate::{Cloud, id};

/// A function behind a rule: the load balancer calls it with each request and returns what it
/// answers. The binding is also visible at the function, as a trigger of type `clb`; manage it in
/// one place only.
#[derive(Resource, Default)]
pub struct Attachment {
    /// Id of the load balancer. It cannot be changed.
    #[tf(required, force_new)]
    pub load_balancer_id: Value<String>,
    /// Id of the listener. It cannot be changed.
    #[tf(required, force_new)]
    pub listener_id: Value<String>,
    /// Id of the rule. Set either this, or `domain` and `url`. It cannot be changed.
    #[tf(optional, computed, stable, force_new)]
    pub location_id: Value<String>,
    /// Domain of the rule; goes together with `url`. It cannot be changed.
    #[tf(optional, computed, stable, force_new)]
    pub domain: Value<String>,
    /// Path of the rule; goes together with `domain`. It cannot be changed.
    #[tf(optional, computed, stable, force_new)]
    pub url: Value<String>,
    /// Ids of the load balancer, the listener and the rule, joined by number signs.
    #[tf(computed, stable)]
    pub id: Value<String>,
    /// The function and its weight.
    #[tf(block, min(1), max(1))]
    pub function_targets: Value<Vec<Target>>,
}

/// A function and its weight.
#[derive(Block, Default)]
pub struct Target {
    /// Share of the requests that it gets, 0 to 100.
    #[tf(optional, default = 10, validate(between(0, 100)))]
    pub weight: Value<i64>,
    /// The function. A change replaces the binding.
    #[tf(block, min(1), max(1), force_new)]
    pub function: Value<Vec<Function>>,
}

/// A function.
#[derive(Block, Default)]
pub struct Function {
    /// Namespace of the function.
    #[tf(required)]
    pub function_namespace: Value<String>,
    /// Name of the function.
    #[tf(required)]
    pub function_name: Value<String>,
    /// Version or alias of the function.
    #[tf(required)]
    pub function_qualifier: Value<String>,
    /// `VERSION` or `ALIAS`: which of them the qualifier is.
    #[tf(optional, validate(one_of(&["VERSION", "ALIAS"])))]
    pub function_qualifier_type: Value<String>,
}

/// Regions in which functions can be behind load balancers (R1, R2, D1).
const REGIONS: [&str; 12] = [
    "ap-guangzhou",
    "ap-shanghai",
    "ap-beijing",
    "ap-chengdu",
    "ap-hongkong",
    "ap-singapore",
    "ap-mumbai",
    "ap-tokyo",
    "na-siliconvalley",
    "ap-shenzhen-fsi",
    "ap-shanghai-fsi",
    "ap-beijing-fsi",
];

/// Regions of which the vendor's pages say different things (D1).
const DOUBTFUL: [&str; 3] = ["ap-mumbai", "ap-shenzhen-fsi", "ap-shanghai-fsi"];

impl Lifecycle for Attachment {
    const TYPE: &'static str = "tencentcloud_clb_function_targets_attachment";
    const TIMEOUTS: Timeouts = Timeouts::NONE.create(10).update(10).delete(10);
    type Cloud = Cloud;

    async fn create(&mut self, cloud: &Cloud) -> Result<(), Problem> {
        let request = RegisterFunctionTargetsRequest {
            load_balancer_id: self.load_balancer_id.or_default(),
            listener_id: self.listener_id.or_default(),
            function_targets: self.targets(),
            location_id: self.location_id.known().cloned(),
            domain: self.domain.known().filter(|_| !self.location_id.is_known()).cloned(),
            url: self.url.known().filter(|_| !self.location_id.is_known()).cloned(),
        };
        let rule = match self.location_id.known() {
            Some(rule) => rule.clone(),
            None => format!("{}#{}", self.domain.text(), self.url.text()),
        };
        let id = format!("{}#{}#{rule}", request.load_balancer_id, request.listener_id);
        let pending = match clb::register_function_targets(cloud, &request).await {
            Err(error) if error.may_have_taken_effect() => {
                self.id = id.into();
                let found = self.find(cloud).await?;
                return found.map(|_| ()).ok_or_else(|| error.into());
            }
            pending => pending?,
        };
        self.id = id.into();
        pending.done().await?;
        Ok(())
    }

    async fn read(&mut self, cloud: &Cloud) -> Result<Presence, Problem> {
        match self.find(cloud).await? {
            Some(found) => self.adopt(found),
            None => return Ok(Presence::Gone),
        }
        Ok(Presence::Present)
    }

    async fn update(&mut self, _prior: &Self, cloud: &Cloud) -> Result<(), Problem> {
        let request = ModifyFunctionTargetsRequest {
            load_balancer_id: self.load_balancer_id.or_default(),
            listener_id: self.listener_id.or_default(),
            function_targets: self.targets(),
            location_id: self.location_id.known().cloned(),
            domain: None,
            url: None,
        };
        clb::modify_function_targets(cloud, &request).await?.done().await?;
        Ok(())
    }

    async fn delete(&mut self, cloud: &Cloud) -> Result<(), Problem> {
        let Some(found) = self.find(cloud).await? else { return Ok(()) };
        let request = DeregisterFunctionTargetsRequest {
            load_balancer_id: self.load_balancer_id.or_default(),
            listener_id: self.listener_id.or_default(),
            function_targets: found.function_targets,
            location_id: Some(found.location_id),
            domain: None,
            url: None,
        };
        match clb::deregister_function_targets(cloud, &request).await {
            Err(error) if error.is_not_found() => Ok(()),
            pending => {
                pending?.done().await?;
                Ok(())
            }
        }
    }

    fn import(id: &str) -> Result<Self, Problem> {
        Place::read(id)?;
        Ok(Attachment { id: id.into(), ..Attachment::default() })
    }

    fn validate(config: &Self, problems: &mut Diagnostics) {
        let (by_id, by_path) = (&config.location_id, [&config.domain, &config.url]);
        if by_id.is_null() && by_path.iter().any(|value| value.is_null()) {
            let detail = "A function is behind a rule, not behind a listener: set \
                          location_id, or domain and url.";
            problems.error("location_id", "Missing rule", detail);
        }
        if config.domain.is_null() != config.url.is_null() {
            let detail = "A rule is named by its domain and its path: set both or neither.";
            problems.error("domain", "Half of a rule's name", detail);
        }
        let targets = config.function_targets.known().into_iter().flatten();
        for function in targets.flat_map(|target| target.function.known().into_iter().flatten()) {
            check_qualifier(function, problems);
        }
    }

    async fn plan(change: &mut Change<Self>, cloud: &Cloud) -> Result<(), Problem> {
        let region = cloud.region();
        if !REGIONS.contains(&region) {
            let detail = format!(
                "Functions can be behind load balancers in {}, not in {region}.",
                REGIONS.join(", ")
            );
            change.problems.error(Path::root(), "Not in this region", detail);
        } else if DOUBTFUL.contains(&region) {
            let detail = format!(
                "The vendor's pages do not agree whether functions can be behind load balancers \
                 in {region}."
            );
            change.problems.warning(Path::root(), "Perhaps not in this region", detail);
        }
        if change.creates() {
            refuse_what_cannot_be_bound(change, cloud).await?;
        }
        Ok(())
    }
}

/// R18: a qualifier is a version (`$LATEST` or a number) or the name of an alias.
fn check_qualifier(function: &Function, problems: &mut Diagnostics) {
    let (Some(qualifier), Some(kind)) =
        (function.function_qualifier.known(), function.function_qualifier_type.known())
    else {
        return;
    };
    let is_version = qualifier == scf::LATEST || qualifier.chars().all(|c| c.is_ascii_digit());
    if (kind == "VERSION") != is_version {
        let path = Path::attribute("function_targets").index(0).name("function").index(0);
        let detail = format!(
            "A VERSION is $LATEST or a number, an ALIAS begins with a letter or is $DEFAULT; \
             {qualifier:?} is no {kind}."
        );
        problems.error(path.name("function_qualifier"), "Another kind of qualifier", detail);
    }
}

/// What the cloud knows already and would refuse: traditional accounts (R3), classic and IPv6 load
/// balancers (R5, R6, R10), listeners of other protocols (R11 to R13), web functions (R14).
async fn refuse_what_cannot_be_bound(
    change: &mut Change<Attachment>,
    cloud: &Cloud,
) -> Result<(), Problem> {
    let account = vpc::describe_network_account_type(cloud, &Default::default()).await?;
    if account.network_account_type == "LEGACY" {
        let detail = "Only standard accounts, billed by address, can put functions behind load \
                      balancers. Upgrade the account's network type in the console.";
        change.problems.error(Path::root(), "Traditional account", detail);
    }
    let (balancer, listener) =
        (change.planned.load_balancer_id.known(), change.planned.listener_id.known());
    if let Some(id) = balancer
        && let Some(found) = clb::find_load_balancer(cloud, id).await?
    {
        let reason = match &found {
            found if found.forward == 0 => "it is of the classic kind",
            found if matches!(found.vpc_id.as_str(), "" | "0") => "it is in the classic network",
            found if found.ipv6_mode == "IPv6FullChain" => "it is an IPv6 load balancer",
            _ => "",
        };
        if !reason.is_empty() {
            let detail = format!("{id} cannot have functions behind it: {reason}.");
            change.problems.error("load_balancer_id", "Not this load balancer", detail);
        }
    }
    if let (Some(balancer), Some(listener)) = (balancer, listener)
        && let Some(found) = clb::find_listener(cloud, balancer, listener).await?
        && !matches!(found.protocol.as_str(), "HTTP" | "HTTPS")
    {
        let detail = format!(
            "{listener} is a {} listener; only HTTP and HTTPS listeners can have functions behind \
             them.",
            found.protocol
        );
        change.problems.error("listener_id", "Not this listener", detail);
    }
    refuse_web_function(change, cloud).await
}

async fn refuse_web_function(
    change: &mut Change<Attachment>,
    cloud: &Cloud,
) -> Result<(), Problem> {
    let Some(target) = change.planned.target() else { return Ok(()) };
    let (Some(namespace), Some(name)) =
        (target.function_namespace.known(), target.function_name.known())
    else {
        return Ok(());
    };
    let key = scf::FunctionKey::latest(namespace, name);
    let found = scf::find_function(cloud, &key).await?;
    if found.is_some_and(|function| function.kind == "HTTP") {
        let path = Path::attribute("function_targets").index(0).name("function").index(0);
        let detail = format!("{name} is a web function; only event functions can be bound.");
        change.problems.error(path.name("function_name"), "Web function", detail);
    }
    Ok(())
}

impl Attachment {
    fn target(&self) -> Option<&Function> {
        self.function_targets.known()?.first()?.function.known()?.first()
    }

    fn targets(&self) -> Vec<clb::FunctionTarget> {
        let targets = self.function_targets.known().into_iter().flatten();
        targets
            .flat_map(|target| {
                let functions = target.function.known().into_iter().flatten();
                functions.map(|function| clb::FunctionTarget {
                    function: FunctionInfo {
                        function_namespace: function.function_namespace.or_default(),
                        function_name: function.function_name.or_default(),
                        function_qualifier: function.function_qualifier.or_default(),
                        function_qualifier_type: function.function_qualifier_type.known().cloned(),
                    },
                    weight: target.weight.known().copied(),
                })
            })
            .collect()
    }

    /// The rule with its functions; `None` where the rule is gone or has none.
    async fn find(&self, cloud: &Cloud) -> Result<Option<RuleTargets>, Problem> {
        let place = Place::read(self.id.text())?;
        let found = match clb::find_targets(cloud, &place.balancer, &place.listener).await {
            Err(error) if error.is_not_found() => return Ok(None),
            found => found?,
        };
        let rules = found.into_iter().flat_map(|listener| listener.rules);
        let mut rules = rules.filter(|rule| place.is_at(rule));
        Ok(rules.next().filter(|rule| !rule.function_targets.is_empty()))
    }

    fn adopt(&mut self, found: RuleTargets) {
        if let Ok(place) = Place::read(self.id.text()) {
            self.load_balancer_id = place.balancer.into();
            self.listener_id = place.listener.into();
        }
        self.location_id = found.location_id.into();
        self.domain = found.domain.into();
        self.url = found.url.into();
        // The kind of qualifier is shown even where the user left it out.
        let unsaid = self.target().is_some_and(|f| f.function_qualifier_type.is_null());
        let targets = found.function_targets.into_iter().map(|target| Target {
            weight: target.weight.unwrap_or(10).into(),
            function: vec![Function {
                function_namespace: target.function.function_namespace.into(),
                function_name: target.function.function_name.into(),
                function_qualifier: target.function.function_qualifier.into(),
                function_qualifier_type: match unsaid {
                    true => Value::Null,
                    false => target.function.function_qualifier_type.into(),
                },
            }]
            .into(),
        });
        self.function_targets = targets.collect::<Vec<_>>().into();
    }
}

/// Where a function is: the official ids are `LB#LISTENER#RULE` and `LB#LISTENER#DOMAIN#PATH`.
struct Place {
    balancer: String,
    listener: String,
    rule: Rule,
}

enum Rule {
    Id(String),
    Path { domain: String, url: String },
}

impl Place {
    fn read(text: &str) -> Result<Place, Problem> {
        const FORM: &str = "LB#LISTENER#RULE or LB#LISTENER#DOMAIN#PATH";
        if text.split('#').count() == 4 {
            let [balancer, listener, domain, url] = id::split(text, '#', FORM)?;
            return Ok(Place { balancer, listener, rule: Rule::Path { domain, url } });
        }
        let [balancer, listener, rule] = id::split(text, '#', FORM)?;
        Ok(Place { balancer, listener, rule: Rule::Id(rule) })
    }

    fn is_at(&self, found: &RuleTargets) -> bool {
        match &self.rule {
            Rule::Id(id) => found.location_id == *id,
            Rule::Path { domain, url } => found.domain == *domain && found.url == *url,
        }
    }
}
