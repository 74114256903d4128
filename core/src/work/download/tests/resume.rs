//! Downloads that are cut off and go on: the same bytes as in one piece, or all of them anew.

use super::server::{Request, Server, Wire, send, serve_well};
use super::{Case, content, fault};
use parking_lot::Mutex;
use proptest::prelude::*;
use std::sync::Arc;

/// What remains of a download that was cut off behind so many bytes.
async fn cut_off(case: &Case, server: &Server) {
    let mut first = Case::of(&case.spec.urls);
    first.spec = case.spec.clone();
    first.settings.fruitless = 1;
    fault(first.run().await.0);
    assert_eq!(case.names(), ["file.bin.labrunner-part", "file.bin.labrunner-part.json"]);
    assert_eq!(server.requests().len(), 1);
}

/// Answers the first request with the beginning of a file, and all others by `then`.
fn breaking(
    head: &'static str,
    bytes: &[u8],
    at: usize,
    then: impl Fn(&Request, &mut dyn Wire) + Send + Sync + 'static,
) -> Server {
    let (bytes, total) = (bytes[..at].to_vec(), bytes.len());
    Server::start(move |request, wire| match request.number {
        0 => send(wire, &format!("HTTP/1.1 200 OK\n{head}\nContent-Length: {total}"), &bytes),
        _ => then(request, wire),
    })
}

#[tokio::test]
async fn a_reset_at_every_tenth_of_the_body_costs_nothing_but_time() {
    let bytes = content(1_000_000);
    let all = bytes.clone();
    let server = Server::start(move |request, wire| {
        let (total, from) = (all.len(), request.rest_from().unwrap_or(0));
        assert!(from == 0 || request.header("if-range") == Some("\"v1\""));
        let status = if from > 0 { "206 Partial Content" } else { "200 OK" };
        let head = format!(
            "HTTP/1.1 {status}\nETag: \"v1\"\nContent-Range: bytes {from}-{}/{total}\nContent-Length: {}",
            total - 1,
            total - from
        );
        let to = (from + total / 10).min(total);
        send(wire, &head, &all[from..to]);
        if to < total {
            wire.reset();
        }
    });
    let case = Case::of(&[server.url("/x")]).checked(&bytes);
    let (conclusion, lines) = case.run().await;
    case.brings(&conclusion, &bytes);
    assert!(lines.iter().any(|line| line.contains(" of 1000000 bytes. Trying again in ")), "{lines:?}");
    assert!(server.requests().iter().any(|request| request.rest_from().is_some()));
}

#[tokio::test]
async fn a_later_run_goes_on_where_an_earlier_one_was_cut_off() {
    let bytes = content(100_000);
    let all = bytes.clone();
    let server = breaking("ETag: \"v1\"", &bytes, 60_000, move |request, wire| {
        serve_well(request, wire, &all, "\"v1\"")
    });
    let case = Case::of(&[server.url("/x")]).checked(&bytes);
    cut_off(&case, &server).await;
    case.brings(&case.run().await.0, &bytes);
    assert_eq!(server.requests()[1].rest_from(), Some(60_000));
}

#[tokio::test]
async fn content_that_has_changed_meanwhile_is_fetched_from_the_beginning() {
    let (old, new) = (content(100_000), vec![7; 90_000]);
    let all = new.clone();
    let server = breaking("ETag: \"v1\"", &old, 60_000, move |request, wire| {
        serve_well(request, wire, &all, "\"v2\"")
    });
    let case = Case::of(&[server.url("/x")]);
    cut_off(&case, &server).await;
    case.brings(&case.run().await.0, &new);
}

