//! Products of matrices on a lean tape: one statement, so that the numbers of a matrix are kept once and not for each row of the other.

use super::block::Stand;
use super::store::LIMIT;
use super::sweep::Product;
use super::{Lean, Scalar, Tape, Var};
use crate::op::apply::dot_each;
use crate::op::inner_product;

impl<S: Scalar> Tape<Lean<S>> {
    /// [`Apply::mat_mul`](crate::op::Apply::mat_mul), if a variable is active.
    pub(super) fn mat_mul<'t>(
        &'t self,
        a: &[Var<'t, Lean<S>>],
        b: &[Var<'t, Lean<S>>],
        inner: usize,
    ) -> Vec<Var<'t, Lean<S>>> {
        let rows = [a.len() / inner, b.len() / inner];
        // too small to be worth it, or too large for its entry
        if rows[0] * rows[1] < Product::ENTRIES || a.len().max(b.len()) > LIMIT {
            return dot_each(a, b, inner);
        }
        let mut arguments = self.store.arguments.take();
        let (a_values, b_values) = arguments.of(a.len().max(b.len()));
        let (a_values, b_values) = (&mut a_values[..a.len()], &mut b_values[..b.len()]);
        let first = [self.in_line(a, a_values), self.in_line(b, b_values)];
        let product = Product { first, rows: rows.map(|rows| rows as u32), inner: inner as u32 };
        let mut slot = self.store.slots();
        self.store.push_product(product, [&*a_values, &*b_values]);
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

    /// The first of the slots, one after the other, that these are; they become slots if they are not. [`Product::CONSTANT`] if all are
    /// constants. The values are written to a list.
    pub(super) fn in_line(&self, x: &[Var<'_, Lean<S>>], values: &mut [S]) -> u32 {
        match Stand::of(x, values) {
            Some(Stand::Constant) => Product::CONSTANT,
            Some(Stand::InLine { first, stride, units: true }) if stride == 1 || x.len() == 1 => first,
            _ => {
                let first = self.store.slots();
                for x in x {
                    let slot = x.handle.place.slot();
                    match x.tape {
                        Some(_) => _ = self.store.push([x.handle.slope, S::from(0.0)], [slot; 2]),
                        None => self.store.push_constant(),
                    }
                }
                first
            }
        }
    }
}
