//! The life of a started program as one transition function: no clock and no process in here.

use crate::error::Fault;
use crate::operation::StopMode;
use crate::work::host::Exit;

/// Where a program is in its lifecycle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// A service that is not ready yet.
    Probing,
    /// A running task, or a service that is ready.
    Running,
    /// Asked to end; its grace runs.
    Stopping,
    /// Killed, but not yet seen to be gone.
    Killing,
    /// Gone; what it wrote is still being handed on.
    Draining,
    /// Over.
    Ended,
}

/// What happens to a program.
#[derive(Debug)]
pub(super) enum Input {
    /// The readiness probe has passed.
    Ready,
    /// The readiness probe has given up.
    NotReady(Fault),
    /// It is ordered to stop.
    Ordered(StopMode),
    /// The program has ended; others of its tree may live on.
    Exited(Exit),
    /// Nothing of its tree lives any more.
    TreeGone,
    /// All its output has been handed on.
    OutputEnded,
    /// The time that the last command set has passed.
    TimeOver,
}

/// What is to be done next. Times that are not mentioned are no longer of interest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Command {
    /// Tell that the service is ready.
    ReportReady,
    /// Ask the tree to end, and set the time to the end of the grace.
    Terminate,
    /// Bring the end of the grace forward, if the new order's is earlier.
    Hurry,
    /// Kill the tree.
    Kill,
    /// Set a short time for the rest of a killed tree to disappear.
    AwaitTree,
    /// Leave the rest of the tree alone and let its output end.
    Release,
    /// Let the output end.
    Drain,
    /// Let the output end, and set a short time for it.
    DrainInTime,
}

/// Why a program came to its end: the first cause counts.
#[derive(Debug)]
pub(super) enum Cause {
    /// It ended by itself.
    Itself {
        /// Whether its readiness probe had passed (true for a task).
        ready: bool,
    },
    /// It was ordered to stop.
    Ordered,
    /// It was not ready in time.
    NotReady(Fault),
}

/// One program's lifecycle.
#[derive(Debug)]
pub(super) struct Lifecycle {
    stage: Stage,
    service: bool,
    ordered: bool,
    cause: Option<Cause>,
    exit: Option<Exit>,
}

impl Lifecycle {
    /// A program that has just been started; `service` if it must prove ready and then go on.
    pub(super) fn new(service: bool) -> Self {
        let stage = if service { Stage::Probing } else { Stage::Running };
        Self { stage, service, ordered: false, cause: None, exit: None }
    }

    pub(super) fn stage(&self) -> Stage {
        self.stage
    }

    /// Whether the program itself has ended.
    pub(super) fn has_exited(&self) -> bool {
        self.exit.is_some()
    }

    /// Whether the rest of its tree is being waited for.
    pub(super) fn awaits_tree(&self) -> bool {
        self.has_exited() && matches!(self.stage, Stage::Stopping | Stage::Killing)
    }

    /// How it ended and why.
    pub(super) fn over(self) -> (Exit, Cause) {
        let ready = self.stage != Stage::Probing;
        (self.exit.unwrap_or_default(), self.cause.unwrap_or(Cause::Itself { ready }))
    }

