//! Evaluates conditions and fills placeholders into text. The only file that knows the template engine.
//!
//! What is undefined is an error, never an empty text. Work and output are bounded, so that no expression can
//! keep a reading from ending.

use crate::config::text::document::{Mapping, Node, Span, Style, Text, Value, bare_letters, same_key};
use crate::near::did_you_mean;
use minijinja::value::{Value as Dynamic, ValueKind};
use minijinja::{Environment, ErrorKind, UndefinedBehavior};
use std::fmt;

/// Steps that one expression or one text may take.
const FUEL: u64 = 100_000;

/// Bytes that one rendered text may have.
const MAX_TEXT: usize = 1 << 20;

/// Values by name that an expression sees before those of the lab: `item`, `index`, the parameters of a template.
#[derive(Clone, Debug, Default)]
pub(in crate::config) struct Scope {
    values: Vec<(String, Node)>,
    /// What `{0}`, `{1}` … stand for.
    pub(in crate::config) positional: Vec<String>,
}

impl Scope {
    /// Adds a value; one of the same name is hidden.
    pub(in crate::config) fn set(&mut self, name: impl Into<String>, value: Node) {
        self.values.push((name.into(), value));
    }

    fn get(&self, name: &str) -> Option<&Node> {
        self.values.iter().rev().find(|(known, _)| known == name).map(|(_, value)| value)
    }
}

/// Why something cannot be evaluated.
#[derive(Debug, PartialEq)]
pub(in crate::config) struct Failure {
    /// The rest of a sentence that begins with the expression.
    pub(in crate::config) why: String,
    /// What to do.
    pub(in crate::config) advice: String,
    /// Byte offsets in the text, where known.
    pub(in crate::config) range: Option<std::ops::Range<usize>>,
}

/// The lab's values, ready to be asked for.
pub(in crate::config) struct Evaluator<'n> {
    root: &'n Mapping,
    environment: Option<Node>,
    engine: Environment<'static>,
}

impl<'n> Evaluator<'n> {
    /// Expressions see the keys of the lab, and `environment` as the name of the environment.
    pub(in crate::config) fn new(root: &'n Mapping, environment: Option<&str>) -> Self {
        let mut engine = Environment::new();
        engine.set_undefined_behavior(UndefinedBehavior::Strict);
        engine.set_fuel(Some(FUEL));
        engine.set_recursion_limit(50);
        engine.set_debug(true);
        for entry in root.iter().filter(|entry| is_visible(&entry.key)) {
            let value = dynamic(&entry.value);
            for name in [entry.key.replace('-', "_"), bare_letters(&entry.key)] {
                engine.add_global(name, value.clone());
            }
            engine.add_global(entry.key.clone(), value);
        }
        // Without an environment its name is empty, so that a condition can ask for it.
        let own = root.iter().any(|entry| same_key("environment", &entry.key));
        let name = environment.or((!own).then_some(""));
        let environment = name.map(|name| text_node(name.to_owned(), Span::default()));
        if let Some(name) = &environment {
            engine.add_global("environment", dynamic(name));
        }
        Self { root, environment, engine }
    }

    /// Whether a condition holds.
    pub(in crate::config) fn condition(&self, text: &str, scope: &Scope) -> Result<bool, Failure> {
        self.evaluate(bare(text), scope).map(|value| value.is_true())
    }

    /// The value of an expression, at `at`.
    pub(in crate::config) fn value(&self, text: &str, scope: &Scope, at: Span) -> Result<Node, Failure> {
        let text = bare(text);
        match self.look_up(text, scope) {
            Some(node) => Ok(node.clone()),
            None => node(&self.evaluate(text, scope)?, at, 0),
        }
    }

    /// A text with its placeholders filled in. One that is nothing but a placeholder keeps the type of its value.
    pub(in crate::config) fn render(&self, text: &Text, scope: &Scope, at: Span) -> Result<Value, Failure> {
        if text.style != Style::Block
            && let Some(inner) = only_placeholder(&text.text)
        {
            return self.value(inner, scope, at).map(|node| node.value);
        }
        let filled = match self.render_paths(&text.text, scope) {
            Some(filled) => filled,
            None => {
                let mut out = Bounded { text: String::new() };
                let template = self.engine.template_from_str(&text.text).map_err(|error| failure(&error))?;
                let rendered = template.render_captured_to(self.context(scope), &mut out).map(drop);
                if out.text.len() > MAX_TEXT {
                    return Err(too_long());
                }
                rendered.map_err(|error| self.explain(&error, scope))?;
                out.text
            }
        };
        if filled.len() > MAX_TEXT {
            return Err(too_long());
        }
        Ok(Value::Text(Text { text: filled, style: text.style }))
    }

