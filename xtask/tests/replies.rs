//! The managed side knows every member of the core's replies, or passes it over on purpose; and what it cannot do without is
//! always written.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// A type of the core, and the managed one that its document is read as.
struct Pair {
    /// A file of the core, and structs in it; more than one where one is part of the other.
    core: &'static [(&'static str, &'static str)],
    /// A file of the bindings, and a type in it.
    managed: (&'static str, &'static str),
    /// What the managed side has no use for.
    passed_over: &'static [&'static str],
}

const QUERY: &str = "core/src/history/query.rs";
const STEER: &str = "core/src/history/steer.rs";
const OPEN: &str = "core/src/history/open.rs";
const WATCH: &str = "core/src/history/watch.rs";
const RESULT: &str = "core/src/record/result.rs";
const PREPARE: &str = "core/src/resume/prepare.rs";
const PERFORMANCE: &str = "core/src/report/performance/document.rs";
const ANSWERS: &str = "ffi/src/answers.rs";

/// Everything that is read.
const REPLIES: [Pair; 48] = [
    Pair { core: &[(ANSWERS, "Version")], managed: ("LabCore.cs", "LabCoreVersion"), passed_over: &[] },
    Pair {
        core: &[(ANSWERS, "State")],
        managed: ("MachineUsage.cs", "LibraryState"),
        passed_over: &["machine", "runtime"],
    },
    Pair { core: &[(ANSWERS, "OutputEnd")], managed: ("RunResult.cs", "OutputEnd"), passed_over: &[] },
    Pair { core: &[(ANSWERS, "Active")], managed: ("ActiveRun.cs", "ActiveRun"), passed_over: &[] },
    Pair {
        core: &[("core/src/run/explain.rs", "Explanation"), ("core/src/scheduler/explain.rs", "Waiting")],
        managed: ("ActiveRun.cs", "ActiveOperation"),
        // The reason has them in words.
        passed_over: &[
            "dependencies",
            "guard",
            "index",
            "reserved_for",
            "resources",
            "restart",
            "slots",
            "suspended",
            "waits_for",
        ],
    },
    Pair {
        core: &[(QUERY, "RunDetail"), (QUERY, "RunSummary")],
        managed: ("RecordedRun.cs", "RecordedRun"),
        passed_over: &["damage", "unnamed"],
    },
    Pair {
        core: &[(QUERY, "OperationRecord")],
        managed: ("RecordedRun.cs", "RecordedOperation"),
        passed_over: &[],
    },
    Pair {
        core: &[("core/src/record/health.rs", "CheckState")],
        managed: ("RecordedCheck.cs", "RecordedCheck"),
        passed_over: &[],
    },
    Pair {
        core: &[(QUERY, "AttemptRecord")],
        managed: ("RecordedRun.cs", "RecordedAttempt"),
        passed_over: &[],
    },
    Pair {
        core: &[("core/src/history/why.rs", "Reason")],
        managed: ("RecordedRun.cs", "RecordedReason"),
        passed_over: &[],
    },
    Pair {
        core: &[("core/src/record/why.rs", "Why")],
        managed: ("RecordedRun.cs", "RecordedCause"),
        passed_over: &[],
    },
    Pair {
        core: &[("core/src/record/entry.rs", "ErrorReport")],
        managed: ("LabEvent.cs", "LabErrorReport"),
        passed_over: &[],
    },
    Pair {
        core: &[("core/src/record/entry.rs", "SkippedBecause")],
        managed: ("LabSchedule.cs", "LabScheduleSkip"),
        passed_over: &[],
    },
    Pair {
        core: &[(OPEN, "OutputPage")],
        managed: ("RecordedOutput.cs", "OutputPage"),
        passed_over: &["damage"],
    },
    Pair {
        core: &[(OPEN, "NamedRecord"), ("core/src/record/output/reader.rs", "ReadRecord")],
        managed: ("RecordedOutput.cs", "RecordedOutput"),
        passed_over: &["op"],
    },
    Pair {
        core: &[("core/src/record/output/reader.rs", "Position")],
        managed: ("RecordedOutput.cs", "OutputPosition"),
        passed_over: &[],
    },
    Pair {
        core: &[("core/src/record/output/batch.rs", "Gap")],
        managed: ("RecordedOutput.cs", "OutputGap"),
        passed_over: &["bytes"],
    },
    Pair {
        core: &[("core/src/history/lookup.rs", "Found")],
        managed: ("FoundRun.cs", "FoundRun"),
        passed_over: &["goes_on_for", "operations", "status"],
    },
    Pair { core: &[(STEER, "Sent")], managed: ("RunOrder.cs", "SentOrder"), passed_over: &[] },
    Pair { core: &[(STEER, "Answer")], managed: ("RunOrder.cs", "OrderAnswer"), passed_over: &[] },
    Pair {
        core: &[("core/src/record/follow.rs", "Place")],
        managed: ("RunOrder.cs", "JournalPlace"),
        passed_over: &[],
    },
    Pair { core: &[(WATCH, "WatchPage")], managed: ("WatchPage.cs", "WatchPage"), passed_over: &[] },
    Pair { core: &[(WATCH, "WatchedRun")], managed: ("WatchPage.cs", "WatchedRun"), passed_over: &[] },
    Pair {
        core: &[("core/src/history/pending.rs", "Pending")],
        managed: ("FoundRun.cs", "PendingRun"),
        passed_over: &["reason"],
    },
    Pair {
        core: &[("core/src/history/recorded_lab.rs", "RecordedLab")],
        managed: ("RecordedLabFiles.cs", "RecordedLabFiles"),
        passed_over: &[],
    },
    Pair {
        core: &[("core/src/record/lab.rs", "KeptFile")],
        managed: ("RecordedLabFiles.cs", "RecordedFile"),
        passed_over: &[],
    },
    Pair { core: &[(PREPARE, "Report")], managed: ("FoundRun.cs", "ResumePreview"), passed_over: &["run"] },
    Pair { core: &[(PREPARE, "Outlook")], managed: ("FoundRun.cs", "ResumedOperation"), passed_over: &[] },
    Pair {
        core: &[(RESULT, "RunResult")],
        managed: ("RunResult.cs", "RunResult"),
        // The events have told the rest; the record keeps it.
        passed_over: &[
            "counts",
            "duration_ms",
            "ended_at",
            "journal_error",
            "left_out",
            "name",
            "order_started",
            "started_at",
            "status",
            "up_to_date",
        ],
    },
    Pair { core: &[(RESULT, "Metrics")], managed: ("RunResult.cs", "RunMetrics"), passed_over: &[] },
    Pair {
        core: &[(RESULT, "OperationResult")],
        managed: ("RunResult.cs", "OperationOutcome"),
        passed_over: &[
            "attempts",
            "busy_ms",
            "compensates",
            "duration_ms",
            "ended_at",
            "had_errors",
            "id",
            "name",
            "ready_after_ms",
            "restart",
            "started_at",
            "type",
            "why",
            "worker",
        ],
    },
    Pair {
        core: &[("core/src/freshness/outlook.rs", "Outlook")],
        managed: ("LabPlanDescription.cs", "OperationOutlook"),
        passed_over: &["name", "why"],
    },
    Pair {
        core: &[("core/src/usage.rs", "Usage")],
        managed: ("MachineUsage.cs", "MachineUsage"),
        passed_over: &["window_ms"],
    },
    Pair {
        core: &[("core/src/usage.rs", "ProcessUsage")],
        managed: ("MachineUsage.cs", "ProcessUsage"),
        passed_over: &[],
    },
    Pair {
        core: &[("core/src/machine.rs", "Machine")],
        managed: ("MachineUsage.cs", "MachineSize"),
        passed_over: &[],
    },
    Pair {
        core: &[(PERFORMANCE, "Performance")],
        managed: ("RunPerformance.cs", "RunPerformance"),
        passed_over: &[],
    },
    Pair {
        core: &[(PERFORMANCE, "CausePart")],
        managed: ("RunPerformance.cs", "LabWaitTotal"),
        passed_over: &[],
    },
    Pair {
        core: &[(PERFORMANCE, "RetryPart")],
        managed: ("RunPerformance.cs", "LabRetryCost"),
        passed_over: &[],
    },
    Pair {
        core: &[(PERFORMANCE, "SlowPart")],
        managed: ("RunPerformance.cs", "LabSlowOperation"),
        passed_over: &[],
    },
    Pair {
        core: &[(PERFORMANCE, "PastPart")],
        managed: ("RunPerformance.cs", "LabRunComparison"),
        passed_over: &[],
    },
    Pair {
        core: &[(PERFORMANCE, "RegressionPart")],
        managed: ("RunPerformance.cs", "LabRegression"),
        passed_over: &[],
    },
    Pair {
        core: &[(PERFORMANCE, "UnsteadyPart")],
        managed: ("RunPerformance.cs", "LabUnsteadyOperation"),
        passed_over: &[],
    },
    Pair {
        core: &[(PERFORMANCE, "PredictionPart")],
        managed: ("RunPerformance.cs", "LabPrediction"),
        passed_over: &[],
    },
    Pair {
        core: &[(PERFORMANCE, "FarPart")],
        managed: ("RunPerformance.cs", "LabMissedEstimate"),
        passed_over: &[],
    },
    Pair {
        core: &[(PERFORMANCE, "Recommendation")],
        managed: ("RunPerformance.cs", "LabRecommendation"),
        passed_over: &[],
    },
    Pair {
        core: &[("core/src/plan/selection.rs", "LeftOut")],
        managed: ("LabPlanDescription.cs", "LabLeftOut"),
        passed_over: &[],
    },
    Pair {
        core: &[("core/src/near.rs", "NearAnswer")],
        managed: ("CoreJson.cs", "NearAnswer"),
        passed_over: &[],
    },
    Pair {
        core: &[("core/src/report/order.rs", "Written")],
        managed: ("CoreJson.cs", "ReportFiles"),
        passed_over: &[],
    },
];

