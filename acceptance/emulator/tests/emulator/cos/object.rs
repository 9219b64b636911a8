//! Objects: content, headers, ranges, copies, lists, versions.

use tencentcloud_emulator::accounts::Account;

use super::{Cos, code, texts};
use crate::support::client;

/// The MD5 of `hello`, in hexadecimal and in base64.
const HELLO: &str = "5d41402abc4b2a76b9719d911017c592";
const HELLO_BASE64: &str = "XUFAKrxLKna5cZ2REBfFkg==";

#[test]
fn an_object_comes_back_as_it_was_put() {
    let cos = Cos::new(client());
    let name = cos.bucket("objects");
    let path = format!("/{name}/a folder/ü+b.txt");
    let put = cos.ask("PUT", &path).body("hello");
    let put = put.header("content-type", "text/x").header("x-cos-meta-who", "me");
    let put = put.header("content-md5", HELLO_BASE64).send();
    // Names exactly so, for the vendor's SDK for Python.
    assert!(put.head.contains(&format!("ETag: \"{HELLO}\"\r\n")), "{}", put.head);
    let got = cos.ask("GET", &path).send();
    assert_eq!(got.body, "hello");
    for header in ["Content-Type: text/x", "x-cos-meta-who: me", "Content-Length: 5"] {
        assert!(got.head.contains(&format!("{header}\r\n")), "{header}: {}", got.head);
    }
    assert!(got.head.contains("x-cos-hash-crc64ecma: 11177612005948864433\r\n"), "{}", got.head);
    let (status, head) = cos.ask("HEAD", &path).head();
    assert_eq!(status, 200);
    assert!(head.contains("content-length: 5\r\n") && head.contains(HELLO), "{head}");
    let as_file = format!("{path}?response-content-type=text/y");
    assert!(cos.ask("GET", &as_file).send().head.contains("Content-Type: text/y\r\n"));
    assert_eq!(cos.ask("DELETE", &path).send().status, 204);
    assert_eq!(code(&cos.ask("GET", &path).send()), (404, "NoSuchKey".to_owned()));
    assert_eq!(cos.ask("DELETE", &path).send().status, 204);
}

#[test]
fn a_body_that_is_not_what_it_says_is_not_kept() {
    let cos = Cos::new(client());
    let name = cos.bucket("checked");
    let put = |md5: &str| {
        code(&cos.ask("PUT", &format!("/{name}/k")).body("other").header("content-md5", md5).send())
    };
    assert_eq!(put(HELLO_BASE64), (400, "BadDigest".to_owned()));
    assert_eq!(put("nonsense"), (400, "InvalidDigest".to_owned()));
    assert!(cos.list(&name, "").0.is_empty());
    let class = cos.ask("PUT", &format!("/{name}/k")).header("x-cos-storage-class", "GLASS").send();
    assert_eq!(code(&class).1, "InvalidStorageClass");
}

#[test]
fn a_range_and_a_condition_are_honoured() {
    let cos = Cos::new(client());
    let name = cos.bucket("ranges");
    cos.put(&name, "k", "hello");
    let get = |header: &str, value: &str| {
        cos.ask("GET", &format!("/{name}/k")).header(header, value).send()
    };
    let part = get("range", "bytes=1-2");
    assert_eq!((part.status, part.body.as_str()), (206, "el"));
    assert!(part.head.contains("Content-Range: bytes 1-2/5\r\n"), "{}", part.head);
    assert_eq!(code(&get("range", "bytes=9-")), (416, "InvalidRange".to_owned()));
    assert_eq!(get("if-none-match", &format!("\"{HELLO}\"")).status, 304);
    assert_eq!(code(&get("if-match", "\"other\"")), (412, "PreconditionFailed".to_owned()));
}

