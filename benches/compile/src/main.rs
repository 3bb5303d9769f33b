//! A user's crate: programs of a usual size, and the ways to differentiate them, of which each is a feature. Without one it runs them on plain
//! numbers. `measure.sh` says how long each takes to compile.
#![allow(dead_code, unused_imports)]

use gprime::{check, prelude::*};

const TIMES: [f64; 6] = [0.0, 0.5, 1.0, 2.0, 4.0, 8.0];
const SEEN: [f64; 6] = [0.1, 0.9, 1.2, 1.1, 0.7, 0.2];
const POINT: [f64; 4] = [1.2, 0.4, 2.0, 0.3];

/// What is in the blood at some times after a dose: it is absorbed, and eliminated at a rate that saturates.
fn curve<R: Number>(x: &[R]) -> Vec<R> {
    let [absorbed, eliminated, dose, saturation] = [x[0].exp(), x[1].exp(), x[2], x[3].sigmoid()];
    let (mut gut, mut blood, mut time) = (dose, R::from(0.0), 0.0);
    let mut seen = vec![];
    for t in TIMES {
        while time < t {
            let flow = gut * absorbed;
            let out = if blood > 1.0 { eliminated * blood / (saturation + blood) } else { eliminated * blood.tanh() };
            gut -= flow * 0.01;
            blood += (flow - out) * 0.01;
            time += 0.01;
        }
        seen.push(blood.max(gut * 1e-9).ln_1p());
    }
    seen
}

/// How far the curve is from what was seen, and the parameters from what is expected of them.
fn loss<R: Number>(x: &[R]) -> R {
    let misses = curve(x).into_iter().zip(SEEN).map(|(y, seen)| (y - seen).square() / (y.abs() + 0.1).sqrt());
    let misses: Vec<R> = misses.collect();
    let far: R = x.iter().map(|&x| (x / 3.0).square()).sum();
    misses.mean() + far * 0.5 + (x[0] - x[1]).softplus().pow(R::from(1.5)) * x.norm()
}

function! { struct Residual; |[a, b, t, y]| [((a * t).exp() + b - y).square()] }
function! { struct Gate; |[x, w, b]| [(x * w + b).sigmoid(), (x - b).tanh()] }
function! { #[derive(Clone)] struct Upwind { dt: f64 } |[u, before, k]| [u - k * (u - before).tanh() * dt, u] }

fn mapped<R: Apply>(x: &[R]) -> R {
    let [a, b] = R::map(&Gate, [x, x, &x[..1]]);
    a[0] + b[1]
}

fn scanned<R: Apply>(x: &[R]) -> R {
    let mut state = x.to_vec();
    R::scan(&Upwind { dt: 0.1 }, Keep::Slopes, 20, [&mut state], [R::from(0.0)], [&x[..1]]);
    state[0]
}

/// Each way, by its name.
macro_rules! ways {
    ($($way:literal: $derivative:expr;)*) => {
        fn main() {
            println!("{} {:?} {} {}", loss(&POINT), curve(&POINT), mapped(&POINT), scanned(&POINT));
            $(#[cfg(feature = $way)]
            println!("{}: {:?}", $way, $derivative);)*
        }
    };
}
ways! {
    "gradient": gradient(|x| loss(x), &POINT);
    "tape": Tape::new().value_and_gradient(|x| loss(x), &POINT, &mut [0.0; 4]);
    "jacobian": jacobian(|x| curve(x), &POINT);
    "jvp": jvp(|x| curve(x), &POINT, &POINT);
    "vjp": vjp(|x| curve(x), &POINT, &SEEN);
    "hvp": hvp(|x| loss(x), &POINT, &POINT);
    "hessian": hessian(|x| loss(x), &POINT);
    "routine_gradient": routine!(|x| loss(x)).gradient(&POINT);
    "routine_jacobian": routine!(|x| -> Vec<R> { curve(x) }).jacobian(&POINT);
    "routine_hvp": routine!(|x| loss(x)).hvp(&POINT, &POINT);
    "routine_hessian": routine!(|x| loss(x)).hessian(&POINT);
    "check_function": check::function(|x| loss(x), &POINT);
    "check_routine": check::routine(&routine!(|x| -> Vec<R> { curve(x) }), &POINT);
    "map": gradient(|x| mapped(x), &POINT);
    "scan": gradient(|x| scanned(x), &POINT);
    "reduce_each": gradient(|x| Apply::reduce_each(&Residual, [&x[..1], x], [&SEEN[..4], &[2.0]]), &POINT);
    "contract": gradient(|x| x.matmul_nt(x, 2)[1], &POINT);
}
