//! What a run asks of every operation at its start, in one byte: what is declared lies far apart in memory.

use crate::operation::{Operation, ProcessMode, Trigger, Work};

/// What kind of operation one is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Traits(u8);

const MONITOR: u8 = 1;
const SERVICE: u8 = 2;
const CRITICAL: u8 = 4;
const LIMITED: u8 = 8;
const TIMED: u8 = 16;
const TRIGGER_AT: u32 = 5;

/// By number.
const TRIGGERS: [Trigger; 4] = [Trigger::AllSucceeded, Trigger::AllDone, Trigger::AnyFailed, Trigger::Always];

impl Traits {
    /// Those of an operation as declared.
    pub(super) fn of(operation: &Operation, is_monitor: bool) -> Self {
        let is_service = matches!(&operation.work, Work::Process(spec) if spec.mode == ProcessMode::Service);
        let bit = |is: bool, bit: u8| if is { bit } else { 0 };
        let trigger = TRIGGERS.iter().zip(0u8..).find(|(trigger, _)| **trigger == operation.trigger);
        Self(
            bit(is_monitor, MONITOR)
                | bit(is_service, SERVICE)
                | bit(operation.critical, CRITICAL)
                | bit(operation.total_timeout_ms.is_some(), LIMITED)
                | bit(operation.timeout_ms.is_some(), TIMED)
                | trigger.map_or(0, |(_, number)| number) << TRIGGER_AT,
        )
    }

    /// It watches the others.
    pub fn is_monitor(self) -> bool {
        self.0 & MONITOR != 0
    }

    /// It is a service.
    pub fn is_service(self) -> bool {
        self.0 & SERVICE != 0
    }

    /// Its failure counts.
    pub fn is_critical(self) -> bool {
        self.0 & CRITICAL != 0
    }

    /// It has a limit for all its attempts together.
    pub fn is_limited(self) -> bool {
        self.0 & LIMITED != 0
    }

    /// It has a limit of its own for each attempt.
    pub fn is_timed(self) -> bool {
        self.0 & TIMED != 0
    }

    /// What its dependencies must have come to.
    pub fn trigger(self) -> Trigger {
        TRIGGERS[usize::from(self.0 >> TRIGGER_AT) % TRIGGERS.len()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::tests::{process, script};

    #[test]
    fn they_say_what_was_declared() {
        for trigger in TRIGGERS {
            for bits in 0..8u8 {
                let declared = Operation {
                    trigger,
                    critical: bits & 1 != 0,
                    timeout_ms: (bits & 2 != 0).then_some(1),
                    total_timeout_ms: (bits & 4 != 0).then_some(1),
                    ..script("a", &[])
                };
                let traits = Traits::of(&declared, false);
                let all = (traits.trigger(), traits.is_critical(), traits.is_timed(), traits.is_limited());
                assert_eq!(all, (trigger, bits & 1 != 0, bits & 2 != 0, bits & 4 != 0));
                assert!(!traits.is_monitor() && !traits.is_service());
            }
        }
        let service = process("web", ProcessMode::Service);
        assert!(Traits::of(&service, false).is_service() && Traits::of(&service, true).is_monitor());
        assert!(!Traits::of(&process("web", ProcessMode::Task), false).is_service());
    }
}
