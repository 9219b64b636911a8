//! Files of a package that are started as they are.

use std::fs;
use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use super::outcome::{Failed, Status};

/// What would keep `name`, at the root of the unpacked `code`, from running (R128, R130, R133, R135).
pub(super) fn check(code: &Path, name: &str) -> Result<(), Failed> {
    let wrong = |text: &str| {
        let text = format!("ContainerStateExitedByUser: {name} {text}");
        Err(Failed::new(Status::StartFailed, text))
    };
    let file = code.join(name);
    let Ok(found) = fs::metadata(&file) else {
        return wrong("is not at the root of the package");
    };
    if found.permissions().mode() & 0o111 == 0 {
        return wrong("is not executable: it needs the mode 755 or 777");
    }
    let mut start = Vec::new();
    let read = fs::File::open(file).and_then(|file| file.take(256).read_to_end(&mut start));
    if read.is_err() || !(start.starts_with(b"#!") || start.starts_with(b"\x7fELF")) {
        return wrong("is neither a script that begins with #!/bin/bash nor a program");
    }
    let first = start.split(|byte| *byte == b'\n').next().unwrap_or_default();
    if start.starts_with(b"#!") && first.ends_with(b"\r") {
        return wrong("has lines that end with CR LF; they must end with LF");
    }
    Ok(())
}
