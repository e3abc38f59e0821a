//! What is wrong with a certificate is told as CPython tells it, that of another host above all.
//!
//! The interpreter's `ssl` says no more than that verification failed. What the certificate was for is
//! known only to who checks signatures, so it is remembered there: the names are looked at last, after
//! all signatures were good.

use std::cell::RefCell;

use rustls::crypto::{CryptoProvider, WebPkiSupportedAlgorithms};
use rustls::pki_types::{
    AlgorithmIdentifier, InvalidSignature, ServerName, SignatureVerificationAlgorithm,
};
use rustpython_vm::builtins::PyBaseExceptionRef;
use rustpython_vm::function::FuncArgs;
use rustpython_vm::{AsObject as _, PyObject, PyResult, TryFromObject as _, VirtualMachine};
use x509_parser::certificate::TbsCertificate;
use x509_parser::extensions::GeneralName;
use x509_parser::prelude::FromDer as _;

thread_local! {
    /// The certificate whose signature was found good last, in this thread's handshake.
    static SIGNED: RefCell<Option<Vec<u8>>> = const { RefCell::new(None) };
}

/// Has whoever checks signatures remember what they are of.
pub(super) fn watch(provider: &mut CryptoProvider) {
    let WebPkiSupportedAlgorithms { all, mapping } = provider.signature_verification_algorithms;
    // The provider is made once a process, and these live as long.
    let all = all.iter().map(|one| remembering(*one)).collect::<Vec<_>>().leak();
    provider.signature_verification_algorithms = WebPkiSupportedAlgorithms { all, mapping };
}

fn remembering(
    one: &'static dyn SignatureVerificationAlgorithm,
) -> &'static dyn SignatureVerificationAlgorithm {
    Box::leak(Box::new(Remembering(one)))
}

/// Checks as another does, and remembers.
#[derive(Debug)]
struct Remembering(&'static dyn SignatureVerificationAlgorithm);

impl SignatureVerificationAlgorithm for Remembering {
    fn verify_signature(
        &self,
        public_key: &[u8],
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), InvalidSignature> {
        let checked = self.0.verify_signature(public_key, message, signature);
        SIGNED.set(checked.is_ok().then(|| message.to_vec()));
        checked
    }

    fn public_key_alg_id(&self) -> AlgorithmIdentifier {
        self.0.public_key_alg_id()
    }

    fn signature_alg_id(&self) -> AlgorithmIdentifier {
        self.0.signature_alg_id()
    }

    fn fips(&self) -> bool {
        self.0.fips()
    }
}

/// `do_handshake`, whose error tells what is wrong with a certificate.
pub(super) fn tell(original: &PyObject, args: FuncArgs, vm: &VirtualMachine) -> PyResult {
    SIGNED.take();
    let socket = args.args.first().cloned();
    let result = original.call(args, vm);
    let (Err(error), Some(socket)) = (&result, socket) else { return result };
    let class = error.class().to_owned();
    if &*class.name() != "SSLCertVerificationError" {
        return result;
    }
    Err(told(error, class.as_object(), &socket, vm)?)
}

/// OpenSSL's numbers of what is wrong with a certificate.
const UNSPECIFIED: i32 = 1;
const HOST_NAME: i32 = 62;
const IP_ADDRESS: i32 = 64;

/// The error as CPython has it: with a number before its text, and the host that it is about.
fn told(
    error: &PyBaseExceptionRef,
    class: &PyObject,
    socket: &PyObject,
    vm: &VirtualMachine,
) -> PyResult<PyBaseExceptionRef> {
    let error = error.as_object();
    let mut code: i32 = error.get_attr("verify_code", vm)?.try_into_value(vm)?;
    let mut message: String = error.get_attr("verify_message", vm)?.try_into_value(vm)?;
    if code == UNSPECIFIED
        && let Some(host) = other_host(socket, vm)?
    {
        let what;
        (code, what) = match ServerName::try_from(host.as_str()) {
            Ok(ServerName::IpAddress(_)) => (IP_ADDRESS, "IP address"),
            _ => (HOST_NAME, "Hostname"),
        };
        message = format!("{what} mismatch, certificate is not valid for '{host}'.");
    }
    let text = format!("[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: {message}");
    let told = class.call((1, text), vm)?;
    told.set_attr("verify_code", vm.ctx.new_int(code), vm)?;
    told.set_attr("verify_message", vm.ctx.new_str(message), vm)?;
    for name in ["library", "reason"] {
        told.set_attr(name, error.get_attr(name, vm)?, vm)?;
    }
    PyBaseExceptionRef::try_from_object(vm, told)
}

/// The host that was asked for, where the certificate that was found good is not its.
fn other_host(socket: &PyObject, vm: &VirtualMachine) -> PyResult<Option<String>> {
    let Some(signed) = SIGNED.take() else { return Ok(None) };
    let host: Option<String> = socket.get_attr("server_hostname", vm)?.try_into_value(vm)?;
    Ok(host.filter(|host| !is_for(&signed, host)))
}

/// Whether a certificate's signed part names this host. One that cannot be read is taken to.
fn is_for(signed: &[u8], host: &str) -> bool {
    let Ok((_, certificate)) = TbsCertificate::from_der(signed) else { return true };
    let Ok(Some(names)) = certificate.subject_alternative_name() else { return false };
    let address = host.parse::<std::net::IpAddr>().ok().map(|address| match address {
        std::net::IpAddr::V4(address) => address.octets().to_vec(),
        std::net::IpAddr::V6(address) => address.octets().to_vec(),
    });
    names.value.general_names.iter().any(|name| match name {
        GeneralName::DNSName(name) => address.is_none() && fits(name, host),
        GeneralName::IPAddress(bytes) => address.as_deref() == Some(*bytes),
        _ => false,
    })
}

/// Whether a name, whose first part may be `*`, is a host's.
fn fits(name: &str, host: &str) -> bool {
    let host = host.trim_end_matches('.');
    match (name.strip_prefix("*."), host.split_once('.')) {
        (Some(rest), Some((_, domain))) => rest.eq_ignore_ascii_case(domain),
        _ => name.eq_ignore_ascii_case(host),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_one_part_of_a_name() {
        assert!(fits("a.example", "A.example") && fits("*.example", "b.example"));
        assert!(!fits("a.example", "b.example") && !fits("*.example", "a.b.example"));
        assert!(!fits("*.example", "example"));
    }
}
