//! What every operation says of itself: checked, and laid out so that each kind of value lies together.

use super::estimates::{EstimatesBuilder, PastDurations};
use super::facts::Facts;
use super::retries::Retry;
use crate::error::{Code, Diagnostic};
use crate::graph::OpId;
use crate::operation::Operation;
use std::collections::BTreeMap;

/// Priority of an operation that names none.
const DEFAULT_PRIORITY: u8 = 5;

/// What is known of the operations themselves.
pub(super) struct Survey<'a> {
    /// By operation.
    pub(super) priorities: Vec<u8>,
    pub(super) facts: Vec<Facts>,
    pub(super) estimates: EstimatesBuilder<'a>,
    pub(super) retries: BTreeMap<OpId, Retry>,
    /// The operations that have a compensation, in declared order.
    pub(super) compensated: Vec<OpId>,
    /// The operations that say when they are up to date, in declared order.
    pub(super) checked: Vec<OpId>,
    /// The operations that are checked while the run goes on, in declared order.
    pub(super) watched: Vec<OpId>,
    pub(super) has_monitors: bool,
    pub(super) has_needs: bool,
    pub(super) findings: Vec<Diagnostic>,
}

impl<'a> Survey<'a> {
    /// Empty, with capacity for `room` operations.
    pub(super) fn with_room(room: usize, past: &'a PastDurations) -> Self {
        Self {
            priorities: Vec::with_capacity(room),
            facts: Vec::with_capacity(room),
            estimates: EstimatesBuilder::new(room, past),
            retries: BTreeMap::new(),
            compensated: Vec::new(),
            checked: Vec::new(),
            watched: Vec::new(),
            has_monitors: false,
            has_needs: false,
            findings: Vec::new(),
        }
    }

    /// Appends the next range.
    pub(super) fn append(&mut self, mut next: Self) {
        self.priorities.append(&mut next.priorities);
        self.facts.append(&mut next.facts);
        self.estimates.append(next.estimates);
        self.retries.append(&mut next.retries);
        self.compensated.append(&mut next.compensated);
        self.checked.append(&mut next.checked);
        self.watched.append(&mut next.watched);
        self.has_monitors |= next.has_monitors;
        self.has_needs |= next.has_needs;
        self.findings.append(&mut next.findings);
    }

    /// Looks at the next operation.
    pub(super) fn take(&mut self, id: OpId, operation: &Operation, has_name: bool) {
        let findings = &mut self.findings;
        if !has_name {
            findings.push(
                Diagnostic::error(Code::MissingName, format!("operation {} has no name", id.0 + 1))
                    .with_advice("Give it a Name.")
                    .with_place(operation.at.clone()),
            );
        }
        check_name(operation, findings);
        check_values(operation, findings);
        let facts = Facts::of(operation);
        self.has_monitors |= facts.monitor;
        self.estimates.push(operation, facts.monitor);
        self.priorities.push(priority(operation));
        self.facts.push(facts);
        self.has_needs |= operation.needs.is_some();
        if operation.compensation.is_some() {
            self.compensated.push(id);
        }
        if operation.up_to_date.is_some() {
            self.checked.push(id);
        }
        if !operation.health.is_empty() {
            self.watched.push(id);
        }
        if let Some(policy) = &operation.retry {
            match Retry::compile(policy, &format!("operation '{}'", operation.name)) {
                Ok(retry) => {
                    self.retries.insert(id, retry);
                }
                Err(odd) => {
                    findings.extend(odd.into_iter().map(|finding| {
                        finding.with_operation(&operation.name).with_place(operation.at.clone())
                    }))
                }
            }
        }
    }
}

/// The priority of an operation, 1 (first) to 10 (last).
pub(super) fn priority(operation: &Operation) -> u8 {
    operation.priority.map_or(DEFAULT_PRIORITY, |value| value.clamp(1, 10) as u8)
}

/// A line break or an escape sequence in a name would write lines of its own into logs and move a terminal's cursor.
fn check_name(operation: &Operation, findings: &mut Vec<Diagnostic>) {
    for text in [Some(&operation.name), operation.id.as_ref()].into_iter().flatten() {
        if text.contains(char::is_control) {
            let shown = text.escape_debug().to_string();
            findings.push(
                Diagnostic::error(
                    Code::InvalidName,
                    format!("operation '{shown}' has a control character in its name"),
                )
                .with_advice("Write names without line breaks, tabs and escape sequences.")
                .with_operation(shown)
                .with_place(operation.at.clone()),
            );
        }
    }
}

