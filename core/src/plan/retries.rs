//! Retry policies, checked and with their patterns compiled.

use crate::error::{Code, Diagnostic};
use crate::operation::{RetryPolicy, RetryRule};

use regex_lite::{Regex, RegexBuilder};

/// The most attempts after the first one.
pub const MAX_RETRIES: u32 = 1_000;

/// The longest pause between two attempts: a day.
pub const MAX_DELAY_MS: u64 = 86_400_000;

/// What a timeout is matched as: its id and the gist of its text.
const TIMEOUT: &str = "LabRunner.OperationTimeout: took longer than its limit";

/// A checked policy.
#[derive(Clone, Debug)]
pub struct Retry {
    rule: RetryRule,
    retry_on: Box<[Regex]>,
    stop_on: Box<[Regex]>,
}

impl Retry {
    /// Checks a policy; `whose` says in findings whose it is.
    ///
    /// # Errors
    /// Every value that is out of range and every pattern that is not a regular expression.
    pub fn compile(policy: &RetryPolicy, whose: &str) -> Result<Self, Vec<Diagnostic>> {
        let mut findings = Vec::new();
        if policy.count > MAX_RETRIES {
            findings.push(
                Diagnostic::error(
                    Code::InvalidRetryPolicy,
                    format!("{whose} is to be retried {} times", policy.count),
                )
                .with_advice(format!("Retry at most {MAX_RETRIES} times.")),
            );
        }
        let longest = policy.delay_ms.max(policy.max_delay_ms.unwrap_or(0));
        if longest > MAX_DELAY_MS {
            findings.push(
                Diagnostic::error(
                    Code::InvalidRetryPolicy,
                    format!("{whose} is to wait {longest} ms before it is retried"),
                )
                .with_advice("Pauses are given in milliseconds and are at most a day."),
            );
        }
        let mut compile = |patterns: &[String]| -> Box<[Regex]> {
            let mut compiled = Vec::with_capacity(patterns.len());
            for pattern in patterns {
                match RegexBuilder::new(pattern).case_insensitive(true).build() {
                    Ok(regex) if !pattern.trim().is_empty() => compiled.push(regex),
                    built => {
                        let why = built.err().map_or_else(|| "it is empty".to_owned(), |e| e.to_string());
                        findings.push(
                            Diagnostic::error(
                                Code::InvalidPattern,
                                format!("a retry pattern of {whose} cannot be used: {why}"),
                            )
                            .with_advice(
                                "Give a regular expression; escape literal characters with a backslash.",
                            ),
                        );
                    }
                }
            }
            compiled.into()
        };
        let (retry_on, stop_on) = (compile(&policy.retry_on), compile(&policy.stop_on));
        if !findings.is_empty() {
            return Err(findings);
        }
        let rule = RetryRule {
            count: policy.count,
            delay_ms: policy.delay_ms,
            backoff: policy.backoff,
            max_delay_ms: policy.max_delay_ms.unwrap_or(MAX_DELAY_MS),
            jitter: policy.jitter,
            on_timeout: true,
        };
        let mut retry = Self { rule, retry_on, stop_on };
        retry.rule.on_timeout = retry.wants(TIMEOUT);
        Ok(retry)
    }

    /// The scheduler's part of it.
    pub fn rule(&self) -> RetryRule {
        self.rule
    }

    /// Whether an error with this text is one to retry.
    pub fn wants(&self, error: &str) -> bool {
        let any = |patterns: &[Regex]| patterns.iter().any(|pattern| pattern.is_match(error));
        !any(&self.stop_on) && (self.retry_on.is_empty() || any(&self.retry_on))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(retry_on: &[&str], stop_on: &[&str]) -> RetryPolicy {
        let owned = |patterns: &[&str]| patterns.iter().map(|&p| p.to_owned()).collect();
        RetryPolicy { count: 1, retry_on: owned(retry_on), stop_on: owned(stop_on), ..RetryPolicy::default() }
    }

    #[test]
    fn patterns_choose_what_is_retried() {
        let all = Retry::compile(&policy(&[], &[]), "x").unwrap();
        assert!(all.wants("anything") && all.rule().on_timeout);
        let some = Retry::compile(&policy(&["timed out", "503"], &["fatal"]), "x").unwrap();
        assert!(some.wants("it TIMED OUT") && some.wants("status 503"));
        assert!(!some.wants("no such file") && !some.wants("fatal: status 503"));
        assert!(!some.rule().on_timeout, "none of its patterns speaks of a timeout");
        assert!(Retry::compile(&policy(&["OperationTimeout"], &[]), "x").unwrap().rule().on_timeout);
    }

    #[test]
    fn what_cannot_be_meant_is_refused() {
        let odd = RetryPolicy { count: 5_000, delay_ms: u64::MAX, ..policy(&["("], &[" "]) };
        let codes: Vec<Code> = Retry::compile(&odd, "x").unwrap_err().iter().map(|f| f.code).collect();
        assert_eq!(
            codes,
            [Code::InvalidRetryPolicy, Code::InvalidRetryPolicy, Code::InvalidPattern, Code::InvalidPattern]
        );
    }
}
