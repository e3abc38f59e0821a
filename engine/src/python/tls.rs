//! The cryptography behind the module `ssl`: which library does it.

use rustls::crypto::ring;
use rustpython_host_env::ssl::CryptoExt;

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
