//! The built library as a foreign host has it: how it is found, called and answered.

// Each file of tests takes what it needs. The macro that looks an export up is unsafe inside and often used inside `unsafe`.
#![allow(dead_code, unused_macros, unused_unsafe, missing_docs)]

use labrunner_native::reply::{LabReply, LabTicket};
use libloading::{Library, Symbol};
use serde_json::{Value, json};
use std::path::PathBuf;
use std::sync::OnceLock;

pub const WAIT: u32 = 20_000;

/// The library that cargo built for this test run, or the one named by `LABRUNNER_NATIVE_LIBRARY`.
pub fn library() -> &'static Library {
    static LIBRARY: OnceLock<Library> = OnceLock::new();
    LIBRARY.get_or_init(|| {
        let path = std::env::var_os("LABRUNNER_NATIVE_LIBRARY").map_or_else(
            || {
                let deps = std::env::current_exe().unwrap().parent().unwrap().to_owned();
                let name = libloading::library_filename("labrunner_native");
                let beside = deps.join(&name);
                if beside.exists() { beside } else { deps.parent().unwrap().join(name) }
            },
            PathBuf::from,
        );
        // SAFETY: it is our own library, whose initialisers do nothing.
        unsafe { Library::new(&path) }.unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    })
}

macro_rules! export {
    ($name:literal, fn($($argument:ty),*) -> $result:ty) => {{
        // SAFETY: the signature is the one the bindings are generated from.
        let symbol: libloading::Symbol<'_, unsafe extern "C-unwind" fn($($argument),*) -> $result> =
            unsafe { $crate::library::library().get($name.as_bytes()) }.unwrap();
        *symbol
    }};
}

/// Fetches a document; the fault's text where there is one.
pub fn document(reply: LabReply) -> Result<Value, Value> {
    let mut bytes = vec![0u8; reply.length as usize];
    let fetch = export!("lab_document", fn(u64, *mut u8, u64) -> LabReply);
    let fetched = unsafe { fetch(reply.content, bytes.as_mut_ptr(), bytes.len() as u64) };
    assert_eq!(fetched.status, LabReply::OK);
    assert_eq!(fetched.content, reply.length);
    let value = serde_json::from_slice(&bytes).unwrap();
    if reply.status == LabReply::OK { Ok(value) } else { Err(value) }
}

pub fn number(reply: LabReply) -> Result<u64, Value> {
    if reply.status == LabReply::OK { Ok(reply.content) } else { Err(document(reply).unwrap_err()) }
}

pub fn fault_of(ticket: LabTicket) -> Value {
    assert_eq!(ticket.state, LabTicket::FAULT);
    document(LabReply { status: LabReply::FAULT, content: ticket.fault, length: ticket.length }).unwrap_err()
}

pub fn with_bytes<T>(
    name: &str,
    bytes: &[u8],
    call: impl FnOnce(unsafe extern "C-unwind" fn(*const u8, u64) -> LabReply, *const u8, u64) -> T,
) -> T {
    // SAFETY: all functions that take one document have this signature.
    let symbol: Symbol<'_, unsafe extern "C-unwind" fn(*const u8, u64) -> LabReply> =
        unsafe { library().get(name.as_bytes()) }.unwrap();
    call(*symbol, bytes.as_ptr(), bytes.len() as u64)
}

pub fn compile_bytes(bytes: &[u8]) -> Result<u64, Value> {
    number(with_bytes("lab_plan_compile", bytes, |call, data, length| unsafe { call(data, length) }))
}

pub fn compile(request: &Value) -> Result<u64, Value> {
    compile_bytes(request.to_string().as_bytes())
}

pub fn scripts(operations: &[(&str, &[&str])]) -> Value {
    let operations: Vec<Value> = operations
        .iter()
        .map(|(name, dependencies)| json!({ "name": name, "dependencies": dependencies, "work": { "kind": "script" } }))
        .collect();
    json!({ "operations": operations })
}

pub fn start(plan: u64, options: &Value) -> Result<u64, Value> {
    let bytes = options.to_string();
    let call = export!("lab_run_start", fn(u64, *const u8, u64) -> LabReply);
    number(unsafe { call(plan, bytes.as_ptr(), bytes.len() as u64) })
}

pub fn run_of(operations: &[(&str, &[&str])]) -> u64 {
    start(compile(&scripts(operations)).unwrap(), &json!({ "max_concurrency": 2 })).unwrap()
}

pub fn take(run: u64, worker: u32, wait: u32) -> LabTicket {
    unsafe { export!("lab_run_take", fn(u64, u32, u32) -> LabTicket)(run, worker, wait) }
}

pub fn complete(run: u64, operation: u32, attempt: u32, outcome: &[u8]) -> Result<u64, Value> {
    let call = export!("lab_run_complete", fn(u64, u32, u32, *const u8, u64) -> LabReply);
    number(unsafe { call(run, operation, attempt, outcome.as_ptr(), outcome.len() as u64) })
}

pub fn cancel(run: u64, mode: u32) -> Result<u64, Value> {
    number(unsafe { export!("lab_run_cancel", fn(u64, u32) -> LabReply)(run, mode) })
}

pub fn release(handle: u64) -> Result<u64, Value> {
    number(unsafe { export!("lab_release", fn(u64) -> LabReply)(handle) })
}

pub fn result(run: u64) -> Result<Value, Value> {
    document(unsafe { export!("lab_run_result", fn(u64) -> LabReply)(run) })
}
