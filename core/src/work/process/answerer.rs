//! Whose answer a readiness probe got: the service's own, or that of somebody who was there before.

use crate::operation::endpoint::Endpoint;
use crate::work::identity::Identity;
use crate::work::mark::Mark;

/// The service that is to answer.
#[derive(Clone, Debug)]
#[cfg_attr(not(target_os = "linux"), expect(dead_code, reason = "only Linux tells who listens"))]
pub(super) struct Service {
    pub(super) root: Identity,
    pub(super) mark: Option<Mark>,
}

/// A process that listens at the service's address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Stranger {
    pub(super) pid: u32,
    pub(super) name: String,
    /// What it belongs to, if it was started by an operation.
    pub(super) mark: Option<Mark>,
}

impl std::fmt::Display for Stranger {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "process {} ({})", self.pid, self.name.escape_debug())
    }
}

/// Who listens at an address, where the system tells. Does files and names, so it waits.
#[cfg(target_os = "linux")]
pub(super) fn who(endpoint: &Endpoint) -> Option<Stranger> {
    linux::listeners(endpoint).first().map(linux::stranger)
}

/// A process that listens at the address and is not the service's: one that was there before it, or that
/// another operation has started. Somebody who came later may have come for it, as a container's proxy does.
#[cfg(target_os = "linux")]
pub(super) fn other_than(endpoint: &Endpoint, service: &Service) -> Option<Stranger> {
    linux::other_than(&linux::listeners(endpoint), service)
}

/// Other systems do not say who listens.
#[cfg(not(target_os = "linux"))]
pub(super) fn who(_endpoint: &Endpoint) -> Option<Stranger> {
    None
}

/// Other systems do not say who listens.
#[cfg(not(target_os = "linux"))]
pub(super) fn other_than(_endpoint: &Endpoint, _service: &Service) -> Option<Stranger> {
    None
}

#[cfg(target_os = "linux")]
mod linux {
    use crate::operation::endpoint::Endpoint;
    use crate::work::host::local::os;
    use crate::work::host::local::tree::Row;
    use crate::work::process::answerer::{Service, Stranger};
    use std::net::{IpAddr, ToSocketAddrs, UdpSocket};

    /// The processes behind an address of this machine: of the first one that its name stands for and that
    /// anybody listens at, which is the one that a connection reaches.
    pub(super) fn listeners(endpoint: &Endpoint) -> Vec<Row> {
        let Ok(addresses) = (endpoint.host(), endpoint.port()).to_socket_addrs() else { return Vec::new() };
        let sockets = addresses
            .filter(|address| is_of_this_machine(address.ip()))
            .map(os::listening)
            .find(|sockets| !sockets.is_empty());
        let Some(sockets) = sockets else { return Vec::new() };
        let rows = os::rows();
        let holders = os::holders(&sockets, rows.iter().map(|row| row.pid));
        rows.into_iter().filter(|row| holders.contains(&row.pid)).collect()
    }

    fn is_of_this_machine(ip: IpAddr) -> bool {
        ip.is_loopback() || UdpSocket::bind((ip, 0)).is_ok()
    }

    pub(super) fn other_than(listeners: &[Row], service: &Service) -> Option<Stranger> {
        let own = os::tree_of(service.root, service.mark.clone());
        if listeners.iter().any(|row| own.contains(&row.identity())) {
            return None;
        }
        let was_before = |row: &&Row| service.root.start_time.is_some_and(|start| row.start_time < start);
        let is_anothers = |row: &&Row| {
            let marks = os::marks(row.pid);
            service.mark.as_ref().is_some_and(|mark| !marks.is_empty() && !marks.contains(mark))
        };
        listeners.iter().find(|row| was_before(row) || is_anothers(row)).map(stranger)
    }

    pub(super) fn stranger(row: &Row) -> Stranger {
        Stranger { pid: row.pid, name: os::name(row.pid), mark: os::marks(row.pid).pop() }
    }
}
