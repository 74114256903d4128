//! The provider that asks checks until each has passed, or has failed as often or as long as it may.

use super::output::Stream;
use super::probe::{Notice, Surroundings};
use super::provider::{Conclusion, Context, Ending, Provider};
use crate::error::{Code, Fault};
use crate::operation::HealthCheck;
use std::pin::Pin;
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, timeout};

/// Checks to ask, all at the same time.
pub(super) struct Checks {
    pub(super) checks: Vec<HealthCheck>,
    /// The time within which each has to pass, however often it fails.
    pub(super) within_ms: Option<u64>,
}

impl Provider for Checks {
    fn run(self: Box<Self>, context: Context) -> Pin<Box<dyn Future<Output = Conclusion> + Send>> {
        Box::pin(self.carry_out(context))
    }
}

impl Checks {
    async fn carry_out(self, context: Context) -> Conclusion {
        let Context { reporter, mut orders, mark, secrets, shell, run_name, name, .. } = context;
        let surroundings = Surroundings { secrets, shell };
        let count = self.checks.len();
        let within = self.within_ms.map(Duration::from_millis);
        let mut tries = JoinSet::new();
        for check in self.checks {
            let (surroundings, mark) = (surroundings.clone(), mark.clone());
            let notice = Notice {
                run_id: mark.run.clone(),
                run_name: run_name.clone(),
                operation: name.clone(),
                check: check.title(),
                ..Notice::default()
            };
            tries.spawn(async move {
                let settled = settle(&check, within, &surroundings, mark, notice).await;
                (check.title(), settled)
            });
        }
        let mut failed: Vec<(String, String)> = Vec::new();
        let mut listening = true;
        loop {
            tokio::select! {
                biased;
                order = orders.recv(), if listening => match order {
                    // What is asked is ended with its try.
                    Some(_) => return Conclusion { ending: Ending::Stopped, exit_code: None, restart: None },
                    None => listening = false,
                },
                settled = tries.join_next() => {
                    let Some(settled) = settled else { break };
                    let Ok((title, outcome)) = settled else { continue };
                    match outcome {
                        Ok(()) => reporter.line(Stream::Stdout, format!("{title}: passed")).await,
                        Err(why) => {
                            reporter.line(Stream::Stderr, format!("{title}: failed: {why}")).await;
                            failed.push((title, why));
                        }
                    }
                }
            }
        }
        failed.sort();
        match failed.first() {
            None => Conclusion { ending: Ending::Succeeded, exit_code: None, restart: None },
            Some((title, why)) => {
                let how_many = if failed.len() > 1 {
                    format!("{} of {count} checks failed; ", failed.len())
                } else {
                    String::new()
                };
                let message = format!("{how_many}check '{title}' failed: {why}");
                Conclusion::failed(Fault::new(Code::Unhealthy, message).with_target(title))
            }
        }
    }
}

/// Asks a check until it has passed, or has failed as often or as long as it may. An error says how the last try went.
async fn settle(
    check: &HealthCheck,
    within: Option<Duration>,
    surroundings: &Surroundings,
    mark: super::mark::Mark,
    notice: Notice,
) -> Result<(), String> {
    let limit = Duration::from_millis(check.timeout_ms);
    sleep(Duration::from_millis(check.start_period_ms)).await;
    let until = within.map(|within| Instant::now() + within);
    let mut last = String::new();
    let mut number = 0;
    loop {
        let limit = until.map_or(limit, |until| limit.min(until.saturating_duration_since(Instant::now())));
        match timeout(limit, surroundings.ask(&check.check, limit, mark.clone(), &notice)).await {
            Ok(Ok(())) => return Ok(()),
            Ok(Err(why)) => last = why,
            // What was heard before says more than that the time was over in the middle of a try.
            Err(_) if until.is_some_and(|until| Instant::now() >= until) && number > 0 => {}
            Err(_) => last = format!("no answer within {limit:?}"),
        }
        number += 1;
        let pause = Duration::from_millis(check.interval_ms);
        match (within, until) {
            (Some(within), Some(until)) if Instant::now() + pause >= until => {
                return Err(format!("{last}, for {within:?}"));
            }
            (None, _) if number >= check.retries.max(1) => return Err(last),
            _ => sleep(pause).await,
        }
    }
}
