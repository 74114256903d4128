//! Real tries: of ports, names, programs and scripts that hang.

use super::*;
use crate::graph::OpId;
use crate::work::identity::Identity;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

const LIMIT: Duration = Duration::from_secs(20);

fn mark() -> Mark {
    let host = Identity::of(std::process::id());
    Mark { host, run: "probes".to_owned(), op: OpId(0), attempt: 1, detached: false }
}

fn surroundings() -> Surroundings {
    Surroundings { secrets: Secrets::default(), shell: Vec::new() }
}

async fn ask(question: Question) -> Result<(), String> {
    surroundings().ask(&question, LIMIT, mark(), &Notice::default()).await
}

fn shell(text: &str) -> Call {
    Call::Command(Box::new(ProcessSpec {
        command: "sh".to_owned(),
        arguments: vec!["-c".to_owned(), text.to_owned()],
        ..ProcessSpec::default()
    }))
}

#[tokio::test]
async fn ports_and_names_are_asked() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    assert_eq!(ask(Question::Tcp(address.clone())).await, Ok(()));
    drop(listener);
    assert_eq!(ask(Question::Tcp(address)).await, Err("connection refused".to_owned()));
    assert_eq!(ask(Question::Dns("localhost".to_owned())).await, Ok(()));
    let unknown = ask(Question::Dns("no-such-name.invalid".to_owned())).await;
    assert_eq!(unknown, Err("'no-such-name.invalid' was not found".to_owned()));
}

#[tokio::test]
async fn an_answer_counts_by_its_status() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let answering = tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut asked = Vec::new();
            while !asked.ends_with(b"\r\n\r\n") {
                assert!(stream.read_buf(&mut asked).await.unwrap() > 0);
            }
            let answer = b"HTTP/1.1 503 Busy\r\nContent-Length: 6\r\nConnection: close\r\n\r\n{\"a\":1";
            stream.write_all(answer).await.unwrap();
        }
    });
    let get = |status: &[u16]| {
        Question::Http(Get { url: url.clone(), status: status.to_vec(), insecure: false, body: None })
    };
    assert_eq!(ask(get(&[])).await, Err("answered 503".to_owned()));
    assert_eq!(ask(get(&[200])).await, Err("answered 503".to_owned()));
    assert_eq!(ask(get(&[200, 503])).await, Ok(()));
    // And by a text in it.
    let with = |text: &str| {
        let body = Some(text.to_owned());
        Question::Http(Get { url: url.clone(), status: vec![503], insecure: false, body })
    };
    assert_eq!(ask(with("\"a\":1")).await, Ok(()));
    assert_eq!(ask(with("ready")).await, Err("its answer does not have 'ready' in it".to_owned()));
    answering.abort();
}

#[tokio::test]
async fn a_program_says_by_its_exit_code_and_its_error_stream_how_it_is() {
    assert_eq!(ask(Question::Call(shell("exit 0"))).await, Ok(()));
    let why = ask(Question::Call(shell("echo broken >&2; exit 3"))).await.unwrap_err();
    assert_eq!(why, "program 'sh' ended with exit code 3: broken");
    let notice = Notice { operation: "web".to_owned(), status: "Unhealthy".to_owned(), ..Notice::default() };
    let call = shell("test \"$LAB_OPERATION $LAB_STATUS\" = 'web Unhealthy'");
    assert_eq!(surroundings().call(&call, mark(), &notice).await, Ok(()));
}

#[tokio::test]
async fn a_program_that_hangs_is_ended_when_its_try_is_given_up() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("pid");
    let call =
        shell(&format!("echo $$ > '{0}.new' && mv '{0}.new' '{0}' && exec sleep 1000", file.display()));
    let trying = tokio::spawn(async move { surroundings().call(&call, mark(), &Notice::default()).await });
    let pid: u32 = loop {
        match std::fs::read_to_string(&file) {
            Ok(text) => break text.trim().parse().unwrap(),
            Err(_) => tokio::task::yield_now().await,
        }
    };
    let hanging = Identity::of(pid);
    assert!(hanging.is_running());
    trying.abort();
    drop(trying.await);
    while hanging.is_running() {
        tokio::task::yield_now().await;
    }
}

/// The end of a try is the end of all that it has started, and of nothing that another try of the same operation has.
#[cfg(unix)]
#[tokio::test]
async fn a_try_that_is_given_up_leaves_the_others_alone() {
    let folder = tempfile::tempdir().unwrap();
    let (up, go) = (folder.path().join("up"), folder.path().join("go"));
    let text = format!("touch '{}'; until test -e '{}'; do sleep 0.01; done", up.display(), go.display());
    let waits = tokio::spawn(async move { ask(Question::Call(shell(&text))).await });
    while !up.exists() {
        tokio::task::yield_now().await;
    }
    let hangs = ask(Question::Call(shell("exec sleep 1000")));
    assert!(tokio::time::timeout(Duration::from_millis(50), hangs).await.is_err());
    std::fs::write(&go, "").unwrap();
    assert_eq!(waits.await.unwrap(), Ok(()));
}
