//! The module `ssl`: which library does its cryptography, and what the interpreter's own lacks.

mod host_names;

use rustls::crypto::ring;
use rustpython_common::wtf8::Wtf8;
use rustpython_host_env::ssl::CryptoExt;
use rustpython_vm::builtins::{PyModule, PyTypeRef};
use rustpython_vm::function::{ArgBytesLike, FuncArgs};
use rustpython_vm::{AsObject as _, Py, PyObject, PyObjectRef, PyResult, VirtualMachine};

use super::hooks;

/// Names the library that does TLS's cryptography, once a process; the interpreter's `ssl` has none
/// of its own and cannot be used before.
///
/// `ring` needs no more than the C compiler that Rust links with.
pub(super) fn provide() {
    let more = CryptoExt {
        all_cipher_suites: Some(ring::ALL_CIPHER_SUITES),
        default_cipher_suites: Some(ring::DEFAULT_CIPHER_SUITES),
        all_kx_groups: Some(ring::ALL_KX_GROUPS),
        any_supported_key: Some(ring::sign::any_supported_type),
        ticketer: ring::Ticketer::new,
    };
    let mut provider = ring::default_provider();
    host_names::watch(&mut provider);
    // It fails only where one is there already.
    let _ = CryptoExt::set_provider(provider, more);
}

/// The methods of a context that take paths: their names, and those of the arguments.
const WITH_PATHS: [(&str, &[&str]); 2] = [
    ("load_cert_chain", &["certfile", "keyfile"]),
    ("load_verify_locations", &["cafile", "capath"]),
];

/// A path may be any path-like object, as with CPython.
pub(super) fn patch(vm: &VirtualMachine, module: &Py<PyModule>) -> PyResult<()> {
    let class: PyTypeRef = module.get_attr("_SSLContext", vm)?.try_into_value(vm)?;
    for (method, names) in WITH_PATHS {
        hooks::wrap_method(vm, &class, method, move |original, mut args: FuncArgs, vm| {
            // The first argument is the context.
            for path in args.args.iter_mut().skip(1).take(names.len()) {
                *path = plain(path.clone(), vm)?;
            }
            for name in names {
                if let Some(path) = args.kwargs.get_mut(Wtf8::new(*name)) {
                    *path = plain(path.clone(), vm)?;
                }
            }
            original.call(args, vm)
        });
    }
    let class: PyTypeRef = module.get_attr("_SSLSocket", vm)?.try_into_value(vm)?;
    hooks::wrap_method(vm, &class, "write", |original, args, vm| write_all(original, &args, vm));
    hooks::wrap_method(vm, &class, "do_handshake", host_names::tell);
    Ok(())
}

/// A socket that may wait, and a buffer in memory, take all that they are given, as OpenSSL's do; the
/// interpreter's own take as much as its library does at once.
fn write_all(original: &PyObject, args: &FuncArgs, vm: &VirtualMachine) -> PyResult {
    let result = original.call(args.clone(), vm)?;
    let [socket, data] = &args.args[..] else { return Ok(result) };
    let data: ArgBytesLike = data.clone().try_into_value(vm)?;
    let mut sent: usize = result.clone().try_into_value(vm)?;
    if sent >= data.len() || !takes_all(socket, vm)? {
        return Ok(result);
    }
    while sent < data.len() {
        let end = data.len().min(sent + AT_ONCE);
        let part = vm.ctx.new_bytes(data.borrow_buf()[sent..end].to_vec());
        let more: usize = original.call((socket.clone(), part), vm)?.try_into_value(vm)?;
        sent += more;
    }
    Ok(vm.ctx.new_int(sent).into())
}

/// How much is handed over at once: more than the library takes.
const AT_ONCE: usize = 16 * 1024;

/// Whether nothing but an error keeps the data from being taken.
fn takes_all(socket: &PyObject, vm: &VirtualMachine) -> PyResult<bool> {
    let owner = socket.get_attr("owner", vm)?;
    // Between buffers in memory there is no socket that could be full.
    let Some(timeout) = vm.get_attribute_opt(&owner, "gettimeout")? else { return Ok(true) };
    let timeout = timeout.call((), vm)?;
    Ok(vm.is_none(&timeout) || timeout.try_float(vm)?.to_f64() > 0.0)
}

/// A path-like object's path; everything else as it is.
fn plain(path: PyObjectRef, vm: &VirtualMachine) -> PyResult<PyObjectRef> {
    if path.class().has_attr(vm.ctx.intern_str("__fspath__")) {
        return vm.call_method(&path, "__fspath__", ());
    }
    Ok(path)
}
