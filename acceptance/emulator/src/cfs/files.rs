//! The files of file systems: a folder each, `ACCOUNT/REGION/ID`.

use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// Where the files of all file systems are.
#[derive(Debug, Clone)]
pub struct Files(PathBuf);

impl Files {
    /// Below `folder`, which is made when it is needed.
    #[must_use]
    pub fn new(folder: PathBuf) -> Self {
        Self(folder)
    }

    /// The folder of a file system.
    #[must_use]
    pub fn of(&self, account: &str, region: &str, id: &str) -> PathBuf {
        self.0.join(account).join(region).join(id)
    }

    /// Makes the folder of a file system, in which everybody may write (R386).
    ///
    /// # Errors
    /// What the system says.
    pub fn make(&self, account: &str, region: &str, id: &str) -> io::Result<()> {
        let folder = self.of(account, region, id);
        fs::create_dir_all(&folder)?;
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o777))
    }

    /// Removes a file system with all its files.
    pub fn remove(&self, account: &str, region: &str, id: &str) {
        remove(&self.of(account, region, id));
    }

    /// Removes everything, or what belongs to one account.
    pub fn clear(&self, account: Option<&str>) {
        remove(&account.map_or_else(|| self.0.clone(), |account| self.0.join(account)));
    }

    /// How many bytes a file system has.
    #[must_use]
    pub fn size(&self, account: &str, region: &str, id: &str) -> u64 {
        size(&self.of(account, region, id))
    }
}

fn remove(folder: &Path) {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            tracing::warn!(%error, folder = %folder.display(), "files of a file system stay");
        }
        _ => {}
    }
}

fn size(folder: &Path) -> u64 {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let one = |entry: fs::DirEntry| match entry.metadata() {
        Ok(metadata) if metadata.is_dir() => size(&entry.path()),
        Ok(metadata) => metadata.len(),
        Err(_) => 0,
    };
    entries.map(one).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_system_has_a_folder_of_its_own() {
        let folder = tempfile::tempdir().unwrap();
        let files = Files::new(folder.path().join("files"));
        for id in ["cfs-1", "cfs-2"] {
            files.make("1", "r", id).unwrap();
        }
        let one = files.of("1", "r", "cfs-1");
        assert_eq!(fs::metadata(&one).unwrap().permissions().mode() & 0o777, 0o777);
        fs::create_dir(one.join("sub")).unwrap();
        fs::write(one.join("sub/a"), "123").unwrap();
        fs::write(one.join("b"), "12").unwrap();
        assert_eq!((files.size("1", "r", "cfs-1"), files.size("1", "r", "cfs-2")), (5, 0));
        files.remove("1", "r", "cfs-1");
        assert!(!one.exists() && files.of("1", "r", "cfs-2").exists());
        files.clear(Some("1"));
        assert!(!files.of("1", "r", "cfs-2").exists());
    }
}
