//! One attempt to bring a file here: the rest of what there is already, or all of it.
//!
//! A server is asked for the rest of exactly what there is (`If-Range`). What it answers is not believed: a range that
//! begins elsewhere, another size or another name for the content means a new beginning, never a file of two halves.

use super::client::{Answer, Client, failed, unanswered};
use super::digest::CHUNK;
use super::end::{End, Trouble};
use super::hold::Hold;
use super::part::{About, Part};
use super::why;
use crate::error::{Code, Fault};
use crate::operation::{Address, Algorithm, Digest, Scheme};
use crate::work::progress::{Progress, size};
use std::fs::File;
use std::io::{self, Read};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// What all attempts of a download have in common.
#[derive(Clone)]
pub(super) struct Job {
    pub(super) target: PathBuf,
    /// What it must come to.
    pub(super) wanted: Option<Digest>,
    /// The most bytes.
    pub(super) max: Option<u64>,
    pub(super) client: Client,
    pub(super) hold: Hold,
    pub(super) progress: Arc<Progress>,
}

/// A file that is there, whole.
#[derive(Debug)]
pub(super) struct Saved {
    pub(super) bytes: u64,
    pub(super) digest: Digest,
    /// Nothing has said how long it is, so that it may be cut off.
    pub(super) unmeasured: bool,
}

/// What comes of asking for a rest.
enum Rest {
    /// It follows what there is.
    Follows(Box<Answer>),
    /// All of the content, which may be another one by now.
    Whole(Box<Answer>),
    /// Nothing that could be used.
    Nothing,
}

/// How a body says where it ends.
struct Extent {
    total: Option<u64>,
    unmeasured: bool,
}

impl Job {
    /// Makes one attempt.
    pub(super) fn attempt(&self, address: &Address) -> Result<Saved, End> {
        if self.hold.is_empty() {
            let algorithm = self.wanted.as_ref().map_or(Algorithm::Sha256, |wanted| wanted.algorithm);
            self.hold.put(Part::open(&self.target, algorithm, self.hold.going())?)?;
        }
        let unmeasured = match address.scheme() {
            Scheme::File => self.copy(address)?,
            Scheme::Https | Scheme::Http => self.fetch(address)?,
        };
        self.conclude(address, unmeasured)
    }

    fn fetch(&self, address: &Address) -> Result<bool, End> {
        let url = identity(address);
        let answer = match self.hold.with(|part| part.resume(&url))? {
            Some((from, about)) => match self.rest(address, from, &about)? {
                Rest::Follows(answer) => {
                    self.hold.with(Part::go_on)?;
                    self.announce(from, about.total);
                    let extent = Extent { total: about.total, unmeasured: false };
                    return self.receive(address, *answer, &extent);
                }
                Rest::Whole(answer) => *answer,
                Rest::Nothing => self.ask(address, &[])?,
            },
            None => self.ask(address, &[])?,
        };
        self.whole(address, url, answer)
    }

    fn ask(&self, address: &Address, more: &[(&str, String)]) -> Result<Answer, End> {
        self.client.get(address, more, self.wanted.is_some(), &self.hold)
    }

    /// Asks for what is missing, by the name of the content, and once more by its date: some servers know the one only.
    fn rest(&self, address: &Address, from: u64, about: &About) -> Result<Rest, End> {
        let ask = |validator: &str| {
            self.ask(address, &[("range", format!("bytes={from}-")), ("if-range", validator.to_owned())])
        };
        let date = about.last_modified.as_deref();
        let Some(first) = about.strong_etag().or(date) else { return Ok(Rest::Nothing) };
        let answer = ask(first)?;
        let same_date = date.is_some() && answer.header("last-modified") == date;
        match answer.status() {
            200 if Some(first) != date && same_date => {
                let second = ask(date.unwrap_or_default())?;
                match second.status() {
                    206 if follows(&second, from, about) => Ok(Rest::Follows(Box::new(second))),
                    200 => Ok(Rest::Whole(Box::new(second))),
                    _ => Ok(Rest::Nothing),
                }
            }
            200 => Ok(Rest::Whole(Box::new(answer))),
            206 if follows(&answer, from, about) => Ok(Rest::Follows(Box::new(answer))),
            206 | 416 => Ok(Rest::Nothing),
            _ => Err(answer.refusal().into()),
        }
    }

