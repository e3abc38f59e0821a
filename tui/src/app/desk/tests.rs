//! Keys are pressed and frames looked at.
