//! A tiny web service for the example lab: something real to start, probe, use and stop.
//!
//! `lab-web --port 8080 --root site` serves `GET /health` and the files below `site`, prints
//! `listening on 127.0.0.1:8080` once it does, and ends cleanly on SIGTERM.

mod options;
mod server;
mod site;

use std::io::{self, Write, stdout};
use std::net::Ipv4Addr;
use std::process::ExitCode;
use tokio::net::TcpListener;

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
    let site = site::Site::open(&options.root)?;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, options.port))
        .await
        .map_err(|error| format!("cannot listen on 127.0.0.1:{}: {error}", options.port))?;
    let address = listener.local_addr().map_err(|error| error.to_string())?;
    let stop = asked_to_end().map_err(|error| format!("cannot watch for signals: {error}"))?;
    println!("listening on {address}");
    // What waits for this line may be at the other end of a pipe.
    stdout().flush().map_err(|error| error.to_string())?;
    server::run(listener, site, stop).await;
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
