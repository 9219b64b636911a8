//! The product's rules about names and numbers.

use std::net::IpAddr;

use crate::call::Call;
use crate::quotas;
use crate::readings::{Range, within};
use crate::refusal::{Refusal, refused};

/// R46: the one size that is not a multiple of 128.
const SMALLEST_MEMORY: i64 = 64;
const MEMORY_STEP: i64 = 128;
/// R83: asynchronous run mode allows a day.
const ASYNC_TIMEOUT: i64 = 86_400;
/// R72.
const SHORTEST_INIT: i64 = 3;
/// R39.
const ENVIRONMENT_BYTES: usize = 4096;
/// R346.
const NAME_SERVERS: usize = 5;
const RESERVED_PREFIXES: [&str; 3] = ["SCF_", "QCLOUD_", "TENCENTCLOUD_"];
const LONGEST_DESCRIPTION: usize = 1000;

/// A runtime and what it demands of a handler.
pub(super) struct Runtime {
    /// The name, as the API spells it.
    pub(super) name: &'static str,
    /// How its handlers look.
    pub(super) form: Form,
    /// Its language's own extension (R68); empty where the entry file has none.
    pub(super) extension: &'static str,
}

/// How a runtime's handlers look.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// R66: `file`.
    File,
    /// R67: `file.function`.
    FileFunction,
    /// R69: `package.class::method`.
    PackageClassMethod,
    /// Anything: the package's own `bootstrap` reads it.
    Free,
}

macro_rules! runtimes {
    ($($form:ident $extension:literal: $($name:literal)*;)*) => {
        const RUNTIMES: &[Runtime] = &[$($(
            Runtime { name: $name, form: Form::$form, extension: $extension },
        )*)*];
    };
}

runtimes! {
    FileFunction ".py": "Python2.7" "Python3.6" "Python3.7" "Python3.9" "Python3.10";
    FileFunction ".js": "Nodejs6.10" "Nodejs8.9" "Nodejs10.15" "Nodejs12.16" "Nodejs14.18"
        "Nodejs16.13" "Nodejs18.15" "Nodejs20.19";
    FileFunction ".php": "Php5.6" "Php7" "Php7.4" "Php8.0";
    File "": "Go1";
    PackageClassMethod "": "Java8" "Java11";
    Free "": "CustomRuntime";
}

/// The runtime with that name.
pub(super) fn runtime(name: &str) -> Result<&'static Runtime, Refusal> {
    if let Some(runtime) = RUNTIMES.iter().find(|runtime| runtime.name == name) {
        return Ok(runtime);
    }
    let names: Vec<_> = RUNTIMES.iter().map(|runtime| runtime.name).collect();
    let text = format!("There is no runtime `{name}`; there are {}.", names.join(", "));
    refused("InvalidParameterValue.Runtime", text)
}

/// R61: 2 to 60 letters, digits, `_` and `-`, from a letter to a letter or digit; and with the
/// namespace's name (R36) no more than 118.
pub(super) fn function_name(namespace: &str, name: &str) -> Result<(), Refusal> {
    let sound = (2..=60).contains(&name.len())
        && name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.ends_with(|c: char| c.is_ascii_alphanumeric())
        && name.bytes().all(is_name_byte);
    if sound && namespace.len() + name.len() <= 118 {
        return Ok(());
    }
    let text = format!(
        "FunctionName `{name}` must be 2 to 60 letters, digits, `_` and `-`, start with a letter, end \
         with a letter or digit, and be no longer than 118 together with the namespace."
    );
    refused("InvalidParameterValue.FunctionName", text)
}

/// 1 to 64 letters, digits, `_` and `-`, from a letter to a letter or digit, as a function's.
pub(super) fn layer_name(name: &str) -> Result<(), Refusal> {
    let sound = (1..=64).contains(&name.len())
        && name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.ends_with(|c: char| c.is_ascii_alphanumeric())
        && name.bytes().all(is_name_byte);
    if sound {
        return Ok(());
    }
    let text = format!(
        "LayerName `{name}` must be 1 to 64 letters, digits, `_` and `-`, start with a letter and \
         end with a letter or digit."
    );
    refused("InvalidParameterValue.LayerName", text)
}

/// Letters, digits, `_` and `-`.
pub(super) fn namespace_name(name: &str, [least, most]: Range) -> Result<(), Refusal> {
    if within([least, most], name.len()) && name.bytes().all(is_name_byte) {
        return Ok(());
    }
    let text =
        format!("Namespace `{name}` must be {least} to {most} letters, digits, `_` and `-`.");
    refused("InvalidParameterValue.Namespace", text)
}

