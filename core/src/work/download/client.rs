//! Asks servers for files: one GET, with the redirects that belong to it.
//!
//! Redirects are followed here, because only here is it known what may be sent where: headers and credentials go to
//! the server that they were given for, and never in clear where they were to be encrypted.

use super::end::{End, Trouble};
use super::hold::Hold;
use super::settings::Settings;
use super::why;
use crate::error::{Code, Fault};
use crate::operation::{Address, Scheme};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::sync::Arc;
use ureq::http::Response;
use ureq::http::header::{AUTHORIZATION, LOCATION, RETRY_AFTER};
use ureq::tls::{RootCerts, TlsConfig};
use ureq::{Agent, Body, Proxy};

/// Redirects from a URL to the file, at most.
const MAX_REDIRECTS: usize = 10;

/// What asks servers.
#[derive(Clone)]
pub(super) struct Client {
    agent: Agent,
    headers: Vec<(String, String)>,
    proxies: [Option<Proxy>; 2],
}

/// An answer, and where it came from.
pub(super) struct Answer {
    pub(super) response: Response<Body>,
    pub(super) from: Address,
}

impl Answer {
    /// A header as text.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.response.headers().get(name).and_then(|value| value.to_str().ok()).map(str::trim)
    }

    pub(super) fn status(&self) -> u16 {
        self.response.status().as_u16()
    }

    /// What a status means that brings no file.
    pub(super) fn refusal(&self) -> Trouble {
        let status = self.status();
        let reason =
            self.response.status().canonical_reason().map(|reason| format!(" {reason}")).unwrap_or_default();
        let advice = match status {
            401 | 403 => {
                "Check the headers or the credentials that the operation gives; a secret://name may have expired."
            }
            404 | 410 => "Check the URL: the file may have been moved or renamed.",
            407 => "The proxy wants credentials: give them in its URL, in HTTPS_PROXY.",
            408 | 425 | 429 | 500.. => {
                "The server is busy or has a fault of its own. Try again later, or add the URL of a mirror."
            }
            _ => "Check the URL.",
        };
        let message =
            format!("'{}' could not be downloaded: the server answered {status}{reason}", self.from);
        let fault =
            Fault::new(Code::DownloadFailed, message).with_advice(advice).with_target(self.from.to_string());
        let passes = matches!(status, 408 | 425 | 429 | 500 | 502 | 503 | 504);
        let retry_after =
            self.header(RETRY_AFTER.as_str()).and_then(super::retry::pause_of).filter(|_| passes);
        Trouble { fault, passes, retry_after }
    }
}

impl Client {
    /// With these headers for the servers of the URLs.
    pub(super) fn new(settings: &Settings, headers: Vec<(String, String)>) -> Self {
        let roots = match &settings.roots {
            Some(roots) => RootCerts::Specific(Arc::new(roots.clone())),
            None => RootCerts::PlatformVerifier,
        };
        let agent = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .accept_encoding("identity")
            .proxy(None)
            .timeout_connect(Some(settings.connect))
            .timeout_recv_response(Some(settings.silence))
            .timeout_per_read(Some(settings.silence))
            .timeout_per_write(Some(settings.silence))
            .tls_config(TlsConfig::builder().root_certs(roots).build())
            .user_agent(concat!("LabRunner/", env!("CARGO_PKG_VERSION")))
            .build()
            .new_agent();
        Self { agent, headers, proxies: settings.proxies.clone() }
    }

    /// Asks for what is at an address. `checked` is whether a checksum protects it, so that it may come in clear.
    pub(super) fn get(
        &self,
        address: &Address,
        more: &[(&str, String)],
        checked: bool,
        hold: &Hold,
    ) -> Result<Answer, End> {
        let mut at = address.clone();
        for _ in 0..=MAX_REDIRECTS {
            hold.goes_on()?;
            let answer = self.ask(&at, address, more)?;
            let location = answer
                .header(LOCATION.as_str())
                .filter(|_| matches!(answer.status(), 301 | 302 | 303 | 307 | 308));
            let Some(location) = location else { return Ok(answer) };
            at = redirected(&at, location, checked)?;
        }
        let message =
            format!("'{address}' could not be downloaded: it was redirected more than {MAX_REDIRECTS} times");
        Err(failed(message, "The server redirects in a circle. Check the URL.", address).into())
    }

    fn ask(&self, at: &Address, first: &Address, more: &[(&str, String)]) -> Result<Answer, End> {
        let proxy = self.proxies[usize::from(at.scheme() == Scheme::Https)].clone();
        let mut request = self.agent.get(at.request()).config().proxy(proxy).build();
        if at.is_same_origin(first) {
            for (name, value) in &self.headers {
                request = request.header(name, value);
            }
            let has_own =
                self.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case(AUTHORIZATION.as_str()));
            if let Some(credentials) = first.credentials().filter(|_| !has_own) {
                request = request.header(AUTHORIZATION, format!("Basic {}", STANDARD.encode(credentials)));
            }
        }
        for (name, value) in more {
            request = request.header(*name, value);
        }
        let response = request.call().map_err(|error| End::from(unanswered(at, &error)))?;
        Ok(Answer { response, from: at.clone() })
    }
}

/// Where a redirect leads, if it may lead there.
fn redirected(from: &Address, location: &str, checked: bool) -> Result<Address, Fault> {
    let to = from.join(location).map_err(|why| {
        let message = format!("'{from}' could not be downloaded: it redirects to an address that {why}");
        failed(message, "Ask who runs the server, or name the file's own URL.", from)
    })?;
    if to.scheme() == Scheme::File {
        let message = format!("'{from}' could not be downloaded: it redirects to a file of this machine");
        return Err(failed(message, "Do not trust that server.", from));
    }
    if from.scheme() == Scheme::Https && to.scheme() == Scheme::Http && !checked {
        let message = format!(
            "'{from}' could not be downloaded: it redirects from https to '{to}', where anybody could change the file"
        );
        return Err(failed(message, "Add the file's checksum, and it may come from there.", from));
    }
    Ok(to)
}

/// An error of a URL.
pub(super) fn failed(message: String, advice: &str, address: &Address) -> Fault {
    Fault::new(Code::DownloadFailed, message).with_advice(advice).with_target(address.to_string())
}

/// Why a server gave no answer, or not the whole of it.
pub(super) fn unanswered(address: &Address, error: &ureq::Error) -> Trouble {
    let (why, passes) = why::of(error);
    let advice = if passes {
        "Check the network and the server, or add the URL of a mirror."
    } else {
        "Check the URL and the server."
    };
    let fault = failed(format!("'{address}' could not be downloaded: {why}"), advice, address);
    Trouble { fault, passes, retry_after: None }
}
