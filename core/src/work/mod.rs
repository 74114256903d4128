//! What the core runs by itself, without a runspace.
