//! The module `ssl`: which library does its cryptography, and what the interpreter's own lacks.

use rustls::crypto::ring;
use rustpython_common::wtf8::Wtf8;
use rustpython_host_env::ssl::CryptoExt;
use rustpython_vm::builtins::{PyModule, PyTypeRef};
use rustpython_vm::function::FuncArgs;
use rustpython_vm::{AsObject as _, Py, PyObjectRef, PyResult, VirtualMachine};

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
    // It fails only where one is there already.
    let _ = CryptoExt::set_provider(ring::default_provider(), more);
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
    Ok(())
}

/// A path-like object's path; everything else as it is.
fn plain(path: PyObjectRef, vm: &VirtualMachine) -> PyResult<PyObjectRef> {
    if path.class().has_attr(vm.ctx.intern_str("__fspath__")) {
        return vm.call_method(&path, "__fspath__", ());
    }
    Ok(path)
}
