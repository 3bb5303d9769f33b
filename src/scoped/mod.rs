//! Reverse mode for libraries that ask for `'static` numbers, as the matrices of nalgebra do.
//!
//! A [`Var`](crate::Var) borrows its tape, so it does not live for `'static`. A [`Scoped`] number is `'static`, `Copy`, `Send` and `Sync`: it has its
//! place on the tape and a *stamp*, and the tape itself is found where the thread keeps it while a *scope* is open. A scope is the time in which
//! the closure runs that is given to one of the functions here. Each scope has a stamp of its own, and every operation compares that of its numbers:
//! one that is kept from an earlier scope, that is of another thread or used where no scope is open panics, at the line of the caller and in every
//! build. A scope within a scope of such numbers is an error. Since the type has no lifetime, a generic function is handed over by its name.
//!
//! ```
//! use gprime::{prelude::*, scoped};
//!
//! /// A library's function, for any number that it can keep for itself.
//! fn squares<T: Copy + Send + Sync + 'static + std::iter::Sum<T> + std::ops::Mul<Output = T>>(x: &[T]) -> T {
//!     x.iter().map(|&x| x * x).sum()
//! }
//!
//! let mut g = [0.0; 2];
//! assert_eq!(scoped::value_and_gradient(squares, &[3.0, 4.0], &mut g)?, 25.0);
//! assert_eq!(g, [6.0, 8.0]);
//! assert_eq!(scoped::gradient(|x| squares(x).sqrt(), &[0.0, 2.0])?, [0.0, 1.0]);
//! assert_eq!(scoped::hvp(squares, &[3.0, 4.0], &[1.0, 0.0])?, [2.0, 0.0]);
//!
//! // a part of a program that is on a tape of its own
//! let g = gradient(|x| scoped::within(x, |x| vec![squares(x)]).map_or(Var::from(f64::NAN), |y| y[0].exp()), &[0.0, 1.0]);
//! assert_eq!(g, [0.0, 2.0 * 1f64.exp()]);
//! # Ok::<(), gprime::Error>(())
//! ```
//!
//! Everything is recorded as a [`Var`](crate::Var) or an [`Expr`](crate::Expr) records it, every call of [`Apply`](crate::function::Apply) included, and
//! derivatives are the same to the bit. What it costs more: plain scalars take up to a fifth more time than those of a `Var`
//! (`cargo bench --bench tape -- S1 S2 S3`, the rows `scoped` beside `scalars`); a call copies the lists that it is given, `sum_terms` and `checkpoint` at
//! each term and step; and a scope allocates the list of its inputs.
//!
//! This part uses `tape` and `graph`, whose numbers it lends to a thread: `open.rs` keeps what is lent, `number.rs` is the number, `holders.rs` says
//! what it stands on, `ops.rs` and `apply.rs` hand on what it is asked, and `derivatives.rs` opens the scopes.

mod apply;
mod derivatives;
mod holders;
mod number;
mod open;
mod ops;

pub use derivatives::{gradient, hvp, jacobian, value_and_gradient, within};
pub use holders::{Base, Bound};
pub use number::{Holder, Scoped};
