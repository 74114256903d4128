//! The values of a lab file as schemas: what an editor accepts is what the reader accepts.

use super::spelling::{any_case, any_spelling};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Value, json};
use std::borrow::Cow;
use std::marker::PhantomData;

/// A value that is filled in: `${VARIABLE}`, or `{{ expression }}` in a template.
pub(super) struct Filled;

/// Text; a number counts as its digits.
pub(super) struct Text;

/// Text, a number, `true` or `false`.
pub(super) struct Scalar;

/// Anything: data for people and scripts.
pub(super) struct Data;

/// `true` or `false`.
pub(super) struct Flag;

/// A whole number within limits.
pub(super) struct Whole<const LEAST: i64, const MOST: i64>;

/// A number above or equal to zero.
pub(super) struct Amount;

/// A duration; a bare number is minutes.
pub(super) struct Minutes;

/// A duration; a bare number is seconds.
pub(super) struct Seconds;

/// A pause, which can be none; a bare number is seconds.
pub(super) struct Pause;

/// A size; a bare number is bytes.
pub(super) struct Size;

/// One text or a list of texts.
pub(super) struct Names;

/// One word or a list of them: what may change without an operation running again.
pub(super) struct IgnoreChanges;

/// Values by names that are the file's own.
pub(super) struct Entries<T>(PhantomData<T>);

macro_rules! value {
    ($name:ident, |$generator:ident| $schema:expr) => {
        impl JsonSchema for $name {
            fn schema_name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn json_schema($generator: &mut SchemaGenerator) -> Schema {
                $schema
            }
        }
    };
}

value!(Filled, |_generator| json_schema!({
    "description": "A value that is filled in: ${VARIABLE}, ${VARIABLE:-default}, or {{ expression }} in a template.",
    "type": "string",
    "pattern": "\\$\\{[A-Za-z_]|\\{\\{",
}));

value!(Text, |_generator| json_schema!({
    "description": "Text; a number counts as its digits.",
    "type": ["string", "number"],
}));

value!(Scalar, |_generator| json_schema!({
    "description": "Text, a number, true or false; programs get it as text.",
    "type": ["string", "number", "boolean"],
}));

value!(Flag, |generator| or_filled(generator, vec![json!({"type": "boolean"})]));

value!(Amount, |generator| or_filled(generator, vec![json!({"type": "number", "minimum": 0})]));

value!(Minutes, |generator| described(
    or_filled(generator, vec![json!({"type": "number", "exclusiveMinimum": 0}), duration()]),
    "A duration such as 30s, 5m or 1h30m; a bare number is minutes.",
));

value!(Seconds, |generator| described(
    or_filled(generator, vec![json!({"type": "number", "exclusiveMinimum": 0}), duration()]),
    "A duration such as 250ms, 30s or 5m; a bare number is seconds.",
));

value!(Pause, |generator| described(
    or_filled(generator, vec![json!({"type": "number", "minimum": 0}), duration()]),
    "A pause such as 500ms, 30s or 5m, or 0; a bare number is seconds.",
));

value!(Size, |generator| {
    let units = [
        "b", "byte", "bytes", "k", "kb", "kib", "m", "mb", "mib", "g", "gb", "gib", "t", "tb", "tib", "p",
        "pb", "pib",
    ]
    .map(any_case)
    .join("|");
    let text = json!({"type": "string", "pattern": format!("^\\s*[0-9.]+\\s*({units})?\\s*$")});
    described(
        or_filled(generator, vec![json!({"type": "integer", "minimum": 0}), text]),
        "A size such as 4GB, 8 GB or 512MB, in powers of 1024; a bare number is bytes.",
    )
});

value!(Names, |generator| {
    let text = generator.subschema_for::<Text>();
    json_schema!({
        "description": "One text, or a list of texts.",
        "anyOf": [text, {"type": "array", "items": text}],
    })
});

