//! The arrows of the core point one way: each room imports only from lower floors, and no files import each other
//! in a circle.
//!
//! This is the one place where the floors are written down. Code in tests may import what it likes.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// The rooms of `core/src`, lowest floor first. A room may import from floors below its own only.
const FLOORS: [&[&str]; 11] = [
    &["graph", "machine", "near", "parallel", "random", "wildcard"],
    &["error", "rank", "usage"],
    &["operation", "preview"],
    &["plan"],
    &["health", "scheduler", "work"],
    &["config", "record"],
    &["forecast", "history"],
    &["report"],
    &["freshness"],
    &["resume"],
    &["run"],
];

/// The rooms inside `config`, lowest floor first.
const FLOORS_OF_CONFIG: [&str; 3] = ["text", "build", "lab"];

/// A module as its path below the crate.
type Module = Vec<String>;

/// The code of all modules that is not for tests, without comments.
struct Core {
    code: BTreeMap<Module, String>,
    /// What is re-exported, and from where.
    exports: BTreeMap<Module, Module>,
}

impl Core {
    fn read() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../core/src");
        let mut files = Vec::new();
        collect(&root, &mut files);
        let mut modules = BTreeMap::new();
        let mut in_tests = BTreeSet::new();
        for file in files {
            let text = fs::read_to_string(&file).expect("a source file is readable");
            let module = module_of(file.strip_prefix(&root).expect("it lies below the root"));
            let (code, tests) = without_tests(&without_comments(&text));
            in_tests.extend(tests.into_iter().map(|name| child(&module, &name)));
            modules.insert(module, code);
        }
        modules.retain(|module: &Module, _| !(1..=module.len()).any(|to| in_tests.contains(&module[..to])));
        // Files that are tests by `#[path]`.
        modules.retain(|module, _| !module.last().is_some_and(|name| name.ends_with("tests")));
        let mut core = Self { code: modules, exports: BTreeMap::new() };
        let mut exports = BTreeMap::new();
        for (module, code) in &core.code {
            for (_, tree) in uses(code).filter(|(is_public, _)| *is_public) {
                for path in flatten(tree, &[]) {
                    if let (Some(name), Some(target)) = (path.last().cloned(), core.absolute(&path, module)) {
                        exports.insert(child(module, &name), target);
                    }
                }
            }
        }
        core.exports = exports;
        core
    }

    /// A path of code in a module as a path below the crate; none for another crate's.
    fn absolute(&self, path: &[String], module: &Module) -> Option<Module> {
        let (first, rest) = path.split_first()?;
        match first.as_str() {
            "crate" => Some(rest.to_vec()),
            "self" => Some([module.as_slice(), rest].concat()),
            "super" => {
                let mut parent = module.clone();
                parent.pop();
                match rest.first().map(String::as_str) {
                    Some("super") => self.absolute(rest, &parent),
                    _ => Some([parent.as_slice(), rest].concat()),
                }
            }
            _ => self.code.contains_key(&child(module, first)).then(|| [module.as_slice(), path].concat()),
        }
    }

    /// The module in which something is declared.
    fn home(&self, path: &[String]) -> Module {
        for to in 1..=path.len() {
            if let Some(target) = self.exports.get(&path[..to])
                && !self.code.contains_key(&path[..to])
            {
                return self.home(&[target.as_slice(), &path[to..]].concat());
            }
        }
        let is_module = |to: &usize| self.code.contains_key(&path[..*to]);
        path[..(0..=path.len()).rev().find(is_module).unwrap_or(0)].to_vec()
    }

    /// Which module imports from which others.
    fn arrows(&self) -> BTreeMap<&Module, BTreeSet<Module>> {
        let mut arrows = BTreeMap::new();
        for (module, code) in &self.code {
            let mut paths: Vec<Module> = uses(code)
                .filter(|(is_public, _)| !is_public)
                .flat_map(|(_, tree)| flatten(tree, &[]))
                .collect();
            paths.extend(inline_paths(code));
            let homes =
                paths.iter().filter_map(|path| self.absolute(path, module)).map(|path| self.home(&path));
            let others: BTreeSet<Module> = homes.filter(|home| !home.is_empty() && home != module).collect();
            arrows.insert(module, others);
        }
        arrows
    }
}