/// Everything that is asked, as (a file of the core, a struct, a file of the bindings, a type).
const QUERIES: [(&str, &str, &str, &str); 10] = [
    (QUERY, "Query", "RecordedRun.cs", "HistoryQuery"),
    (OPEN, "DetailQuery", "RecordedRun.cs", "DetailQuery"),
    (WATCH, "WatchQuery", "WatchPage.cs", "WatchQuery"),
    (OPEN, "OutputQuery", "RecordedOutput.cs", "OutputQuery"),
    ("core/src/history/lookup.rs", "Wanted", "FoundRun.cs", "RunSearch"),
    ("core/src/history/lookup.rs", "Wanted", "FoundRun.cs", "PendingSearch"),
    ("core/src/run/restart.rs", "RestartRequest", "FoundRun.cs", "RestartRequest"),
    ("core/src/record/archive.rs", "Export", "CoreJson.cs", "ExportOrder"),
    ("core/src/report/order.rs", "Order", "CoreJson.cs", "ReportOrder"),
    ("core/src/near.rs", "NearQuery", "CoreJson.cs", "NearQuery"),
];

fn read(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path))
        .expect("a source file is readable")
}

/// The members of a struct, as serde writes them, and whether each is always written.
fn members_of_core(file: &str, name: &str) -> BTreeMap<String, bool> {
    let source = read(file);
    let head = format!("struct {name} {{\n");
    let body = source.split_once(&head).unwrap_or_else(|| panic!("{file} has no {name}")).1;
    let body = body.split_once("\n}").expect("it ends").0;
    let (mut members, mut attributes) = (BTreeMap::new(), String::new());
    for line in body.lines().map(str::trim) {
        if line.starts_with("#[") {
            attributes.push_str(line);
        } else if let Some((field, _)) = line.split_once(": ").filter(|_| !line.starts_with("//")) {
            let field = field.rsplit(' ').next().unwrap_or_default();
            let renamed = attributes.split_once("rename = \"").and_then(|(_, rest)| rest.split_once('"'));
            if !attributes.contains("flatten") && !attributes.contains("serde(skip)") {
                let name = renamed.map_or(field, |(name, _)| name).to_owned();
                members.insert(name, !attributes.contains("skip_serializing_if"));
            }
            attributes.clear();
        }
    }
    assert!(!members.is_empty(), "{file}: {name} has members");
    members
}

