//! Starting the server of a web function.

use std::path::Path;
use std::time::Duration;

use super::{
    Front, Machine, SERVER, START, package, package_with, python, server, started_by, web, within,
};
use crate::runtime::FunctionSpec;

#[tokio::test]
async fn r115_r185_without_a_listener_on_9000_the_start_is_446() {
    let mut spec = started_by("#!/bin/bash\nsleep 60\n");
    spec.init_timeout = Duration::from_millis(300);
    let front = Front::of(spec).await;
    let answer = front.get("/").await;
    assert_eq!(answer.status, 446);
    let text =
        "PortBindingFailed: nothing listens on port 9000 of 0.0.0.0; 127.0.0.1 is not enough";
    assert_eq!(answer.json()["errorMessage"], text);
}

#[tokio::test]
async fn r132_listening_on_the_loopback_address_is_not_enough() {
    let mut spec = server();
    spec.init_timeout = Duration::from_millis(600);
    spec.environment.insert("ADDRESS".into(), "127.0.0.1".into());
    assert_eq!(Front::of(spec).await.get("/").await.status, 446);
}

#[tokio::test]
async fn r135_r176_a_start_file_that_fails_is_405() {
    for (start, how) in [
        ("#!/bin/bash\necho dying; exit 7\n", "scf_bootstrap ended with exit code 7"),
        ("#!/bin/bash\r\nexec sleep 60\r\n", "scf_bootstrap has lines that end with CR LF"),
        ("exec sleep 60\n", "scf_bootstrap is neither a script"),
        ("#!/bin/bash\nexec /var/lang/cobol/bin/cobol\n", "scf_bootstrap ended with exit code 1"),
    ] {
        let front = Front::of(started_by(start)).await;
        let answer = front.get("/").await;
        assert_eq!(answer.status, 405, "{answer:?}");
        let message = answer.json()["errorMessage"].as_str().unwrap().to_owned();
        let begins = format!("ContainerStateExitedByUser: {how}");
        assert!(message.starts_with(&begins), "{message}");
        let log = front.outcome().await.log;
        assert_eq!(log.contains("\ndying\n"), start.contains("dying"), "{log}");
    }
}

#[tokio::test]
async fn r127_only_scf_bootstrap_starts_a_function() {
    let spec = web(FunctionSpec { code: package(&[("bootstrap", START)]), ..python("") });
    let answer = Front::of(spec).await.get("/").await;
    assert_eq!(answer.status, 405);
    let message = answer.json()["errorMessage"].clone();
    assert_eq!(
        message,
        "ContainerStateExitedByUser: scf_bootstrap is not at the root of the package"
    );
}

#[tokio::test]
async fn r128_a_start_file_needs_the_mode_755_or_777() {
    for (mode, status) in [(0o644, 405), (0o666, 405), (0o755, 418), (0o777, 418)] {
        let code = package_with(&[("scf_bootstrap", START, mode), ("app.py", SERVER, 0o644)]);
        let answer = Front::of(web(FunctionSpec { code, ..python("") })).await.get("/teapot").await;
        assert_eq!(answer.status, status, "{mode:o}: {answer:?}");
        if status == 405 {
            let text = "ContainerStateExitedByUser: scf_bootstrap is not executable: it needs the \
                        mode 755 or 777";
            assert_eq!(answer.json()["errorMessage"], text);
        }
    }
}

#[tokio::test]
async fn r136_r137_interpreters_have_the_products_paths() {
    for interpreter in [
        "python37/bin/python3",
        "python3/bin/python3",
        "python2/bin/python",
        "node16/bin/node",
        "node14/bin/node",
        "node12/bin/node",
        "node10/bin/node",
    ] {
        let start =
            format!("#!/bin/bash\n/var/lang/{interpreter} --version || exit 9\n{}", &START[12..]);
        let front = Front::of(started_by(&start)).await;
        assert_eq!(front.get("/teapot").await.status, 418, "{interpreter}");
    }
}

#[tokio::test]
async fn r138_php_and_java_have_the_products_paths_where_they_are_installed() {
    for (program, paths) in [
        ("java", ["java11/bin/java", "java8/bin/java"].as_slice()),
        ("php", &["php80/bin/php", "php74/bin/php", "php7/bin/php", "php5/bin/php"]),
    ] {
        let path = std::env::var_os("PATH").unwrap();
        let installed = std::env::split_paths(&path).any(|folder| folder.join(program).is_file());
        let test = if installed { "-x" } else { "! -e" };
        let tests: String =
            paths.iter().map(|path| format!("[ {test} /var/lang/{path} ] || exit 9\n")).collect();
        let front = Front::of(started_by(&format!("#!/bin/bash\n{tests}{}", &START[12..]))).await;
        assert_eq!(front.get("/teapot").await.status, 418, "{program}");
    }
}

#[tokio::test]
async fn r74_the_init_timeout_counts_on_a_cold_start_alone() {
    let mut spec = server();
    spec.init_timeout = Duration::from_secs(2);
    let front = Front::of(within(5_000, spec)).await;
    assert_eq!(front.get("/teapot").await.status, 418);
    assert_eq!(front.get("/sleep/2.2").await.status, 200);
}

#[tokio::test]
async fn r124_r416_r418_r420_until_the_port_listens_it_starts_and_bodies_are_not_logged() {
    let front = Front::of(server()).await;
    front.get("/hello").await;
    let log = front.outcome().await.log;
    let lines: Vec<&str> =
        log.lines().map(|line| line.split(" RequestId").next().unwrap()).collect();
    let expected = ["START", "starting on 9000", "Init Report", "printed /hello", "END", "Report"];
    assert_eq!(lines, expected, "{log}");
    assert!(log.contains(" Coldstart: ") && log.contains("PullCode: "), "{log}");
    assert!(!log.contains("\"path\""), "{log}");
}

#[tokio::test]
async fn without_networks_of_their_own_servers_listen_on_a_port_from_the_environment() {
    let start = "#!/bin/bash\nexec python3 -u app.py\n";
    if !Path::new("/usr/bin/python3").exists() {
        // The plain fallback has no /var/lang, and only the system's own search path.
        let answer = Front::on(Machine::plain(), started_by(start), None).await.get("/").await;
        assert_eq!(answer.status, 405, "{answer:?}");
        return;
    }
    let front = Front::on(Machine::plain(), started_by(start), None).await;
    let (one, other) = tokio::join!(front.get("/sleep/0.1"), front.get("/sleep/0.1"));
    assert_eq!((one.status, other.status), (200, 200), "{one:?}");
    assert_ne!(one.body, other.body, "two instances side by side");
}
