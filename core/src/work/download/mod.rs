//! The provider that downloads a file: from one URL after another, until it is there, whole and right.
//!
//! | question | file |
//! |--|--|
//! | what is one attempt | `transfer.rs` |
//! | what is on the disk meanwhile, and what of it counts | `part.rs` |
//! | who may still write when it was stopped | `hold.rs` |
//! | what is sent to which server | `client.rs` |
//! | what was wrong with the answer | `why.rs`, `end.rs` |
//! | when is it tried again | `settings.rs`, `retry.rs` |
//!
//! An attempt waits for a server on a thread that is made for waiting; all else happens in one task. The target has the
//! right content or is as it was before.

mod client;
mod digest;
mod end;
mod existing;
mod hold;
mod list;
mod part;
mod retry;
mod settings;
#[cfg(test)]
mod tests;
mod transfer;
mod why;

use super::output::Stream;
use super::progress::{Progress, line, size};
use super::provider::{Conclusion, Context, Ending, Provider, Reporter};
use super::secrets::Secrets;
use crate::error::{Code, Fault, phrase};
use crate::operation::{Address, Checksum, Digest, DownloadSpec};
use client::{Client, failed};
use end::{End, Trouble};
use hold::Hold;
use part::Part;
use settings::Settings;
use std::path::PathBuf;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use tokio::time::{Instant, interval_at, sleep};
use transfer::{Job, Saved};

/// A file to download.
pub(super) struct Download {
    spec: DownloadSpec,
    settings: Settings,
}

impl Provider for Download {
    fn run(self: Box<Self>, context: Context) -> Pin<Box<dyn Future<Output = Conclusion> + Send>> {
        Box::pin(self.carry_out(context))
    }
}

impl Download {
    /// As declared.
    pub(super) fn new(spec: DownloadSpec) -> Self {
        let settings = Settings::with_proxies_of(&spec.environment);
        Self { spec, settings }
    }

    async fn carry_out(self, context: Context) -> Conclusion {
        let Context { reporter, mut orders, secrets, .. } = context;
        let hold = Hold::default();
        let _guard = hold.guard();
        let ended = {
            let mut work = pin!(self.fetch(&reporter, &secrets, &hold));
            let mut listening = true;
            loop {
                tokio::select! {
                    biased;
                    order = orders.recv(), if listening => match order {
                        Some(_) => break Err(End::Stopped),
                        None => listening = false,
                    },
                    ended = &mut work => break ended,
                }
            }
        };
        match ended {
            Ok(()) => Conclusion { ending: Ending::Succeeded, exit_code: None, restart: None },
            Err(End::Failed(trouble)) => {
                // Off the threads of all programs: what has come is brought to the disk.
                let _ = blocking(move || Ok(hold.end(Part::leave))).await;
                Conclusion::failed(trouble.fault)
            }
            Err(End::Stopped) => {
                hold.stop().await;
                Conclusion { ending: Ending::Stopped, exit_code: None, restart: None }
            }
        }
    }

    async fn fetch(&self, reporter: &Reporter, secrets: &Secrets, hold: &Hold) -> Result<(), End> {
        let spec = &self.spec;
        let addresses = addresses(spec)?;
        let progress = Arc::new(Progress::default());
        let client = Client::new(&self.settings, headers(spec, secrets)?);
        let wanted = self.wanted(reporter, &client, &addresses, &progress, hold).await?;
        let job = Job {
            target: PathBuf::from(&spec.target),
            wanted,
            max: spec.max_bytes,
            client,
            hold: hold.clone(),
            progress: Arc::clone(&progress),
        };
        let (at, if_exists) = (job.clone(), spec.if_exists);
        let settled =
            blocking(move || existing::settled(&at.target, at.wanted.as_ref(), if_exists, &at.hold)).await?;
        if let Some(why) = settled {
            reporter.line(Stream::Stdout, why).await;
            return Ok(());
        }
        let saved = tokio::select! {
            saved = self.any_of(&job, &addresses, reporter) => saved?,
            never = self.show(&progress, reporter) => match never {},
        };
        let shown = job.target.display();
        if saved.unmeasured && job.wanted.is_none() {
            let warning = format!(
                "the server did not say how long '{shown}' is; add a checksum to be sure that it is whole"
            );
            reporter.line(Stream::Stderr, warning).await;
        }
        reporter
            .line(Stream::Stdout, format!("saved '{shown}': {}, {}", size(saved.bytes), saved.digest))
            .await;
        Ok(())
    }

    /// The checksum that the file must have, from a list where there is one.
    async fn wanted(
        &self,
        reporter: &Reporter,
        client: &Client,
        addresses: &[Address],
        progress: &Arc<Progress>,
        hold: &Hold,
    ) -> Result<Option<Digest>, End> {
        let Some(text) = &self.spec.checksum else { return Ok(None) };
        let wrong = |why| Fault::new(Code::InvalidValue, format!("the checksum '{text}' {why}"));
        let (algorithm, list) = match Checksum::parse(text).map_err(wrong)? {
            Checksum::Digest(digest) => return Ok(Some(digest)),
            Checksum::Listed(algorithm, list) => (algorithm, list),
        };
        let (client, hold, at) = (client.clone(), hold.clone(), list.clone());
        let read = move || transfer::text(&client, &at, list::MOST, &hold);
        let content = self.persist(reporter, progress, read).await?;
        let target = self.spec.target.rsplit(['/', '\\']).next().unwrap_or_default().to_owned();
        let mut names = addresses.iter().map(Address::file_name).chain([target]);
        let found = names.find_map(|name| list::find(&content, algorithm, &name));
        let name = addresses.first().map(Address::file_name).unwrap_or_default();
        let missing = || {
            let message = format!("'{list}' has no {algorithm} checksum of '{name}'");
            failed(message, "Check the URL after the algorithm, or write the digits of the checksum.", &list)
        };
        Ok(Some(found.ok_or_else(missing)?))
    }

