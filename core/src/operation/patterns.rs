//! Patterns of files, as `inputs` and `outputs` have them, and which paths they mean.
//!
//! A pattern is relative to a folder. `*` and `?` stand for characters of one name, `**` for any folders, `[ab]` for one
//! of these characters, `{a,b}` for one of these texts; a name without any of them is a file, or a folder with all that
//! is in it. `!` in front takes files out again; of several patterns that mean a file the last one decides.

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use std::path::{Component, Path, PathBuf};

/// Characters that make a part of a path a pattern.
const WILD: [char; 6] = ['*', '?', '[', ']', '{', '}'];

/// What is wrong with a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrong {
    /// What, without a period.
    pub message: String,
    /// What to do.
    pub advice: &'static str,
}

/// One pattern.
#[derive(Clone, Debug)]
pub struct Pattern {
    /// As it was written.
    pub text: String,
    /// Whether it takes files out.
    pub excludes: bool,
    /// Where what it means lies: everything before its first wildcard.
    pub base: PathBuf,
    /// Whether it means all that lies below its base.
    pub whole: bool,
}

/// A list of patterns.
#[derive(Clone, Debug)]
pub struct Patterns {
    list: Vec<Pattern>,
    set: GlobSet,
    /// By glob of the set: its pattern.
    of: Vec<usize>,
}

impl Patterns {
    /// Compiles patterns that are relative to a folder. No patterns mean no files.
    ///
    /// # Errors
    /// What is wrong with the first that cannot be used.
    pub fn compile(folder: &Path, texts: &[String]) -> Result<Self, Wrong> {
        let mut list = Vec::with_capacity(texts.len());
        let mut set = GlobSetBuilder::new();
        let mut of = Vec::new();
        for text in texts {
            let (pattern, globs) = read(folder, text)?;
            for glob in globs {
                let built = GlobBuilder::new(&glob)
                    .literal_separator(true)
                    .backslash_escape(false)
                    .case_insensitive(cfg!(windows))
                    .build()
                    .map_err(|error| Wrong {
                        message: format!("'{text}' is not a pattern: {}", error.kind()),
                        advice: "Use *, ?, ** and [ab]; put a special character in brackets to mean the character itself: [[].",
                    })?;
                set.add(built);
                of.push(list.len());
            }
            list.push(pattern);
        }
        if !list.is_empty() && list.iter().all(|pattern| pattern.excludes) {
            return Err(Wrong {
                message: "all patterns begin with '!', so that they mean no files".to_owned(),
                advice: "Name the files to include first.",
            });
        }
        let set = set.build().map_err(|error| Wrong {
            message: format!("the patterns cannot be used: {}", error.kind()),
            advice: "Write fewer or shorter patterns.",
        })?;
        Ok(Self { list, set, of })
    }

    /// The patterns, as declared.
    pub fn list(&self) -> &[Pattern] {
        &self.list
    }

    /// The patterns that speak of a path, in their order.
    pub fn about(&self, path: &Path) -> Vec<usize> {
        let mut found: Vec<usize> = self.set.matches(path).into_iter().map(|glob| self.of[glob]).collect();
        found.sort_unstable();
        found
    }

    /// Whether a path is meant, by the patterns that speak of it.
    pub fn mean(&self, about: &[usize]) -> bool {
        about.last().is_some_and(|last| !self.list[*last].excludes)
    }

    /// Whether nothing below a folder can be meant, so that it need not be looked into.
    pub fn leaves_out(&self, folder: &Path) -> bool {
        let last = self.list.iter().rposition(|pattern| !pattern.excludes);
        let behind = self.list.iter().enumerate().filter(|(at, _)| last.is_none_or(|last| *at > last));
        behind.into_iter().any(|(_, pattern)| pattern.whole && pattern.base == folder)
    }

    /// Where files that are meant can lie: no place lies within another.
    pub fn places(&self) -> Vec<PathBuf> {
        let mut places: Vec<PathBuf> =
            self.list.iter().filter(|it| !it.excludes).map(|it| it.base.clone()).collect();
        places.sort();
        // What lies within a place comes behind it, though not always next to it.
        let mut kept: Vec<PathBuf> = Vec::with_capacity(places.len());
        for place in places {
            if !kept.iter().any(|outer| place.starts_with(outer)) {
                kept.push(place);
            }
        }
        kept
    }
}

