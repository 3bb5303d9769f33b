//! Numbers, names and lists as bytes, and read again with nothing taken on trust.

use crate::error::{Error, Kind};

/// That something cannot be saved or loaded.
pub(super) fn not_saved(message: impl Into<String>) -> Error {
    Error::new(Kind::File, message)
}

/// The hash FNV-1a of 64 bits: it differs if one byte does (Fowler, Noll and Vo).
pub(super) fn checksum(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, &byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3))
}

/// Bytes as they are written.
pub(super) struct Writer(pub Vec<u8>);

impl Writer {
    pub fn u8(&mut self, x: u8) {
        self.0.push(x);
    }
    pub fn u32(&mut self, x: u32) {
        self.0.extend(x.to_le_bytes());
    }
    pub fn u64(&mut self, x: u64) {
        self.0.extend(x.to_le_bytes());
    }
    pub fn name(&mut self, name: &str) {
        self.u32(name.len() as u32);
        self.0.extend(name.as_bytes());
    }
    pub fn list<T>(&mut self, items: &[T], mut write: impl FnMut(&mut Self, &T)) {
        self.u32(items.len() as u32);
        items.iter().for_each(|item| write(self, item));
    }
}

/// Bytes that are not read yet.
pub(super) struct Reader<'a>(pub &'a [u8]);

/// That there are fewer bytes than must be read.
pub(super) fn too_short() -> Error {
    not_saved("the saved program ends too early")
}

impl<'a> Reader<'a> {
    fn array<const N: usize>(&mut self) -> Result<[u8; N], Error> {
        let (&array, rest) = self.0.split_first_chunk().ok_or_else(too_short)?;
        self.0 = rest;
        Ok(array)
    }
    pub fn u8(&mut self) -> Result<u8, Error> {
        Ok(self.array::<1>()?[0])
    }
    pub fn bool(&mut self) -> Result<bool, Error> {
        match self.u8()? {
            0 => Ok(false),
            1 => Ok(true),
            other => Err(not_saved(format!("{other} is no truth value"))),
        }
    }
    pub fn u32(&mut self) -> Result<u32, Error> {
        Ok(u32::from_le_bytes(self.array()?))
    }
    pub fn u64(&mut self) -> Result<u64, Error> {
        Ok(u64::from_le_bytes(self.array()?))
    }
    pub fn name(&mut self) -> Result<String, Error> {
        let len = self.u32()? as usize;
        let (name, rest) = self.0.split_at_checked(len).ok_or_else(too_short)?;
        self.0 = rest;
        String::from_utf8(name.to_vec()).map_err(|_| not_saved("a name is no UTF-8"))
    }
    /// A list of items of so many bytes at least. Nothing is allocated for more than there can be.
    pub fn list<T>(
        &mut self,
        least: usize,
        mut read: impl FnMut(&mut Self) -> Result<T, Error>,
    ) -> Result<Vec<T>, Error> {
        let len = self.u32()? as usize;
        if self.0.len() / least < len {
            return Err(too_short());
        }
        let mut items = Vec::with_capacity(len);
        for _ in 0..len {
            items.push(read(self)?);
        }
        Ok(items)
    }
}
