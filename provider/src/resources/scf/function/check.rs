//! The rules of a function's configuration that need nothing but the configuration.

use std::collections::BTreeMap;
use std::net::IpAddr;

use tf_schema::check::Check;
use tf_schema::{Diagnostics, Value};

use super::{
    Function, cfs, code, concurrency, dead_letter, environment, image, intranet, network, web,
};
use crate::resources::scf::trigger::inline::{self, Context};

/// R35, R61: 2 to 60 letters, digits, hyphens and underscores, from a letter to a letter or digit.
pub fn name(name: &String) -> Check {
    let well_formed = (2..=60).contains(&name.len())
        && name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.ends_with(|c: char| c.is_ascii_alphanumeric())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
    match well_formed {
        true => Ok(()),
        false => Err(format!(
            "Expected 2 to 60 letters, digits, hyphens and underscores, beginning with a letter \
             and ending with a letter or digit, got {name:?}."
        )),
    }
}

/// R46: 64, or 128 to 3072 in steps of 128.
pub fn memory(mb: &i64) -> Check {
    if *mb == 64 || ((128..=3072).contains(mb) && mb % 128 == 0) {
        return Ok(());
    }
    Err(format!("Expected 64, or 128 to 3072 in steps of 128, got {mb}."))
}

/// The languages, and how a handler names its entry file (R65 to R69).
const LANGUAGES: [(&str, Form); 7] = [
    ("Python", Form::Script(&[".py"])),
    ("Nodejs", Form::Script(&[".js", ".mjs", ".cjs"])),
    ("Php", Form::Script(&[".php"])),
    ("Go", Form::Program),
    ("Java", Form::Method),
    ("CustomRuntime", Form::Any),
    ("CustomImage", Form::Any),
];

/// What a handler looks like.
#[derive(Clone, Copy)]
enum Form {
    /// R67: `FILE.FUNCTION`, the file with one of these extensions.
    Script(&'static [&'static str]),
    /// R66: `FILE`.
    Program,
    /// R69: `PACKAGE.CLASS::METHOD`.
    Method,
    /// Whatever the runtime makes of it.
    Any,
}

fn form(runtime: &str) -> Option<Form> {
    LANGUAGES.iter().find(|(language, _)| runtime.starts_with(language)).map(|(_, form)| *form)
}

/// R65: one of the languages. Which of their versions there are is for the cloud to know.
pub fn runtime(runtime: &String) -> Check {
    match form(runtime) {
        Some(_) => Ok(()),
        None => Err(format!(
            "Expected a runtime such as \"Python3.10\", \"Nodejs18.15\", \"Php8.0\", \"Go1\", \
             \"Java8\" or \"CustomRuntime\", got {runtime:?}."
        )),
    }
}

/// R39 and the API's rules on keys.
pub fn environment(variables: &BTreeMap<String, String>) -> Check {
    const RESERVED: [&str; 3] = ["SCF_", "QCLOUD_", "TENCENTCLOUD_"];
    const LIMIT: usize = 4 << 10;
    for key in variables.keys() {
        let well_formed = key.starts_with(|c: char| c.is_ascii_alphabetic())
            && key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        if !well_formed {
            return Err(format!(
                "The key {key:?} must be letters, digits and underscores, beginning with a letter."
            ));
        }
        if let Some(prefix) = RESERVED.iter().find(|prefix| key.starts_with(*prefix)) {
            return Err(format!("The key {key:?} is reserved: the platform sets {prefix}*."));
        }
    }
    let size: usize = variables.iter().map(|(key, value)| key.len() + value.len()).sum();
    if size > LIMIT {
        return Err(format!("All keys and values have {size} bytes; {LIMIT} are allowed."));
    }
    variables.get("OS_NAMESERVER").map_or(Ok(()), |servers| name_servers(servers))
}

