//! What a run makes of the reports of its tasks: messages to its driver, and lines in the store of what operations wrote.

use super::driver::Message;
use super::handle::Run;
use super::outcome::Outcome;
use super::tasks::{Listener, Reports};
use crate::record::output::batch::{Kind, OutputRecord};
use crate::record::output::{Batch, store::PIECE};
use crate::scheduler::Input;
use crate::work::output::Stream;
use crate::work::provider::{self, Report};
use crate::work::runtime;

/// Reports that are taken at once.
const BATCH: usize = 256;

impl Listener for Run {
    fn listen(&self, mut reports: Reports) {
        let mut kept = Kept { batch: Batch::default(), wanted: self.keeps_output() };
        let mut batch = Vec::with_capacity(BATCH);
        while reports.blocking_recv_many(&mut batch, BATCH) > 0 {
            for provider::Message { op, attempt, report } in batch.drain(..) {
                match report {
                    Report::Begins(reply) => {
                        let taken = Message::Taken { op, attempt, worker: None };
                        let begins = self.send(taken).is_running(op, attempt);
                        // A task that has gone meanwhile needs no answer.
                        let _ = reply.send(begins);
                    }
                    Report::Bound(handle) => self.driver.lock().bound(op, attempt, handle),
                    Report::Ready => {
                        drop(self.send(Message::Input(Input::ServiceReady(op, attempt))));
                    }
                    Report::Line(stream, line) => {
                        let kind = match stream {
                            Stream::Stdout => Kind::Stdout,
                            Stream::Stderr => Kind::Stderr,
                        };
                        let at = self.driver.lock().clock.now();
                        kept.add(self, &OutputRecord { op, attempt, at, kind, text: &line });
                        self.driver.lock().output(op, attempt, stream, line);
                    }
                    Report::Ended(conclusion) => {
                        let at = self.driver.lock().clock.now();
                        kept.add(self, &OutputRecord { op, attempt, at, kind: Kind::End, text: "" });
                        // What it wrote is there before anybody hears that it has ended.
                        kept.hand_over(self);
                        // Before the message: another attempt may start with it.
                        self.driver.lock().forget_task(op);
                        let outcome = Outcome::from(conclusion);
                        self.complete_task(op, attempt, outcome);
                    }
                }
            }
            kept.hand_over(self);
        }
    }
}

/// What programs have written since it was handed over last, as the store takes it.
struct Kept {
    batch: Batch,
    /// Whether anything is kept of this run.
    wanted: bool,
}

impl Kept {
    fn add(&mut self, run: &Run, record: &OutputRecord<'_>) {
        if self.wanted {
            self.batch.push(record);
            if self.batch.size() >= PIECE {
                self.hand_over(run);
            }
        }
    }

    fn hand_over(&mut self, run: &Run) {
        debug_assert!(!runtime::is_shared(), "this may wait for a disk");
        if !self.batch.is_empty() {
            run.keep_output(std::mem::take(&mut self.batch));
        }
    }
}
