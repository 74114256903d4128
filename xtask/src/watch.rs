//! A suite that runs: where it is, how far it is, and whether it has been silent for too long.

use std::io::{IsTerminal, Write};
use std::time::{Duration, Instant};

/// After so long a silence a suite is taken to hang.
pub const SILENCE: Duration = Duration::from_secs(600);
/// How often a line is written where nothing can be written over.
const LINE_EVERY: Duration = Duration::from_secs(120);

/// Where a suite is, as far as its own lines say.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// The file, or the program, whose tests run.
    pub file: String,
    /// Tests that are known to be running.
    pub tests: Vec<String>,
    /// How many tests have ended.
    pub ended: u64,
}

/// Learns from one line of a suite's output.
pub type Reader = fn(&mut Place, &str);

impl Place {
    /// For a sentence: ` in <file>, test <test>`.
    pub fn text(&self) -> String {
        let mut text = String::new();
        if !self.file.is_empty() {
            text += &format!(" in {}", self.file);
        }
        if !self.tests.is_empty() {
            text += &format!(", test {}", self.tests.join(" or "));
        }
        text
    }
}

/// Whether so long a silence at this place is too long.
type Limit = Box<dyn Fn(&Place, Duration) -> bool>;

/// Looks at a program's output while it runs.
pub struct Watch {
    name: String,
    reader: Reader,
    place: Place,
    started: Instant,
    shown: Instant,
    on_terminal: bool,
    limit: Limit,
    is_silent: bool,
}

impl Watch {
    /// Watches a suite that a reader understands.
    pub fn new(name: &str, reader: Reader) -> Self {
        Self {
            name: name.to_owned(),
            reader,
            place: Place::default(),
            started: Instant::now(),
            shown: Instant::now(),
            on_terminal: std::io::stdout().is_terminal(),
            limit: Box::new(|_, silence| silence >= SILENCE),
            is_silent: false,
        }
    }

    /// Decides by itself what too long a silence is.
    #[cfg(test)]
    pub fn with_limit(mut self, limit: impl Fn(&Place, Duration) -> bool + 'static) -> Self {
        self.limit = Box::new(limit);
        self
    }

    /// Takes a line.
    pub fn line(&mut self, line: &str) {
        (self.reader)(&mut self.place, line);
    }

    /// Shows how far it is, now and then; says whether it has been silent for too long.
    pub fn tick(&mut self, silence: Duration) -> bool {
        let every = if self.on_terminal { Duration::from_secs(1) } else { LINE_EVERY };
        if self.shown.elapsed() >= every {
            self.shown = Instant::now();
            self.show();
        }
        self.is_silent |= (self.limit)(&self.place, silence);
        self.is_silent
    }

    /// Why it was ended before its end, if it was.
    pub fn complaint(&self) -> Option<String> {
        let minutes = SILENCE.as_secs() / 60;
        self.is_silent.then(|| format!("ended after {minutes} minutes of silence{}", self.place.text()))
    }

    fn show(&self) {
        let seconds = self.started.elapsed().as_secs();
        let ended =
            if self.place.ended > 0 { format!(" {} tests,", self.place.ended) } else { String::new() };
        let line = format!("  {}:{ended} {seconds} s{}", self.name, self.place.text());
        let mut screen = std::io::stdout().lock();
        // A closed screen must not end the suite that is running.
        let _ = if self.on_terminal {
            write!(screen, "\r\x1b[K{}", line.chars().take(100).collect::<String>())
        } else {
            writeln!(screen, "{line}")
        };
        let _ = screen.flush();
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        if self.on_terminal {
            print!("\r\x1b[K");
            let _ = std::io::stdout().flush();
        }
    }
}

/// For programs whose lines say nothing of tests.
pub fn no_tests(_: &mut Place, _: &str) {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn silence_is_told_with_its_place() {
        let mut watch = Watch::new("Pester", |place, line| line.clone_into(&mut place.file));
        watch.line("Scripts.Tests.ps1");
        assert!(!watch.tick(SILENCE - Duration::from_secs(1)));
        assert_eq!(watch.complaint(), None);
        assert!(watch.tick(SILENCE));
        assert_eq!(
            watch.complaint().as_deref(),
            Some("ended after 10 minutes of silence in Scripts.Tests.ps1")
        );
    }
}
