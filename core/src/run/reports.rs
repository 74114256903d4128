//! What a run makes of the reports of its tasks: messages to its driver, and lines in the logs of programs.

use super::driver::Message;
use super::handle::Run;
use super::outcome::Outcome;
use super::tasks::{Listener, Reports};
use crate::graph::OpId;
use crate::record::disk::Append;
use crate::scheduler::Input;
use crate::work::output::Stream;
use crate::work::provider::{self, Report};
use crate::work::runtime;
use std::collections::HashMap;
use std::io;

/// Reports that are taken at once.
const BATCH: usize = 256;

impl Listener for Run {
    fn listen(&self, mut reports: Reports) {
        let mut logs: HashMap<OpId, Log> = HashMap::new();
        let mut batch = Vec::with_capacity(BATCH);
        while reports.blocking_recv_many(&mut batch, BATCH) > 0 {
            for provider::Message { op, attempt, report } in batch.drain(..) {
                match report {
                    Report::Begins(reply) => {
                        let taken = Message::Taken { op, attempt, worker: None };
                        let begins = self.send(taken).is_running(op, attempt);
                        if begins && let Some(log) = open_log(self, op) {
                            logs.insert(op, log);
                        }
                        // A task that has gone meanwhile needs no answer.
                        let _ = reply.send(begins);
                    }
                    Report::Bound(handle) => self.driver.lock().bound(op, attempt, handle),
                    Report::Ready => {
                        drop(self.send(Message::Input(Input::ServiceReady(op, attempt))));
                    }
                    Report::Line(stream, line) => {
                        if let Some(log) = logs.get_mut(&op)
                            && let Err(error) = log.write(stream, &line)
                        {
                            self.driver.lock().lost_log(op, &error);
                            logs.remove(&op);
                        }
                        self.driver.lock().output(op, attempt, stream, line);
                    }
                    Report::Ended(conclusion) => {
                        logs.remove(&op);
                        // Before the message: another attempt may start with it.
                        self.driver.lock().forget_task(op);
                        let outcome = Outcome::from(conclusion);
                        drop(self.send(Message::Completed { op, attempt, outcome }));
                    }
                }
            }
        }
    }
}

/// The file with a program's output. An operation does not fail because it cannot be written.
struct Log(Box<dyn Append>);

/// Opens the log of an operation, if its run writes files.
fn open_log(run: &Run, op: OpId) -> Option<Log> {
    let (disk, path) = run.driver.lock().log_of(op)?;
    let opened = disk.make_folder(path.parent().unwrap_or(&path)).and_then(|()| disk.append(&path));
    let mut driver = run.driver.lock();
    match opened {
        Ok(file) => {
            driver.set_log(op, path.display().to_string());
            Some(Log(file))
        }
        Err(error) => {
            driver.lost_log(op, &error);
            None
        }
    }
}

impl Log {
    fn write(&mut self, stream: Stream, line: &str) -> io::Result<()> {
        debug_assert!(!runtime::is_shared(), "this may wait for a disk");
        let mark = match stream {
            Stream::Stdout => "",
            Stream::Stderr => "! ",
        };
        self.0.write_all(format!("{mark}{line}\n").as_bytes())
    }
}
