//! Every exported function.
//!
//! Pointers: `data` points to `length` bytes that stay readable during the call, or is null with a
//! length of 0. Waits are in milliseconds; `u32::MAX` waits for as long as it takes.
//!
//! Long because the whole ABI stands here, function after function, none of which does more than call the core.

use crate::ABI_VERSION;
use crate::answers::{Active, Found, OutputEnd, State, Version};
use crate::bytes;
use crate::guard::{guarded, guarded_document, guarded_ticket, guarded_writing};
use crate::handles::{self, HUB, Held};
use crate::reply::{LabReply, LabTicket};
use interoptopus::inventory::RustInventory;
use interoptopus::{ffi, function};
use labrunner_core::config::{self, LabPlanOptions};
use labrunner_core::error::{Code, Fault};
use labrunner_core::forecast;
use labrunner_core::graph::OpId;
use labrunner_core::history::{
    estimate,
    lookup::{self, Wanted},
    open::{self, DetailQuery, OutputQuery},
    pending,
    query::{self, Query},
    recorded_lab, retention, steer, watch,
};
use labrunner_core::machine::Machine;
use labrunner_core::near::NearQuery;
use labrunner_core::operation::{PlanRequest, StopMode};
use labrunner_core::record::archive;
use labrunner_core::record::output::Batch;
use labrunner_core::report;
use labrunner_core::run::{Completion, Outcome, RestartRequest, Run, RunOptions, Ticket};
use labrunner_core::usage;
use labrunner_core::work::marked::{self, Signal};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

fn wait(milliseconds: u32) -> Duration {
    match milliseconds {
        u32::MAX => Duration::MAX,
        limit => Duration::from_millis(limit.into()),
    }
}

/// The version of this interface, as a plain number that every version has.
#[ffi]
pub fn lab_abi_version() -> u32 {
    ABI_VERSION
}

/// A document with the versions of the interface and of the product.
#[ffi]
pub fn lab_version() -> LabReply {
    guarded_document(|| Ok(Version { abi: ABI_VERSION, version: env!("CARGO_PKG_VERSION") }))
}

/// Copies a document into memory of the caller's and releases it. The memory must have room for all of it.
#[ffi]
pub fn lab_document(document: u64, data: *mut u8, length: u64) -> LabReply {
    guarded(|| {
        // SAFETY: the caller promises what this module's documentation says of pointers.
        let target = unsafe { bytes::write(data, length) }?;
        let source = handles::document(document)?;
        if !source.copy_to(target) {
            return Err(Fault::new(
                Code::InvalidValue,
                format!("a document of {} bytes does not fit into {}", source.len(), target.len()),
            ));
        }
        handles::release(document)?;
        Ok(source.len() as u64)
    })
}

/// Releases a lab, a plan, a run or a document. A run that is not over is canceled.
#[ffi]
pub fn lab_release(handle: u64) -> LabReply {
    guarded(|| {
        if let Held::Run(run) = handles::release(handle)?
            && !run.is_finished()
        {
            run.cancel(StopMode::OWN_GRACE);
        }
        Ok(0)
    })
}

/// Reads a lab file, or any configuration. Options, all optional:
///
/// ```json
/// {"path": "/labs/lab.yaml", "open": false, "format": "yaml", "document_only": false,
///  "environment": "dev", "variables": {"NAME": "value", "REMOVED": null}, "explain": false,
///  "limits": {"memory_mib": 4096}, "strict": false, "raw": false, "tokens": null}
/// ```
///
/// With `open` the file at `path` is read and the bytes may be none; it must be a regular file of a sound
/// size. `environment` merges what that environment changes over the file. `variables` come before the
/// process's own for `${NAME}`, and one that is null does not exist. `limits` come before the lab's own. With `strict` every
/// unknown key is an error (`LabRunner.UnknownKey`); without it, only one that is near to a known key is, and
/// others are warnings. `explain` adds the origins. `raw` reads the file alone and fills in nothing. `tokens` is what a PowerShell parser found in a psd1 file.
///
/// The document: `lab` (null when any finding is an error), `document` (the whole file as data, put together
/// and filled in; null when it is not well-formed), `diagnostics`, `files` (all that were read) and, when
/// asked for, `origins`: `[{"path", "value", "at": {"file", "line", "column"}, "written", "overridden":
/// [{"value", "at"}]}]`. The lab has `secrets`: `[{"name", "operation", "path", "at"}]`, whose values are the
/// caller's to put in, and `left_out`: `[{"name", "when", "at"}]`, the names of what conditions leave out.
#[ffi]
pub fn lab_read(data: *const u8, length: u64, options: *const u8, options_length: u64) -> LabReply {
    let reading = || {
        // SAFETY: the caller promises what this module's documentation says of pointers.
        let (document, options) =
            unsafe { (bytes::read(data, length)?, bytes::read(options, options_length)?) };
        let options = parse(options, Code::MalformedReadOptions, "the options for reading a file")?;
        Ok(config::read(document, &options))
    };
    guarded_writing(reading, |reading, document| reading.write_json(document))
}