    /// Takes all of the content, in place of what there is.
    fn whole(&self, address: &Address, url: String, answer: Answer) -> Result<bool, End> {
        if !matches!(answer.status(), 200 | 203) {
            return Err(answer.refusal().into());
        }
        self.refuse_encoding(address, &answer)?;
        let total = answer.response.body().content_length();
        if let (Some(total), Some(max)) = (total, self.max)
            && total > max
        {
            return Err(self.too_large(address, &format!("has {}", size(total))).into());
        }
        let text = |name| answer.header(name).map(str::to_owned);
        let about = About { url, etag: text("etag"), last_modified: text("last-modified"), total, bytes: 0 };
        self.hold.with(|part| part.begin(about))??;
        self.announce(0, total);
        let chunked = answer
            .header("transfer-encoding")
            .is_some_and(|how| how.to_ascii_lowercase().contains("chunked"));
        let extent = Extent { total, unmeasured: total.is_none() && !chunked };
        self.receive(address, answer, &extent)
    }

    /// A file that comes compressed without having been asked for so is another file, unless that is its own format.
    fn refuse_encoding(&self, address: &Address, answer: &Answer) -> Result<(), Fault> {
        let Some(encoding) =
            answer.header("content-encoding").filter(|it| !it.eq_ignore_ascii_case("identity"))
        else {
            return Ok(());
        };
        let names =
            [address.file_name(), answer.from.file_name(), self.target.to_string_lossy().into_owned()];
        let packed = |name: &String| {
            [".gz", ".tgz", ".xz", ".zst", ".br", ".bz2"]
                .iter()
                .any(|end| name.to_ascii_lowercase().ends_with(end))
        };
        if self.wanted.is_some() || names.iter().any(packed) {
            return Ok(());
        }
        let message = format!(
            "'{address}' could not be downloaded: the server sends it compressed ({encoding}), which it was not asked for"
        );
        Err(failed(message, "Add the checksum of the file as it is to be, or name another URL.", address))
    }

    fn receive(&self, address: &Address, answer: Answer, extent: &Extent) -> Result<bool, End> {
        let mut body = answer.response.into_body().into_reader();
        if let Err(end) = self.pour(&mut body, address, extent.total) {
            // What has come is not lost to the next attempt, where it is still there.
            let _ = self.hold.with(Part::checkpoint);
            return Err(end);
        }
        let written = self.hold.with(|part| part.written())?;
        match extent.total {
            Some(total) if written < total => {
                self.hold.with(Part::checkpoint)?.ok();
                Err(short(address, written, Some(total), "the connection was closed too early").into())
            }
            _ => Ok(extent.unmeasured),
        }
    }

    fn pour(&self, body: &mut impl Read, address: &Address, total: Option<u64>) -> Result<(), End> {
        let mut buffer = vec![0; CHUNK];
        loop {
            let read = match body.read(&mut buffer) {
                Ok(0) => return Ok(()),
                Ok(read) => read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => {
                    let (why, passes) = why::of_reading(&error);
                    let written = self.hold.with(|part| part.written())?;
                    return Err(Trouble { passes, ..short(address, written, total, &why) }.into());
                }
            };
            let written = self.hold.with(|part| part.append(&buffer[..read]).map(|()| part.written()))??;
            self.progress.received.fetch_add(read as u64, Ordering::Relaxed);
            self.progress.have.store(written, Ordering::Relaxed);
            if self.max.is_some_and(|max| written > max) {
                self.hold.end(Part::remove)?.ok();
                return Err(self.too_large(address, "is larger").into());
            }
            if total.is_some_and(|total| written > total) {
                self.hold.end(Part::remove)?.ok();
                let message = format!(
                    "'{address}' could not be downloaded: the server sent more than it had announced"
                );
                return Err(Trouble::passing(failed(message, "Add the URL of a mirror.", address)).into());
            }
        }
    }

    /// Copies a file of this machine.
    fn copy(&self, address: &Address) -> Result<bool, End> {
        let path = address.path();
        let unreadable = |error: &io::Error| {
            let why = match error.kind() {
                io::ErrorKind::NotFound => "it does not exist".to_owned(),
                io::ErrorKind::PermissionDenied => "access is denied".to_owned(),
                io::ErrorKind::IsADirectory => "it is a folder".to_owned(),
                _ => error.to_string(),
            };
            failed(
                format!("'{}' could not be read: {why}", path.display()),
                "Check the path in the URL and its permissions.",
                address,
            )
        };
        let mut file = File::open(&path).map_err(|error| unreadable(&error))?;
        let about = file.metadata().map_err(|error| unreadable(&error))?;
        if about.is_dir() {
            return Err(unreadable(&io::ErrorKind::IsADirectory.into()).into());
        }
        if self.max.is_some_and(|max| about.len() > max) {
            return Err(self.too_large(address, &format!("has {}", size(about.len()))).into());
        }
        self.hold.with(|part| part.begin(About { url: identity(address), ..About::default() }))??;
        self.announce(0, Some(about.len()));
        self.pour(&mut file, address, None)?;
        Ok(false)
    }