fn child(module: &[String], name: &str) -> Module {
    [module, &[name.to_owned()]].concat()
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a source folder is readable") {
        let path = entry.expect("its entries are").path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

fn module_of(file: &Path) -> Module {
    let path = file.with_extension("");
    let mut parts: Module = path.iter().map(|part| part.to_string_lossy().into_owned()).collect();
    if parts.last().is_some_and(|name| name == "mod") || parts == ["lib"] {
        parts.pop();
    }
    parts
}

fn without_comments(text: &str) -> String {
    let cut = |line: &str| line.find("//").map_or_else(|| line.to_owned(), |at| line[..at].to_owned());
    text.lines().map(|line| cut(line) + "\n").collect()
}

/// The code without what is declared for tests, and the names of the modules that are. It reads formatted code: an
/// item ends with its line, or where a brace closes in the column in which the item began.
fn without_tests(code: &str) -> (String, Vec<String>) {
    let (mut kept, mut tests) = (String::new(), Vec::new());
    let mut lines = code.lines();
    while let Some(line) = lines.next() {
        if !line.trim_start().starts_with("#[cfg(test)]") && !line.trim_start().starts_with("#[cfg(all(test")
        {
            kept.push_str(line);
            kept.push('\n');
            continue;
        }
        let indent = &line[..line.len() - line.trim_start().len()];
        let item = lines.by_ref().find(|line| !line.trim_start().starts_with("#[")).unwrap_or("");
        if let Some((_, name)) = item.split_once("mod ") {
            tests.push(name.trim_end_matches([';', ' ', '{']).to_owned());
        }
        if !item.ends_with([';', ',', '}']) {
            let is_end = |line: &str| {
                let closed = line.strip_prefix(indent).is_some_and(|rest| rest.starts_with(['}', ')']));
                closed || (!item.ends_with('{') && line.ends_with(';'))
            };
            lines.by_ref().find(|line| is_end(line));
        }
    }
    (kept, tests)
}

/// The `use` declarations of some code, and whether they are public.
fn uses(code: &str) -> impl Iterator<Item = (bool, &str)> {
    code.match_indices("use ").filter_map(move |(at, _)| {
        let line = code[..at].rsplit('\n').next().unwrap_or("").trim();
        let is_public = line.starts_with("pub");
        let is_use = line.is_empty() || (is_public && !line.contains(['{', '=', ' ']));
        is_use.then(|| (is_public, code[at + 4..].split(';').next().unwrap_or("")))
    })
}

/// The paths of a `use` tree.
fn flatten(tree: &str, prefix: &[String]) -> Vec<Module> {
    let tree = tree.trim();
    let open = tree.find('{').unwrap_or(tree.len());
    let head = tree[..open].split(" as ").next().unwrap_or("").split("::").map(str::trim);
    let parts: Module = head.filter(|part| !part.is_empty() && *part != "*").map(str::to_owned).collect();
    let prefix = [prefix, &parts].concat();
    if open == tree.len() {
        return vec![prefix];
    }
    let mut depth = 0;
    let mut branches = vec![String::new()];
    for letter in tree[open + 1..tree.rfind('}').unwrap_or(tree.len())].chars() {
        match letter {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                branches.push(String::new());
                continue;
            }
            _ => {}
        }
        if let Some(last) = branches.last_mut() {
            last.push(letter);
        }
    }
    branches
        .iter()
        .filter(|branch| !branch.trim().is_empty())
        .flat_map(|branch| flatten(branch, &prefix))
        .collect()
}

/// Paths that begin at the crate or at the module above, written out where they are needed. Who may see something is
/// not an import.
fn inline_paths(code: &str) -> Vec<Module> {
    let code = &code.replace("pub(in ", "pub(in:");
    let starts = code.match_indices("crate::").chain(code.match_indices("super::"));
    let paths = starts.filter(|(at, _)| {
        let before = code[..*at].chars().next_back();
        !before.is_some_and(|letter| letter.is_alphanumeric() || "_:".contains(letter))
    });
    let is_path = |letter: char| letter.is_alphanumeric() || "_:".contains(letter);
    paths
        .map(|(at, _)| {
            let path = code[at..].split(|letter| !is_path(letter)).next().unwrap_or("");
            path.split("::").filter(|part| !part.is_empty()).map(str::to_owned).collect()
        })
        // A tree behind `use` begins in the same way, and is read as one.
        .filter(|path: &Module| path.len() > 1)
        .collect()
}

fn floor_of(room: &str) -> Option<usize> {
    FLOORS.iter().position(|floor| floor.contains(&room))
}

/// Modules that import each other, directly or not, with `of`.
fn circle(arrows: &BTreeMap<&Module, BTreeSet<Module>>, of: &Module) -> BTreeSet<Module> {
    let reached = |from: &Module| {
        let mut seen = BTreeSet::new();
        let mut stack: Vec<&Module> = arrows[from].iter().collect();
        while let Some(module) = stack.pop() {
            if seen.insert(module.clone()) {
                stack.extend(arrows.get(module).into_iter().flatten());
            }
        }
        seen
    };
    reached(of).into_iter().filter(|other| reached(other).contains(of)).collect()
}