/// Reads a lab file and gives its handle, also when the file has faults: [`lab_describe`] has all findings. Options as
/// for [`lab_read`]; with `recorded`, the folder of a run, all files are read as that run had read them.
#[ffi]
pub fn lab_open(data: *const u8, length: u64, options: *const u8, options_length: u64) -> LabReply {
    guarded(|| {
        // SAFETY: the caller promises what this module's documentation says of pointers.
        let (document, options) =
            unsafe { (bytes::read(data, length)?, bytes::read(options, options_length)?) };
        let options = parse(options, Code::MalformedReadOptions, "the options for reading a file")?;
        Ok(handles::keep(Held::Lab(Arc::new(recorded_lab::open_lab(document, &options)?))))
    })
}

/// A document with what was read of a lab: `name`, `lab` (null when any finding is an error), `unsound` (operations as far as
/// they could be read without a lab), `diagnostics` and `files`. The lab is that of [`lab_read`].
#[ffi]
pub fn lab_describe(lab: u64) -> LabReply {
    guarded_writing(|| handles::lab(lab), |lab, document| serde_json::to_writer(document, &lab.describe()))
}

/// Looks for words among known ones by the rule for slips of the pen that files obey, so that there is one rule.
///
/// The query: `{"kind": "key" | "name", "unknown": ["Dependancies", "Region"], "known": ["Dependencies"]}`. The
/// document: `{"near": ["Dependencies", null]}`, one for each unknown word. A key that is near to a known one is to be
/// refused; a name may be asked for ("Did you mean …?").
#[ffi]
pub fn lab_nearest(data: *const u8, length: u64) -> LabReply {
    guarded_document(|| {
        // SAFETY: the caller promises what this module's documentation says of pointers.
        let query: NearQuery = parse(
            unsafe { bytes::read(data, length) }?,
            Code::MalformedNearQuery,
            "the query for near words",
        )?;
        Ok(query.answer())
    })
}

/// Writes a configuration in the same or in another format, with its order, spelling and digits, and with its
/// comments where YAML becomes YAML. Nothing is included, merged or filled in.
///
/// Options: `{"to": "yaml" | "json", "source": {"path": …, "format": …, "open": …}}`. The document:
/// `{"text": … | null, "diagnostics": […]}`; the text is null when the source is not well-formed.
#[ffi]
pub fn lab_export(data: *const u8, length: u64, options: *const u8, options_length: u64) -> LabReply {
    guarded_document(|| {
        // SAFETY: the caller promises what this module's documentation says of pointers.
        let (document, options) =
            unsafe { (bytes::read(data, length)?, bytes::read(options, options_length)?) };
        let options =
            parse(options, Code::MalformedExportOptions, "the options for writing a configuration")?;
        Ok(config::export(document, &options))
    })
}

/// Compiles a plan from a request and gives its handle. A request with `history` has the durations of past runs
/// read for operations without an estimate.
#[ffi]
pub fn lab_plan_compile(data: *const u8, length: u64) -> LabReply {
    guarded(|| {
        // SAFETY: the caller promises what this module's documentation says of pointers.
        let request: PlanRequest =
            parse(unsafe { bytes::read(data, length) }?, Code::MalformedPlan, "the plan")?;
        Ok(handles::keep(Held::Plan(Arc::new(estimate::compile(request)?))))
    })
}

