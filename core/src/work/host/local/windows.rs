//! Process trees on Windows: a job object, which every descendant belongs to from its birth.

use crate::work::host::{Exit, StopSignal};
use crate::work::identity::Identity;
use crate::work::mark::Mark;
use std::ffi::c_void;
use std::io;
use std::os::windows::io::{AsRawHandle, FromRawHandle, OwnedHandle};
use std::process::ExitStatus;
use tokio::process::{Child, Command};
use windows_sys::Win32::Foundation::INVALID_HANDLE_VALUE;
use windows_sys::Win32::System::Console::{CTRL_BREAK_EVENT, GenerateConsoleCtrlEvent};
use windows_sys::Win32::System::Diagnostics::ToolHelp::{
    CreateToolhelp32Snapshot, TH32CS_SNAPTHREAD, THREADENTRY32, Thread32First, Thread32Next,
};
use windows_sys::Win32::System::JobObjects::{
    AssignProcessToJobObject, CreateJobObjectW, JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE,
    JOBOBJECT_BASIC_ACCOUNTING_INFORMATION, JOBOBJECT_EXTENDED_LIMIT_INFORMATION,
    JobObjectBasicAccountingInformation, JobObjectExtendedLimitInformation, QueryInformationJobObject,
    SetInformationJobObject, TerminateJobObject,
};
use windows_sys::Win32::System::Threading::{
    CREATE_NEW_PROCESS_GROUP, CREATE_SUSPENDED, OpenThread, ResumeThread, THREAD_SUSPEND_RESUME,
};

/// The exit code of what was killed, as the console gives it for Ctrl-C (`STATUS_CONTROL_C_EXIT`).
const KILLED: u32 = 0xC000_013A;

/// Starts the program as a group of its own, so that Ctrl-Break can be sent to it alone, and holds it back
/// until it is in its job: what it starts before that would be outside.
pub(in crate::work) fn prepare(command: &mut Command, _detached: bool) {
    command.creation_flags(CREATE_NEW_PROCESS_GROUP | CREATE_SUSPENDED);
}

pub(in crate::work) fn exit(status: ExitStatus) -> Exit {
    Exit { code: status.code(), signal: None }
}

/// There are no signals on Windows.
pub(in crate::work) fn signal_name(_signal: i32) -> Option<&'static str> {
    None
}

/// A job object with the program and its descendants. What it holds dies with the last handle, so
/// a host that crashes leaves nothing behind.
pub(in crate::work) struct Group {
    root: Identity,
    job: OwnedHandle,
}

impl Group {
    /// Puts a program that was started suspended into a job of its own, and lets it go on. Every descendant is in
    /// the job from its birth, so marks are not needed here.
    pub(in crate::work) fn adopt(child: &Child, _mark: Option<Mark>, detached: bool) -> io::Result<Self> {
        let (Some(pid), Some(process)) = (child.id(), child.raw_handle()) else {
            return Err(io::ErrorKind::NotFound.into());
        };
        // SAFETY: both pointers may be null (default security, no name).
        let job = unsafe { CreateJobObjectW(std::ptr::null(), std::ptr::null()) };
        if job.is_null() {
            return Err(io::Error::last_os_error());
        }
        // SAFETY: the call above has just given us this handle, and it has no other owner.
        let job = unsafe { OwnedHandle::from_raw_handle(job) };
        // The system closes the handle when this process dies, and what is detached is to outlive that.
        limit(&job, if detached { 0 } else { JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE })?;
        // SAFETY: both handles are open: ours, and the child's until it has been waited for.
        if unsafe { AssignProcessToJobObject(job.as_raw_handle(), process) } == 0 {
            return Err(io::Error::last_os_error());
        }
        let group = Self { root: Identity::of(pid), job };
        resume(pid)?;
        Ok(group)
    }

    pub(in crate::work) fn root(&self) -> Identity {
        self.root
    }

    pub(in crate::work) fn root_has_ended(&mut self) {}

