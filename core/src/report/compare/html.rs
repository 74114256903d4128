//! A comparison as one page that needs nothing else, and no script.

use super::document::{ComparedOperation, ComparedTurn, Comparison};
use super::markdown::{sentence, short};
use super::signed;
use crate::report::html::{Page, STYLE, encoded};
use crate::report::markdown::words;
use crate::report::plain::{self, count, duration, html};
use std::fmt::Write;

/// Rows of a list, at most; the Json format has all.
const MOST_ROWS: usize = 500;

/// Characters of an error, at most.
const LONGEST_ERROR: usize = 300;

/// The page. `folder` is the name of the folder beside it; with `inline` the style stands in it.
pub fn write(comparison: &Comparison, folder: &str, inline: bool) -> Page {
    let name = comparison.runs.last().map_or_else(String::new, |run| html(&plain::name(&run.name)));
    let mut beside = Vec::new();
    let style = if inline {
        format!("<link rel=\"icon\" href=\"data:,\"><style>{STYLE}</style>")
    } else {
        beside.push(("report.css".to_owned(), STYLE.as_bytes().to_vec()));
        format!("<link rel=\"stylesheet\" href=\"{}/report.css\">", encoded(folder))
    };
    let many = count(comparison.runs.len(), "run");
    let mut text = format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" \
         content=\"width=device-width, initial-scale=1\">\n<meta name=\"color-scheme\" content=\"light dark\">\n<meta \
         name=\"robots\" content=\"noindex\">\n<title>{name}: {many} side by side</title>\n{style}\n</head>\n<body>\n<header \
         class=\"top\"><h1><bdi>{name}</bdi> <span class=\"word\">{many} side by side</span></h1><p>{}</p></header>\n<main>",
        html(&sentence(comparison))
    );
    runs(&mut text, comparison);
    let differing: Vec<_> = comparison.operations.iter().filter(|it| it.differs).collect();
    list(
        &mut text,
        comparison,
        ("differs", "Ended well in one run and not in another"),
        &differing,
        |turn| {
            let why = turn.error.as_deref().map(plain::one_line).unwrap_or_default();
            let tone = if turn.status == "Succeeded" { "good" } else { "bad" };
            format!(
                "<span class=\"s-{tone}\">{}</span> <span class=\"note\">{}</span>",
                html(words(&turn.status)),
                html(&plain::shortened(&why, LONGEST_ERROR))
            )
        },
    );
    let slower: Vec<_> =
        comparison.operations.iter().filter(|it| it.change_ms.is_some_and(|ms| ms > 0)).collect();
    list(&mut text, comparison, ("slower", "Took longer in the last run"), &slower, took);
    let faster: Vec<_> =
        comparison.operations.iter().rev().filter(|it| it.change_ms.is_some_and(|ms| ms < 0)).collect();
    list(&mut text, comparison, ("faster", "Took less in the last run"), &faster, took);
    let partly: Vec<_> =
        comparison.operations.iter().filter(|it| it.runs.iter().any(Option::is_none)).collect();
    list(&mut text, comparison, ("partly", "Only in some of the runs"), &partly, took);
    let _ = write!(
        text,
        "</main>\n<footer>Made by LabRunner {} at {}. Times are those that attempts ran, services until they were \
         ready.</footer>\n</body>\n</html>\n",
        env!("CARGO_PKG_VERSION"),
        html(&plain::utc(&comparison.made_at))
    );
    Page { page: text.into_bytes(), beside }
}

fn took(turn: &ComparedTurn) -> String {
    let critical = if turn.critical { " <span class=\"note\">critical</span>" } else { "" };
    let status = if turn.status == "Succeeded" {
        String::new()
    } else {
        format!(" <span class=\"note\">{}</span>", html(words(&turn.status)))
    };
    format!("{}{critical}{status}", duration(turn.busy_ms))
}

fn runs(text: &mut String, comparison: &Comparison) {
    let longest = comparison.runs.iter().map(|run| run.duration_ms).max().unwrap_or(0).max(1);
    text.push_str(
        "<section class=\"panel\" aria-labelledby=\"runs\"><h2 id=\"runs\">Runs</h2><table><thead><tr>",
    );
    for head in ["Run", "Started", "How it ended", "Took", "", "Failed", "Retries", "Work", "Waited", "Slots"]
    {
        let head = if head.is_empty() { "<span class=\"unseen\">Bar</span>" } else { head };
        let _ = write!(text, "<th scope=\"col\">{head}</th>");
    }
    text.push_str("</tr></thead><tbody>");
    for run in &comparison.runs {
        let took = duration(run.duration_ms);
        let _ = write!(
            text,
            "<tr><th scope=\"row\"><bdi>{}</bdi></th><td>{}</td><td>{}</td><td class=\"num\">{took}</td><td><meter min=\"0\" \
             max=\"{longest}\" value=\"{}\" aria-label=\"{took}\"></meter></td><td class=\"num\">{} of {}</td><td \
             class=\"num\">{}</td><td class=\"num\">{}</td><td class=\"num\">{}</td><td class=\"num\">{}</td></tr>",
            html(&short(&run.id)),
            html(&plain::utc(&run.started_at)),
            html(words(&run.status)),
            run.duration_ms,
            run.failed,
            run.operations,
            run.retries,
            duration(run.busy_ms),
            duration(run.waited_ms),
            run.max_concurrency
        );
    }
    text.push_str("</tbody></table></section>");
}

fn list(
    text: &mut String,
    comparison: &Comparison,
    (id, title): (&str, &str),
    operations: &[&ComparedOperation],
    cell: impl Fn(&ComparedTurn) -> String,
) {
    if operations.is_empty() {
        return;
    }
    let _ = write!(
        text,
        "<section class=\"panel\" aria-labelledby=\"{id}\"><h2 id=\"{id}\">{title}: {}</h2><table><thead><tr><th \
         scope=\"col\">Operation</th>",
        count(operations.len(), "operation")
    );
    for run in &comparison.runs {
        let _ = write!(text, "<th scope=\"col\">{}</th>", html(&short(&run.id)));
    }
    text.push_str("<th scope=\"col\">Change</th></tr></thead><tbody>");
    for operation in operations.iter().take(MOST_ROWS) {
        let _ = write!(text, "<tr><th scope=\"row\"><bdi>{}</bdi></th>", html(&plain::name(&operation.name)));
        for turn in &operation.runs {
            let shown =
                turn.as_ref().map_or_else(|| "<span class=\"note\">not there</span>".to_owned(), &cell);
            let _ = write!(text, "<td>{shown}</td>");
        }
        let percent =
            operation.change_percent.map_or_else(String::new, |percent| format!(" ({percent:+} %)"));
        let change = operation.change_ms.map_or_else(String::new, |ms| format!("{}{percent}", signed(ms)));
        let _ = write!(text, "<td class=\"num\">{change}</td></tr>");
    }
    text.push_str("</tbody></table>");
    if operations.len() > MOST_ROWS {
        let _ = write!(
            text,
            "<p class=\"note\">… and {} more; the format Json has all of them.</p>",
            operations.len() - MOST_ROWS
        );
    }
    text.push_str("</section>");
}
