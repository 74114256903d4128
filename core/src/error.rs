//! Every error this crate can give: a stable code, a stable id, who is to blame and what to do.
//!
//! A [`Code`] never changes its meaning once released; scripts match on [`Code::id`]
//! (PowerShell's `FullyQualifiedErrorId`) and people search for [`Code::number`].

use serde::{Serialize, Serializer};
use std::fmt;

macro_rules! codes {
    ($( $(#[$doc:meta])* $name:ident = $number:literal, $id:literal, $category:ident; )*) => {
        /// The kind of an error. The number and the id are part of the public interface.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Code { $( $(#[$doc])* $name, )* }

        impl Code {
            /// Every code there is, for documentation and tests.
            pub const ALL: &'static [Code] = &[$( Code::$name, )*];

            /// The number people search for, such as `LR0103`.
            pub fn number(self) -> &'static str { match self { $( Code::$name => $number, )* } }

            /// The id scripts match on, such as `LabRunner.CyclicDependency`.
            pub fn id(self) -> &'static str { match self { $( Code::$name => concat!("LabRunner.", $id), )* } }

            /// The name of the PowerShell `ErrorCategory` that fits.
            pub fn category(self) -> &'static str { match self { $( Code::$name => stringify!($category), )* } }
        }
    };
}

codes! {
    /// A plan without a single operation.
    EmptyPlan = "LR0101", "EmptyPlan", InvalidArgument;
    /// Two operations share a name (or one's id is another's name).
    DuplicateName = "LR0102", "DuplicateName", InvalidArgument;
    /// Operations wait for each other in a circle.
    CyclicDependency = "LR0103", "CyclicDependency", InvalidArgument;
    /// A dependency names no operation of the plan.
    UnknownDependency = "LR0104", "UnknownDependency", ObjectNotFound;
    /// An operation has no name.
    MissingName = "LR0105", "MissingName", InvalidArgument;
    /// An operation has nothing to run: no script block, script, path or command.
    MissingWork = "LR0106", "MissingWork", InvalidArgument;
    /// A value of an operation is out of its range.
    InvalidValue = "LR0107", "InvalidValue", InvalidArgument;
    /// An operation depends on itself.
    SelfDependency = "LR0108", "SelfDependency", InvalidArgument;
    /// A stop operation names a service that the plan does not have.
    UnknownService = "LR0109", "UnknownService", ObjectNotFound;
    /// The caller's order names an operation that the plan does not have.
    UnknownInOrder = "LR0110", "UnknownInOrder", ObjectNotFound;
    /// The plan document is not valid JSON or not of the expected shape.
    MalformedPlan = "LR0111", "MalformedPlan", InvalidData;
    /// Something asked for that this version does not have yet.
    NotAvailable = "LR0112", "NotAvailable", NotImplemented;
    /// An operation that another one needs is a monitor, which never ends by itself.
    DependsOnMonitor = "LR0113", "DependsOnMonitor", InvalidArgument;
    /// An operation takes from a pool that the plan's limits do not name.
    UnknownPool = "LR0114", "UnknownPool", ObjectNotFound;
    /// An operation needs more than there is in all; it could never start.
    NeedAboveLimit = "LR0115", "NeedAboveLimit", LimitsExceeded;
    /// A limit of zero, or one that cannot be meant.
    InvalidLimit = "LR0116", "InvalidLimit", InvalidArgument;
    /// A group of conflicting operations names one that the plan does not have.
    UnknownInConflict = "LR0117", "UnknownInConflict", ObjectNotFound;
    /// A pattern for retries is not a regular expression.
    InvalidPattern = "LR0118", "InvalidPattern", InvalidArgument;
    /// An operation cannot be undone the way it asks to.
    InvalidCompensation = "LR0119", "InvalidCompensation", InvalidArgument;
    /// Something declared that has no effect where it stands (a warning).
    WithoutEffect = "LR0120", "WithoutEffect", InvalidArgument;
    /// A retry policy with a number that cannot be meant.
    InvalidRetryPolicy = "LR0121", "InvalidRetryPolicy", InvalidArgument;
    /// A name with control characters, which would reach terminals and logs.
    InvalidName = "LR0122", "InvalidName", InvalidArgument;
    /// A program, or the folder it starts in, that is not there, and that nothing in the plan could bring.
    ProgramNotFound = "LR0123", "ProgramNotFound", ObjectNotFound;
    /// A selection names an operation that the plan does not have.
    UnknownOperation = "LR0124", "UnknownOperation", ObjectNotFound;

    /// A lab file is not well-formed YAML.
    MalformedYaml = "LR0201", "MalformedYaml", ParserError;
    /// A lab file is not well-formed JSON.
    MalformedJson = "LR0202", "MalformedJson", ParserError;
    /// A lab file is not text in UTF-8 or UTF-16.
    NotText = "LR0203", "NotText", InvalidData;
    /// A key appears twice in one mapping.
    DuplicateKey = "LR0204", "DuplicateKey", InvalidData;
    /// A value has the wrong type.
    WrongType = "LR0205", "WrongType", InvalidType;
    /// A required key is missing.
    MissingKey = "LR0206", "MissingKey", InvalidData;
    /// A key that the model does not know: an error when it is near to a known key, else a warning.
    UnknownKey = "LR0207", "UnknownKey", InvalidData;
    /// A size, duration or range that cannot be read.
    InvalidQuantity = "LR0208", "InvalidQuantity", InvalidData;
    /// A number that looks like seconds where minutes are meant (a warning).
    SuspiciousTimeout = "LR0209", "SuspiciousTimeout", InvalidData;
    /// A file that is larger, deeper or more repetitive than a lab file may be.
    DocumentTooLarge = "LR0210", "DocumentTooLarge", LimitsExceeded;
    /// More than one document in a file.
    SeveralDocuments = "LR0211", "SeveralDocuments", InvalidData;
    /// The file's top level is not a mapping.
    NotAMapping = "LR0212", "NotAMapping", InvalidData;
    /// The lab file is not there or cannot be read.
    FileUnreadable = "LR0213", "FileUnreadable", ObjectNotFound;
    /// A provider that this version does not have.
    UnknownProvider = "LR0214", "UnknownProvider", NotImplemented;
    /// No file and no section says what the environment asked for changes.
    UnknownEnvironment = "LR0215", "UnknownEnvironment", ObjectNotFound;
    /// A value names a variable that does not exist and has no default.
    UnknownVariable = "LR0216", "UnknownVariable", ObjectNotFound;
    /// Files include each other in a circle.
    CyclicInclude = "LR0217", "CyclicInclude", InvalidData;
    /// An operation names a template that the lab does not have.
    UnknownTemplate = "LR0218", "UnknownTemplate", ObjectNotFound;
    /// Templates are made from each other in a circle.
    CyclicTemplate = "LR0219", "CyclicTemplate", InvalidData;
    /// A parameter that a template needs is missing, or one that it does not take.
    TemplateParameter = "LR0220", "TemplateParameter", InvalidArgument;
    /// An expression or a text with placeholders that cannot be evaluated.
    InvalidExpression = "LR0221", "InvalidExpression", InvalidData;
    /// A reference to a secret without the secret's name.
    InvalidSecret = "LR0222", "InvalidSecret", InvalidData;
    /// A secret among the arguments of a program, which everybody on the machine can read.
    SecretOnCommandLine = "LR0223", "SecretOnCommandLine", SecurityError;
    /// A word that some take for true or false and that is text (a warning).
    AmbiguousWord = "LR0224", "AmbiguousWord", InvalidData;
    /// A file that cannot be included, because it is not a configuration file.
    InvalidInclude = "LR0225", "InvalidInclude", InvalidData;
    /// A psd1 file is not PowerShell.
    MalformedPsd1 = "LR0231", "MalformedPsd1", ParserError;
    /// A psd1 file has something that would have to be executed.
    NotData = "LR0232", "NotData", InvalidData;
    /// The options for reading a file are not of the expected shape.
    MalformedReadOptions = "LR0241", "MalformedReadOptions", InvalidData;
    /// The options for writing a configuration are not of the expected shape.
    MalformedExportOptions = "LR0242", "MalformedExportOptions", InvalidData;
    /// A query for near words is not of the expected shape.
    MalformedNearQuery = "LR0243", "MalformedNearQuery", InvalidData;
    /// A query for past runs is not of the expected shape.
    MalformedQuery = "LR0244", "MalformedQuery", InvalidData;

    /// The run's files cannot be written.
    JournalUnwritable = "LR0301", "JournalUnwritable", WriteError;
    /// An answer for an operation that is not open (it ended or was abandoned before).
    StaleCompletion = "LR0302", "StaleCompletion", InvalidOperation;
    /// The options of a run are not of the expected shape.
    MalformedOptions = "LR0303", "MalformedOptions", InvalidData;
    /// A run that was asked for is not there.
    UnknownRun = "LR0304", "UnknownRun", ObjectNotFound;
    /// A run that should be over is under way.
    RunUnderWay = "LR0305", "RunUnderWay", ResourceBusy;

    /// A run that should be under way is not.
    RunNotUnderWay = "LR0306", "RunNotUnderWay", InvalidOperation;

    /// The id of a run that is none.
    InvalidRunId = "LR0321", "InvalidRunId", InvalidArgument;
    /// The beginning of an id that several runs have.
    AmbiguousRun = "LR0322", "AmbiguousRun", InvalidArgument;
    /// There is nothing that could be resumed or undone.
    NothingToResume = "LR0323", "NothingToResume", InvalidOperation;
    /// A run that another one goes on for already.
    RunResumed = "LR0324", "RunResumed", InvalidOperation;
    /// A run of another machine.
    RunElsewhere = "LR0325", "RunElsewhere", InvalidOperation;
    /// Operations were running when their run died, and are not to be started before the caller has decided.
    OutcomeUnknown = "LR0326", "OutcomeUnknown", InvalidOperation;
    /// An operation was running in too many runs that died.
    CrashLimit = "LR0327", "CrashLimit", LimitsExceeded;
    /// Processes of a run that died are still alive.
    Survivors = "LR0328", "Survivors", ResourceBusy;
    /// A lab that is not run beside itself is under way already.
    LabUnderWay = "LR0329", "LabUnderWay", ResourceBusy;
    /// The machine has not been restarted since an operation asked for that.
    NotRestarted = "LR0335", "NotRestarted", InvalidOperation;

    /// The record of a run has no lab that it could go on with.
    LabNotRecorded = "LR0341", "LabNotRecorded", ObjectNotFound;
    /// The lab in the record of a run is not what was written.
    RecordedLabDamaged = "LR0342", "RecordedLabDamaged", InvalidData;
    /// An order that a run does not obey.
    OrderRefused = "LR0343", "OrderRefused", InvalidOperation;
    /// An order that its run does not answer.
    OrderUnanswered = "LR0344", "OrderUnanswered", OperationTimeout;
    /// An order that could not be sent.
    OrderNotSent = "LR0345", "OrderNotSent", WriteError;
    /// A report cannot be written.
    ReportUnwritable = "LR0351", "ReportUnwritable", WriteError;
    /// A format has no room for a run that is so large.
    ReportTooLarge = "LR0352", "ReportTooLarge", LimitsExceeded;

    /// A script ended with a terminating error.
    OperationFailed = "LR0401", "OperationFailed", NotSpecified;
    /// An operation took longer than its limit.
    OperationTimeout = "LR0402", "OperationTimeout", OperationTimeout;
    /// A program could not be started.
    ProcessNotStarted = "LR0403", "ProcessNotStarted", ObjectNotFound;
    /// A program ended with a non-zero exit code.
    ProcessExitCode = "LR0404", "ProcessExitCode", FromStdErr;
    /// A service did not pass its readiness probe in time.
    ServiceNotReady = "LR0405", "ServiceNotReady", OperationTimeout;
    /// A service ended without being asked to.
    ServiceDied = "LR0406", "ServiceDied", OperationStopped;
    /// An operation was stopped with its run.
    OperationCanceled = "LR0407", "OperationCanceled", OperationStopped;
    /// An operation did not stop within its grace; it may still be running.
    OperationAbandoned = "LR0408", "OperationAbandoned", OperationStopped;
    /// A program was ended by a signal.
    ProcessSignaled = "LR0409", "ProcessSignaled", OperationStopped;
    /// The address of a service answered before the service was started.
    AddressInUse = "LR0410", "AddressInUse", ResourceBusy;
    /// A health check of an operation has failed, and the operation counts as failed by that.
    Unhealthy = "LR0411", "Unhealthy", InvalidResult;
    /// An operation may not ask for a restart of the machine, where it is or any more.
    RestartRefused = "LR0416", "RestartRefused", InvalidOperation;
    /// The machine has been restarted as often for a run as it may be.
    RestartLimit = "LR0417", "RestartLimit", LimitsExceeded;
    /// An operation asks for a second restart in a row, and the first one has brought nothing.
    RestartWithoutProgress = "LR0418", "RestartWithoutProgress", LimitsExceeded;
    /// A file could not be downloaded: its server could not be reached, or refused it.
    DownloadFailed = "LR0421", "DownloadFailed", ConnectionError;
    /// What was downloaded is not what its checksum promises.
    ChecksumMismatch = "LR0422", "ChecksumMismatch", SecurityError;
    /// A download is larger than it may be.
    DownloadTooLarge = "LR0423", "DownloadTooLarge", LimitsExceeded;
    /// A file or folder that an operation makes cannot be written.
    TargetUnwritable = "LR0424", "TargetUnwritable", WriteError;
    /// A file or folder that an operation makes is there already.
    TargetExists = "LR0425", "TargetExists", ResourceExists;
    /// A file or folder that an operation works on is not there or cannot be read.
    SourceUnreadable = "LR0426", "SourceUnreadable", ObjectNotFound;
    /// An archive that is damaged, cut off, or of another format than is said.
    ArchiveDamaged = "LR0427", "ArchiveDamaged", InvalidData;
    /// An archive with an entry that would leave the target or mislead who looks at it.
    ArchiveUnsafe = "LR0428", "ArchiveUnsafe", SecurityError;
    /// An archive with more or larger content than it may have.
    ArchiveTooLarge = "LR0429", "ArchiveTooLarge", LimitsExceeded;
    /// An archive that needs a password.
    ArchiveEncrypted = "LR0430", "ArchiveEncrypted", NotImplemented;

    /// A handle that never existed or was released.
    InvalidHandle = "LR0901", "InvalidHandle", InvalidOperation;
    /// A byte slice that is not UTF-8.
    NotUtf8 = "LR0902", "NotUtf8", InvalidData;
    /// A bug: the core panicked. The message says where.
    Panicked = "LR0903", "InternalError", InvalidResult;
    /// A null pointer with a length.
    NullArgument = "LR0904", "NullArgument", InvalidArgument;
}

/// The first sentence of a text, as the rest of another one: it begins small and has no end.
pub fn phrase(text: &str) -> String {
    let first = text.split_once(". ").map_or(text, |(first, _)| first).trim_end_matches('.');
    let mut letters = first.chars();
    match (letters.next(), letters.clone().next()) {
        // What is written in capitals is a name.
        (Some(one), Some(next)) if !next.is_uppercase() => one.to_lowercase().chain(letters).collect(),
        _ => first.to_owned(),
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.number())
    }
}

/// Whether a finding prevents a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Nothing starts while there is one of these.
    Error,
    /// Shown, and the run goes on.
    Warning,
}

