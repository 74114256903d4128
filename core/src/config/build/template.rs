//! The templates of a lab: operations that are written once, and the parameters they take.

use super::expression::{Scope, text_node};
use crate::config::text::diagnostics::Findings;
use crate::config::text::document::{Entry, Mapping, Node, Span, Value, same_key};
use crate::config::text::fields::{self, Fields};
use crate::error::Code;
use crate::near::did_you_mean;
use std::collections::HashMap;

/// A template.
pub(in crate::config) struct Template<'n> {
    pub(in crate::config) name: &'n str,
    /// The operations it stands for.
    pub(in crate::config) operations: Vec<&'n Node>,
    /// What it takes, in order; nothing is declared when the template is an operation itself.
    parameters: Option<Vec<Parameter<'n>>>,
}

/// One parameter of a template.
struct Parameter<'n> {
    name: &'n str,
    kind: Kind,
    required: bool,
    default: Option<&'n Node>,
}

/// The type of a parameter.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    Any,
    Text,
    Number,
    Integer,
    Boolean,
    List,
    Mapping,
}

const KINDS: [(&str, Kind); 12] = [
    ("any", Kind::Any),
    ("text", Kind::Text),
    ("string", Kind::Text),
    ("number", Kind::Number),
    ("integer", Kind::Integer),
    ("int", Kind::Integer),
    ("boolean", Kind::Boolean),
    ("bool", Kind::Boolean),
    ("list", Kind::List),
    ("array", Kind::List),
    ("mapping", Kind::Mapping),
    ("object", Kind::Mapping),
];

impl Kind {
    fn takes(self, value: &Value) -> bool {
        match self {
            Self::Any => true,
            Self::Text => matches!(value, Value::Text(_) | Value::Integer(_) | Value::Float(_)),
            Self::Number => matches!(value, Value::Integer(_) | Value::Float(_)),
            Self::Integer => matches!(value, Value::Integer(_)),
            Self::Boolean => matches!(value, Value::Bool(_)),
            Self::List => matches!(value, Value::Sequence(_)),
            Self::Mapping => matches!(value, Value::Mapping(_)),
        }
    }

    fn called(self) -> &'static str {
        match self {
            Self::Any => "anything",
            Self::Text => "text",
            Self::Number => "a number",
            Self::Integer => "a whole number",
            Self::Boolean => "true or false",
            Self::List => "a list",
            Self::Mapping => "a mapping",
        }
    }
}

/// Reads the section `templates`, by name in lower case.
pub(in crate::config) fn read<'n>(
    entry: &'n Entry,
    findings: &mut Findings<'_>,
) -> HashMap<String, Template<'n>> {
    let mut templates = HashMap::new();
    for entry in fields::mapping(entry, findings).into_iter().flatten() {
        let Some(template) = template(entry, findings) else { continue };
        if templates.insert(entry.key.to_lowercase(), template).is_some() {
            let message = format!("two templates are called '{}'", entry.key);
            let advice = "Letter case does not count. Rename or remove one of them.";
            findings.error(Code::DuplicateName, entry.key_at, &message, advice);
        }
    }
    templates
}

fn template<'n>(entry: &'n Entry, findings: &mut Findings<'_>) -> Option<Template<'n>> {
    let mapping = fields::mapping(entry, findings)?;
    if mapping.get("operation").is_none() && mapping.get("operations").is_none() {
        return Some(Template { name: &entry.key, operations: vec![&entry.value], parameters: None });
    }
    let mut fields = Fields::new(mapping);
    fields.take(&["description"], findings);
    let parameters = fields.take(&["parameters"], findings);
    let one = fields.take(&["operation"], findings);
    let several = fields.take(&["operations"], findings);
    fields.finish("a template", findings);
    if let (Some(_), Some(several)) = (one, several) {
        let message = format!("the template '{}' has both 'operation' and 'operations'", entry.key);
        findings.error(Code::InvalidValue, several.key_at, &message, "Keep one of them.");
    }
    let operations = match (one, several) {
        (Some(one), _) => vec![&one.value],
        (None, Some(several)) => fields::list(several, findings)?.iter().collect(),
        (None, None) => Vec::new(),
    };
    let parameters = parameters.and_then(|entry| fields::mapping(entry, findings));
    let parameters = parameters.into_iter().flatten().map(|entry| parameter(entry, findings)).collect();
    Some(Template { name: &entry.key, operations, parameters: Some(parameters) })
}