#[tokio::test]
async fn a_server_that_knows_the_date_only_is_asked_by_the_date() {
    const DATE: &str = "Wed, 21 Oct 2015 07:28:00 GMT";
    let bytes = content(100_000);
    let all = bytes.clone();
    let head = "ETag: \"v1\"\nLast-Modified: Wed, 21 Oct 2015 07:28:00 GMT";
    let server = breaking(head, &bytes, 60_000, move |request, wire| {
        if request.header("if-range") != Some(DATE) {
            return send(wire, &format!("HTTP/1.1 200 OK\n{head}\nContent-Length: 100000"), &all);
        }
        let head = format!("HTTP/1.1 206 Partial Content\n{head}\nContent-Range: bytes 60000-99999/100000");
        send(wire, &format!("{head}\nContent-Length: 40000"), &all[60_000..]);
    });
    let case = Case::of(&[server.url("/x")]).checked(&bytes);
    cut_off(&case, &server).await;
    case.brings(&case.run().await.0, &bytes);
    let asked: Vec<_> =
        server.requests().iter().filter_map(|it| it.header("if-range").map(str::to_owned)).collect();
    assert_eq!(asked, ["\"v1\"", DATE]);
}

#[tokio::test]
async fn ranges_that_are_not_what_was_asked_for_are_not_believed() {
    let bytes = content(100_000);
    for head in [
        "HTTP/1.1 206 Partial Content\nContent-Range: bytes 50000-99999/100000\nContent-Length: 50000",
        "HTTP/1.1 206 Partial Content\nContent-Range: bytes 60000-99999/100001\nContent-Length: 40000",
        "HTTP/1.1 206 Partial Content\nContent-Range: bytes 60000-99999/100000\nContent-Length: 39999",
        "HTTP/1.1 206 Partial Content\nETag: \"v2\"\nContent-Range: bytes 60000-99999/100000\nContent-Length: 40000",
        "HTTP/1.1 206 Partial Content\nContent-Range: bytes 99999-60000/100000\nContent-Length: 40000",
        "HTTP/1.1 206 Partial Content\nContent-Range: bytes */100000\nContent-Length: 40000",
        "HTTP/1.1 206 Partial Content\nContent-Length: 40000",
        "HTTP/1.1 416 Range Not Satisfiable\nContent-Range: bytes */100000\nContent-Length: 0",
    ] {
        let all = bytes.clone();
        let server =
            breaking("ETag: \"v1\"", &bytes, 60_000, move |request, wire| match request.rest_from() {
                Some(_) => send(wire, head, &vec![0; 40_000]),
                None => serve_well(request, wire, &all, "\"v1\""),
            });
        // Without a checksum, which would find it too.
        let case = Case::of(&[server.url("/x")]);
        cut_off(&case, &server).await;
        let (conclusion, _) = case.run().await;
        case.brings(&conclusion, &bytes);
    }
}

#[tokio::test]
async fn a_server_without_ranges_sends_all_of_it_again() {
    let bytes = content(100_000);
    let all = bytes.clone();
    let server = breaking("ETag: \"v1\"", &bytes, 60_000, move |_, wire| {
        send(wire, "HTTP/1.1 200 OK\nETag: \"v1\"\nContent-Length: 100000", &all);
    });
    let case = Case::of(&[server.url("/x")]);
    cut_off(&case, &server).await;
    case.brings(&case.run().await.0, &bytes);
}

#[tokio::test]
async fn halves_of_two_versions_are_found_by_the_checksum_and_fetched_anew() {
    let (old, new) = (vec![1; 100_000], content(100_000));
    let all = new.clone();
    // It calls both by one name.
    let server = breaking("ETag: \"same\"", &old, 60_000, move |request, wire| {
        serve_well(request, wire, &all, "\"same\"")
    });
    let case = Case::of(&[server.url("/x")]).checked(&new);
    cut_off(&case, &server).await;
    case.brings(&case.run().await.0, &new);
    assert_eq!(server.requests().len(), 3);
}

#[tokio::test]
async fn nothing_is_resumed_that_nobody_can_be_asked_for() {
    let bytes = content(100_000);
    for head in ["ETag: W/\"v1\"", "X-Nothing: 1"] {
        let server = breaking(head, &bytes, 60_000, |_, _| {});
        let mut case = Case::of(&[server.url("/x")]);
        case.settings.fruitless = 1;
        fault(case.run().await.0);
        assert!(case.names().is_empty(), "{head}: {:?}", case.names());
    }
}

