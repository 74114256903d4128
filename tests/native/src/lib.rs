//! Tests of the built library.