/// Where in a file something stands. Lines and columns count from 1; columns count characters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, serde::Deserialize)]
pub struct Place {
    /// The file as the user named it; absent for text that came from memory.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// Line, from 1.
    pub line: u32,
    /// Column, from 1.
    pub column: u32,
}

/// The part of the input that a finding is about, as the input names it. Sentences are for people: what looks for
/// that part asks this, so that no name can be mistaken for a part of the sentence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Subject {
    /// What an operation depends on, in the words of the operation.
    Dependency {
        /// A name or an id.
        name: String,
    },
    /// A circle of operations.
    Cycle {
        /// Their names: each one depends on the next, and the last is the first again.
        names: Vec<String>,
        /// The dependency of the operation that the finding is about, in its own words.
        dependency: String,
    },
    /// An operation that is named outside of its own declaration, or declared twice.
    Operation {
        /// A name or an id.
        name: String,
    },
    /// The service that an operation stops.
    Service {
        /// A name or an id.
        name: String,
    },
    /// A pool.
    Pool {
        /// Its name.
        name: String,
    },
    /// The program of an operation.
    Program,
    /// The folder that the program of an operation starts in.
    WorkingDirectory,
    /// Memory, processors, network or disk: `memory`, `cpu`, `network`, `disk`.
    Measure {
        /// Which of them.
        name: String,
    },
}

