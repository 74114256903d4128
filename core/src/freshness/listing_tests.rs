//! Lists of real files: what counts, what does not, and what is said of files that cannot be read.

use super::*;
use crate::record::stamp::Differs;
use std::fs;
use std::os::unix::fs::symlink;

struct Lab(tempfile::TempDir);

impl Lab {
    fn new(files: &[(&str, &str)]) -> Self {
        let lab = Self(tempfile::tempdir().unwrap());
        for (name, text) in files {
            lab.write(name, text);
        }
        lab
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn compile(&self, texts: &[&str]) -> Patterns {
        let texts: Vec<String> = texts.iter().map(|text| (*text).to_owned()).collect();
        Patterns::compile(self.0.path(), &texts).unwrap()
    }

    fn list(&self, texts: &[&str]) -> Result<Listing, Problem> {
        list(self.0.path(), &self.compile(texts), None, &|| false)
    }

    fn names(&self, texts: &[&str]) -> Vec<String> {
        self.list(texts).unwrap().parts.into_keys().collect()
    }
}

#[test]
fn files_count_by_name_and_content_and_nothing_else() {
    let lab = Lab::new(&[("src/a", "1"), ("src/b/c", "2"), ("other", "3")]);
    let before = lab.list(&["src/**"]).unwrap();
    assert_eq!(before.parts.keys().collect::<Vec<_>>(), ["src/a", "src/b/c"]);
    fs::File::open(lab.path("src/a")).unwrap().set_modified(std::time::SystemTime::UNIX_EPOCH).unwrap();
    lab.write("other", "4");
    assert_eq!(lab.list(&["src/**"]).unwrap(), before, "neither its time nor other files count");
    lab.write("src/a", "9");
    let after = lab.list(&["src/**"]).unwrap();
    assert_eq!(after.difference(&before), Some((Differs::Changed, Some("src/a"))));
    fs::rename(lab.path("src/a"), lab.path("src/aa")).unwrap();
    assert_eq!(lab.list(&["src"]).unwrap().difference(&after), Some((Differs::Added, Some("src/aa"))));
}

#[test]
fn overlapping_patterns_list_each_file_once_and_the_order_of_patterns_changes_nothing() {
    let lab = Lab::new(&[("src/a", "1"), ("src/b/c", "2"), ("x", "3")]);
    let once = lab.list(&["src/**", "x"]).unwrap();
    assert_eq!(once.files, 3);
    assert_eq!(lab.list(&["x", "src/b/*", "src"]).unwrap(), once);
}

#[test]
fn what_is_taken_out_or_made_by_the_operation_itself_is_not_there() {
    let lab = Lab::new(&[("a", "1"), ("out/x", "2"), ("tmp/y", "3"), ("z.tmp", "4")]);
    assert_eq!(lab.names(&["**", "!**/*.tmp", "!tmp"]), ["a", "out/x"]);
    let without = list(lab.0.path(), &lab.compile(&["**"]), Some(&lab.compile(&["out"])), &|| false).unwrap();
    assert_eq!(without.parts.into_keys().collect::<Vec<_>>(), ["a", "tmp/y", "z.tmp"]);
}

#[test]
fn a_pattern_that_means_no_file_is_named() {
    let lab = Lab::new(&[("src/a", "1")]);
    assert_eq!(lab.list(&["src/*", "scr/**"]), Err(Problem::Missing("scr/**".to_owned())));
    assert_eq!(lab.list(&["Dockerfile"]), Err(Problem::Missing("Dockerfile".to_owned())));
    assert!(lab.list(&["src/a", "src/a/b"]).is_err(), "a file has nothing in it");
}

#[test]
fn links_cannot_lead_in_a_circle_and_count_by_where_they_lead() {
    let lab = Lab::new(&[("real/a", "1")]);
    fs::create_dir(lab.path("src")).unwrap();
    symlink("..", lab.path("src/up")).unwrap();
    symlink("../real/a", lab.path("src/file")).unwrap();
    symlink("nowhere", lab.path("src/broken")).unwrap();
    symlink("itself", lab.path("src/itself")).unwrap();
    let before = lab.list(&["src/**"]).unwrap();
    assert_eq!(before.parts.keys().collect::<Vec<_>>(), ["src/broken", "src/file", "src/itself", "src/up"]);
    lab.write("real/a", "2");
    let after = lab.list(&["src/**"]).unwrap();
    assert_eq!(after.difference(&before), Some((Differs::Changed, Some("src/file"))));
    fs::remove_file(lab.path("src/broken")).unwrap();
    symlink("elsewhere", lab.path("src/broken")).unwrap();
    assert_eq!(
        lab.list(&["src/**"]).unwrap().difference(&after),
        Some((Differs::Changed, Some("src/broken")))
    );
    symlink("real", lab.path("linked")).unwrap();
    assert_eq!(lab.names(&["linked/**"]), ["linked/a"], "one that a pattern names is entered");
}

#[test]
fn pipes_are_never_opened() {
    let lab = Lab::new(&[("src/a", "1")]);
    let path = std::ffi::CString::new(lab.path("src/pipe").to_str().unwrap()).unwrap();
    // SAFETY: the path is a string that ends in a null.
    assert_eq!(unsafe { libc::mkfifo(path.as_ptr(), 0o600) }, 0);
    assert_eq!(lab.names(&["src/**"]), ["src/a", "src/pipe"]);
}

#[cfg(target_os = "linux")]
#[test]
fn what_cannot_be_read_is_named() {
    let lab = Lab::new(&[("src/a", "1")]);
    // A file that not even root can read from its beginning.
    symlink("/proc/self/mem", lab.path("src/b")).unwrap();
    assert_eq!(lab.list(&["src/**"]), Err(Problem::Unreadable("src/b".to_owned())));
    assert_eq!(lab.names(&["src/**", "!src/b"]), ["src/a"]);
}

#[test]
fn of_very_many_files_folders_are_listed() {
    let lab = Lab::new(&[]);
    for number in 0..2_000 {
        lab.write(&format!("src/{}/{}/f{number}", number % 7, number % 97), "1");
    }
    let before = lab.list(&["src/**"]).unwrap();
    assert_eq!((before.files, before.folded), (2_000, true));
    assert!(
        before.parts.len() <= MOST_PARTS && before.parts.keys().all(|name| name.ends_with('/')),
        "{before:?}"
    );
    lab.write("src/3/45/f1694", "2");
    let after = lab.list(&["src/**"]).unwrap();
    assert_eq!(after.difference(&before), Some((Differs::Changed, Some("src/3/"))));
}

#[test]
fn listing_ends_with_the_run_that_asked() {
    let lab = Lab::new(&[("src/a", "1")]);
    assert_eq!(list(lab.0.path(), &lab.compile(&["src"]), None, &|| true), Err(Problem::Stopped));
}

#[test]
fn names_that_are_not_unicode_count_too() {
    use std::os::unix::ffi::OsStrExt;
    let lab = Lab::new(&[]);
    let name = |byte: u8| lab.0.path().join(std::ffi::OsStr::from_bytes(&[b'a', byte]));
    fs::write(name(0xff), "1").unwrap();
    let first = lab.list(&["*"]).unwrap();
    fs::rename(name(0xff), name(0xfe)).unwrap();
    assert_ne!(lab.list(&["*"]).unwrap().digest, first.digest);
}
