//! Orders are obeyed or withdrawn, never both, and never obeyed for another user.

use super::super::order::Ask;
use super::*;
use std::sync::{Arc, Barrier};

fn order(id: &str) -> Order {
    Order { by: "ann".to_owned(), pid: 1, ask: Ask::Suspend, ..Order::unreadable(id.to_owned()) }
}

fn run() -> tempfile::TempDir {
    let run = tempfile::tempdir().unwrap();
    super::super::disk::Disk::make_folder(&super::super::disk::Files, &folder_of(run.path())).unwrap();
    run
}

fn left(run: &Path) -> usize {
    fs::read_dir(folder_of(run)).unwrap().count()
}

#[test]
fn orders_are_claimed_in_the_order_in_which_they_were_sent_and_once() {
    let run = run();
    send(run.path(), &order("2")).unwrap();
    send(run.path(), &order("1")).unwrap();
    let letters = claim(run.path());
    assert_eq!(letters.iter().map(|letter| letter.order.id.as_str()).collect::<Vec<_>>(), ["1", "2"]);
    assert!(letters.iter().all(|letter| letter.fault.is_none()), "{letters:?}");
    assert!(claim(run.path()).is_empty() && !withdraw(run.path(), "1"), "they are the run's now");
    letters.into_iter().for_each(Letter::answered);
    assert_eq!(left(run.path()), 0);
}

#[test]
fn an_order_is_either_claimed_or_withdrawn() {
    let run = run();
    let (mut claimed, mut withdrawn) = (0, 0);
    for number in 0..200 {
        let id = format!("{number:03}");
        send(run.path(), &order(&id)).unwrap();
        let start = Arc::new(Barrier::new(2));
        let taker = std::thread::spawn({
            let (start, folder) = (Arc::clone(&start), run.path().to_owned());
            move || {
                start.wait();
                claim(&folder).len()
            }
        });
        start.wait();
        let taken_back = usize::from(withdraw(run.path(), &id));
        let taken = taker.join().unwrap();
        assert_eq!(taken + taken_back, 1, "order {id}");
        (claimed, withdrawn) = (claimed + taken, withdrawn + taken_back);
    }
    assert_eq!(claimed + withdrawn, 200);
}

#[test]
fn only_the_owner_of_a_run_gives_it_orders() {
    let (owner, other) = (Some(1_000), Some(0));
    assert_eq!(judge(true, owner, owner, false), None);
    assert_eq!(judge(true, other, owner, false), Some(Untrusted::OtherUser), "not even an administrator");
    assert_eq!(judge(true, None, owner, false), Some(Untrusted::OtherUser), "it is not known whose it is");
    assert_eq!(judge(true, owner, owner, true), Some(Untrusted::OpenFolder));
    assert_eq!(judge(false, owner, owner, false), Some(Untrusted::Unreadable));
    assert_eq!(judge(true, None, None, false), None, "a system without owners");
}

#[test]
fn what_is_not_an_order_is_a_letter_that_cannot_be_read() {
    let run = run();
    fs::write(folder_of(run.path()).join("a.json"), "{\"order\": \"dance\"}").unwrap();
    fs::create_dir(folder_of(run.path()).join("b.json")).unwrap();
    fs::write(folder_of(run.path()).join("c.partial"), "half").unwrap();
    let letters = claim(run.path());
    assert_eq!(letters.iter().map(|letter| letter.order.id.as_str()).collect::<Vec<_>>(), ["a", "b"]);
    assert!(letters.iter().all(|letter| letter.fault == Some(Untrusted::Unreadable)), "{letters:?}");
    assert!(letters.iter().all(|letter| letter.order.ask == Ask::Unreadable));
}

#[cfg(unix)]
#[test]
fn a_link_to_an_order_is_not_followed() {
    let run = run();
    let elsewhere = run.path().join("elsewhere");
    fs::write(&elsewhere, serde_json::to_vec(&order("1")).unwrap()).unwrap();
    std::os::unix::fs::symlink(&elsewhere, folder_of(run.path()).join("1.json")).unwrap();
    assert_eq!(claim(run.path())[0].fault, Some(Untrusted::Unreadable));
}

#[cfg(unix)]
#[test]
fn a_folder_that_others_may_write_to_is_not_trusted() {
    use std::os::unix::fs::PermissionsExt;
    let run = run();
    fs::set_permissions(folder_of(run.path()), fs::Permissions::from_mode(0o777)).unwrap();
    send(run.path(), &order("1")).unwrap();
    assert_eq!(claim(run.path())[0].fault, Some(Untrusted::OpenFolder));
}

/// Only an administrator can make a file another user's.
#[cfg(unix)]
#[test]
fn an_order_of_another_user_is_known_by_its_file() {
    if crate::skipped::unless_root() {
        return;
    }
    let run = run();
    send(run.path(), &order("1")).unwrap();
    std::os::unix::fs::chown(sent_path(&folder_of(run.path()), "1"), Some(4_242), None).unwrap();
    let letters = claim(run.path());
    assert_eq!(letters[0].fault, Some(Untrusted::OtherUser));
    assert_eq!(letters[0].order.by, "user 4242", "whatever it says itself");
}
