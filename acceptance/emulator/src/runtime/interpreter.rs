//! The interpreters that this machine has.
//!
//! Whatever version a function is configured for, it runs on the `python3`, `node` or `php` that is
//! found on the search path; the configured name is what the function and its logs are told.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs, io};

use tokio::sync::OnceCell;

/// A language that event functions can be written in here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Language {
    Python,
    Node,
    Php,
}

impl Language {
    /// The language of a configured runtime, such as `Python3.6` or `Nodejs16.13`.
    pub(super) fn of(runtime: &str) -> Option<Self> {
        if runtime.starts_with("Python") {
            Some(Self::Python)
        } else if runtime.starts_with("Nodejs") {
            Some(Self::Node)
        } else if runtime.starts_with("Php") {
            Some(Self::Php)
        } else {
            None
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Python => "Python",
            Self::Node => "Node.js",
            Self::Php => "PHP",
        }
    }

    fn program(self) -> &'static str {
        match self {
            Self::Python => "python3",
            Self::Node => "node",
            Self::Php => "php",
        }
    }

    /// A program that prints, one a line: the real executable, the folder it is installed in, and
    /// the folders of installed libraries.
    fn question(self) -> [&'static str; 2] {
        match self {
            Self::Python => [
                "-c",
                "import os, site, sys; print(os.path.realpath(sys.executable), sys.base_prefix, \
                 *site.getsitepackages(), sep='\\n')",
            ],
            Self::Node => [
                "-e",
                "const e = require('fs').realpathSync(process.execPath), p = require('path'); \
                 console.log([e, p.dirname(p.dirname(e))].join('\\n'))",
            ],
            Self::Php => {
                ["-r", "$e = realpath(PHP_BINARY); echo $e, PHP_EOL, dirname($e, 2), PHP_EOL;"]
            }
        }
    }

    /// The file that loads handlers and serves events.
    pub(super) fn bootstrap(self) -> &'static str {
        match self {
            Self::Python => "python.py",
            Self::Node => "node.js",
            Self::Php => "php.php",
        }
    }
}

/// The files that a function finds in /var/runtime, and those that name its user.
const FILES: [(&str, &str); 5] = [
    ("python.py", include_str!("bootstrap/python.py")),
    ("node.js", include_str!("bootstrap/node.js")),
    ("php.php", include_str!("bootstrap/php.php")),
    ("passwd", include_str!("bootstrap/passwd")),
    ("group", include_str!("bootstrap/group")),
];

/// Writes the bootstraps, and what stands beside them, into `folder`.
pub(super) fn write_bootstraps(folder: &Path) -> io::Result<()> {
    FILES.iter().try_for_each(|(name, text)| fs::write(folder.join(name), text))
}

/// An interpreter that was found.
#[derive(Clone, Debug)]
pub(super) struct Interpreter {
    /// The real executable, with all links resolved.
    pub(super) executable: PathBuf,
    /// The folder it is installed in.
    pub(super) prefix: PathBuf,
    /// Folders of libraries that the machine's user installed.
    pub(super) libraries: Vec<PathBuf>,
}

/// Where start files expect interpreters, below /var/lang, and the program that takes their place
/// (R136 to R138).
const PLACES: [(&str, &[&str]); 4] = [
    ("python3", &["python310", "python39", "python37", "python3", "python2"]),
    ("node", &["node20", "node18", "node16", "node14", "node12", "node10"]),
    ("php", &["php80", "php74", "php7", "php5"]),
    ("java", &["java11", "java8"]),
];

/// An interpreter that stands below /var/lang.
#[derive(Clone, Debug)]
pub(super) struct Installed {
    pub(super) interpreter: Interpreter,
    /// The name of the program on this machine.
    program: &'static str,
}

impl Installed {
    /// The product's paths, and what they lead to.
    pub(super) fn links(&self) -> impl Iterator<Item = (PathBuf, PathBuf)> + use<> {
        let (program, executable) = (self.program, self.interpreter.executable.clone());
        let places = PLACES.iter().filter(move |(name, _)| *name == program);
        places.flat_map(|(_, folders)| *folders).map(move |folder| {
            let name = if *folder == "python2" { "python" } else { program };
            (Path::new("/var/lang").join(folder).join("bin").join(name), executable.clone())
        })
    }
}

/// Why there is no interpreter: a sentence for the function's caller.
#[derive(Clone, Debug, thiserror::Error)]
pub(super) enum MissingInterpreter {
    #[error(
        "runtime {0} cannot run here: functions in Python, Node.js, PHP, Java and Go can, and custom \
         runtimes"
    )]
    Unsupported(String),
    #[error(
        "runtime {runtime} needs {language}, and there is no `{program}` on this machine's PATH: \
         install {language} and invoke again"
    )]
    NotInstalled { runtime: String, language: &'static str, program: &'static str },
    #[error("`{program}` is on this machine's PATH but does not run: {reason}")]
    Broken { program: &'static str, reason: String },
}

/// The interpreters found so far; each is looked for once, when a function first needs it.
#[derive(Default)]
pub(super) struct Interpreters {
    python: OnceCell<Interpreter>,
    node: OnceCell<Interpreter>,
    php: OnceCell<Interpreter>,
    installed: OnceCell<Vec<Installed>>,
}

