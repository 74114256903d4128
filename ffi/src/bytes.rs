//! Memory of the caller's.

use labrunner_core::error::{Code, Fault};

/// Larger documents are refused: a length like that is a mistake, and reading it would be the crash.
pub(crate) const LARGEST_DOCUMENT: u64 = 1 << 30;

fn check(data: *const u8, length: u64) -> Result<usize, Fault> {
    if data.is_null() && length > 0 {
        return Err(Fault::new(Code::NullArgument, format!("{length} bytes at a null pointer")));
    }
    if length > LARGEST_DOCUMENT {
        return Err(Fault::new(
            Code::DocumentTooLarge,
            format!("a document of {length} bytes is larger than {LARGEST_DOCUMENT} bytes"),
        ));
    }
    // Fits: at most 2^30.
    Ok(length as usize)
}

/// The bytes the caller points to.
///
/// # Safety
/// `data` points to `length` readable bytes that stay unchanged during `'a`, or is null.
pub(crate) unsafe fn read<'a>(data: *const u8, length: u64) -> Result<&'a [u8], Fault> {
    let length = check(data, length)?;
    if length == 0 {
        return Ok(&[]);
    }
    // SAFETY: not null, at most 2^30 bytes, and readable as the caller promises.
    Ok(unsafe { std::slice::from_raw_parts(data, length) })
}

/// The memory the caller wants filled.
///
/// # Safety
/// `data` points to `length` writable bytes that are not used elsewhere during `'a`, or is null.
pub(crate) unsafe fn write<'a>(data: *mut u8, length: u64) -> Result<&'a mut [u8], Fault> {
    let length = check(data, length)?;
    if length == 0 {
        return Ok(&mut []);
    }
    // SAFETY: not null, at most 2^30 bytes, and writable as the caller promises.
    Ok(unsafe { std::slice::from_raw_parts_mut(data, length) })
}
