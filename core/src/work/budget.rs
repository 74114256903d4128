//! How much output of programs may wait to be read. When that much waits, the pipes of programs are not read any
//! further until it has been.

use tokio::sync::Semaphore;

/// Bytes of program output that may wait to be read.
pub const OUTPUT_BUDGET: usize = 4 << 20;

/// What a line takes beside its text: the event, and its document on the way out. Of short lines that is most.
pub(crate) const LINE_OVERHEAD: usize = 256;

/// Room for output that waits to be read.
#[derive(Debug)]
pub struct OutputBudget(Semaphore);

impl Default for OutputBudget {
    fn default() -> Self {
        Self(Semaphore::new(OUTPUT_BUDGET))
    }
}

impl OutputBudget {
    /// Waits until there is room for a line, and takes it.
    pub async fn reserve(&self, line: &str) {
        if let Ok(permit) = self.0.acquire_many(cost(line) as u32).await {
            permit.forget();
        }
    }

    /// Gives back the room of lines that have been read.
    pub fn give_back<'l>(&self, lines: impl IntoIterator<Item = &'l str>) {
        self.0.add_permits(lines.into_iter().map(cost).sum());
    }
}

/// What a line takes of the budget.
fn cost(line: &str) -> usize {
    (line.len() + LINE_OVERHEAD).min(OUTPUT_BUDGET)
}
