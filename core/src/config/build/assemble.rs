//! Puts a document together: the file that was asked for, what it includes, and what an environment changes.
//!
//! From weakest to strongest: included files in their order, the file itself,
//! `configs/environments/<env>-overrides.json` in the file's folder or one above it, the file's own `environments:`,
//! and `<name>.<env>.yaml` (`.yml`, `.json`, `.jsonc`) beside it.

use super::interpolate::{Variables, fill_value};
use super::merge::{Overridden, merge};
use crate::config::text::diagnostics::{Findings, Source};
use crate::config::text::document::{Entry, FileId, Node, Span, Value, same_key};
use crate::config::text::files::Budget;
use crate::config::text::format::{Format, format_of};
use crate::config::text::{bytes, fields, json, paths, psd1, yaml};
use crate::error::{Code, Diagnostic};
use crate::near::did_you_mean;
use std::path::PathBuf;

/// Files that include each other, one below the other.
const MAX_DEPTH: usize = 16;

/// Sections whose entries can be taken from other files.
const SECTIONS: [&str; 3] = ["operations", "validation", "cleanup"];

/// Puts documents together and remembers what it took for that.
pub(in crate::config) struct Assembly<'a, 't> {
    pub(in crate::config) variables: &'a Variables,
    pub(in crate::config) findings: &'a mut Findings<'t>,
    pub(in crate::config) budget: &'a mut Budget,
    /// What was replaced.
    pub(in crate::config) overridden: Vec<Overridden>,
    /// The files that are being included, the outermost first.
    open: Vec<PathBuf>,
}

impl<'a, 't> Assembly<'a, 't> {
    pub(in crate::config) fn new(
        variables: &'a Variables,
        findings: &'a mut Findings<'t>,
        budget: &'a mut Budget,
    ) -> Self {
        let open = findings.source(FileId(0)).path().map(|path| budget.identity(path)).into_iter().collect();
        Self { variables, findings, budget, overridden: Vec::new(), open }
    }

    /// The root with what it includes below it, and the environment over it.
    pub(in crate::config) fn assemble(&mut self, root: Node, environment: Option<&str>) -> Node {
        let root = self.include(root);
        match environment {
            Some(name) => self.environment(root, name.trim()),
            None => root,
        }
    }

    fn include(&mut self, mut root: Node) -> Node {
        let Value::Mapping(mapping) = &mut root.value else { return root };
        let names = mapping.remove(&["include", "includes"]);
        for entry in mapping.iter_mut().filter(|entry| SECTIONS.iter().any(|name| same_key(name, &entry.key)))
        {
            match &mut entry.value.value {
                Value::Sequence(items) => self.splice(items),
                Value::Mapping(section) => {
                    let operations = section.iter_mut().filter(|entry| same_key(&entry.key, "operations"));
                    for entry in operations {
                        if let Value::Sequence(items) = &mut entry.value.value {
                            self.splice(items);
                        }
                    }
                }
                _ => {}
            }
        }
        let mut base: Option<Node> = None;
        for entry in &names {
            for (path, at) in self.paths(entry) {
                let Some(below) = self.load(&path, at) else { continue };
                if below.as_mapping().is_none() {
                    let message = format!(
                        "'{path}' must be a mapping to be included here, but is {}",
                        below.value.kind()
                    );
                    let advice = "A list of operations is included from an entry of 'operations:'.";
                    self.findings.error(Code::NotAMapping, at, &message, advice);
                    continue;
                }
                base = Some(match base {
                    Some(base) => merge(base, below, &mut self.overridden),
                    None => below,
                });
            }
        }
        match base {
            Some(base) => merge(base, root, &mut self.overridden),
            None => root,
        }
    }

    /// Puts the operations of other files in the place of entries that are nothing but `include`.
    fn splice(&mut self, items: &mut Vec<Node>) {
        let includes = |item: &Node| {
            item.as_mapping()
                .is_some_and(|mapping| mapping.get("include").is_some_and(|entry| !entry.value.is_null()))
        };
        if !items.iter().any(includes) {
            return;
        }
        for item in std::mem::take(items) {
            if !includes(&item) {
                items.push(item);
                continue;
            }
            let Value::Mapping(mapping) = item.value else { continue };
            if let Some(other) = mapping.iter().find(|entry| !same_key(&entry.key, "include")) {
                let message = format!("'{}' has no effect beside 'include'", other.key);
                let advice =
                    "An entry with 'include' stands for the operations of that file and has no other keys.";
                self.findings.error(Code::InvalidValue, other.key_at, &message, advice);
            }
            for entry in mapping.iter().filter(|entry| same_key(&entry.key, "include")) {
                for (path, at) in self.paths(entry) {
                    let Some(mut below) = self.load(&path, at) else { continue };
                    if let Value::Mapping(mapping) = &mut below.value
                        && let [operations, ..] = &mut mapping.remove(&["operations"])[..]
                    {
                        below = std::mem::replace(&mut operations.value, Node { value: Value::Null, at });
                    }
                    match below.value {
                        Value::Sequence(mut found) => {
                            self.splice(&mut found);
                            items.append(&mut found);
                        }
                        value => {
                            let message =
                                format!("'{path}' must be a list of operations, but is {}", value.kind());
                            let advice =
                                "Such a file is a list of operations, or has them below 'operations:'.";
                            self.findings.error(Code::WrongType, at, &message, advice);
                        }
                    }
                }
            }
        }
    }

