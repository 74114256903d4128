//! The page as a file: what must be in it, what must not, and the pages that a browser is shown.

use super::super::order::{Format, Order, write};
use super::super::testing::{Lab, Task, evil, narrow, resource, shop};
use super::{SCRIPT, SPACED, shortened};
use crate::record::output::batch::Kind;
use std::path::{Path, PathBuf};

/// Bytes of the script in a page, at most.
const MOST_SCRIPT: usize = 30 << 10;

fn pages(folder: &Path, lab: &Lab, name: &str, until: usize, script_beside: bool) -> Vec<PathBuf> {
    let place = folder.join(format!("{name}.run"));
    lab.record(&place, until);
    let to = folder.join(format!("{name}.json"));
    write(&Order {
        place: place.clone(),
        compare: Vec::new(),
        format: Format::Json,
        to,
        replace: false,
        script_beside: false,
    })
    .unwrap();
    let to = folder.join(format!("{name}.html"));
    write(&Order { place, compare: Vec::new(), format: Format::Html, to, replace: false, script_beside })
        .unwrap()
        .files
}

/// A build of so many operations in groups, each of which fans out and comes together.
fn large(many: u32) -> Lab {
    let mut tasks = Vec::new();
    let mut seed = 7u64;
    let mut next = |most: u64| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) % most
    };
    for op in 0..many {
        let group = op / 20;
        let after = match op % 20 {
            0 if group == 0 => vec![],
            0 => vec![u32::try_from(next(u64::from(group))).unwrap() * 20 + 19],
            19 => (group * 20 + 1..group * 20 + 19).collect(),
            _ => vec![group * 20],
        };
        let took = 200 + next(9_000);
        let fails = op % 20 != 0 && op % 20 != 19 && next(4_000) == 0;
        let attempts = if next(50) == 0 { vec![took / 2, took] } else { vec![took] };
        tasks.push(Task {
            name: format!("Deploy-Service-{group:04}-step-{:02}", op % 20),
            kind: Some(["build", "test", "deploy"][op as usize % 3].to_owned()),
            after,
            attempts,
            pause: 500,
            fails,
            needs: if next(30) == 0 { vec![(0, 1)] } else { vec![] },
            service: false,
        });
    }
    Lab {
        name: "nightly".to_owned(),
        tasks,
        slots: 16,
        resources: vec![resource("pool", "licenses", 2)],
        ..Lab::default()
    }
}

fn loud() -> Lab {
    let line = |number| (0, Kind::Stdout, format!("line {number} {}", "x".repeat(200)));
    Lab { output: (0..10_000).map(line).collect(), ..shop() }
}

/// A run that is recorded with looks at the machine, and its page.
fn measured(folder: &Path) {
    let place = folder.join("narrow.run");
    narrow().record(&place, usize::MAX);
    let looks = (1..20u32).map(|second| {
        format!(
            "{{\"at\":{second}000,\"cpu_percent\":{},\"memory_mib\":{}}}\n",
            second * 37 % 90,
            2_000 + second * 100
        )
    });
    std::fs::write(crate::record::usage::path(&place), looks.collect::<String>()).unwrap();
    for (format, name) in [(Format::Json, "narrow.json"), (Format::Html, "narrow.html")] {
        let (place, to) = (place.clone(), folder.join(name));
        write(&Order { place, compare: Vec::new(), format, to, replace: false, script_beside: false })
            .unwrap();
    }
}

#[test]
fn the_page_says_what_would_have_made_the_run_shorter_and_what_was_in_use() {
    let folder = tempfile::tempdir().unwrap();
    measured(folder.path());
    let page = std::fs::read_to_string(folder.path().join("narrow.html")).unwrap();
    assert!(page.contains("With MaxConcurrency "), "{page}");
    assert!(page.contains("Without the lock &#39;registry&#39; this run would have taken"));
    assert!(page.contains("Slowest operations"));
    for curve in ["slots", "lock registry", "processors in use, percent", "memory in use on the machine, MiB"]
    {
        assert!(page.contains(&format!("\"title\":\"{curve}\"")), "{curve}");
    }
}

#[test]
fn the_script_is_small_and_has_no_text_over_lines() {
    let script = shortened(SCRIPT);
    assert!(script.len() <= MOST_SCRIPT, "{} bytes", script.len());
    assert!(!script.contains('`'), "a text over lines would lose its indentation");
    assert!(!script.contains("</"), "it would end the element that holds it");
    let texts = SCRIPT.lines().flat_map(|line| line.split('\'').skip(1).step_by(2));
    assert!(
        !texts.into_iter().any(|text| SPACED.iter().any(|sign| text.contains(sign))),
        "a text would lose spaces"
    );
}

