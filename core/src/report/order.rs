//! What is asked for: which run, in which format, to which file.

use super::document::Report;
use super::html::{self, Page};
use super::outputs::Outputs;
use super::seen::Seen;
use super::{chrome_trace, compare, junit, markdown, mermaid, model, performance};
use crate::error::{Code, Fault};
use crate::history::open;
use serde::{Deserialize, Serialize};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

/// A format of reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// A page for people.
    Html,
    /// All that is computed, in the published shape.
    Json,
    /// For a comment on a pull request.
    Markdown,
    /// For build servers.
    JUnit,
    /// For Perfetto, and the tracing page of Chrome.
    ChromeTrace,
    /// The graph, as a flowchart.
    Mermaid,
}

/// A report that is asked for.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Order {
    /// The run's folder, or an archive.
    pub place: PathBuf,
    /// Runs to show beside it, in the same way.
    #[serde(default)]
    pub compare: Vec<PathBuf>,
    /// The format.
    pub format: Format,
    /// The file to write.
    pub to: PathBuf,
    /// Whether it may take the place of one that has the name.
    #[serde(default)]
    pub replace: bool,
    /// Whether the script of a page lies beside it, for viewers whose policy forbids scripts within pages.
    #[serde(default)]
    pub script_beside: bool,
}

/// What was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Written {
    /// The report first, then what lies beside it.
    pub files: Vec<PathBuf>,
}

/// Writes a report.
///
/// # Errors
/// [`Code::UnknownRun`] when there is no run that can be read, [`Code::InvalidValue`] when a format that shows one run is to
/// compare several, [`Code::ReportUnwritable`] when the file cannot be written or is
/// there already, [`Code::ReportTooLarge`] when the format has no room for the run.
pub fn write(order: &Order) -> Result<Written, Fault> {
    if !order.replace && order.to.exists() {
        return Err(unwritable(&order.to, &io::Error::new(ErrorKind::AlreadyExists, "it exists"))
            .with_advice("Give another name, or -Force to overwrite it."));
    }
    let folder = folder_of(&order.to);
    let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let Page { page, beside } =
        if order.compare.is_empty() { single(order, &name)? } else { compared(order, &name)? };
    let mut files = vec![order.to.clone()];
    if order.format == Format::Html {
        clear(&folder).map_err(|error| unwritable(&folder, &error))?;
    }
    for (name, content) in beside {
        let to = folder.join(name);
        std::fs::create_dir_all(&folder)
            .and_then(|()| save(&to, &content))
            .map_err(|error| unwritable(&to, &error))?;
        files.push(to);
    }
    save(&order.to, &page).map_err(|error| unwritable(&order.to, &error))?;
    Ok(Written { files })
}

/// The report of one run. `folder` is the name of the folder for what lies beside it.
fn single(order: &Order, folder: &str) -> Result<Page, Fault> {
    open::with(&order.place, |record, disk| {
        let outputs = Outputs::of(record, disk);
        let seen = Seen::read(record);
        let mut report = model::report(&seen);
        if !order.place.is_file() {
            report.family = model::family(record.folder(), record.header());
        }
        if matches!(order.format, Format::Html | Format::Json | Format::Markdown) {
            report.performance = Some(performance::of(&seen, &performance::earlier(&order.place, record)));
        }
        page(&report, order, &outputs, folder)
    })?
}

/// Several runs side by side.
fn compared(order: &Order, folder: &str) -> Result<Page, Fault> {
    if !matches!(order.format, Format::Html | Format::Json | Format::Markdown) {
        let message = format!("A report of the format {:?} shows one run and compares none", order.format);
        return Err(Fault::new(Code::InvalidValue, message).with_advice("Use Html, Markdown or Json."));
    }
    let mut reports = Vec::new();
    for place in std::iter::once(&order.place).chain(&order.compare) {
        reports.push(open::with(place, |record, _| model::report(&Seen::read(record)))?);
    }
    let comparison = compare::compare(reports);
    let page = match order.format {
        Format::Html => return Ok(compare::html::write(&comparison, folder, !order.script_beside)),
        Format::Markdown => compare::markdown::write(&comparison),
        _ => document(&comparison),
    };
    Ok(Page { page, beside: Vec::new() })
}

/// A document of names and numbers can always be written.
fn document(content: &impl Serialize) -> Vec<u8> {
    let mut bytes = serde_json::to_vec_pretty(content).unwrap_or_default();
    bytes.push(b'\n');
    bytes
}

/// The folder for what lies beside a page.
fn folder_of(page: &Path) -> PathBuf {
    let mut name = page.file_stem().unwrap_or_default().to_owned();
    name.push(".files");
    page.with_file_name(name)
}

/// Removes what an earlier page of the same name has left beside it, and nothing else.
fn clear(folder: &Path) -> io::Result<()> {
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    for entry in entries {
        let entry = entry?;
        let name = entry.file_name();
        let name = name.to_string_lossy();
        let number = name.strip_prefix("output-").and_then(|rest| rest.strip_suffix(".txt"));
        let is_output = number.is_some_and(|number| number.parse::<u32>().is_ok());
        if is_output || name == "report.js" || name == "report.css" {
            std::fs::remove_file(entry.path())?;
        }
    }
    // It stays when somebody else has put something there.
    let _ = std::fs::remove_dir(folder);
    Ok(())
}

fn page(report: &Report, order: &Order, outputs: &Outputs<'_>, folder: &str) -> Result<Page, Fault> {
    let page = match order.format {
        Format::Html => return Ok(html::write(report, outputs.all(), folder, !order.script_beside)),
        Format::Json => document(report),
        Format::Markdown => markdown::write(report, |op, most| outputs.last(op, most)),
        Format::JUnit => junit::write(report, |op, most| outputs.last(op, most))?,
        Format::ChromeTrace => chrome_trace::write(report),
        Format::Mermaid => mermaid::write(report)?,
    };
    Ok(Page { page, beside: Vec::new() })
}

/// Writes a file as a whole or not at all. A report may say what only its owner should read.
fn save(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut partial = path.as_os_str().to_owned();
    partial.push(".partial");
    let partial = PathBuf::from(partial);
    let written = std::fs::File::create(&partial)
        .and_then(|mut file| file.write_all(bytes))
        .and_then(|()| std::fs::rename(&partial, path));
    if written.is_err() {
        // What is left of it is of no use to anybody.
        let _ = std::fs::remove_file(&partial);
    }
    written
}

fn unwritable(path: &Path, error: &io::Error) -> Fault {
    Fault::new(Code::ReportUnwritable, format!("The report '{}' cannot be written: {error}.", path.display()))
        .with_target(path.display().to_string())
}
