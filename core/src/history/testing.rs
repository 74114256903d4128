//! Runs that tests of this folder look at.

use crate::graph::OpId;
use crate::record::disk::Files;
use crate::record::entry::{Ended, Finished, Retrying, Skipped, Started};
use crate::record::output::batch::{Kind, OutputRecord};
use crate::record::output::store::Options;
use crate::record::output::{Batch, Store};
use crate::record::{ErrorReport, Header, SkipKind, SkippedBecause, What, Writer};
use crate::scheduler::{RunStatus, Status};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

const SOON: Duration = Duration::from_secs(60);

/// A run of a database that fails and a web server that is skipped for it.
pub(super) fn failed(folder: &Path) {
    let header = Header {
        run: "0f3c9a52-7d1e-4b6a-9c00-1234567890ab".to_owned(),
        name: "shop".to_owned(),
        started_at: "2026-01-01T00:00:00Z".to_owned(),
        operations: 2,
        ..Header::default()
    };
    let plan = br#"{"operations":[{"name":"database"},{"name":"web","after":[0]},{"name":"database (rollback)","compensates":0}]}"#;
    let mut writer = Writer::create(Arc::new(Files), folder, &header, plan).unwrap();
    let store = Store::new(Arc::new(Files), folder.to_owned(), &header.run, 1, Options::default());
    let (op, name) = (OpId(0), "database".to_owned());
    let error = ErrorReport {
        id: "Boom".to_owned(),
        category: "OperationStopped".to_owned(),
        message: "no disk".to_owned(),
        position: Some("At /labs/shop.ps1:3 char:5".to_owned()),
        stack: Some("at <ScriptBlock>, /labs/shop.ps1: line 3".to_owned()),
    };
    let end = |attempt| Ended {
        op,
        name: name.clone(),
        attempt,
        status: Status::Failed,
        worker: Some(1),
        error: Some(error.clone()),
        exit_code: Some(5),
        duration_ms: 40,
        test: None,
        stamp: None,
    };
    let because = SkippedBecause {
        kind: SkipKind::Dependency,
        operation: Some(name.clone()),
        message: "it depends on 'database', which did not succeed".to_owned(),
    };
    writer.append(
        90,
        &[
            What::Started(Started { op, name: name.clone(), attempt: 1, worker: Some(1) }),
            What::Retrying(Retrying { end: end(1), delay_ms: 1 }),
            What::Started(Started { op, name: name.clone(), attempt: 2, worker: Some(1) }),
            What::Ended(end(2)),
            What::Skipped(Skipped { op: OpId(1), name: "web".to_owned(), because }),
            What::Finished(Finished { status: RunStatus::Failed }),
        ],
    );
    for (kind, op, text) in [
        (Kind::Warning, 0, "slow disk"),
        (Kind::Stdout, 0, "mkfs"),
        (Kind::Stderr, 0, "no disk"),
        (Kind::Output, 2, "undone"),
    ] {
        let mut batch = Batch::default();
        batch.push(&OutputRecord { op: OpId(op), attempt: 1, at: 70, kind, text });
        store.put(batch);
    }
    assert_eq!(store.close(91, writer.take_lock(), SOON), Default::default());
}
