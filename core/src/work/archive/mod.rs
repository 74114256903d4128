//! The provider that unpacks archives and makes them: what comes of it is there at once and whole, or not at all.
//!
//! | question | file |
//! |--|--|
//! | which names may become files | `name.rs` |
//! | where may links lead, and what is on the disk meanwhile | `tree.rs` |
//! | how much may come out | `limits.rs` |
//! | what is done with each entry | `unpacking.rs`, `write.rs` |
//! | in which order is an archive unpacked | `unpack.rs` |
//! | what do the formats say | `zip/`, `tar.rs`, `seven.rs` |
//! | how is an archive made | `pack.rs`, `item.rs` |
//!
//! What is wrong with any entry is wrong with the archive: nothing is skipped or mended, and the target stays as it was.

mod end;
mod item;
mod limits;
mod name;
mod pack;
mod positioned;
mod seven;
mod tar;
#[cfg(test)]
mod tests;
mod times;
mod tree;
mod unpack;
mod unpacking;
mod write;
mod zip;

use super::output::Stream;
use super::progress::{line, size};
use super::provider::{Conclusion, Context, Ending, Provider, Reporter};
use super::target::{Place, exists, is_empty};
use crate::error::{Code, Fault};
use crate::operation::{ArchiveMode, ArchiveSpec, IfExists};
use end::Broken;
use name::Rules;
use std::convert::Infallible;
use std::path::Path;
use std::pin::Pin;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::time::{Instant, interval_at};
use unpacking::Watch;

/// Between two lines of progress.
const PROGRESS: Duration = Duration::from_secs(5);

/// An archive to unpack or to make.
pub(super) struct ArchiveWork(pub(super) ArchiveSpec);

impl Provider for ArchiveWork {
    fn run(self: Box<Self>, context: Context) -> Pin<Box<dyn Future<Output = Conclusion> + Send>> {
        Box::pin(self.carry_out(context))
    }
}

/// Tells a thread to stop when nobody waits for it any more.
struct StopOnDrop(Watch);

impl Drop for StopOnDrop {
    fn drop(&mut self) {
        self.0.stopped.store(true, Ordering::SeqCst);
    }
}

impl ArchiveWork {
    async fn carry_out(self, context: Context) -> Conclusion {
        let Context { reporter, mut orders, .. } = context;
        let watch = Watch::default();
        let _stop = StopOnDrop(watch.clone());
        let (spec, at) = (self.0.clone(), watch.clone());
        let mut thread = tokio::task::spawn_blocking(move || run(&spec, &at));
        let mut listening = true;
        let mut telling = std::pin::pin!(tell(&watch, &reporter));
        let ended = loop {
            tokio::select! {
                biased;
                order = orders.recv(), if listening => {
                    listening = false;
                    if order.is_some() {
                        watch.stopped.store(true, Ordering::SeqCst);
                    }
                }
                ended = &mut thread => break ended,
                never = &mut telling => match never {},
            }
        };
        let archive = self.0.archive();
        let ending = match ended {
            Ok(Ok(said)) => {
                reporter.line(Stream::Stdout, said).await;
                Ending::Succeeded
            }
            Ok(Err(broken)) => broken.of(archive).map_or(Ending::Stopped, Ending::Failed),
            Err(_) => {
                Ending::Failed(Fault::new(Code::Panicked, "an archive ended by a fault of LabRunner itself"))
            }
        };
        Conclusion { ending, exit_code: None, restart: None }
    }
}

/// Does all of it, and says what it was.
fn run(spec: &ArchiveSpec, watch: &Watch) -> Result<String, Broken> {
    let Some(format) = spec.known_format() else {
        let message = format!("the name '{}' does not say which kind of archive it is", spec.archive());
        return Err(Fault::new(Code::InvalidValue, message).into());
    };
    let target = Path::new(&spec.target);
    let there = target.is_symlink() || target.exists();
    let free = spec.mode == ArchiveMode::Extract && is_empty(target);
    if there && !free {
        match spec.if_exists {
            Some(IfExists::Keep) => return Ok(format!("'{}' is there already and is kept", spec.target)),
            Some(IfExists::Merge) if !target.is_dir() => return Err(exists(target).into()),
            Some(IfExists::Replace | IfExists::Merge) => {}
            Some(IfExists::Fail) | None => return Err(exists(target).into()),
        }
        if spec.mode == ArchiveMode::Create && target.is_dir() {
            return Err(super::target::unwritable(target, &std::io::ErrorKind::IsADirectory.into()).into());
        }
    }
    let place = match spec.if_exists {
        Some(IfExists::Merge) => Place::Merge,
        Some(IfExists::Replace) => Place::Replace,
        _ => Place::New,
    };
    let (done, (entries, bytes)) = match spec.mode {
        ArchiveMode::Extract => ("unpacked", unpack::unpack(spec, format, place, watch, Rules::HERE)?),
        ArchiveMode::Create => ("packed", pack::pack(spec, format, place, watch)?),
    };
    Ok(format!("{done} '{}' into '{}': {entries} entries, {}", spec.source, spec.target, size(bytes)))
}

/// Tells from time to time how far it is, without end.
async fn tell(watch: &Watch, reporter: &Reporter) -> Infallible {
    let mut ticks = interval_at(Instant::now() + PROGRESS, PROGRESS);
    let mut before = 0;
    loop {
        ticks.tick().await;
        let bytes = watch.bytes.load(Ordering::Relaxed);
        reporter.line(Stream::Stdout, line(bytes, None, bytes - before, PROGRESS)).await;
        before = bytes;
    }
}
