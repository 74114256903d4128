//! What is known of a run before anything happens: who runs what, where, and how.

use crate::graph::OpId;
use crate::operation::Order;
use crate::plan::LeftOut;
use crate::plan::{Plan, Resource};
use crate::record::fingerprint::Fingerprint;
use crate::record::restart::Restarts;
use crate::record::scheduling::{self, Scheduling};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Version of the format; readers refuse a newer one.
pub const FORMAT: u32 = 2;

/// The name of runs without a name of their own.
pub const UNNAMED: &str = "run";

/// The content of `run.json`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Header {
    /// [`FORMAT`].
    pub format: u32,
    /// The run's id.
    pub run: String,
    /// The run that this one resumes or undoes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<String>,
    /// What it is to that run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub relation: Option<Relation>,
    /// Its name.
    pub name: String,
    /// The lab file it came from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// When it started, RFC 3339 in UTC.
    pub started_at: String,
    /// The machine it started on.
    pub host: String,
    /// What that machine calls its time since it was switched on; absent where it could not be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub boot: Option<String>,
    /// The process that started it.
    pub pid: u32,
    /// The restarts of the machine that took place for the runs before it.
    #[serde(default, skip_serializing_if = "Restarts::is_none")]
    pub restarts: Restarts,
    /// A hash of `plan.json`: runs with equal plans and equal estimates have equal ones.
    pub plan: String,
    /// A hash of `lab.json`; absent where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lab: Option<String>,
    /// Number of operations, compensations not counted.
    pub operations: u32,
    /// How many operations could run at the same time.
    pub max_concurrency: u32,
    /// The options it was started with, without secrets. Only who starts runs knows what they mean.
    pub options: Value,
}

/// What a run is to its parent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Relation {
    /// It goes on where the parent stopped.
    #[default]
    Resumes,
    /// It undoes what had succeeded in the parent.
    Undoes,
}

impl Header {
    /// Whether the run has no name, neither its own nor that of a lab file.
    pub fn is_unnamed(&self) -> bool {
        self.source.is_none() && self.name == UNNAMED
    }

    /// What was left out before the run began.
    pub fn left_out(&self) -> Vec<LeftOut> {
        let left_out = self.options.get("left_out");
        left_out.and_then(|left_out| Vec::deserialize(left_out).ok()).unwrap_or_default()
    }
}

/// An operation as `plan.json` has it. Values are not written: they may be secrets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedOperation {
    /// Name as declared.
    pub name: String,
    /// Second name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Declared type.
    #[serde(rename = "type", default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// The operations that must end before it starts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub after: Vec<OpId>,
    /// The operation it undoes; absent for a declared one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compensates: Option<OpId>,
    /// Whether it only watches the others, and so takes no slot.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub monitor: bool,
    /// What it takes while it runs beside its slot: places in [`RecordedPlan::resources`], and amounts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub needs: Vec<(u32, u32)>,
    /// What the scheduler goes by, where it is not a plain operation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scheduling: Option<Box<Scheduling>>,
    /// By what it is known again.
    #[serde(flatten)]
    pub fingerprint: Fingerprint,
}

impl PlannedOperation {
    /// One of which only the name is known.
    pub fn named(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            id: None,
            kind: None,
            after: Vec::new(),
            compensates: None,
            monitor: false,
            needs: Vec::new(),
            scheduling: None,
            fingerprint: Fingerprint::default(),
        }
    }
}

/// Something that operations take from while they run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedResource {
    /// `memory`, `cpu`, `network`, `disk`, `pool`, `lock` or `conflict`.
    pub kind: String,
    /// The name of the pool or lock, the members of a conflict; else as its kind.
    pub name: String,
    /// How much there is.
    pub capacity: u32,
}

/// What a `plan.json` says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct RecordedPlan {
    /// The operations, compensations last.
    pub operations: Vec<PlannedOperation>,
    /// What they take from; absent in records of older versions.
    #[serde(default)]
    pub resources: Vec<PlannedResource>,
    /// How ready operations were ranked. Where it is absent, an older version has written the record, and it does not have
    /// what the scheduler went by.
    #[serde(default)]
    pub order: Option<Order>,
    /// How long operations took in earlier runs, in milliseconds, where their place in the order was decided by that.
    #[serde(default)]
    pub past: Vec<Option<u64>>,
}

/// The content of `plan.json`: a line for each operation, compensations last, with what is known of the first ones.
pub fn plan_document(plan: &Plan, fingerprints: &[Fingerprint]) -> Vec<u8> {
    let mut text = b"{\"operations\":[".to_vec();
    for op in plan.nodes() {
        let operation = plan.operation(op);
        let planned = PlannedOperation {
            name: operation.name.clone(),
            id: operation.id.clone(),
            kind: operation.kind.clone(),
            after: after(plan, op),
            compensates: plan.compensates(op),
            monitor: plan.facts(op).monitor,
            needs: plan.resources().demands(op).iter().map(|it| (it.resource.0, it.amount)).collect(),
            scheduling: Scheduling::of(plan, op),
            fingerprint: fingerprints.get(op.index()).cloned().unwrap_or_default(),
        };
        text.extend_from_slice(if op.index() == 0 { b"\n" } else { b",\n" });
        // A document of names and numbers can always be written.
        text.extend(serde_json::to_vec(&planned).unwrap_or_default());
    }
    text.extend_from_slice(b"\n]");
    let resources: Vec<PlannedResource> = plan.resources().list().iter().map(PlannedResource::of).collect();
    let past = scheduling::past(plan);
    member(&mut text, "resources", (!resources.is_empty()).then_some(&resources));
    member(&mut text, "order", Some(plan.order()));
    member(&mut text, "past", (!past.is_empty()).then_some(&past));
    text.extend_from_slice(b"}\n");
    text
}

fn member(text: &mut Vec<u8>, name: &str, value: Option<&impl Serialize>) {
    if let Some(value) = value {
        text.extend_from_slice(format!(",\"{name}\":").as_bytes());
        text.extend(serde_json::to_vec(value).unwrap_or_default());
    }
}

impl PlannedResource {
    fn of(resource: &Resource) -> Self {
        Self {
            kind: resource.kind.word().to_owned(),
            name: resource.name.clone(),
            capacity: resource.capacity,
        }
    }
}

/// What must end before an operation starts. Compensations have an order of their own, which is that of the rollback.
fn after(plan: &Plan, op: OpId) -> Vec<OpId> {
    if plan.compensates(op).is_some() { Vec::new() } else { plan.graph().dependencies.of(op).to_vec() }
}

/// The hash of a plan's document, as a header has it.
pub fn fingerprint(document: &[u8]) -> String {
    format!("{:032x}", xxhash_rust::xxh3::xxh3_128(document))
}