#[test]
fn lists_have_prefixes_delimiters_and_pages() {
    let cos = Cos::new(client());
    let name = cos.bucket("lists");
    for key in ["a/1", "a/2", "b/1", "c", "d"] {
        cos.put(&name, key, key);
    }
    assert_eq!(cos.list(&name, "prefix=a/").0, ["a/1", "a/2"]);
    let (keys, prefixes) = cos.list(&name, "delimiter=/");
    assert_eq!((keys, prefixes), (vec!["c".into(), "d".into()], vec!["a/".into(), "b/".into()]));
    let (mut marker, mut seen) = (String::new(), Vec::new());
    loop {
        let query = format!("/{name}?delimiter=/&max-keys=2&marker={marker}");
        let page = cos.ask("GET", &query).send().body;
        seen.extend(texts(&page, "Key"));
        let prefixes = page.split("<CommonPrefixes>").skip(1);
        seen.extend(prefixes.map(|part| texts(part, "Prefix").remove(0)));
        if texts(&page, "IsTruncated") == ["false"] {
            break;
        }
        marker = texts(&page, "NextMarker").remove(0);
    }
    assert_eq!(seen, ["a/", "b/", "c", "d"]);
    for list in ["max-keys=0", "list-type=2&max-keys=0", "versions&max-keys=0"] {
        let page = cos.ask("GET", &format!("/{name}?{list}")).send().body;
        assert_eq!(texts(&page, "IsTruncated"), ["false"], "{list}: {page}");
        assert!(texts(&page, "Key").is_empty(), "{list}: {page}");
    }
}

#[test]
fn copies_have_their_own_bytes() {
    let cos = Cos::new(client());
    let name = cos.bucket("copies");
    cos.put(&name, "from", "hello");
    let source = format!("{name}.cos.ap-guangzhou.myqcloud.com/from");
    let copy = cos.ask("PUT", &format!("/{name}/to")).header("x-cos-copy-source", &source).send();
    assert_eq!(texts(&copy.body, "ETag"), [format!("\"{HELLO}\"")]);
    cos.ask("DELETE", &format!("/{name}/from")).send();
    assert_eq!(cos.text(&name, "to"), "hello");
    let gone = cos.ask("PUT", &format!("/{name}/x")).header("x-cos-copy-source", &source).send();
    assert_eq!(code(&gone).1, "NoSuchKey");
}

#[test]
fn every_version_can_be_copied() {
    let cos = Cos::new(client());
    let name = cos.bucket("copied");
    cos.put(&name, "k", "before");
    let enable = "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>";
    assert_eq!(cos.ask("PUT", &format!("/{name}?versioning")).body(enable).send().status, 200);
    cos.put(&name, "k", "after");
    let ids = texts(&cos.ask("GET", &format!("/{name}?versions")).send().body, "VersionId");
    assert_eq!(ids[1], "null");
    for (id, text) in ids.iter().zip(["after", "before"]) {
        let source = format!("{name}.cos.ap-guangzhou.myqcloud.com/k?versionId={id}");
        let copy = cos.ask("PUT", &format!("/{name}/to")).header("x-cos-copy-source", &source);
        assert_eq!(copy.send().status, 200, "{id}");
        assert_eq!(cos.text(&name, "to"), text);
    }
}

