//! The product of two matrices: one statement, so that the numbers of a matrix are kept once and not for each row of the other.

use super::slot::{List, PullBack, Recorded};
use crate::function::{contract_each, expect_rows};
use crate::op::inner_product;
use crate::tape::adjoint::{add, times};
use crate::tape::scalar::Scalar;
use crate::tape::store::LIMIT;
use crate::tape::var::{Tape, Var};

/// The product Z = A Bᵀ of two matrices, stored row by row. The shape is [rows of A, rows of B, length of a row]. The slopes are the numbers of
/// A if B is active, followed by the numbers of B if A is.
struct Contract;

/// [`Apply::contract`](crate::function::Apply::contract).
#[track_caller]
pub(super) fn contract<'t, S: Scalar>(a: &[Var<'t, S>], b: &[Var<'t, S>], inner: usize) -> Vec<Var<'t, S>> {
    expect_rows(a, b, inner);
    match Var::same_tape(Var::tape_of_list(a), Var::tape_of_list(b)) {
        Some(tape) => tape.contract(a, b, inner),
        None => contract_each(a, b, inner),
    }
}

impl<S: Scalar> Tape<S> {
    /// The product as one statement.
    fn contract<'t>(&'t self, a: &[Var<'t, S>], b: &[Var<'t, S>], inner: usize) -> Vec<Var<'t, S>> {
        let rows = [a.len() / inner, b.len() / inner];
        // nothing to record, or more numbers than a list of arguments can have
        if rows[0] * rows[1] == 0 || a.len().max(b.len()) > LIMIT {
            return contract_each(a, b, inner);
        }
        let mut arguments = self.store.arguments.take();
        let (a_values, b_values) = arguments.of(a.len().max(b.len()));
        let (a_values, b_values) = (&mut a_values[..a.len()], &mut b_values[..b.len()]);
        let first = [self.in_consecutive_slots(a, a_values), self.in_consecutive_slots(b, b_values)];
        let [a_active, b_active] = first.map(|first| first != List::CONSTANT);
        let before = self.store.slopes.len();
        // the numbers of a matrix are needed for the adjoints of the other, so not if that is constant
        for (needed, values) in [(b_active, &*a_values), (a_active, &*b_values)] {
            if needed {
                self.store.slopes.extend(values);
            }
        }
        let slopes = self.store.slopes.len() - before;
        let shape = [rows[0], rows[1], inner].map(|n| n as u32);
        let mut slot = self.store.push_statement::<Contract>(rows[0] * rows[1], first.map(List::at), slopes, shape);
        let mut products = Vec::with_capacity(rows[0] * rows[1]);
        for row in a_values.chunks_exact(inner) {
            products.extend(b_values.chunks_exact(inner).map(|other| {
                let handle = self.store.newest(slot);
                slot += 1;
                Var { tape: Some(self), handle, value: inner_product(row, other) }
            }));
        }
        self.store.arguments.set(arguments);
        products
    }
}

impl<S: Scalar> PullBack<S> for Contract {
    /// The adjoints of A are Z̄ B, and those of B are Z̄ᵀ A.
    fn pull_back<const W: usize, const EXACT: bool>(
        recorded: &Recorded<'_, S>,
        below: &mut [[S; W]],
        results: &mut [[S; W]],
    ) {
        let [a_rows, b_rows, inner] = recorded.shape.map(|n| n as usize);
        let (a, b) = (a_rows * inner, b_rows * inner);
        let [a_first, b_first] = [0, 1].map(|k| recorded.lists[k].first);
        let mut slopes = recorded.slopes;
        // the numbers of B were appended last
        for (first, own_len, other_len, strides) in [(a_first, a, b, [b_rows, 1]), (b_first, b, a, [1, b_rows])] {
            if first != List::CONSTANT {
                let values;
                (slopes, values) = slopes.split_at(slopes.len() - other_len);
                let places = &mut below[first as usize..][..own_len];
                add_rows::<S, W, EXACT>(places, inner, values, results, strides);
            }
        }
    }
}

/// Adds to row i of `places`: Σⱼ `results[i · stride_i + j · stride_j]` · (row j of `values`).
#[inline(always)]
fn add_rows<S: Scalar, const W: usize, const EXACT: bool>(
    places: &mut [[S; W]],
    inner: usize,
    values: &[S],
    results: &[[S; W]],
    [stride_i, stride_j]: [usize; 2],
) {
    for (i, places) in places.chunks_exact_mut(inner).enumerate() {
        let mut adjoints = results[i * stride_i..].iter().step_by(stride_j).copied();
        let mut adjoint = || adjoints.next().expect("there is one for each row");
        // four rows at a time, so that the places are read and written less often
        let mut fours = values.chunks_exact(4 * inner);
        for rows in &mut fours {
            let adjoints = [adjoint(), adjoint(), adjoint(), adjoint()];
            let (p, rest) = rows.split_at(inner);
            let (q, rest) = rest.split_at(inner);
            let (r, s) = rest.split_at(inner);
            for (place, (((&p, &q), &r), &s)) in places.iter_mut().zip(p.iter().zip(q).zip(r).zip(s)) {
                let mut sum = *place;
                add(&mut sum, times::<S, W, EXACT>(adjoints[0], p));
                add(&mut sum, times::<S, W, EXACT>(adjoints[1], q));
                add(&mut sum, times::<S, W, EXACT>(adjoints[2], r));
                add(&mut sum, times::<S, W, EXACT>(adjoints[3], s));
                *place = sum;
            }
        }
        for row in fours.remainder().chunks_exact(inner) {
            let adjoint = adjoint();
            places.iter_mut().zip(row).for_each(|(place, &value)| add(place, times::<S, W, EXACT>(adjoint, value)));
        }
    }
}
