//! Every sentence that a user can meet, collected from the sources into `target/labrunner/messages.md` for review:
//! place, code, sentence. Fails on phrases that design rules exclude, so that a new message is read before it lands.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use regex_lite::Regex;

/// Phrases that a native reader stumbles over, and what to write instead.
const AVOIDED: &[(&str, &str)] = &[
    (r"\b(is|are) no [a-z]+", "`is not a …`, `there is no …`"),
    (r"\bnobody\b|\bwhoever\b|\bwhatever (it|they|way)\b", "name the subject"),
    (r"\banew\b", "again"),
    (r"\bso many\b", "the number"),
    (r"\b(is|are|was|were) told\b|\btold to\b", "was asked to, receives"),
    (r"\bnothing says\b|\bmeans? nothing\b|\bgives? nothing\b", "name what is missing"),
    (r"\bdeaf\b|\blet go\b|\bat work\b", "unresponsive, abandoned, running"),
    (r"\bof those\b|\bwhat (stands|is what)\b|\bbecome of\b", "name the noun"),
    (r"\bheld, held\b|\bput back\b|\bcomes? to be\b", "say it once, plainly"),
    (r"\b(All )?1 (operations|errors|warnings|workers|faults)\b", "use the singular"),
];

/// A sentence of the sources.
struct Sentence {
    place: String,
    code: String,
    text: String,
}

#[test]
fn messages_avoid_what_readers_stumble_over() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask lies in the root");
    let mut sentences = Vec::new();
    for folder in ["core/src", "ffi/src"] {
        for file in files(&root.join(folder), "rs") {
            rust(root, &file, &mut sentences);
        }
    }
    for (folder, ending) in [("powershell", "cs"), ("bindings", "cs"), ("powershell/module", "ps1")] {
        for file in files(&root.join(folder), ending) {
            quoted(root, &file, ending, &mut sentences);
        }
    }
    assert!(sentences.len() > 500, "only {} sentences were found: the search is broken", sentences.len());
    write_catalogue(root, &sentences);

    let avoided: Vec<(Regex, &str)> = AVOIDED
        .iter()
        .map(|(pattern, instead)| (Regex::new(pattern).expect("the patterns are valid"), *instead))
        .collect();
    let mut found = String::new();
    for sentence in &sentences {
        for (pattern, instead) in &avoided {
            let hit = pattern
                .find_iter(&sentence.text)
                .any(|hit| !allowed(&sentence.text, hit.as_str(), hit.start()));
            if hit {
                let _ = writeln!(found, "{}: {}\n    better: {instead}", sentence.place, sentence.text);
            }
        }
    }
    assert!(found.is_empty(), "messages to reword:\n{found}");
}

/// `there is no …`, `is no longer` and `is no more` are good English.
fn allowed(text: &str, hit: &str, at: usize) -> bool {
    let before = text[..at].trim_end().to_ascii_lowercase();
    let after_no = hit.rsplit(' ').next().unwrap_or_default();
    let there = ["there", "where", "which"].iter().any(|word| before.ends_with(word));
    hit.contains(" no ") && (there || ["longer", "more"].contains(&after_no))
}

fn write_catalogue(root: &Path, sentences: &[Sentence]) {
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
    let folder = target.join("labrunner");
    let mut text = String::from("| place | code | sentence |\n|--|--|--|\n");
    for Sentence { place, code, text: sentence } in sentences {
        let _ = writeln!(text, "| {place} | {code} | {} |", sentence.replace('|', "\\|"));
    }
    fs::create_dir_all(&folder).expect("the target folder can be made");
    fs::write(folder.join("messages.md"), text).expect("the catalogue can be written");
}

