//! Entries and headers of every kind, for tests that must hold for all of them.

use super::entry::{
    Continued, Crashed, Current, Due, Ended, Finished, Kept, Opened, Released, Restart, Retrying,
    RollingBack, Serving, Skipped, Spawned, Started, Stop, Suspended,
};
use super::health::Health;
use super::order::{Ask, Order, Ordered, Refused};
use super::{
    Cause, Damage, DamageKind, Entry, ErrorReport, Fingerprint, Header, Listing, SkipKind, SkippedBecause,
    Stamp, What, Why, seal,
};
use crate::graph::OpId;
use crate::health;
use crate::operation::Remedy;
use crate::scheduler::{RunStatus, Status, StopReason};
use proptest::option::of;
use proptest::prelude::*;
use proptest::sample::select;

/// Text with whatever an operation's name or an error's message may have.
fn text() -> impl Strategy<Value = String> {
    prop_oneof!["[a-zA-Z0-9 '\"\\\\/:]{0,20}", any::<String>(), Just("a\nb\r\u{0}\u{2028}🦀".to_owned())]
}

fn op() -> impl Strategy<Value = OpId> {
    (0u32..5).prop_map(OpId)
}

/// Boxed: with everything in place, what is made of these does not fit on the stack of a test.
fn error() -> BoxedStrategy<ErrorReport> {
    (text(), text(), text(), of(text()), of(text()))
        .prop_map(|(id, category, message, position, stack)| ErrorReport {
            id,
            category,
            message,
            position,
            stack,
        })
        .boxed()
}

fn damage() -> impl Strategy<Value = Damage> {
    use DamageKind::{Mismatch, OutOfSequence, Torn, Unknown, Unreadable};
    (text(), any::<u64>(), select(vec![Torn, Mismatch, OutOfSequence, Unknown, Unreadable]))
        .prop_map(|(file, offset, kind)| Damage { file, offset, kind })
}

fn because() -> impl Strategy<Value = SkippedBecause> {
    use SkipKind::{
        Dependency, HeldByService, NotTriggered, NothingToUndo, NothingToWatch, Ordered, OutcomeUnknown,
        RunCanceled, RunParked, RunStopped, RunTimeout, RunUnhealthy,
    };
    let kinds = vec![
        Dependency,
        NotTriggered,
        RunStopped,
        RunCanceled,
        RunTimeout,
        NothingToWatch,
        HeldByService,
        OutcomeUnknown,
        NothingToUndo,
        RunParked,
        Ordered,
        RunUnhealthy,
    ];
    (select(kinds), of(text()), text()).prop_map(|(kind, operation, message)| SkippedBecause {
        kind,
        operation,
        message,
    })
}

/// Boxed, as errors are.
fn stamp() -> BoxedStrategy<Box<Stamp>> {
    let map = || proptest::collection::btree_map(text(), text(), 0..3);
    let listing = || {
        (text(), any::<u64>(), map(), any::<bool>()).prop_map(|(digest, files, parts, folded)| Listing {
            digest,
            files,
            parts,
            folded,
        })
    };
    (text(), text(), of(text()), of(text()), of(listing()), of(listing()), map())
        .prop_map(|(made_in, declared, block, parameters, inputs, outputs, built_on)| {
            let fingerprint = Fingerprint { block, parameters };
            Box::new(Stamp { made_in, declared, fingerprint, inputs, outputs, built_on })
        })
        .boxed()
}

fn why() -> impl Strategy<Value = Why> {
    let causes = vec![Cause::Always, Cause::Never, Cause::Dependency, Cause::InputChanged, Cause::Test];
    (select(causes), of(text()), of(text())).prop_map(|(cause, file, root)| Why { cause, file, root })
}

fn ended() -> impl Strategy<Value = Ended> {
    let who = (op(), text(), 1u32..4, select(Status::ALL.to_vec()), of(any::<u32>()));
    (who, of(error()), of(any::<i32>()), 0u64..1 << 40, of(any::<bool>()), of(stamp())).prop_map(
        |((op, name, attempt, status, worker), error, exit_code, duration_ms, test, stamp)| Ended {
            op,
            name,
            attempt,
            status,
            worker,
            error,
            exit_code,
            duration_ms,
            test,
            stamp,
        },
    )
}

/// Boxed, as errors are.
fn ordered() -> BoxedStrategy<Box<Ordered>> {
    let ask = prop_oneof![
        any::<bool>().prop_map(|kill| Ask::Stop { kill }),
        select(vec![Ask::Suspend, Ask::Resume, Ask::Unreadable]),
        text().prop_map(|operation| Ask::Skip { operation }),
        text().prop_map(|operation| Ask::Restart { operation }),
    ];
    let refused = (text(), text()).prop_map(|(id, message)| Refused { id, message });
    (text(), text(), any::<u32>(), text(), ask, of(refused))
        .prop_map(|(id, by, pid, sent_at, ask, refused)| {
            Box::new(Ordered { order: Order { id, by, pid, sent_at, ask }, refused })
        })
        .boxed()
}