/// Compiles a plan of a lab and gives its handle. Options, all optional:
///
/// ```json
/// {"selection": {"target": ["web"], "only": [], "exclude": ["docs*"], "skip_dependencies": false},
///  "order": {"mode": "parallel"}, "history": {"directory": "/runs", "name": "Web"},
///  "programs": {"required": false, "environment": {"NAME": "value"}, "working_directory": "/labs", "timeout_ms": 60000}}
/// ```
///
/// The selection takes names and ids, with wildcards. `order` comes before the lab's own, and the limits of the options that the
/// lab was opened with before its own. `programs` completes what a program does not say itself; with `required` they are looked for.
#[ffi]
pub fn lab_plan_compile_lab(lab: u64, data: *const u8, length: u64) -> LabReply {
    guarded(|| {
        let lab = handles::lab(lab)?;
        // SAFETY: the caller promises what this module's documentation says of pointers.
        let options: LabPlanOptions =
            parse(unsafe { bytes::read(data, length) }?, Code::MalformedPlan, "the options of the plan")?;
        Ok(handles::keep(Held::Plan(Arc::new(estimate::compile(lab.request(options)?)?))))
    })
}

/// A document with what a selection has left of a plan: `{"operations": [0, 2], "left_out": [{"name": "b", "kind": "excluded",
/// "message": "it is excluded"}]}`, with the places of the others in the lab or request; null where all operations were wanted.
#[ffi]
pub fn lab_plan_selected(plan: u64) -> LabReply {
    guarded_document(|| Ok(handles::plan(plan)?.selected().cloned()))
}

/// A document that describes a plan.
#[ffi]
pub fn lab_plan_describe(plan: u64) -> LabReply {
    guarded_writing(
        || handles::plan(plan),
        |plan, document| serde_json::to_writer(document, &plan.describe()),
    )
}

/// A document that predicts the run of a plan: when each operation starts and ends if the estimates hold.
/// Options: `{"max_concurrency": …, "schedule": "expected" | "shortest", "tries": …, "budget_ms": …, "seed": …,
/// "threads": …}`, all but the first optional. The budget bounds the search; the best schedule found counts.
#[ffi]
pub fn lab_plan_preview(plan: u64, data: *const u8, length: u64) -> LabReply {
    guarded_document(|| {
        let plan = handles::plan(plan)?;
        // SAFETY: the caller promises what this module's documentation says of pointers.
        let options = forecast::Options::from_json(unsafe { bytes::read(data, length) }?)?;
        forecast::forecast(&plan, &options, None)
    })
}

/// A document that says what a run of a plan would do with each operation, as far as that can be foreseen: `[{"name",
/// "action": "run" | "test" | "current", "reason"}]`. The options are those of [`lab_run_start`]. Nothing is run.
#[ffi]
pub fn lab_plan_outlook(plan: u64, data: *const u8, length: u64) -> LabReply {
    guarded_document(|| {
        let plan = handles::plan(plan)?;
        // SAFETY: the caller promises what this module's documentation says of pointers.
        let options = RunOptions::from_json(unsafe { bytes::read(data, length) }?)?;
        Ok(Run::outlook(&plan, options))
    })
}

/// Starts a run of a plan and gives its handle, which its events carry too.
#[ffi]
pub fn lab_run_start(plan: u64, data: *const u8, length: u64) -> LabReply {
    guarded(|| {
        let plan = handles::plan(plan)?;
        // SAFETY: the caller promises what this module's documentation says of pointers.
        let options = RunOptions::from_json(unsafe { bytes::read(data, length) }?)?;
        let handle = handles::keep(Held::Pending);
        match Run::start(plan, options, Arc::clone(&HUB), handle) {
            Ok(run) => handles::replace(handle, Held::Run(run)),
            Err(fault) => {
                handles::release(handle)?;
                return Err(fault);
            }
        }
        Ok(handle)
    })
}

