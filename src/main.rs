//! `plumb`: see `plumbline::cli`.

/// An event is admitted on one thread, placed on another and looked up on a third:
/// an allocator whose threads lock each other out when one frees what another made
/// takes as long as all three together.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    plumbline::cli::run().into()
}