    /// Takes what has happened, and says what to do. What does not matter any more changes nothing.
    pub(super) fn step(&mut self, input: Input) -> Option<Command> {
        use Stage::{Draining, Ended, Killing, Probing, Running, Stopping};
        let ordered_before = self.ordered;
        self.ordered |= matches!(input, Input::Ordered(_));
        let (stage, command) = match (self.stage, input) {
            (Probing, Input::Ready) => (Running, Command::ReportReady),
            (Probing, Input::NotReady(fault)) => {
                self.cause = Some(Cause::NotReady(fault));
                (Stopping, Command::Terminate)
            }

            (Probing | Running, Input::Exited(exit)) => {
                self.exit = Some(exit);
                self.cause = Some(Cause::Itself { ready: self.stage == Running });
                // Half a service is not a service: its helpers would only keep its port.
                if self.service { (Killing, Command::Kill) } else { (Draining, Command::Release) }
            }
            (Probing | Running, Input::Ordered(mode)) => {
                self.cause = Some(Cause::Ordered);
                match mode {
                    StopMode::Grace(_) => (Stopping, Command::Terminate),
                    StopMode::Kill => (Killing, Command::Kill),
                }
            }

            (Stopping, Input::Ordered(StopMode::Grace(_))) => (Stopping, Command::Hurry),
            (Stopping, Input::Ordered(StopMode::Kill) | Input::TimeOver) => (Killing, Command::Kill),
            (Stopping, Input::Exited(exit)) => {
                self.exit = Some(exit);
                return None;
            }

            (Killing, Input::Exited(exit)) => {
                self.exit = Some(exit);
                (Killing, Command::AwaitTree)
            }
            (Stopping, Input::TreeGone) | (Killing, Input::TreeGone | Input::TimeOver) => {
                // An order is waiting for the end; without one, a slow reader may take its time.
                (Draining, if self.ordered { Command::DrainInTime } else { Command::Drain })
            }

            (Draining, Input::Ordered(_)) if !ordered_before => (Draining, Command::DrainInTime),
            (Draining, Input::OutputEnded | Input::TimeOver) => {
                self.stage = Ended;
                return None;
            }
            _ => return None,
        };
        self.stage = stage;
        Some(command)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Code;

    const SOFT: Input = Input::Ordered(StopMode::OWN_GRACE);
    const HARD: Input = Input::Ordered(StopMode::Kill);

    fn exited(code: i32) -> Input {
        Input::Exited(Exit { code: Some(code), signal: None })
    }

    fn not_ready() -> Input {
        Input::NotReady(Fault::new(Code::ServiceNotReady, "late"))
    }

    /// Feeds inputs, and checks what each one asks for.
    fn live(service: bool, steps: Vec<(Input, Option<Command>)>) -> Lifecycle {
        let mut lifecycle = Lifecycle::new(service);
        for (number, (input, expected)) in steps.into_iter().enumerate() {
            assert_eq!(lifecycle.step(input), expected, "step {number}");
        }
        lifecycle
    }

    #[test]
    fn a_grace_of_zero_still_asks() {
        let now = Input::Ordered(StopMode::Grace(std::time::Duration::ZERO));
        live(false, vec![(now, Some(Command::Terminate)), (Input::TimeOver, Some(Command::Kill))]);
    }

    #[test]
    fn a_task_ends_by_itself() {
        let lifecycle = live(false, vec![(exited(3), Some(Command::Release)), (Input::OutputEnded, None)]);
        assert_eq!(lifecycle.stage(), Stage::Ended);
        let (exit, cause) = lifecycle.over();
        assert_eq!(exit.code, Some(3));
        assert!(matches!(cause, Cause::Itself { ready: true }));
    }

    #[test]
    fn an_order_after_the_end_only_bounds_the_rest_of_the_output() {
        let lifecycle = live(
            false,
            vec![
                (exited(0), Some(Command::Release)),
                (SOFT, Some(Command::DrainInTime)),
                (SOFT, None),
                (Input::TimeOver, None),
            ],
        );
        assert_eq!(lifecycle.stage(), Stage::Ended);
        assert!(matches!(lifecycle.over().1, Cause::Itself { .. }));
    }

    #[test]
    fn a_polite_stop_waits_for_the_whole_tree() {
        let mut lifecycle = live(false, vec![(SOFT, Some(Command::Terminate)), (exited(0), None)]);
        assert!(lifecycle.awaits_tree());
        assert_eq!(lifecycle.step(Input::TreeGone), Some(Command::DrainInTime));
        assert_eq!(lifecycle.step(Input::OutputEnded), None);
        assert!(matches!(lifecycle.over().1, Cause::Ordered));
    }

    #[test]
    fn the_end_of_the_grace_or_a_hard_order_kills() {
        for last in [Input::TimeOver, HARD] {
            let lifecycle = live(
                false,
                vec![
                    (SOFT, Some(Command::Terminate)),
                    (SOFT, Some(Command::Hurry)),
                    (last, Some(Command::Kill)),
                    (SOFT, None),
                    (HARD, None),
                    (exited(0), Some(Command::AwaitTree)),
                    (Input::TimeOver, Some(Command::DrainInTime)),
                    (Input::TimeOver, None),
                ],
            );
            assert_eq!(lifecycle.stage(), Stage::Ended);
        }
    }

    #[test]
    fn a_service_serves_until_it_is_told_to_stop() {
        let lifecycle = live(
            true,
            vec![
                (Input::Ready, Some(Command::ReportReady)),
                (Input::Ready, None),
                (not_ready(), None),
                (SOFT, Some(Command::Terminate)),
                (exited(143), None),
                (Input::TreeGone, Some(Command::DrainInTime)),
                (Input::OutputEnded, None),
            ],
        );
        assert!(matches!(lifecycle.over().1, Cause::Ordered));
    }

    #[test]
    fn a_service_that_is_late_is_stopped_and_stays_late_whatever_comes() {
        let lifecycle = live(
            true,
            vec![
                (not_ready(), Some(Command::Terminate)),
                (HARD, Some(Command::Kill)),
                (exited(0), Some(Command::AwaitTree)),
                (Input::TreeGone, Some(Command::DrainInTime)),
                (Input::OutputEnded, None),
            ],
        );
        assert!(matches!(lifecycle.over().1, Cause::NotReady(_)));
    }

    #[test]
    fn a_service_that_dies_takes_its_helpers_with_it() {
        for ready in [false, true] {
            let mut lifecycle = Lifecycle::new(true);
            if ready {
                lifecycle.step(Input::Ready);
            }
            assert_eq!(lifecycle.step(exited(1)), Some(Command::Kill));
            assert!(lifecycle.awaits_tree());
            assert_eq!(lifecycle.step(Input::TreeGone), Some(Command::Drain));
            assert_eq!(lifecycle.step(Input::OutputEnded), None);
            assert!(matches!(lifecycle.over().1, Cause::Itself { ready: was } if was == ready));
        }
    }

    #[test]
    fn output_that_ends_early_ends_nothing() {
        let lifecycle =
            live(false, vec![(Input::OutputEnded, None), (Input::TimeOver, None), (Input::TreeGone, None)]);
        assert_eq!(lifecycle.stage(), Stage::Running);
    }
}