/// `port: 80` is a default, `port:` is required, and a mapping says more.
fn parameter<'n>(entry: &'n Entry, findings: &mut Findings<'_>) -> Parameter<'n> {
    let name = entry.key.as_str();
    let Value::Mapping(mapping) = &entry.value.value else {
        let default = (!entry.value.is_null()).then_some(&entry.value);
        return Parameter { name, kind: Kind::Any, required: default.is_none(), default };
    };
    let mut fields = Fields::new(mapping);
    let kind =
        fields.take(&["type"], findings).and_then(|entry| fields::choice(entry, &KINDS, &[], findings));
    // An empty default is one, so it is looked for where emptiness counts.
    fields.take(&["default"], findings);
    let default = mapping.get("default").map(|entry| &entry.value);
    let required = fields.take(&["required"], findings).and_then(|entry| fields::boolean(entry, findings));
    fields.take(&["description"], findings);
    fields.finish("a parameter of a template", findings);
    let kind = kind.unwrap_or(Kind::Any);
    if let Some(default) = default
        && !default.is_null()
        && !kind.takes(&default.value)
    {
        let message =
            format!("the default of '{name}' must be {}, but is {}", kind.called(), default.value.kind());
        findings.error(Code::TemplateParameter, default.at, &message, "Change the default or the type.");
    }
    Parameter { name, kind, required: required.unwrap_or(default.is_none()), default }
}

/// What a template is given, at one place where it is used.
pub(in crate::config) struct Arguments {
    /// What its text sees.
    pub(in crate::config) scope: Scope,
    /// Values for the parameters of the operation itself, where the template declares none.
    pub(in crate::config) parameters: Option<Mapping>,
}