impl Interpreters {
    /// The interpreter for a configured runtime. One that was installed in the meantime is found.
    pub(super) async fn find(
        &self,
        runtime: &str,
    ) -> Result<(Language, &Interpreter), MissingInterpreter> {
        let language = Language::of(runtime)
            .ok_or_else(|| MissingInterpreter::Unsupported(runtime.to_owned()))?;
        let found = match language {
            Language::Python => &self.python,
            Language::Node => &self.node,
            Language::Php => &self.php,
        };
        let search = || async {
            let path = env::var_os("PATH").unwrap_or_default();
            let program = on_path(language.program(), &path).ok_or_else(|| {
                MissingInterpreter::NotInstalled {
                    runtime: runtime.to_owned(),
                    language: language.name(),
                    program: language.program(),
                }
            })?;
            tokio::task::spawn_blocking(move || ask(language, &program))
                .await
                .unwrap_or_else(|error| Err(error.to_string()))
                .map_err(|reason| MissingInterpreter::Broken {
                    program: language.program(),
                    reason,
                })
        };
        Ok((language, found.get_or_try_init(search).await?))
    }

    /// The interpreters that start files may call. What is missing is missed by the start file.
    pub(super) async fn installed(&self) -> &[Installed] {
        let search = || async {
            let mut all = Vec::new();
            for (program, _) in PLACES {
                let interpreter = match program {
                    "python3" => self.find("Python3").await.ok().map(|(_, it)| it.clone()),
                    "node" => self.find("Nodejs").await.ok().map(|(_, it)| it.clone()),
                    "php" => self.find("Php").await.ok().map(|(_, it)| it.clone()),
                    _ => plainly_installed(program),
                };
                all.extend(interpreter.map(|interpreter| Installed { interpreter, program }));
            }
            all
        };
        self.installed.get_or_init(search).await
    }
}

fn on_path(program: &str, path: &std::ffi::OsStr) -> Option<PathBuf> {
    env::split_paths(path).map(|folder| folder.join(program)).find(|file| file.is_file())
}

/// A program that needs nothing beside its own folder and the system's.
pub(super) fn plainly_installed(program: &str) -> Option<Interpreter> {
    let found = on_path(program, &env::var_os("PATH").unwrap_or_default())?;
    let executable = fs::canonicalize(found).ok()?;
    let prefix = executable.parent()?.parent()?.to_owned();
    Some(Interpreter { executable, prefix, libraries: Vec::new() })
}

/// Asks the program where it really is: what is on the path may be a link, a virtual environment
/// or a version manager's script.
fn ask(language: Language, program: &Path) -> Result<Interpreter, String> {
    let output =
        Command::new(program).args(language.question()).output().map_err(|e| e.to_string())?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).trim().to_owned());
    }
    let answer = String::from_utf8_lossy(&output.stdout);
    let mut lines = answer.lines().map(PathBuf::from);
    match (lines.next(), lines.next()) {
        (Some(executable), Some(prefix)) => {
            let libraries = lines.filter(|folder| folder.is_dir()).collect();
            Ok(Interpreter { executable, prefix, libraries })
        }
        _ => Err(format!("an unexpected answer: {answer}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_version_of_a_language_is_that_language() {
        for runtime in ["Python2.7", "Python3.6", "Python3.10"] {
            assert_eq!(Language::of(runtime), Some(Language::Python), "{runtime}");
        }
        for runtime in ["Nodejs12.16", "Nodejs18.15"] {
            assert_eq!(Language::of(runtime), Some(Language::Node), "{runtime}");
        }
        for runtime in ["Php5.6", "Php8.0"] {
            assert_eq!(Language::of(runtime), Some(Language::Php), "{runtime}");
        }
        for runtime in ["", "Java8", "CustomRuntime", "é"] {
            assert_eq!(Language::of(runtime), None, "{runtime}");
        }
    }

    #[tokio::test]
    async fn this_machines_interpreters_are_found() {
        let interpreters = Interpreters::default();
        for runtime in ["Python3.6", "Nodejs12.16"] {
            let (_, found) = interpreters.find(runtime).await.unwrap();
            assert!(found.executable.starts_with(&found.prefix), "{found:?}");
            assert!(found.executable.is_file(), "{found:?}");
        }
    }

    #[test]
    fn a_program_that_fails_says_why() {
        let reason = ask(Language::Python, Path::new("/bin/false")).unwrap_err();
        assert_eq!(reason, "");
        let reason = ask(Language::Python, Path::new("/nowhere/python3")).unwrap_err();
        assert!(reason.contains("No such file"), "{reason}");
    }

    #[test]
    fn r188_a_missing_interpreter_is_a_sentence_of_the_platform() {
        assert_eq!(on_path("python3", "/nowhere:/proc".as_ref()), None);
        let missing = MissingInterpreter::NotInstalled {
            runtime: "Python3.6".into(),
            language: "Python",
            program: "python3",
        };
        assert_eq!(
            missing.to_string(),
            "runtime Python3.6 needs Python, and there is no `python3` on this machine's PATH: \
             install Python and invoke again"
        );
    }
}
