//! Parameters in files of the format safetensors.

use super::Parameters;
use crate::error::{Error, Kind};
use ::safetensors::tensor::TensorView;
use ::safetensors::{Dtype, SafeTensors, serialize};
use std::path::Path;

impl Parameters {
    /// The parameters as a file of the format safetensors, in 64 bits each. Needs the feature `safetensors`.
    ///
    /// # Errors
    /// If the names are longer than a file can hold, 100 MB together.
    pub fn to_safetensors(&self) -> Result<Vec<u8>, Error> {
        let bytes: Vec<u8> = self.values().iter().flat_map(|x| x.to_le_bytes()).collect();
        let view = |(name, part): (&String, &super::parameters::Part)| {
            let bytes = &bytes[8 * part.place.start..8 * part.place.end];
            TensorView::new(Dtype::F64, part.shape.clone(), bytes).map(|view| (name.clone(), view))
        };
        let views: Vec<_> = self.parts.iter().map(view).collect::<Result<_, _>>().map_err(failed)?;
        serialize(views, None).map_err(failed)
    }

    /// Takes the numbers of a file of the format safetensors, which has parts of the same names and shapes, in 64 or in 32 bits, in any
    /// order. Needs the feature `safetensors`.
    ///
    /// # Errors
    /// If the file is not of the format, or is cut short, or if a part is missing, is one too many, or has another shape or type. Nothing
    /// has changed then.
    pub fn load_safetensors(&mut self, file: &[u8]) -> Result<(), Error> {
        let file = SafeTensors::deserialize(file).map_err(failed)?;
        let more = file.iter().map(|(name, _)| name).find(|&name| !self.parts.contains_key(name));
        if let Some(name) = more {
            return Err(refused(format!("the file has `{name}`, and there are no parameters of this name")));
        }
        let mut values = Vec::with_capacity(self.len());
        for (name, part) in &self.parts {
            let found = file.tensor(name).map_err(|_| refused(format!("the file has no `{name}`")))?;
            if found.shape() != part.shape {
                let message = format!("`{name}` has the shape {:?} in the file, not {:?}", found.shape(), part.shape);
                return Err(refused(message));
            }
            match found.dtype() {
                Dtype::F64 => values.extend(found.data().as_chunks().0.iter().map(|&bytes| f64::from_le_bytes(bytes))),
                Dtype::F32 => {
                    values.extend(found.data().as_chunks().0.iter().map(|&bytes| f64::from(f32::from_le_bytes(bytes))))
                }
                other => {
                    return Err(refused(format!("`{name}` has numbers of type {other}; only F64 and F32 are read")));
                }
            }
        }
        self.values_mut().copy_from_slice(&values);
        Ok(())
    }

    /// Writes a file of the format safetensors. Needs the feature `safetensors`.
    ///
    /// # Errors
    /// As of [`to_safetensors`](Parameters::to_safetensors), and if the file cannot be written.
    pub fn save(&self, path: impl AsRef<Path>) -> Result<(), Error> {
        let path = path.as_ref();
        std::fs::write(path, self.to_safetensors()?).map_err(|error| refused(format!("{}: {error}", path.display())))
    }

    /// Takes the numbers of a file of the format safetensors. Needs the feature `safetensors`.
    ///
    /// # Errors
    /// As of [`load_safetensors`](Parameters::load_safetensors), and if the file cannot be read.
    pub fn load(&mut self, path: impl AsRef<Path>) -> Result<(), Error> {
        let path = path.as_ref();
        let file = std::fs::read(path).map_err(|error| refused(format!("{}: {error}", path.display())))?;
        self.load_safetensors(&file)
    }
}

fn refused(message: String) -> Error {
    Error::new(Kind::File, message)
}

fn failed(error: ::safetensors::SafeTensorError) -> Error {
    refused(format!("safetensors: {error}"))
}
