//! Reads when failed operations are tried again.

use crate::config::text::diagnostics::Findings;
use crate::config::text::document::{Entry, Node, Value};
use crate::config::text::fields::{self, Fields};
use crate::error::Code;
use crate::operation::{Backoff, RetryPolicy};
use crate::plan::{MAX_DELAY_MS, MAX_RETRIES};
use regex_lite::RegexBuilder;

/// What a file says about retries in one place. What is absent is said elsewhere, or not at all.
#[derive(Clone, Debug, Default, PartialEq)]
pub(in crate::config) struct RetryKeys {
    /// Zero also for a number that cannot be used, which has been reported.
    pub(in crate::config) count: Option<u32>,
    delay_ms: Option<u64>,
    backoff: Option<Backoff>,
    max_delay_ms: Option<u64>,
    jitter: Option<bool>,
    retry_on: Option<Vec<String>>,
    stop_on: Option<Vec<String>>,
}

impl RetryKeys {
    /// These, and from `others` what these leave open.
    pub(in crate::config) fn over(self, others: &Self) -> Self {
        let others = others.clone();
        Self {
            count: self.count.or(others.count),
            delay_ms: self.delay_ms.or(others.delay_ms),
            backoff: self.backoff.or(others.backoff),
            max_delay_ms: self.max_delay_ms.or(others.max_delay_ms),
            jitter: self.jitter.or(others.jitter),
            retry_on: self.retry_on.or(others.retry_on),
            stop_on: self.stop_on.or(others.stop_on),
        }
    }

    /// The policy; none without a number of retries.
    pub(in crate::config) fn policy(self) -> Option<RetryPolicy> {
        Some(RetryPolicy {
            count: self.count?,
            delay_ms: self.delay_ms.unwrap_or_default(),
            backoff: self.backoff.unwrap_or_default(),
            max_delay_ms: self.max_delay_ms,
            jitter: self.jitter.unwrap_or_default(),
            retry_on: self.retry_on.unwrap_or_default(),
            stop_on: self.stop_on.unwrap_or_default(),
        })
    }
}

/// Takes `retry-count` and `retry-delay`, or `retry` with all of it below. Nothing when none is there;
/// else also the first of these keys.
pub(in crate::config) fn take<'n>(
    fields: &mut Fields<'n>,
    findings: &mut Findings<'_>,
) -> Option<(&'n Entry, RetryKeys)> {
    let number = fields.take(&["retry-count"], findings);
    let delay = fields.take(&["retry-delay"], findings);
    let whole = fields.take(&["retry"], findings);
    if let (Some(whole), Some(short)) = (whole, number.or(delay)) {
        let message = format!("both '{}' and '{}' say how it is retried", short.key, whole.key);
        let advice = format!("Move all of it below '{}:', as 'count' and 'delay'.", whole.key);
        findings.error(Code::InvalidValue, short.key_at, &message, advice);
    }
    let first = whole.or(number).or(delay)?;
    let keys = match whole {
        Some(entry) => below(entry, findings),
        None => RetryKeys {
            count: number.map(|entry| count(entry, findings)),
            delay_ms: delay.and_then(|entry| pause(entry, findings)),
            ..RetryKeys::default()
        },
    };
    Some((first, keys))
}

fn below(entry: &Entry, findings: &mut Findings<'_>) -> RetryKeys {
    let Some(mapping) = fields::mapping(entry, findings) else {
        return RetryKeys { count: Some(0), ..RetryKeys::default() };
    };
    let mut fields = Fields::new(mapping);
    let mut take = |name: &'static str| fields.take(&[name], findings);
    let (number, delay, growth) = (take("count"), take("delay"), take("backoff"));
    let (longest, jitter) = (take("max-delay"), take("jitter"));
    let (retry_on, stop_on) = (take("retry-on"), take("stop-on"));
    let growths = [("fixed", Backoff::Fixed), ("exponential", Backoff::Exponential)];
    let keys = RetryKeys {
        count: number.map(|entry| count(entry, findings)),
        delay_ms: delay.and_then(|entry| pause(entry, findings)),
        backoff: growth.and_then(|entry| fields::choice(entry, &growths, &[], findings)),
        max_delay_ms: longest.and_then(|entry| pause(entry, findings)),
        jitter: jitter.and_then(|entry| fields::boolean(entry, findings)),
        retry_on: retry_on.and_then(|entry| patterns(entry, findings)),
        stop_on: stop_on.and_then(|entry| patterns(entry, findings)),
    };
    fields.finish(&format!("'{}'", entry.key), findings);
    keys
}

fn count(entry: &Entry, findings: &mut Findings<'_>) -> u32 {
    let count = fields::whole(entry, 0..=i64::from(MAX_RETRIES), findings);
    count.and_then(|count| u32::try_from(count).ok()).unwrap_or_default()
}

fn pause(entry: &Entry, findings: &mut Findings<'_>) -> Option<u64> {
    let ms = fields::pause(entry, findings)?;
    if ms > MAX_DELAY_MS {
        let message = format!("'{}' is longer than a day", entry.key);
        let advice = "Pauses between attempts are at most a day; a bare number is in seconds.";
        findings.error(Code::InvalidQuantity, entry.value.at, &message, advice);
        return None;
    }
    Some(ms)
}

/// Regular expressions, each checked where it stands.
fn patterns(entry: &Entry, findings: &mut Findings<'_>) -> Option<Vec<String>> {
    let patterns = fields::texts(entry, findings)?;
    let nodes: &[Node] = match &entry.value.value {
        Value::Sequence(items) => items,
        _ => std::slice::from_ref(&entry.value),
    };
    for node in nodes {
        let Some(pattern) = fields::text_of(node) else { continue };
        let why = match RegexBuilder::new(&pattern).case_insensitive(true).build() {
            Ok(_) if !pattern.trim().is_empty() => continue,
            Ok(_) => "it is empty".to_owned(),
            Err(error) => error.to_string(),
        };
        let message = format!("a pattern of '{}' cannot be used: {why}", entry.key);
        let advice = "Give a regular expression; escape literal characters with a backslash.";
        findings.error(Code::InvalidPattern, node.at, &message, advice);
    }
    Some(patterns)
}
