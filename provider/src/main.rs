//! The provider's program.

use std::process::ExitCode;

use provider::TencentCloud;
use tf_protocol::{Identity, serve};

fn main() -> ExitCode {
    serve::<TencentCloud>(Identity {
        address: "scf-rs/tencentcloud",
        version: env!("CARGO_PKG_VERSION"),
    })
}