#[test]
fn versions_are_kept_listed_and_deleted_one_by_one() {
    let cos = Cos::new(client());
    let name = cos.bucket("versions");
    cos.put(&name, "k", "0");
    let enable = "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>";
    assert_eq!(cos.ask("PUT", &format!("/{name}?versioning")).body(enable).send().status, 200);
    let first = cos.put(&name, "k", "1");
    let id = first.head.lines().find_map(|line| line.strip_prefix("x-cos-version-id: "));
    let id = id.unwrap().to_owned();
    cos.put(&name, "k", "2");
    let deleted = cos.ask("DELETE", &format!("/{name}/k")).send();
    assert!(deleted.head.contains("x-cos-delete-marker: true\r\n"), "{}", deleted.head);
    assert_eq!(code(&cos.ask("GET", &format!("/{name}/k")).send()).1, "NoSuchKey");
    assert_eq!(cos.text(&name, &format!("k?versionId={id}")), "1");
    assert_eq!(cos.text(&name, "k?versionId=null"), "0");
    let list = cos.ask("GET", &format!("/{name}?versions")).send().body;
    let ids = texts(&list, "VersionId");
    assert_eq!(ids.len(), 4, "{list}");
    assert!(cos.list(&name, "").0.is_empty());
    // Page by page as well.
    let page = cos.ask("GET", &format!("/{name}?versions&max-keys=3")).send().body;
    let (key, version) = (texts(&page, "NextKeyMarker"), texts(&page, "NextVersionIdMarker"));
    let rest = format!("/{name}?versions&key-marker={}&version-id-marker={}", key[0], version[0]);
    assert_eq!(texts(&cos.ask("GET", &rest).send().body, "VersionId"), ["null"]);
    for id in &ids {
        let gone = cos.ask("DELETE", &format!("/{name}/k?versionId={id}")).send();
        assert_eq!(gone.status, 204);
    }
    let missing = cos.ask("GET", &format!("/{name}/k?versionId={id}")).send();
    assert_eq!(code(&missing).1, "NoSuchVersion");
    assert_eq!(cos.ask("DELETE", &format!("/{name}")).send().status, 204);
}

/// What a list of versions shows: keys with versions, and common prefixes.
fn shown(page: &str) -> Vec<String> {
    let versions = texts(page, "VersionId").into_iter();
    let rows = texts(page, "Key").into_iter().zip(versions).map(|(a, b)| format!("{a} {b}"));
    let common = page.split("<CommonPrefixes>").skip(1);
    rows.chain(common.map(|part| texts(part, "Prefix").remove(0))).collect()
}

#[test]
fn versions_page_by_page_are_the_same_as_all_at_once() {
    let cos = Cos::new(client());
    let name = cos.bucket("paged");
    cos.put(&name, "a/1", "before");
    let enable = "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>";
    assert_eq!(cos.ask("PUT", &format!("/{name}?versioning")).body(enable).send().status, 200);
    for key in ["a/1", "a/2", "a/2", "b", "b", "c/1", "d"] {
        cos.put(&name, key, key);
    }
    assert_eq!(cos.ask("DELETE", &format!("/{name}/b")).send().status, 204);
    for (query, count) in [("", 9), ("&delimiter=/", 6), ("&prefix=a/", 4), ("&prefix=b", 3)] {
        let ask = |more: &str| {
            let page = cos.ask("GET", &format!("/{name}?versions{query}{more}")).send();
            assert_eq!(page.status, 200, "{page:?}");
            page.body
        };
        let mut whole = shown(&ask(""));
        assert_eq!(whole.len(), count, "{query}: {whole:?}");
        let (mut seen, mut next) = (Vec::new(), String::new());
        while seen.len() <= count {
            let page = ask(&format!("&max-keys=1{next}"));
            let rows = shown(&page);
            assert_eq!(rows.len(), 1, "{page}");
            seen.extend(rows);
            if texts(&page, "IsTruncated") == ["false"] {
                break;
            }
            let [key, version] = ["NextKeyMarker", "NextVersionIdMarker"]
                .map(|marker| texts(&page, marker).remove(0));
            next = format!("&key-marker={key}&version-id-marker={version}");
        }
        assert!(seen.is_sorted_by_key(|row| row.split(' ').next().unwrap().to_owned()), "{seen:?}");
        seen.sort();
        whole.sort();
        assert_eq!(seen, whole, "{query}");
        // A key without a version means all of its versions.
        let rest = shown(&ask("&key-marker=b"));
        let after = |row: &&String| row.split(' ').next().is_some_and(|key| key > "b");
        assert_eq!(rest.len(), whole.iter().filter(after).count(), "{query}: {rest:?}");
    }
}

