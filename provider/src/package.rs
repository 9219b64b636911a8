//! Function code as a zip package: read from a file, or packed from a folder or a single file.
//!
//! Packing is reproducible: the same files give the same bytes on every machine, whatever their
//! times, owners and order on disk. So a package's SHA-256 changes if and only if its content
//! does.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Cursor, Read, Write};
use std::path::{Path, PathBuf};

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use sha2::{Digest, Sha256};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipArchive, ZipWriter};

/// Where a package comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// A zip file, taken as it is.
    Zip(PathBuf),
    /// A single file, packed at the root of the archive.
    File(PathBuf),
    /// The files of a folder that match `include` (all, where it is empty) and not `exclude`.
    Directory {
        /// The folder.
        root: PathBuf,
        /// Globs over the paths in the folder.
        include: Vec<String>,
        /// Globs over the paths in the folder.
        exclude: Vec<String>,
    },
}

/// A zip package.
#[derive(Clone, PartialEq, Eq)]
pub struct Package {
    /// The archive.
    pub bytes: Vec<u8>,
    /// Its SHA-256 in hexadecimal.
    pub sha256: String,
    /// Every file in it, with its mode where the archive has one.
    pub entries: BTreeMap<String, Option<u32>>,
    /// The size of all files, unpacked.
    pub unpacked: u64,
    /// What the file says that starts a web function, if there is one.
    pub start_file: Option<Vec<u8>>,
}

/// The file that starts a web function.
const START_FILE: &str = "scf_bootstrap";
/// How much of it is looked at.
const START_FILE_BYTES: u64 = 64 << 10;