    /// Checks what there is, and gives it the name of the target.
    fn conclude(&self, address: &Address, unmeasured: bool) -> Result<Saved, End> {
        let (bytes, digest, resumed) =
            self.hold.with(|part| (part.written(), part.digest(), part.is_resumed()))?;
        if let Some(wanted) = self.wanted.as_ref().filter(|wanted| **wanted != digest) {
            self.hold.end(Part::remove)?.ok();
            let message =
                format!("'{address}' is not the file that its checksum is of: it has {digest}, not {wanted}");
            let advice =
                "If a new version was published, write its checksum; otherwise do not trust the file.";
            let fault = Fault::new(Code::ChecksumMismatch, message)
                .with_advice(advice)
                .with_target(address.to_string());
            // The halves of two versions: all of it at once may be right.
            return Err(Trouble { passes: resumed, ..Trouble::lasting(fault) }.into());
        }
        self.hold.end(Part::complete)??;
        Ok(Saved { bytes, digest, unmeasured })
    }

    fn announce(&self, have: u64, total: Option<u64>) {
        self.progress.have.store(have, Ordering::Relaxed);
        self.progress.total.store(total.unwrap_or(0), Ordering::Relaxed);
    }

    fn too_large(&self, address: &Address, how: &str) -> Fault {
        let max = size(self.max.unwrap_or(0));
        Fault::new(Code::DownloadTooLarge, format!("'{address}' {how}, and the limit is {max}"))
            .with_advice("Raise 'max-size', or check that the URL is the right one.")
            .with_target(address.to_string())
    }
}

/// What a part says of its URL: it tells them apart by their queries too, and shows nothing of these.
fn identity(address: &Address) -> String {
    format!("{address}#{}", &blake3::hash(address.request().as_bytes()).to_hex()[..16])
}

/// Whether an answer is what follows the bytes that are there.
fn follows(answer: &Answer, from: u64, about: &About) -> bool {
    let Some((first, last, total)) = answer.header("content-range").and_then(range) else { return false };
    let same_size = match (total, about.total) {
        (Some(total), Some(known)) => total == known,
        _ => true,
    };
    let same_name =
        answer.header("etag").is_none_or(|etag| about.etag.as_deref().is_none_or(|known| known == etag));
    let length = answer.response.body().content_length();
    first == from
        && last >= first
        && same_size
        && same_name
        && length.is_none_or(|length| length == last - first + 1)
}

/// The parts of `bytes 100-199/1000`.
fn range(header: &str) -> Option<(u64, u64, Option<u64>)> {
    let (unit, rest) = header.split_once(' ')?;
    let (range, total) = rest.trim().split_once('/')?;
    let (first, last) = range.split_once('-')?;
    let total = if total == "*" { None } else { Some(total.parse().ok()?) };
    unit.eq_ignore_ascii_case("bytes").then_some((first.parse().ok()?, last.parse().ok()?, total))
}

/// A file of which only the beginning has come.
fn short(address: &Address, written: u64, total: Option<u64>, why: &str) -> Trouble {
    let of = total.map(|total| format!(" of {total}")).unwrap_or_default();
    let message = format!("'{address}' could not be downloaded: {why} after {written}{of} bytes");
    Trouble::passing(failed(
        message,
        "Check the network and the server, or add the URL of a mirror.",
        address,
    ))
}

/// Reads all of a small file that is not saved.
pub(super) fn text(client: &Client, address: &Address, most: u64, hold: &Hold) -> Result<String, End> {
    let mut bytes = Vec::new();
    let read = match address.scheme() {
        Scheme::File => {
            File::open(address.path()).and_then(|file| file.take(most + 1).read_to_end(&mut bytes))
        }
        Scheme::Https | Scheme::Http => {
            let answer = client.get(address, &[], false, hold)?;
            if answer.status() != 200 {
                return Err(answer.refusal().into());
            }
            answer.response.into_body().into_reader().take(most + 1).read_to_end(&mut bytes)
        }
    };
    if let Err(error) = read {
        return Err(unanswered(address, &ureq::Error::Io(error)).into());
    }
    if bytes.len() as u64 > most {
        let message = format!("'{address}' is too large for a list of checksums");
        return Err(failed(message, "Check the URL after the checksum's algorithm.", address).into());
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
