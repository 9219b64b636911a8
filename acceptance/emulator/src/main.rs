//! The local cloud's program.

fn main() -> std::process::ExitCode {
    tencentcloud_emulator::cli::run()
}
