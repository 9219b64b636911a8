//! Where settings come from.

use std::fs;

use super::*;

fn resolve(settings: Settings, variables: &[(&str, &str)]) -> Result<Config> {
    settings.resolve_with(|name| {
        variables.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
    })
}

fn pair(id: &str, key: &str) -> Settings {
    Settings { secret_id: Some(id.into()), secret_key: Some(key.into()), ..Settings::default() }
}

fn write_profile(directory: &std::path::Path, name: &str, credential: &str, configure: &str) {
    fs::write(directory.join(format!("{name}.credential")), credential).unwrap();
    fs::write(directory.join(format!("{name}.configure")), configure).unwrap();
}

const CREDENTIAL: &str = r#"{"secretId": "file-id ", "secretKey": "file-key", "token": ""}"#;
const CONFIGURE: &str = r#"{"_sys_param": {"output": "json", "region": "ap-tokyo"}, "scf": {}}"#;

#[test]
fn what_is_stated_wins_over_the_environment_and_the_profile() {
    let home = tempfile::tempdir().unwrap();
    let directory = home.path().join(".tccli");
    fs::create_dir(&directory).unwrap();
    write_profile(&directory, "default", CREDENTIAL, CONFIGURE);
    let home = home.path().to_str().unwrap();
    let environment = [
        ("HOME", home),
        ("TENCENTCLOUD_SECRET_ID", "env-id"),
        ("TENCENTCLOUD_SECRET_KEY", "env-key"),
        ("TENCENTCLOUD_SECURITY_TOKEN", "env-token"),
        ("TENCENTCLOUD_REGION", "ap-beijing"),
    ];

    let stated = Settings { region: Some("ap-shanghai".into()), ..pair("id", "key") };
    let config = resolve(stated, &environment[..1]).unwrap();
    assert_eq!(config.region, "ap-shanghai");
    assert_eq!(config.credential.unwrap().secret_id.expose(), "id");

    let config = resolve(Settings::default(), &environment).unwrap();
    let credential = config.credential.unwrap();
    assert_eq!(config.region, "ap-beijing");
    assert_eq!(credential.secret_key.expose(), "env-key");
    assert_eq!(credential.token.unwrap().expose(), "env-token");

    let config = resolve(Settings::default(), &environment[..1]).unwrap();
    let credential = config.credential.unwrap();
    assert_eq!(config.region, "ap-tokyo");
    assert_eq!(credential.secret_id.expose(), "file-id", "trimmed as the official tools do");
    assert_eq!(credential.token, None, "an empty token is none");
}

#[test]
fn nothing_stated_is_no_error_until_a_call() {
    let home = tempfile::tempdir().unwrap();
    let config = resolve(Settings::default(), &[("HOME", home.path().to_str().unwrap())]).unwrap();
    assert_eq!(config.credential, None);
    assert_eq!(config.region, DEFAULT_REGION);
}

#[test]
fn a_profile_is_found_by_name_and_directory() {
    let home = tempfile::tempdir().unwrap();
    write_profile(home.path(), "prod", CREDENTIAL, "{}");
    let named = Settings {
        profile: Some("prod".into()),
        shared_credentials_dir: Some("~/".into()),
        ..Settings::default()
    };
    let environment = [("HOME", home.path().to_str().unwrap())];
    let config = resolve(named.clone(), &environment).unwrap();
    assert_eq!(config.credential.unwrap().secret_key.expose(), "file-key");
    assert_eq!(config.region, DEFAULT_REGION, "this profile names no region");

    let missing = Settings { profile: Some("dev".into()), ..named };
    let error = resolve(missing, &environment).unwrap_err();
    assert!(error.to_string().contains("no profile \"dev\""), "{error}");
}

#[test]
fn a_key_pair_is_never_mixed_from_two_places() {
    let home = tempfile::tempdir().unwrap();
    fs::create_dir(home.path().join(".tccli")).unwrap();
    write_profile(&home.path().join(".tccli"), "default", CREDENTIAL, CONFIGURE);
    let half = Settings { secret_id: Some("id".into()), ..Settings::default() };
    let config = resolve(half.clone(), &[("HOME", home.path().to_str().unwrap())]).unwrap();
    assert_eq!(config.credential.unwrap().secret_id.expose(), "file-id");

    let error = resolve(half, &[]).unwrap_err();
    assert!(error.to_string().contains("the secret key is not"), "{error}");
}

#[test]
fn a_broken_profile_file_is_named_and_never_quoted() {
    let home = tempfile::tempdir().unwrap();
    write_profile(home.path(), "default", r#"{"secretId": ["hunter2"]}"#, "{}");
    let settings = Settings {
        shared_credentials_dir: home.path().to_str().map(str::to_owned),
        ..Settings::default()
    };
    let error = resolve(settings, &[]).unwrap_err();
    let text = format!("{error} {error:?}");
    assert!(text.contains("default.credential") && text.contains("line 1"), "{text}");
    assert!(!text.contains("hunter2"), "{text}");
}

#[test]
fn no_form_of_printing_shows_a_key() {
    let settings = Settings { security_token: Some("tok-en".into()), ..pair("the-id", "the-key") };
    let mut shown = format!("{settings:?} {settings:#?}");
    shown += &format!("{:?}", resolve(settings, &[]).unwrap());
    for secret in ["the-id", "the-key", "tok-en"] {
        assert!(!shown.contains(secret), "{secret} in {shown}");
    }
}

#[test]
fn a_profile_that_is_not_needed_is_not_read() {
    let home = tempfile::tempdir().unwrap();
    write_profile(home.path(), "default", "not JSON", "not JSON");
    let settings = Settings {
        region: Some("ap-tokyo".into()),
        shared_credentials_dir: home.path().to_str().map(str::to_owned),
        ..pair("id", "key")
    };
    assert_eq!(resolve(settings, &[]).unwrap().region, "ap-tokyo");
}

#[test]
fn a_role_that_would_have_to_be_assumed_is_refused_rather_than_ignored() {
    let home = tempfile::tempdir().unwrap();
    let credential =
        r#"{"secretId": "id", "secretKey": "key", "role-arn": "qcs::cam::uin/1:roleName/r"}"#;
    write_profile(home.path(), "default", credential, "{}");
    let settings = Settings {
        shared_credentials_dir: home.path().to_str().map(str::to_owned),
        ..Settings::default()
    };
    let error = resolve(settings, &[]).unwrap_err();
    assert!(error.to_string().contains("roleName/r"), "{error}");

    let environment = [("TENCENTCLOUD_ASSUME_ROLE_ARN", "qcs::cam::uin/1:roleName/r")];
    let error = resolve(pair("id", "key"), &environment).unwrap_err();
    assert!(error.to_string().contains("TENCENTCLOUD_ASSUME_ROLE_ARN"), "{error}");
}
