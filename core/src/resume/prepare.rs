//! From the record of an earlier run to what a new one takes over, and every reason to refuse that.
//!
//! The lock of the earlier run is held until the new one has its record. So the earlier run is over, no other process
//! resumes it at the same moment, and it is not deleted meanwhile.
//!
//! Long because each reason for a refusal is a message with its advice; none of them decides anything.

use super::facts::{self, Earlier, Found};
use super::files;
use super::options::ResumeOptions;
use super::restarts;
use super::spread::{Known, Verdict, decide_all};
use super::table::{Action, Difference, Reason};
use crate::error::{Code, Fault};
use crate::freshness::Lab;
use crate::graph::OpId;
use crate::history::{lookup, survivors};
use crate::machine::{self, Restarted};
use crate::plan::Plan;
use crate::record::disk::Disk;
use crate::record::entry::Crashed;
use crate::record::lock::Lock;
use crate::record::restart::Restarts;
use crate::record::state::Stage;
use crate::record::{FORMAT, Fingerprint, Header, Record, Relation, RunState, What};
use crate::scheduler::{Carried, RunStatus, Status};
use crate::work::survivors::{Orphan, find};
use serde::Serialize;
use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::Path;

/// Operations that a message names, at most.
const NAMED: usize = 5;

/// What a new run takes over from an earlier one.
#[derive(Debug, Default)]
pub struct Takeover {
    /// The earlier run.
    pub parent: String,
    /// What the new one is to it.
    pub relation: Relation,
    /// What the scheduler begins with.
    pub carried: Carried,
    /// The runs that kept operations succeeded in.
    pub kept_from: BTreeMap<OpId, KeptFrom>,
    /// The operations that were running when runs died.
    pub crashed: Vec<What>,
    /// The restarts of the machine that took place before.
    pub restarts: Restarts,
    /// Held until the new run has its record.
    lock: Option<Lock>,
}

impl Takeover {
    /// The new run has its record: the earlier one may be looked at by others again.
    pub fn release(&mut self) {
        self.lock = None;
    }
}

/// Where an operation comes from that is not run again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeptFrom {
    /// The run that it succeeded in.
    pub run: String,
    /// Whether it was up to date there, so that an undo leaves it alone.
    pub up_to_date: bool,
}

/// What is done with the operations of a plan, for people.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Report {
    /// The earlier run.
    pub run: String,
    /// One for each declared operation, in their order.
    pub operations: Vec<Outlook>,
    /// Operations of the earlier run that the plan does not have any more.
    pub removed: Vec<String>,
    /// Why not all of its record can be believed, if that is so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub damage: Option<String>,
}

/// What is done with one operation, for people.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Outlook {
    /// Its name.
    pub name: String,
    /// `keep`, `rerun`, `skip`, `ask`; of an undo `undo`, `leave`.
    pub action: &'static str,
    /// How it ended in the earlier run, or where it was.
    pub status: String,
    /// Which rule says so.
    pub reason: String,
    /// One sentence.
    pub message: String,
    /// The operation that is to blame, where one is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub because_of: Option<String>,
}

/// The record of an earlier run, read for one that goes on.
struct Base {
    header: Header,
    earlier: Earlier,
    damage: Option<String>,
}

impl Base {
    fn read(disk: &dyn Disk, folder: &Path) -> Result<Self, Fault> {
        let record = Record::open(disk, folder).map_err(|error| unknown(folder, &error.to_string()))?;
        let header = record.header().clone();
        if header.format != FORMAT {
            let why = format!("an older version of LabRunner wrote it, in format {}", header.format);
            return Err(unknown(folder, &why));
        }
        let (state, damage) = record.state();
        let earlier = Earlier {
            run: header.run.clone(),
            state,
            plan: record.plan(),
            restarts: header.restarts.clone(),
        };
        Ok(Self { header, earlier, damage: damage.map(|damage| damage.to_string()) })
    }

