//! TODO tests
