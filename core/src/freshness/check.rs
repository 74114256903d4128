//! How one operation stands: what it was when it last succeeded, and what it is now.

use super::before::Before;
use super::listing::{self, Problem};
use super::past::{LastTime, Past};
pub use super::table::Verdict;
use super::table::{self, Facts, Files, Last};
use crate::operation::patterns::Patterns;
use crate::operation::{Ignorable, UpToDate};
use crate::record::stamp::Differs;
use crate::record::{Fingerprint, Listing, Stamp};
use std::collections::BTreeMap;
use std::path::Path;

/// What is asked of one operation.
#[derive(Clone, Debug)]
pub struct Question {
    /// Its name.
    pub name: String,
    /// What it says about being up to date.
    pub declared: UpToDate,
    /// Its script or program, and the values it gets.
    pub fingerprint: Fingerprint,
    /// What it depends on; behind a service, what that depends on.
    pub before: Vec<Before>,
    /// The id of this run.
    pub run: String,
    /// Whether it is to run whatever there is to say for leaving it.
    pub forced: bool,
}

/// How an operation stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// What is done with it.
    pub verdict: Verdict,
    /// What it will be when it has succeeded, except for what it makes; nothing when that was not found out.
    pub stamp: Option<Stamp>,
    /// What it was when it last succeeded, for one that is up to date or whose test says so.
    pub kept: Option<Stamp>,
}

impl Question {
    /// Answers, by what files have in them now.
    pub fn answer(&self, past: &Past, stopped: &dyn Fn() -> bool) -> Answer {
        let nothing = LastTime::default();
        let last = past.of(&self.name).unwrap_or(&nothing);
        let folder = self.declared.base();
        let files = self.declared.has_files();
        let mut facts = Facts {
            forced: self.forced,
            files,
            test: self.declared.test,
            // Without anything to compare it with, a success is none.
            last: if last.last == Last::Succeeded && last.stamp.is_none() { Last::Never } else { last.last },
            ..Facts::default()
        };
        let before = last.stamp.as_deref().filter(|_| facts.last == Last::Succeeded);
        let declared = if files { declared(&self.declared, &folder) } else { String::new() };
        let built_on = self.built_on(past);
        facts.drawn_by = self.drawn_by(before, &built_on);
        if let Some(before) = before {
            facts.declared = before.declared != declared;
            self.compare(before, &mut facts);
        }
        // Whatever else decides: a later run needs to know what it reads.
        let inputs = match (&self.declared.inputs, &self.declared.outputs) {
            (inputs, _) if inputs.is_empty() => Ok(None),
            (inputs, outputs) => list(&folder, inputs, Some(outputs), stopped).map(Some),
        };
        facts.inputs = compared(&inputs, before.map(|before| &before.inputs));
        let mut verdict = table::decide(&facts);
        if !matches!(verdict, Verdict::Run(_)) && !self.declared.outputs.is_empty() {
            let outputs = outputs(&self.declared, stopped);
            facts.outputs = compared(&outputs, before.map(|before| &before.outputs));
            verdict = table::decide(&facts);
        }
        let kept = before.map(|before| Stamp { built_on: built_on.clone(), ..before.clone() });
        let stamp = (inputs != Err(Problem::Stopped)).then(|| Stamp {
            made_in: self.run.clone(),
            declared,
            fingerprint: self.fingerprint.clone(),
            inputs: inputs.ok().flatten(),
            outputs: None,
            built_on: built_on.clone(),
        });
        // What no run has made is known by what it was built on alone.
        let unmade = || Stamp { made_in: last.run.clone(), built_on, ..Stamp::default() };
        let kept = kept.or_else(|| (!files).then(unmade));
        Answer { verdict, stamp, kept }
    }

    /// By name of what it depends on: the run in which that ran last.
    fn built_on(&self, past: &Past) -> BTreeMap<String, String> {
        let run = |before: &Before| match &before.ran {
            Some(_) => self.run.clone(),
            None => past.of(&before.name).map(|last| last.run.clone()).unwrap_or_default(),
        };
        self.before.iter().map(|before| (before.name.to_lowercase(), run(before))).collect()
    }

    /// What has run since this operation did, or leads back to it.
    fn drawn_by(&self, before: Option<&Stamp>, built_on: &BTreeMap<String, String>) -> Option<String> {
        if self.declared.ignores(Ignorable::Dependencies) {
            return None;
        }
        let ran = self.before.iter().find_map(|before| before.ran.clone());
        let has_run_since = |it: &&Before| {
            let name = it.name.to_lowercase();
            before.is_some_and(|before| before.built_on.get(&name) != built_on.get(&name))
        };
        ran.or_else(|| self.before.iter().find(has_run_since).map(|it| it.name.clone()))
    }

    /// Compares what it does and the values it gets.
    fn compare(&self, before: &Stamp, facts: &mut Facts) {
        let (then, now) = (&before.fingerprint, &self.fingerprint);
        let differ = |what, then: &Option<String>, now: &Option<String>, facts: &mut Facts| {
            if self.declared.ignores(what) {
                return false;
            }
            facts.unknown |= then.is_none() || now.is_none();
            then != now
        };
        facts.block = differ(Ignorable::Block, &then.block, &now.block, facts);
        facts.parameters = differ(Ignorable::Parameters, &then.parameters, &now.parameters, facts);
    }
}

/// What an operation has made; nothing when it says nothing of that.
pub type Made = Result<Option<Listing>, Problem>;

/// What an operation has made, once it has succeeded.
///
/// # Errors
/// Why files cannot be listed.
pub fn outputs(declared: &UpToDate, stopped: &dyn Fn() -> bool) -> Made {
    match &declared.outputs {
        outputs if outputs.is_empty() => Ok(None),
        outputs => list(&declared.base(), outputs, None, stopped).map(Some),
    }
}

fn list(
    folder: &Path,
    patterns: &[String],
    except: Option<&[String]>,
    stopped: &dyn Fn() -> bool,
) -> Result<Listing, Problem> {
    // The plan was refused if they could not be compiled.
    let compiled = |patterns: &[String]| {
        Patterns::compile(folder, patterns).map_err(|_| Problem::Missing(patterns.join(", ")))
    };
    let except = except.map(compiled).transpose()?;
    listing::list(folder, &compiled(patterns)?, except.as_ref(), stopped)
}

fn declared(it: &UpToDate, folder: &Path) -> String {
    listing::declared(folder, &it.inputs, &it.outputs)
}

/// How files stand, compared with what they were, if they were anything.
fn compared(now: &Result<Option<Listing>, Problem>, before: Option<&Option<Listing>>) -> Files {
    let now = match now {
        Ok(now) => now,
        Err(problem) => return Files::Problem(problem.clone()),
    };
    match (now, before) {
        (Some(now), Some(Some(before))) => match now.difference(before) {
            Some((how, name)) => Files::Differ(how, name.map(str::to_owned)),
            None => Files::Same,
        },
        // There was no list of them then.
        (Some(_), Some(None)) => Files::Differ(Differs::Added, None),
        _ => Files::Same,
    }
}
