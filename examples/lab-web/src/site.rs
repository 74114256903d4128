//! The files that are served, and the border round them.

use std::fs::File;
use std::path::{Path, PathBuf};

/// A folder whose files may be served.
#[derive(Debug)]
pub struct Site {
    root: PathBuf,
}

impl Site {
    /// Takes a folder that is there.
    pub fn open(root: &Path) -> Result<Self, String> {
        let told =
            |error: std::io::Error| format!("the folder '{}' cannot be served: {error}", root.display());
        let root = root.canonicalize().map_err(told)?;
        if root.is_dir() { Ok(Self { root }) } else { Err(format!("'{}' is not a folder", root.display())) }
    }

    /// The file behind a decoded path, its length and its media type; `index.html` for a folder.
    ///
    /// Nothing outside of the root is found, neither by name nor through a link.
    pub fn find(&self, path: &str) -> Option<(File, u64, &'static str)> {
        let mut place = self.root.clone();
        for part in path.split('/').filter(|part| !part.is_empty()) {
            // Names that mean something to a file system: up, Windows' separator, drives and streams.
            if part == ".." || part.contains(['\\', ':', '\0']) {
                return None;
            }
            place.push(part);
        }
        if place.is_dir() {
            place.push("index.html");
        }
        let place = place.canonicalize().ok()?;
        if !place.starts_with(&self.root) {
            return None;
        }
        let file = File::open(&place).ok()?;
        let about = file.metadata().ok()?;
        about.is_file().then(|| (file, about.len(), media_type(&place)))
    }
}

fn media_type(place: &Path) -> &'static str {
    let extension = place.extension().and_then(|text| text.to_str()).unwrap_or_default();
    match extension.to_ascii_lowercase().as_str() {
        "html" | "htm" => "text/html; charset=utf-8",
        "txt" | "md" | "log" => "text/plain; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "json" => "application/json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::io::Read;

    /// A folder with a site in it and a secret beside it; removed at the end.
    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str) -> Self {
            let folder = std::env::temp_dir().join(format!("lab-web-{}-{name}", std::process::id()));
            fs::create_dir_all(folder.join("site/sub folder")).expect("a folder");
            for (name, text) in [
                ("secret", "secret"),
                ("site/a.txt", "a"),
                ("site/index.html", "home"),
                ("site/sub folder/index.html", "sub"),
            ] {
                fs::write(folder.join(name), text).expect("a file");
            }
            Self(folder)
        }

        fn site(&self) -> Site {
            Site::open(&self.0.join("site")).expect("a site")
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            _ = fs::remove_dir_all(&self.0);
        }
    }

    fn text(site: &Site, path: &str) -> Option<String> {
        let (mut file, length, _) = site.find(path)?;
        let mut text = String::new();
        file.read_to_string(&mut text).expect("text");
        assert_eq!(text.len() as u64, length);
        Some(text)
    }

    #[test]
    fn files_are_found_and_folders_have_an_index() {
        let folder = Folder::new("found");
        let site = folder.site();
        for (path, expected) in [
            ("/a.txt", "a"),
            ("/", "home"),
            ("//a.txt", "a"),
            ("/sub folder", "sub"),
            ("/sub folder/", "sub"),
        ] {
            assert_eq!(text(&site, path).as_deref(), Some(expected), "{path}");
        }
        assert_eq!(site.find("/a.txt").map(|found| found.2), Some("text/plain; charset=utf-8"));
        assert!(site.find("/b.txt").is_none());
    }

    #[test]
    fn nothing_outside_is_found() {
        let folder = Folder::new("outside");
        let site = folder.site();
        let whole = folder.0.join("secret").display().to_string();
        for path in ["/../secret", "/sub folder/../../secret", "/..\\secret", "/C:/secret", "/a\0", &whole] {
            assert!(site.find(path).is_none(), "{path:?}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn a_link_may_point_inside_only() {
        use std::os::unix::fs::symlink;
        let folder = Folder::new("links");
        let site = folder.site();
        symlink(folder.0.join("secret"), folder.0.join("site/out")).expect("a link");
        symlink("a.txt", folder.0.join("site/in")).expect("a link");
        assert!(site.find("/out").is_none());
        assert_eq!(text(&site, "/in").as_deref(), Some("a"));
    }

    #[test]
    fn a_root_must_be_a_folder() {
        let folder = Folder::new("root");
        assert!(
            Site::open(&folder.0.join("secret")).is_err_and(|message| message.ends_with("is not a folder"))
        );
        assert!(Site::open(&folder.0.join("missing")).is_err());
    }
}