/// Why there is no package.
#[derive(Debug, thiserror::Error)]
pub enum PackageError {
    /// A file or folder cannot be read.
    #[error("cannot read {path}: {source}", path = path.display())]
    Read {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The folder holds no file, or the globs leave none.
    #[error("there is no file to pack in {path}", path = path.display())]
    Empty {
        /// Which.
        path: PathBuf,
    },
    /// A glob is malformed.
    #[error("{0}")]
    Glob(#[from] globset::Error),
    /// R96: the file is no zip archive.
    #[error("{path} is not a zip archive: {source}", path = path.display())]
    NotZip {
        /// Which.
        path: PathBuf,
        /// Why.
        source: zip::result::ZipError,
    },
    /// The archive cannot be written.
    #[error("cannot pack: {0}")]
    Pack(#[from] zip::result::ZipError),
}

impl PackageError {
    /// Whether there is no such file or folder.
    pub fn is_missing(&self) -> bool {
        matches!(self, PackageError::Read { source, .. } if source.kind() == io::ErrorKind::NotFound)
    }
}

impl Package {
    /// Reads or packs the code. It does a lot of reading: call it where blocking is allowed.
    ///
    /// # Errors
    /// [`PackageError`], which names the file or folder.
    pub fn load(source: &Source) -> Result<Package, PackageError> {
        match source {
            Source::Zip(path) => inspect(read(path)?, path),
            Source::File(path) => {
                let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
                let mode = mode_of(path, &name)?;
                pack(BTreeMap::from([(name, (path.clone(), mode))]))
            }
            Source::Directory { root, include, exclude } => {
                let mut files = BTreeMap::new();
                let filter = Filter { include: globs(include)?, exclude: globs(exclude)? };
                collect(root, "", &filter, &mut vec![], &mut files)?;
                if files.is_empty() {
                    return Err(PackageError::Empty { path: root.clone() });
                }
                pack(files)
            }
        }
    }
}

fn read(path: &Path) -> Result<Vec<u8>, PackageError> {
    fs::read(path).map_err(|source| PackageError::Read { path: path.to_owned(), source })
}

/// What an existing archive holds.
fn inspect(bytes: Vec<u8>, path: &Path) -> Result<Package, PackageError> {
    let not_zip = |source| PackageError::NotZip { path: path.to_owned(), source };
    let mut archive = ZipArchive::new(Cursor::new(&bytes)).map_err(not_zip)?;
    let (mut entries, mut unpacked) = (BTreeMap::new(), 0);
    for index in 0..archive.len() {
        let file = archive.by_index_raw(index).map_err(not_zip)?;
        unpacked += file.size();
        if file.is_file() {
            entries.insert(file.name().to_owned(), file.unix_mode());
        }
    }
    let start_file = match archive.by_name(START_FILE) {
        Ok(file) => {
            let mut start = Vec::new();
            let read = file.take(START_FILE_BYTES).read_to_end(&mut start);
            read.map_err(|source| PackageError::Read { path: path.to_owned(), source })?;
            Some(start)
        }
        Err(_) => None,
    };
    drop(archive);
    Ok(Package { sha256: sha256(&bytes), bytes, entries, unpacked, start_file })
}

struct Filter {
    include: GlobSet,
    exclude: GlobSet,
}

impl Filter {
    fn takes(&self, name: &str) -> bool {
        (self.include.is_empty() || self.include.is_match(name)) && !self.exclude.is_match(name)
    }
}

fn globs(patterns: &[String]) -> Result<GlobSet, globset::Error> {
    let mut set = GlobSetBuilder::new();
    for pattern in patterns {
        set.add(GlobBuilder::new(pattern).literal_separator(true).build()?);
    }
    set.build()
}

/// Finds the files below `directory` in a fixed order. Links are followed, but never in a circle.
fn collect(
    directory: &Path,
    prefix: &str,
    filter: &Filter,
    above: &mut Vec<PathBuf>,
    files: &mut BTreeMap<String, (PathBuf, u32)>,
) -> Result<(), PackageError> {
    let failed = |source| PackageError::Read { path: directory.to_owned(), source };
    let real = fs::canonicalize(directory).map_err(failed)?;
    if above.contains(&real) {
        return Ok(());
    }
    above.push(real);
    for entry in fs::read_dir(directory).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        let own = path.file_name().unwrap_or_default().to_string_lossy();
        let name = format!("{prefix}{own}");
        let failed = |source| PackageError::Read { path: path.clone(), source };
        if fs::metadata(&path).map_err(failed)?.is_dir() {
            collect(&path, &format!("{name}/"), filter, above, files)?;
        } else if filter.takes(&name) {
            let mode = mode_of(&path, &name)?;
            files.insert(name, (path, mode));
        }
    }
    above.pop();
    Ok(())
}

/// Only whether a file can be run is kept of its mode. The platform's start files always can, so
/// that a package made on a system without modes is the same.
fn mode_of(path: &Path, name: &str) -> Result<u32, PackageError> {
    const RUN: u32 = 0o755;
    const PLAIN: u32 = 0o644;
    let metadata = fs::metadata(path)
        .map_err(|source| PackageError::Read { path: path.to_owned(), source })?;
    if matches!(name, "scf_bootstrap" | "bootstrap") {
        return Ok(RUN);
    }
    let mode = std::os::unix::fs::PermissionsExt::mode(&metadata.permissions());
    Ok(if mode & 0o100 == 0 { PLAIN } else { RUN })
}

fn pack(files: BTreeMap<String, (PathBuf, u32)>) -> Result<Package, PackageError> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    let (mut entries, mut unpacked, mut start_file) = (BTreeMap::new(), 0, None);
    for (name, (path, mode)) in files {
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .last_modified_time(DateTime::default())
            .unix_permissions(mode);
        let content = read(&path)?;
        unpacked += content.len() as u64;
        archive.start_file(&name, options)?;
        archive
            .write_all(&content)
            .map_err(|source| PackageError::Read { path: path.clone(), source })?;
        if name == START_FILE {
            start_file = Some(content);
        }
        entries.insert(name, Some(mode));
    }
    let bytes = archive.finish()?.into_inner();
    Ok(Package { sha256: sha256(&bytes), bytes, entries, unpacked, start_file })
}

/// SHA-256 in hexadecimal.
pub fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// SHA-256 in hexadecimal of a file, and its size. The file may be larger than the memory.
///
/// # Errors
/// When it cannot be read.
pub fn sha256_of_file(path: &Path) -> io::Result<(String, u64)> {
    let mut file = fs::File::open(path)?;
    let mut hasher = Sha256::new();
    let (mut buffer, mut size) = (vec![0; 1 << 16], 0);
    loop {
        let read = file.read(&mut buffer)?;
        if read == 0 {
            return Ok((
                hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect(),
                size,
            ));
        }
        hasher.update(&buffer[..read]);
        size += read as u64;
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt, symlink};
    use std::time::{Duration, SystemTime};

    use super::*;

    fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (name, content) in files {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, content).unwrap();
        }
        folder
    }

    fn directory(root: &Path, include: &[&str], exclude: &[&str]) -> Source {
        let owned = |globs: &[&str]| globs.iter().map(|&glob| glob.to_owned()).collect();
        Source::Directory {
            root: root.to_owned(),
            include: owned(include),
            exclude: owned(exclude),
        }
    }

    #[test]
    fn the_same_content_gives_the_same_bytes() {
        let files = [("index.py", "x"), ("lib/a.py", "a"), ("lib/b.py", "b")];
        let first = folder(&files);
        let second = folder(&[files[2], files[0], files[1]]);
        let old = SystemTime::now() - Duration::from_secs(1 << 30);
        fs::File::open(second.path().join("index.py")).unwrap().set_modified(old).unwrap();
        let first = Package::load(&directory(first.path(), &[], &[])).unwrap();
        assert_eq!(first.bytes, Package::load(&directory(second.path(), &[], &[])).unwrap().bytes);
        assert_eq!(first.unpacked, 3);
        // Fixed for ever: another value would show every user a change of all their code.
        assert_eq!(
            first.sha256,
            "b757d3d2a1d12e9ad2cfc78c7664268cd84bd4f1152615ebb3dde67036bd702f"
        );
    }

    #[test]
    fn a_changed_byte_or_mode_gives_other_bytes() {
        let code = folder(&[("index.py", "x")]);
        let source = directory(code.path(), &[], &[]);
        let before = Package::load(&source).unwrap();
        let path = code.path().join("index.py");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        let runnable = Package::load(&source).unwrap();
        assert_ne!(before.sha256, runnable.sha256);
        assert_eq!(runnable.entries["index.py"], Some(0o755));
        fs::write(&path, "y").unwrap();
        assert_ne!(runnable.sha256, Package::load(&source).unwrap().sha256);
    }

    #[test]
    fn globs_choose_files() {
        let code = folder(&[("index.py", ""), ("lib/a.py", ""), ("lib/a.pyc", ""), ("t/x.py", "")]);
        let names = |include: &[&str], exclude: &[&str]| {
            let package = Package::load(&directory(code.path(), include, exclude)).unwrap();
            package.entries.into_keys().collect::<Vec<_>>()
        };
        assert_eq!(names(&["**/*.py"], &["t/**"]), ["index.py", "lib/a.py"]);
        assert_eq!(names(&["*.py"], &[]), ["index.py"]);
        assert_eq!(names(&[], &["**/*.pyc", "t/**"]), ["index.py", "lib/a.py"]);
        let error = Package::load(&directory(code.path(), &["*.js"], &[])).err().unwrap();
        assert!(matches!(error, PackageError::Empty { .. }), "{error}");
    }

    #[test]
    fn links_are_followed_and_never_in_a_circle() {
        let code = folder(&[("index.py", "x")]);
        symlink(code.path(), code.path().join("loop")).unwrap();
        symlink(code.path().join("index.py"), code.path().join("other.py")).unwrap();
        let package = Package::load(&directory(code.path(), &[], &[])).unwrap();
        assert_eq!(package.entries.into_keys().collect::<Vec<_>>(), ["index.py", "other.py"]);
    }

    #[test]
    fn a_single_file_stands_at_the_root() {
        let code = folder(&[("deep/index.js", "x")]);
        let source = Source::File(code.path().join("deep/index.js"));
        let package = Package::load(&source).unwrap();
        assert_eq!(package.entries.into_keys().collect::<Vec<_>>(), ["index.js"]);
    }

    #[test]
    fn r96_only_a_zip_archive_is_a_package() {
        let code = folder(&[("code.zip", "not a zip"), ("index.py", "x")]);
        let zip = Source::Zip(code.path().join("code.zip"));
        assert!(matches!(Package::load(&zip), Err(PackageError::NotZip { .. })));
        let missing = Source::Zip(code.path().join("gone.zip"));
        assert!(matches!(Package::load(&missing), Err(PackageError::Read { .. })));
        let packed = Package::load(&directory(code.path(), &["*.py"], &[])).unwrap();
        fs::write(code.path().join("code.zip"), &packed.bytes).unwrap();
        let same = Package::load(&zip).unwrap();
        assert_eq!((same.sha256, same.entries.len()), (packed.sha256, 1));
    }
}
