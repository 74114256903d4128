//! One piece of work shared among the machine's processors, with its results in the order of its parts.

use std::num::NonZero;
use std::ops::Range;
use std::panic::resume_unwind;
use std::sync::{Mutex, PoisonError};
use std::thread::{Builder, available_parallelism, scope};

/// A part of fewer items costs more to hand over than to do.
const LEAST: usize = 16_384;

/// More threads than this wait for the same memory.
const MOST: usize = 8;

/// The number of parts that a number of items is worth splitting into: one on a machine with one processor.
pub(crate) fn parts(items: usize) -> usize {
    let most = (items / LEAST).clamp(1, MOST);
    if most == 1 { 1 } else { available_parallelism().map_or(1, NonZero::get).min(most) }
}

/// So many ranges of about the same length that make up all items; none of them is empty, unless there
/// are no items at all.
pub(crate) fn ranges(items: usize, parts: usize) -> Vec<Range<usize>> {
    let parts = parts.clamp(1, items.max(1));
    (0..parts).map(|part| items * part / parts..items * (part + 1) / parts).collect()
}

/// What `work` makes of each input, in their order. The calling thread works too, and does what is left
/// alone where no other thread can be started. A panic of `work` is one of the caller.
pub(crate) fn map<I: Send, R: Send>(inputs: Vec<I>, work: impl Fn(I) -> R + Sync) -> Vec<R> {
    let others = inputs.len().saturating_sub(1);
    let queue = Mutex::new(inputs.into_iter().enumerate());
    let next = || queue.lock().unwrap_or_else(PoisonError::into_inner).next();
    let take = || {
        let mut done = Vec::new();
        while let Some((place, input)) = next() {
            done.push((place, work(input)));
        }
        done
    };
    let mut done = scope(|scope| {
        let start = |_| Builder::new().name("labrunner-part".to_owned()).spawn_scoped(scope, take).ok();
        let helpers: Vec<_> = (0..others).map_while(start).collect();
        let mut done = take();
        for helper in helpers {
            match helper.join() {
                Ok(more) => done.extend(more),
                Err(panic) => resume_unwind(panic),
            }
        }
        done
    });
    done.sort_unstable_by_key(|(place, _)| *place);
    done.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn ranges_make_up_all_items(items in 0usize..200, parts in 0usize..20) {
            let ranges = ranges(items, parts);
            prop_assert!(items == 0 || ranges.iter().all(|range| !range.is_empty()));
            prop_assert_eq!(ranges.into_iter().flatten().collect::<Vec<_>>(), (0..items).collect::<Vec<_>>());
        }

        #[test]
        fn results_come_in_the_order_of_the_inputs(inputs in proptest::collection::vec(any::<u8>(), 0..12)) {
            let expected: Vec<_> = inputs.iter().map(|&input| u32::from(input) * 3).collect();
            prop_assert_eq!(map(inputs, |input| u32::from(input) * 3), expected);
        }
    }

    #[test]
    fn little_work_is_not_shared() {
        assert_eq!(parts(LEAST), 1);
        assert!(parts(100 * LEAST) <= MOST);
    }

    #[test]
    #[should_panic(expected = "part 2")]
    fn a_panic_reaches_the_caller() {
        map(vec![1, 2, 3], |part| assert!(part != 2, "part {part}"));
    }
}