/// The source files below a folder, without what builds and generators leave there.
fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("the folder can be read").flatten() {
            let path = entry.path();
            let name = entry.file_name().to_string_lossy().into_owned();
            if path.is_dir() {
                if !["obj", "bin", "Generated"].contains(&name.as_str()) {
                    folders.push(path);
                }
            } else if path.extension().is_some_and(|have| have == ending) && !name.contains("test") {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// The literals of a Rust file outside of attributes and test modules, each with the last `Code::…` before it.
fn rust(root: &Path, file: &Path, sentences: &mut Vec<Sentence>) {
    let text = fs::read_to_string(file).expect("the source can be read");
    let tokens = TokenStream::from_str(&text).expect("the source is Rust");
    let place = relative(root, file);
    let mut code = String::new();
    walk(tokens, &place, &mut code, sentences);
}

fn walk(tokens: TokenStream, file: &str, code: &mut String, sentences: &mut Vec<Sentence>) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let mut at = 0;
    let mut test = false;
    while let Some(token) = tokens.get(at) {
        at += 1;
        match token {
            TokenTree::Punct(mark) if mark.as_char() == '#' => {
                let attribute = tokens.get(at..).unwrap_or_default().iter().find_map(attribute);
                if let Some(attribute) = attribute {
                    let words = attribute.stream().to_string();
                    test |=
                        words.starts_with("cfg (test)") || words.starts_with("cfg(test)") || words == "test";
                    at += 1 + usize::from(matches!(tokens.get(at), Some(TokenTree::Punct(_))));
                }
            }
            TokenTree::Group(group) => {
                if !(test && group.delimiter() == Delimiter::Brace) {
                    walk(group.stream(), file, code, sentences);
                }
                test &= group.delimiter() != Delimiter::Brace;
            }
            TokenTree::Ident(word) if word == "Code" => {
                if let Some(TokenTree::Ident(name)) = tokens.get(at + 2) {
                    *code = name.to_string();
                }
            }
            TokenTree::Punct(mark) if mark.as_char() == ';' => test = false,
            TokenTree::Literal(literal) => {
                let text = literal.to_string();
                let text = text.trim_start_matches(['r', '#']).trim_end_matches('#').trim_matches('"');
                if is_sentence(text) {
                    let line = literal.span().start().line;
                    let text = text.split_whitespace().collect::<Vec<_>>().join(" ").replace("\\ ", "");
                    sentences.push(Sentence { place: format!("{file}:{line}"), code: code.clone(), text });
                }
            }
            _ => {}
        }
    }
}

/// The brackets of an attribute whose `#` was just read.
fn attribute(token: &TokenTree) -> Option<Group> {
    match token {
        TokenTree::Group(group) if group.delimiter() == Delimiter::Bracket => Some(group.clone()),
        _ => None,
    }
}

/// The quoted texts of a C# or PowerShell file outside of comments.
fn quoted(root: &Path, file: &Path, ending: &str, sentences: &mut Vec<Sentence>) {
    let text = fs::read_to_string(file).expect("the source can be read");
    let pattern = if ending == "cs" {
        r#""((?:[^"\\\n]|\\.)*)""#
    } else {
        r#"'((?:[^'\n]|'')*)'|"((?:[^"`\n]|`.|"")*)""#
    };
    let pattern = Regex::new(pattern).expect("the pattern is valid");
    let id = Regex::new(r#"LabRunner\.[A-Z]\w+|-Id (\w+)"#).expect("the pattern is valid");
    let comment = if ending == "cs" { "//" } else { "#" };
    let (mut help, mut code) = (false, String::new());
    for (index, line) in text.lines().enumerate() {
        help |= line.contains("<#");
        if !help && !line.trim_start().starts_with(comment) {
            if let Some(found) = id.find(line) {
                found.as_str().trim_start_matches("-Id ").clone_into(&mut code);
            }
            for hit in pattern.captures_iter(line) {
                let text = hit.iter().skip(1).flatten().next().map_or("", |part| part.as_str());
                if is_sentence(text) {
                    let place = format!("{}:{}", relative(root, file), index + 1);
                    sentences.push(Sentence { place, code: code.clone(), text: text.to_owned() });
                }
            }
        }
        help &= !line.contains("#>");
    }
}

/// Three words or more are for a reader; less is a name or a format.
fn is_sentence(text: &str) -> bool {
    text.split_whitespace().filter(|word| word.chars().filter(|c| c.is_alphabetic()).count() > 1).count() >= 3
}

fn relative(root: &Path, file: &Path) -> String {
    file.strip_prefix(root).unwrap_or(file).display().to_string().replace('\\', "/")
}
