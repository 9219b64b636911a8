//! The one store: every object of every account and region, in `redb`.
//!
//! In memory, or in a file of the data directory, where an acknowledged write has reached the disk.
//! A request sees one transaction: reads a snapshot, writes all or nothing. Records are JSON, keyed
//! by (account, region, kind, id); code packages and logs lie in tables of their own, so that reading
//! a function never loads its code.

mod logs;

use std::path::Path;
use std::sync::Arc;

use redb::{
    Database, Durability, ReadTransaction, ReadableDatabase, ReadableTable, TableDefinition,
    WriteTransaction,
};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::refusal::{Refusal, refuse};
use logs::LOGS;

/// (account, region, kind, id) joined by NUL, to JSON.
const OBJECTS: TableDefinition<'_, &[u8], &[u8]> = TableDefinition::new("objects");
/// (account, region, SHA-256 in hexadecimal) joined by NUL, to the bytes.
const BLOBS: TableDefinition<'_, &[u8], &[u8]> = TableDefinition::new("blobs");
/// How often this state was started on.
const STARTS: TableDefinition<'_, (), u64> = TableDefinition::new("starts");

const FILE: &str = "cloud.redb";
const CACHE_BYTES: usize = 32 << 20;

/// A kind of object that is stored.
pub trait Record: Serialize + DeserializeOwned {
    /// The kind's name in the store and in exported state, as `scf.function`.
    const KIND: &'static str;
}

/// Why the store failed: a full disk, a broken file. Never the caller's fault.
#[derive(Debug, thiserror::Error)]
#[error("the store failed: {0}")]
pub struct StoreError(String);

macro_rules! store_errors {
    ($($error:ty),*) => {
        $(impl From<$error> for StoreError {
            fn from(error: $error) -> Self {
                Self(error.to_string())
            }
        })*
    };
}

store_errors!(
    redb::DatabaseError,
    redb::TransactionError,
    redb::TableError,
    redb::StorageError,
    redb::CommitError,
    redb::SetDurabilityError,
    serde_json::Error,
    std::io::Error
);

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        refuse("InternalError", error.to_string())
    }
}

/// The database.
#[derive(Debug)]
pub struct Store {
    db: Database,
    on_disk: bool,
    starts: u64,
}

/// A transaction: the state as one request sees it.
pub struct Txn(Kind);

enum Kind {
    Read(Arc<ReadTransaction>),
    Write(Box<WriteTransaction>),
}

impl Store {
    /// Opens the state in `dir`, or an empty one in memory.
    ///
    /// # Errors
    /// When the directory cannot be made or the file is in use or broken.
    pub fn open(dir: Option<&Path>) -> Result<Self, StoreError> {
        let mut builder = Database::builder();
        builder.set_cache_size(CACHE_BYTES);
        let db = match dir {
            None => builder.create_with_backend(redb::backends::InMemoryBackend::new())?,
            Some(dir) => {
                std::fs::create_dir_all(dir)?;
                builder.create(dir.join(FILE))?
            }
        };
        let txn = db.begin_write()?;
        let starts = {
            txn.open_table(OBJECTS)?;
            txn.open_table(BLOBS)?;
            txn.open_table(LOGS)?;
            let mut table = txn.open_table(STARTS)?;
            let starts = table.get(())?.map_or(0, |starts| starts.value()) + 1;
            table.insert((), starts)?;
            starts
        };
        txn.commit()?;
        Ok(Self { db, on_disk: dir.is_some(), starts })
    }

    /// How often this state was started on, this time included.
    #[must_use]
    pub fn starts(&self) -> u64 {
        self.starts
    }

    /// Whether writes wait for a disk.
    #[must_use]
    pub fn is_on_disk(&self) -> bool {
        self.on_disk
    }

    /// A snapshot of now.
    ///
    /// # Errors
    /// When the store fails.
    pub fn read(&self) -> Result<Txn, StoreError> {
        Ok(Txn(Kind::Read(Arc::new(self.db.begin_read()?))))
    }

    /// The one writer; waits for the writer before it.
    ///
    /// # Errors
    /// When the store fails.
    pub fn write(&self) -> Result<Txn, StoreError> {
        let mut txn = self.db.begin_write()?;
        if !self.on_disk {
            txn.set_durability(Durability::None)?;
        }
        Ok(Txn(Kind::Write(Box::new(txn))))
    }
}

/// One stored object with its whole key; for export and import.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The account's UIN.
    pub account: String,
    /// The region; empty for what has none.
    pub region: String,
    /// [`Record::KIND`]; for a blob, empty.
    pub kind: String,
    /// The object's id; for a blob, its SHA-256.
    pub id: String,
    /// JSON; for a blob, the bytes.
    pub bytes: Vec<u8>,
}

