//! How often something is done about operations that are not well, before they fail.

use crate::graph::OpId;
use crate::operation::Remedy;
use std::collections::BTreeMap;

/// By operation: how often it was restarted or run again because it was not well.
#[derive(Clone, Debug, Default)]
pub struct Budgets {
    used: BTreeMap<OpId, u32>,
}

impl Budgets {
    /// What is done about an operation whose check wants this remedy, and which time that is, from 1: the remedy, as long
    /// as there is something left of its budget, and then the operation fails.
    pub fn choose(&self, op: OpId, wanted: Remedy, budget: u32) -> (Remedy, u32) {
        let used = self.used.get(&op).copied().unwrap_or(0);
        if !wanted.is_limited() {
            return (wanted, 0);
        }
        if used < budget { (wanted, used + 1) } else { (Remedy::Fail, used) }
    }

    /// It was done.
    pub fn spend(&mut self, op: OpId, remedy: Remedy) {
        if remedy.is_limited() {
            *self.used.entry(op).or_default() += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_remedy_is_done_as_often_as_its_budget_says_and_then_the_operation_fails(
            budget in 0u32..6,
            others in prop::collection::vec(0u32..4, 0..30),
        ) {
            let mut budgets = Budgets::default();
            let mut done = 0;
            for other in others {
                let op = OpId(other);
                let (remedy, time) = budgets.choose(op, Remedy::Rerun, budget);
                budgets.spend(op, remedy);
                if op == OpId(0) {
                    prop_assert_eq!(remedy == Remedy::Rerun, done < budget);
                    done += u32::from(remedy == Remedy::Rerun);
                    prop_assert_eq!(time, done);
                }
                for free in [Remedy::Fail, Remedy::Notify, Remedy::Compensate] {
                    prop_assert_eq!(budgets.choose(op, free, 0).0, free);
                    budgets.spend(op, free);
                }
            }
        }
    }
}
