//! Reads how a service shows that it is ready.

use crate::config::text::diagnostics::Findings;
use crate::config::text::document::Entry;
use crate::config::text::fields::{self, Fields};
use crate::config::text::quantity::Unit;
use crate::error::Code;
use crate::operation::endpoint::Endpoint;
use crate::operation::{Probe, ProbeCheck};

/// `ready: {tcp: "host:port"}` or `{http: "url"}`, with an interval and a limit (bare numbers are seconds) and `insecure`.
pub(in crate::config) fn probe(entry: &Entry, findings: &mut Findings<'_>) -> Option<Probe> {
    let mapping = fields::mapping(entry, findings)?;
    let mut fields = Fields::new(mapping);
    let tcp = fields.take(&["tcp"], findings);
    let http = fields.take(&["http"], findings);
    let mut time = |name: &'static str| {
        fields.take(&[name], findings).map(|entry| fields::duration(entry, Unit::Seconds, findings))
    };
    let interval_ms = time("interval").map_or(Some(250), |read| read);
    let timeout_ms = time("timeout").map_or(Some(60_000), |read| read);
    let trust = fields.take(&["insecure"], findings);
    let insecure = trust.map_or(Some(false), |entry| fields::boolean(entry, findings));
    fields.finish("'ready'", findings);
    let check = match (tcp, http) {
        (Some(tcp), None) => check(tcp, ProbeCheck::Tcp, findings),
        (None, Some(http)) => check(http, ProbeCheck::Http, findings),
        (None, None) => {
            let advice = "Write 'tcp: host:port' or 'http: url' below it.";
            findings.error(
                Code::MissingKey,
                entry.key_at,
                "'ready' does not name an address to check",
                advice,
            );
            None
        }
        (Some(_), Some(http)) => {
            let message = "'ready' has both 'tcp' and 'http'";
            findings.error(Code::InvalidValue, http.key_at, message, "Keep the stronger one, 'http'.");
            None
        }
    };
    let probe =
        Probe { check: check?, interval_ms: interval_ms?, timeout_ms: timeout_ms?, insecure: insecure? };
    match (Endpoint::of(&probe), trust) {
        (Err(wrong), Some(trust)) => {
            findings.error(Code::InvalidValue, trust.key_at, &wrong.message, wrong.advice);
            None
        }
        _ => Some(probe),
    }
}

/// An address, read as the probe itself will read it.
fn check(entry: &Entry, kind: fn(String) -> ProbeCheck, findings: &mut Findings<'_>) -> Option<ProbeCheck> {
    let check = kind(fields::text(entry, findings)?.trim().to_owned());
    match Endpoint::parse(&check) {
        Ok(_) => Some(check),
        Err(wrong) => {
            findings.error(Code::InvalidValue, entry.value.at, &wrong.message, wrong.advice);
            None
        }
    }
}