    /// Refuses a run that must not be continued.
    fn check(&self, root: &Path, options: &ResumeOptions) -> Result<(), Fault> {
        if options.force {
            return Ok(());
        }
        let Header { name, run, host, .. } = &self.header;
        let verb = if options.undo { "undone" } else { "resumed" };
        if host != machine::host_name() {
            return Err(Fault::new(
                Code::RunElsewhere,
                format!("run '{name}' ({run}) ran on '{host}', and this is '{}'", machine::host_name()),
            )
            .with_advice("What it did is not on this machine. Resume it there, or use -Force.")
            .with_target(run));
        }
        if let Some((_, child)) = lookup::child_of(root, &self.header) {
            let how = if child.relation == Some(Relation::Undoes) { "undone" } else { "resumed" };
            return Err(Fault::new(
                Code::RunResumed,
                format!("run '{name}' ({run}) has been {how} already, by run {}", child.run),
            )
            .with_advice(format!("Give the id of that run, or use -Force to go on from '{run}' once more."))
            .with_target(run));
        }
        if !options.undo {
            self.check_restarted()?;
        }
        let over = match self.earlier.state.status {
            Some(RunStatus::Succeeded) if !options.undo => "has succeeded",
            Some(RunStatus::Undone) if options.undo => "has been undone",
            _ => return Ok(()),
        };
        Err(Fault::new(
            Code::NothingToResume,
            format!("run '{name}' ({run}) {over}: there is nothing left to be {verb}"),
        )
        .with_advice("Use -Force to look at it once more, for example because something has changed since.")
        .with_target(run))
    }
}

