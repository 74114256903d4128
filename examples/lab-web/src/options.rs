//! The command line.

use std::path::PathBuf;

/// What `--help` prints.
pub const USAGE: &str = "\
lab-web [--port N] [--root DIR]

  --port N    port on 127.0.0.1; 0, the default, takes any free one
  --root DIR  folder of the files to serve; the current one by default";

/// What to serve where.
#[derive(Debug, PartialEq, Eq)]
pub struct Options {
    /// 0 for any.
    pub port: u16,
    /// The folder of the files.
    pub root: PathBuf,
}

impl Options {
    /// Reads the arguments behind the program's name.
    pub fn read(arguments: &[String]) -> Result<Self, String> {
        let mut options = Self { port: 0, root: PathBuf::from(".") };
        let mut arguments = arguments.iter();
        while let Some(name) = arguments.next() {
            if name != "--port" && name != "--root" {
                return Err(format!("unknown argument '{name}'\n{USAGE}"));
            }
            let value = arguments.next().ok_or_else(|| format!("{name} needs a value"))?;
            if name == "--port" {
                let wrong = |_| format!("--port needs a number from 0 to 65535, not '{value}'");
                options.port = value.parse().map_err(wrong)?;
            } else {
                options.root = PathBuf::from(value);
            }
        }
        Ok(options)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(arguments: &[&str]) -> Result<Options, String> {
        Options::read(&arguments.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn both_options_have_defaults() {
        assert_eq!(read(&[]), Ok(Options { port: 0, root: ".".into() }));
        assert_eq!(read(&["--root", "a b", "--port", "80"]), Ok(Options { port: 80, root: "a b".into() }));
    }

    #[test]
    fn what_is_wrong_is_named() {
        assert!(
            read(&["--prot", "80"]).is_err_and(|message| message.starts_with("unknown argument '--prot'"))
        );
        assert_eq!(read(&["--port"]), Err("--port needs a value".to_owned()));
        let expected = "--port needs a number from 0 to 65535, not '70000'";
        assert_eq!(read(&["--port", "70000"]), Err(expected.to_owned()));
    }
}