    /// The paths that an `include` names, relative ones resolved against the folder of its file.
    fn paths(&mut self, entry: &Entry) -> Vec<(String, Span)> {
        let mut entry = entry.clone();
        fill_value(&mut entry.value, self.variables, self.findings);
        let nodes: Vec<Node> = match entry.value.value {
            Value::Sequence(ref items) => items.clone(),
            _ => vec![entry.value.clone()],
        };
        let Some(names) = fields::texts(&entry, self.findings) else { return Vec::new() };
        let mut paths = Vec::new();
        for (name, node) in names.iter().zip(&nodes) {
            let path = self.findings.resolve(node.at, name.trim());
            if name.trim().is_empty() {
                self.findings.error(
                    Code::InvalidValue,
                    node.at,
                    "an 'include' does not name a file",
                    "Name a file, relative to this one.",
                );
            } else if !paths::is_absolute(&path) {
                let message =
                    format!("'{name}' cannot be included, because the folder of this lab is not known");
                self.findings.error(
                    Code::FileUnreadable,
                    node.at,
                    &message,
                    "Read the lab by the full path of its file.",
                );
            } else {
                paths.push((path, node.at));
            }
        }
        paths
    }

    /// Reads a file that is named at `at`, with what it includes itself.
    fn load(&mut self, path: &str, at: Span) -> Option<Node> {
        let identity = self.budget.identity(path);
        // What a file says is shown in findings, so it must be one that is meant to be read. A link must lead to one.
        let is_known = is_configuration(path) && identity.to_str().is_some_and(is_configuration);
        if !(identity.is_dir() || is_known) {
            let message = format!("'{path}' cannot be included: it is not a configuration file");
            let advice = "Included files are .yaml, .yml, .json or .jsonc.";
            self.findings.error(Code::InvalidInclude, at, &message, advice);
            return None;
        }
        if self.open.contains(&identity) {
            let mut chain: Vec<_> = self.open.iter().map(|file| file.display().to_string()).collect();
            chain.push(identity.display().to_string());
            let message = format!("circular includes: {}", chain.join(" -> "));
            self.findings.error(Code::CyclicInclude, at, &message, "Remove one of these includes.");
            return None;
        }
        if self.open.len() > MAX_DEPTH {
            let message = format!("'{path}' would be included {MAX_DEPTH} files deep");
            self.findings.error(Code::DocumentTooLarge, at, &message, "Include it from a file further up.");
            return None;
        }
        self.open.push(identity);
        let root = self.parse(path, Some(at)).map(|root| self.include(root));
        self.open.pop();
        root
    }