/// The members of a class or record, as they are called in JSON, and whether each is required.
fn members_of_managed(file: &str, name: &str) -> BTreeMap<String, bool> {
    let source = read(&format!("bindings/{file}"));
    let rest = ["class", "record struct", "record"]
        .iter()
        .find_map(|kind| {
            let (_, rest) = source.split_once(&format!(" {kind} {name}"))?;
            rest.starts_with(['(', '\n']).then_some(rest)
        })
        .unwrap_or_else(|| panic!("{file} has no {name}"));
    let (mut members, mut attributes) = (BTreeMap::new(), String::new());
    let mut add = |attributes: &str, property: &str| {
        let renamed = attributes.split_once("JsonPropertyName(\"").and_then(|(_, rest)| rest.split_once('"'));
        let name = renamed.map_or_else(|| snake(property), |(name, _)| name.to_owned());
        members.insert(name, attributes.contains("[JsonRequired]"));
    };
    if let Some(parameters) = rest.strip_prefix('(') {
        let parameters = parameters.split_once(')').expect("the parameters end").0;
        for parameter in parameters.split(',') {
            let declared = parameter.split('=').next().unwrap_or_default().trim();
            add("", declared.rsplit(' ').next().unwrap_or_default());
        }
        return members;
    }
    for line in rest.split_once("\n}").expect("it ends").0.lines().map(str::trim) {
        if line.starts_with('[') {
            attributes.push_str(line);
        } else if let Some((declared, _)) = line.split_once(" { get;").filter(|_| line.starts_with("public "))
        {
            add(&attributes, declared.rsplit(' ').next().unwrap_or_default());
            attributes.clear();
        }
    }
    assert!(!members.is_empty(), "{file}: {name} has members");
    members
}

