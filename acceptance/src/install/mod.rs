//! Terraform for a machine that has none: one pinned release, downloaded once and checked.

#[cfg(test)]
mod tests;

use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use sha2::{Digest, Sha256};
use tempfile::NamedTempFile;
use ureq::tls::{RootCerts, TlsConfig};
use ureq::{Agent, Body, http};

/// Where HashiCorp publishes releases.
pub const OFFICIAL: &str = "https://releases.hashicorp.com";

/// The release that is downloaded.
pub const VERSION: &str = "1.11.4";

/// SHA-256 of the release's archives, by platform, from its `SHA256SUMS`.
const SUMS: [(&str, &str); 4] = [
    ("darwin_amd64", "a56d5002b9f7647291faccc3dd1a70350e60fb61e4c45037629508b8fdc2575b"),
    ("darwin_arm64", "867e0808fa971217043e25b7a792b10720c79b1546f8a68479b74f138be73e18"),
    ("linux_amd64", "1ce994251c00281d6845f0f268637ba50c0005657eb3cf096b92f753b42ef4dc"),
    ("linux_arm64", "a43d1d0da9b9bab214a8305a39db0e40869572594ccf50c416a7756499143633"),
];

/// No archive of Terraform is nearly as large; a server that sends more is not believed.
const MAX_ARCHIVE: u64 = 256 << 20;

/// How long a server may be silent.
const SILENCE: Duration = Duration::from_secs(30);

/// Why Terraform could not be installed. Each says what happened, and where.
#[derive(Debug, thiserror::Error)]
pub enum InstallError {
    /// There is no pinned release for this machine.
    #[error("no release of Terraform is pinned for {0}")]
    Platform(String),
    /// The server does not have it, or cannot be reached.
    #[error("cannot download {url}: {source}")]
    Request {
        /// What was asked for.
        url: String,
        /// What went wrong.
        #[source]
        source: Box<ureq::Error>,
    },
    /// The download ended early.
    #[error("the download of {url} broke off after {got} bytes: {source}")]
    Interrupted {
        /// What was asked for.
        url: String,
        /// How much of it came.
        got: u64,
        /// What went wrong.
        #[source]
        source: io::Error,
    },
    /// The download is not what was pinned.
    #[error("what {url} sends has the SHA-256 {found} instead of {pinned}; it was thrown away")]
    Checksum {
        /// What was asked for.
        url: String,
        /// What the pinned release has.
        pinned: String,
        /// What came.
        found: String,
    },
    /// The archive holds no program.
    #[error("{url} is not an archive that holds terraform: {source}")]
    Archive {
        /// What was asked for.
        url: String,
        /// What went wrong.
        #[source]
        source: zip::result::ZipError,
    },
    /// It cannot be kept.
    #[error("cannot write to {folder}: {source}", folder = folder.display())]
    Store {
        /// Where it should have been kept.
        folder: PathBuf,
        /// What went wrong.
        #[source]
        source: io::Error,
    },
}

/// A release for one platform, and where it is kept.
#[derive(Clone, Debug)]
pub struct Release {
    url: String,
    sha256: String,
    folder: PathBuf,
}

impl Release {
    /// The pinned release for this machine, kept under `folder`. It comes from the server at `base`:
    /// [`OFFICIAL`], or one with the same paths.
    ///
    /// # Errors
    /// [`InstallError::Platform`] where none is pinned for this machine.
    pub fn pinned(base: &str, folder: &Path) -> Result<Release, InstallError> {
        let platform = platform();
        let pinned = SUMS.iter().find(|(name, _)| *name == platform);
        let (_, sha256) = pinned.ok_or_else(|| InstallError::Platform(platform.clone()))?;
        Ok(Release::at(base, &platform, sha256, folder))
    }

