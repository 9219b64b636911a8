//! `cargo bench -p acceptance`: how fast and how big the product is, in one table.
//!
//! Everything is measured in one run with release builds, next to what it is compared with. Nothing
//! is asserted: a goal that is missed is shown as missed. Arguments select what is measured:
//! `cargo bench -p acceptance -- plan`.

mod certificate;
mod emulator;
mod folder;
mod function;
mod host;
mod load;
mod plan;
mod provider;
mod table;

use std::process::Stdio;

use acceptance::Cli;
use acceptance::programs::{self, Programs};
use table::{Table, show};

type Bench = fn(&Programs, &mut Table);

const BENCHES: [(&str, Bench); 4] = [
    ("provider", provider::measure),
    ("plan", plan::measure),
    ("emulator", emulator::measure),
    ("function", function::measure),
];

fn main() {
    // Cargo itself adds `--bench`.
    let filters = std::env::args().skip(1).filter(|argument| !argument.starts_with('-'));
    let filters: Vec<String> = filters.collect();
    let chosen =
        |name: &str| filters.is_empty() || filters.iter().any(|filter| name.contains(filter));
    let chosen: Vec<&(&str, Bench)> = BENCHES.iter().filter(|(name, _)| chosen(name)).collect();
    if chosen.is_empty() {
        return show(&format!("There is {}.\n", BENCHES.map(|(name, _)| name).join(", ")));
    }
    show("Building the provider and the local cloud for release\n");
    let programs = build();
    let mut table = Table::default();
    for (name, measure) in chosen {
        show(&format!("Measuring: {name}\n"));
        measure(&programs, &mut table);
    }
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    show(&format!("\n{processors} processors, {}\n\n{table}", Cli::terraform().version()));
}

fn build() -> Programs {
    let mut cargo = programs::build(true);
    let output = cargo.arg("--quiet").stderr(Stdio::inherit()).output().expect("cargo can be run");
    let messages = String::from_utf8_lossy(&output.stdout);
    Programs::built(&messages).expect("the provider and the local cloud must compile")
}