#[test]
fn several_objects_are_deleted_at_once() {
    let cos = Cos::new(client());
    let name = cos.bucket("many");
    for key in ["a", "b", "c"] {
        cos.put(&name, key, key);
    }
    let body = "<Delete><Quiet>false</Quiet><Object><Key>a</Key></Object>\
                <Object><Key>c</Key></Object></Delete>";
    let deleted = cos.ask("POST", &format!("/{name}?delete")).body(body).send();
    assert_eq!(texts(&deleted.body, "Key"), ["a", "c"]);
    assert_eq!(cos.list(&name, "").0, ["b"]);
    // A quiet deletion tells of nothing but failures.
    let quiet = "<Delete><Quiet>true</Quiet><Object><Key>b</Key></Object></Delete>";
    let deleted = cos.ask("POST", &format!("/{name}?delete")).body(quiet).send();
    assert_eq!((deleted.status, texts(&deleted.body, "Key").len()), (200, 0), "{deleted:?}");
    assert!(cos.list(&name, "").0.is_empty());
}

#[test]
fn tags_and_acls_of_objects() {
    let cos = Cos::new(client());
    let name = cos.bucket("tags");
    let put = cos.ask("PUT", &format!("/{name}/k")).header("x-cos-tagging", "a=1&b=2").send();
    assert_eq!(put.status, 200);
    let tagging = format!("/{name}/k?tagging");
    assert_eq!(texts(&cos.ask("GET", &tagging).send().body, "Key"), ["a", "b"]);
    let count = "x-cos-tagging-count";
    let head = || cos.ask("HEAD", &format!("/{name}/k")).head().1;
    assert!(head().contains(&format!("{count}: 2\r\n")), "{}", head());
    let twice = "<Tagging><TagSet><Tag><Key>a</Key><Value>1</Value></Tag>\
                 <Tag><Key>a</Key><Value>2</Value></Tag></TagSet></Tagging>";
    assert_eq!(code(&cos.ask("PUT", &tagging).body(twice).send()).1, "InvalidTag");
    assert_eq!(cos.ask("DELETE", &tagging).send().status, 204);
    assert_eq!(code(&cos.ask("GET", &tagging).send()), (404, "NoSuchTagSet".to_owned()));
    assert!(!head().contains(count), "{}", head());
    let acl = cos.ask("GET", &format!("/{name}/k?acl")).send();
    assert!(acl.head.contains("x-cos-acl: default\r\n"), "{}", acl.head);
}

#[test]
fn an_acl_that_is_read_changed_and_written_has_the_owner_s_grant_once() {
    let (cos, guest) = (Cos::new(client()), Cos::new(client()));
    let name = cos.bucket("granted");
    cos.put(&name, "k", "text");
    let path = format!("/{name}/k?acl");
    let read = || cos.ask("GET", &path).send().body;
    let uin = |cos: &Cos| Account::of(&cos.client.secret_id).unwrap().uin;
    assert_eq!(texts(&read(), "Permission"), ["FULL_CONTROL"]);
    let ask = || guest.ask("GET", &format!("/{name}/k")).send();
    assert_eq!(code(&ask()).1, "AccessDenied");
    let grant = format!(
        "<Grant><Grantee><ID>qcs::cam::uin/{0}:uin/{0}</ID></Grantee>\
         <Permission>READ</Permission></Grant></AccessControlList>",
        uin(&guest)
    );
    for _ in 0..2 {
        let changed = read().replacen("</AccessControlList>", &grant, 1);
        assert!(changed.contains(&uin(&cos)), "{changed}");
        assert_eq!(cos.ask("PUT", &path).body(&changed).send().status, 200);
        let permissions = texts(&read(), "Permission");
        assert_eq!(permissions[..2], ["FULL_CONTROL", "READ"], "{permissions:?}");
        assert!(!permissions[1..].contains(&"FULL_CONTROL".to_owned()), "{permissions:?}");
        assert_eq!(ask().body, "text");
    }
}
