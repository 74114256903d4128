//! From bytes to text, and in which format it is written.

use super::bytes;
use super::files::MAX_BYTES;
use super::format::{Format, format_of};
use super::options::ReadOptions;
use crate::error::{Code, Diagnostic};
use std::borrow::Cow;

/// The text of a file and what it is written in.
pub(in crate::config) fn decoded<'b>(
    bytes: &'b [u8],
    options: &ReadOptions,
) -> Result<(Cow<'b, str>, Format), Box<Diagnostic>> {
    if bytes.len() > MAX_BYTES {
        let message = format!("the file has {} bytes", bytes.len());
        return Err(Box::new(
            Diagnostic::error(Code::DocumentTooLarge, in_file(options, &message))
                .with_advice(format!("A lab file may have {MAX_BYTES} bytes.")),
        ));
    }
    let text = bytes::decode(bytes).map_err(|finding| {
        let message = in_file(options, &finding.message);
        Box::new(Diagnostic { message, ..*finding })
    })?;
    let format = options.format.map_or_else(|| format_of(options.path.as_deref(), &text), Ok)?;
    Ok((text, format))
}

/// A message about a file as a whole, which has no line to carry the file's name.
fn in_file(options: &ReadOptions, message: &str) -> String {
    match &options.path {
        Some(path) => format!("{path}: {message}"),
        None => message.to_owned(),
    }
}
