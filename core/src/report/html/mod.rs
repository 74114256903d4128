//! The report as one page that needs nothing else: what counts is in its text, and a script draws the rest.
//!
//! | question | file |
//! |--|--|
//! | what does the script get | [`data`] |
//! | what can be read without a script | [`summary`], [`performance`], [`health`] |
//! | how does the page look, and what does it do | `page.html`, `page.css`, `page.js` |
//!
//! Content security policies of artefact viewers forbid scripts within a page. For these the script and the style lie
//! beside it, in a folder that has its name; so does what operations wrote, where that is much.

mod data;
mod health;
mod performance;
mod summary;
#[cfg(test)]
mod tests;

#[cfg(test)]
pub(super) use health::section as health_section;

use super::document::Report;
use super::outputs::Line;
use super::plain::{self, html};
use crate::graph::OpId;
use std::collections::HashMap;

const PAGE: &str = include_str!("page.html");
pub(super) const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// The most bytes of output that a page holds; the rest is in files beside it.
const MOST_OUTPUT: usize = 1 << 20;

/// A page, and what lies beside it.
pub struct Page {
    /// The page.
    pub page: Vec<u8>,
    /// Names within the folder of the page, and contents.
    pub beside: Vec<(String, Vec<u8>)>,
}

/// The page of a report. `folder` is the name of the folder beside it; with `inline` the script and the style are part of it.
pub fn write(report: &Report, outputs: HashMap<OpId, Vec<Line>>, folder: &str, inline: bool) -> Page {
    let base = encoded(folder);
    let mut beside = Vec::new();
    let outputs = data::outputs(outputs, &base, &mut beside);
    let data = serde_json::to_string(&data::Data::of(report, outputs)).unwrap_or_default();
    let (style, script) = if inline {
        (format!("<style>{STYLE}</style>"), format!("<script>{}</script>", shortened(SCRIPT)))
    } else {
        beside.push(("report.css".to_owned(), STYLE.as_bytes().to_vec()));
        beside.push(("report.js".to_owned(), shortened(SCRIPT).into_bytes()));
        (
            format!("<link rel=\"stylesheet\" href=\"{base}/report.css\">"),
            format!("<script src=\"{base}/report.js\"></script>"),
        )
    };
    let parts = summary::parts(report);
    let filled = fill(|key| match key {
        "title" => {
            format!("{}: {}", html(&plain::name(&report.run.name)), summary::words(&report.run.status))
        }
        // A policy that forbids scripts in the page forbids images that are not files, too.
        "icon" if inline => "<link rel=\"icon\" href=\"data:,\">".to_owned(),
        "style" => style.clone(),
        "script" => script.clone(),
        // Within a script element only this sign could end it, or begin a comment.
        "data" => data.replace('<', "\\u003c"),
        other => parts.get(other).cloned().unwrap_or_default(),
    });
    Page { page: filled.into_bytes(), beside }
}

/// The page with its parts in their places. What a part says is not looked at again.
fn fill(part: impl Fn(&str) -> String) -> String {
    let mut pieces = PAGE.split("{{");
    let mut filled = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let (key, text) = piece.split_once("}}").unwrap_or_default();
        filled += &part(key);
        filled += text;
    }
    filled
}

/// The script without comments, indentation and the spaces around some signs. No text in it goes over lines or has
/// one of these signs between spaces.
fn shortened(script: &str) -> String {
    let lines = script.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("//"));
    let joined = lines.collect::<Vec<_>>().join("\n");
    SPACED.iter().fold(joined, |script, sign| script.replace(sign, sign.trim()))
}

/// Signs of the script that need no space.
const SPACED: [&str; 4] = [" => ", " === ", " && ", " = "];

/// A name as a part of an address.
pub(super) fn encoded(name: &str) -> String {
    let mut encoded = String::new();
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.') {
            encoded.push(char::from(byte));
        } else {
            encoded += &format!("%{byte:02X}");
        }
    }
    encoded
}
