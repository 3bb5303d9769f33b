//! Parameters by name in one list.

use crate::error::{Error, Kind};
use indexmap::IndexMap;
use std::ops::{Index, IndexMut, Range};

/// Parameters with names and shapes, one after the other in one flat list: that which a program is differentiated by.
///
/// The list is in the order in which the parts came in, each in row-major order. `parameters["name"]` are the numbers of a part;
/// [`part`](Parameters::part) has the same part of another list in this layout, such as that of the variables of a tape, or of a gradient.
///
/// ```
/// use gprime::optim::Parameters;
///
/// let mut parameters = Parameters::new();
/// parameters.insert("weights", &[2, 3], vec![0.1; 6])?;
/// parameters.insert("bias", &[2], vec![0.0; 2])?;
/// parameters["bias"][1] = 0.5;
/// assert_eq!(parameters.values(), [0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.0, 0.5]);
/// assert_eq!(parameters.shape("weights"), Some(&[2, 3][..]));
/// let g = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0];
/// assert_eq!(parameters.part("bias", &g), [7.0, 8.0]);
/// # Ok::<(), gprime::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Parameters {
    pub(super) parts: IndexMap<String, Part>,
    values: Vec<f64>,
}

/// A part of the list.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Part {
    pub shape: Vec<usize>,
    pub place: Range<usize>,
}

impl Parameters {
    /// No parameters.
    pub fn new() -> Self {
        Parameters::default()
    }

    /// Appends a part, with its numbers in row-major order.
    ///
    /// # Errors
    /// If there is a part of this name, or if there are not as many numbers as the shape says.
    pub fn insert(&mut self, name: impl Into<String>, shape: &[usize], values: Vec<f64>) -> Result<(), Error> {
        let name = name.into();
        if self.parts.contains_key(&name) {
            return Err(Error::new(Kind::Name, format!("there are parameters named `{name}`; a name is taken once")));
        }
        if shape.iter().try_fold(1, |size: usize, &n| size.checked_mul(n)) != Some(values.len()) {
            let message = format!("the parameters `{name}` of shape {shape:?} cannot be {} numbers", values.len());
            return Err(Error::new(Kind::Parameter, message));
        }
        let place = self.values.len()..self.values.len() + values.len();
        self.values.extend(values);
        self.parts.insert(name, Part { shape: shape.to_vec(), place });
        Ok(())
    }

    /// How many numbers there are.
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether there are no numbers.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// All numbers.
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// All numbers, to be changed.
    pub fn values_mut(&mut self) -> &mut [f64] {
        &mut self.values
    }

    /// The names, in the order of the list.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.parts.keys().map(String::as_str)
    }

    /// The shape of a part, if there is one of this name.
    pub fn shape(&self, name: &str) -> Option<&[usize]> {
        self.parts.get(name).map(|part| &*part.shape)
    }

    /// A part of a list in the layout of these parameters.
    ///
    /// # Panics
    /// If there is no part of this name, or if the list is not as long as that of the parameters.
    #[track_caller]
    pub fn part<'x, R>(&self, name: &str, x: &'x [R]) -> &'x [R] {
        assert_eq!(x.len(), self.len(), "the list must be as long as that of the parameters");
        &x[self.place(name)]
    }

    #[track_caller]
    fn place(&self, name: &str) -> Range<usize> {
        match self.parts.get(name) {
            Some(part) => part.place.clone(),
            None => panic!("there are no parameters named `{name}`"),
        }
    }
}

/// The numbers of a part.
///
/// # Panics
/// If there is no part of this name.
impl Index<&str> for Parameters {
    type Output = [f64];
    #[track_caller]
    fn index(&self, name: &str) -> &[f64] {
        &self.values[self.place(name)]
    }
}

impl IndexMut<&str> for Parameters {
    #[track_caller]
    fn index_mut(&mut self, name: &str) -> &mut [f64] {
        let place = self.place(name);
        &mut self.values[place]
    }
}