#[test]
fn every_room_has_a_floor_and_imports_from_lower_ones_only() {
    let core = Core::read();
    let mut wrong = Vec::new();
    for (module, others) in core.arrows() {
        let Some(room) = module.first() else { continue };
        let Some(floor) = floor_of(room) else {
            wrong.push(format!("'{room}' has no floor; give it one in xtask/tests/floors.rs"));
            continue;
        };
        for other in others.iter().filter(|other| other[0] != *room) {
            if floor_of(&other[0]).is_none_or(|below| below >= floor) {
                wrong.push(format!("{} imports {}", module.join("::"), other.join("::")));
            }
        }
    }
    assert!(wrong.is_empty(), "arrows that do not point down:\n{}", wrong.join("\n"));
}

#[test]
fn the_rooms_of_the_configuration_import_from_lower_ones_only() {
    let floor = |module: &[String]| match module {
        [room, inner, ..] if room == "config" => FLOORS_OF_CONFIG.iter().position(|of| of == inner),
        _ => None,
    };
    let core = Core::read();
    let mut wrong = Vec::new();
    for (module, others) in core.arrows() {
        let upward = |other: &&Module| match (floor(module), floor(other)) {
            (Some(here), Some(there)) => there > here,
            // What puts the rooms together stands above them.
            (Some(_), None) => other[..] == ["config".to_owned()],
            _ => false,
        };
        wrong.extend(
            others
                .iter()
                .filter(upward)
                .map(|other| format!("{} imports {}", module.join("::"), other.join("::"))),
        );
    }
    assert!(core.code.keys().any(|module| floor(module).is_some()), "there are such rooms");
    assert!(wrong.is_empty(), "arrows that do not point down:\n{}", wrong.join("\n"));
}

#[test]
fn no_files_import_each_other_in_a_circle() {
    let core = Core::read();
    let arrows = core.arrows();
    let circles: BTreeSet<BTreeSet<Module>> =
        arrows.keys().map(|module| circle(&arrows, module)).filter(|circle| !circle.is_empty()).collect();
    let name = |module: &Module| module.join("::");
    let wrong: Vec<String> =
        circles.iter().map(|circle| circle.iter().map(name).collect::<Vec<_>>().join(", ")).collect();
    assert!(wrong.is_empty(), "files that import each other:\n{}", wrong.join("\n"));
}

/// All others ask what a plan knows of an operation's work, so that a new kind of work changes nothing elsewhere.
#[test]
fn only_its_own_folder_and_the_providers_look_at_which_work_it_is() {
    let looks = |line: &str| {
        let Some(at) = line.find("Work::") else { return false };
        let before = &line[..at];
        line[at..].contains("=>")
            || ["let ", "matches!(", "== ", "!= "].iter().any(|sign| before.contains(sign))
    };
    assert!(looks("    Work::Script => {}") && looks("if let Work::Process(spec) = &work {"));
    assert!(!looks("    Some(Provider::PowerShell) => (Work::Script, None),"));
    let mut wrong = Vec::new();
    for (module, code) in &Core::read().code {
        let is_home = module.starts_with(&["operation".to_owned(), "work".to_owned()])
            || module.first().is_some_and(|room| room == "work");
        for line in code.lines().filter(|line| !is_home && looks(line)) {
            wrong.push(format!("{}: {}", module.join("::"), line.trim()));
        }
    }
    assert!(wrong.is_empty(), "code that looks at which work it is:\n{}", wrong.join("\n"));
}

#[test]
fn an_import_is_read_however_it_is_written() {
    let paths =
        |tree: &str| -> Vec<String> { flatten(tree, &[]).iter().map(|path| path.join("::")).collect() };
    assert_eq!(paths("crate::plan::{self, Plan, tests::{script, plan}}").len(), 4);
    assert_eq!(paths("super::a as b"), ["super::a"]);
    let code = "use crate::a::B;\npub use c::D;\nfn f() { crate::e::g(); super::h::i() }\n";
    let found: Vec<(bool, &str)> = uses(code).collect();
    assert_eq!(found, [(false, "crate::a::B"), (true, "c::D")]);
    assert_eq!(inline_paths("pub(in crate::a) fn f() {}\n").len(), 0);
    let inline: Vec<String> = inline_paths(code).iter().map(|path| path.join("::")).collect();
    assert_eq!(inline_paths("use super::{a, b};").len(), 0);
    assert!(["crate::e::g", "super::h::i"].iter().all(|path| inline.iter().any(|found| found == path)));
    let (kept, tests) =
        without_tests("mod a;\n#[cfg(test)]\nmod tests {\n    use crate::run;\n}\nfn b() {}\n");
    assert_eq!((kept.as_str(), tests.as_slice()), ("mod a;\nfn b() {}\n", &["tests".to_owned()][..]));
}
