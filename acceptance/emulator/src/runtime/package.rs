//! Unpacked packages, kept by what they were packed from.

use std::collections::HashMap;
use std::fs;
use std::io::{self, Cursor, Read};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::OnceCell;
use zip::ZipArchive;
use zip::read::ZipFile;
use zip::result::ZipError;

use super::spec::Package;
use crate::verify::sha256_hex;

/// Unpacked size that no version may exceed, layers included (R37).
const UNPACKED_MAX: u64 = 500 * 1024 * 1024;

/// Why packages could not be unpacked.
#[derive(Debug, thiserror::Error)]
pub(super) enum PackageError {
    #[error("the code package could not be read: {0}")]
    Load(#[source] io::Error),
    #[error("the code package is not a usable zip archive: {0}")]
    Archive(#[from] ZipError),
    #[error("the code package unpacks to more than 500 MB")]
    TooLarge,
    #[error("the code package could not be unpacked: {0}")]
    Write(#[from] io::Error),
}

/// The folders of unpacked packages.
pub(super) struct Packages {
    root: PathBuf,
    folders: Mutex<HashMap<String, Arc<OnceCell<PathBuf>>>>,
}

impl Packages {
    /// Unpacks below `root`, which it creates when first needed.
    pub(super) fn new(root: PathBuf) -> Self {
        Self { root, folders: Mutex::default() }
    }

    /// The folder that holds all of `packages`, unpacked over each other in their order: of two
    /// files with the same name the later one stays (R356).
    pub(super) async fn unpacked(&self, packages: &[Package]) -> Result<PathBuf, PackageError> {
        let name = folder_name(packages);
        let folder = Arc::clone(
            self.folders
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .entry(name.clone())
                .or_default(),
        );
        let unpack = || async {
            let folder = self.root.join(name);
            let packages = packages.to_vec();
            tokio::task::spawn_blocking(move || unpack_all(&folder, &packages).map(|()| folder))
                .await
                .map_err(|error| PackageError::Write(error.into()))?
        };
        folder.get_or_try_init(unpack).await.cloned()
    }
}

fn folder_name(packages: &[Package]) -> String {
    let hashes = packages.iter().map(Package::sha256).collect::<Vec<_>>();
    // Half of the digest is plenty, and keeps paths short.
    sha256_hex(hashes.join("+").as_bytes()).split_off(32)
}

fn unpack_all(folder: &Path, packages: &[Package]) -> Result<(), PackageError> {
    if folder.exists() {
        fs::remove_dir_all(folder)?; // left by an attempt that failed
    }
    make_folder(folder)?;
    let mut unpacking = Unpacking { folder, left: UNPACKED_MAX, links: Vec::new() };
    for package in packages {
        let bytes = package.load().map_err(PackageError::Load)?;
        let mut archive = ZipArchive::new(Cursor::new(bytes))?;
        for index in 0..archive.len() {
            unpacking.entry(&mut archive.by_index(index)?)?;
        }
    }
    unpacking.links()
}

struct Unpacking<'a> {
    folder: &'a Path,
    left: u64,
    links: Vec<(PathBuf, String)>,
}

impl Unpacking<'_> {
    fn entry(&mut self, file: &mut ZipFile<'_, impl Read>) -> Result<(), PackageError> {
        let Some(name) = file.enclosed_name() else {
            return Err(ZipError::InvalidArchive("an entry leads out of the archive".into()).into());
        };
        let path = self.folder.join(name);
        if file.is_dir() {
            return Ok(make_folder(&path)?);
        }
        make_folder(path.parent().unwrap_or(self.folder))?;
        if file.is_symlink() {
            let mut target = String::new();
            file.take(4096).read_to_string(&mut target)?;
            self.links.push((path, target));
            return Ok(());
        }
        // R356: a later file replaces a link, too.
        self.links.retain(|(link, _)| *link != path);
        // The declared size may lie, so what comes out is counted.
        let mut out = fs::File::create(&path)?;
        let written = io::copy(&mut file.take(self.left + 1), &mut out)?;
        self.left = self.left.checked_sub(written).ok_or(PackageError::TooLarge)?;
        let executable = file.unix_mode().is_some_and(|mode| mode & 0o111 != 0);
        let mode = if executable { 0o755 } else { 0o644 };
        Ok(out.set_permissions(fs::Permissions::from_mode(mode))?)
    }

    /// Links come last, so that no entry can be written through one.
    fn links(self) -> Result<(), PackageError> {
        for (path, target) in self.links {
            if path.symlink_metadata().is_ok() {
                fs::remove_file(&path)?;
            }
            symlink(target, path)?;
        }
        Ok(())
    }
}

/// Functions run as another user, whatever the mask of this process.
fn make_folder(path: &Path) -> io::Result<()> {
    if !path.exists() {
        if let Some(parent) = path.parent() {
            make_folder(parent)?;
        }
        fs::create_dir(path)?;
        fs::set_permissions(path, fs::Permissions::from_mode(0o755))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use zip::ZipWriter;
    use zip::write::SimpleFileOptions;

    use super::*;

    fn archive(entries: &[(&str, &str)]) -> Package {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, text) in entries {
            let mode = if name.ends_with("bootstrap") { 0o755 } else { 0o600 };
            zip.start_file(*name, SimpleFileOptions::default().unix_permissions(mode)).unwrap();
            zip.write_all(text.as_bytes()).unwrap();
        }
        Package::from_bytes(zip.finish().unwrap().into_inner())
    }

    async fn unpack(packages: &[Package]) -> (tempfile::TempDir, Result<PathBuf, PackageError>) {
        let root = tempfile::tempdir().unwrap();
        let folder = Packages::new(root.path().into()).unpacked(packages).await;
        (root, folder)
    }

    #[tokio::test]
    async fn r356_of_two_layers_the_higher_number_wins() {
        let layers = [
            archive(&[("a.txt", "low"), ("low/only.txt", "low")]),
            archive(&[("a.txt", "high"), ("high/only.txt", "high")]),
        ];
        let (_root, folder) = unpack(&layers).await;
        let folder = folder.unwrap();
        assert_eq!(fs::read_to_string(folder.join("a.txt")).unwrap(), "high");
        assert_eq!(fs::read_to_string(folder.join("low/only.txt")).unwrap(), "low");
        assert_eq!(fs::read_to_string(folder.join("high/only.txt")).unwrap(), "high");
    }

    #[tokio::test]
    async fn files_keep_their_executable_bit_and_are_readable_by_all() {
        let (_root, folder) = unpack(&[archive(&[("bootstrap", "#!"), ("data", "x")])]).await;
        let mode = |name: &str| {
            fs::metadata(folder.as_ref().unwrap().join(name)).unwrap().permissions().mode() & 0o777
        };
        assert_eq!(mode("bootstrap"), 0o755);
        assert_eq!(mode("data"), 0o644);
    }

    #[tokio::test]
    async fn entries_that_lead_out_of_the_archive_are_refused() {
        let (root, folder) = unpack(&[archive(&[("../escaped", "x")])]).await;
        assert!(matches!(folder, Err(PackageError::Archive(_))), "{folder:?}");
        assert!(!root.path().join("escaped").exists());
    }

    #[tokio::test]
    async fn nothing_is_written_through_a_link() {
        let outside = tempfile::tempdir().unwrap();
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        let target = outside.path().to_str().unwrap();
        zip.add_symlink("door", target, SimpleFileOptions::default()).unwrap();
        let first = Package::from_bytes(zip.finish().unwrap().into_inner());
        let (_root, folder) = unpack(&[first, archive(&[("door/file", "x")])]).await;
        assert!(!outside.path().join("file").exists());
        assert!(folder.is_err(), "a link and a folder of the same name");
    }

    #[tokio::test]
    async fn empty_folders_and_links_are_unpacked_and_a_later_link_replaces_a_file() {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        zip.add_directory("empty", SimpleFileOptions::default()).unwrap();
        zip.add_symlink("link", "a.txt", SimpleFileOptions::default()).unwrap();
        zip.add_symlink("replaced", "a.txt", SimpleFileOptions::default()).unwrap();
        let later = Package::from_bytes(zip.finish().unwrap().into_inner());
        let first = archive(&[("a.txt", "text"), ("replaced", "file")]);
        let (_root, folder) = unpack(&[first, later]).await;
        let folder = folder.unwrap();
        assert_eq!(fs::read_dir(folder.join("empty")).unwrap().count(), 0);
        for name in ["link", "replaced"] {
            assert_eq!(fs::read_link(folder.join(name)).unwrap(), Path::new("a.txt"), "{name}");
            assert_eq!(fs::read_to_string(folder.join(name)).unwrap(), "text", "{name}");
        }
    }

    #[tokio::test]
    async fn r356_a_file_of_the_higher_layer_replaces_a_link() {
        let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
        zip.add_symlink("lib.so", "lib.so.1", SimpleFileOptions::default()).unwrap();
        let lower = Package::from_bytes(zip.finish().unwrap().into_inner());
        let (_root, folder) = unpack(&[lower, archive(&[("lib.so", "high")])]).await;
        let file = folder.unwrap().join("lib.so");
        assert!(fs::symlink_metadata(&file).unwrap().is_file());
        assert_eq!(fs::read_to_string(file).unwrap(), "high");
    }

    #[tokio::test]
    async fn nothing_is_left_of_an_attempt_that_failed() {
        let half = archive(&[("half", "x"), ("../escaped", "x")]).load().unwrap();
        let whole = archive(&[("whole", "x")]).load().unwrap();
        let attempts = Mutex::new(vec![whole, half]);
        let package =
            Package::new("some hash", move || Ok(attempts.lock().unwrap().pop().unwrap()));
        let root = tempfile::tempdir().unwrap();
        let packages = Packages::new(root.path().into());
        let unpack = || packages.unpacked(std::slice::from_ref(&package));
        assert!(matches!(unpack().await, Err(PackageError::Archive(_))));
        let folder = unpack().await.unwrap();
        assert!(folder.join("whole").exists() && !folder.join("half").exists());
    }

    #[tokio::test]
    async fn bytes_are_loaded_once() {
        let loads = Arc::new(std::sync::atomic::AtomicUsize::new(0));
        let bytes = archive(&[("a", "x")]).load().unwrap();
        let counted = Arc::clone(&loads);
        let package = Package::new("some hash", move || {
            counted.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            Ok(Arc::clone(&bytes))
        });
        let root = tempfile::tempdir().unwrap();
        let packages = Packages::new(root.path().into());
        for _ in 0..3 {
            packages.unpacked(std::slice::from_ref(&package)).await.unwrap();
        }
        assert_eq!(loads.load(std::sync::atomic::Ordering::Relaxed), 1);
    }

    #[tokio::test]
    async fn rubbish_is_refused_and_says_so() {
        let (_root, folder) = unpack(&[Package::from_bytes(*b"not a zip")]).await;
        let message = folder.unwrap_err().to_string();
        assert!(message.contains("not a usable zip archive"), "{message}");
    }
}