/// Gives a worker its next operation, waiting for one.
#[ffi]
pub fn lab_run_take(run: u64, worker: u32, wait_ms: u32) -> LabTicket {
    guarded_ticket(|| Ok(ticket(handles::run(run)?.take(worker, wait(wait_ms)), Completion::Accepted)))
}

/// Whether a worker asks the test of an operation before it runs its script: 1, and its outcome says `test` then.
#[ffi]
pub fn lab_run_asks(run: u64, operation: u32) -> LabReply {
    guarded(|| Ok(u64::from(handles::run(run)?.asks(OpId(operation)))))
}

/// Hands an outcome back; no bytes mean that it ended well. Gives 1 when the operation was not open any more.
#[ffi]
pub fn lab_run_complete(run: u64, operation: u32, attempt: u32, data: *const u8, length: u64) -> LabReply {
    guarded(|| {
        // SAFETY: the caller promises what this module's documentation says of pointers.
        let outcome = Outcome::from_json(unsafe { bytes::read(data, length) }?)?;
        let completion = handles::run(run)?.complete(OpId(operation), attempt, outcome);
        Ok(u64::from(completion == Completion::Stale))
    })
}

/// Hands an outcome back and gives the worker its next operation, waiting for one.
#[ffi]
pub fn lab_run_complete_and_take(
    run: u64,
    operation: u32,
    attempt: u32,
    data: *const u8,
    length: u64,
    worker: u32,
    wait_ms: u32,
) -> LabTicket {
    guarded_ticket(|| {
        // SAFETY: the caller promises what this module's documentation says of pointers.
        let outcome = Outcome::from_json(unsafe { bytes::read(data, length) }?)?;
        let run = handles::run(run)?;
        let (completion, next) =
            run.complete_and_take(OpId(operation), attempt, outcome, worker, wait(wait_ms));
        Ok(ticket(next, completion))
    })
}

/// Makes a worker's waiting take return, or its next one if none waits.
#[ffi]
pub fn lab_run_wake(run: u64, worker: u32) -> LabReply {
    guarded(|| {
        handles::run(run)?.wake(worker);
        Ok(0)
    })
}

/// Stops a run: 0 gives everything its grace, 1 kills.
#[ffi]
pub fn lab_run_cancel(run: u64, mode: u32) -> LabReply {
    guarded(|| {
        let mode = match mode {
            0 => StopMode::OWN_GRACE,
            1 => StopMode::Kill,
            other => {
                return Err(Fault::new(
                    Code::InvalidValue,
                    format!("the way to cancel numbered {other} does not exist"),
                )
                .with_advice("0 gives everything its grace, 1 kills."));
            }
        };
        handles::run(run)?.cancel(mode);
        Ok(0)
    })
}

/// An attempt asks for a restart of the machine. Data is `{"reason": …, "rerun": …}`. A fault when it may not.
#[ffi]
pub fn lab_run_restart(run: u64, operation: u32, attempt: u32, data: *const u8, length: u64) -> LabReply {
    guarded(|| {
        // SAFETY: the caller promises what this module's documentation says of pointers.
        let request = RestartRequest::from_json(unsafe { bytes::read(data, length) }?)?;
        handles::run(run)?.request_restart(OpId(operation), attempt, request)?;
        Ok(0)
    })
}

/// The document with the value of `LABRUNNER_MARK`, the variable by which everything is found that an attempt starts.
#[ffi]
pub fn lab_run_mark(run: u64, operation: u32, attempt: u32) -> LabReply {
    guarded_document(|| Ok(handles::run(run)?.mark(OpId(operation), attempt).in_environment()))
}

/// Signals what an attempt has started and is found by its mark: 0 nothing, 1 asks it to end, 2 kills it. Gives how many
/// processes that are. Never waits.
#[ffi]
pub fn lab_run_signal(run: u64, operation: u32, attempt: u32, signal: u32) -> LabReply {
    guarded(|| {
        let signal = match signal {
            0 => Signal::None,
            1 => Signal::Terminate,
            2 => Signal::Kill,
            other => {
                return Err(Fault::new(
                    Code::InvalidValue,
                    format!("the signal numbered {other} does not exist"),
                )
                .with_advice("0 sends nothing, 1 asks to end, 2 kills."));
            }
        };
        let mark = handles::run(run)?.mark(OpId(operation), attempt);
        Ok(marked::signal(&mark, signal) as u64)
    })
}

