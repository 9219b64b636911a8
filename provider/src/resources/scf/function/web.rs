//! Web functions: the start file that their package must have, and WebSocket.

use tencentcloud_api::scf::{ProtocolParams, WsParams};
use tf_schema::{Diagnostics, Value};

use super::Function;
use super::check::is_web;
use crate::package::Package;

/// The only name that a start file can have (R127).
pub const START_FILE: &str = "scf_bootstrap";

/// What keeps the start file, which is at the root of the package, from running in the cloud.
pub fn start_file(package: &Package) -> Option<String> {
    let mode = package.entries.get(START_FILE).copied().flatten();
    if let Some(mode) = mode.filter(|mode| mode & 0o555 != 0o555) {
        // R128.
        let mode = mode & 0o777;
        return Some(format!(
            "{START_FILE:?} must be executable by all: its mode in the package is {mode:o}, and must \
             be 755 or 777."
        ));
    }
    let content = package.start_file.as_deref()?;
    if content.starts_with(b"\x7fELF") {
        return None;
    }
    // R133.
    if content.windows(2).any(|two| two == b"\r\n") {
        return Some(format!("The lines of {START_FILE:?} end with CR LF; they must end with LF."));
    }
    // R130.
    let first = content.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let first = String::from_utf8_lossy(first);
    let interpreter = first.strip_prefix("#!").map(str::trim_end);
    match interpreter {
        Some("/bin/bash") => None,
        Some(other) if !other.ends_with("sh") => None,
        _ => Some(format!(
            "{START_FILE:?} must be a program, or a shell script whose first line is \"#!/bin/bash\"; \
             it is {first:?}."
        )),
    }
}

/// The languages that the cloud keeps below /var/lang, by the names of their programs.
const INTERPRETERS: [&str; 6] = ["node", "python", "python2", "python3", "php", "java"];

/// R131: an interpreter that the start file calls by its name alone, which the cloud's search path
/// need not have, or has in another version.
pub fn bare_interpreter(package: &Package) -> Option<String> {
    let script = std::str::from_utf8(package.start_file.as_deref()?).ok()?;
    if !script.starts_with("#!") || script.contains("PATH=") {
        return None;
    }
    let commands = script.lines().skip(1).map(str::trim);
    let mut programs = commands
        .filter_map(|line| line.strip_prefix("exec ").unwrap_or(line).split_whitespace().next());
    let program = programs.find(|program| INTERPRETERS.contains(program))?;
    Some(format!(
        "{START_FILE:?} calls {program:?} by its name alone. The cloud keeps interpreters below \
         /var/lang, one for each version: write the whole path, such as /var/lang/node16/bin/node or \
         /var/lang/python37/bin/python3."
    ))
}

/// R160, R166: what belongs to WebSocket.
pub fn check(config: &Function, problems: &mut Diagnostics) {
    if config.protocol_type.is_known() && !is_web(config) && !config.func_type.is_unknown() {
        let detail = "Only a web function speaks WebSocket: set func_type = \"HTTP\".";
        problems.error("protocol_type", "WebSocket without a web function", detail);
    }
    let Some(idle) = config.idle_time_out.known() else { return };
    if config.protocol_type.is_null() {
        let detail = "It is about WebSocket connections: set protocol_type = \"WS\".";
        problems.error("idle_time_out", "Idle time without WebSocket", detail);
    }
    let timeout = config.timeout.or(3);
    if !config.timeout.is_unknown() && *idle > timeout {
        let detail = format!(
            "A connection cannot be idle for {idle} seconds when an invocation may take {timeout}: \
             set timeout = {idle} or more."
        );
        problems.error("idle_time_out", "Idle time over the timeout", detail);
    }
}

/// The idle time as a request names it.
pub fn to_api(idle: i64) -> ProtocolParams {
    ProtocolParams { ws_params: Some(WsParams { idle_time_out: Some(idle) }) }
}

/// The idle time that the cloud names, if there is one.
pub fn adopt(found: Option<ProtocolParams>) -> Value<i64> {
    let idle = found.and_then(|params| params.ws_params).and_then(|params| params.idle_time_out);
    idle.map_or(Value::Null, Value::Known)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn package(mode: u32, content: &[u8]) -> Package {
        Package {
            bytes: Vec::new(),
            sha256: String::new(),
            entries: BTreeMap::from([(START_FILE.to_owned(), Some(mode))]),
            unpacked: 0,
            start_file: Some(content.to_vec()),
        }
    }

    fn said(mode: u32, content: &[u8]) -> Option<String> {
        start_file(&package(mode, content))
    }

    #[test]
    fn r128_a_start_file_is_executable_by_all() {
        for mode in [0o755, 0o777, 0o100_755] {
            assert_eq!(said(mode, b"#!/bin/bash\n"), None, "{mode:o}");
        }
        for mode in [0o644, 0o700, 0o744] {
            assert!(said(mode, b"#!/bin/bash\n").unwrap().contains("755 or 777"), "{mode:o}");
        }
    }

    #[test]
    fn r130_a_shell_script_begins_with_bash() {
        for content in ["#!/bin/bash\nexec x\n", "#!/usr/bin/env node\n", "\u{7f}ELF\r\n"] {
            assert_eq!(said(0o755, content.as_bytes()), None, "{content}");
        }
        for content in ["", "exec x\n", "#!/bin/sh\n", "# !/bin/bash\n"] {
            assert!(said(0o755, content.as_bytes()).unwrap().contains("#!/bin/bash"), "{content}");
        }
    }

    #[test]
    fn r131_interpreters_are_called_by_their_whole_path() {
        for (line, doubted) in [
            ("node app.js", true),
            ("  exec python3 -u app.py", true),
            ("/var/lang/node16/bin/node app.js", false),
            ("export PATH=/var/lang/node16/bin:$PATH\nnode app.js", false),
            ("./server", false),
            ("# node is not called here", false),
        ] {
            let script = format!("#!/bin/bash\nexport PORT=9000\n{line}\n");
            let doubt = bare_interpreter(&package(0o755, script.as_bytes()));
            assert_eq!(doubt.is_some(), doubted, "{line}: {doubt:?}");
        }
        assert_eq!(bare_interpreter(&package(0o755, b"\x7fELF node app.js")), None);
    }

    #[test]
    fn r133_lines_end_with_lf() {
        assert!(said(0o755, b"#!/bin/bash\r\nexec x\r\n").unwrap().contains("CR LF"));
    }
}