/// One finding about the input.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Diagnostic {
    /// What kind of finding.
    pub code: Code,
    /// The same as a script-matchable id.
    pub id: &'static str,
    /// Error or warning.
    pub severity: Severity,
    /// One sentence that names the culprit.
    pub message: String,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub advice: Option<String>,
    /// The operation it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operation: Option<String>,
    /// The part of the input it is about, where that is more than the operation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<Subject>,
    /// Where it stands.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<Place>,
    /// The line it stands on, and a line of carets under it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub snippet: Option<String>,
}

impl Diagnostic {
    /// An error with a message; the rest is added with the `with_` methods.
    pub fn error(code: Code, message: impl Into<String>) -> Self {
        Self {
            code,
            id: code.id(),
            severity: Severity::Error,
            message: sentence(message.into()),
            advice: None,
            operation: None,
            subject: None,
            at: None,
            snippet: None,
        }
    }

    /// A warning with a message.
    pub fn warning(code: Code, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::error(code, message) }
    }

    /// Adds what to do.
    pub fn with_advice(mut self, advice: impl Into<String>) -> Self {
        self.advice = Some(advice.into());
        self
    }

    /// Adds the operation it is about.
    pub fn with_operation(mut self, name: impl Into<String>) -> Self {
        self.operation = Some(name.into());
        self
    }

    /// Adds the part of the input it is about.
    pub fn with_subject(mut self, subject: Subject) -> Self {
        self.subject = Some(subject);
        self
    }

    /// Adds where it stands, when known.
    pub fn with_place(mut self, at: Option<Place>) -> Self {
        self.at = at;
        self
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(at) = &self.at {
            match &at.file {
                Some(file) => write!(f, "{file}:{}:{}: ", at.line, at.column)?,
                None => write!(f, "line {}, column {}: ", at.line, at.column)?,
            }
        }
        f.write_str(&sentences(&self.message, self.advice.as_deref()))
    }
}

