//! What cargo builds: the native library, the example's web service, and the generated bindings.

use std::path::{Path, PathBuf};

use crate::checkout::{Checkout, Profile};
use crate::fault::{Fault, Outcome};
use crate::tool::Tool;

/// The generated file, as committed.
pub const GENERATED: &str = "bindings/Generated/Interop.cs";

/// Cargo in the checkout, on the registry that the build script decided for.
pub fn cargo(checkout: &Checkout, subcommand: &str) -> Tool {
    let program = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut tool = Tool::new(program, "install Rust from https://rustup.rs").within(checkout).arg(subcommand);
    if let Some(registry) = std::env::var_os("LABRUNNER_CRATES").filter(|value| !value.is_empty()) {
        // Source replacement: Cargo.lock stays the one of the default registry.
        let path = toml_string(Path::new(&registry));
        tool = tool
            .args(["--config", r#"source.crates-io.replace-with="labrunner-local""#, "--config"])
            .arg(format!("source.labrunner-local.local-registry={path}"));
    }
    // The rest must go to the folder that this program was built into.
    tool.arg("--locked").env("CARGO_TARGET_DIR", checkout.target())
}

fn toml_string(path: &Path) -> String {
    format!("\"{}\"", path.display().to_string().replace('\\', "\\\\").replace('"', "\\\""))
}

/// Builds the native library and the example's web service, optimized.
pub fn build_native(checkout: &Checkout) -> Outcome {
    cargo(checkout, "build")
        .args(["--release", "-p", "labrunner-ffi", "-p", "lab-web"])
        .expect("cargo build")?;
    expect_native(checkout, Profile::Release)
}

/// Builds the example's web service alone, for tests of a module that was built elsewhere.
pub fn build_lab_web(checkout: &Checkout) -> Outcome {
    cargo(checkout, "build").args(["--release", "-p", "lab-web"]).expect("cargo build")
}

/// Builds the native library for another system, where the tools for that are installed.
pub fn build_for(checkout: &Checkout, triple: &str, library: &str) -> Outcome<PathBuf> {
    let mut tool = cargo(checkout, "build").args(["--release", "-p", "labrunner-ffi", "--target", triple]);
    if triple.ends_with("-musl") {
        // A library that others load must not have a C library of its own inside.
        let name = triple.replace('-', "_").to_uppercase();
        tool = tool
            .env(&format!("CARGO_TARGET_{name}_RUSTFLAGS"), "-C target-feature=-crt-static")
            .env(&format!("CARGO_TARGET_{name}_LINKER"), "musl-gcc");
    }
    tool.expect(&format!("cargo build for {triple} (`rustup target add {triple}`, and a linker for it)"))?;
    let prefix = if library.ends_with(".dll") { "" } else { "lib" };
    Ok(checkout.target().join(triple).join("release").join(format!("{prefix}{library}")))
}

/// The native library must be among what cargo has built.
pub fn expect_native(checkout: &Checkout, profile: Profile) -> Outcome {
    let native = checkout.built_native(profile);
    if native.is_file() {
        return Ok(());
    }
    Err(Fault::new(format!("cargo built no {}; the crate in ffi/ must be a cdylib", native.display())))
}

/// Regenerates the committed bindings.
pub fn write_bindings(checkout: &Checkout) -> Outcome {
    expect_generator(checkout)?;
    cargo(checkout, "test")
        .args(["-q", "--workspace", "--test", "bindings"])
        .env("LABRUNNER_WRITE_BINDINGS", "1")
        .expect("writing the generated bindings")
}

fn expect_generator(checkout: &Checkout) -> Outcome {
    let generator = checkout.at("ffi/tests/bindings.rs");
    if generator.is_file() {
        return Ok(());
    }
    Err(Fault::new(format!("{} is missing: it holds the generator of {GENERATED}", generator.display())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_becomes_a_toml_string() {
        assert_eq!(toml_string(Path::new(r#"C:\a "b""#)), r#""C:\\a \"b\"""#);
    }
}