value!(IgnoreChanges, |generator| {
    let word = generator.subschema_for::<Ignorable>();
    json_schema!({
        "description": "What may change without the operation running again: a word, or a list of words.",
        "anyOf": [word, {"type": "array", "items": word}],
    })
});

impl JsonSchema for Data {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Data".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        true.into()
    }
}

impl<const LEAST: i64, const MOST: i64> JsonSchema for Whole<LEAST, MOST> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("Whole{LEAST}To{MOST}").into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        or_filled(generator, vec![json!({"type": "integer", "minimum": LEAST, "maximum": MOST})])
    }
}

impl<T: JsonSchema> JsonSchema for Entries<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("EntriesOf{}", T::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "object", "additionalProperties": generator.subschema_for::<T>()})
    }
}

/// Words that match whatever their case and separators. The first column is what an editor offers.
macro_rules! words {
    ($( $(#[doc = $doc:literal])* $name:ident: $($word:literal)|+; )*) => { $(
        $(#[doc = $doc])*
        pub(super) struct $name;

        value!($name, |generator| {
            let words = [$($word),+];
            let spelt = words.map(any_spelling).join("|");
            let text = json!({"type": "string", "pattern": format!("^\\s*({spelt})\\s*$")});
            or_filled(generator, vec![json!({"enum": words}), text])
        });
    )* };
}

words! {
    /// What the failure of one operation means for the others.
    FailureStrategy: "stop" | "continue" | "retry" | "rollback";
    /// How ready operations are ranked.
    OrchestrationMode: "sequential" | "parallel" | "intelligent" | "custom";
    /// The state that the dependencies must reach.
    Trigger: "all-succeeded" | "all-done" | "any-failed" | "always";
    /// How the pause between attempts grows.
    Backoff: "fixed" | "exponential";
    /// How far a script is kept apart from others.
    Isolation: "shared" | "runspace" | "process";
    /// How a lock is held.
    LockMode: "shared" | "exclusive";
    /// Whether a program ends by itself, or what is done with an archive.
    Mode: "task" | "service" | "stop" | "extract" | "create";
    /// Whether a source has to succeed.
    EdgeType: "strong" | "weak";
    /// How a conflict is resolved.
    Resolution: "sequential";
    /// What a parameter of a template takes.
    ParameterType: "any" | "text" | "string" | "number" | "integer" | "int" | "boolean" | "bool" | "list" | "array" | "mapping" | "object";
    /// What may change without an operation running again.
    Ignorable: "block" | "parameters" | "dependencies";
    /// What is done about an operation that is unhealthy.
    Remedy: "restart" | "rerun" | "compensate" | "fail" | "notify";
    /// What is done about a run that is unhealthy.
    RunRemedy: "notify" | "fail";
    /// Who runs an operation.
    Provider: "powershell" | "pwsh" | "process" | "program" | "download" | "archive" | "http-check";
    /// How an archive is written.
    ArchiveFormat: "zip" | "tar" | "tar.gz" | "tar.xz" | "tar.zst" | "tar.bz2" | "7z";
    /// What is done about a target that is there already.
    IfExists: "keep" | "replace" | "merge" | "fail";
}

fn or_filled(generator: &mut SchemaGenerator, mut options: Vec<Value>) -> Schema {
    options.push(generator.subschema_for::<Filled>().to_value());
    json_schema!({"anyOf": options})
}

fn described(mut schema: Schema, description: &str) -> Schema {
    schema.insert("description".to_owned(), description.into());
    schema
}

fn duration() -> Value {
    let units = [
        "ms",
        "msec",
        "millisecond",
        "milliseconds",
        "s",
        "sec",
        "secs",
        "second",
        "seconds",
        "m",
        "min",
        "mins",
        "minute",
        "minutes",
        "h",
        "hr",
        "hrs",
        "hour",
        "hours",
        "d",
        "day",
        "days",
    ]
    .map(any_case)
    .join("|");
    json!({"type": "string", "pattern": format!("^\\s*\\+?([0-9.]+\\s*|([0-9.]+\\s*({units})\\s*)+)$")})
}
