//! A network of the program's own, in which there is nothing but the loopback.

use std::fs;
use std::os::fd::AsRawFd;

use nix::sched::{CloneFlags, unshare};
use nix::sys::socket::{
    AddressFamily, MsgFlags, NetlinkAddr, SockFlag, SockProtocol, SockType, recv, sendto, socket,
};
use nix::unistd::{getegid, geteuid};

/// Leaves the system's network. False: that is not possible here, or the loopback does not work.
pub(super) fn only_loopback() -> bool {
    leave() && bring_up().is_some()
}

fn leave() -> bool {
    if unshare(CloneFlags::CLONE_NEWNET).is_ok() {
        return true;
    }
    // Who is not root may do so within users of his own.
    let (user, group) = (geteuid(), getegid());
    if unshare(CloneFlags::CLONE_NEWUSER | CloneFlags::CLONE_NEWNET).is_err() {
        return false;
    }
    // To itself it is who it was.
    let _ = fs::write("/proc/self/setgroups", "deny");
    let _ = fs::write("/proc/self/uid_map", format!("{user} {user} 1"));
    let _ = fs::write("/proc/self/gid_map", format!("{group} {group} 1"));
    true
}

const NEW_LINK: u16 = 16;
const NEW_ROUTE: u16 = 24;
/// A request that is to be answered.
const ANSWERED: u16 = 1 | 4;
/// Something new.
const CREATE: u16 = 0x400;
const ERROR: u16 = 2;

/// Switches the loopback on, and lets every other address be refused as what may not be done; it
/// would only be out of reach otherwise.
fn bring_up() -> Option<()> {
    let mut up = vec![0; 16];
    // The loopback is a network's first device: its number, the flag, and which flags change.
    up[4..8].copy_from_slice(&1i32.to_ne_bytes());
    up[8..12].copy_from_slice(&1u32.to_ne_bytes());
    up[12..16].copy_from_slice(&1u32.to_ne_bytes());
    ask(NEW_LINK, ANSWERED, &up)?;
    for family in [nix::libc::AF_INET, nix::libc::AF_INET6] {
        // Family, no bits of an address, the main table, by an administrator, everywhere, prohibited.
        let route = [u8::try_from(family).ok()?, 0, 0, 0, 254, 4, 0, 8, 0, 0, 0, 0];
        // There may be no IPv6.
        let _ = ask(NEW_ROUTE, ANSWERED | CREATE, &route);
    }
    Some(())
}

/// Asks the kernel for something, and waits for the answer.
fn ask(kind: u16, flags: u16, body: &[u8]) -> Option<()> {
    let route = SockProtocol::NetlinkRoute;
    let kernel =
        socket(AddressFamily::Netlink, SockType::Raw, SockFlag::SOCK_CLOEXEC, route).ok()?;
    let mut message = Vec::new();
    message.extend_from_slice(&u32::try_from(16 + body.len()).ok()?.to_ne_bytes());
    message.extend_from_slice(&kind.to_ne_bytes());
    message.extend_from_slice(&flags.to_ne_bytes());
    message.extend_from_slice(&[0; 8]);
    message.extend_from_slice(body);
    let to = NetlinkAddr::new(0, 0);
    sendto(kernel.as_raw_fd(), &message, &to, MsgFlags::empty()).ok()?;
    let mut answer = [0; 256];
    let got = recv(kernel.as_raw_fd(), &mut answer, MsgFlags::empty()).ok()?;
    let answer = answer.get(..got)?;
    let is_answer = u16::from_ne_bytes(answer.get(4..6)?.try_into().ok()?) == ERROR;
    let error = i32::from_ne_bytes(answer.get(16..20)?.try_into().ok()?);
    (is_answer && error == 0).then_some(())
}
