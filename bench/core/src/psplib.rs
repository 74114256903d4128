//! Reads PSPLIB (R. Kolisch, A. Sprecher, "PSPLIB – A project scheduling problem library", European
//! Journal of Operational Research 96 (1996) 205–216): single-mode instances and their best known makespans.

use labrunner_core::graph::{Graph, OpId};
use labrunner_core::preview::problem::Project;
use std::collections::HashMap;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// The sets that exist.
const SETS: [&str; 4] = ["j30", "j60", "j90", "j120"];

/// Files with the best known makespans of a set; the first one that is there counts.
const REFERENCES: [&str; 2] = ["opt.sm", "hrs.sm"];

/// One unit of PSPLIB's time in milliseconds, so that estimates with an error are not rounded away.
pub const UNIT: u64 = 1_000;

/// One problem.
pub struct Instance {
    /// The project, in milliseconds.
    pub project: Project,
    /// Its longest path, in milliseconds.
    pub bound: u64,
    /// The best known makespan in milliseconds, when known.
    pub best: Option<u64>,
}

/// The instances of one size.
pub struct Set {
    /// `j30` and so on.
    pub name: &'static str,
    /// Sorted by their file names.
    pub instances: Vec<Instance>,
}

/// Where the instances are.
pub fn folder(argument: Option<OsString>) -> PathBuf {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/psplib");
    argument.or_else(|| std::env::var_os("LABRUNNER_PSPLIB")).map_or_else(beside, PathBuf::from)
}

/// Reads every set that is there.
pub fn read_all(folder: &Path) -> Result<Vec<Set>, String> {
    let there = SETS.into_iter().filter(|set| folder.join(set).is_dir());
    let sets = there.map(|name| read_set(folder, name)).collect::<Result<Vec<_>, _>>()?;
    Ok(sets.into_iter().filter(|set| !set.instances.is_empty()).collect())
}

fn read_set(folder: &Path, name: &'static str) -> Result<Set, String> {
    let best = read_best(folder, name);
    let entries = std::fs::read_dir(folder.join(name)).map_err(|error| format!("{name}: {error}"))?;
    let mut paths: Vec<PathBuf> = entries.filter_map(|entry| entry.ok().map(|entry| entry.path())).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "sm"));
    paths.sort();
    let mut instances = Vec::with_capacity(paths.len());
    for path in paths {
        let text = std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        let project = parse(&text).map_err(|error| format!("{}: {error}", path.display()))?;
        let best = number_of(&path, name).and_then(|number| best.get(&number)).map(|&best| best * UNIT);
        instances.push(Instance { bound: project.critical_path_length(), project, best });
    }
    Ok(Set { name, instances })
}

/// `j3012_7.sm` is parameter set 12, instance 7.
fn number_of(path: &Path, set: &str) -> Option<(u32, u32)> {
    let (parameter, instance) = path.file_stem()?.to_str()?.strip_prefix(set)?.split_once('_')?;
    Some((parameter.parse().ok()?, instance.parse().ok()?))
}

/// Lines of `parameter instance makespan …` among headings.
fn read_best(folder: &Path, set: &str) -> HashMap<(u32, u32), u64> {
    let candidates = REFERENCES.iter().map(|suffix| folder.join(format!("{set}{suffix}")));
    let Some(text) = candidates.filter_map(|path| std::fs::read_to_string(path).ok()).next() else {
        return HashMap::new();
    };
    let line = |line: &str| {
        let mut words = line.split_whitespace();
        let number = (words.next()?.parse().ok()?, words.next()?.parse().ok()?);
        Some((number, words.next()?.parse().ok()?))
    };
    text.lines().filter_map(line).collect()
}

/// Reads a single-mode instance. Sections start with a heading; rows are numbers.
fn parse(text: &str) -> Result<Project, String> {
    #[derive(PartialEq)]
    enum Section {
        Other,
        Precedence,
        Requests,
        Availabilities,
    }
    let mut section = Section::Other;
    let (mut edges, mut durations, mut needs, mut capacities) =
        (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for line in text.lines() {
        section = match line.split([':', '/']).next().map(str::trim) {
            Some("PRECEDENCE RELATIONS") => Section::Precedence,
            Some("REQUESTS") => Section::Requests,
            Some("RESOURCEAVAILABILITIES") => Section::Availabilities,
            _ => section,
        };
        let row: Result<Vec<u64>, _> = line.split_whitespace().map(str::parse).collect();
        let Ok(row) = row else { continue };
        match (&section, row.as_slice()) {
            // jobnr. #modes #successors successors
            (Section::Precedence, [job, 1, _, successors @ ..]) => {
                let id = |job: u64| job.checked_sub(1).and_then(|id| u32::try_from(id).ok()).map(OpId);
                for &successor in successors {
                    edges.push(id(*job).zip(id(successor)).ok_or("a job number is out of range")?);
                }
            }
            // jobnr. mode duration needs
            (Section::Requests, [_, 1, duration, row @ ..]) => {
                durations.push(duration * UNIT);
                for &need in row {
                    needs.push(u32::try_from(need).map_err(|error| error.to_string())?);
                }
            }
            (Section::Availabilities, row @ [_, ..]) => {
                for &capacity in row {
                    capacities.push(u32::try_from(capacity).map_err(|error| error.to_string())?);
                }
            }
            _ => {}
        }
    }
    if durations.is_empty() {
        return Err("not a single-mode instance of PSPLIB".to_owned());
    }
    if edges.iter().any(|(from, to)| from.index().max(to.index()) >= durations.len()) {
        return Err("a successor is not among the jobs".to_owned());
    }
    let graph =
        Graph::build(durations.len(), edges).map_err(|_| "the jobs wait for each other in a circle")?;
    Project::new(graph, durations, capacities, needs).map_err(|error| error.to_string())
}
