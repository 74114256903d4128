//! A tiny web service for the example lab: something real to start, probe, use and stop.
//!
//! `lab-web --port 8080 --root site` serves `GET /health` and the files below `site`, prints
//! `listening on 127.0.0.1:8080` once it does, and ends cleanly on SIGTERM.

mod options;
mod request;
mod server;
mod site;
mod stop;

use std::io::{Write, stdout};
use std::net::{Ipv4Addr, TcpListener};
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.iter().any(|argument| argument == "--help" || argument == "-h") {
        println!("{}", options::USAGE);
        return ExitCode::SUCCESS;
    }
    match options::Options::read(&arguments).and_then(|options| serve(&options)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("lab-web: {message}");
            ExitCode::FAILURE
        }
    }
}

fn serve(options: &options::Options) -> Result<(), String> {
    let site = site::Site::open(&options.root)?;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, options.port))
        .map_err(|error| format!("cannot listen on 127.0.0.1:{}: {error}", options.port))?;
    let address = listener.local_addr().map_err(|error| error.to_string())?;
    let stopping =
        stop::on_terminate(address).map_err(|error| format!("cannot watch for signals: {error}"))?;
    println!("listening on {address}");
    // Whoever waits for this line may be at the other end of a pipe.
    stdout().flush().map_err(|error| error.to_string())?;
    server::run(&listener, site, &stopping);
    println!("stopped");
    Ok(())
}
