//! Rules of the product that no plan can check are told to the reader.

/// The page holds every one of these, wherever its lines break.
fn told(phrases: &[&str]) {
    let page = include_str!("../../../docs/product.md");
    let page = page.split_whitespace().collect::<Vec<_>>().join(" ");
    for phrase in phrases {
        assert!(page.contains(phrase), "docs/product.md does not say {phrase:?}");
    }
}

#[test]
fn r98_r99_r125_what_packages_need_is_told() {
    told(&[
        "native code must be built for it",
        "only while the package has less than 10 MB",
        "Its log lines have to be written to the error stream",
    ]);
}

#[test]
fn r144_r145_the_limits_of_basic_gateways_are_told() {
    told(&["only be bound by the default trigger", "do not agree on"]);
}

#[test]
fn r191_r321_r322_the_rights_that_people_need_are_told() {
    told(&[
        "`QcloudCLSReadOnlyAccess`",
        "`QcloudCFSReadOnlyAccess`",
        "`monitor:*` on all resources",
    ]);
}

#[test]
fn r206_r209_what_the_platform_does_to_logs_is_told() {
    told(&["only if the topic already holds logs of functions", "before 29 January 2021"]);
}

#[test]
fn r327_r328_what_alarms_are_set_for_is_told() {
    told(&[
        "a function and version, or for a function and alias",
        "begins with the region Guangzhou",
    ]);
}

#[test]
fn r232_r247_what_to_do_about_events_and_times_is_told() {
    told(&["need a dead letter queue", "once, daily, on weekdays, on weekends or custom are cron"]);
}

#[test]
fn r347_r386_r390_r412_networks_files_and_zones_are_told() {
    told(&[
        "resolved by Private DNS",
        "`chown 10000:10000`",
        "billed by the hour",
        "functions run in several zones",
    ]);
}
