//! The local cloud: how soon it is ready, how much memory it takes, how many requests it answers.

use std::time::{Duration, Instant};

use acceptance::Emulator;
use acceptance::cloud::Cloud;
use acceptance::emulator::{SECRET_ID, SECRET_KEY};
use acceptance::programs::Programs;
use tencentcloud_api::Credential;
use tencentcloud_api::vpc::{CreateVpcRequest, DescribeVpcsRequest};

use super::load;
use super::table::{Goal, Table, megabytes, milliseconds};

/// How often it is started, and how often before that, for the machine to warm up.
const RUNS: usize = 30;
const WARM_UP: usize = 3;
/// How requests are sent, and how often that is measured.
const CONNECTIONS: usize = 8;
const TIME: Duration = Duration::from_secs(4);
const ROUNDS: usize = 3;

/// Measures the start, and the answers to signed requests.
pub fn measure(programs: &Programs, table: &mut Table) {
    let (mut times, mut memory) = (Vec::new(), Vec::new());
    for run in 0..WARM_UP + RUNS {
        let start = Instant::now();
        let cloud = Emulator::start(programs, &[]);
        if run >= WARM_UP {
            times.push(milliseconds(start.elapsed()));
            memory.extend(megabytes(cloud.process_id(), "VmRSS:"));
        }
    }
    table.add_median(
        "local cloud: from exec to `listening on`",
        times,
        "ms",
        Some(Goal::AtMost(30.0)),
    );
    if !memory.is_empty() {
        table.add_median("local cloud: memory after its start", memory, "MB", None);
    }

    let cloud = Emulator::start(programs, &[]);
    let rates = (0..ROUNDS).map(|_| reads_a_second(&cloud)).collect();
    let name = format!("local cloud: signed reads on {CONNECTIONS} connections");
    table.add_median(name, rates, "/s", Some(Goal::AtLeast(10_000.0)));
}

/// How many signed `DescribeVpcs` of one network are answered in a second.
fn reads_a_second(cloud: &Emulator) -> f64 {
    let network = CreateVpcRequest {
        vpc_name: "bench".to_owned(),
        cidr_block: Some("10.0.0.0/16".to_owned()),
        ..CreateVpcRequest::default()
    };
    let made = Cloud::new(&cloud.endpoint).call(&network).expect("a network can be made");
    let id = made.vpc.vpc_id;
    let address = cloud.endpoint.trim_start_matches("http://");
    let credential =
        Credential { secret_id: SECRET_ID.into(), secret_key: SECRET_KEY.into(), token: None };
    let body = format!(r#"{{"VpcIds":["{id}"]}}"#);
    let request = load::signed::<DescribeVpcsRequest>(address, credential, "ap-guangzhou", &body);
    load::answers_a_second(address, &request, r#""TotalCount":1"#, CONNECTIONS, TIME)
}
