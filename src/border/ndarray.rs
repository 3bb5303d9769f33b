//! The traits of `ndarray` (feature `ndarray`), so that its arrays have numbers with derivatives as elements: their arithmetic, also with one number
//! for all elements, and their products.
//!
//! ```
//! use gprime::prelude::*;
//! use ndarray::{Array1, array};
//!
//! let [x, y]: [Tangents<f64, 2>; 2] = Tangents::variables([2.0, 3.0]);
//! let matrix = array![[x, y], [y, x]];
//! let product: Array1<_> = matrix.dot(&array![x, Tangents::from(1.0)]) * x;
//! // x³ + xy and x²y + x²
//! assert_eq!(product[0].tangents(), [15.0, 2.0]);
//! assert_eq!(product[1].tangents(), [16.0, 4.0]);
//! ```
//!
//! [`Single`], [`Dual`], [`Tangents`] and [`Scoped`] numbers are [`ScalarOperand`]s, and with `num-traits` all that ndarray asks of an element of a
//! product ([`LinalgScalar`](ndarray::LinalgScalar)) or of `sum`, `mean` and `var`.
//!
//! A [`Var`](crate::Var), an [`Expr`](crate::Expr) and a [`Tangent`](crate::Tangent) are no `'static` numbers, which both traits ask for: in reverse mode
//! [`scoped`](crate::scoped) numbers are. Arrays of the others have the operators between arrays, `map`, `sum`, `product` and the like; for products of
//! matrices there is [`contract`](crate::function::Apply::contract), and `&a * x` of a number is `a.map(|&a| a * x)`.

use crate::forward::{Tangents, ZeroPolicy};
use crate::real::{Dual, Single};
use crate::scoped::{Holder, Scoped};
use ndarray::ScalarOperand;

impl ScalarOperand for Single {}
impl<R: Copy + 'static> ScalarOperand for Dual<R> {}
impl<R: Copy + 'static, const N: usize, Z: ZeroPolicy> ScalarOperand for Tangents<R, N, Z> {}
impl<H: Holder> ScalarOperand for Scoped<H> {}