    fn at(base: &str, platform: &str, sha256: &str, folder: &Path) -> Release {
        let name = format!("terraform_{VERSION}_{platform}");
        Release {
            url: format!("{}/terraform/{VERSION}/{name}.zip", base.trim_end_matches('/')),
            sha256: sha256.to_owned(),
            folder: folder.join(name),
        }
    }

    /// Where it is downloaded from.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The program, where it has been installed before.
    pub fn installed(&self) -> Option<PathBuf> {
        Some(self.program()).filter(|program| program.is_file())
    }

    /// Downloads, checks and unpacks it. Only a whole and correct program is ever kept.
    ///
    /// # Errors
    /// [`InstallError`] where the server, the archive or the disk is not as it should be.
    pub fn install(&self) -> Result<PathBuf, InstallError> {
        std::fs::create_dir_all(&self.folder).map_err(|source| self.store(source))?;
        let mut archive = self.temporary()?;
        let found = self.download(&mut archive)?;
        if found != self.sha256 {
            return Err(InstallError::Checksum {
                url: self.url.clone(),
                pinned: self.sha256.clone(),
                found,
            });
        }
        self.unpack(archive)
    }

    fn program(&self) -> PathBuf {
        self.folder.join("terraform")
    }

    fn temporary(&self) -> Result<NamedTempFile, InstallError> {
        NamedTempFile::new_in(&self.folder).map_err(|source| self.store(source))
    }

    fn store(&self, source: io::Error) -> InstallError {
        InstallError::Store { folder: self.folder.clone(), source }
    }

    /// Writes the archive into `file` and returns its SHA-256.
    fn download(&self, file: &mut impl Write) -> Result<String, InstallError> {
        let mut answer = self.request()?;
        let mut body = answer.body_mut().with_config().limit(MAX_ARCHIVE).reader();
        let (mut hash, mut got) = (Sha256::new(), 0);
        let mut buffer = vec![0; 64 << 10];
        loop {
            let read = body.read(&mut buffer).map_err(|source| InstallError::Interrupted {
                url: self.url.clone(),
                got,
                source,
            })?;
            if read == 0 {
                return Ok(hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect());
            }
            got += read as u64;
            hash.update(&buffer[..read]);
            file.write_all(&buffer[..read]).map_err(|source| self.store(source))?;
        }
    }

    fn request(&self) -> Result<http::Response<Body>, InstallError> {
        // What the machine trusts is trusted here: a company's proxy may have a certificate of
        // its own. The pinned sum, not the connection, says that the archive is the right one.
        let tls = TlsConfig::builder()
            .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .root_certs(RootCerts::PlatformVerifier)
            .build();
        let config = Agent::config_builder()
            .tls_config(tls)
            .timeout_connect(Some(SILENCE))
            .timeout_per_read(Some(SILENCE))
            .build();
        Agent::new_with_config(config).get(&self.url).call().map_err(|source| {
            InstallError::Request { url: self.url.clone(), source: Box::new(source) }
        })
    }

    fn unpack(&self, archive: NamedTempFile) -> Result<PathBuf, InstallError> {
        let archive_error = |source| InstallError::Archive { url: self.url.clone(), source };
        let mut archive = archive.into_file();
        archive.rewind().map_err(|source| self.store(source))?;
        let mut archive = zip::ZipArchive::new(archive).map_err(archive_error)?;
        let mut packed = archive.by_name("terraform").map_err(archive_error)?;
        let mut program = self.temporary()?;
        io::copy(&mut packed, &mut program).map_err(|source| self.store(source))?;
        make_executable(program.path()).map_err(|source| self.store(source))?;
        let kept = self.program();
        program.persist(&kept).map_err(|error| self.store(error.error))?;
        Ok(kept)
    }
}

/// This machine in the words of HashiCorp's file names, such as `linux_amd64`.
fn platform() -> String {
    let system = match std::env::consts::OS {
        "macos" => "darwin",
        other => other,
    };
    let processor = match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        other => other,
    };
    format!("{system}_{processor}")
}

fn make_executable(file: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o755))
}