impl Txn {
    /// The part of the state that belongs to one account and region.
    #[must_use]
    pub fn scope<'t>(&'t self, account: &'t str, region: &'t str) -> Scope<'t> {
        Scope { txn: self, account, region }
    }

    /// The same snapshot once more; `None` for a writer.
    #[must_use]
    pub fn share(&self) -> Option<Self> {
        match &self.0 {
            Kind::Read(txn) => Some(Self(Kind::Read(Arc::clone(txn)))),
            Kind::Write(_) => None,
        }
    }

    /// Makes the writes lasting. Dropping a writer without it undoes them.
    ///
    /// # Errors
    /// When the store fails.
    pub fn commit(self) -> Result<(), StoreError> {
        match self.0 {
            Kind::Read(_) => Ok(()),
            Kind::Write(txn) => Ok(txn.commit()?),
        }
    }

    /// Every object (`kind` not empty) and every blob (`kind` empty), in key order.
    ///
    /// # Errors
    /// When the store fails.
    pub fn entries(&self) -> Result<Vec<Entry>, StoreError> {
        let mut entries = Vec::new();
        self.each(OBJECTS, b"", |key, bytes| {
            let [account, region, kind, id] = parts(key);
            entries.push(Entry { account, region, kind, id, bytes: bytes.to_vec() });
            Ok(())
        })?;
        self.each(BLOBS, b"", |key, bytes| {
            let [account, region, id, kind] = parts(key);
            entries.push(Entry { account, region, kind, id, bytes: bytes.to_vec() });
            Ok(())
        })?;
        Ok(entries)
    }

    /// Every object of a kind: whose it is, where, its id, and itself.
    ///
    /// # Errors
    /// When the store fails.
    pub fn every<R: Record>(&self) -> Result<Vec<(String, String, String, R)>, StoreError> {
        let mut found = Vec::new();
        self.each(OBJECTS, b"", |key, bytes| {
            let [account, region, kind, id] = parts(key);
            if kind == R::KIND {
                found.push((account, region, id, serde_json::from_slice(bytes)?));
            }
            Ok(())
        })?;
        Ok(found)
    }

    /// Forgets every object and blob, or those of one account.
    ///
    /// # Errors
    /// When the store fails.
    pub fn remove_all(&self, account: Option<&str>) -> Result<(), StoreError> {
        let prefix = account.map(|account| format!("{account}\0")).unwrap_or_default();
        for table in [OBJECTS, BLOBS, LOGS] {
            let mut table = self.writer()?.open_table(table)?;
            table.retain(|key, _| !key.starts_with(prefix.as_bytes()))?;
        }
        Ok(())
    }

    /// Stores what [`Txn::entries`] gave.
    ///
    /// # Errors
    /// When the store fails.
    pub fn put_entry(&self, entry: &Entry) -> Result<(), StoreError> {
        if entry.kind.is_empty() {
            let key = join(&[&entry.account, &entry.region, &entry.id]);
            return self.insert(BLOBS, &key, &entry.bytes);
        }
        let key = join(&[&entry.account, &entry.region, &entry.kind, &entry.id]);
        self.insert(OBJECTS, &key, &entry.bytes)
    }

    fn fetch(&self, table: Table, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(match &self.0 {
            Kind::Read(txn) => txn.open_table(table)?.get(key)?.map(|v| v.value().to_vec()),
            Kind::Write(txn) => txn.open_table(table)?.get(key)?.map(|v| v.value().to_vec()),
        })
    }

    fn decode<R: Record>(&self, key: &[u8]) -> Result<Option<R>, StoreError> {
        let read = |bytes: &[u8]| serde_json::from_slice(bytes).map_err(StoreError::from);
        match &self.0 {
            Kind::Read(txn) => {
                txn.open_table(OBJECTS)?.get(key)?.map(|v| read(v.value())).transpose()
            }
            Kind::Write(txn) => {
                txn.open_table(OBJECTS)?.get(key)?.map(|v| read(v.value())).transpose()
            }
        }
    }

    fn insert(&self, table: Table, key: &[u8], bytes: &[u8]) -> Result<(), StoreError> {
        self.writer()?.open_table(table)?.insert(key, bytes)?;
        Ok(())
    }

    fn delete(&self, table: Table, key: &[u8]) -> Result<bool, StoreError> {
        Ok(self.writer()?.open_table(table)?.remove(key)?.is_some())
    }

    fn writer(&self) -> Result<&WriteTransaction, StoreError> {
        match &self.0 {
            Kind::Write(txn) => Ok(txn),
            Kind::Read(_) => Err(StoreError("an action that only reads tried to write".to_owned())),
        }
    }

    /// Calls `visit` with every key that starts with `prefix`, in order.
    fn each(
        &self,
        table: Table,
        prefix: &[u8],
        mut visit: impl FnMut(&[u8], &[u8]) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let mut walk = |range: redb::Range<'_, &[u8], &[u8]>| {
            for item in range {
                let (key, value) = item?;
                if !key.value().starts_with(prefix) {
                    break;
                }
                visit(key.value(), value.value())?;
            }
            Ok(())
        };
        match &self.0 {
            Kind::Read(txn) => walk(txn.open_table(table)?.range(prefix..)?),
            Kind::Write(txn) => walk(txn.open_table(table)?.range(prefix..)?),
        }
    }
}

