//! Macros that write a [`Function`](super::Function) or a [`Routine`](super::Routine) as one writes a closure.

/// Writes a struct, and its [`Function`](trait@crate::function::Function) with as many arguments as are named and as many results as are listed.
///
/// In the body `R` is the type of the numbers, and the fields are names: they are copied, so what is large is borrowed.
///
/// ```
/// use gprime::prelude::*;
///
/// function! {
///     /// A step of ∂u/∂t = −k ∂u/∂x by the difference to the place before; what is carried is u there before the step.
///     #[derive(Clone)]
///     pub struct Upwind { dt: f64 }
///     |[u, before, k]| [u - k * (u - before) * dt, u]
/// }
/// assert_eq!(f64::run(&Upwind { dt: 0.5 }, [3.0, 1.0, 1.0]), [2.0, 3.0]);
///
/// // without fields
/// function! { struct Residual; |[a, b, t, y]| [(a * t + b - y).square()] }
/// let g = gradient(|x| Apply::reduce_each(&Residual, [&x[..1], &x[1..]], [&[0.0, 1.0], &[1.0, 2.9]]), &[2.0, 1.0]);
/// assert!(g[0] > 0.0);
/// ```
///
/// A body with statements says how many results it has, and a field that is borrowed how long:
///
/// ```
/// use gprime::prelude::*;
///
/// function! {
///     struct Horner<'a> { coefficients: &'a [f64] }
///     |[x]| -> [R; 2] {
///         let (mut p, mut slope) = (R::from(0.0), R::from(0.0));
///         for &c in coefficients {
///             (p, slope) = (p * x + c, slope * x + p);
///         }
///         [p, slope]
///     }
/// }
/// assert_eq!(f64::run(&Horner { coefficients: &[1.0, 0.0, 2.0] }, [3.0]), [11.0, 6.0]);
/// ```
///
/// A function whose fields cannot be copied, or which has parameters of its own besides lifetimes, is written as an `impl`.
#[macro_export]
macro_rules! function {
    ($(#[$about:meta])* $vis:vis struct $Name:ident; |[$($x:pat_param),* $(,)?]| $($body:tt)+) => {
        $(#[$about])*
        $vis struct $Name;
        $crate::function!(@body $Name [] [] [$([$x])*] $($body)+);
    };
    ($(#[$about:meta])* $vis:vis struct $Name:ident $(<$($life:lifetime),+ $(,)?>)? {
        $($(#[$of_field:meta])* $field_vis:vis $field:ident: $ty:ty),* $(,)?
    } |[$($x:pat_param),* $(,)?]| $($body:tt)+) => {
        $(#[$about])*
        $vis struct $Name $(<$($life),+>)? { $($(#[$of_field])* $field_vis $field: $ty,)* }
        $crate::function!(@body $Name [$($($life),+)?] [$($field)*] [$([$x])*] $($body)+);
    };
    (@body $Name:ident $lives:tt $fields:tt [$($x:tt)*] [$($y:expr),+ $(,)?]) => {
        $crate::function!(@impl $Name $lives $fields [$($x)*] [[$(stringify!($y)),+].len()] { [$($y),+] });
    };
    (@body $Name:ident $lives:tt $fields:tt [$($x:tt)*] -> [R; $results:expr] $body:block) => {
        $crate::function!(@impl $Name $lives $fields [$($x)*] [$results] $body);
    };
    (@body $($other:tt)*) => {
        compile_error!("the body of a function is a list of its results, `[a, b]`, or a block that says how many there are: `-> [R; 2] { .. }`");
    };
    (@impl $Name:ident [$($life:lifetime),*] [$($field:ident)*] [$([$x:pat_param])*] [$results:expr] $body:block) => {
        impl<$($life),*> $crate::function::Function<{ <[&str]>::len(&[$(stringify!($x)),*]) }, { $results }>
            for $Name<$($life),*>
        {
            #[inline(always)]
            fn run<R: $crate::function::Apply>(
                &self,
                [$($x),*]: [R; <[&str]>::len(&[$(stringify!($x)),*])],
            ) -> [R; $results] {
                let &Self { $($field),* } = self;
                $body
            }
        }
    };
}

/// A value that is a [`Routine`](trait@crate::function::Routine), written like a closure: a program of a list of numbers, which every mode runs
/// on the number that suits it.
///
/// In the body `R` is the type of the numbers, so that `R::from(2.0)` is a constant, and `return` and `?` end it as they end a function. What
/// else it needs is listed before it with its type, since the body cannot capture: each is a name in the body, and is copied, so what is large is
/// borrowed. A reference is written without a lifetime.
///
/// ```
/// use gprime::prelude::*;
///
/// let product = routine!(|x| x[0] * x[1]);
/// assert_eq!(product.gradient(&[2.0, 3.0]), [3.0, 2.0]);
///
/// let (points, scale) = (vec![1.0, 2.0, 4.0], 0.5);
/// let waves = routine!([points: &[f64] = &points, scale: f64 = scale] |x| -> Vec<R> {
///     points.iter().map(|&t| (x[0] * t).sin() * x[1] * scale).collect()
/// });
/// assert_eq!(waves.jacobian(&[0.0, 2.0]), [[1.0, 0.0], [2.0, 0.0], [4.0, 0.0]]);
/// ```
///
/// The results are one number, or what stands after the arrow: `R`, `[R; 2]`, `Vec<R>`, a `Result` of one of these, or a pair of one of these and
/// something else. See [`Outputs`](trait@crate::function::Outputs).
///
/// ```
/// use gprime::prelude::*;
///
/// let root = routine!(|x| -> Result<(R, usize), String> {
///     if x[0] < 0.0 {
///         return Err(format!("{} has no root", x[0].primal()));
///     }
///     let (mut y, mut steps) = (x[0], 0);
///     while (y * y - x[0]).abs() > 1e-12 {
///         y = (y + x[0] / y) * 0.5;
///         steps += 1;
///     }
///     Ok((y, steps))
/// });
/// let (g, steps) = root.gradient(&[4.0])?;
/// assert!((g[0] - 0.25).abs() < 1e-12 && steps > 0);
/// assert_eq!(root.gradient(&[-1.0]), Err("-1 has no root".to_owned()));
/// # Ok::<(), String>(())
/// ```
///
/// The types may name whatever an item may name where the macro stands, which are not the type parameters of the function around it, nor
/// lifetimes other than `'static`; a reference that is no field by itself, such as the one in an `Option<&T>`, has no name for its lifetime.
/// Such a routine is an `impl` of one's own.
#[macro_export]
macro_rules! routine {
    (|$x:ident| $($body:tt)+) => { $crate::routine!([] |$x| $($body)+) };
    ([$($fields:tt)*] |$x:ident| -> $out:ty $body:block) => {
        $crate::routine!(@fields [$($fields)*] [] [$x, $out, $body])
    };
    ([$($fields:tt)*] |$x:ident| $body:expr) => { $crate::routine!(@fields [$($fields)*] [] [$x, R, $body]) };
    (@fields [$name:ident: & $life:lifetime $ty:ty = $value:expr $(, $($more:tt)*)?] [$($done:tt)*] $program:tt) => {
        $crate::routine!(@fields [$($($more)*)?] [$($done)* [$name, & $life $ty, $value]] $program)
    };
    (@fields [$name:ident: & $ty:ty = $value:expr $(, $($more:tt)*)?] [$($done:tt)*] $program:tt) => {
        $crate::routine!(@fields [$($($more)*)?] [$($done)* [$name, &'borrowed $ty, $value]] $program)
    };
    (@fields [$name:ident: $ty:ty = $value:expr $(, $($more:tt)*)?] [$($done:tt)*] $program:tt) => {
        $crate::routine!(@fields [$($($more)*)?] [$($done)* [$name, $ty, $value]] $program)
    };
    // the values are made outside of the block, where R is whatever it is there
    (@fields [] [$([$name:ident, $ty:ty, $value:expr])*] [$x:ident, $out:ty, $body:expr]) => {
        match ($($value,)*) {
            ($($name,)*) => {
                struct Written<'borrowed> {
                    $($name: $ty,)*
                    __borrowed: ::std::marker::PhantomData<&'borrowed ()>,
                }
                // the type of the results has this in the place of each number
                #[allow(dead_code)]
                type R = ();
                impl $crate::function::Routine for Written<'_> {
                    type Out = $out;
                    #[inline(always)]
                    fn run<R: $crate::function::Number>(&self, $x: &[R]) -> <Self::Out as $crate::function::Outputs>::Of<R> {
                        let &Self { $($name,)* .. } = self;
                        $body
                    }
                }
                Written { $($name,)* __borrowed: ::std::marker::PhantomData }
            }
        }
    };
}
