//! The content of files of any kind: from bytes to a [`document`] with the place of every value.
//!
//! | question | file |
//! |--|--|
//! | which file, in which encoding and format | `files.rs`, `paths.rs`, `bytes.rs`, `decode.rs`, `format.rs` |
//! | how is it to be read | `options.rs` |
//! | what does it contain | `yaml.rs`, `json.rs`, `psd1.rs`, as a tree `document.rs` |
//! | what is said about it, and how is that shown | `diagnostics.rs`, `report.rs` |
//! | how are typed values taken out of it | `fields.rs`, `quantity.rs` |
//! | how is it written again | `export.rs` |

pub mod bytes;
pub(super) mod decode;
pub(super) mod diagnostics;
pub mod document;
pub(super) mod export;
pub(super) mod fields;
pub(super) mod files;
pub(super) mod format;
pub(super) mod json;
pub(super) mod options;
pub(super) mod paths;
pub mod psd1;
pub mod quantity;
pub(super) mod report;
pub(super) mod yaml;

use diagnostics::Findings;
use document::Node;
use format::Format;
use options::ReadOptions;

/// The document of a text; none when it is not well-formed, with the reason among the findings.
pub(super) fn parse(
    text: &str,
    format: Format,
    options: &ReadOptions,
    findings: &mut Findings<'_>,
) -> Option<Node> {
    match (format, &options.tokens) {
        (Format::Yaml, _) => yaml::read(text, findings),
        (Format::Json, _) => json::read(text, findings),
        (Format::Psd1, Some(tokens)) => psd1::read(tokens, findings),
        (Format::Psd1, None) => {
            findings.add_whole(psd1::without_tokens(options.path.as_deref()));
            None
        }
    }
}
