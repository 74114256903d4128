//! The systems that the package may have a native library for.

use crate::checkout::runtime_identifier;
use crate::fault::{Fault, Outcome};

/// One system and processor.
#[derive(Debug, PartialEq, Eq)]
pub struct System {
    /// Its .NET name.
    pub identifier: &'static str,
    /// Its Rust name.
    pub triple: &'static str,
    /// The native library, as the module carries it.
    pub library: &'static str,
    /// The tag that the module has in a gallery.
    pub tag: &'static str,
}

/// All of them.
pub const ALL: [System; 7] = [
    system("win-x64", "x86_64-pc-windows-msvc", "labrunner_native.dll", "Windows"),
    system("win-arm64", "aarch64-pc-windows-msvc", "labrunner_native.dll", "Windows"),
    system("linux-x64", "x86_64-unknown-linux-gnu", "labrunner_native.so", "Linux"),
    system("linux-arm64", "aarch64-unknown-linux-gnu", "labrunner_native.so", "Linux"),
    system("linux-musl-x64", "x86_64-unknown-linux-musl", "labrunner_native.so", "Linux"),
    system("osx-x64", "x86_64-apple-darwin", "labrunner_native.dylib", "MacOS"),
    system("osx-arm64", "aarch64-apple-darwin", "labrunner_native.dylib", "MacOS"),
];

const fn system(
    identifier: &'static str,
    triple: &'static str,
    library: &'static str,
    tag: &'static str,
) -> System {
    System { identifier, triple, library, tag }
}

impl System {
    /// The one with this .NET name.
    pub fn named(identifier: &str) -> Outcome<&'static Self> {
        ALL.iter().find(|system| system.identifier == identifier).ok_or_else(|| {
            let known = ALL.map(|system| system.identifier).join(", ");
            Fault::new(format!(
                "`{identifier}` is not a system that LabRunner is built for; take one of {known}"
            ))
        })
    }

    /// The one that this program runs on.
    pub fn here() -> Outcome<&'static Self> {
        Self::named(runtime_identifier()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_system_is_found_by_its_name_and_others_are_named() {
        for system in &ALL {
            assert_eq!(System::named(system.identifier).expect("known"), system);
        }
        let fault = System::named("linux-mips").expect_err("unknown").to_string();
        assert!(fault.contains("`linux-mips`") && fault.contains("win-arm64, linux-x64"), "{fault}");
        System::here().expect("this system is one of them");
    }
}
