//! Tables of rules that are also part of a page in `docs/`: the page is compared with the rules, or written again.

use std::fmt::Write;
use std::path::Path;

/// What a page has after the table.
const END: &str = "<!-- end of the table -->\n";

/// Compares the table of a page with the rows, of which each has what holds of an operation and what is done with it.
/// With the variable set it writes the page again.
pub(crate) fn check(page: &str, source: &str, done: &str, rows: &[(&str, &str)], variable: &str) {
    let begin = format!("<!-- table: made from ROWS in {source} -->\n");
    let mut table = format!("\n| | of an operation that … | {done} |\n|--|--|--|\n");
    for (number, (when, action)) in rows.iter().enumerate() {
        writeln!(table, "| {} | {when} | {action} |", number + 1).unwrap();
    }
    table.push('\n');
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(page);
    let text = std::fs::read_to_string(&file).unwrap_or_default().replace("\r\n", "\n");
    let (before, rest) = text.split_once(&begin).expect("the page has a place for the table");
    let (committed, after) = rest.split_once(END).expect("the table has an end");
    if std::env::var_os(variable).is_some() {
        std::fs::write(&file, format!("{before}{begin}{table}{END}{after}")).unwrap();
        return;
    }
    assert!(
        committed == table,
        "{page} is not the table that decides; run: \
         {variable}=1 cargo test -p labrunner-core the_table_in_the_docs"
    );
}
