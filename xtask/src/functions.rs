//! The layout of a file of functions, by which the module finds each function without parsing the file.
//!
//! `FunctionTexts` in C# reads it: a function begins with the line `function Name {` and ends with the next line that is
//! `}` alone. Between functions are comments and empty lines only.

use crate::fault::{Fault, Outcome};

/// Checks a file; the fault names the line.
pub fn check(file: &str, text: &str) -> Outcome {
    let mut inside = None;
    for (number, line) in text.trim().lines().enumerate() {
        let fault = |what: &str| Err(Fault::new(format!("{file}, line {}: {what}", number + 1)));
        match inside {
            Some(_) if line == "}" => inside = None,
            Some(_) => {}
            None if line.trim().is_empty() || line.starts_with('#') => {}
            None => match line.strip_prefix("function ").and_then(|rest| rest.strip_suffix(" {")) {
                Some(name) if !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '-') => {
                    inside = Some(name);
                }
                _ => {
                    return fault(
                        "a function begins with a line 'function Name {'; parameters go into param()",
                    );
                }
            },
        }
    }
    match inside {
        Some(name) => Err(Fault::new(format!("{file}: the function {name} does not end with a line '}}'"))),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_and_comments_pass() {
        let text = "# Why.\nfunction Get-A {\n    param($X)\n    if ($X) {\n    }\n}\n\nfunction b {\n}\n";
        assert!(check("a.ps1", text).is_ok());
    }

    #[test]
    fn what_the_module_could_not_find_is_named() {
        for (text, says) in [
            ("function A([int] $X) {\n}\n", "a.ps1, line 1: a function begins"),
            ("function A { 1 }\n", "a.ps1, line 1: a function begins"),
            ("function A {\n}\n$x = 1\n", "a.ps1, line 3: a function begins"),
            ("function A {\n    @'\n}\n'@\n}\n", "a.ps1, line 4: a function begins"),
            ("function A {\n", "a.ps1: the function A does not end"),
        ] {
            let fault = check("a.ps1", text).expect_err(text).to_string();
            assert!(fault.starts_with(says), "{fault}");
        }
    }
}