    /// Tries one URL after another.
    async fn any_of(&self, job: &Job, addresses: &[Address], reporter: &Reporter) -> Result<Saved, End> {
        let mut faults: Vec<Fault> = Vec::new();
        for (number, address) in addresses.iter().enumerate() {
            let (at, of) = (job.clone(), address.clone());
            match self.persist(reporter, &job.progress, move || at.attempt(&of)).await {
                Err(End::Failed(trouble)) => {
                    let hopeless = trouble.fault.code == Code::TargetUnwritable;
                    if number + 1 < addresses.len() && !hopeless {
                        let next = format!("{} Trying the next URL.", trouble.fault.message);
                        reporter.line(Stream::Stderr, next).await;
                    }
                    faults.push(trouble.fault);
                    if hopeless {
                        break;
                    }
                }
                other => return other,
            }
        }
        Err(together(faults).into())
    }

    /// Makes attempts until one brings a result, fails for good, or has been one too many.
    async fn persist<T: Send + 'static>(
        &self,
        reporter: &Reporter,
        progress: &Progress,
        attempt: impl Fn() -> Result<T, End> + Clone + Send + 'static,
    ) -> Result<T, End> {
        let settings = &self.settings;
        let mut fruitless = 0;
        for number in 1.. {
            let before = progress.received.load(Ordering::Relaxed);
            let mut trouble = match blocking(attempt.clone()).await {
                Err(End::Failed(trouble)) if trouble.passes => trouble,
                other => return other,
            };
            let gained = progress.received.load(Ordering::Relaxed) > before;
            fruitless = if gained { 1 } else { fruitless + 1 };
            if fruitless >= settings.fruitless || number >= settings.attempts {
                return Err(given_up(*trouble, number));
            }
            let pause = trouble.retry_after.unwrap_or_else(|| settings.pause(fruitless));
            if pause > settings.longest_wish {
                let said = trouble.fault.message.trim_end_matches('.');
                trouble.fault.message = format!("{said} and asked for a pause of {} s.", pause.as_secs());
                return Err(End::Failed(trouble));
            }
            let next = format!("{} Trying again in {:.1} s.", trouble.fault.message, pause.as_secs_f64());
            reporter.line(Stream::Stderr, next).await;
            sleep(pause).await;
        }
        Err(End::Stopped)
    }

    /// Tells from time to time how far it is, without end.
    async fn show(&self, progress: &Progress, reporter: &Reporter) -> std::convert::Infallible {
        let every = self.settings.progress;
        let mut ticks = interval_at(Instant::now() + every, every);
        let mut before = progress.received.load(Ordering::Relaxed);
        loop {
            ticks.tick().await;
            let (have, total) = progress.now();
            let received = progress.received.load(Ordering::Relaxed);
            reporter.line(Stream::Stdout, line(have, total, received - before, every)).await;
            before = received;
        }
    }
}

/// Does what may wait for a disk or a server, on a thread of its own.
async fn blocking<T: Send + 'static>(
    act: impl FnOnce() -> Result<T, End> + Send + 'static,
) -> Result<T, End> {
    match tokio::task::spawn_blocking(act).await {
        Ok(ended) => ended,
        Err(_) => Err(Fault::new(Code::Panicked, "a download ended by a fault of LabRunner itself").into()),
    }
}

fn addresses(spec: &DownloadSpec) -> Result<Vec<Address>, Fault> {
    let read = |url: &String| {
        Address::parse(url)
            .map_err(|why| Fault::new(Code::InvalidValue, format!("a URL of the download {why}")))
    };
    spec.urls.iter().map(read).collect()
}

/// The headers, with values in place of references to secrets.
fn headers(spec: &DownloadSpec, secrets: &Secrets) -> Result<Vec<(String, String)>, Fault> {
    let revealed = |(name, value): (&String, &String)| {
        let value = secrets.reveal(value)?;
        if ureq::http::HeaderValue::from_str(value).is_err() {
            let message =
                format!("the secret for the header '{name}' has a character that no header can have");
            return Err(Fault::new(Code::InvalidSecret, message).with_advice("Store it in one line."));
        }
        Ok((name.clone(), value.to_owned()))
    };
    spec.headers.iter().map(revealed).collect()
}

/// A fault that came again and again.
fn given_up(mut trouble: Trouble, attempts: u32) -> End {
    let said = trouble.fault.message.trim_end_matches('.');
    trouble.fault.message = format!("{said}, also at attempt {attempts}.");
    trouble.into()
}

/// One fault for all URLs: the first speaks.
fn together(mut faults: Vec<Fault>) -> Fault {
    let others = faults.split_off(faults.len().min(1));
    let Some(mut first) = faults.pop() else { return Fault::new(Code::MissingKey, "a download has no URL") };
    if !others.is_empty() {
        let list: Vec<String> = others.iter().map(|fault| phrase(&fault.message)).collect();
        let said = first.message.trim_end_matches('.');
        first.message = format!("{said}; nor from elsewhere: {}.", list.join("; "));
    }
    first
}