fn snake(name: &str) -> String {
    let mut word = String::new();
    for c in name.chars() {
        if c.is_ascii_uppercase() && !word.is_empty() {
            word.push('_');
        }
        word.push(c.to_ascii_lowercase());
    }
    word
}

#[test]
fn the_managed_side_knows_every_member_of_a_reply() {
    let mut faults = Vec::new();
    for Pair { core, managed, passed_over } in REPLIES {
        let written: BTreeMap<String, bool> =
            core.iter().flat_map(|(file, name)| members_of_core(file, name)).collect();
        let read = members_of_managed(managed.0, managed.1);
        let passed_over: BTreeSet<&str> = passed_over.iter().copied().collect();
        let name = managed.1;
        for (member, required) in &read {
            match written.get(member) {
                None => faults.push(format!("{name}.{member} is never written by {core:?}")),
                Some(false) if *required => {
                    faults.push(format!("{name}.{member} is required, and {core:?} may leave it out"));
                }
                Some(_) => {}
            }
        }
        let unknown: BTreeSet<&str> =
            written.keys().map(String::as_str).filter(|member| !read.contains_key(*member)).collect();
        if unknown != passed_over {
            faults.push(format!(
                "{name} does not have {unknown:?} of {core:?}; passed over are {passed_over:?}"
            ));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn the_core_knows_every_member_of_a_query() {
    for (file, name, managed_file, managed) in QUERIES {
        let known = members_of_core(file, name);
        for member in members_of_managed(managed_file, managed).keys() {
            assert!(
                known.contains_key(member),
                "{managed} asks for {member}, which {name} of {file} does not have"
            );
        }
    }
}
