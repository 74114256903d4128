//! Which tests are run without the members of PowerShell's engine that are not public.

/// Turns them off in LabRunner: `EngineMembers.Switch` in C#.
const SWITCH: &str = "LABRUNNER_ENGINE_MEMBERS";

/// The classes of the engine tests whose subject goes by such members.
const CLASSES: [&str; 3] = ["EngineMembersTests", "ParallelStateTests", "ParallelStreamTests"];

/// The Pester files of the same kind.
const FILES: [&str; 3] = ["Isolation", "Jobs", "Streams"];

/// The members that LabRunner uses in a suite, and the tests that are run.
///
/// A test that no fallback can pass names the member it needs: in xunit by the trait `NeedsEngineMember`, in Pester by
/// a tag `NeedsEngineMember:…`. It is left out where the members are off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Members {
    /// All members and all tests.
    Used,
    /// No member, and all tests but those that need one.
    Off,
    /// As `Off`, and only the files whose subject goes by such members.
    OffWhereTheyMatter,
}

impl Members {
    /// What is added to the environment of a suite.
    pub fn environment(self) -> Option<(&'static str, &'static str)> {
        (self != Self::Used).then_some((SWITCH, "off"))
    }

    /// What is added to the name of a suite.
    pub fn label(self) -> &'static str {
        if self == Self::Used { "" } else { ", without engine members" }
    }

    /// The filter of `dotnet test`; nothing for all tests.
    pub fn engine_filter(self, name: Option<&str>) -> Option<String> {
        let mut parts: Vec<String> = name.iter().map(|name| format!("FullyQualifiedName~{name}")).collect();
        if self != Self::Used {
            // Each value is the full name of a member, so it has a dot.
            parts.push("NeedsEngineMember!~.".to_owned());
        }
        if self == Self::OffWhereTheyMatter {
            let classes = CLASSES.map(|class| format!("FullyQualifiedName~{class}"));
            parts.push(format!("({})", classes.join("|")));
        }
        (!parts.is_empty()).then(|| parts.join("&"))
    }

    /// The Pester files; nothing for all of them.
    pub fn pester_files(self) -> Option<impl Iterator<Item = String>> {
        (self == Self::OffWhereTheyMatter)
            .then(|| FILES.into_iter().map(|name| format!("tests/pester/{name}.Tests.ps1")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_are_joined() {
        assert_eq!(Members::Used.engine_filter(None), None);
        assert_eq!(Members::Used.engine_filter(Some("a")).as_deref(), Some("FullyQualifiedName~a"));
        assert_eq!(
            Members::Off.engine_filter(Some("a")).as_deref(),
            Some("FullyQualifiedName~a&NeedsEngineMember!~.")
        );
        let some = Members::OffWhereTheyMatter.engine_filter(None).expect("a filter");
        assert!(some.starts_with("NeedsEngineMember!~.&(FullyQualifiedName~EngineMembersTests|"), "{some}");
    }

    #[test]
    fn the_files_are_there() {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let files = Members::OffWhereTheyMatter.pester_files().expect("files");
        assert!(files.into_iter().all(|file| root.join(file).is_file()));
        assert!(CLASSES.iter().all(|class| root.join(format!("tests/engine/{class}.cs")).is_file()));
    }
}
