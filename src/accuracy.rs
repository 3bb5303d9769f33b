//! How exact the rules are: for each op the worst error in units of the last place (ULP).
//!
//! The errors of value, slope and second derivative (the slope rule on a [`Dual`](crate::Dual)) are taken against exact
//! values, rounded once, over the whole range of `f64`. The bounds are 2, 2 and 4, and 5 for the second derivative of cbrt.
//! Near a root of a slope or of a second derivative an absolute error is allowed and the figure is in units of it; at most
//! ½ from a root of the slope 2⁻⁵² counts as 2, and everywhere 2⁻⁵³·|slope| counts as 1 in the second derivative.
//! `tests/golden.rs` measures all of it and writes the table: `UPDATE_DOCS=1 cargo test --test golden`.
//!
//! The last column is what was measured of the peers in `f64` where they lose digits.
//!
// table
//! | op | value | slope | second | peers |
//! |---|---|---|---|---|
//! | abs | 0 | 0 | 0.0 |  |
//! | acos | 1 | 1 | 2.0 |  |
//! | acosh | 0 | 1 | 3.0 |  |
//! | asin | 1 | 1 | 3.0 |  |
//! | asinh | 0 | 1 | 1.1 |  |
//! | atan | 0 | 1 | 2.0 |  |
//! | atanh | 0 | 1 | 2.0 |  |
//! | cbrt | 0 | 2 | 3.0 |  |
//! | celu | 0 | 0 | 0.0 | PyTorch: slope 10⁹ ULP where alpha is not an `f32` |
//! | cos | 1 | 1 | 1.0 |  |
//! | cosh | 0 | 0 | 0.0 |  |
//! | elu | 0 | 0 | 0.0 | JAX, TensorFlow: slope 0 for x < −37 |
//! | erf | 1 | 2 | 2.0 | TensorFlow: NaN beyond 10¹⁶⁰ |
//! | erfc | 0 | 2 | 3.0 |  |
//! | exp | 0 | 0 | 0.0 |  |
//! | exp2 | 0 | 1 | 1.7 |  |
//! | expm1 | 0 | 0 | 0.0 | JAX, TensorFlow: slope 0 for x < −37 |
//! | gaussian | 1 | 2 | 2.0 |  |
//! | gelu | 1 | 1 | 3.0 | JAX, TensorFlow: 10³ to 10¹¹ ULP; PyTorch: value 0 for x < −8.3 |
//! | gelu_tanh | 2 | 1 | 3.9 | PyTorch, JAX, TensorFlow: value 0 for x < −7.3, slope NaN beyond 10¹⁰³ |
//! | hard_sigmoid | 1 | 0 | 0.0 |  |
//! | hard_swish | 1 | 1 | 0.0 |  |
//! | hard_tanh | 0 | 0 | 0.0 |  |
//! | hardshrink | 0 | 0 | 0.0 |  |
//! | leaky_relu | 0 | 0 | 0.0 |  |
//! | ln | 0 | 0 | 1.0 |  |
//! | ln_1p | 0 | 1 | 3.0 |  |
//! | log10 | 0 | 1 | 1.0 |  |
//! | log2 | 0 | 1 | 1.0 |  |
//! | log_cosh | 2 | 1 | 2.0 |  |
//! | log_sigmoid | 1 | 1 | 1.9 |  |
//! | mish | 1 | 2 | 2.0 |  |
//! | recip | 0 | 1 | 1.8 |  |
//! | relu | 0 | 0 | 0.0 |  |
//! | relu6 | 0 | 0 | 0.0 |  |
//! | selu | 1 | 1 | 1.0 |  |
//! | sigmoid | 1 | 2 | 1.9 | PyTorch, JAX, TensorFlow: slope 0 for x > 37 |
//! | silu | 2 | 1 | 2.0 |  |
//! | sin | 1 | 1 | 1.0 |  |
//! | sinh | 0 | 0 | 0.0 |  |
//! | softplus | 1 | 1 | 1.9 | PyTorch: 1.7·10⁵ ULP and a jump at 20 |
//! | softshrink | 0 | 0 | 0.0 |  |
//! | softsign | 1 | 1 | 2.0 | JAX: slope 10¹⁶⁷ ULP |
//! | sqrt | 0 | 1 | 3.0 |  |
//! | square | 0 | 0 | 0.0 |  |
//! | squareplus | 1 | 1 | 2.0 | JAX, Keras: value 0 or NaN for x < −2·10⁷, ∞ beyond 10¹⁵⁴ |
//! | tan | 1 | 2 | 3.0 |  |
//! | tanh | 1 | 1 | 2.0 | PyTorch, JAX, TensorFlow: slope without digits from 14, 0 from 19 |
//! | tanhshrink | 2 | 2 | 2.0 | PyTorch, JAX, TensorFlow: value 0 for \|x\| < 10⁻⁸ |
// end
