//! Where programs live. This machine is the one place so far; what [`Running`] offers is all that another one has to.

pub(super) mod local;

pub(super) use local::running::Running;

/// How a program is asked to end before it is killed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum StopSignal {
    /// SIGTERM; Ctrl-Break on Windows.
    #[default]
    Terminate,
    /// SIGINT; Ctrl-Break on Windows too, where a new process group ignores Ctrl-C.
    Interrupt,
}

/// How a program ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Exit {
    /// The exit code, when it ended by itself.
    pub(super) code: Option<i32>,
    /// The signal that ended it.
    pub(super) signal: Option<i32>,
}
