//! How work on an archive ends that has not come to its end.

use crate::error::{Code, Fault};

/// Why an archive is not unpacked or not made.
#[derive(Debug)]
pub(super) enum Broken {
    /// It was asked to stop.
    Stopped,
    /// It is damaged, or not an archive of this kind.
    Damaged(String),
    /// It would do what no archive should.
    Unsafe(String),
    /// Something else is in the way.
    Fault(Fault),
}

impl From<Fault> for Broken {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl Broken {
    /// The fault that this is of an archive; none where it was asked to stop.
    pub(super) fn of(self, archive: &str) -> Option<Fault> {
        match self {
            Self::Stopped => None,
            Self::Damaged(why) => Some(
                Fault::new(
                    Code::ArchiveDamaged,
                    format!("the archive '{archive}' is damaged or of another format: {why}"),
                )
                .with_advice("Get it again, with its checksum, or say its 'format'.")
                .with_target(archive),
            ),
            Self::Unsafe(why) => Some(
                Fault::new(
                    Code::ArchiveUnsafe,
                    format!("the archive '{archive}' is not unpacked, because {why}"),
                )
                .with_advice("Do not trust it. If it comes from you, make it again without that entry.")
                .with_target(archive),
            ),
            Self::Fault(fault) => Some(fault),
        }
    }
}

/// Something that cannot be read.
pub(super) fn unreadable(path: &str, why: &str) -> Fault {
    Fault::new(Code::SourceUnreadable, format!("'{path}' cannot be read: {why}"))
        .with_advice(
            "Check the path and its permissions, or add a dependency on the operation that makes it.",
        )
        .with_target(path)
}

/// An archive that needs a password.
pub(super) fn encrypted() -> Fault {
    Fault::new(Code::ArchiveEncrypted, "the archive is encrypted, and this version does not decrypt")
        .with_advice("Unpack it by a program that does, such as 7z, or get it without a password.")
}
