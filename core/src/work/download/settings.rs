//! How long a download waits and how often it tries; tests have less patience.

use crate::random::Random;
use std::collections::BTreeMap;
use std::time::Duration;
use ureq::Proxy;
use ureq::tls::Certificate;

/// What does not differ from download to download.
#[derive(Clone)]
pub(super) struct Settings {
    /// The time to make a connection in.
    pub(super) connect: Duration,
    /// The longest silence of a server.
    pub(super) silence: Duration,
    /// Attempts in a row of which none has brought a byte.
    pub(super) fruitless: u32,
    /// Attempts in all.
    pub(super) attempts: u32,
    /// The pause after the first fruitless attempt; it doubles with each.
    pub(super) first_pause: Duration,
    /// The longest pause.
    pub(super) longest_pause: Duration,
    /// The longest pause that a server may ask for.
    pub(super) longest_wish: Duration,
    /// Between two lines of progress.
    pub(super) progress: Duration,
    /// The proxies for http and https, if there are any.
    pub(super) proxies: [Option<Proxy>; 2],
    /// The certificates that are trusted, in place of the system's.
    pub(super) roots: Option<Vec<Certificate<'static>>>,
}

impl Settings {
    /// The usual ones, with the proxies that these variables name, or else those of this process.
    pub(super) fn with_proxies_of(environment: &BTreeMap<String, Option<String>>) -> Self {
        Self {
            connect: Duration::from_secs(30),
            silence: Duration::from_secs(60),
            fruitless: 5,
            attempts: 100,
            first_pause: Duration::from_millis(500),
            longest_pause: Duration::from_secs(30),
            longest_wish: Duration::from_secs(300),
            progress: Duration::from_secs(5),
            proxies: [proxy(environment, "http_proxy"), proxy(environment, "https_proxy")],
            roots: None,
        }
    }

    /// The pause after so many fruitless attempts. A random part keeps downloads apart that failed together.
    pub(super) fn pause(&self, fruitless: u32) -> Duration {
        let doubled =
            self.first_pause.saturating_mul(1 << fruitless.saturating_sub(1).min(16)).min(self.longest_pause);
        let mut seed = [0; 8];
        let _ = getrandom::fill(&mut seed);
        let half = doubled.as_millis() as u64 / 2;
        doubled - Duration::from_millis(Random::new(u64::from_ne_bytes(seed)).below(half + 1))
    }
}

/// The proxy for a scheme: that of the scheme, or else the one for all.
fn proxy(environment: &BTreeMap<String, Option<String>>, of_scheme: &str) -> Option<Proxy> {
    let variable = |name: &str| {
        // Lower case goes first, as with curl.
        [name.to_ascii_lowercase(), name.to_ascii_uppercase()].iter().find_map(|name| {
            let value = environment.get(name).cloned().unwrap_or_else(|| std::env::var(name).ok());
            value.filter(|value| !value.trim().is_empty())
        })
    };
    let url = variable(of_scheme).or_else(|| variable("all_proxy"))?;
    let plain = Proxy::new(url.trim()).ok()?;
    let mut builder = Proxy::builder(plain.protocol()).host(plain.host()).port(plain.port());
    if let Some(user) = plain.username() {
        builder = builder.username(user);
    }
    if let Some(password) = plain.password() {
        builder = builder.password(password);
    }
    for host in
        variable("no_proxy").unwrap_or_default().split(',').map(str::trim).filter(|host| !host.is_empty())
    {
        builder = builder.no_proxy(host);
    }
    builder.build().ok()
}
