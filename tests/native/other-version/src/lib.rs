//! What a library of another interface version looks like to the module: it has the one function
//! that every version has, and answers with a number that no version of ours will reach.

/// The version of the interface.
#[unsafe(no_mangle)]
pub extern "C" fn lab_abi_version() -> u32 {
    987_654
}