impl Base {
    /// What has changed of the files of operations that succeeded. An undo does not ask.
    fn files(
        &self,
        disk: &dyn Disk,
        root: &Path,
        plan: &Plan,
        found: &[Option<Found<'_>>],
        fingerprints: &[Fingerprint],
        options: &ResumeOptions,
    ) -> Vec<Option<Difference>> {
        if options.undo || options.keep_changed {
            return Vec::new();
        }
        let lab = Lab {
            root: root.to_owned(),
            name: self.header.name.clone(),
            source: self.header.source.clone(),
            resumed: Some(options.directory.clone()),
            own: None,
        };
        files::changed(disk, plan, &lab, found, fingerprints)
    }

    /// Whether the machine has been restarted since the run started.
    fn restarted(&self) -> Restarted {
        Restarted::between(self.header.boot.as_deref(), machine::boot_id())
    }

    /// Refuses a run that waits for a restart of the machine.
    fn check_restarted(&self) -> Result<(), Fault> {
        let Some((operation, asked)) = restarts::asked(&self.earlier).next() else { return Ok(()) };
        let Header { name, run, .. } = &self.header;
        let what = match self.restarted() {
            Restarted::Yes => return Ok(()),
            Restarted::No => "this machine has not been restarted since",
            Restarted::Unknown => "whether this machine has been restarted since cannot be found out",
        };
        let reason = if asked.reason.is_empty() { String::new() } else { format!(" ({})", asked.reason) };
        Err(Fault::new(
            Code::NotRestarted,
            format!(
                "run '{name}' ({run}) waits for a restart that '{operation}' asked for{reason}, and {what}"
            ),
        )
        .with_advice("Restart the machine and resume the run then, or use -Force to go on all the same.")
        .with_target(run))
    }

    /// Refuses a run of which something is still alive: nothing is started beside it. That counts for programs too that
    /// may outlive their run, as long as their operation has not ended.
    fn refuse_survivors(&self) -> Result<(), Fault> {
        // A process number means nothing on another machine, or after a restart.
        if self.header.host != machine::host_name() || self.header.boot.as_deref() != machine::boot_id() {
            return Ok(());
        }
        let (names, orphans): (Vec<&str>, Vec<Orphan>) =
            survivors::orphans(&self.header, &self.earlier.state).into_iter().unzip();
        let found = find(&orphans).processes;
        let programs = orphans.iter().enumerate().filter_map(|(orphan, it)| Some((orphan, it.program?)));
        let living = programs.filter(|(_, program)| program.is_alive()).map(|(orphan, it)| (it.pid, orphan));
        let alive: BTreeMap<u32, usize> = found.iter().map(|it| (it.pid, it.orphan)).chain(living).collect();
        if alive.is_empty() {
            return Ok(());
        }
        let named: Vec<String> =
            alive.iter().take(NAMED).map(|(pid, orphan)| format!("{pid} of '{}'", names[*orphan])).collect();
        let more = match alive.len().saturating_sub(NAMED) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        let pids: Vec<String> = alive.keys().map(u32::to_string).collect();
        let (process, is) = if alive.len() == 1 { ("process", "is") } else { ("processes", "are") };
        Err(Fault::new(
            Code::Survivors,
            format!("{process} {}{more} {is} still alive, although the run has died", named.join(", ")),
        )
        .with_advice(format!(
            "Use -OnSurvivor Wait or -OnSurvivor Stop, or end what is alive: Stop-Process -Id {}.",
            pids.join(",")
        ))
        .with_target(pids.join(",")))
    }
}

/// What would be done with the operations of a plan. Nothing is locked, and nothing is refused but what has no answer.
///
/// # Errors
/// As [`take_over`], except for processes that are still alive.
pub fn preview(
    disk: &dyn Disk,
    root: &Path,
    plan: &Plan,
    fingerprints: &[Fingerprint],
    options: &ResumeOptions,
) -> Result<Report, Fault> {
    let running = Record::open(disk, &options.directory).is_ok_and(|record| record.is_running());
    let base = Base::read(disk, &options.directory)?;
    if running && base.earlier.state.status.is_none() {
        return Err(under_way(&base.header));
    }
    base.check(root, options)?;
    let found = base.earlier.find(plan);
    let files = base.files(disk, root, plan, &found, fingerprints, options);
    Ok(report(plan, &base, fingerprints, options, &files))
}

/// Decides what a new run takes over, and keeps others from going on from the same run.
///
/// # Errors
/// [`Code::UnknownRun`], [`Code::RunUnderWay`], [`Code::RunElsewhere`], [`Code::RunResumed`], [`Code::NothingToResume`],
/// [`Code::Survivors`], [`Code::CrashLimit`], [`Code::OutcomeUnknown`], or [`Code::JournalUnwritable`] where it cannot be locked.
pub fn take_over(
    disk: &dyn Disk,
    root: &Path,
    plan: &Plan,
    fingerprints: &[Fingerprint],
    options: &ResumeOptions,
) -> Result<Takeover, Fault> {
    let first = Base::read(disk, &options.directory)?;
    let lock = Lock::take(&options.directory).map_err(|error| match error.kind() {
        ErrorKind::NotFound => unknown(&options.directory, "it has just been deleted"),
        _ => Fault::new(
            Code::JournalUnwritable,
            format!("the run in '{}' cannot be locked: {error}", options.directory.display()),
        )
        .with_target(&first.header.run),
    })?;
    let lock = lock.ok_or_else(|| under_way(&first.header))?;
    // Once more under the lock: it may have ended between.
    let base = Base::read(disk, &options.directory)?;
    base.check(root, options)?;
    base.refuse_survivors()?;
    let found = base.earlier.find(plan);
    let mut takeover = Takeover {
        parent: base.header.run.clone(),
        relation: if options.undo { Relation::Undoes } else { Relation::Resumes },
        carried: Carried { undo: options.undo, ..Carried::default() },
        kept_from: BTreeMap::new(),
        crashed: Vec::new(),
        restarts: Restarts::default(),
        lock: Some(lock),
    };
    if options.undo {
        takeover.carried.kept = to_undo(plan, &found);
    } else {
        let verdicts = decide(
            plan,
            &found,
            fingerprints,
            options,
            &base.files(disk, root, plan, &found, fingerprints, options),
        );
        refuse_what_is_asked(plan, &verdicts, &found)?;
        for (op, verdict) in plan.ids().zip(&verdicts) {
            match verdict.decision.action {
                Action::Keep => takeover.carried.kept.push(op),
                Action::Skip => takeover.carried.left_out.push(op),
                Action::Rerun | Action::Ask => {}
            }
        }
        takeover.crashed = crashed(plan, &found);
        let (restarts, without_progress) = restarts::before(plan, &base.earlier, &found, base.restarted());
        (takeover.restarts, takeover.carried.without_progress) = (restarts, without_progress);
    }
    for &op in &takeover.carried.kept {
        let state = found[op.index()].map(|it| it.state);
        let run = state.and_then(|state| state.kept_from.clone());
        let run = run.unwrap_or_else(|| base.header.run.clone());
        let up_to_date = state.is_some_and(|state| state.up_to_date);
        takeover.kept_from.insert(op, KeptFrom { run, up_to_date });
    }
    Ok(takeover)
}

fn unknown(folder: &Path, why: &str) -> Fault {
    Fault::new(
        Code::UnknownRun,
        format!("the folder '{}' has no run that can be read: {why}", folder.display()),
    )
    .with_target(folder.display().to_string())
}

fn under_way(header: &Header) -> Fault {
    let Header { name, run, pid, .. } = header;
    Fault::new(Code::RunUnderWay, format!("run '{name}' ({run}) is under way in process {pid}"))
        .with_advice("Wait for its end, or stop it.")
        .with_target(run)
}

fn decide(
    plan: &Plan,
    found: &[Option<Found<'_>>],
    fingerprints: &[Fingerprint],
    options: &ResumeOptions,
    files: &[Option<Difference>],
) -> Vec<Verdict> {
    let unknown = Fingerprint::default();
    let known: Vec<_> = found
        .iter()
        .enumerate()
        .map(|(at, found)| {
            let declared = plan.up_to_date(OpId(at as u32));
            let known = facts::known(found.as_ref(), fingerprints.get(at).unwrap_or(&unknown), declared);
            Known { changed: known.changed.or(files.get(at).copied().flatten()), ..known }
        })
        .collect();
    decide_all(plan, &known, &options.choices())
}

/// What had succeeded, and has not been undone.
fn to_undo(plan: &Plan, found: &[Option<Found<'_>>]) -> Vec<OpId> {
    let is_left = |op: &OpId| found[op.index()].as_ref().is_some_and(Found::is_to_be_undone);
    plan.ids().filter(is_left).collect()
}

/// The count of deaths of each operation that was running when the last run died.
fn crashed(plan: &Plan, found: &[Option<Found<'_>>]) -> Vec<What> {
    let unknown = Fingerprint::default();
    let crash = |op: OpId| {
        let times = facts::known(found[op.index()].as_ref(), &unknown, None).crashes;
        (times > 0).then(|| What::Crashed(Crashed { op, name: plan.operation(op).name.clone(), times }))
    };
    plan.ids().filter_map(crash).collect()
}

/// The operations for which the table has no answer but the caller's.
fn refuse_what_is_asked(plan: &Plan, verdicts: &[Verdict], found: &[Option<Found<'_>>]) -> Result<(), Fault> {
    let asked = |reason: Reason| {
        let asks = move |verdict: &Verdict| {
            verdict.decision.action == Action::Ask && verdict.decision.reason == reason
        };
        plan.ids().filter(|op| asks(&verdicts[op.index()])).collect::<Vec<OpId>>()
    };
    let often = asked(Reason::CrashLimit);
    if let Some(first) = often.first() {
        let unknown = Fingerprint::default();
        let times = facts::known(found[first.index()].as_ref(), &unknown, None).crashes;
        let (was, it) = if often.len() == 1 { ("was", "it") } else { ("were", "them") };
        return Err(Fault::new(
            Code::CrashLimit,
            format!(
                "{} {was} running in {times} runs in a row that died, and may be why they did",
                quoted(plan, &often)
            ),
        )
        .with_advice(format!(
            "Find out why. With -Force {it} can be started again, or with a larger -MaxCrash."
        ))
        .with_target(plan.operation(*first).name.clone()));
    }
    let unknown = asked(Reason::Interrupted);
    let Some(first) = unknown.first() else { return Ok(()) };
    let (was, it) = if unknown.len() == 1 { ("was", "it") } else { ("were", "them") };
    Err(Fault::new(
        Code::OutcomeUnknown,
        format!("{} {was} running when the run died, and how far is not known", quoted(plan, &unknown)),
    )
    .with_advice(format!("Use -OnUnknown Rerun to run {it} again, or -OnUnknown Skip to leave {it} out."))
    .with_target(plan.operation(*first).name.clone()))
}

fn quoted(plan: &Plan, ops: &[OpId]) -> String {
    let names: Vec<String> =
        ops.iter().take(NAMED).map(|op| format!("'{}'", plan.operation(*op).name)).collect();
    match (names.split_last(), ops.len().saturating_sub(NAMED)) {
        (_, more) if more > 0 => format!("{} and {more} more operations", names.join(", ")),
        (Some((last, before)), _) if !before.is_empty() => format!("{} and {last}", before.join(", ")),
        _ => names.concat(),
    }
}

fn report(
    plan: &Plan,
    base: &Base,
    fingerprints: &[Fingerprint],
    options: &ResumeOptions,
    files: &[Option<Difference>],
) -> Report {
    let found = base.earlier.find(plan);
    let outlook = |op: OpId, action, reason: String, message, because_of: Option<OpId>| Outlook {
        name: plan.operation(op).name.clone(),
        action,
        status: found[op.index()]
            .as_ref()
            .map_or_else(String::new, |it| word(it.state.stage, &base.earlier.state)),
        reason,
        message,
        because_of: because_of.map(|op| plan.operation(op).name.clone()),
    };
    let operations = if options.undo {
        let left = to_undo(plan, &found);
        plan.ids()
            .map(|op| {
                let (action, reason, message) = match (left.contains(&op), plan.compensation_of(op)) {
                    (true, Some(_)) => ("undo", "succeeded", "It succeeded."),
                    (true, None) => ("leave", "no-rollback", "It succeeded, and has no rollback."),
                    (false, _) => ("leave", "nothing-to-undo", "It has nothing to undo."),
                };
                outlook(op, action, reason.to_owned(), message.to_owned(), None)
            })
            .collect()
    } else {
        let verdicts = decide(plan, &found, fingerprints, options, files);
        plan.ids()
            .zip(&verdicts)
            .map(|(op, verdict)| {
                let action = match verdict.decision.action {
                    Action::Keep => "keep",
                    Action::Rerun => "rerun",
                    Action::Skip => "skip",
                    Action::Ask => "ask",
                };
                let reason = serde_json::to_value(verdict.decision.reason).unwrap_or_default();
                let reason = reason.as_str().unwrap_or_default().to_owned();
                outlook(op, action, reason, sentence(plan, op, verdict, &found), verdict.because_of)
            })
            .collect()
    };
    Report {
        run: base.header.run.clone(),
        operations,
        removed: base.earlier.removed(plan),
        damage: base.damage.clone(),
    }
}

/// Where an operation was, or how it ended.
fn word(stage: Stage, state: &RunState) -> String {
    match stage {
        Stage::Ended(status) => format!("{status:?}"),
        Stage::Waiting | Stage::Backoff => format!("{stage:?}"),
        _ if state.status.is_none() => "Interrupted".to_owned(),
        stage => format!("{stage:?}"),
    }
}

/// A decision in words.
fn sentence(plan: &Plan, op: OpId, verdict: &Verdict, found: &[Option<Found<'_>>]) -> String {
    let blamed = || {
        let name = verdict.because_of.map(|op| format!("'{}'", plan.operation(op).name));
        name.unwrap_or_else(|| "something".to_owned())
    };
    let what = match verdict.changed {
        Some(Difference::Block) => "what it does has changed since",
        Some(Difference::Inputs) => "what it reads has changed since",
        Some(Difference::Outputs) => "what it made has changed since",
        Some(Difference::Parameters) | None => "the values it gets have changed since",
    };
    match verdict.decision.reason {
        Reason::New => "It is new.".to_owned(),
        Reason::Undone => "It was undone.".to_owned(),
        Reason::Watches => "It watches the others.".to_owned(),
        Reason::AsksAgain => "It asked to be run again after a restart.".to_owned(),
        Reason::AlwaysRuns => "It always runs.".to_owned(),
        Reason::NotReached => "It was not started.".to_owned(),
        Reason::Failed => {
            let how = found[op.index()].map(|it| it.state.stage);
            match how {
                Some(Stage::Ended(Status::TimedOut)) => "It timed out.".to_owned(),
                Some(Stage::Ended(Status::Canceled)) => "It was canceled.".to_owned(),
                Some(Stage::Ended(Status::Abandoned)) => "It was abandoned.".to_owned(),
                _ => "It failed.".to_owned(),
            }
        }
        Reason::CrashLimit => "It was running in too many runs in a row that died.".to_owned(),
        Reason::Interrupted => "It was running when the run died.".to_owned(),
        Reason::Tested => {
            "It was running when the run died, and is run unless its test says that it is done.".to_owned()
        }
        Reason::Changed => format!("It succeeded, but {what}."),
        Reason::Consequence => format!("It ran because {} had not succeeded.", blamed()),
        Reason::Rebuilt => format!("It depends on {}, which is made again.", blamed()),
        Reason::Needed if plan.stops(op).is_some() => format!("The service {} runs again.", blamed()),
        Reason::Needed => format!("{} needs this service.", blamed()),
        Reason::WasServing => "The service was ready when the run died.".to_owned(),
        Reason::NotNeeded => "The service was ready, and nothing needs it any more.".to_owned(),
        Reason::Succeeded => match verdict.changed {
            Some(_) => format!("It succeeded, and stays although {what}."),
            None => "It succeeded.".to_owned(),
        },
    }
}