    pub(in crate::work) fn terminate(&mut self, _signal: StopSignal) {
        if self.root.is_running() {
            // A program without a console does not get it; the kill after the grace does not ask.
            // SAFETY: takes two numbers.
            unsafe { GenerateConsoleCtrlEvent(CTRL_BREAK_EVENT, self.root.pid) };
        }
    }

    pub(in crate::work) fn kill(&mut self) {
        // SAFETY: the job's handle is open as long as we are.
        unsafe { TerminateJobObject(self.job.as_raw_handle(), KILLED) };
    }

    pub(in crate::work) fn is_gone(&mut self) -> bool {
        let mut counts = JOBOBJECT_BASIC_ACCOUNTING_INFORMATION::default();
        // SAFETY: the pointer and the length are those of `counts`, whose type belongs to the class.
        let told = unsafe {
            QueryInformationJobObject(
                self.job.as_raw_handle(),
                JobObjectBasicAccountingInformation,
                (&raw mut counts).cast::<c_void>(),
                size_of_val(&counts) as u32,
                std::ptr::null_mut(),
            )
        };
        told != 0 && counts.ActiveProcesses == 0
    }

    /// Lets what is left live on when the job's handle is closed.
    pub(in crate::work) fn release(&mut self) {
        _ = limit(&self.job, 0);
    }
}

/// Lets a suspended program begin. Only its first thread exists, and nothing but a list of all threads leads to it.
fn resume(pid: u32) -> io::Result<()> {
    // SAFETY: takes two numbers.
    let list = unsafe { CreateToolhelp32Snapshot(TH32CS_SNAPTHREAD, 0) };
    if list == INVALID_HANDLE_VALUE {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the call above has just given us this handle, and it has no other owner.
    let list = unsafe { OwnedHandle::from_raw_handle(list) };
    let mut entry = THREADENTRY32 { dwSize: size_of::<THREADENTRY32>() as u32, ..Default::default() };
    // SAFETY: the handle is open, and the entry says how long it is.
    let mut found = unsafe { Thread32First(list.as_raw_handle(), &raw mut entry) } != 0;
    let mut resumed = false;
    while found {
        if entry.th32OwnerProcessID == pid {
            resume_thread(entry.th32ThreadID)?;
            resumed = true;
        }
        // SAFETY: as above.
        found = unsafe { Thread32Next(list.as_raw_handle(), &raw mut entry) } != 0;
    }
    if resumed { Ok(()) } else { Err(io::ErrorKind::NotFound.into()) }
}

fn resume_thread(id: u32) -> io::Result<()> {
    // SAFETY: takes three numbers.
    let thread = unsafe { OpenThread(THREAD_SUSPEND_RESUME, 0, id) };
    if thread.is_null() {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the call above has just given us this handle, and it has no other owner.
    let thread = unsafe { OwnedHandle::from_raw_handle(thread) };
    // SAFETY: the handle is open.
    match unsafe { ResumeThread(thread.as_raw_handle()) } {
        u32::MAX => Err(io::Error::last_os_error()),
        _ => Ok(()),
    }
}

fn limit(job: &OwnedHandle, flags: u32) -> io::Result<()> {
    let mut limits = JOBOBJECT_EXTENDED_LIMIT_INFORMATION::default();
    limits.BasicLimitInformation.LimitFlags = flags;
    // SAFETY: the pointer and the length are those of `limits`, whose type belongs to the class.
    let done = unsafe {
        SetInformationJobObject(
            job.as_raw_handle(),
            JobObjectExtendedLimitInformation,
            (&raw const limits).cast::<c_void>(),
            size_of_val(&limits) as u32,
        )
    };
    if done == 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
}

pub(in crate::work) fn start_time(pid: u32) -> Option<u64> {
    use sysinfo::{Pid, Process, ProcessRefreshKind, ProcessesToUpdate, System};
    let pid = Pid::from_u32(pid);
    let mut system = System::new().ok()?;
    system.refresh_processes_specifics(ProcessesToUpdate::Some(&[pid]), true, ProcessRefreshKind::nothing());
    system.process(pid).map(Process::start_time)
}
