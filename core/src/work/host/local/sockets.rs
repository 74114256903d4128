//! Who listens at an address of this machine, as far as Linux shows it.

use std::collections::HashSet;
use std::fs;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// The sockets that listen at an address: those of the address itself, else those of all addresses.
pub(in crate::work) fn listening(address: SocketAddr) -> Vec<u64> {
    // The process's own view: a container has its own network.
    let v4 = fs::read_to_string("/proc/self/net/tcp").unwrap_or_default();
    let v6 = fs::read_to_string("/proc/self/net/tcp6").unwrap_or_default();
    nearest(address, v4.lines().chain(v6.lines()).filter_map(parse))
}

/// Which of these processes have one of the sockets open.
pub(in crate::work) fn holders(sockets: &[u64], pids: impl IntoIterator<Item = u32>) -> Vec<u32> {
    let wanted: HashSet<String> = sockets.iter().map(|inode| format!("socket:[{inode}]")).collect();
    let holds = |pid: &u32| {
        let Ok(open) = fs::read_dir(format!("/proc/{pid}/fd")) else { return false };
        open.flatten()
            .filter_map(|entry| fs::read_link(entry.path()).ok())
            .any(|target| target.to_str().is_some_and(|target| wanted.contains(target)))
    };
    pids.into_iter().filter(holds).collect()
}

/// A socket that listens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Listening {
    ip: IpAddr,
    port: u16,
    inode: u64,
}

/// The system hands a connection to the socket whose address says most.
fn nearest(address: SocketAddr, sockets: impl Iterator<Item = Listening>) -> Vec<u64> {
    let wanted = address.ip().to_canonical();
    let rank = |socket: &Listening| match socket.ip {
        ip if ip.to_canonical() == wanted => Some(0),
        IpAddr::V4(Ipv4Addr::UNSPECIFIED) if wanted.is_ipv4() => Some(1),
        IpAddr::V6(Ipv6Addr::UNSPECIFIED) => Some(if wanted.is_ipv6() { 1 } else { 2 }),
        _ => None,
    };
    let found: Vec<(u8, u64)> = sockets
        .filter(|socket| socket.port == address.port())
        .filter_map(|socket| Some((rank(&socket)?, socket.inode)))
        .collect();
    let best = found.iter().map(|(rank, _)| *rank).min();
    found.into_iter().filter(|(rank, _)| Some(*rank) == best).map(|(_, inode)| inode).collect()
}

/// Reads `sl local remote state … inode` where the state is that of a listener.
fn parse(line: &str) -> Option<Listening> {
    const LISTEN: &str = "0A";
    const INODE: usize = 9;
    let fields: Vec<&str> = line.split_ascii_whitespace().collect();
    if *fields.get(3)? != LISTEN {
        return None;
    }
    let (ip, port) = fields.get(1)?.split_once(':')?;
    let port = u16::from_str_radix(port, 16).ok()?;
    Some(Listening { ip: parse_ip(ip)?, port, inode: fields.get(INODE)?.parse().ok()? })
}

/// Words of 32 bits as this machine has them, each in hexadecimal digits.
fn parse_ip(text: &str) -> Option<IpAddr> {
    let word = |at: usize| Some(u32::from_str_radix(text.get(at..at + 8)?, 16).ok()?.to_ne_bytes());
    match text.len() {
        8 => Some(IpAddr::from(word(0)?)),
        32 => {
            let words = [word(0)?, word(8)?, word(16)?, word(24)?];
            Some(IpAddr::from(<[u8; 16]>::try_from(words.concat()).ok()?))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::TcpListener;

    #[test]
    fn lines_of_listeners_are_read_and_others_are_not() {
        let ip = if cfg!(target_endian = "little") { "0100007F" } else { "7F000001" };
        let line = |state: &str| {
            format!(
                "   0: {ip}:1F90 00000000:0000 {state} 00000000:00000000 00:00000000 00000000  1000        0 4711 1 0 100 0 0 10 0"
            )
        };
        let expected = Listening { ip: IpAddr::from([127, 0, 0, 1]), port: 8080, inode: 4711 };
        assert_eq!(parse(&line("0A")), Some(expected));
        assert_eq!(parse(&line("01")), None);
        assert_eq!(
            parse("  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt"),
            None
        );
        assert_eq!(parse_ip(&"0".repeat(32)), Some(IpAddr::V6(Ipv6Addr::UNSPECIFIED)));
        assert_eq!(parse_ip("000"), None);
        assert_eq!(parse_ip(&"ä".repeat(4)), None);
    }

    #[test]
    fn the_socket_whose_address_says_most_is_asked() {
        let socket = |ip: &str, inode| Listening { ip: ip.parse().unwrap(), port: 80, inode };
        let all = [socket("::", 1), socket("0.0.0.0", 2), socket("127.0.0.1", 3), socket("127.0.0.1", 4)];
        let at =
            |address: &str, sockets: &[Listening]| nearest(address.parse().unwrap(), sockets.iter().copied());
        assert_eq!(at("127.0.0.1:80", &all), [3, 4]);
        assert_eq!(at("127.0.0.2:80", &all), [2]);
        assert_eq!(at("127.0.0.2:80", &all[..1]), [1]);
        assert_eq!(at("[::1]:80", &all), [1]);
        assert_eq!(at("[::1]:80", &all[1..]), [0; 0]);
        assert_eq!(at("127.0.0.1:81", &all), [0; 0]);
        assert_eq!(at("127.0.0.1:80", &[socket("::ffff:127.0.0.1", 7), all[1]]), [7]);
    }

    #[test]
    fn this_process_is_found_by_what_it_listens_at() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let sockets = listening(listener.local_addr().unwrap());
        assert_eq!(sockets.len(), 1);
        let this = std::process::id();
        assert_eq!(holders(&sockets, [1, this]), [this]);
    }
}
