//! Addresses as Python has them.

use std::net::{IpAddr, Ipv6Addr, SocketAddr, SocketAddrV6};

use rustix::net::{SocketAddrAny, SocketAddrUnix};
use rustpython_vm::builtins::{PyBytes, PyStr, PyTuple};
use rustpython_vm::{PyObject, VirtualMachine};

/// A numeric address, or the path of a Unix socket.
pub(super) fn of(address: &PyObject, vm: &VirtualMachine) -> Option<SocketAddrAny> {
    if let Some(path) = address.downcast_ref::<PyStr>() {
        return unix(path.to_str()?.as_bytes());
    }
    if let Some(path) = address.downcast_ref::<PyBytes>() {
        return unix(path.as_bytes());
    }
    let parts = address.downcast_ref::<PyTuple>()?.as_slice();
    let number = |at: usize| parts.get(at)?.try_int(vm).ok()?.try_to_primitive::<u32>(vm).ok();
    let host = parts.first()?.downcast_ref::<PyStr>()?.to_str()?;
    let port = u16::try_from(number(1)?).ok()?;
    Some(match host.parse().ok()? {
        IpAddr::V4(host) => SocketAddr::from((host, port)).into(),
        IpAddr::V6(host) => v6(host, port, number(2), number(3)).into(),
    })
}

fn v6(host: Ipv6Addr, port: u16, flow: Option<u32>, scope: Option<u32>) -> SocketAddr {
    SocketAddrV6::new(host, port, flow.unwrap_or(0), scope.unwrap_or(0)).into()
}

fn unix(path: &[u8]) -> Option<SocketAddrAny> {
    match path.split_first() {
        #[cfg(target_os = "linux")]
        Some((0, name)) => SocketAddrUnix::new_abstract_name(name).ok().map(Into::into),
        _ => SocketAddrUnix::new(path).ok().map(Into::into),
    }
}
