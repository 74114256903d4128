//! What cargo builds: the native library, the example's web service, and the check of the generated bindings.

use std::path::Path;

use crate::checkout::Checkout;
use crate::fault::{Fault, Outcome};
use crate::stamp::Stamp;
use crate::tool::Tool;

/// The generated file, as committed.
const GENERATED: &str = "bindings/Generated/Interop.cs";

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
    let native = checkout.built_native();
    if native.is_file() {
        return Ok(());
    }
    Err(Fault::new(format!("cargo built no {}; the crate in ffi/ must be a cdylib", native.display())))
}

/// Checks that the committed bindings are byte for byte what the generator gives.
pub fn check_bindings(checkout: &Checkout) -> Outcome {
    let inputs = ["ffi", "core/src", GENERATED, "Cargo.lock"];
    let stamp = Stamp::over(checkout, "bindings", &inputs, &[])?;
    if stamp.holds() {
        return Ok(());
    }
    expect_generator(checkout)?;
    cargo(checkout, "test")
        .args(["-q", "--workspace", "--test", "bindings"])
        .expect("the check of the generated bindings (./build.sh bindings regenerates them)")?;
    stamp.set()
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
