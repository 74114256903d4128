//! How the health checks of a run stand, as a report has them, and in words.

use super::plain::{count, one_line};
use super::seen::Seen;
use crate::health::Status;
use crate::operation::Remedy;
use crate::record::health::CheckState;
use serde::Serialize;
use std::collections::BTreeMap;

/// One check.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub struct HealthPart {
    /// The operation that is checked; nothing for what is watched of the run as a whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operation: Option<String>,
    /// What the check is called.
    pub check: String,
    /// `starting`, `healthy` or `unhealthy`.
    #[cfg_attr(test, schemars(with = "String"))]
    pub status: Status,
    /// Since when.
    pub since_ms: u64,
    /// How often it has become unhealthy.
    pub times_unhealthy: u32,
    /// Why it was unhealthy last; empty where it never was.
    pub message: String,
    /// What was done about it, by its word in lab files, and how often.
    pub remedies: BTreeMap<String, u32>,
}

/// The checks of the run as a whole, then those of its operations.
pub fn parts(seen: &Seen) -> Vec<HealthPart> {
    let of_run = seen.state.health.iter().map(|check| part(None, check));
    let operations = seen.state.operations.iter();
    let of_operations =
        operations.flat_map(|state| state.health.iter().map(|check| part(Some(state.name.clone()), check)));
    of_run.chain(of_operations).collect()
}

fn part(operation: Option<String>, check: &CheckState) -> HealthPart {
    HealthPart {
        operation,
        check: check.check.clone(),
        status: check.status,
        since_ms: check.since_ms,
        times_unhealthy: check.times_unhealthy,
        message: check.message.clone(),
        remedies: check.remedies.iter().map(|(remedy, times)| (word(*remedy).to_owned(), *times)).collect(),
    }
}

fn word(remedy: Remedy) -> &'static str {
    Remedy::WORDS.iter().find(|(_, known)| *known == remedy).map_or("", |(word, _)| word)
}

impl HealthPart {
    /// Whether it is unhealthy, or was.
    pub fn was_unhealthy(&self) -> bool {
        self.times_unhealthy > 0
    }

    /// How it stands, in words.
    pub fn state(&self) -> String {
        let again = if self.status == Status::Healthy && self.was_unhealthy() { " again" } else { "" };
        format!("{}{again}", self.status)
    }

    /// How it stands, and what has happened.
    pub fn account(&self) -> String {
        let history = self.history();
        if history.is_empty() { self.state() } else { format!("{}; {history}", self.state()) }
    }

    /// How often it was unhealthy, why, and what was done.
    pub fn history(&self) -> String {
        if !self.was_unhealthy() {
            return String::new();
        }
        let mut parts = vec![format!("unhealthy {}", count(self.times_unhealthy as usize, "time"))];
        parts.extend(
            self.remedies
                .iter()
                .map(|(remedy, times)| format!("{remedy} {}", count(*times as usize, "time"))),
        );
        let text = parts.join(", ");
        if self.message.is_empty() { text } else { format!("{text}: {}", one_line(&self.message)) }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Lab, Task};
    use super::super::{html, junit, markdown, model};
    use super::*;
    use crate::graph::OpId;
    use crate::record::health::Health;
    use crate::record::{Entry, What};

    fn entry(op: Option<u32>, status: Status, remedy: Option<Remedy>) -> Health {
        Health {
            op: op.map(OpId),
            name: "web".to_owned(),
            attempt: 1,
            check: "http x".to_owned(),
            status,
            failures: 3,
            message: if status == Status::Unhealthy { "<refused>".to_owned() } else { String::new() },
            remedy,
            time: 1,
            budget: 3,
            refused: None,
        }
    }

    fn report() -> super::super::document::Report {
        let mut seen = Lab { tasks: vec![Task::new("web", &[], 5)], slots: 1, ..Lab::default() }.seen();
        for (seq, health) in (100..).zip([
            entry(Some(0), Status::Unhealthy, Some(Remedy::Restart)),
            entry(Some(0), Status::Healthy, None),
            Health { check: "memory".to_owned(), ..entry(None, Status::Unhealthy, Some(Remedy::Notify)) },
            Health { check: "disk".to_owned(), ..entry(None, Status::Healthy, None) },
        ]) {
            seen.state.apply(&Entry { seq, at: 7, what: What::Health(Box::new(health)) });
        }
        model::report(&seen)
    }

    #[test]
    fn the_checks_are_in_the_document_those_of_the_run_first() {
        let health = report().health;
        let told: Vec<_> =
            health.iter().map(|it| (it.operation.clone(), it.check.clone(), it.account())).collect();
        let expected = [
            (None, "memory", "unhealthy; unhealthy 1 time, notify 1 time: <refused>"),
            (None, "disk", "healthy"),
            (Some("web"), "http x", "healthy again; unhealthy 1 time, restart 1 time: <refused>"),
        ];
        assert_eq!(
            told,
            expected.map(|(operation, check, account)| (
                operation.map(str::to_owned),
                check.to_owned(),
                account.to_owned()
            ))
        );
    }

    #[test]
    fn markdown_names_those_that_were_unhealthy_and_the_page_all_of_them() {
        let report = report();
        let text = String::from_utf8(markdown::write(&report, |_, _| Vec::new())).unwrap();
        assert!(
            text.contains(
                "- web: check http x is healthy again; unhealthy 1 time, restart 1 time: &lt;refused&gt;"
            ),
            "{text}"
        );
        assert!(text.contains("- The run: check memory is unhealthy"), "{text}");
        assert!(!text.contains("disk"), "{text}");
        let section = html::health_section(&report);
        assert!(section.contains("<td>disk</td>") && section.contains("&lt;refused&gt;"), "{section}");
        assert!(
            section.contains("<td><bdi>web</bdi></td><td>http x</td><td>healthy again</td>"),
            "{section}"
        );
    }

    #[test]
    fn junit_has_all_of_them_as_properties_and_tells_of_those_that_were_unhealthy_where_it_is_read() {
        let xml = String::from_utf8(junit::write(&report(), |_, _| Vec::new()).unwrap()).unwrap();
        let (suite, cases) = xml.split_once("<testcase").unwrap();
        for property in [
            "name=\"health: memory\" value=\"unhealthy; unhealthy 1 time, notify 1 time: &lt;refused&gt;\"",
            "name=\"health: disk\" value=\"healthy\"",
        ] {
            assert!(suite.contains(property), "{xml}");
        }
        let of_web = "healthy again; unhealthy 1 time, restart 1 time: &lt;refused&gt;";
        assert!(cases.contains(&format!("name=\"health: http x\" value=\"{of_web}\"")), "{xml}");
        assert!(
            cases.contains(&format!("<system-out>Health: check http x is {of_web}</system-out>")),
            "{xml}"
        );
        let of_run = "Health: check memory is unhealthy; unhealthy 1 time, notify 1 time: &lt;refused&gt;";
        assert!(
            cases.ends_with(&format!("<system-out>{of_run}</system-out>\n    </testsuite>\n</testsuites>\n")),
            "{xml}"
        );
    }
}
