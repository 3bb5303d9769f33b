//! Every operation of every register against the numbers alone, by the definition of each.

use super::{Alone, Pair, Register};
use crate::real::isa::{Chosen, Isa, WithIsa};

/// Numbers of all kinds, and a mask.
const NUMBERS: [f64; 11] = [
    0.0,
    -0.0,
    1.5,
    -3.25e7,
    5e-324,
    -2e-308,
    1e300,
    f64::INFINITY,
    f64::NEG_INFINITY,
    f64::NAN,
    f64::from_bits(u64::MAX),
];

/// An operation of three registers; one of fewer leaves the last ones aside.
trait Operation: Copy {
    const NAME: &'static str;
    /// Whether the first register is a mask.
    const OF_MASK: bool;
    fn apply<R: Register>(self, x: [R; 3]) -> R;
}

/// Holds an operation in registers of a set to that of each number alone.
struct Held<O>(O);

impl<O: Operation> Held<O> {
    #[inline(always)]
    fn in_registers<I: Isa, R: Register<Set = I>>(&self) {
        let number = |k: usize, place: usize| {
            let x = NUMBERS[place / NUMBERS.len().pow(k as u32) % NUMBERS.len()];
            if k == 0 && O::OF_MASK { f64::from_bits(if place.is_multiple_of(2) { u64::MAX } else { 0 }) } else { x }
        };
        let count = NUMBERS.len().pow(3);
        for first in 0..count {
            let numbers: [[f64; 16]; 3] =
                std::array::from_fn(|k| std::array::from_fn(|i| number(k, (first + i * 7) % count)));
            // a list that is longer keeps its other numbers
            let mut results = [7.0; 17];
            self.0.apply(numbers.map(|numbers| R::load(&numbers))).store(&mut results);
            assert!(results[R::WIDTH..].iter().all(|&x| x == 7.0), "{} writes more than its numbers", O::NAME);
            for (i, &got) in results[..R::WIDTH].iter().enumerate() {
                let mut alone = [0.0];
                self.0.apply(numbers.map(|numbers| Alone::<I>::splat(numbers[i]))).store(&mut alone);
                let same = got.to_bits() == alone[0].to_bits() || got.is_nan() && alone[0].is_nan();
                let of = numbers.map(|numbers| numbers[i]);
                assert!(same, "{} of {of:?} in lane {i} of {} is {got:e}, not {:e}", O::NAME, R::WIDTH, alone[0]);
            }
        }
    }
}

impl<O: Operation> WithIsa for Held<O> {
    type Out = ();
    #[inline(always)]
    fn run<I: Isa>(self) {
        self.in_registers::<I, I::Register>();
        self.in_registers::<I, I::Sixteen>();
        self.in_registers::<I, Pair<Alone<I>>>();
    }
}

macro_rules! operations {
    ($($name:ident $of_mask:literal |$x:ident, $y:ident, $z:ident| $result:expr;)*) => { $(
        #[test]
        fn $name() {
            #[derive(Clone, Copy)]
            struct This;
            impl Operation for This {
                const NAME: &'static str = stringify!($name);
                const OF_MASK: bool = $of_mask;
                #[inline(always)]
                fn apply<R: Register>(self, [$x, $y, $z]: [R; 3]) -> R {
                    $result
                }
            }
            for set in Chosen::all() {
                set.run(Held(This));
            }
        } )*
    };
}
operations! {
    neg false |x, _y, _z| x.neg();
    abs false |x, _y, _z| x.abs();
    sqrt false |x, _y, _z| x.sqrt();
    add false |x, y, _z| x.add(y);
    sub false |x, y, _z| x.sub(y);
    mul false |x, y, _z| x.mul(y);
    div false |x, y, _z| x.div(y);
    mul_add false |x, y, z| x.mul_add(y, z);
    copysign false |x, y, _z| x.copysign(y);
    at_least false |x, y, _z| x.at_least(y);
    at_most false |x, y, _z| x.at_most(y);
    less false |x, y, _z| x.less(y);
    less_equal false |x, y, _z| x.less_equal(y);
    equal false |x, y, _z| x.equal(y);
    select true |x, y, z| x.select(y, z);
    or false |x, y, _z| x.or(y);
    and false |x, y, _z| x.and(y);
    and_not false |x, y, _z| x.and_not(y);
    add_bits false |x, y, _z| x.add_bits(y);
    sub_bits false |x, y, _z| x.sub_bits(y);
    to_exponent false |x, _y, _z| x.to_exponent();
    exponent_bits false |x, _y, _z| x.exponent_bits();
    each false |x, y, z| R::each([x, y, z], |[x, y, z]| if x < y { x } else { z });
}

/// Lists that are too short, masks that hold in one lane alone, and sums.
struct Ends;

impl WithIsa for Ends {
    type Out = ();
    #[inline(always)]
    fn run<I: Isa>(self) {
        fn hold<R: Register>() {
            let short = vec![1.0; R::WIDTH - 1];
            let load = std::panic::catch_unwind(|| R::load(&short));
            let store = std::panic::catch_unwind(|| R::splat(1.0).store(&mut short.clone()));
            assert!(load.is_err() && store.is_err(), "a list is too short for {} numbers", R::WIDTH);
            for lane in 0..R::WIDTH {
                let place: Vec<f64> = (0..R::WIDTH).map(|i| if i == lane { 1.0 } else { 0.0 }).collect();
                let is_lane = R::load(&place).equal(R::splat(1.0));
                assert_eq!(is_lane.any_all(), (true, R::WIDTH == 1));
                assert_eq!(R::load(&place).equal(R::splat(0.0)).any_all(), (R::WIDTH > 1, false));
            }
            // numbers of which each order of additions loses other digits
            let numbers: Vec<f64> = (0..R::WIDTH).map(|i| 10f64.powi(5 * (i as i32 % 4)) / 3.0 + i as f64).collect();
            let mut sums = numbers.clone();
            while sums.len() > 1 {
                let others = sums.split_off(sums.len() / 2);
                sums.iter_mut().zip(others).for_each(|(sum, other)| *sum += other);
            }
            assert_eq!(R::load(&numbers).in_pairs(), sums[0]);
            assert_eq!(R::splat(1.0).equal(R::splat(1.0)).any_all(), (true, true));
            assert_eq!(R::splat(1.0).equal(R::splat(2.0)).any_all(), (false, false));
        }
        hold::<Alone<I>>();
        hold::<I::Register>();
        hold::<I::Sixteen>();
    }
}

#[test]
fn masks_are_told_short_lists_refused_and_numbers_summed_in_pairs() {
    for set in Chosen::all() {
        set.run(Ends);
    }
}