fn check_values(operation: &Operation, findings: &mut Vec<Diagnostic>) {
    let mut invalid = |what: String, advice: &str| {
        findings.push(
            Diagnostic::error(Code::InvalidValue, what)
                .with_advice(advice)
                .with_operation(&operation.name)
                .with_place(operation.at.clone()),
        );
    };
    let name = &operation.name;
    if let Some(priority) = operation.priority.filter(|priority| !(1..=10).contains(priority)) {
        invalid(
            format!("operation '{name}' has priority {priority}"),
            "Priorities go from 1 (first) to 10 (last).",
        );
    }
    if operation.timeout_ms == Some(0) {
        invalid(
            format!("operation '{name}' has a timeout of zero"),
            "Give a limit above zero, or none for the run's default.",
        );
    }
    if operation.total_timeout_ms == Some(0) {
        invalid(
            format!("operation '{name}' has a total timeout of zero"),
            "Give a limit above zero, or none.",
        );
    }
    operation.work.check(name, &mut invalid);
    if let Some(up_to_date) = &operation.up_to_date {
        let work = operation.work.facts();
        let always = match () {
            () if operation.is_monitor() => Some("a monitor"),
            () if work.service => Some("a service"),
            () if operation.work.stops().is_some() => Some("the stop of a service"),
            () => None,
        };
        up_to_date.check(name, always, &mut invalid);
    }
    check_health(operation, &mut invalid);
    if let Some(work) = &operation.compensation {
        let odd = if operation.is_monitor() {
            Some("a monitor does nothing that could be undone")
        } else if work.facts().must_end {
            work.check_as_compensation(name, &mut invalid);
            None
        } else {
            Some("its compensation must end by itself")
        };
        if let Some(why) = odd {
            findings.push(
                Diagnostic::error(
                    Code::InvalidCompensation,
                    format!("operation '{name}' cannot be undone: {why}"),
                )
                .with_advice("Give a script, or a program that ends; services are stopped when the run ends.")
                .with_operation(name)
                .with_place(operation.at.clone()),
            );
        }
    }
}

/// What is wrong with the checks of an operation.
fn check_health(operation: &Operation, invalid: &mut impl FnMut(String, &str)) {
    let name = &operation.name;
    if operation.health.is_empty() {
        return;
    }
    let odd = match () {
        () if operation.is_monitor() => Some("a monitor"),
        () if operation.work.stops().is_some() => Some("the stop of a service"),
        () => None,
    };
    if let Some(kind) = odd {
        invalid(
            format!("operation '{name}' has health checks, but it is {kind}, which leaves nothing to check"),
            "Give the checks to the operation whose work they look at.",
        );
        return;
    }
    for (place, check) in operation.health.iter().enumerate() {
        check.check(name, operation.work.facts().service, operation.compensation.is_some(), invalid);
        let title = check.title();
        if operation.health[..place].iter().any(|other| other.title() == title) {
            invalid(
                format!("operation '{name}' has two health checks called '{title}'"),
                "Give each a name of its own.",
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::error::{Code, Diagnostic};
    use crate::operation::{Operation, PlanRequest, Probe, ProbeCheck, ProcessMode, ProcessSpec, Work};
    use crate::plan::Plan;
    use crate::plan::tests::process;

    fn faults(change: impl Fn(&mut ProcessSpec), operation: Operation) -> Vec<Diagnostic> {
        let mut operation = operation;
        let Work::Process(spec) = &mut operation.work else { panic!("a program") };
        change(spec);
        let request = PlanRequest { operations: vec![operation], ..PlanRequest::default() };
        Plan::compile(request).map_or_else(|fault| fault.diagnostics, |_| Vec::new())
    }

    fn said(change: impl Fn(&mut ProcessSpec)) -> Vec<String> {
        let found = faults(change, process("web", ProcessMode::Service));
        assert!(found.iter().all(|finding| finding.code == Code::InvalidValue), "{found:?}");
        found.into_iter().map(|finding| finding.message).collect()
    }

    #[test]
    fn the_address_of_a_probe_is_read_before_anything_starts() {
        let asking = |check: ProbeCheck| {
            said(move |spec| spec.ready = Some(Probe { check: check.clone(), ..spec.ready.clone().unwrap() }))
        };
        assert_eq!(asking(ProbeCheck::Http("https://localhost:8443/".into())), [""; 0]);
        assert_eq!(asking(ProbeCheck::Tcp("8080".into())), [""; 0]);
        assert_eq!(
            asking(ProbeCheck::Tcp("localhost".into())),
            ["Operation 'web': the readiness probe 'localhost' has no port."]
        );
        assert_eq!(
            asking(ProbeCheck::Http("localhost:80".into())),
            ["Operation 'web': the readiness probe 'localhost:80' does not start with http:// or https://"]
        );
    }

    #[test]
    fn what_no_program_could_be_started_with_is_a_fault_of_the_plan() {
        let null = "Operation 'web' has a null character, which no program can be given.";
        assert_eq!(said(|spec| spec.command = " ".into()), ["Operation 'web' does not name a program."]);
        assert_eq!(said(|spec| spec.command = "a\0".into()), [null]);
        assert_eq!(said(|spec| spec.arguments = vec!["a\0".into()]), [null]);
        assert_eq!(said(|spec| _ = spec.environment.insert("A".into(), Some("\0".into()))), [null]);
        assert_eq!(
            said(|spec| _ = spec.environment.insert("A=B".into(), None)),
            ["Operation 'web' sets the variable 'A=B', which cannot be a name."]
        );
        assert_eq!(
            said(|spec| spec.working_directory = Some("sub/folder".into())),
            ["Operation 'web' starts 'prog' in 'sub/folder', which is not an absolute path."]
        );
        for whole in ["/srv", "C:\\srv", "\\\\server\\share"] {
            assert_eq!(said(|spec| spec.working_directory = Some(whole.into())), [""; 0], "{whole}");
        }
    }
}
