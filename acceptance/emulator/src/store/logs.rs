//! Logs on the disk, in a table of their own: they are many, and nobody exports them.

use redb::TableDefinition;

use super::{Scope, StoreError, join};

/// (account, region, topic, number in hexadecimal) joined by NUL, to what was written.
pub(super) const LOGS: TableDefinition<'_, &[u8], &[u8]> = TableDefinition::new("logs");

impl Scope<'_> {
    /// What a topic has, the oldest first, with its numbers.
    ///
    /// # Errors
    /// When the store fails.
    pub fn logs(&self, topic: &str) -> Result<Vec<(u64, Vec<u8>)>, StoreError> {
        let prefix = self.log_key(topic, "");
        let mut found = Vec::new();
        self.txn.each(LOGS, &prefix, |key, bytes| {
            let number = std::str::from_utf8(&key[prefix.len()..]).ok();
            if let Some(number) = number.and_then(|text| u64::from_str_radix(text, 16).ok()) {
                found.push((number, bytes.to_vec()));
            }
            Ok(())
        })?;
        Ok(found)
    }

    /// Keeps what was written into a topic, under a number that grows.
    ///
    /// # Errors
    /// When the store fails.
    pub fn put_log(&self, topic: &str, number: u64, bytes: &[u8]) -> Result<(), StoreError> {
        self.txn.insert(LOGS, &self.log_key(topic, &format!("{number:016x}")), bytes)
    }

    /// Forgets what a topic has before a number; before none, everything.
    ///
    /// # Errors
    /// When the store fails.
    pub fn forget_logs(&self, topic: &str, before: Option<u64>) -> Result<(), StoreError> {
        // No digit comes after `f`.
        let end = before.map_or_else(|| "g".to_owned(), |number| format!("{number:016x}"));
        let (start, end) = (self.log_key(topic, ""), self.log_key(topic, &end));
        let mut table = self.txn.writer()?.open_table(LOGS)?;
        table.retain_in(start.as_slice()..end.as_slice(), |_, _| false)?;
        Ok(())
    }

    fn log_key(&self, topic: &str, number: &str) -> Vec<u8> {
        join(&[self.account, self.region, topic, number])
    }
}