#[test]
fn no_name_ends_an_element_or_begins_one() {
    let folder = tempfile::tempdir().unwrap();
    pages(folder.path(), &evil(), "evil", usize::MAX, false);
    let page = std::fs::read_to_string(folder.path().join("evil.html")).unwrap();
    assert_eq!(page.matches("<script").count(), 2, "the data and the script");
    assert_eq!(page.matches("</script").count(), 2);
    assert!(!page.contains("alert(1)</script"));
    assert!(!page.contains(['\u{202e}', '\u{2066}', '\u{1b}', '\u{7}', '\0']));
    assert!(!page.contains("{{"), "every part has its place");
    let data = page.split("id=\"data\">").nth(1).unwrap().split("</script>").next().unwrap();
    let data: serde_json::Value = serde_json::from_str(data).unwrap();
    assert_eq!(data["ops"]["name"].as_array().unwrap().len(), evil().tasks.len());
}

#[test]
fn a_strict_page_has_nothing_that_a_policy_forbids() {
    let folder = tempfile::tempdir().unwrap();
    let files = pages(folder.path(), &shop(), "shop & co", usize::MAX, true);
    let names: Vec<_> = files
        .iter()
        .map(|file| file.strip_prefix(folder.path()).unwrap().to_str().unwrap().replace('\\', "/"))
        .collect();
    assert_eq!(names, ["shop & co.html", "shop & co.files/report.css", "shop & co.files/report.js"]);
    let page = std::fs::read_to_string(&files[0]).unwrap();
    assert!(page.contains("<script src=\"shop%20%26%20co.files/report.js\"></script>"));
    for forbidden in ["<style", "style=\"", " onclick", "data:,"] {
        assert!(!page.contains(forbidden), "{forbidden}");
    }
}

#[test]
fn what_is_much_lies_beside_the_page_and_goes_with_it() {
    let folder = tempfile::tempdir().unwrap();
    let files = pages(folder.path(), &loud(), "loud", usize::MAX, false);
    assert_eq!(files.len(), 2, "{files:?}");
    let text = std::fs::read_to_string(&files[1]).unwrap();
    assert!(text.lines().count() == 10_000 && text.contains("line 9999 "), "every line");
    assert!(std::fs::metadata(&files[0]).unwrap().len() < 200_000);
    // The next page of this name takes the old files away, and what is somebody's own stays.
    std::fs::write(folder.path().join("loud.files/mine.txt"), "mine").unwrap();
    let place = folder.path().join("quiet.run");
    shop().record(&place, usize::MAX);
    let to = files[0].clone();
    write(&Order {
        place,
        compare: Vec::new(),
        format: Format::Html,
        to,
        replace: true,
        script_beside: false,
    })
    .unwrap();
    let left: Vec<_> = std::fs::read_dir(folder.path().join("loud.files"))
        .unwrap()
        .map(|it| it.unwrap().file_name())
        .collect();
    assert_eq!(left, ["mine.txt"]);
}

#[test]
fn a_large_page_is_not_large() {
    let folder = tempfile::tempdir().unwrap();
    let files = pages(folder.path(), &large(5_000), "large", usize::MAX, false);
    let bytes = std::fs::metadata(&files[0]).unwrap().len();
    assert!(bytes <= 1 << 20, "{bytes} bytes for 5,000 operations");
}

/// With `LABRUNNER_PAGES` they stay there, for the tests in a browser.
#[test]
fn pages_for_the_browser() {
    let own = tempfile::tempdir().unwrap();
    let folder = std::env::var_os("LABRUNNER_PAGES").map_or_else(|| own.path().to_owned(), PathBuf::from);
    pages(&folder, &shop(), "shop", usize::MAX, false);
    pages(&folder, &shop(), "strict", usize::MAX, true);
    pages(&folder, &evil(), "evil", usize::MAX, false);
    pages(&folder, &loud(), "loud", usize::MAX, false);
    measured(&folder);
    let other = folder.join("other.run");
    shop().record(&other, usize::MAX);
    let (place, to) = (folder.join("narrow.run"), folder.join("compared.html"));
    let compare = vec![folder.join("shop.run"), other];
    write(&Order { place, compare, format: Format::Html, to, replace: false, script_beside: false }).unwrap();
    if own.path() != folder {
        pages(&folder, &large(5_000), "large-5000", usize::MAX, false);
        pages(&folder, &large(20_000), "large-20000", usize::MAX, false);
    }
    // A run that is under way keeps its lock.
    let place = folder.join("running.run");
    let _under_way = shop().record_under_way(&place, 6);
    let to = folder.join("running.html");
    write(&Order {
        place,
        compare: Vec::new(),
        format: Format::Html,
        to: to.clone(),
        replace: false,
        script_beside: false,
    })
    .unwrap();
    assert!(std::fs::read_to_string(to).unwrap().contains("The run is under way"));
}
