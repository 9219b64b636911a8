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
fn r98_r99_r125_r129_r134_r421_r431_r433_what_packages_need_is_told() {
    told(&[
        "CentOS 7 (7.6 for web functions; older pages say 7.2)",
        "one that is in the package wins",
        "until an image of a web function listens on port 9000, is part of its start",
        "Read those that you know, and ignore the others",
        "native code must be built for it",
        "only while the package has less than 10 MB",
        "Its log lines have to be written to the error stream",
    ]);
}

#[test]
fn r71_r88_r104_r442_what_only_the_console_sets_is_told() {
    told(&[
        "A GPU as the resource type",
        "Reports to an application of APM",
        "does not offer it for image functions and web functions",
        "Node.js 10.15 or 12.16",
    ]);
}

#[test]
fn r141_r142_r144_r145_the_limits_of_basic_gateways_are_told() {
    told(&[
        "only be bound by the default trigger",
        "not seen in the gateway's own console",
        "the way back is closed",
        "do not agree on",
    ]);
}

#[test]
fn r123_r333_r334_r394_what_the_platform_bounds_and_repeats_is_told() {
    told(&[
        "tried up to four times",
        "at most 60,000 connections to one address and port",
        "100 MB a second",
        "what was found for 300 seconds, what was not found not at all",
    ]);
}

#[test]
fn r398_r399_r401_r408_r409_what_a_cluster_must_have_is_told() {
    told(&[
        "version 1.7 or newer that already has nodes",
        "super nodes will not",
        "a namespace `scf-system`",
        "functions are not scheduled",
    ]);
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

#[test]
fn r254_the_share_that_the_console_suggests_is_told() {
    let page = include_str!("../../../docs/resources/scf_provisioned_concurrency_config.md");
    assert!(page.contains("the console suggests 0.8"), "{page}");
}
