//! A clean end on SIGTERM, SIGINT and SIGHUP.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// Gives a flag that is set when the process is asked to end; then a connection to `address` wakes
/// whoever accepts there.
///
/// Off Unix nothing sets it: there Ctrl-C and Ctrl-Break end the process, which has nothing to lose.
pub fn on_terminate(address: SocketAddr) -> io::Result<Arc<AtomicBool>> {
    let stopping = Arc::new(AtomicBool::new(false));
    #[cfg(unix)]
    unix::watch(address, Arc::clone(&stopping))?;
    #[cfg(not(unix))]
    let _ = address;
    Ok(stopping)
}

#[cfg(unix)]
mod unix {
    use std::ffi::{c_int, c_void};
    use std::io::{self, Read};
    use std::net::{SocketAddr, TcpStream};
    use std::os::fd::IntoRawFd;
    use std::os::unix::net::UnixStream;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, AtomicI32, Ordering};
    use std::thread;

    const SIGNALS: [c_int; 3] = [1, 2, 15];

    // Two functions of the C library that std links anyway.
    unsafe extern "C" {
        fn signal(signal: c_int, handler: extern "C" fn(c_int)) -> usize;
        fn write(file: c_int, bytes: *const c_void, count: usize) -> isize;
    }

    static WAKE: AtomicI32 = AtomicI32::new(-1);

    /// Almost nothing may be done in a handler; writing a byte may.
    extern "C" fn on_signal(_: c_int) {
        // SAFETY: the byte lives for the whole call, and write is safe in a signal handler.
        unsafe { write(WAKE.load(Ordering::SeqCst), [0_u8].as_ptr().cast(), 1) };
    }

    pub fn watch(address: SocketAddr, stopping: Arc<AtomicBool>) -> io::Result<()> {
        let (wake, mut woken) = UnixStream::pair()?;
        WAKE.store(wake.into_raw_fd(), Ordering::SeqCst);
        thread::Builder::new().name("signals".to_owned()).spawn(move || {
            // Whatever ends the wait, the end of it is meant.
            _ = woken.read(&mut [0]);
            stopping.store(true, Ordering::SeqCst);
            _ = TcpStream::connect(address);
        })?;
        for number in SIGNALS {
            // SAFETY: the handler does only what a handler may.
            if unsafe { signal(number, on_signal) } == usize::MAX {
                return Err(io::Error::last_os_error());
            }
        }
        Ok(())
    }
}
