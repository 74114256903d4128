//! A tiny web service for the example lab: something real to start, probe, use and stop.
//!
//! `lab-web --port 8080 --root site` serves `GET /health` and the files below `site`, prints
//! `listening on 127.0.0.1:8080` once it does, and ends cleanly on SIGTERM.

mod options;

use axum::Router;
use axum::http::header::CONTENT_TYPE;
use axum::routing::get;
use std::io::{self, Write, stdout};
use std::net::Ipv4Addr;
use std::process::ExitCode;
use std::time::Duration;
use tokio::net::TcpListener;
use tower_http::services::ServeDir;

/// A stop waits no longer than this for answers that are under way.
const PATIENCE: Duration = Duration::from_secs(2);

#[tokio::main]
async fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.iter().any(|argument| argument == "--help" || argument == "-h") {
        println!("{}", options::USAGE);
        return ExitCode::SUCCESS;
    }
    let served = match options::Options::read(&arguments) {
        Ok(options) => serve(&options).await,
        Err(message) => Err(message),
    };
    match served {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("lab-web: {message}");
            ExitCode::FAILURE
        }
    }
}

async fn serve(options: &options::Options) -> Result<(), String> {
    if !options.root.is_dir() {
        return Err(format!("'{}' is not a folder that can be served", options.root.display()));
    }
    let health = || async { ([(CONTENT_TYPE, "application/json")], r#"{"status":"ok"}"#) };
    let router = Router::new().route("/health", get(health)).fallback_service(ServeDir::new(&options.root));
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, options.port))
        .await
        .map_err(|error| format!("cannot listen on 127.0.0.1:{}: {error}", options.port))?;
    let address = listener.local_addr().map_err(|error| error.to_string())?;
    let stop = asked_to_end().map_err(|error| format!("cannot watch for signals: {error}"))?;
    println!("listening on {address}");
    // What waits for this line may be at the other end of a pipe.
    stdout().flush().map_err(|error| error.to_string())?;
    let (stopping, has_stopped) = tokio::sync::oneshot::channel();
    let answers = axum::serve(listener, router).with_graceful_shutdown(async {
        stop.await;
        _ = stopping.send(());
    });
    let patience = async {
        _ = has_stopped.await;
        tokio::time::sleep(PATIENCE).await;
    };
    tokio::select! {
        ended = answers => ended.map_err(|error| error.to_string())?,
        () = patience => {}
    }
    println!("stopped");
    Ok(())
}

/// Ends when the process is asked to end. From its return on no such signal is lost.
#[cfg(unix)]
fn asked_to_end() -> io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut hang_up = signal(SignalKind::hangup())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = hang_up.recv() => {}
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

/// Ends when the process is asked to end. From its return on no such event is lost.
#[cfg(windows)]
fn asked_to_end() -> io::Result<impl Future<Output = ()>> {
    use tokio::signal::windows::{ctrl_break, ctrl_c};
    let (mut interrupt, mut stop) = (ctrl_c()?, ctrl_break()?);
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = stop.recv() => {}
        }
    })
}
