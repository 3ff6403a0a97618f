//! `plumb`: see `plumbline::cli`.

fn main() -> std::process::ExitCode {
    plumbline::cli::run().into()
}