type Table = TableDefinition<'static, &'static [u8], &'static [u8]>;

fn join(parts: &[&str]) -> Vec<u8> {
    parts.join("\0").into_bytes()
}

fn parts(key: &[u8]) -> [String; 4] {
    let mut parts = key.splitn(4, |byte| *byte == 0);
    [(); 4].map(|()| String::from_utf8_lossy(parts.next().unwrap_or_default()).into_owned())
}

/// The part of a transaction's state that belongs to one account and region.
#[derive(Clone, Copy)]
pub struct Scope<'t> {
    txn: &'t Txn,
    account: &'t str,
    region: &'t str,
}

impl<'t> Scope<'t> {
    /// The account's UIN.
    #[must_use]
    pub fn account(&self) -> &'t str {
        self.account
    }

    /// The region; empty for what has none.
    #[must_use]
    pub fn region(&self) -> &'t str {
        self.region
    }

    /// The same account's state in another region, or (with an empty name) its global state.
    #[must_use]
    pub fn in_region(&self, region: &'t str) -> Self {
        Self { region, ..*self }
    }

    /// The object with that id.
    ///
    /// # Errors
    /// When the store fails.
    pub fn get<R: Record>(&self, id: &str) -> Result<Option<R>, StoreError> {
        self.txn.decode(&self.key::<R>(id))
    }

    /// Whether there is an object of a kind with that id.
    ///
    /// # Errors
    /// When the store fails.
    pub fn has(&self, kind: &str, id: &str) -> Result<bool, StoreError> {
        let key = join(&[self.account, self.region, kind, id]);
        Ok(self.txn.fetch(OBJECTS, &key)?.is_some())
    }

    /// Stores an object under its id, in place of what was there.
    ///
    /// # Errors
    /// When the store fails.
    pub fn put<R: Record>(&self, id: &str, record: &R) -> Result<(), StoreError> {
        self.txn.insert(OBJECTS, &self.key::<R>(id), &serde_json::to_vec(record)?)
    }

    /// Forgets an object; tells whether there was one.
    ///
    /// # Errors
    /// When the store fails.
    pub fn remove<R: Record>(&self, id: &str) -> Result<bool, StoreError> {
        self.txn.delete(OBJECTS, &self.key::<R>(id))
    }

    /// Every object whose id starts with `prefix`, in the order of the ids.
    ///
    /// # Errors
    /// When the store fails.
    pub fn scan<R: Record>(&self, prefix: &str) -> Result<Vec<(String, R)>, StoreError> {
        let (start, skip) = (self.key::<R>(prefix), self.key::<R>("").len());
        let mut found = Vec::new();
        self.txn.each(OBJECTS, &start, |key, bytes| {
            let id = String::from_utf8_lossy(&key[skip..]).into_owned();
            found.push((id, serde_json::from_slice(bytes)?));
            Ok(())
        })?;
        Ok(found)
    }

    /// How many objects have ids that start with `prefix`.
    ///
    /// # Errors
    /// When the store fails.
    pub fn count<R: Record>(&self, prefix: &str) -> Result<usize, StoreError> {
        let mut count = 0;
        self.txn.each(OBJECTS, &self.key::<R>(prefix), |_, _| {
            count += 1;
            Ok(())
        })?;
        Ok(count)
    }

    /// Counts the things that `stream` names: 0 for the first, 1 for the second, for ever.
    ///
    /// # Errors
    /// When the store fails.
    pub fn next(&self, stream: &str) -> Result<u64, StoreError> {
        let Sequence(next) = self.get(stream)?.unwrap_or(Sequence(0));
        self.put(stream, &Sequence(next + 1))?;
        Ok(next)
    }

    /// Keeps bytes under their SHA-256.
    ///
    /// # Errors
    /// When the store fails.
    pub fn put_blob(&self, sha256: &str, bytes: &[u8]) -> Result<(), StoreError> {
        self.txn.insert(BLOBS, &join(&[self.account, self.region, sha256]), bytes)
    }

    /// The bytes with that SHA-256.
    ///
    /// # Errors
    /// When the store fails.
    pub fn blob(&self, sha256: &str) -> Result<Option<Vec<u8>>, StoreError> {
        self.txn.fetch(BLOBS, &join(&[self.account, self.region, sha256]))
    }

    /// Forgets the bytes with that SHA-256.
    ///
    /// # Errors
    /// When the store fails.
    pub fn remove_blob(&self, sha256: &str) -> Result<bool, StoreError> {
        self.txn.delete(BLOBS, &join(&[self.account, self.region, sha256]))
    }

    fn key<R: Record>(&self, id: &str) -> Vec<u8> {
        join(&[self.account, self.region, R::KIND, id])
    }
}

#[derive(Serialize, serde::Deserialize)]
struct Sequence(u64);

impl Record for Sequence {
    const KIND: &'static str = "sequence";
}

#[cfg(test)]
mod tests;