#[tokio::test]
async fn what_a_crash_leaves_is_resumed_from_what_is_safe() {
    let bytes = content(100_000);
    for damage in
        ["zeros in the side-car", "bytes that were not synced", "a part that is too short", "no side-car"]
    {
        let all = bytes.clone();
        let server = breaking("ETag: \"v1\"", &bytes, 60_000, move |request, wire| {
            serve_well(request, wire, &all, "\"v1\"")
        });
        let case = Case::of(&[server.url("/x")]);
        cut_off(&case, &server).await;
        let part = case.folder.path().join("file.bin.labrunner-part");
        let sidecar = case.folder.path().join("file.bin.labrunner-part.json");
        let from = match damage {
            "zeros in the side-car" => {
                std::fs::write(&sidecar, vec![0; 120]).unwrap();
                None
            }
            "bytes that were not synced" => {
                let mut longer = std::fs::read(&part).unwrap();
                longer.extend([0; 30_000]);
                std::fs::write(&part, longer).unwrap();
                Some(60_000)
            }
            "a part that is too short" => {
                std::fs::write(&part, &bytes[..10_000]).unwrap();
                Some(10_000)
            }
            _ => {
                std::fs::remove_file(&sidecar).unwrap();
                None
            }
        };
        case.brings(&case.run().await.0, &bytes);
        assert_eq!(server.requests()[1].rest_from(), from, "{damage}");
    }
}

#[tokio::test]
async fn another_url_is_another_file() {
    let bytes = content(100_000);
    let all = bytes.clone();
    let server = breaking("ETag: \"v1\"", &vec![9; 100_000], 60_000, move |request, wire| {
        serve_well(request, wire, &all, "\"v1\"")
    });
    let case = Case::of(&[server.url("/x?version=1")]);
    cut_off(&case, &server).await;
    let mut other = Case::of(&[server.url("/x?version=2")]);
    other.spec.target = case.spec.target.clone();
    other.run().await;
    assert_eq!(std::fs::read(case.target()).unwrap(), bytes);
    assert_eq!(server.requests()[1].rest_from(), None);
}

/// How a server cuts an answer off.
#[derive(Clone, Copy, Debug)]
enum Cut {
    Close,
    Reset,
    Changed,
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]
    #[test]
    fn wherever_it_is_cut_the_file_is_the_same(
        length in 1_usize..200_000,
        cuts in proptest::collection::vec((0.0..1.0_f64, prop_oneof![Just(Cut::Close), Just(Cut::Reset), Just(Cut::Changed)]), 0..6),
        checked in any::<bool>(),
    ) {
        // Each version of the content has bytes of its own, so that two of them cannot be mixed unnoticed.
        let version = move |number: usize| -> Vec<u8> { content(length).iter().map(|byte| byte ^ number as u8).collect() };
        let last = cuts.iter().filter(|(_, cut)| matches!(cut, Cut::Changed)).count();
        let bytes = version(last);
        let state = Arc::new(Mutex::new((0_usize, cuts.clone().into_iter())));
        let server = Server::start(move |request, wire| {
            let (number, next) = {
                let mut state = state.lock();
                let next = state.1.next();
                let number = state.0;
                state.0 += usize::from(matches!(next, Some((_, Cut::Changed))));
                (number, next)
            };
            let (content, etag) = (version(number), format!("\"v{number}\""));
            let from = request.rest_from().filter(|_| request.header("if-range") == Some(&etag)).unwrap_or(0);
            let Some((share, cut)) = next else { return serve_well(request, wire, &content, &etag) };
            let to = from + ((content.len() - from) as f64 * share) as usize;
            let total = content.len();
            let status = if from > 0 { "206 Partial Content" } else { "200 OK" };
            let head = format!(
                "HTTP/1.1 {status}\nETag: {etag}\nContent-Range: bytes {from}-{}/{total}\nContent-Length: {}",
                total - 1,
                total - from
            );
            send(wire, &head, &content[from..to]);
            if matches!(cut, Cut::Reset) {
                wire.reset();
            }
        });
        let mut case = Case::of(&[server.url("/x")]);
        if checked {
            case = case.checked(&bytes);
        }
        case.settings.fruitless = 20;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let (conclusion, _) = runtime.block_on(case.run());
        case.brings(&conclusion, &bytes);
    }
}
