//! The lab of an earlier run as that run had read it, for a run that goes on with it although its files have changed or gone.

use crate::config::{OpenLab, ReadOptions};
use crate::error::{Code, Fault};
use crate::history::open;
use crate::operation::LabFiles;
use crate::record::lab::{self, KeptFile, NoLab};
use crate::record::{Header, Record};
use serde::Serialize;
use std::path::Path;

/// What a host needs of it that reads scripts, and psd1 files, itself.
#[derive(Debug, PartialEq, Serialize)]
pub struct RecordedLab {
    /// The lab's files and the script files that its operations name.
    pub files: Vec<KeptFile>,
}

/// The files of the lab of a run whose folder or archive is at a path.
///
/// # Errors
/// [`Code::UnknownRun`] when there is no run, [`Code::LabNotRecorded`] when its record has no lab, or
/// [`Code::RecordedLabDamaged`].
pub fn look(place: &Path) -> Result<RecordedLab, Fault> {
    let files = files(place)?;
    Ok(RecordedLab { files: lab::kept_files(&files).collect() })
}

/// Reads a lab as its files are now or, when the options name the folder of a run, as that run had read it.
///
/// # Errors
/// As [`look`].
pub fn open_lab(bytes: &[u8], options: &ReadOptions) -> Result<OpenLab, Fault> {
    let recorded = options.recorded.as_deref().map(files).transpose()?;
    Ok(OpenLab::open_among(bytes, options, recorded))
}

fn files(place: &Path) -> Result<LabFiles, Fault> {
    open::with(place, |record, _| record.lab().map_err(|why| fault(record, why)))?
}

fn fault(record: &Record<'_>, why: NoLab) -> Fault {
    let Header { name, run, source, .. } = record.header();
    let none = |why: String| {
        let message = format!("the record of run '{name}' ({run}) has no copy of its lab, because {why}");
        Fault::new(Code::LabNotRecorded, message)
    };
    let as_it_is = "Go on with the lab as its file is now: leave -AsRecorded out.";
    let fault = match why {
        NoLab::Absent if source.is_none() => none("the run was not started from a lab file".to_owned())
            .with_advice("Give its operations with -Operations, without -AsRecorded."),
        NoLab::Absent => none("an older version of LabRunner wrote it".to_owned()).with_advice(as_it_is),
        NoLab::NotKept(why) => none(why.to_string()).with_advice(as_it_is),
        NoLab::Newer(format) => {
            let message = format!(
                "a newer version of LabRunner recorded the lab of run '{name}' ({run}), in format {format}"
            );
            Fault::new(Code::LabNotRecorded, message).with_advice("Go on with that version.")
        }
        NoLab::Damaged(what) => Fault::new(
            Code::RecordedLabDamaged,
            format!(
                "the copy of the lab in the record of run '{name}' ({run}) is damaged ('lab.json': {what})"
            ),
        )
        .with_advice(as_it_is),
    };
    fault.with_target(run)
}

#[cfg(test)]
#[path = "recorded_lab_tests.rs"]
mod tests;