/// Holds back the output of a run's programs (1), or lets it go on (0). What is on its way still comes. Never waits.
#[ffi]
pub fn lab_run_hold_output(run: u64, held: u32) -> LabReply {
    guarded(|| {
        handles::run(run)?.hold_output(held != 0);
        Ok(0)
    })
}

/// Lends up to `most` slots of a run that are free now, and gives the number of slots lent. Never waits.
#[ffi]
pub fn lab_run_lend(run: u64, most: u32) -> LabReply {
    guarded(|| Ok(handles::run(run)?.lend(most).into()))
}

/// Takes back slots that a run has lent.
#[ffi]
pub fn lab_run_take_back(run: u64, slots: u32) -> LabReply {
    guarded(|| {
        handles::run(run)?.take_back(slots);
        Ok(0)
    })
}

/// Changes the number of a run's slots.
#[ffi]
pub fn lab_run_resize(run: u64, slots: u32) -> LabReply {
    guarded(|| {
        handles::run(run)?.resize(slots);
        Ok(0)
    })
}

/// A document with what is known of a run so far.
#[ffi]
pub fn lab_run_result(run: u64) -> LabReply {
    guarded_document(|| Ok(handles::run(run)?.result()))
}

/// Whether a run leaves a record, or will leave one when it goes on: 1, so that what its scripts write is worth handing over.
#[ffi]
pub fn lab_run_keeps_output(run: u64) -> LabReply {
    guarded(|| Ok(u64::from(handles::run(run)?.keeps_output())))
}

/// Hands over what operations wrote, without secrets; waits for the disk for a moment at most. The bytes are records, one
/// behind the other, all numbers little-endian: operation (u32), attempt (u32), milliseconds since the run's start (u64),
/// kind (u8), length of the text (u32, at most 65,536), and the text in UTF-8. Kinds: 0 output, 1 error, 2 warning, 3 verbose,
/// 4 debug, 5 information, 6 and 7 a program's standard output and error, 8 a gap, 9 the end of the operation.
#[ffi]
pub fn lab_run_output(run: u64, data: *const u8, length: u64) -> LabReply {
    guarded(|| {
        let run = handles::run(run)?;
        // SAFETY: the caller promises what this module's documentation says of pointers.
        let bytes = unsafe { bytes::read(data, length) }?.to_vec();
        run.keep_output(Batch::from_bytes(bytes, run.plan().node_count())?);
        Ok(0)
    })
}

/// Says that the caller has handed over everything that scripts wrote, and waits a moment until it is written. A document:
/// `{"warning": …}`, null when nothing is missing from the record.
#[ffi]
pub fn lab_run_output_end(run: u64) -> LabReply {
    guarded_document(|| Ok(OutputEnd { warning: handles::run(run)?.end_output() }))
}

/// A document that says why an operation of a run is not running, or that it is.
#[ffi]
pub fn lab_run_explain(run: u64, operation: u32) -> LabReply {
    guarded_document(|| {
        handles::run(run)?.explain(OpId(operation)).ok_or_else(|| {
            Fault::new(Code::InvalidValue, format!("the run has no operation numbered {operation}"))
        })
    })
}

/// A document with the operations of this process's runs that have not ended, run by run.
#[ffi]
pub fn lab_active() -> LabReply {
    guarded_document(|| {
        let runs = handles::runs().into_iter().filter(|(_, run)| !run.is_finished());
        Ok(runs.map(|(handle, run)| Active::of(handle, &run)).collect::<Vec<_>>())
    })
}

/// A document with the events of all runs since the last call, waiting for the first.
#[ffi]
pub fn lab_events(wait_ms: u32) -> LabReply {
    guarded_document(|| Ok(HUB.take(wait(wait_ms))))
}

/// Makes a waiting [`lab_events`] return, or the next one if none waits.
#[ffi]
pub fn lab_events_wake() -> LabReply {
    guarded(|| {
        HUB.wake();
        Ok(0)
    })
}

