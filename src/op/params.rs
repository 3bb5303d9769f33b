//! The parameters of an op.

use crate::error::{Error, Kind as ErrorKind};
use smallvec::SmallVec;

/// The parameters of an op, in order: name and value.
pub type Params = SmallVec<[(&'static str, f64); 2]>;

/// The error of an op that has no parameter of this name, or whose parameter cannot be this number.
#[doc(hidden)]
pub fn bad_param(params: Params, op: &str, name: &str, value: f64) -> Error {
    let known: Vec<_> = params.iter().map(|p| p.0).collect();
    let message = if known.contains(&name) {
        format!("{op}: the parameter {name} cannot be {value}")
    } else if known.is_empty() {
        format!("{op} has no parameter {name}; it has none at all")
    } else {
        format!("{op} has no parameter {name}; it has {}", known.join(", "))
    };
    Error::new(ErrorKind::Parameter, message)
}

/// Writes [`Op::params`](crate::op::Op::params) and [`Op::with_param`](crate::op::Op::with_param) for an op whose parameters are fields of type `f64`.
///
/// ```
/// use gprime::prelude::*;
/// #[derive(Clone, PartialEq)]
/// struct Scale { factor: f64 }
/// impl Op<1> for Scale {
///     const NAME: &'static str = "scale";
///     fn value<R: Real>(&self, [z]: [R; 1]) -> R { z * self.factor }
///     fn slope<R: Real>(&self, _: [R; 1], _: R) -> [R; 1] { [self.factor.into()] }
///     gprime::params!(factor);
/// }
/// assert_eq!(Scale { factor: 2.0 }.with_param("factor", 3.0)?.params()[0], ("factor", 3.0));
/// # Ok::<(), gprime::Error>(())
/// ```
#[macro_export]
macro_rules! params {
    ($($field:ident),+) => {
        fn params(&self) -> $crate::op::Params {
            [$((stringify!($field), self.$field)),+].into_iter().collect()
        }
        fn with_param(&self, name: &str, value: f64) -> ::std::result::Result<Self, $crate::Error> {
            let mut op = self.clone();
            match name {
                $(stringify!($field) if !value.is_nan() => op.$field = value,)+
                _ => return Err($crate::op::bad_param(self.params(), Self::NAME, name, value)),
            }
            Ok(op)
        }
    };
}