/// R346: up to five addresses or names of domains.
fn name_servers(servers: &str) -> Check {
    const MOST: usize = 5;
    let is_label = |label: &str| {
        !label.is_empty() && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
    };
    let is_domain = |name: &str| name.contains('.') && name.split('.').all(is_label);
    let servers: Vec<_> = servers.split(';').collect();
    if servers.len() > MOST {
        return Err(format!("OS_NAMESERVER names {} servers; {MOST} are allowed.", servers.len()));
    }
    match servers.iter().find(|name| name.parse::<IpAddr>().is_err() && !is_domain(name)) {
        None => Ok(()),
        Some(name) => Err(format!(
            "OS_NAMESERVER must be IP addresses or names of domains, separated by semicolons; \
             {name:?} is neither."
        )),
    }
}

/// The rules that concern several attributes.
pub fn configuration(config: &Function, problems: &mut Diagnostics) {
    if let (Some(namespace), Some(name)) = (config.namespace.known(), config.name.known())
        && namespace.len() + name.len() > 118
    {
        let detail = "Namespace and name together may have 118 characters.";
        problems.error("name", "Names too long", detail);
    }
    if let [_, second, ..] = code::sources(config).as_slice() {
        let detail = "Set only one of zip_file, source_dir, source_file, cos_bucket_name and \
                      image_config.";
        problems.error(second.clone(), "Code from two places", detail);
    }
    globs(
        problems,
        &config.source_dir,
        [("source_include", &config.source_include), ("source_exclude", &config.source_exclude)],
    );
    let (bucket, object) = (&config.cos_bucket_name, &config.cos_object_name);
    together(problems, ("cos_bucket_name", bucket), ("cos_object_name", object));
    if bucket.is_null() && !config.cos_bucket_region.is_null() {
        let detail = "cos_bucket_region needs cos_bucket_name.";
        problems.error("cos_bucket_region", "Region without a bucket", detail);
    }
    environment::validate(config, problems);
    check_entry_point(config, problems);
    check_time_limit(config, problems);
    check_trace(config, problems);
    network::check(config, problems);
    let context = Context {
        web: is_web(config),
        web_socket: config.protocol_type.is_known(),
        timeout: config.timeout.known().copied(),
        topic: config.cls_topic_id.known().cloned(),
    };
    inline::check(&config.triggers, &context, problems);
    web::check(config, problems);
    image::check(config, problems);
    concurrency::check(config, problems);
    intranet::check(config, problems);
    cfs::check(config, problems);
    dead_letter::check(config, problems);
    together(
        problems,
        ("cls_logset_id", &config.cls_logset_id),
        ("cls_topic_id", &config.cls_topic_id),
    );
}

/// Globs choose among the files of a folder, so there must be one.
pub fn globs(
    problems: &mut Diagnostics,
    folder: &Value<String>,
    globs: [(&str, &Value<Vec<String>>); 2],
) {
    for (name, globs) in globs {
        if folder.is_null() && globs.is_known() {
            problems.error(name, "Globs without a folder", "They apply to source_dir only.");
        }
    }
}

/// Whether it is a web function.
pub fn is_web(config: &Function) -> bool {
    config.func_type.is_known_and(|kind| kind == "HTTP")
}

fn check_entry_point(config: &Function, problems: &mut Diagnostics) {
    if is_web(config) {
        if config.handler.is_known() {
            let detail = "A web function starts with its scf_bootstrap; leave handler out.";
            problems.error("handler", "Handler of a web function", detail);
        }
        if config.dns_cache.is_known_and(|on| *on) {
            let detail = "A web function starts its own cache in scf_bootstrap.";
            problems.error("dns_cache", "Name cache of a web function", detail);
        }
        return;
    }
    let Some(runtime) = config.runtime.known() else { return };
    check_source_file(config, runtime, problems);
    if config.handler.is_null() && !matches!(form(runtime), Some(Form::Any) | None) {
        let detail = format!("A function in {runtime} needs a handler.");
        problems.error("handler", "Missing handler", detail);
    }
    if let Some(handler) = config.handler.known()
        && let Some(expected) = form(runtime).and_then(|form| misshaped(form, handler))
    {
        let detail = format!("A handler in {runtime} has the form {expected}, got {handler:?}.");
        problems.error("handler", "Invalid handler", detail);
    }
}

