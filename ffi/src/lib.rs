//! The C ABI over `labrunner-core`.
