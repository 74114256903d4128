//! Reads how a lab wants its operations to be run.

use super::model::Settings;
use super::retries::{self, RetryKeys};
use super::{health, isolation, resources};
use crate::config::text::diagnostics::Findings;
use crate::config::text::fields::{self, Fields};
use crate::config::text::quantity::Unit;
use crate::error::Code;
use crate::operation::{FailureStrategy, Order, RetryRule};

/// Takes the settings of a lab, and what it says about retries for operations that say only a part of it.
pub(in crate::config) fn take(lab: &mut Fields<'_>, findings: &mut Findings<'_>) -> (Settings, RetryKeys) {
    let mut settings = Settings::default();
    let mut retry = RetryKeys::default();
    let mut concurrency = lab.take(&["max-concurrency", "max-parallelism"], findings);
    let mut pools = Vec::from_iter(lab.take(&["pools"], findings));
    if let Some(mapping) =
        lab.take(&["settings"], findings).and_then(|entry| fields::mapping(entry, findings))
    {
        let mut fields = Fields::new(mapping);
        let mut minutes = |names: &[&'static str]| {
            let entry = fields.take(names, findings)?;
            fields::duration(entry, Unit::Minutes, findings)
        };
        settings.timeout_ms = minutes(&["timeout", "default-timeout"]);
        settings.run_timeout_ms = minutes(&["run-timeout"]);
        concurrency =
            fields.take(&["max-concurrency", "max-parallelism", "throttle"], findings).or(concurrency);
        settings.failure = failure(&mut fields, findings);
        settings.cancel_running =
            fields.take(&["cancel-running"], findings).and_then(|entry| fields::boolean(entry, findings));
        settings.single =
            fields.take(&["single"], findings).and_then(|entry| fields::boolean(entry, findings));
        settings.max_restarts = fields
            .take(&["max-restarts"], findings)
            .and_then(|entry| fields::whole(entry, 0..=100, findings))
            .and_then(|number| u32::try_from(number).ok());
        settings.resume_after_restart = fields
            .take(&["resume-after-restart"], findings)
            .and_then(|entry| fields::boolean(entry, findings));
        settings.order = order(&mut fields, findings);
        settings.limits = fields
            .take(&["resource-limits"], findings)
            .and_then(|entry| resources::limits(entry, findings))
            .unwrap_or_default();
        pools.extend(fields.take(&["pools"], findings));
        retry = retries::take(&mut fields, findings).map(|(_, keys)| keys).unwrap_or_default();
        if settings.failure == Some(FailureStrategy::Retry) && retry != RetryKeys::default() {
            // Without a number this strategy has one of its own.
            retry.count.get_or_insert(RetryRule::DEFAULT.count);
        }
        settings.retry = retry.clone().policy();
        settings.isolation = isolation::take(&mut fields, findings);
        settings.monitoring = fields
            .take(&["health-monitoring"], findings)
            .and_then(|entry| health::monitoring(entry, findings));
        fields.ignore_yet(&["performance-analytics"], findings);
        fields.finish("'settings'", findings);
    }
    settings.limits.pools = resources::pools(&pools, findings);
    settings.max_concurrency = concurrency
        .and_then(|entry| fields::whole(entry, 1..=1024, findings))
        .and_then(|number| u32::try_from(number).ok());
    (settings, retry)
}

fn failure(fields: &mut Fields<'_>, findings: &mut Findings<'_>) -> Option<FailureStrategy> {
    let strategy = fields.take(&["failure-strategy"], findings);
    let goes_on = fields.take(&["continue-on-error"], findings);
    if let (Some(_), Some(entry)) = (strategy, goes_on) {
        let message = format!("'failure-strategy' and '{}' say the same thing", entry.key);
        findings.error(Code::InvalidValue, entry.key_at, &message, "Keep 'failure-strategy'.");
    }
    match (strategy, goes_on) {
        (Some(entry), _) => {
            let known = [
                ("stop", FailureStrategy::Stop),
                ("continue", FailureStrategy::Continue),
                ("retry", FailureStrategy::Retry),
                ("rollback", FailureStrategy::Rollback),
            ];
            fields::choice(entry, &known, &[], findings)
        }
        (None, Some(entry)) => {
            let strategy = |on| if on { FailureStrategy::Continue } else { FailureStrategy::Stop };
            fields::boolean(entry, findings).map(strategy)
        }
        (None, None) => None,
    }
}

fn order(fields: &mut Fields<'_>, findings: &mut Findings<'_>) -> Option<Order> {
    #[derive(Clone, Copy, PartialEq)]
    enum Mode {
        Sequential,
        Parallel,
        Intelligent,
        Custom,
    }
    let mode = fields.take(&["orchestration-mode", "mode"], findings);
    let names = fields.take(&["custom-order", "order"], findings);
    let chosen = match mode {
        Some(entry) => {
            let known = [
                ("sequential", Mode::Sequential),
                ("parallel", Mode::Parallel),
                ("intelligent", Mode::Intelligent),
                ("custom", Mode::Custom),
            ];
            fields::choice(entry, &known, &[], findings)?
        }
        None if names.is_some() => Mode::Custom,
        None => return None,
    };
    match (chosen, names, mode) {
        (Mode::Custom, Some(entry), _) => fields::texts(entry, findings).map(|names| Order::Custom { names }),
        (Mode::Custom, None, Some(mode)) => {
            let advice = "Add 'custom-order:' with the names of the operations, first one first.";
            findings.error(Code::MissingKey, mode.value.at, "the mode 'custom' needs an order", advice);
            None
        }
        (_, Some(entry), Some(_)) => {
            let message = format!("'{}' belongs to the mode 'custom'", entry.key);
            let advice = "Write 'orchestration-mode: custom', or remove the order.";
            findings.error(Code::InvalidValue, entry.key_at, &message, advice);
            None
        }
        (Mode::Sequential, ..) => Some(Order::Sequential),
        (Mode::Parallel, ..) => Some(Order::Parallel),
        (Mode::Intelligent | Mode::Custom, ..) => Some(Order::Intelligent),
    }
}