    fn evaluate(&self, text: &str, scope: &Scope) -> Result<Dynamic, Failure> {
        let expression =
            self.engine.compile_expression_owned(text.to_owned()).map_err(|error| failure(&error))?;
        let value = match expression.eval(self.context(scope)) {
            Ok(value) => value,
            Err(error) if error.kind() == ErrorKind::UndefinedError => {
                let mut missing = Vec::from_iter(expression.undeclared_variables(true));
                missing.retain(|path| self.look_up(path, scope).is_none());
                missing.sort();
                // Its place is looked for in the text, where the engine does not tell it.
                let range = error.range().or_else(|| {
                    let path = missing.first()?;
                    text.find(path.as_str()).map(|start| start..start + path.len())
                });
                let what = missing.first().map_or(text, String::as_str);
                return Err(Failure { range, ..self.undefined(what, scope) });
            }
            Err(error) => return Err(failure(&error)),
        };
        if value.is_undefined() {
            return Err(self.undefined(text, scope));
        }
        Ok(value)
    }

    fn context(&self, scope: &Scope) -> Dynamic {
        Dynamic::from_pairs(scope.values.iter().map(|(name, value)| (name.clone(), dynamic(value))))
    }

    /// What a path such as `item.network.ip` leads to, exactly as it was written.
    fn look_up<'s>(&'s self, path: &str, scope: &'s Scope) -> Option<&'s Node> {
        let mut names = path.split('.').map(str::trim);
        let first = names.next().filter(|name| is_name(name))?;
        let mut node = scope.get(first).or_else(|| self.global(first))?;
        for name in names {
            if !is_name(name) {
                return None;
            }
            node = &node.as_mapping()?.iter().find(|entry| entry.key == name)?.value;
        }
        Some(node)
    }

    fn global(&self, name: &str) -> Option<&Node> {
        if let (Some(environment), "environment") = (&self.environment, name) {
            return Some(environment);
        }
        let visible = || self.root.iter().filter(|entry| is_visible(&entry.key));
        let exact = visible().find(|entry| entry.key == name);
        exact.or_else(|| visible().find(|entry| same_key(&entry.key, name))).map(|entry| &entry.value)
    }

    /// Fills in a text whose placeholders are all paths to scalars: their digits stay as written.
    fn render_paths(&self, text: &str, scope: &Scope) -> Option<String> {
        if text.contains("{%") || text.contains("{#") {
            return None;
        }
        let mut filled = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("{{") {
            let (inner, after) = after.split_once("}}")?;
            filled.push_str(before);
            match &self.look_up(inner.trim(), scope)?.value {
                Value::Text(text) => filled.push_str(&text.text),
                Value::Integer(digits) | Value::Float(digits) => filled.push_str(digits),
                Value::Bool(value) => filled.push_str(if *value { "true" } else { "false" }),
                Value::Null | Value::Sequence(_) | Value::Mapping(_) => return None,
            }
            rest = after;
        }
        filled.push_str(rest);
        Some(filled)
    }

    fn explain(&self, error: &minijinja::Error, scope: &Scope) -> Failure {
        if error.kind() != ErrorKind::UndefinedError {
            return failure(error);
        }
        let mut range = error.range();
        if let (Some(range), Some(source)) = (&mut range, error.template_source())
            && source.get(range.clone()).is_some_and(|part| part.starts_with('.'))
        {
            // The engine points at what is missing; people know it by its whole path.
            let before = &source[..range.start];
            range.start =
                before.trim_end_matches(|c: char| c.is_alphanumeric() || c == '_' || c == '.').len();
        }
        let culprit = range.clone().and_then(|range| error.template_source()?.get(range)).map(str::to_owned);
        Failure { range, ..self.undefined(culprit.as_deref().unwrap_or("it"), scope) }
    }

    fn undefined(&self, what: &str, scope: &Scope) -> Failure {
        let first = what.split(['.', '[', ' ', '|', '(']).next().unwrap_or_default();
        let own = scope.values.iter().map(|(name, _)| name.as_str());
        let globals = self.root.iter().map(|entry| entry.key.as_str()).filter(|key| is_visible(key));
        let known: Vec<&str> = own.chain(globals).collect();
        let advice = match did_you_mean(first, known.iter().copied()) {
            Some(near) if near != first => format!("Did you mean '{near}'?"),
            Some(_) => format!(
                "'{first}' exists, but not all of '{what}'. Test it with 'is defined' where it may be absent."
            ),
            None => format!("Known here: {}.", known.join(", ")),
        };
        Failure { why: format!("needs '{what}', which does not exist"), advice, range: None }
    }
}

/// Sections that expressions do not see: they are made of them.
fn is_visible(key: &str) -> bool {
    !["operations", "validation", "cleanup", "templates", "environments", "rollback", "dependencies"]
        .iter()
        .any(|name| same_key(name, key))
}

/// Whether a text has anything to be filled in.
pub(in crate::config) fn has_placeholders(text: &str) -> bool {
    text.contains("{{") || text.contains("{%") || text.contains("{#")
}

fn bare(text: &str) -> &str {
    only_placeholder(text).unwrap_or_else(|| text.trim())
}

