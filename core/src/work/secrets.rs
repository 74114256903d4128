//! The secrets that the programs of a run get: put in at the start of a program, taken out of all it says.
//!
//! Whoever starts the run has looked them up. They are in its memory only: whatever is written of a run's options is
//! without them.

use crate::error::{Code, Fault};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::fmt;

/// What a value begins with that stands for a secret.
pub const PREFIX: &str = "secret://";

/// The name of the secret that a text stands for.
pub fn name_of(text: &str) -> Option<&str> {
    text.strip_prefix(PREFIX).map(str::trim).filter(|name| !name.is_empty())
}

/// What stands where a secret was.
pub const MASK: &str = "********";

/// What is shorter is not masked: it would take every other word apart.
const SHORTEST: usize = 3;

/// A line of a secret of several lines is masked by itself when it is at least as long.
const SHORTEST_LINE: usize = 4;

/// Secrets by name. It cannot be serialised, on purpose.
#[derive(Clone, Default, PartialEq, Deserialize)]
#[serde(from = "BTreeMap<String, String>")]
pub struct Secrets {
    values: BTreeMap<String, String>,
    /// All that is masked, the longest first: one secret may be the beginning of another.
    masked: Vec<String>,
}

impl From<BTreeMap<String, String>> for Secrets {
    fn from(values: BTreeMap<String, String>) -> Self {
        let mut masked: Vec<String> = Vec::new();
        for value in values.values() {
            masked.push(value.clone());
            // What a program writes is seen line by line.
            if value.contains('\n') {
                let lines = value.lines().map(str::trim).filter(|line| line.chars().count() >= SHORTEST_LINE);
                masked.extend(lines.map(str::to_owned));
            }
        }
        masked.retain(|text| text.chars().count() >= SHORTEST);
        masked.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
        masked.dedup();
        Self { values, masked }
    }
}

/// The names alone.
impl fmt::Debug for Secrets {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_set().entries(self.values.keys()).finish()
    }
}

impl Secrets {
    /// The value that a program gets in place of `text`.
    ///
    /// # Errors
    /// [`Code::InvalidSecret`] when it stands for a secret that is not known.
    pub(crate) fn reveal<'t>(&'t self, text: &'t str) -> Result<&'t str, Fault> {
        let Some(name) = name_of(text) else { return Ok(text) };
        self.values.get(name).map(String::as_str).ok_or_else(|| {
            Fault::new(
                Code::InvalidSecret,
                format!("a program needs the secret '{name}', which the run was not given"),
            )
            .with_advice("Start the run with a command that looks secrets up.")
            .with_target(name)
        })
    }

    /// The text without any of the secrets.
    pub(crate) fn mask(&self, mut text: String) -> String {
        for secret in &self.masked {
            if text.contains(secret.as_str()) {
                text = text.replace(secret.as_str(), MASK);
            }
        }
        text
    }

    /// Whether there is nothing to mask.
    pub(crate) fn masks_nothing(&self) -> bool {
        self.masked.is_empty()
    }

    /// Whether a text has any of the secrets.
    pub(crate) fn are_in(&self, text: &str) -> bool {
        self.masked.iter().any(|secret| text.contains(secret.as_str()))
    }

    /// A fault without any of the secrets.
    pub(crate) fn mask_fault(&self, mut fault: Fault) -> Fault {
        fault.message = self.mask(fault.message);
        fault.advice = fault.advice.map(|advice| self.mask(advice));
        fault
    }
}

/// Other texts that the host masks: what it has looked up for scripts. They are asked for when something is written that they
/// must not be in. Like [`Secrets`], it cannot be serialised.
#[derive(Clone, Default, PartialEq, Deserialize)]
#[serde(transparent)]
pub struct Masked(Vec<String>);

/// How many there are.
impl fmt::Debug for Masked {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Masked({})", self.0.len())
    }
}

impl Masked {
    /// Whether there are none.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether a text has any of them.
    pub(crate) fn are_in(&self, text: &str) -> bool {
        self.0.iter().filter(|secret| !secret.is_empty()).any(|secret| text.contains(secret.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::RunOptions;

    fn secrets(pairs: &[(&str, &str)]) -> Secrets {
        let values: BTreeMap<String, String> =
            pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        values.into()
    }

    #[test]
    fn a_reference_is_the_whole_value() {
        let known = secrets(&[("db", "hunter2")]);
        for (text, value) in [
            ("secret://db", "hunter2"),
            ("secret:// db ", "hunter2"),
            ("secret://", "secret://"),
            ("x secret://db", "x secret://db"),
            ("plain", "plain"),
        ] {
            assert_eq!(known.reveal(text).unwrap(), value, "{text}");
        }
        let fault = known.reveal("secret://other").unwrap_err();
        assert_eq!(fault.code, Code::InvalidSecret);
        assert!(fault.message.contains("'other'"), "{}", fault.message);
    }

    #[test]
    fn the_longest_secret_is_masked_first_and_short_ones_not_at_all() {
        let known = secrets(&[("a", "pass"), ("b", "password"), ("c", "xy"), ("d", "")]);
        assert_eq!(known.mask("password, pass, xy".to_owned()), "********, ********, xy");
    }

    #[test]
    fn lines_of_a_secret_are_masked_one_by_one() {
        let known = secrets(&[("key", "-----BEGIN KEY-----\r\n  four\nxyz\n")]);
        assert_eq!(known.mask("got four and xyz".to_owned()), "got ******** and xyz");
        assert_eq!(known.mask("-----BEGIN KEY-----".to_owned()), "********");
    }

    #[test]
    fn secrets_are_neither_written_nor_shown() {
        let options = RunOptions::from_json(
            br#"{"max_concurrency":1,"secrets":{"db":"hunter2"},"masked":["hunter2"]}"#,
        )
        .unwrap();
        assert_eq!(options.secrets.reveal("secret://db").unwrap(), "hunter2");
        assert!(!serde_json::to_string(&options).unwrap().contains("hunter2"));
        assert!(!format!("{options:?}").contains("hunter2"));
    }
}
