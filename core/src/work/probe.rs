//! Asks what a health check asks, once: an address, a name, a machine, a program or a script.

use super::mark::Mark;
use super::output::{OutputSink, Stream};
use super::process::{self, Expected, ProcessControl, Trust};
use super::provider::Ending;
use super::secrets::Secrets;
use crate::error::{Code, phrase};
use crate::operation::endpoint::Endpoint;
use crate::operation::{Call, Get, ProcessSpec, Question, is_host};
use std::collections::BTreeMap;
use std::io;
use std::time::Duration;
use tokio::net::{TcpStream, lookup_host};
use tokio::sync::mpsc;

/// The variable that has the text of a script.
const SCRIPT: &str = "LABRUNNER_SCRIPT";

/// The variable that has what a script learns, as JSON.
const NOTICE: &str = "LABRUNNER_HEALTH";

/// Runs the script that its environment has. Errors go to the error stream as one line, without colours and position.
const WRAPPER: &str = "\
$global:LASTEXITCODE = 0
try {
    $notice = if ($env:LABRUNNER_HEALTH) { ConvertFrom-Json $env:LABRUNNER_HEALTH }
    $last = & ([scriptblock]::Create($env:LABRUNNER_SCRIPT)) $notice | Select-Object -Last 1
} catch {
    [Console]::Error.WriteLine(\"$($_.Exception.Message)\")
    exit 1
}
if ($last -is [bool] -and -not $last) {
    [Console]::Error.WriteLine('its script gave $false')
    exit 1
}
exit $global:LASTEXITCODE";

/// What a try needs to know beside what it asks.
#[derive(Clone)]
pub struct Surroundings {
    /// What stands for `secret://name` in the environment of programs.
    pub secrets: Secrets,
    /// The program that runs scripts, with its first arguments.
    pub shell: Vec<String>,
}

impl Surroundings {
    /// Asks once, and waits for no longer than the limit. An error says in a few words what was wrong. When this future is
    /// dropped, everything that it has started is ended.
    ///
    /// # Errors
    /// What was wrong, as the rest of a sentence that names the check.
    pub async fn ask(
        &self,
        question: &Question,
        limit: Duration,
        mark: Mark,
        notice: &Notice,
    ) -> Result<(), String> {
        match question {
            Question::Tcp(_) => address(question, Expected::default(), Trust::System, limit).await,
            Question::Http(Get { status, insecure, body, .. }) => {
                let trust = if *insecure { Trust::Any } else { Trust::System };
                address(question, Expected { status, body: body.as_deref() }, trust, limit).await
            }
            Question::Dns(name) => resolve(name).await,
            Question::Host(name) => self.reach(name, limit, mark).await,
            Question::Call(call) => self.call(call, mark, notice).await,
        }
    }

    /// Runs a program or a script to its end.
    ///
    /// # Errors
    /// What was wrong, in a few words.
    pub async fn call(&self, call: &Call, mark: Mark, notice: &Notice) -> Result<(), String> {
        let mut spec = match call {
            Call::Command(spec) => (**spec).clone(),
            Call::Script(text) => self.script(text),
        };
        spec.environment.extend(notice.variables());
        for value in spec.environment.values_mut().flatten() {
            *value = self.secrets.reveal(value).map_err(|fault| fault.message)?.to_owned();
        }
        self.run(&spec, mark).await.map_err(|(_, why)| why)
    }

    fn script(&self, text: &str) -> ProcessSpec {
        let mut words = self.shell.iter().cloned();
        let command = words.next().unwrap_or_else(|| "pwsh".to_owned());
        let own = ["-NoLogo", "-NoProfile", "-NonInteractive", "-Command", WRAPPER].map(str::to_owned);
        ProcessSpec {
            command,
            arguments: words.chain(own).collect(),
            environment: BTreeMap::from([(SCRIPT.to_owned(), Some(text.to_owned()))]),
            ..ProcessSpec::default()
        }
    }

    async fn run(&self, spec: &ProcessSpec, mark: Mark) -> Result<(), (Option<Code>, String)> {
        // No order ever comes: it is dropped when it has taken too long.
        let (_orders, never) = mpsc::unbounded_channel();
        let control = ProcessControl::new(never).with_mark(mark.apart());
        match process::run(spec, control, Unread).await.outcome {
            Ending::Succeeded => Ok(()),
            Ending::Failed(fault) => {
                let message = phrase(&self.secrets.mask(fault.message));
                Err((Code::ALL.iter().copied().find(|code| code.id() == fault.id), message))
            }
            Ending::Stopped => Err((None, "it was stopped".to_owned())),
        }
    }

    /// Whether a machine answers a ping; where there is no program for that, whether it answers at all.
    async fn reach(&self, name: &str, limit: Duration, mark: Mark) -> Result<(), String> {
        if !is_host(name) {
            return Err(format!("'{}' is not the name of a machine", name.escape_debug()));
        }
        let spec = ping(name, limit);
        match self.run(&spec, mark).await {
            Ok(()) => Ok(()),
            Err((Some(Code::ProcessNotStarted), _)) => knock(name).await,
            Err(_) => Err(format!("'{name}' does not answer a ping")),
        }
    }
}

/// What a program or a script learns of the run that it belongs to.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Notice {
    /// The run's id.
    pub run_id: String,
    /// Its name.
    pub run_name: String,
    /// The operation; empty for what is watched of the run.
    pub operation: String,
    /// The check.
    pub check: String,
    /// `Healthy` or `Unhealthy`; empty where that is what is asked.
    pub status: String,
    /// What has happened, in whole sentences.
    pub message: String,
}

