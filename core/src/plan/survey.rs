//! What every operation says of itself: checked, and laid out so that each kind of value lies together.

use super::estimates::{EstimatesBuilder, PastDurations};
use super::retries::Retry;
use super::traits::Traits;
use super::{DEFAULT_PRIORITY, OpId};
use crate::error::{Code, Diagnostic};
use crate::operation::{Operation, ProcessMode, Work};
use std::collections::BTreeMap;

/// What is known of the operations themselves.
pub(super) struct Survey<'a> {
    /// By operation.
    pub(super) priorities: Vec<u8>,
    pub(super) traits: Vec<Traits>,
    pub(super) estimates: EstimatesBuilder<'a>,
    pub(super) retries: BTreeMap<OpId, Retry>,
    /// The operations that have a compensation, in declared order.
    pub(super) compensated: Vec<OpId>,
    pub(super) has_monitors: bool,
    pub(super) has_needs: bool,
    pub(super) findings: Vec<Diagnostic>,
}

impl<'a> Survey<'a> {
    /// Of nobody so far, and with room for so many.
    pub(super) fn with_room(room: usize, past: &'a PastDurations) -> Self {
        Self {
            priorities: Vec::with_capacity(room),
            traits: Vec::with_capacity(room),
            estimates: EstimatesBuilder::new(room, past),
            retries: BTreeMap::new(),
            compensated: Vec::new(),
            has_monitors: false,
            has_needs: false,
            findings: Vec::new(),
        }
    }

    /// Takes what is known of the operations that come after all so far.
    pub(super) fn append(&mut self, mut next: Self) {
        self.priorities.append(&mut next.priorities);
        self.traits.append(&mut next.traits);
        self.estimates.append(next.estimates);
        self.retries.append(&mut next.retries);
        self.compensated.append(&mut next.compensated);
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
        check_values(operation, findings);
        let is_monitor = operation.is_monitor();
        self.has_monitors |= is_monitor;
        self.estimates.push(operation, is_monitor);
        self.priorities.push(priority(operation));
        self.traits.push(Traits::of(operation, is_monitor));
        self.has_needs |= operation.needs.is_some();
        if operation.compensation.is_some() {
            self.compensated.push(id);
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
    if let Work::Process(process) = &operation.work {
        if process.command.trim().is_empty() {
            invalid(format!("operation '{name}' names no program"), "Give it a command.");
        }
        if process.mode == ProcessMode::Service && process.ready.is_none() {
            invalid(
                format!("service '{name}' has no readiness probe"),
                "Say how it shows that it is ready: ready: { tcp: host:port } or ready: { http: url }.",
            );
        }
        if process.mode == ProcessMode::Task && process.ready.is_some() {
            invalid(
                format!("operation '{name}' has a readiness probe but is no service"),
                "Set mode: service, or leave the probe out.",
            );
        }
    }
    if let Some(work) = &operation.compensation {
        let odd = match &**work {
            _ if operation.is_monitor() => Some("a monitor does nothing that could be undone"),
            Work::Script => None,
            Work::Process(process) if process.command.trim().is_empty() => {
                Some("its compensation names no program")
            }
            Work::Process(process) if process.mode == ProcessMode::Task => None,
            Work::Process(_) | Work::Stop { .. } => Some("its compensation must end by itself"),
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