/// A message as a sentence, whatever words it was put together from: with a capital and a full stop. Words that are
/// not plain lower-case letters (names, files, quoted text) stay as they are.
pub(crate) fn sentence(mut message: String) -> String {
    let word = message.split([' ', ':', ',']).next().unwrap_or_default();
    if !word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase() || c == '\'') {
        let first = message.remove(0).to_ascii_uppercase();
        message.insert(0, first);
    }
    let open = message.ends_with(|c: char| c.is_alphanumeric() || "'\")]}>%".contains(c));
    // Several lines end with what a program wrote.
    if open && !message.contains('\n') {
        message.push('.');
    }
    message
}

/// A message and what to do about it, as sentences.
pub(crate) fn sentences(message: &str, advice: Option<&str>) -> String {
    match advice {
        None => message.to_owned(),
        Some(advice) if message.ends_with(['.', '!', '?']) => format!("{message} {advice}"),
        Some(advice) => format!("{message}. {advice}"),
    }
}

/// An error as a value: what every fallible call of this crate returns.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Fault {
    /// What kind of error.
    pub code: Code,
    /// The same as a script-matchable id.
    pub id: &'static str,
    /// The PowerShell `ErrorCategory` that fits.
    pub category: &'static str,
    /// One sentence that names the culprit.
    pub message: String,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub advice: Option<String>,
    /// The operation, file or handle it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
    /// All findings, when the input was checked as a whole.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub diagnostics: Vec<Diagnostic>,
}

