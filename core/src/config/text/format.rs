//! The formats of files, and how one is recognised by its name or its text.

use super::paths;
use crate::error::Diagnostic;
use serde::Deserialize;

/// The format of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// YAML 1.2.
    Yaml,
    /// JSON, with comments and trailing commas.
    Json,
    /// A PowerShell data file, as tokens: see [`psd1`](super::psd1).
    Psd1,
}

/// The format of a file: by its extension, else by its first character.
pub(in crate::config) fn format_of(path: Option<&str>, text: &str) -> Result<Format, Box<Diagnostic>> {
    let name = path.unwrap_or_default();
    let name = &name[paths::folder_of(name).map_or(0, str::len)..];
    match name.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase()).as_deref() {
        Some("yaml" | "yml") => Ok(Format::Yaml),
        Some("json" | "jsonc") => Ok(Format::Json),
        Some("psd1") => Ok(Format::Psd1),
        _ if text.trim_start().starts_with('{') => Ok(Format::Json),
        _ => Ok(Format::Yaml),
    }
}