/// A document with past and running runs. Options, all optional: `{"directory": …, "name": …, "names": […], "ids": […],
/// "statuses": […], "after": …, "named": …, "tree": …, "limit": …, "running": …, "operations": …}`.
#[ffi]
pub fn lab_history(data: *const u8, length: u64) -> LabReply {
    guarded_document(|| {
        // SAFETY: the caller promises what this module's documentation says of pointers.
        let query: Query =
            parse(unsafe { bytes::read(data, length) }?, Code::MalformedQuery, "the query for runs")?;
        Ok(query::list(&query))
    })
}

/// A document with one run in detail. Options: `{"place": …, "operations": […]}`, the second one optional.
#[ffi]
pub fn lab_record(data: *const u8, length: u64) -> LabReply {
    guarded_document(|| {
        // SAFETY: the caller promises what this module's documentation says of pointers.
        let query: DetailQuery =
            parse(unsafe { bytes::read(data, length) }?, Code::MalformedQuery, "the query for a run")?;
        open::detail(&query)
    })
}

/// A document with the files of a run's lab and its scripts, as the run had read them: `{"files": [{"path", "text" | "hex"}]}`. Its
/// folder or archive is at this path (UTF-8).
#[ffi]
pub fn lab_record_lab(data: *const u8, length: u64) -> LabReply {
    // SAFETY: the caller promises what this module's documentation says of pointers.
    guarded_document(|| recorded_lab::look(&path(unsafe { bytes::read(data, length) }?)?))
}

/// A document with a page of what the operations of a run wrote. Options: `{"place": …, "operations": […], "streams": […],
/// "last": …, "from": …, "page": …}`, all but the first optional.
#[ffi]
pub fn lab_record_output(data: *const u8, length: u64) -> LabReply {
    guarded_document(|| {
        // SAFETY: the caller promises what this module's documentation says of pointers.
        let query: OutputQuery =
            parse(unsafe { bytes::read(data, length) }?, Code::MalformedQuery, "the query for output")?;
        open::output(&query)
    })
}

/// Waits until the run in a folder (UTF-8) is over: 1 once it has ended or its process has gone, 0 when it goes on.
#[ffi]
pub fn lab_record_wait(data: *const u8, length: u64, wait_ms: u32) -> LabReply {
    guarded(|| {
        // SAFETY: the caller promises what this module's documentation says of pointers.
        let folder = path(unsafe { bytes::read(data, length) }?)?;
        Ok(u64::from(steer::wait_for_end(&folder, wait(wait_ms))?))
    })
}

/// A document with a page of a run's journal, for who watches it. Options: `{"place": …, "from": …}`, where `from` is the
/// `next` of the page before.
#[ffi]
pub fn lab_record_follow(data: *const u8, length: u64) -> LabReply {
    guarded_document(|| {
        // SAFETY: the caller promises what this module's documentation says of pointers.
        let query: watch::WatchQuery =
            parse(unsafe { bytes::read(data, length) }?, Code::MalformedQuery, "the query for a journal")?;
        watch::page(&query)
    })
}

/// Sends an order to a run that is under way, of whatever process, and gives what asks for its answer. Options:
/// `{"place": …, "by": "ann", "order": "stop" | "suspend" | "resume" | "skip" | "restart", "kill": …, "operation": …}`.
#[ffi]
pub fn lab_order_send(data: *const u8, length: u64) -> LabReply {
    guarded_document(|| {
        // SAFETY: the caller promises what this module's documentation says of pointers.
        let request: steer::Request =
            parse(unsafe { bytes::read(data, length) }?, Code::MalformedQuery, "the order to a run")?;
        steer::send(&request)
    })
}

/// Waits for the answer to an order: `{"done": "…" | null, "sent": …}`, where `sent` asks again. A refusal is a fault. Data
/// is the document that [`lab_order_send`] gave.
#[ffi]
pub fn lab_order_answer(data: *const u8, length: u64, wait_ms: u32) -> LabReply {
    guarded_document(|| {
        // SAFETY: the caller promises what this module's documentation says of pointers.
        let sent: steer::Sent =
            parse(unsafe { bytes::read(data, length) }?, Code::MalformedQuery, "the order that was sent")?;
        steer::answer(sent, wait(wait_ms))
    })
}

