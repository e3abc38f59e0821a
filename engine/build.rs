//! Compiles the crate anew when a Python file that is frozen into it changes.

fn main() {
    println!("cargo:rerun-if-changed=src/asyncio/package");
    println!("cargo:rerun-if-changed=src/micropython/package");
}
