//! What may be asked of the build on its command line.

use crate::fault::{Fault, Outcome};
use crate::pack::Options;

/// The text of `build.sh help`.
pub const HELP: &str = "\
usage: ./build.sh [command] [options]        (build.ps1 on Windows)

  build             build the native library and the C# projects, stage the module at out/LabRunner (default)
  run [args]        build, then run the example lab (examples/run-local-lab.ps1); args go to that script
  test              build, then run every lint and test suite; ends with `N passed, N failed, N skipped`;
                    what the suites write is in target/labrunner/logs
  lint              the lints alone: rustfmt, clippy, the C# analyzers
  bench [args]      build, then run the benchmarks; args go to the core benchmark
  pack              build, make the package for a gallery in target/labrunner/packed, install it into an empty folder and
                    run the Pester suite against what was installed
  native            build the native library for one system: --rid <system> --to <folder>
  bindings          regenerate bindings/Generated/Interop.cs from the C ABI
  docs              build, then regenerate docs/commands from the help of the commands
  help              this text

options of test:
  --filter <name>   only tests whose name contains this, in each suite that can filter; lints are left out
  --engine-members off
                    run the engine tests and Pester as a whole without the members of PowerShell's engine that are
                    not public; otherwise only the files whose subject goes by them are run so, after the others

options of pack:
  --native <folder> also pack the native libraries that lie there, each as <system>/labrunner_native.so, .dll or .dylib;
                    the systems are win-x64, win-arm64, linux-x64, linux-arm64, linux-musl-x64, osx-x64, osx-arm64
  --rid <system>    also build for this system here; may be said more than once
  --tag <tag>       the tag of a release; it must be that of the version
  --package <folder>
                    make no package, but install and test the one that lies there

environment:
  LABRUNNER_CRATES   a cargo local registry to use in place of cargo's default registry";

/// A command of the build.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Command {
    /// Build and stage the module.
    Build,
    /// Run the example lab.
    Run,
    /// Run every suite.
    Test,
    /// Run the lints.
    Lint,
    /// Run the benchmarks.
    Bench,
    /// Make the package, and try it.
    Pack,
    /// Build the native library for one system.
    Native,
    /// Regenerate the bindings.
    Bindings,
    /// Regenerate the command reference.
    Docs,
    /// Show the usage.
    Help,
}

/// One parsed command line.
#[derive(Debug, PartialEq, Eq)]
pub struct CommandLine {
    /// What to do.
    pub command: Command,
    /// `test --filter`.
    pub filter: Option<String>,
    /// Whether the engine's members that are not public are used: `test --engine-members`.
    pub engine_members: bool,
    /// What is packed besides what is built for this system.
    pub pack: Options,
    /// What is passed on untouched.
    pub rest: Vec<String>,
}