/// R281, R282: letters, digits, `_` and `-`, from a letter to a letter or digit.
pub(super) fn alias_name(name: &str, [least, most]: Range) -> Result<(), Refusal> {
    let sound = within([least, most], name.len())
        && name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.ends_with(|c: char| c.is_ascii_alphanumeric())
        && name.bytes().all(is_name_byte);
    if sound {
        return Ok(());
    }
    let text = format!(
        "The alias `{name}` must be {least} to {most} letters, digits, `_` and `-`, start with a letter and \
         end with a letter or digit."
    );
    refused("InvalidParameterValue.Alias", text)
}

fn is_name_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-')
}

/// R283: descriptions have at most 1000 characters.
pub(super) fn description(text: &str) -> Result<String, Refusal> {
    if text.chars().count() <= LONGEST_DESCRIPTION {
        return Ok(text.to_owned());
    }
    refused("InvalidParameterValue.Description", "Description is longer than 1000 characters.")
}

/// R46.
pub(super) fn memory(call: &Call<'_>, mb: i64) -> Result<i64, Refusal> {
    if mb != SMALLEST_MEMORY && (mb < MEMORY_STEP || mb % MEMORY_STEP != 0) {
        let text = format!("MemorySize {mb} must be 64 or a multiple of 128.");
        return refused("InvalidParameterValue.Memory", text);
    }
    let limit = call.limit(&quotas::MEMORY)?;
    if mb <= limit {
        return Ok(mb);
    }
    refused("LimitExceeded.Memory", format!("MemorySize {mb} is more than the {limit} MB allowed."))
}

/// R48, R83.
pub(super) fn timeout(call: &Call<'_>, seconds: i64, async_run: bool) -> Result<i64, Refusal> {
    let limit = if async_run { ASYNC_TIMEOUT } else { call.limit(&quotas::TIMEOUT)? };
    if (1..=limit).contains(&seconds) {
        return Ok(seconds);
    }
    refused("LimitExceeded.Timeout", format!("Timeout {seconds} must be 1 to {limit} seconds."))
}

/// R72.
pub(super) fn init_timeout(call: &Call<'_>, seconds: i64) -> Result<i64, Refusal> {
    let limit = call.limit(&quotas::INIT_TIMEOUT)?;
    if (SHORTEST_INIT..=limit).contains(&seconds) {
        return Ok(seconds);
    }
    let text = format!("InitTimeout {seconds} must be {SHORTEST_INIT} to {limit} seconds.");
    refused("LimitExceeded.InitTimeout", text)
}

/// R66 to R70: the handler's form is the runtime's; web functions need none.
pub(super) fn handler(runtime: &Runtime, handler: &str) -> Result<(), Refusal> {
    let words = |text: &str| {
        !text.is_empty() && text.bytes().all(|byte| is_name_byte(byte) || byte == b'$')
    };
    let sound = match runtime.form {
        Form::Free => true,
        Form::File => words(handler),
        Form::FileFunction => {
            handler.split_once('.').is_some_and(|(file, function)| words(file) && words(function))
        }
        Form::PackageClassMethod => handler.split_once("::").is_some_and(|(class, method)| {
            class.contains('.') && class.split('.').all(words) && words(method)
        }),
    };
    if sound && (2..=60).contains(&handler.len()) {
        return Ok(());
    }
    let form = match runtime.form {
        Form::File => "the name of the executable, as main",
        Form::FileFunction => "file.function, as index.main_handler",
        Form::PackageClassMethod => "package.class::method, as example.Hello::mainHandler",
        Form::Free => "2 to 60 characters",
    };
    let text = format!("Handler `{handler}` must be, for {}, {form}.", runtime.name);
    refused("InvalidParameterValue.Handler", text)
}

/// R39: what a function's environment may hold.
pub(super) fn environment(variables: &[(String, String)]) -> Result<(), Refusal> {
    let bytes: usize = variables.iter().map(|(key, value)| key.len() + value.len()).sum();
    if bytes > ENVIRONMENT_BYTES {
        let text = format!("The environment has {bytes} bytes, which is more than 4096.");
        return refused("InvalidParameterValue.EnvironmentExceededLimit", text);
    }
    for (i, (key, value)) in variables.iter().enumerate() {
        let sound = key.starts_with(|c: char| c.is_ascii_alphabetic())
            && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        if !sound || variables[..i].iter().any(|(other, _)| other == key) {
            let text = format!(
                "The variable `{key}` must be named once, by letters, digits and `_` from a letter on."
            );
            return refused("InvalidParameterValue.Environment", text);
        }
        if RESERVED_PREFIXES.iter().any(|prefix| key.starts_with(prefix)) {
            let text =
                format!("The variable `{key}` starts with a prefix that the platform keeps.");
            return refused("InvalidParameterValue.EnvironmentSystemProtect", text);
        }
        if key == "OS_NAMESERVER" {
            name_servers(value)?;
        }
    }
    Ok(())
}

