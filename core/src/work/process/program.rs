//! The provider that runs a program: with values in place of references to secrets, and its lines without any.

use super::{ProcessControl, run};
use crate::error::Fault;
use crate::operation::ProcessSpec;
use crate::work::mark::Mark;
use crate::work::output::{OutputSink, Stream};
use crate::work::provider::{Conclusion, Context, Ending, Handle, Provider, Report, Reporter};
use crate::work::secrets::Secrets;
use std::pin::Pin;

/// A program to run.
pub(in crate::work) struct Program(pub(in crate::work) ProcessSpec);

impl Provider for Program {
    fn run(self: Box<Self>, context: Context) -> Pin<Box<dyn Future<Output = Conclusion> + Send>> {
        Box::pin(self.carry_out(context))
    }
}

impl Program {
    async fn carry_out(self, context: Context) -> Conclusion {
        let Context { reporter, orders, grace, mark, secrets, .. } = context;
        let spec = match with_secrets(self.0, &secrets) {
            Ok(spec) => spec,
            Err(fault) => return Conclusion::failed(fault),
        };
        let (bound, ready) = (reporter.clone(), reporter.clone());
        let control = ProcessControl::new(orders)
            .with_grace(grace)
            .with_mark(Mark { detached: spec.detached, ..mark })
            .on_started(move |identity| bound.send(Report::Bound(Handle::Process(identity))))
            .on_ready(move || ready.send(Report::Ready));
        let end = run(&spec, control, Lines { reporter, secrets }).await;
        let asks = end.outcome == Ending::Succeeded;
        let restart = end.exit_code.filter(|code| asks && spec.restart_codes.contains(code)).map(|code| {
            format!("Program '{}' ended with exit code {code}, which asks for a restart.", spec.command)
        });
        Conclusion { ending: end.outcome, exit_code: end.exit_code, restart }
    }
}

/// What is started: the environment as declared, with values in place of references to secrets.
fn with_secrets(mut spec: ProcessSpec, secrets: &Secrets) -> Result<ProcessSpec, Fault> {
    for value in spec.environment.values_mut().flatten() {
        *value = secrets.reveal(value)?.to_owned();
    }
    Ok(spec)
}

/// Takes a program's lines, and reports each when there is room for it.
struct Lines {
    reporter: Reporter,
    secrets: Secrets,
}

impl OutputSink for Lines {
    fn shown(&self, line: String) -> String {
        self.secrets.mask(line)
    }

    async fn line(&mut self, stream: Stream, line: String) {
        self.reporter.line(stream, line).await;
    }
}