/// Deletes the run in a folder (UTF-8), unless it is under way.
#[ffi]
pub fn lab_record_remove(data: *const u8, length: u64) -> LabReply {
    guarded(|| {
        // SAFETY: the caller promises what this module's documentation says of pointers.
        retention::remove(&path(unsafe { bytes::read(data, length) }?)?)?;
        Ok(0)
    })
}

/// Writes a run as one file. Options: `{"folder": …, "to": …, "replace": …}`.
#[ffi]
pub fn lab_record_export(data: *const u8, length: u64) -> LabReply {
    guarded(|| {
        // SAFETY: the caller promises what this module's documentation says of pointers.
        let order: archive::Export =
            parse(unsafe { bytes::read(data, length) }?, Code::MalformedQuery, "the order to export a run")?;
        archive::export(&order.folder, &order.to, order.replace)?;
        Ok(0)
    })
}

/// Writes a report of a run, and gives a document with what was written: `{"files": […]}`. Options: `{"place": …, "format":
/// "html" | "json" | "markdown" | "junit" | "chrometrace" | "mermaid", "to": …, "replace": …, "script_beside": …, "compare": […]}`.
#[ffi]
pub fn lab_report(data: *const u8, length: u64) -> LabReply {
    guarded_document(|| {
        // SAFETY: the caller promises what this module's documentation says of pointers.
        let order: report::Order =
            parse(unsafe { bytes::read(data, length) }?, Code::MalformedQuery, "the order for a report")?;
        report::write(&order)
    })
}

/// How well the run in a folder or an archive (UTF-8) went, how it compares with the runs of its lab before it, and what
/// would have made it shorter, as a document.
#[ffi]
pub fn lab_performance(data: *const u8, length: u64) -> LabReply {
    guarded_document(|| {
        // SAFETY: the caller promises what this module's documentation says of pointers.
        report::performance::at(&path(unsafe { bytes::read(data, length) }?)?)
    })
}

/// Finds the run that is to be resumed or undone. Options: `{"root": …, "id": …, "name": …, "directory": …, "undo": …}`, all
/// optional: without an id, a name and a folder it is the last one that can be. The document has the run's header in
/// short, the names of its operations, and `goes_on_for` when it is the newest descendant of what was asked for. With
/// `"pending": true` it is a list of all runs that wait for a restart of this machine, the oldest first.
#[ffi]
pub fn lab_run_find(data: *const u8, length: u64) -> LabReply {
    guarded_document(|| {
        // SAFETY: the caller promises what this module's documentation says of pointers.
        let wanted: Wanted =
            parse(unsafe { bytes::read(data, length) }?, Code::MalformedQuery, "the query for a run")?;
        if wanted.pending {
            let root = wanted.root.unwrap_or_else(labrunner_core::history::root);
            return Ok(Found::Pending(pending::list(&root)));
        }
        lookup::find(&wanted).map(|found| Found::One(Box::new(found)))
    })
}

/// A document that says what a run of a plan would take over from the run that its options name as `resume`. The
/// options are those of [`lab_run_start`], which decides by the same rules.
#[ffi]
pub fn lab_resume_preview(plan: u64, data: *const u8, length: u64) -> LabReply {
    guarded_document(|| {
        let plan = handles::plan(plan)?;
        // SAFETY: the caller promises what this module's documentation says of pointers.
        let options = RunOptions::from_json(unsafe { bytes::read(data, length) }?)?;
        Run::preview_resume(&plan, options)
    })
}

/// A document with what the machine has.
#[ffi]
pub fn lab_machine() -> LabReply {
    guarded_document(|| Ok(Machine::look()))
}

/// A document with how much of the machine is in use over a moment, and how much by this process and what it has started.
#[ffi]
pub fn lab_usage(window_ms: u32) -> LabReply {
    guarded_document(|| Ok(usage::measure(wait(window_ms))))
}