/// R95: only what is interpreted runs from its source.
fn check_source_file(config: &Function, runtime: &str, problems: &mut Diagnostics) {
    let compiled = [("Java", ".java"), ("Go", ".go")];
    let Some(file) = config.source_file.known() else { return };
    let language = compiled.iter().find(|(language, _)| runtime.starts_with(language));
    if language.is_some_and(|(_, source)| file.ends_with(source)) {
        let detail = format!(
            "{file:?} is source code, and {runtime} runs compiled programs only: compile it, and \
             name the result here or in a zip package."
        );
        problems.error("source_file", "Source code of a compiled language", detail);
    }
}

/// The form that `handler` should have, if it has another one.
fn misshaped(form: Form, handler: &str) -> Option<&'static str> {
    let parts = handler.split('.').filter(|part| !part.is_empty()).count();
    match form {
        Form::Script(_) if parts != 2 || handler.split('.').count() != 2 => Some("FILE.FUNCTION"),
        Form::Program if handler.contains(['.', ':']) => Some("FILE"),
        Form::Method if parts < 2 || !handler.contains("::") => Some("PACKAGE.CLASS::METHOD"),
        _ => None,
    }
}

fn check_time_limit(config: &Function, problems: &mut Diagnostics) {
    let background = config.async_run_enable.is_known_and(|on| on == "TRUE");
    if let Some(seconds) = config.timeout.known()
        && *seconds > 900
        && !background
        && !config.async_run_enable.is_unknown()
    {
        let detail = format!(
            "Expected 1 to 900 seconds, got {seconds}. Only in asynchronous run mode \
             (async_run_enable) up to 86400 are allowed."
        );
        problems.error("timeout", "Invalid timeout", detail);
    }
}

/// R85.
fn check_trace(config: &Function, problems: &mut Diagnostics) {
    let mode = &config.async_run_enable;
    let background = mode.is_unknown() || mode.is_known_and(|on| on == "TRUE");
    if config.trace_enable.is_known_and(|on| on == "TRUE") && !background {
        let detail = "Only events of asynchronous run mode are traced: set \
                      async_run_enable = \"TRUE\".";
        problems.error("trace_enable", "Traces without asynchronous run mode", detail);
    }
}

/// R200, R343: two attributes that only make sense together.
pub(super) fn together(
    problems: &mut Diagnostics,
    (first, a): (&str, &Value<String>),
    (second, b): (&str, &Value<String>),
) {
    let (alone, missing) = match (a.is_null(), b.is_null()) {
        (false, true) => (first, second),
        (true, false) => (second, first),
        _ => return,
    };
    let detail = format!("{alone} needs {missing}: set both or neither.");
    problems.error(alone, format!("{alone} without {missing}"), detail);
}

/// The file with which a function starts.
pub enum Entry {
    /// Any one of these.
    OneOf(Vec<String>),
    /// This one, which must be executable.
    Bootstrap(String),
}

/// The file with which the function starts, where the configuration tells.
pub fn entry_of(config: &Function) -> Option<Entry> {
    if is_web(config) {
        return Some(Entry::Bootstrap(web::START_FILE.to_owned()));
    }
    let (runtime, handler) = (config.runtime.known()?, config.handler.known()?);
    match form(runtime)? {
        Form::Script(extensions) => {
            let file = handler.split('.').next()?;
            Some(Entry::OneOf(extensions.iter().map(|ext| format!("{file}{ext}")).collect()))
        }
        Form::Program => Some(Entry::OneOf(vec![handler.clone()])),
        Form::Method | Form::Any => None,
    }
}
