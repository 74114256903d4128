//! Reads the operations that wait until a URL is answered as it should be.

use super::health::{address, statuses};
use super::work::WorkKeys;
use crate::config::text::diagnostics::Findings;
use crate::config::text::document::{Entry, Span};
use crate::config::text::fields::{self, Fields};
use crate::config::text::quantity::Unit;
use crate::error::Code;
use crate::operation::{Get, HealthCheck, Question, Work};

/// The time within which an answer has to come, where nothing is said.
const WITHIN_MS: u64 = 60_000;

/// Pause between two tries, where nothing is said.
const INTERVAL_MS: u64 = 2_000;

/// The keys that say what the answer has to be.
pub(in crate::config) struct CheckKeys<'n> {
    status: Option<&'n Entry>,
    body: Option<&'n Entry>,
    interval: Option<&'n Entry>,
    within: Option<&'n Entry>,
    insecure: Option<&'n Entry>,
}

impl<'n> CheckKeys<'n> {
    pub(in crate::config) fn take(fields: &mut Fields<'n>, findings: &mut Findings<'_>) -> Self {
        let mut take = |names: &[&'static str]| fields.take(names, findings);
        Self {
            status: take(&["status", "expected-status"]),
            body: take(&["body"]),
            interval: take(&["interval"]),
            within: take(&["within"]),
            insecure: take(&["insecure"]),
        }
    }

    /// A check of a URL.
    pub(in crate::config) fn read(
        &self,
        url: Option<&'n Entry>,
        work: &WorkKeys<'n>,
        at: Span,
        findings: &mut Findings<'_>,
    ) -> Option<Work> {
        work.refuse("an http-check operation", findings);
        let Some(url) = url else {
            let advice = "Add 'url:' with an http or https URL.";
            findings.error(Code::MissingWork, at.first_line(), "it has no URL to ask", advice);
            return None;
        };
        let text = fields::text(url, findings)?.trim().to_owned();
        let mut time =
            |entry: Option<&Entry>| entry.and_then(|entry| fields::duration(entry, Unit::Seconds, findings));
        let (interval, within) = (time(self.interval), time(self.within));
        let get = Get {
            url: text,
            status: self.status.map_or_else(Vec::new, |entry| statuses(entry, findings)),
            insecure: self.insecure.and_then(|entry| fields::boolean(entry, findings)).unwrap_or(false),
            body: self.body.and_then(|entry| fields::text(entry, findings)),
        };
        let question = address(Question::Http(get), url.value.at, findings)?;
        let check =
            HealthCheck { interval_ms: interval.unwrap_or(INTERVAL_MS), ..HealthCheck::new(question) };
        Some(Work::Checks { checks: vec![check], within_ms: Some(within.unwrap_or(WITHIN_MS)) })
    }
}
