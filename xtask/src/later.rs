//! Function bodies that stay out of the script root until they are first run.
//!
//! What an import costs is mostly the parser's first look at the text. A function whose body is marked keeps its help and
//! its parameters in the root, and reads its body from a file of its own at its first call.

use crate::fault::{Fault, Outcome};

/// Marks the rest of its block.
pub const MARKER: &str = "#later";
/// The folder of the bodies in the staged module.
pub const FOLDER: &str = "Functions";

/// The file of the functions that bodies share.
pub const SHARED: &str = "Private";

/// A text in which each marked rest is replaced by its call, and the rests by the names of their functions. A rest that
/// calls one of the shared functions defines them first.
pub fn split(text: &str, shared: &str) -> Outcome<(String, Vec<(String, String)>)> {
    let shared: Vec<_> = shared.lines().filter_map(function_name).collect();
    let mut kept = Vec::new();
    let mut bodies = Vec::new();
    let mut function = "";
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        function = function_name(line).unwrap_or(function);
        if line.trim() != MARKER {
            kept.push(line.to_owned());
            continue;
        }
        let indent = &line[..line.len() - line.trim_start().len()];
        let close = format!("{}}}", indent.get(4..).unwrap_or_default());
        let mut body = Vec::new();
        loop {
            match lines.next() {
                Some(end) if end == close => break,
                Some(line) => body.push(line),
                None => {
                    return Err(Fault::new(format!(
                        "{function}: '{MARKER}' is in a block that has no end; it must be a line of its own, one level below the block"
                    )));
                }
            }
        }
        // For who reads `(Get-Command X).Definition`.
        kept.push(format!("{indent}# The body is {FOLDER}/{function}.ps1 in the module's folder. It is read at the first call."));
        kept.push(format!("{indent}. ({BODY_OF} {function})"));
        kept.push(close);
        bodies.push((function.to_owned(), body_file(function, body.join("\n").trim_matches('\n'), &shared)));
    }
    let root = kept.join("\n");
    if let Some(name) = shared.iter().find(|&&name| root.contains(name)) {
        return Err(Fault::new(format!(
            "the script root uses {name}, which it does not have: put '{MARKER}' before the call in its function"
        )));
    }
    Ok((root, bodies))
}

/// What the file of a body holds. A dot-sourced block has bound parameters of its own, none: those of its function are
/// put in their place.
fn body_file(function: &str, body: &str, shared: &[&str]) -> String {
    let mut text =
        format!("# What {function} does. It is run by the function, in the function's own scope.\n");
    if body.contains("PSBoundParameters") {
        text.push_str("$PSBoundParameters = $PSCmdlet.MyInvocation.BoundParameters\n");
    }
    if shared.iter().any(|name| body.contains(name)) {
        text.push_str(&format!(". ({BODY_OF} {SHARED})\n"));
    }
    text.push_str(body);
    text.push('\n');
    text
}

/// How a body is asked for.
const BODY_OF: &str = "LabRunner.Commands\\Get-FunctionBody";

/// The name of the function that a line begins.
fn function_name(line: &str) -> Option<&str> {
    line.strip_prefix("function ")?.split([' ', '(', '{']).next()
}

/// The text without marks, for where the bodies stay.
pub fn unmarked(text: &str) -> String {
    text.lines().filter(|line| line.trim() != MARKER).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rest_of_a_marked_block_is_kept_apart() {
        let text = "function Get-A {\n    param($X)\n    #later\n\n    if ($X) {\n        1\n    }\n}\nfunction Get-B { 2 }";
        let (root, bodies) = split(text, "").expect("well-formed");
        assert_eq!(
            root,
            "function Get-A {\n    param($X)\n    # The body is Functions/Get-A.ps1 in the module's folder. It is read at the first call.\n    . (LabRunner.Commands\\Get-FunctionBody Get-A)\n}\nfunction Get-B { 2 }"
        );
        assert_eq!(bodies.len(), 1);
        assert_eq!(bodies[0].0, "Get-A");
        assert!(bodies[0].1.ends_with("scope.\n    if ($X) {\n        1\n    }\n"), "{}", bodies[0].1);
    }

    #[test]
    fn a_named_block_keeps_its_brace_and_its_bound_parameters() {
        let text = "function Get-A {\n    end {\n        #later\n        @PSBoundParameters\n    }\n}";
        let (root, bodies) = split(text, "").expect("well-formed");
        assert_eq!(
            root,
            "function Get-A {\n    end {\n        # The body is Functions/Get-A.ps1 in the module's folder. It is read at the first call.\n        . (LabRunner.Commands\\Get-FunctionBody Get-A)\n    }\n}"
        );
        assert!(bodies[0].1.contains(
            "$PSBoundParameters = $PSCmdlet.MyInvocation.BoundParameters\n        @PSBoundParameters"
        ));
    }

    #[test]
    fn a_body_that_calls_a_shared_function_defines_it_first() {
        let text = "function Get-A {\n    #later\n    Get-Shared\n}\nfunction Get-B {\n    #later\n    1\n}";
        let (_, bodies) =
            split(text, "# one\nfunction Get-Shared([string] $Name) {\n}\n").expect("well-formed");
        assert!(
            bodies[0].1.contains("scope.\n. (LabRunner.Commands\\Get-FunctionBody Private)\n    Get-Shared"),
            "{}",
            bodies[0].1
        );
        assert!(!bodies[1].1.contains("Private"), "{}", bodies[1].1);
        let fault =
            split("function Get-A { Get-Shared }", "function Get-Shared {\n}").expect_err("not in the root");
        assert!(fault.to_string().contains("Get-Shared"), "{fault}");
    }

    #[test]
    fn a_mark_without_an_end_is_a_fault_that_names_the_function() {
        let fault = split("function Get-A {\n        #later\n    1\n", "").expect_err("no end");
        assert!(fault.to_string().contains("Get-A"), "{fault}");
    }
}