    /// Reads one more file. Faults of the file as a whole are reported at `at`.
    fn parse(&mut self, path: &str, at: Option<Span>) -> Option<Node> {
        let report = |findings: &mut Findings<'_>, finding: Diagnostic| match at {
            Some(at) => findings.add(finding, at),
            None => findings.add_whole(finding),
        };
        let bytes = match self.budget.read(path) {
            Ok(bytes) => bytes,
            Err(finding) => {
                report(self.findings, *finding);
                return None;
            }
        };
        let text = match bytes::decode(&bytes) {
            Ok(text) => text.into_owned(),
            Err(finding) => {
                let message = format!("{path}: {}", finding.message);
                report(self.findings, Diagnostic { message, ..*finding });
                return None;
            }
        };
        drop(bytes);
        let format = match format_of(Some(path), &text) {
            Ok(format) => format,
            Err(finding) => {
                report(self.findings, *finding);
                return None;
            }
        };
        let file = self.findings.open(Source::new(Some(path.to_owned()), text, format))?;
        let source = std::rc::Rc::clone(self.findings.source(file));
        let before = self.findings.error_count();
        let root = match format {
            Format::Yaml => yaml::read(source.text(), self.findings),
            Format::Json => json::read(source.text(), self.findings),
            Format::Psd1 => {
                let at = at.unwrap_or(Span { file, ..Span::default() });
                self.findings.add(psd1::without_tokens(Some(path)), at);
                None
            }
        };
        if root.is_none() && self.findings.error_count() == before {
            let at = Span { file, ..Span::default() };
            self.findings.error(
                Code::NotAMapping,
                at,
                "the file is empty",
                "Write something into it, or do not name it.",
            );
        }
        root
    }

    fn environment(&mut self, mut root: Node, name: &str) -> Node {
        if name.is_empty()
            || name.starts_with('.')
            || !name.chars().all(|c| c.is_alphanumeric() || "-_. ".contains(c))
        {
            let finding = Diagnostic::error(
                Code::UnknownEnvironment,
                format!("'{name}' cannot be the name of an environment"),
            )
            .with_advice("Names have letters, digits, '-', '_' and '.'.");
            self.findings.add_whole(finding);
            return root;
        }
        let path = self.findings.source(FileId(0)).path().map(str::to_owned);
        let project = path.as_deref().and_then(|path| {
            [name.to_owned(), name.to_lowercase()].into_iter().find_map(|name| {
                self.budget.find_above(path, &format!("configs/environments/{name}-overrides.json"))
            })
        });
        let beside = path.as_deref().and_then(|path| self.beside(path, name));
        let mut known = Vec::new();
        let own = root.as_mapping().and_then(|mapping| mapping.get("environments")).and_then(|entry| {
            let environments = fields::mapping(entry, self.findings)?;
            known = environments.iter().map(|entry| entry.key.clone()).collect();
            environments.iter().find(|entry| entry.key.to_lowercase() == name.to_lowercase()).cloned()
        });
        if project.is_none() && beside.is_none() && own.is_none() {
            // A lab that is for this environment anyway has nothing to change.
            let label = root.as_mapping().and_then(|mapping| mapping.get("environment"));
            let label = label.and_then(|entry| match entry.value.as_mapping() {
                Some(mapping) => mapping.get("name").and_then(|entry| fields::text_of(&entry.value)),
                None => fields::text_of(&entry.value),
            });
            if label.is_some_and(|label| label.trim().to_lowercase() == name.to_lowercase()) {
                return root;
            }
            // A lab that is for this environment as it stands needs no changes for it.
            if !is_for(&root, name) {
                self.unknown(name, &known);
            }
            return root;
        }
        if let Some(path) = project
            && let Some(over) = self.parse(&path, None)
        {
            self.findings.foreign = Some(over.at.file);
            root = self.put_over(root, over);
        }
        if let Some(entry) = own
            && !entry.value.is_null()
            && fields::mapping(&entry, self.findings).is_some()
        {
            root = self.put_over(root, entry.value);
        }
        if let Some(path) = beside
            && let Some(over) = self.parse(&path, None)
        {
            let over = self.include(over);
            root = self.put_over(root, over);
        }
        root
    }

    fn put_over(&mut self, root: Node, over: Node) -> Node {
        if over.as_mapping().is_none() {
            let message =
                format!("the overrides of an environment must be a mapping, but are {}", over.value.kind());
            self.findings.error(
                Code::NotAMapping,
                over.at,
                &message,
                "Write the keys that differ, as in the lab.",
            );
            return root;
        }
        let at = root.at;
        Node { at, ..merge(root, over, &mut self.overridden) }
    }

    /// The file beside the lab that says what an environment changes.
    fn beside(&mut self, path: &str, name: &str) -> Option<String> {
        let folder = paths::folder_of(path)?;
        let file = &path[folder.len()..];
        let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
        let mut names = vec![name.to_owned()];
        if name.to_lowercase() != name {
            names.push(name.to_lowercase());
        }
        let candidates = names.iter().flat_map(|name| {
            ["yaml", "yml", "json", "jsonc"].map(|extension| format!("{folder}{stem}.{name}.{extension}"))
        });
        let mut found: Vec<String> = candidates.filter(|path| self.budget.exists(path)).collect();
        found.dedup_by_key(|path| self.budget.identity(path));
        if let [first, second, ..] = &found[..] {
            let finding = Diagnostic::error(
                Code::DuplicateName,
                format!("both '{first}' and '{second}' say what '{name}' changes"),
            )
            .with_advice("Keep one of the two.");
            self.findings.add_whole(finding);
        }
        found.into_iter().next()
    }

    fn unknown(&mut self, name: &str, known: &[String]) {
        let advice = match did_you_mean(name, known.iter().map(String::as_str)) {
            Some(near) => format!("Did you mean '{near}'?"),
            None if known.is_empty() => {
                "Define them below 'environments:', or in a file such as lab.dev.yaml beside lab.yaml."
                    .to_owned()
            }
            None => format!("The lab knows '{}'.", known.join("', '")),
        };
        let message = format!("the environment '{name}' has no overrides");
        self.findings.add_whole(Diagnostic::error(Code::UnknownEnvironment, message).with_advice(advice));
    }
}

/// Whether a file is of a kind that labs are made of, by its name.
fn is_configuration(path: &str) -> bool {
    let extension = path.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase());
    // A psd1 file cannot be included either, but for a reason of its own.
    matches!(extension.as_deref(), Some("yaml" | "yml" | "json" | "jsonc" | "psd1"))
}

/// Whether the document says of itself that it is for an environment: `environment: dev`, or a mapping with a name.
fn is_for(root: &Node, name: &str) -> bool {
    let own = root.as_mapping().and_then(|mapping| mapping.get("environment")).map(|entry| &entry.value);
    let own = own.and_then(|value| match value.as_mapping() {
        Some(mapping) => mapping.get("name").map(|entry| &entry.value),
        None => Some(value),
    });
    own.and_then(fields::text_of).is_some_and(|own| own.trim().to_lowercase() == name.to_lowercase())
}