impl Fault {
    /// A fault with a message; the rest is added with the `with_` methods.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self {
            code,
            id: code.id(),
            category: code.category(),
            message: sentence(message.into()),
            advice: None,
            target: None,
            diagnostics: Vec::new(),
        }
    }

    /// Adds what to do.
    pub fn with_advice(mut self, advice: impl Into<String>) -> Self {
        self.advice = Some(advice.into());
        self
    }

    /// Adds what it is about.
    pub fn with_target(mut self, target: impl Into<String>) -> Self {
        self.target = Some(target.into());
        self
    }

    /// One fault for all findings: the first error speaks, and the others are counted and kept.
    ///
    /// # Panics
    /// Never; without any error among the findings the first finding speaks.
    pub fn from_diagnostics(diagnostics: Vec<Diagnostic>) -> Self {
        let errors = diagnostics.iter().filter(|d| d.severity == Severity::Error).count();
        let first = diagnostics.iter().find(|d| d.severity == Severity::Error).or(diagnostics.first());
        let Some(first) = first else {
            return Self::new(Code::Panicked, "a check failed without saying why");
        };
        let mut message = Diagnostic { advice: None, ..first.clone() }.to_string();
        if errors > 1 {
            message.push_str(&format!(" ({} more)", errors - 1));
        }
        let (code, advice, target) = (first.code, first.advice.clone(), first.operation.clone());
        // As it is: the sentence begins with a file's name.
        Self { message, advice, target, diagnostics, ..Self::new(code, "") }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.message, self.code.number())
    }
}

impl std::error::Error for Fault {}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn numbers_and_ids_are_unique() {
        let numbers: HashSet<_> = Code::ALL.iter().map(|c| c.number()).collect();
        let ids: HashSet<_> = Code::ALL.iter().map(|c| c.id()).collect();
        assert_eq!(numbers.len(), Code::ALL.len());
        assert_eq!(ids.len(), Code::ALL.len());
    }

    #[test]
    fn a_fault_of_several_findings_counts_them() {
        let fault = Fault::from_diagnostics(vec![
            Diagnostic::warning(Code::UnknownKey, "odd key"),
            Diagnostic::error(Code::MissingName, "operation 2 has no name"),
            Diagnostic::error(Code::MissingWork, "operation 'x' has nothing to run"),
        ]);
        assert_eq!(fault.code, Code::MissingName);
        assert_eq!(fault.message, "Operation 2 has no name. (1 more)");
        assert_eq!(fault.diagnostics.len(), 3);
    }
}
