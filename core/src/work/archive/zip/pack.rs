//! Writes a zip.

use super::super::end::Broken;
use super::super::item::Item;
use super::super::times;
use super::super::unpacking::Watch;
use std::fs::File;
use std::io::{self, Write};
use zip::result::ZipError;
use zip::write::FullFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// From here on sizes need more than the old format has room for.
const LARGE: u64 = 0xffff_ffff - (16 << 20);

/// Writes what there is into a zip.
pub(in super::super) fn pack(items: &[Item], to: &mut File, watch: &Watch) -> Result<(), Broken> {
    let failed = |error: ZipError| Broken::Damaged(error.to_string());
    let mut writer = ZipWriter::new(io::BufWriter::with_capacity(128 * 1024, to));
    for item in items {
        watch.goes_on()?;
        let (exact, dos) = times::for_zip(item.about.modified().ok());
        let options = FullFileOptions::default()
            .compression_method(CompressionMethod::Deflated)
            .unix_permissions(item.mode())
            .last_modified_time(dos)
            .large_file(item.about.len() > LARGE)
            .with_extended_timestamp(exact, None, None)
            .map_err(failed)?;
        if let Some(text) = &item.link {
            writer.add_symlink(&item.name, text, options).map_err(failed)?;
        } else if item.about.is_dir() {
            writer.add_directory(&item.name, options).map_err(failed)?;
        } else {
            writer.start_file(&item.name, options).map_err(failed)?;
            item.copy(&mut writer, watch)?;
        }
    }
    let mut buffered = writer.finish().map_err(failed)?;
    buffered.flush().map_err(|error| Broken::Damaged(error.to_string()))
}
