//! `plumb openapi`: the description of the HTTP interface, for programs.

use super::{Exit, Failure, print};

/// 输出 HTTP 接口说明(OpenAPI 3.1) / print the description of the HTTP interface
#[derive(clap::Args)]
pub struct OpenApi {}

impl OpenApi {
    pub(super) fn run(self) -> Result<Exit, Failure> {
        print(crate::http::openapi().trim_end())?;
        Ok(Exit::Done)
    }
}