/// R346: up to five IP addresses or domain names, separated by `;`.
fn name_servers(value: &str) -> Result<(), Refusal> {
    let is_domain = |name: &str| {
        let label =
            |l: &str| !l.is_empty() && l.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        name.contains('.') && name.split('.').all(label)
    };
    let servers: Vec<_> = value.split(';').collect();
    let sound = |server: &&str| server.parse::<IpAddr>().is_ok() || is_domain(server);
    if servers.len() <= NAME_SERVERS && servers.iter().all(sound) {
        return Ok(());
    }
    let text = "OS_NAMESERVER must be one to five IP addresses or domain names, separated by `;`.";
    refused("InvalidParameterValue.DnsInfo", text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(result: Result<(), Refusal>) -> String {
        result.unwrap_err().code.into_owned()
    }

    #[test]
    fn r61_function_names_start_with_a_letter_and_end_with_letter_or_digit() {
        for name in ["ab", "a-b_c9", &"a".repeat(60)] {
            function_name("default", name).unwrap();
        }
        for name in ["a", "1a", "_a", "a-", "a_", "a b", "ä9", &"a".repeat(61)] {
            let refused = code(function_name("default", name));
            assert_eq!(refused, "InvalidParameterValue.FunctionName", "{name}");
        }
    }

    #[test]
    fn r36_namespace_and_function_names_share_118_characters() {
        function_name(&"n".repeat(58), &"f".repeat(60)).unwrap();
        assert!(function_name(&"n".repeat(59), &"f".repeat(60)).is_err());
    }

    #[test]
    fn r66_to_r69_handlers_have_the_form_of_their_runtime() {
        for (name, sound, bad) in [
            ("Python3.6", "index.main_handler", "index"),
            ("Nodejs16.13", "index.handler", "src/index.handler"),
            ("Php7", "index.main", "index.a.b"),
            ("Go1", "main", "main.go"),
            ("Java8", "example.Hello::mainHandler", "Hello.main"),
        ] {
            let runtime = runtime(name).unwrap();
            handler(runtime, sound).unwrap();
            assert_eq!(code(handler(runtime, bad)), "InvalidParameterValue.Handler", "{bad}");
            assert!(handler(runtime, "").is_err());
        }
        assert!(runtime("Cobol1").is_err());
    }

    fn variables(pairs: &[(&str, &str)]) -> Result<(), Refusal> {
        let owned: Vec<_> = pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        environment(&owned)
    }

    #[test]
    fn r39_an_environment_holds_4096_bytes() {
        variables(&[("A", &"x".repeat(4095))]).unwrap();
        let over = code(variables(&[("A", &"x".repeat(4096))]));
        assert_eq!(over, "InvalidParameterValue.EnvironmentExceededLimit");
    }

    #[test]
    fn environment_keys_are_names_and_not_the_platforms() {
        for key in ["1A", "A-B", "", "_A"] {
            assert_eq!(
                code(variables(&[(key, "x")])),
                "InvalidParameterValue.Environment",
                "{key}"
            );
        }
        assert!(variables(&[("A", "1"), ("A", "2")]).is_err());
        for key in ["SCF_X", "QCLOUD_X", "TENCENTCLOUD_X"] {
            let protected = code(variables(&[(key, "x")]));
            assert_eq!(protected, "InvalidParameterValue.EnvironmentSystemProtect", "{key}");
        }
    }

    #[test]
    fn r346_name_servers_are_up_to_five_addresses_or_names() {
        variables(&[("OS_NAMESERVER", "8.8.8.8;dns.example.com")]).unwrap();
        for value in ["", "8.8.8.8;", "nonsense", "1.1.1.1;1.1.1.2;1.1.1.3;1.1.1.4;1.1.1.5;1.1.1.6"]
        {
            let refused = code(variables(&[("OS_NAMESERVER", value)]));
            assert_eq!(refused, "InvalidParameterValue.DnsInfo", "{value}");
        }
    }

    #[test]
    fn r281_alias_names_start_with_a_letter() {
        for name in ["a", "release-1", &"a".repeat(64)] {
            alias_name(name, [1, 64]).unwrap();
        }
        for name in ["", "1a", "-a", "a b", "$DEFAULT", &"a".repeat(65)] {
            assert_eq!(code(alias_name(name, [1, 64])), "InvalidParameterValue.Alias", "{name}");
        }
    }
}
