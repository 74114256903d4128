//! Paths that a lab file names are relative to its own folder, not to the location it is run from.

/// The folder of a file, with its last separator; nothing when the path has none.
pub(in crate::config) fn folder_of(file: &str) -> Option<&str> {
    let end = file.rfind(|c| is_separator(c, file))?;
    Some(&file[..=end])
}

/// Whether a path says where it is without a folder: `/x`, `C:\x`, `\\server\share`, `~/x`.
pub(in crate::config) fn is_absolute(path: &str) -> bool {
    path.starts_with('/') || path == "~" || path.starts_with("~/") || is_windows(path)
}

/// A path with the lab file's folder before it, when it is relative and the folder is known.
pub(in crate::config) fn resolve(folder: Option<&str>, path: &str) -> String {
    let (Some(folder), false) = (folder, is_absolute(path)) else { return path.to_owned() };
    let windows = cfg!(windows) || is_windows(folder);
    // Labs are written on Windows and run elsewhere: there `.\scripts\a.ps1` has to be found too.
    let path = if windows { path.to_owned() } else { path.replace('\\', "/") };
    let mut rest = path.as_str();
    while let Some(after) = rest.strip_prefix("./").or_else(|| rest.strip_prefix(".\\")) {
        rest = after.trim_start_matches(|c| is_separator(c, folder));
    }
    if rest == "." {
        rest = "";
    }
    within_root(&format!("{folder}{rest}"))
}

/// A path without the steps that lead above its root: the system ignores them, and not every reader of paths does.
fn within_root(path: &str) -> String {
    let separator = |c: char| c == '/' || (c == '\\' && is_windows(path));
    let mut depth = 0_usize;
    let mut kept = String::with_capacity(path.len());
    for piece in path.split_inclusive(separator) {
        match piece.trim_end_matches(separator) {
            ".." if depth == 0 => continue,
            ".." => depth -= 1,
            "" | "." => {}
            drive if drive.ends_with(':') && kept.is_empty() => {}
            _ => depth += 1,
        }
        kept.push_str(piece);
    }
    kept
}

fn is_separator(character: char, path: &str) -> bool {
    character == '/' || (character == '\\' && (cfg!(windows) || is_windows(path)))
}

fn is_windows(path: &str) -> bool {
    let bytes = path.as_bytes();
    path.starts_with("\\\\")
        || (bytes.len() > 2
            && bytes[0].is_ascii_alphabetic()
            && bytes[1] == b':'
            && matches!(bytes[2], b'\\' | b'/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders() {
        assert_eq!(folder_of("/labs/a/lab.yaml"), Some("/labs/a/"));
        assert_eq!(folder_of("/lab.yaml"), Some("/"));
        assert_eq!(folder_of("lab.yaml"), None);
        assert_eq!(folder_of("C:\\labs\\lab.yaml"), Some("C:\\labs\\"));
    }

    #[test]
    fn relative_paths_are_resolved_and_others_are_not() {
        let folder = Some("/labs/");
        assert_eq!(resolve(folder, "a.ps1"), "/labs/a.ps1");
        assert_eq!(resolve(folder, "./scripts/a.ps1"), "/labs/scripts/a.ps1");
        assert_eq!(resolve(folder, "../a.ps1"), "/labs/../a.ps1");
        assert_eq!(resolve(folder, "../../../../etc/a.ps1"), "/labs/../etc/a.ps1");
        assert_eq!(resolve(folder, "x/../../../a.ps1"), "/labs/x/../../a.ps1");
        assert_eq!(resolve(Some("C:\\labs\\"), "..\\..\\a.ps1"), "C:\\labs\\..\\a.ps1");
        assert_eq!(resolve(folder, "."), "/labs/");
        assert_eq!(resolve(folder, "/x/a.ps1"), "/x/a.ps1");
        assert_eq!(resolve(folder, "~/a.ps1"), "~/a.ps1");
        assert_eq!(resolve(folder, "C:\\x\\a.ps1"), "C:\\x\\a.ps1");
        assert_eq!(resolve(folder, "\\\\server\\a.ps1"), "\\\\server\\a.ps1");
        assert_eq!(resolve(Some("C:\\labs\\"), ".\\s\\a.ps1"), "C:\\labs\\s\\a.ps1");
        assert_eq!(resolve(None, "s/a.ps1"), "s/a.ps1");
    }

    #[cfg(not(windows))]
    #[test]
    fn windows_separators_work_elsewhere() {
        assert_eq!(resolve(Some("/labs/"), ".\\s\\a.ps1"), "/labs/s/a.ps1");
    }
}
