//! `cargo demo`: a function behind a load balancer, on a cloud of this machine.

fn main() -> std::process::ExitCode {
    acceptance::demo::run()
}
