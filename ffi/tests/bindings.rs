//! The committed C# is what the generator gives, byte for byte, and has none of its known hazards.
//!
//! `LABRUNNER_WRITE_BINDINGS=1 cargo test -p labrunner-ffi --test bindings` regenerates it.

#![allow(clippy::unwrap_used)]

use interoptopus_csharp::RustLibrary;
use interoptopus_csharp::config::HeaderConfig;
use interoptopus_csharp::dispatch::Dispatch;
use interoptopus_csharp::output::Target;
use std::path::{Path, PathBuf};

fn committed() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../bindings/Generated/Interop.cs")
}

fn generate(folder: &Path) -> String {
    RustLibrary::builder(labrunner_native::inventory())
        .dll_name("labrunner_native")
        .dispatch(Dispatch::custom(|_, _| Target::new("Interop.cs", "LabRunner.Interop.Generated")))
        .headers(HeaderConfig { emit_version: false })
        .build()
        .process()
        .unwrap()
        .write_buffers_to(folder)
        .unwrap();
    std::fs::read_to_string(folder.join("Interop.cs")).unwrap().replace("\r\n", "\n")
}

#[test]
fn the_committed_bindings_are_the_generated_ones() {
    let folder = tempfile::tempdir().unwrap();
    let generated = generate(folder.path());
    if std::env::var_os("LABRUNNER_WRITE_BINDINGS").is_some() {
        std::fs::create_dir_all(committed().parent().unwrap()).unwrap();
        std::fs::write(committed(), &generated).unwrap();
    }
    let committed = std::fs::read_to_string(committed()).unwrap_or_default().replace("\r\n", "\n");
    assert!(
        committed == generated,
        "bindings/Generated/Interop.cs differs from what the generator gives; \
         run: LABRUNNER_WRITE_BINDINGS=1 cargo test -p labrunner-ffi --test bindings"
    );
}

#[test]
fn the_generated_code_has_no_await_in_an_unsafe_context() {
    let folder = tempfile::tempdir().unwrap();
    assert!(!generate(folder.path()).contains("async unsafe"));
}