/// Checks that the library works. With 1 it panics on purpose, to show that the guard holds.
#[ffi]
pub fn lab_selfcheck(panic: u32) -> LabReply {
    guarded_document(|| {
        assert!(panic == 0, "a panic that was asked for");
        labrunner_core::work::runtime::handle()?;
        Ok(State::sound())
    })
}

/// Ends a run that is not over as a defect of the scheduler would, to show that it does end, and says so.
#[ffi]
pub fn lab_selfcheck_defect(run: u64) -> LabReply {
    guarded(|| {
        handles::run(run)?.show_defect();
        Ok(0)
    })
}

fn ticket(ticket: Ticket, completion: Completion) -> LabTicket {
    let stale = u32::from(completion == Completion::Stale);
    let state = |state| LabTicket { stale, ..LabTicket::state(state) };
    match ticket {
        Ticket::Idle => state(LabTicket::IDLE),
        Ticket::Work(op, attempt) => LabTicket { operation: op.0, attempt, ..state(LabTicket::WORK) },
        Ticket::Woken => state(LabTicket::WOKEN),
        Ticket::Over => state(LabTicket::OVER),
    }
}

fn path(bytes: &[u8]) -> Result<PathBuf, Fault> {
    let text = std::str::from_utf8(bytes)
        .map_err(|error| Fault::new(Code::NotUtf8, format!("the path of a run is not UTF-8: {error}")))?;
    Ok(PathBuf::from(text))
}

fn parse<T: serde::de::DeserializeOwned>(document: &[u8], code: Code, what: &str) -> Result<T, Fault> {
    std::str::from_utf8(document)
        .map_err(|error| Fault::new(Code::NotUtf8, format!("{what} is not UTF-8: {error}")))?;
    serde_json::from_slice(document)
        .map_err(|error| Fault::new(code, format!("{what} cannot be read: {error}")))
}

/// Everything there is, for the generator of the bindings.
pub fn inventory() -> RustInventory {
    RustInventory::new()
        .register(function!(lab_abi_version))
        .register(function!(lab_version))
        .register(function!(lab_document))
        .register(function!(lab_release))
        .register(function!(lab_read))
        .register(function!(lab_open))
        .register(function!(lab_describe))
        .register(function!(lab_export))
        .register(function!(lab_nearest))
        .register(function!(lab_plan_compile))
        .register(function!(lab_plan_compile_lab))
        .register(function!(lab_plan_selected))
        .register(function!(lab_plan_describe))
        .register(function!(lab_plan_preview))
        .register(function!(lab_plan_outlook))
        .register(function!(lab_run_start))
        .register(function!(lab_run_take))
        .register(function!(lab_run_asks))
        .register(function!(lab_run_complete))
        .register(function!(lab_run_complete_and_take))
        .register(function!(lab_run_wake))
        .register(function!(lab_run_cancel))
        .register(function!(lab_run_restart))
        .register(function!(lab_run_mark))
        .register(function!(lab_run_signal))
        .register(function!(lab_run_hold_output))
        .register(function!(lab_run_lend))
        .register(function!(lab_run_take_back))
        .register(function!(lab_run_resize))
        .register(function!(lab_run_result))
        .register(function!(lab_run_keeps_output))
        .register(function!(lab_run_output))
        .register(function!(lab_run_output_end))
        .register(function!(lab_run_explain))
        .register(function!(lab_active))
        .register(function!(lab_events))
        .register(function!(lab_events_wake))
        .register(function!(lab_history))
        .register(function!(lab_record))
        .register(function!(lab_record_lab))
        .register(function!(lab_record_output))
        .register(function!(lab_record_wait))
        .register(function!(lab_record_follow))
        .register(function!(lab_order_send))
        .register(function!(lab_order_answer))
        .register(function!(lab_record_remove))
        .register(function!(lab_record_export))
        .register(function!(lab_report))
        .register(function!(lab_performance))
        .register(function!(lab_run_find))
        .register(function!(lab_resume_preview))
        .register(function!(lab_machine))
        .register(function!(lab_usage))
        .register(function!(lab_selfcheck))
        .register(function!(lab_selfcheck_defect))
        .validate()
}