impl Notice {
    /// The variables that have it.
    fn variables(&self) -> impl Iterator<Item = (String, Option<String>)> {
        let json = serde_json::to_string(self).unwrap_or_default();
        let pairs = [
            (NOTICE, &json),
            ("LAB_RUN_ID", &self.run_id),
            ("LAB_RUN_NAME", &self.run_name),
            ("LAB_OPERATION", &self.operation),
            ("LAB_CHECK", &self.check),
            ("LAB_STATUS", &self.status),
            ("LAB_MESSAGE", &self.message),
        ];
        pairs.map(|(name, value)| (name.to_owned(), Some(value.clone()))).into_iter()
    }
}

/// Nobody reads what a check writes, beside the last lines of its error stream.
struct Unread;

impl OutputSink for Unread {
    async fn line(&mut self, _: Stream, _: String) {}
}

async fn address(
    question: &Question,
    expected: Expected<'_>,
    trust: Trust,
    limit: Duration,
) -> Result<(), String> {
    let Some(probe) = question.probe() else { return Ok(()) };
    let endpoint = Endpoint::parse(&probe).map_err(|wrong| wrong.message)?;
    process::ask(&endpoint, trust, expected, limit).await
}

async fn resolve(name: &str) -> Result<(), String> {
    match lookup_host((name, 0)).await {
        Ok(mut found) => found.next().map(drop).ok_or_else(|| format!("'{name}' has no address")),
        Err(_) => Err(format!("'{name}' was not found")),
    }
}

/// A machine that refuses a connection is there.
async fn knock(name: &str) -> Result<(), String> {
    match TcpStream::connect((name, 80)).await {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => Ok(()),
        Err(_) => Err(format!("'{name}' does not answer")),
    }
}

fn ping(name: &str, limit: Duration) -> ProcessSpec {
    let seconds = limit.as_secs().max(1).to_string();
    let milliseconds = limit.as_millis().max(1).to_string();
    let arguments = match () {
        () if cfg!(windows) => ["-n", "1", "-w", &milliseconds, name],
        () if cfg!(target_os = "macos") => ["-c", "1", "-W", &milliseconds, name],
        () => ["-c", "1", "-W", &seconds, name],
    };
    ProcessSpec {
        command: "ping".to_owned(),
        arguments: arguments.map(str::to_owned).to_vec(),
        ..ProcessSpec::default()
    }
}

#[cfg(all(test, unix))]
#[path = "probe_tests.rs"]
mod tests;
