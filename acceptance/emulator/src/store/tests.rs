//! What the store promises.

use serde::Deserialize;

use super::*;

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Thing(u32);

impl Record for Thing {
    const KIND: &'static str = "test.thing";
}

fn written(store: &Store, ids: &[&str]) {
    let txn = store.write().unwrap();
    for id in ids {
        txn.scope("a", "r").put(id, &Thing(1)).unwrap();
    }
    txn.commit().unwrap();
}

#[test]
fn a_writer_that_does_not_commit_leaves_nothing() {
    let store = Store::open(None).unwrap();
    {
        let txn = store.write().unwrap();
        txn.scope("a", "r").put("x", &Thing(1)).unwrap();
        assert_eq!(txn.scope("a", "r").get("x").unwrap(), Some(Thing(1)));
    }
    let txn = store.read().unwrap();
    assert_eq!(txn.scope("a", "r").get::<Thing>("x").unwrap(), None);
}

#[test]
fn scopes_are_apart_and_scans_stay_inside_them() {
    let store = Store::open(None).unwrap();
    written(&store, &["ns/a", "ns/b", "other/c"]);
    let txn = store.read().unwrap();
    let here = txn.scope("a", "r");
    let ids: Vec<_> = here.scan::<Thing>("ns/").unwrap().into_iter().map(|(id, _)| id).collect();
    assert_eq!(ids, ["ns/a", "ns/b"]);
    assert_eq!(here.count::<Thing>("").unwrap(), 3);
    assert_eq!(txn.scope("a", "s").count::<Thing>("").unwrap(), 0);
    assert_eq!(txn.scope("b", "r").count::<Thing>("").unwrap(), 0);
}

#[test]
fn a_snapshot_does_not_see_later_writes() {
    let store = Store::open(None).unwrap();
    let before = store.read().unwrap();
    written(&store, &["x"]);
    assert_eq!(before.share().unwrap().scope("a", "r").count::<Thing>("").unwrap(), 0);
    assert_eq!(store.read().unwrap().scope("a", "r").count::<Thing>("").unwrap(), 1);
}

#[test]
fn a_read_action_cannot_write() {
    let store = Store::open(None).unwrap();
    let txn = store.read().unwrap();
    assert!(txn.scope("a", "r").put("x", &Thing(1)).is_err());
}

#[test]
fn a_file_keeps_objects_blobs_and_counts() {
    let dir = tempfile::tempdir().unwrap();
    let first = Store::open(Some(dir.path())).unwrap();
    written(&first, &["x"]);
    let txn = first.write().unwrap();
    txn.scope("a", "r").put_blob("ff", b"code").unwrap();
    assert_eq!(txn.scope("a", "r").next("s").unwrap(), 0);
    txn.commit().unwrap();
    drop(first);
    let second = Store::open(Some(dir.path())).unwrap();
    assert_eq!(second.starts(), 2);
    let txn = second.write().unwrap();
    let here = txn.scope("a", "r");
    assert_eq!(here.get("x").unwrap(), Some(Thing(1)));
    assert_eq!(here.blob("ff").unwrap().as_deref(), Some(&b"code"[..]));
    assert_eq!(here.next("s").unwrap(), 1);
}

#[test]
fn entries_rebuild_the_state_elsewhere() {
    let store = Store::open(None).unwrap();
    written(&store, &["x", "y"]);
    let txn = store.write().unwrap();
    txn.scope("a", "r").put_blob("ff", b"code").unwrap();
    txn.commit().unwrap();
    let entries = store.read().unwrap().entries().unwrap();
    let txn = store.write().unwrap();
    txn.remove_all(Some("b")).unwrap();
    txn.commit().unwrap();
    assert_eq!(store.read().unwrap().entries().unwrap(), entries);
    let txn = store.write().unwrap();
    txn.remove_all(Some("a")).unwrap();
    txn.commit().unwrap();
    assert!(store.read().unwrap().entries().unwrap().is_empty());
    let txn = store.write().unwrap();
    for entry in &entries {
        txn.put_entry(entry).unwrap();
    }
    txn.commit().unwrap();
    assert_eq!(store.read().unwrap().entries().unwrap(), entries);
}
