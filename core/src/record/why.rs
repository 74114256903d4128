//! Why an operation runs, or need not: one reason, and the operation that it leads back to.

use serde::{Deserialize, Serialize};

/// Why an operation runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Why {
    /// Which rule says so.
    pub cause: Cause,
    /// The file, folder or pattern that it is about, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// The operation that drew it along, directly or not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub root: Option<String>,
}

/// Which rule says that an operation runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cause {
    /// It does not say when it is up to date.
    Always,
    /// The run was started to run everything.
    Forced,
    /// No run is known in which it succeeded.
    Never,
    /// It did not end well the last time.
    Unfinished,
    /// It was undone.
    Undone,
    /// Its patterns of files are other ones.
    Declaration,
    /// Its script or program has changed.
    Block,
    /// The values it gets have changed.
    Parameters,
    /// What it was then cannot be compared with what it is.
    Unknown,
    /// Something it depends on has run.
    Dependency,
    /// A file that it reads has changed.
    InputChanged,
    /// A file that it reads is new.
    InputAdded,
    /// A file that it read is gone.
    InputRemoved,
    /// A pattern of what it reads means no file.
    InputMissing,
    /// A file that it reads cannot be read.
    InputUnreadable,
    /// A file that it made has changed.
    OutputChanged,
    /// A file is there that it did not make.
    OutputAdded,
    /// A file that it made is gone.
    OutputMissing,
    /// A file that it made cannot be read.
    OutputUnreadable,
    /// Its test is asked.
    Asked,
    /// Its test said that it is not done.
    Test,
}

impl Why {
    /// A reason that is about nothing else.
    pub fn of(cause: Cause) -> Self {
        Self { cause, file: None, root: None }
    }

    /// A reason that is about a file.
    pub fn about(cause: Cause, file: impl Into<String>) -> Self {
        Self { cause, file: Some(file.into()), root: None }
    }

    /// The reason of an operation that another one has drawn along.
    pub fn drawn_by(root: impl Into<String>) -> Self {
        Self { cause: Cause::Dependency, file: None, root: Some(root.into()) }
    }

    /// The same in a few words, for a column.
    pub fn words(&self) -> String {
        let of = |what: &str, how: &str| match &self.file {
            Some(file) => format!("{what} {file} {how}"),
            None => format!("{what}s {}", how.replacen("is", "are", 1).replacen("has", "have", 1)),
        };
        match self.cause {
            Cause::Always => "always runs".to_owned(),
            Cause::Forced => "everything was to run".to_owned(),
            Cause::Never => "no earlier success is known".to_owned(),
            Cause::Unfinished => "did not end well the last time".to_owned(),
            Cause::Undone => "was undone".to_owned(),
            Cause::Declaration => "inputs or outputs are declared differently".to_owned(),
            Cause::Block => "its script or program has changed".to_owned(),
            Cause::Parameters => "its parameters have changed".to_owned(),
            Cause::Unknown => "the last success cannot be compared".to_owned(),
            Cause::Dependency => match &self.root {
                Some(root) => format!("'{root}' ran"),
                None => "something before it ran".to_owned(),
            },
            Cause::InputChanged => of("input", "has changed"),
            Cause::InputAdded => of("input", "is new"),
            Cause::InputRemoved => of("input", "is gone"),
            Cause::InputMissing => of("input", "is missing"),
            Cause::InputUnreadable => of("input", "cannot be read"),
            Cause::OutputChanged => of("output", "has changed"),
            Cause::OutputAdded => of("output", "is new"),
            Cause::OutputMissing => of("output", "is missing"),
            Cause::OutputUnreadable => of("output", "cannot be read"),
            Cause::Asked => "its test is asked".to_owned(),
            Cause::Test => "its test says that it is not done".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_a_few_words() {
        assert_eq!(Why::about(Cause::InputChanged, "src/app.js").words(), "input src/app.js has changed");
        assert_eq!(Why::of(Cause::InputChanged).words(), "inputs have changed");
        assert_eq!(Why::about(Cause::OutputMissing, "out").words(), "output out is missing");
        assert_eq!(Why::of(Cause::OutputAdded).words(), "outputs are new");
        assert_eq!(Why::drawn_by("image").words(), "'image' ran");
    }
}