impl CommandLine {
    /// Parses the arguments after the program's name.
    pub fn parse(arguments: impl Iterator<Item = String>) -> Outcome<Self> {
        let mut arguments = arguments;
        let command = match arguments.next().as_deref() {
            None | Some("build") => Command::Build,
            Some("run") => Command::Run,
            Some("test") => Command::Test,
            Some("lint") => Command::Lint,
            Some("bench") => Command::Bench,
            Some("pack") => Command::Pack,
            Some("native") => Command::Native,
            Some("bindings") => Command::Bindings,
            Some("docs") => Command::Docs,
            Some("help" | "-h" | "--help" | "-?") => Command::Help,
            Some(other) => return Err(Fault::new(format!("unknown command `{other}`; see ./build.sh help"))),
        };
        let mut line = CommandLine {
            command,
            filter: None,
            engine_members: true,
            pack: Options::default(),
            rest: Vec::new(),
        };
        while let Some(argument) = arguments.next() {
            match (command, argument.as_str()) {
                (Command::Test, "--filter") => match arguments.next() {
                    Some(value) => line.filter = Some(value),
                    None => return Err(Fault::new("--filter needs a name")),
                },
                (Command::Test, "--engine-members") => match arguments.next().as_deref() {
                    Some("off") => line.engine_members = false,
                    Some("on") => line.engine_members = true,
                    _ => return Err(Fault::new("--engine-members needs `off` or `on`")),
                },
                (Command::Pack, "--native") => match arguments.next() {
                    Some(folder) => line.pack.native = Some(folder.into()),
                    None => return Err(Fault::new("--native needs a folder")),
                },
                (Command::Pack, "--package") => match arguments.next() {
                    Some(folder) => line.pack.package = Some(folder.into()),
                    None => return Err(Fault::new("--package needs a folder")),
                },
                (Command::Pack, "--tag") => match arguments.next() {
                    Some(tag) => line.pack.tag = Some(tag),
                    None => return Err(Fault::new("--tag needs a tag, v1.2.3 for example")),
                },
                (Command::Native, "--to") => match arguments.next() {
                    Some(folder) => line.pack.native = Some(folder.into()),
                    None => return Err(Fault::new("--to needs a folder")),
                },
                (Command::Pack | Command::Native, "--rid") => match arguments.next() {
                    Some(identifier) => line.pack.identifiers.push(identifier),
                    None => return Err(Fault::new("--rid needs a system, linux-arm64 for example")),
                },
                (Command::Run | Command::Bench, _) => line.rest.push(argument),
                (_, "-h" | "--help") => line.command = Command::Help,
                _ => {
                    return Err(Fault::new(format!("unexpected argument `{argument}`; see ./build.sh help")));
                }
            }
        }
        Ok(line)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Outcome<CommandLine> {
        CommandLine::parse(text.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn nothing_means_build() {
        assert_eq!(parse("").expect("valid").command, Command::Build);
    }

    #[test]
    fn a_filter_belongs_to_test_and_needs_a_value() {
        assert_eq!(parse("test --filter cycle").expect("valid").filter.as_deref(), Some("cycle"));
        assert!(parse("test --filter").is_err());
        assert!(parse("lint --filter x").is_err());
    }

    #[test]
    fn engine_members_are_used_unless_they_are_off() {
        assert!(parse("test").expect("valid").engine_members);
        assert!(!parse("test --engine-members off --filter x").expect("valid").engine_members);
        assert!(parse("test --engine-members maybe").is_err());
        assert!(parse("test --engine-members").is_err());
    }

    #[test]
    fn what_is_packed_may_come_from_elsewhere() {
        let line = parse("pack --native ./built --rid linux-arm64 --rid win-x64").expect("valid");
        assert_eq!(line.pack.native.as_deref(), Some(std::path::Path::new("./built")));
        assert_eq!(line.pack.identifiers, ["linux-arm64", "win-x64"]);
        assert!(parse("pack --native").is_err() && parse("pack --rid").is_err() && parse("pack x").is_err());
    }

    #[test]
    fn a_release_is_built_packed_and_tried_by_calls_of_the_build() {
        let line = parse("native --rid linux-arm64 --to built").expect("valid");
        assert_eq!((line.command, line.pack.identifiers), (Command::Native, vec!["linux-arm64".to_owned()]));
        assert_eq!(line.pack.native.as_deref(), Some(std::path::Path::new("built")));
        let line = parse("pack --native built --tag v1.2.3").expect("valid");
        assert_eq!(line.pack.tag.as_deref(), Some("v1.2.3"));
        let line = parse("pack --package packed").expect("valid");
        assert_eq!(line.pack.package.as_deref(), Some(std::path::Path::new("packed")));
        assert!(parse("pack --to x").is_err() && parse("native --package x").is_err());
    }

    #[test]
    fn run_passes_its_arguments_on() {
        assert_eq!(parse("run -DryRun --help").expect("valid").rest, ["-DryRun", "--help"]);
    }

    #[test]
    fn docs_takes_no_arguments() {
        assert_eq!(parse("docs").expect("valid").command, Command::Docs);
        assert!(parse("docs x").is_err());
    }

    #[test]
    fn an_unknown_command_is_named() {
        assert!(parse("tset").expect_err("invalid").to_string().contains("tset"));
    }
}
