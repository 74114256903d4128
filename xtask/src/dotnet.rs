//! The .NET SDK, called so that it speaks English and leaves no server behind.

use crate::checkout::Checkout;
use crate::tool::Tool;

/// `dotnet <subcommand>` in the checkout.
pub fn dotnet(checkout: &Checkout, subcommand: &str) -> Tool {
    Tool::new("dotnet", "install the .NET SDK 10 from https://dot.net")
        .within(checkout)
        .env("DOTNET_CLI_UI_LANGUAGE", "en")
        .env("DOTNET_CLI_TELEMETRY_OPTOUT", "1")
        .env("DOTNET_NOLOGO", "1")
        // For the commands that take no -nodeReuse.
        .env("MSBUILDDISABLENODEREUSE", "1")
        .arg(subcommand)
}

/// `dotnet build` of one project, in the configuration that all of them share.
pub fn build(checkout: &Checkout, project: &str) -> Tool {
    dotnet(checkout, "build").arg(project).args([
        "-c",
        "Release",
        "--nologo",
        "-v",
        "quiet",
        "-clp:NoSummary",
        "-nodeReuse:false",
        "-p:UseSharedCompilation=false",
    ])
}
