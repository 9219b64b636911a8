//! The provider's process: Terraform starts one several times for each plan.

use acceptance::programs::Programs;

use super::certificate::Identity;
use super::host::{Plugin, schema};
use super::table::{Goal, Table, megabytes, milliseconds, size};

/// How often the provider is started, and how often before that, for the machine to warm up.
const RUNS: usize = 50;
const WARM_UP: usize = 5;

/// Measures how fast a provider is there, and how big it is.
pub fn measure(programs: &Programs, table: &mut Table) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.expect("a runtime can be made");
    let (mut handshakes, mut schemas, mut memory) = (Vec::new(), Vec::new(), Vec::new());
    let identity = Identity::new();
    for run in 0..WARM_UP + RUNS {
        let plugin = Plugin::start(&programs.provider, &identity);
        let (loaded, channel) = runtime.block_on(async {
            let channel = plugin.connect(&identity).await;
            assert_ne!(schema(channel.clone()).await, 0, "the provider has resources");
            (plugin.started.elapsed(), channel)
        });
        // Go signs on this curve ten times as fast: the host's own part is not counted.
        let loaded = loaded - identity.spent();
        if run >= WARM_UP {
            handshakes.push(milliseconds(plugin.handshake));
            schemas.push(milliseconds(loaded));
            memory.extend(megabytes(plugin.id(), "VmHWM:"));
        }
        runtime.block_on(plugin.goodbye(channel));
    }
    let goal = |most| Some(Goal::AtMost(most));
    table.add_median("provider: from exec to the handshake line", handshakes, "ms", goal(5.0));
    table.add_median("provider: from exec to the whole schema", schemas, "ms", goal(15.0));
    if !memory.is_empty() {
        table.add_median("provider: peak memory with its schema", memory, "MB", goal(20.0));
    }
    table.add("provider: program", size(&programs.provider), "MB", goal(15.0));
    table.add("local cloud: program", size(&programs.emulator), "MB", None);
}