impl Template<'_> {
    /// Binds what is given to the parameters; reports what is missing, unknown or of another type.
    pub(in crate::config) fn bind(
        &self,
        given: Option<&Node>,
        used: Span,
        findings: &mut Findings<'_>,
    ) -> Option<Arguments> {
        let names: Vec<&str> = match (&self.parameters, self.own_parameters()) {
            (Some(parameters), _) => parameters.iter().map(|parameter| parameter.name).collect(),
            (None, Some(own)) => own.iter().map(|entry| entry.key.as_str()).collect(),
            (None, None) => Vec::new(),
        };
        let given = match given.map(|node| (node, &node.value)) {
            None | Some((_, Value::Null)) => Mapping::default(),
            Some((_, Value::Mapping(mapping))) => mapping.clone(),
            Some((_, Value::Sequence(items))) => match self.by_position(items, &names, findings) {
                Some(mapping) => mapping,
                // Without names, only `{0}`, `{1}` … can show them.
                None => {
                    let mut scope = Scope::default();
                    scope.positional = items.iter().map(words).collect();
                    return Some(Arguments { scope, parameters: None });
                }
            },
            Some((node, value)) => {
                let message = format!(
                    "the template '{}' must be given a mapping or a list, but is given {}",
                    self.name,
                    value.kind()
                );
                findings.error(
                    Code::WrongType,
                    node.at,
                    &message,
                    "Write 'with: {name: value}' or 'with: [value]'.",
                );
                return None;
            }
        };
        let Some(declared) = &self.parameters else {
            let mut scope = Scope::default();
            for entry in &given {
                scope.set(&entry.key, entry.value.clone());
            }
            scope.positional = given.iter().map(|entry| words(&entry.value)).collect();
            return Some(Arguments { scope, parameters: Some(given) });
        };
        self.declared(declared, &given, used, findings)
    }

    fn declared(
        &self,
        declared: &[Parameter<'_>],
        given: &Mapping,
        used: Span,
        findings: &mut Findings<'_>,
    ) -> Option<Arguments> {
        let mut scope = Scope::default();
        let mut sound = true;
        let find = |name: &str| given.iter().find(|entry| entry.key == name).or_else(|| given.get(name));
        for parameter in declared {
            let (value, at) = match (find(parameter.name), parameter.default) {
                (Some(entry), _) if !(entry.value.is_null() && parameter.required) => {
                    (&entry.value, entry.value.at)
                }
                (_, Some(default)) => (default, used),
                (_, None) if !parameter.required => {
                    scope.set(parameter.name, Node { value: Value::Null, at: used });
                    scope.positional.push(String::new());
                    continue;
                }
                (_, None) => {
                    let message = format!("the template '{}' needs '{}'", self.name, parameter.name);
                    let advice = format!(
                        "Add it: 'with: {{{}: …}}'. It must be {}.",
                        parameter.name,
                        parameter.kind.called()
                    );
                    findings.error(Code::TemplateParameter, used, &message, advice);
                    sound = false;
                    continue;
                }
            };
            if !value.is_null() && !parameter.kind.takes(&value.value) {
                let (name, kind) = (parameter.name, parameter.kind.called());
                let message = format!(
                    "the template '{}' takes {kind} as '{name}', but is given {}",
                    self.name,
                    value.value.kind()
                );
                findings.error(Code::TemplateParameter, at, &message, "Change the value.");
                sound = false;
            }
            scope.positional.push(words(value));
            scope.set(parameter.name, value.clone());
        }
        for entry in given {
            if !declared.iter().any(|parameter| same_key(parameter.name, &entry.key)) {
                let message = format!("the template '{}' has no parameter '{}'", self.name, entry.key);
                let advice = match did_you_mean(&entry.key, declared.iter().map(|parameter| parameter.name)) {
                    Some(near) => format!("Did you mean '{near}'?"),
                    None => "Remove it, or add it to the parameters of the template.".to_owned(),
                };
                findings.error(Code::TemplateParameter, entry.key_at, &message, advice);
                sound = false;
            }
        }
        sound.then_some(Arguments { scope, parameters: None })
    }

    /// The parameters that the template has as an operation.
    fn own_parameters(&self) -> Option<&Mapping> {
        let [operation] = self.operations[..] else { return None };
        operation.as_mapping()?.get("parameters")?.value.as_mapping()
    }

    fn by_position(&self, items: &[Node], names: &[&str], findings: &mut Findings<'_>) -> Option<Mapping> {
        if names.is_empty() && self.parameters.is_none() {
            return None;
        }
        let mut mapping = Mapping::default();
        for (at, item) in items.iter().enumerate() {
            match names.get(at) {
                Some(name) => {
                    mapping.push(Entry { key: (*name).to_owned(), key_at: item.at, value: item.clone() })
                }
                None => {
                    let message = format!(
                        "the template '{}' takes {} values, but is given {}",
                        self.name,
                        names.len(),
                        items.len()
                    );
                    findings.error(Code::TemplateParameter, item.at, &message, "Remove the rest.");
                    break;
                }
            }
        }
        Some(mapping)
    }
}

/// What `{0}` shows of a value: its text, or its name.
pub(in crate::config) fn words(value: &Node) -> String {
    if let Some(text) = fields::text_of(value) {
        return text;
    }
    match &value.value {
        Value::Bool(value) => value.to_string(),
        Value::Mapping(mapping) => mapping
            .get("name")
            .or_else(|| mapping.get("id"))
            .and_then(|entry| fields::text_of(&entry.value))
            .unwrap_or_default(),
        _ => String::new(),
    }
}

/// A whole number as a value.
pub(in crate::config) fn integer(number: i64, at: Span) -> Node {
    Node { value: Value::Integer(number.to_string()), ..text_node(String::new(), at) }
}
