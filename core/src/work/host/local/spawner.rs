//! The one thread that starts programs.
//!
//! Linux can tell a program that its parent has gone ([`PR_SET_PDEATHSIG`]), but means the *thread* that
//! started it by that. So programs are started by one that lives as long as the process.
//!
//! [`PR_SET_PDEATHSIG`]: https://man7.org/linux/man-pages/man2/PR_SET_PDEATHSIG.2const.html

use parking_lot::Mutex;
use std::io;
use std::sync::mpsc;
use tokio::process::{Child, Command};
use tokio::runtime::Handle;
use tokio::sync::oneshot;

type Start = Box<dyn FnOnce() + Send>;

// A static is never dropped, so the thread waits for the next start until the process ends.
static STARTS: Mutex<Option<mpsc::Sender<Start>>> = Mutex::new(None);

/// Starts a program, and gives the command back for another try. Should its caller be gone
/// when it has been started, it is killed.
pub(super) async fn spawn(mut command: Command) -> (Command, io::Result<Child>) {
    let (tell, told) = oneshot::channel();
    let runtime = Handle::current();
    let start = move || {
        let _context = runtime.enter();
        let child = command.spawn();
        _ = tell.send((command, child));
    };
    match hand_over(Box::new(start)) {
        Ok(()) => told.await.unwrap_or_else(|_| gone()),
        Err(error) => (Command::new(""), Err(error)),
    }
}

fn gone() -> (Command, io::Result<Child>) {
    (Command::new(""), Err(io::Error::other("the thread that starts programs has ended")))
}

fn hand_over(start: Start) -> io::Result<()> {
    let mut starts = STARTS.lock();
    let start = match &*starts {
        Some(sender) => match sender.send(start) {
            Ok(()) => return Ok(()),
            // The thread has panicked; what was meant for it comes back.
            Err(mpsc::SendError(start)) => start,
        },
        None => start,
    };
    let (sender, queue) = mpsc::channel::<Start>();
    std::thread::Builder::new()
        .name("labrunner-start".to_owned())
        .spawn(move || queue.into_iter().for_each(|start| start()))?;
    _ = sender.send(start);
    *starts = Some(sender);
    Ok(())
}