/// Boxed, as errors are.
fn health() -> BoxedStrategy<Box<Health>> {
    let status = select(vec![health::Status::Starting, health::Status::Healthy, health::Status::Unhealthy]);
    let remedy = select(Remedy::WORDS.map(|(_, remedy)| remedy).to_vec());
    let which = (of(op()), text(), 0u32..4, text(), status, 0u32..9);
    (which, text(), of(remedy), 0u32..4, 0u32..4, of(text()))
        .prop_map(|((op, name, attempt, check, status, failures), message, remedy, time, budget, refused)| {
            Box::new(Health {
                op,
                name,
                attempt,
                check,
                status,
                failures,
                message,
                remedy,
                time,
                budget,
                refused,
            })
        })
        .boxed()
}

/// Everything that can happen after a segment has been opened.
pub fn what() -> impl Strategy<Value = What> {
    let who = || (op(), text(), 1u32..4);
    let run_status = || {
        use RunStatus::{Canceled, Failed, Parked, PartiallySucceeded, PartiallyUndone, Succeeded, Undone};
        select(vec![Succeeded, PartiallySucceeded, Failed, Canceled, Parked, Undone, PartiallyUndone])
    };
    prop_oneof![
        (op(), text(), text(), any::<bool>()).prop_map(|(op, name, from, up_to_date)| What::Kept(Kept {
            op,
            name,
            from,
            up_to_date
        })),
        (op(), text(), of(stamp())).prop_map(|(op, name, stamp)| What::Current(Current { op, name, stamp })),
        (op(), text(), why()).prop_map(|(op, name, why)| What::Due(Due { op, name, why })),
        (op(), text(), any::<u32>()).prop_map(|(op, name, times)| What::Crashed(Crashed { op, name, times })),
        (who(), of(any::<u32>())).prop_map(|((op, name, attempt), worker)| What::Started(Started {
            op,
            name,
            attempt,
            worker
        })),
        (who(), any::<u32>(), of(any::<u64>()), any::<bool>()).prop_map(
            |((op, name, attempt), pid, start_time, detached)| {
                What::Spawned(Spawned { op, name, attempt, pid, start_time, detached })
            }
        ),
        who().prop_map(|(op, name, attempt)| What::Serving(Serving { op, name, attempt })),
        (who(), of(any::<u32>()), select(StopReason::ALL.to_vec()), any::<u64>()).prop_map(
            |((op, name, attempt), worker, reason, grace_ms)| {
                What::Stop(Stop { op, name, attempt, worker, reason, grace_ms })
            }
        ),
        (ended(), any::<u64>()).prop_map(|(end, delay_ms)| What::Retrying(Retrying { end, delay_ms })),
        ended().prop_map(What::Ended),
        (who(), text(), any::<bool>()).prop_map(|((op, name, attempt), reason, rerun)| {
            What::Restart(Restart { op, name, attempt, reason, rerun })
        }),
        (op(), text(), because()).prop_map(|(op, name, because)| What::Skipped(Skipped {
            op,
            name,
            because
        })),
        who().prop_map(|(op, name, attempt)| What::Released(Released { op, name, attempt })),
        (op(), text()).prop_map(|(op, name)| What::RollingBack(RollingBack { op, name })),
        health().prop_map(What::Health),
        ordered().prop_map(What::Order),
        Just(What::Suspended(Suspended {})),
        Just(What::Continued(Continued {})),
        run_status().prop_map(|status| What::Finished(Finished { status })),
    ]
}

fn opened() -> impl Strategy<Value = What> {
    (1u32..9, of(any::<u64>()), of(damage()), any::<u32>())
        .prop_map(|(life, believes, damage, pid)| What::Opened(Opened { life, believes, damage, pid }))
}

/// The lines of a whole first segment.
pub fn segment(changes: &[What]) -> Vec<Vec<u8>> {
    let opened = What::Opened(Opened { life: 1, believes: None, damage: None, pid: 7 });
    let entries = std::iter::once(&opened).chain(changes).zip(0..);
    entries.map(|(what, seq)| line(&Entry { seq, at: seq * 10, what: what.clone() })).collect()
}

/// An entry as it is written.
pub fn line(entry: &Entry) -> Vec<u8> {
    let mut bytes = serde_json::to_vec(entry).unwrap();
    seal::seal(&mut bytes, 0);
    bytes
}

proptest! {
    #[test]
    fn what_is_written_is_what_is_read(seq: u64, at: u64, what in prop_oneof![what(), opened()]) {
        let entry = Entry { seq, at, what };
        let line = line(&entry);
        let line = line.strip_suffix(b"\n").unwrap();
        prop_assert!(!line.contains(&b'\n'));
        prop_assert!(seal::is_whole(line));
        prop_assert_eq!(&serde_json::from_slice::<Entry>(line).unwrap(), &entry);
        // Other readers of JSON, which need not keep the order of members.
        let document: serde_json::Value = serde_json::from_slice(line).unwrap();
        prop_assert_eq!(document["seq"].as_u64(), Some(seq));
        prop_assert!(document["event"].is_string() && document["c"].as_str().unwrap().len() == 8);
    }

    #[test]
    fn a_header_comes_back_as_it_was(run in text(), parent in of(text()), name in text(), source in of(text()), boot in of(text()), numbers: [u32; 3]) {
        let [pid, operations, max_concurrency] = numbers;
        let header = Header { format: 2, run, parent, name, source, boot, pid, operations, max_concurrency, ..Header::default() };
        let written = serde_json::to_vec_pretty(&header).unwrap();
        prop_assert_eq!(serde_json::from_slice::<Header>(&written).unwrap(), header);
    }
}
