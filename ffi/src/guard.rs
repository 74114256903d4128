//! The one place where a panic ends: every exported body runs in here.

use crate::document::Document;
use crate::handles::{Held, keep};
use crate::reply::{LabReply, LabTicket};
use labrunner_core::error::{Code, Fault};
use serde::Serialize;
use std::any::Any;
use std::cell::RefCell;
use std::io::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Once};

thread_local! {
    /// Where the last panic of this thread happened.
    static PLACE: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Keeps panics off the host's console: the fault says what happened, and where.
fn quiet_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        std::panic::set_hook(Box::new(|panic| {
            PLACE.set(panic.location().map(ToString::to_string));
        }));
    });
}

/// Runs a body that gives a number or a handle.
pub(crate) fn guarded(body: impl FnOnce() -> Result<u64, Fault>) -> LabReply {
    match catch(body) {
        Ok(value) => LabReply::value(value),
        Err(fault) => {
            let (content, length) = document_of(&fault);
            LabReply { status: LabReply::FAULT, content, length }
        }
    }
}

/// Runs a body that gives a document.
pub(crate) fn guarded_document<T: Serialize>(body: impl FnOnce() -> Result<T, Fault>) -> LabReply {
    guarded_writing(body, |value, document| serde_json::to_writer(document, &value))
}

/// Runs a body that gives a document which is written by taking apart what it says.
pub(crate) fn guarded_writing<T>(
    body: impl FnOnce() -> Result<T, Fault>,
    write: impl FnOnce(T, &mut Document) -> serde_json::Result<()>,
) -> LabReply {
    let mut length = 0;
    let reply = guarded(|| {
        let value = body()?;
        let (handle, bytes) = kept(|document| write(value, document));
        length = bytes;
        Ok(handle)
    });
    if reply.status == LabReply::OK { LabReply { length, ..reply } } else { reply }
}

/// Runs a body that gives a ticket.
pub(crate) fn guarded_ticket(body: impl FnOnce() -> Result<LabTicket, Fault>) -> LabTicket {
    catch(body).unwrap_or_else(|fault| {
        let (handle, length) = document_of(&fault);
        LabTicket { fault: handle, length, ..LabTicket::state(LabTicket::FAULT) }
    })
}

fn catch<T>(body: impl FnOnce() -> Result<T, Fault>) -> Result<T, Fault> {
    quiet_panics();
    // What a panic leaves half-done is inside the core, whose locks do not poison; the next call
    // finds a state that was consistent before the step that failed.
    catch_unwind(AssertUnwindSafe(body)).unwrap_or_else(|panic| Err(from_panic(panic.as_ref())))
}

fn from_panic(panic: &(dyn Any + Send)) -> Fault {
    let said = panic
        .downcast_ref::<&str>()
        .map(|said| (*said).to_owned())
        .or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "no message".to_owned());
    let place = PLACE.take().unwrap_or_else(|| "an unknown place".to_owned());
    Fault::new(Code::Panicked, format!("the core failed inside: {said} (at {place})"))
        .with_advice("This is a bug. Please report it with this message.")
}

fn document_of(value: &impl Serialize) -> (u64, u64) {
    kept(|document| serde_json::to_writer(document, value))
}

/// Makes a document and gives its handle and length.
fn kept(write: impl FnOnce(&mut Document) -> serde_json::Result<()>) -> (u64, u64) {
    let mut document = Document::default();
    if let Err(error) = write(&mut document) {
        // Only maps with keys that are not text can fail, and no document of ours has one.
        document = Document::default();
        let _ = write!(
            document,
            r#"{{"code":"LR0903","id":"LabRunner.InternalError","category":"InvalidResult","message":"{error}"}}"#
        );
    }
    let length = document.len() as u64;
    (keep(Held::Document(Arc::new(document))), length)
}
