//! The local cloud's program.

fn main() {}