/// Reads one pattern; gives it and the globs that it stands for.
fn read(folder: &Path, text: &str) -> Result<(Pattern, Vec<String>), Wrong> {
    let wrong = |message: String, advice| Err(Wrong { message, advice });
    let (excludes, meant) = match text.trim().strip_prefix('!') {
        Some(rest) => (true, rest.trim_start()),
        None => (false, text.trim()),
    };
    if meant.is_empty() {
        return wrong(
            "a pattern is empty".to_owned(),
            "Write the path of a file, or a pattern such as src/**.",
        );
    }
    if meant.contains('\0') {
        return wrong("a pattern has a null character".to_owned(), "Remove it.");
    }
    // Labs are written on Windows and run elsewhere.
    let meant = meant.replace('\\', "/");
    let parts: Vec<&str> = meant.split('/').collect();
    let wild = parts.iter().position(|part| part.contains(WILD)).unwrap_or(parts.len());
    let (plain, rest) = parts.split_at(wild);
    if rest.contains(&"..") {
        return wrong(
            format!("'{text}' has '..' after a wildcard"),
            "Write '..' at the beginning of the pattern only.",
        );
    }
    let rest: Vec<&str> = rest.iter().copied().filter(|part| !part.is_empty() && *part != ".").collect();
    let joined = plain.join("/");
    // What is left of an absolute pattern whose first name is a wildcard.
    let start = if joined.is_empty() && meant.starts_with('/') { "/" } else { joined.as_str() };
    let base = normal(&folder.join(start));
    let stem = globset::escape(&base.to_string_lossy().replace(std::path::MAIN_SEPARATOR, "/"));
    let stem = stem.trim_end_matches('/');
    let globs = match rest.join("/") {
        rest if rest.is_empty() => vec![stem.to_owned(), format!("{stem}/**")],
        rest => vec![format!("{stem}/{rest}")],
    };
    let whole = rest.is_empty() || rest == ["**"];
    Ok((Pattern { text: text.trim().to_owned(), excludes, base, whole }, globs))
}

/// A path without `.` and `..`; none leads above the root.
fn normal(path: &Path) -> PathBuf {
    let mut normal = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => {
                normal.pop();
            }
            other => normal.push(other),
        }
    }
    normal
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn compile(texts: &[&str]) -> Result<Patterns, Wrong> {
        let texts: Vec<String> = texts.iter().map(|text| (*text).to_owned()).collect();
        Patterns::compile(Path::new("/lab/[1]"), &texts)
    }

    fn means(texts: &[&str], path: &str) -> bool {
        let patterns = compile(texts).unwrap();
        patterns.mean(&patterns.about(Path::new(path)))
    }

    #[test]
    fn patterns_mean_what_they_say() {
        for (texts, path) in [
            (&["a.js"][..], "/lab/[1]/a.js"),
            (&["src"], "/lab/[1]/src/x/y.js"),
            (&["./src/"], "/lab/[1]/src/x"),
            (&["src/**"], "/lab/[1]/src/x/y.js"),
            (&["src\\*.js"], "/lab/[1]/src/y.js"),
            (&["**/*.js"], "/lab/[1]/y.js"),
            (&["**/*.js"], "/lab/[1]/a/b/y.js"),
            (&["?.js"], "/lab/[1]/y.js"),
            (&["[xy].js"], "/lab/[1]/y.js"),
            (&["{x,y}.js"], "/lab/[1]/y.js"),
            (&["../shared/**"], "/lab/shared/a"),
            (&["../../../etc/hosts"], "/etc/hosts"),
            (&["/etc/*"], "/etc/hosts"),
            (&["/*/hosts"], "/etc/hosts"),
            (&["src/**", "!**/*.tmp"], "/lab/[1]/src/a.js"),
            (&["src/**", "!**/*.tmp", "src/keep.tmp"], "/lab/[1]/src/keep.tmp"),
        ] {
            assert!(means(texts, path), "{texts:?} {path}");
        }
        for (texts, path) in [
            (&["a.js"][..], "/lab/[1]/b/a.js"),
            (&["*.js"], "/lab/[1]/b/a.js"),
            (&["src/*.js"], "/lab/[1]/src/b/a.js"),
            (&["src/**"], "/lab/1/src/a"),
            (&["src/**", "!src/gen/**"], "/lab/[1]/src/gen/x/y"),
            (&["src/**", "! **/*.tmp"], "/lab/[1]/src/b/a.tmp"),
            (&[], "/lab/[1]/a"),
        ] {
            assert!(!means(texts, path), "{texts:?} {path}");
        }
    }

    #[test]
    fn each_place_is_looked_at_once_and_what_is_left_out_not_at_all() {
        let patterns = compile(&["src/**", "src/x/*.js", "Dockerfile", "src-2/*", "!src/gen/**"]).unwrap();
        let places: Vec<String> = patterns.places().iter().map(|it| it.display().to_string()).collect();
        assert_eq!(places, ["/lab/[1]/Dockerfile", "/lab/[1]/src", "/lab/[1]/src-2"]);
        assert!(patterns.leaves_out(Path::new("/lab/[1]/src/gen")));
        assert!(!patterns.leaves_out(Path::new("/lab/[1]/src")));
        let again = compile(&["src/**", "!src/gen", "src/gen/keep"]).unwrap();
        assert!(!again.leaves_out(Path::new("/lab/[1]/src/gen")), "some of it is meant after all");
    }

    #[test]
    fn what_cannot_be_meant_is_said() {
        for (texts, said) in [
            (&[""][..], "a pattern is empty"),
            (&["!"], "a pattern is empty"),
            (&["!a"], "all patterns begin with '!', so that they mean no files"),
            (&["a/*/../b"], "'a/*/../b' has '..' after a wildcard"),
            (&["a\0b"], "a pattern has a null character"),
            (&["[a"], "'[a' is not a pattern: unclosed character class; missing ']'"),
            (
                &["{a"],
                "'{a' is not a pattern: unclosed alternate group; missing '}' (maybe escape '{' with '[{]'?)",
            ),
        ] {
            assert_eq!(compile(texts).unwrap_err().message, said, "{texts:?}");
        }
    }
}
