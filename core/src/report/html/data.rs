//! What the script of a page gets: columns, because a row for each of 20,000 operations would repeat every key as often.
//!
//! Numbers that are not known are -1.

use super::super::critical::Link;
use super::super::document::{CurvePart, OperationPart, Report};
use super::super::outputs::Line;
use super::super::plain::{one_line, visible};
use super::MOST_OUTPUT;
use super::summary::key;
use crate::graph::OpId;
use crate::record::ErrorReport;
use serde::Serialize;
use std::collections::{BTreeMap, HashMap};
use std::fmt::Write;

const STREAMS: [&str; 9] =
    ["output", "error", "warning", "verbose", "debug", "information", "stdout", "stderr", "missing"];
const CAUSES: [&str; 7] = ["retry", "check", "suspended", "slot", "resource", "lock", "other"];
/// Characters of a name, at most.
const LONGEST_NAME: usize = 300;
/// Characters of an attempt's error, at most.
const LONGEST_SAID: usize = 300;

/// The whole.
#[derive(Serialize)]
pub(super) struct Data {
    end: u64,
    slots: u32,
    statuses: Vec<String>,
    types: Vec<String>,
    causes: [&'static str; 7],
    streams: [&'static str; 9],
    /// Names of resources.
    names: Vec<String>,
    ops: Operations,
    att: Attempts,
    path: Path,
    curves: Vec<PageCurve>,
    /// What few operations have.
    more: BTreeMap<usize, More>,
    /// What attempts have said that another one followed.
    said: BTreeMap<usize, String>,
    out: BTreeMap<u32, Output>,
}

#[derive(Default, Serialize)]
struct Operations {
    name: Vec<String>,
    status: Vec<usize>,
    #[serde(rename = "type")]
    kind: Vec<usize>,
    after: Vec<Vec<u32>>,
    layer: Vec<u32>,
    row: Vec<u32>,
    attempts: Vec<u32>,
    ready: Vec<i64>,
    start: Vec<i64>,
    end: Vec<i64>,
    busy: Vec<u64>,
    waited: Vec<u64>,
    /// Places of the operations that were up to date.
    current: Vec<usize>,
    /// Whether the graph shows it.
    drawn: Vec<u8>,
}

#[derive(Default, Serialize)]
struct Attempts {
    op: Vec<u32>,
    n: Vec<u32>,
    slot: Vec<i64>,
    from: Vec<u64>,
    to: Vec<i64>,
    ready: Vec<i64>,
    status: Vec<usize>,
    /// Cause, resource and milliseconds of each part; 0 where it did not wait.
    waits: Vec<Waits>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Waits {
    None(u8),
    Some(Vec<(usize, i64, u64)>),
}

#[derive(Default, Serialize)]
struct Path {
    att: Vec<u32>,
    link: Vec<Link>,
    on: Vec<i64>,
    gap: Vec<u64>,
    to: Vec<u64>,
}

#[derive(Serialize)]
struct PageCurve {
    title: String,
    capacity: u32,
    peak: u32,
    points: Vec<(u64, u32)>,
}

impl PageCurve {
    fn of(curve: &CurvePart) -> Self {
        let title = match curve.kind.as_str() {
            "slots" => "slots".to_owned(),
            "processors" => "processors in use, percent".to_owned(),
            "used-memory" => "memory in use on the machine, MiB".to_owned(),
            kind if kind == curve.name => format!("{kind} booked"),
            kind => format!("{kind} {}", name(&curve.name)),
        };
        Self { title, capacity: curve.capacity, peak: curve.peak, points: curve.points.clone() }
    }
}

#[derive(Default, Serialize)]
struct More {
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<ErrorReport>,
    #[serde(skip_serializing_if = "Option::is_none")]
    skip: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    kept: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    restart: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    undoes: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    exit: Option<i32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<String>,
}

/// What an operation wrote: here, or in a file.
#[derive(Serialize)]
#[serde(untagged)]
pub(super) enum Output {
    Here {
        /// Attempt, time, stream and text of each record.
        lines: Vec<(u32, u64, usize, String)>,
    },
    Beside {
        file: String,
        bytes: usize,
    },
}

/// Texts and their places; each is written once.
#[derive(Default)]
struct Table {
    texts: Vec<String>,
    places: HashMap<String, usize>,
}

impl Table {
    fn place(&mut self, text: &str) -> usize {
        if let Some(place) = self.places.get(text) {
            return *place;
        }
        self.texts.push(text.to_owned());
        self.places.insert(text.to_owned(), self.texts.len() - 1);
        self.texts.len() - 1
    }
}

fn known(number: Option<u64>) -> i64 {
    number.and_then(|number| i64::try_from(number).ok()).unwrap_or(-1)
}

fn name(text: &str) -> String {
    super::super::plain::shortened(&one_line(text), LONGEST_NAME)
}

impl Data {
    pub(super) fn of(report: &Report, out: BTreeMap<u32, Output>) -> Self {
        let (mut statuses, mut types, mut names) = (Table::default(), Table::default(), Table::default());
        // The place of operations without a type.
        types.place("");
        let mut on = |resource: &Option<String>| {
            let place = resource.as_ref().map(|resource| names.place(&name(resource)));
            place.and_then(|place| i64::try_from(place).ok()).unwrap_or(-1)
        };
        let mut ops = Operations::default();
        for (place, operation) in report.operations.iter().enumerate() {
            ops.name.push(name(&operation.name));
            ops.status.push(statuses.place(&operation.status));
            ops.kind.push(types.place(&name(operation.kind.as_deref().unwrap_or_default())));
            ops.after.push(operation.after.clone());
            ops.layer.push(operation.layer);
            ops.row.push(operation.row);
            ops.attempts.push(operation.attempts);
            ops.ready.push(known(operation.ready_ms));
            ops.start.push(known(operation.started_ms));
            ops.end.push(known(operation.ended_ms));
            ops.busy.push(operation.busy_ms);
            ops.waited.push(operation.waited_ms);
            ops.drawn.push(u8::from(operation.compensates.is_none()));
            if operation.up_to_date {
                ops.current.push(place);
            }
        }
        let mut att = Attempts::default();
        for attempt in &report.attempts {
            att.op.push(attempt.operation);
            att.n.push(attempt.number);
            att.slot.push(known(attempt.slot.map(u64::from)));
            att.from.push(attempt.from_ms);
            att.to.push(known(attempt.to_ms));
            att.ready.push(known(attempt.ready_ms));
            att.status.push(statuses.place(&attempt.status));
            let cause = |of: &str| CAUSES.iter().position(|cause| *cause == of).unwrap_or(CAUSES.len() - 1);
            let parts: Vec<_> =
                attempt.waited.iter().map(|wait| (cause(key(wait.cause)), on(&wait.on), wait.ms)).collect();
            att.waits.push(if parts.is_empty() { Waits::None(0) } else { Waits::Some(parts) });
        }
        let mut path = Path::default();
        for step in &report.critical_path {
            path.att.push(step.attempt);
            path.link.push(step.link);
            path.on.push(on(&step.on));
            path.gap.push(step.gap_ms);
            path.to.push(step.to_ms);
        }
        let more = report.operations.iter().enumerate().filter_map(|(place, it)| Some((place, more(it)?)));
        let said = report.attempts.iter().enumerate().filter_map(|(place, it)| {
            let error = it.error.as_deref()?;
            Some((place, super::super::plain::shortened(&one_line(error), LONGEST_SAID)))
        });
        Self {
            end: report.run.duration_ms,
            slots: report.attempts.iter().filter_map(|attempt| attempt.slot).max().map_or(0, |last| last + 1),
            more: more.collect(),
            said: said.collect(),
            statuses: statuses.texts,
            types: types.texts,
            causes: CAUSES,
            streams: STREAMS,
            names: names.texts,
            ops,
            att,
            path,
            curves: report.curves.iter().map(PageCurve::of).collect(),
            out,
        }
    }
}

fn more(operation: &OperationPart) -> Option<More> {
    let plain = |text: &Option<String>| text.as_deref().map(one_line);
    let more = More {
        error: operation.error.as_ref().map(|error| ErrorReport {
            id: one_line(&error.id),
            category: one_line(&error.category),
            message: visible(&error.message),
            position: error.position.as_deref().map(visible),
            stack: error.stack.as_deref().map(visible),
        }),
        skip: operation.skipped_because.as_ref().map(|because| one_line(&because.message)),
        why: plain(&operation.why),
        kept: plain(&operation.kept_from),
        restart: plain(&operation.restart),
        undoes: plain(&operation.compensates),
        exit: operation.exit_code,
        id: plain(&operation.id),
    };
    let has_any = more.error.is_some()
        || more.exit.is_some()
        || [&more.skip, &more.why, &more.kept, &more.restart, &more.undoes, &more.id]
            .iter()
            .any(|it| it.is_some());
    has_any.then_some(more)
}

/// What operations wrote: in the page as far as there is room, those that wrote little first, and else in files beside it.
pub(super) fn outputs(
    outputs: HashMap<OpId, Vec<Line>>,
    folder: &str,
    beside: &mut Vec<(String, Vec<u8>)>,
) -> BTreeMap<u32, Output> {
    let size = |lines: &[Line]| lines.iter().map(|line| line.text.len() + 24).sum::<usize>();
    let mut by_size: Vec<(usize, OpId, Vec<Line>)> =
        outputs.into_iter().map(|(op, lines)| (size(&lines), op, lines)).collect();
    by_size.sort_by_key(|(size, op, _)| (*size, *op));
    let mut room = MOST_OUTPUT;
    let mut all = BTreeMap::new();
    for (size, op, lines) in by_size {
        let output = if size <= room {
            room -= size;
            let stream = |of: &str| STREAMS.iter().position(|stream| *stream == of).unwrap_or(0);
            Output::Here {
                lines: lines.into_iter().map(|it| (it.attempt, it.at, stream(it.stream), it.text)).collect(),
            }
        } else {
            room = 0;
            let text = text(&lines);
            let name = format!("output-{}.txt", op.0);
            let output = Output::Beside { file: format!("{folder}/{name}"), bytes: text.len() };
            beside.push((name, text.into_bytes()));
            output
        };
        all.insert(op.0, output);
    }
    all
}

/// What an operation wrote, as a file.
fn text(lines: &[Line]) -> String {
    let mut text = String::new();
    for line in lines {
        let _ = writeln!(text, "{:>10} ms {:<11} {}", line.at, line.stream, line.text.trim_end_matches('\n'));
    }
    text
}