fn only_placeholder(text: &str) -> Option<&str> {
    let inner = text.trim().strip_prefix("{{")?.strip_suffix("}}")?;
    (!inner.contains("{{") && !inner.contains("}}")).then(|| inner.trim_matches('-').trim())
}

fn is_name(name: &str) -> bool {
    name.starts_with(|c: char| c.is_alphabetic() || c == '_')
        && name.chars().all(|c| c.is_alphanumeric() || c == '_')
        && !["true", "false", "none", "True", "False", "None", "not"].contains(&name)
}

pub(in crate::config) fn text_node(text: String, at: Span) -> Node {
    Node { value: Value::Text(Text { text, style: Style::Quoted }), at }
}

fn dynamic(node: &Node) -> Dynamic {
    match &node.value {
        Value::Null => Dynamic::from(()),
        Value::Bool(value) => Dynamic::from(*value),
        Value::Integer(text) | Value::Float(text) => match node.to_json() {
            serde_json::Value::Number(number) => match (number.as_i64(), number.as_u64(), number.as_f64()) {
                (Some(whole), ..) => Dynamic::from(whole),
                (_, Some(whole), _) => Dynamic::from(whole),
                (.., Some(float)) => Dynamic::from(float),
                _ => Dynamic::from(text.as_str()),
            },
            _ => Dynamic::from(text.as_str()),
        },
        Value::Text(text) => Dynamic::from(text.text.as_str()),
        Value::Sequence(items) => Dynamic::from(items.iter().map(dynamic).collect::<Vec<_>>()),
        Value::Mapping(mapping) => {
            Dynamic::from_pairs(mapping.iter().map(|entry| (entry.key.clone(), dynamic(&entry.value))))
        }
    }
}

/// The tree for a value of the engine.
fn node(value: &Dynamic, at: Span, depth: usize) -> Result<Node, Failure> {
    let odd = |why: &str| Failure {
        why: why.to_owned(),
        advice: "Use an expression that gives text, a number, a list or a mapping.".to_owned(),
        range: None,
    };
    if depth > crate::config::text::document::MAX_DEPTH {
        return Err(odd("is nested too deeply"));
    }
    let value = match value.kind() {
        ValueKind::None => Value::Null,
        ValueKind::Bool => Value::Bool(value.is_true()),
        ValueKind::Number if value.is_integer() => Value::Integer(value.to_string()),
        ValueKind::Number => {
            let digits = value.to_string();
            if !digits.contains(|c: char| c.is_ascii_digit()) {
                return Err(odd("gives a number that cannot be written"));
            }
            Value::Float(digits)
        }
        ValueKind::String => Value::Text(Text { text: value.to_string(), style: Style::Quoted }),
        ValueKind::Seq | ValueKind::Iterable => {
            let items = value.try_iter().map_err(|error| failure(&error))?;
            let mut list = Vec::new();
            for item in items {
                if list.len() == MAX_ITEMS {
                    return Err(odd("gives too many values"));
                }
                list.push(node(&item, at, depth + 1)?);
            }
            Value::Sequence(list)
        }
        ValueKind::Map => {
            let mut mapping = Mapping::default();
            for key in value.try_iter().map_err(|error| failure(&error))? {
                let below = value.get_item(&key).map_err(|error| failure(&error))?;
                let key = key.to_string();
                if mapping.iter().any(|entry| entry.key == key) {
                    continue;
                }
                mapping.push(crate::config::text::document::Entry {
                    key,
                    key_at: at,
                    value: node(&below, at, depth + 1)?,
                });
            }
            Value::Mapping(mapping)
        }
        _ => return Err(odd("gives a value that a lab cannot hold")),
    };
    Ok(Node { value, at })
}

/// Items of a list that an expression gives.
pub(in crate::config) const MAX_ITEMS: usize = 10_000;

fn too_long() -> Failure {
    Failure {
        why: "gives too long a text".to_owned(),
        advice: format!("A rendered text may have {MAX_TEXT} bytes."),
        range: None,
    }
}

fn failure(error: &minijinja::Error) -> Failure {
    let detail = error.detail().map(str::to_owned).unwrap_or_else(|| error.kind().to_string());
    let why = match error.kind() {
        ErrorKind::OutOfFuel => "takes too many steps".to_owned(),
        ErrorKind::SyntaxError => format!("is not a valid expression: {detail}"),
        _ => format!("cannot be evaluated: {detail}"),
    };
    let advice = match error.kind() {
        ErrorKind::SyntaxError => {
            "Expressions look like node.name, count > 2, or environment == 'production'."
        }
        _ => "Check the names and the types of the values in it.",
    };
    Failure { why, advice: advice.to_owned(), range: error.range() }
}

/// Takes no more text than a little above the limit.
struct Bounded {
    text: String,
}

impl std::io::Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        if self.text.len() <= MAX_TEXT {
            self.text.push_str(&String::from_utf8_lossy(bytes));
            return Ok(bytes.len());
        }
        Err(std::io::Error::other("too long"))
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl fmt::Debug for Evaluator<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Evaluator").finish_non_exhaustive()
    }
}
