//! How a file is written: whole, or not at all.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

/// How many names are tried for the file beside.
const TRIES: u32 = 100;

/// Writes a file. A regular file is written beside its place and then put there, so that whoever reads it, or a machine that fails, finds
/// the old one or the new one. What is no regular file of one name (a device, a pipe, a link) is written where it is, and so is a file in
/// a folder that takes no other.
pub fn save(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let old = match fs::symlink_metadata(path) {
        Ok(old) if old.is_file() && has_one_name(&old) => Some(old),
        Ok(_) => return fs::write(path, bytes),
        Err(fault) if fault.kind() == ErrorKind::NotFound => None,
        Err(fault) => return Err(fault),
    };
    if old.is_some() {
        // a file that must not be written must not be replaced either
        OpenOptions::new().write(true).open(path)?;
    }
    match Beside::new(path) {
        Ok((beside, file)) => beside.put(file, bytes, old.as_ref(), path),
        Err(fault) if old.is_some() && fault.kind() == ErrorKind::PermissionDenied => fs::write(path, bytes),
        Err(fault) => Err(fault),
    }
}

#[cfg(unix)]
fn has_one_name(file: &Metadata) -> bool {
    std::os::unix::fs::MetadataExt::nlink(file) == 1
}

#[cfg(not(unix))]
fn has_one_name(_: &Metadata) -> bool {
    true
}

/// A file beside another, which is gone at the end unless it was put in the other's place.
struct Beside(PathBuf);

impl Beside {
    fn new(path: &Path) -> io::Result<(Self, File)> {
        let place = |i: u32| path.with_file_name(format!(".gprime-{}-{i}.part", std::process::id()));
        for place in (1..TRIES).map(place) {
            match File::create_new(&place) {
                Err(fault) if fault.kind() == ErrorKind::AlreadyExists => {}
                made => return Ok((Beside(place), made?)),
            }
        }
        Err(ErrorKind::AlreadyExists.into())
    }

    fn put(self, mut file: File, bytes: &[u8], old: Option<&Metadata>, path: &Path) -> io::Result<()> {
        file.write_all(bytes)?;
        if let Some(old) = old {
            file.set_permissions(old.permissions())?;
        }
        file.sync_all()?;
        fs::rename(&self.0, path)
    }
}

impl Drop for Beside {
    fn drop(&mut self) {
        // where it was put in its place, it is not there any more
        let _ = fs::remove_file(&self.0);
    }
}
