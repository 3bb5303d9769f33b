//! What is recorded of an op: a multiple of a slot, or a new slot with its arguments in pairs and runs.

use super::entry::{Entry, SHARED};
use super::layout::{Layout, as_run};
use super::scalar::Scalar;
use super::store::{Edges, Handle, Store};
use super::var::Var;
use super::writer::Writer;
use smallvec::SmallVec;
use std::array::from_fn;

impl<S: Scalar> Store<S> {
    /// What is recorded of an op of `N` arguments, at least one of them active, given its slopes.
    #[inline(always)]
    pub(super) fn record<const N: usize>(&self, slopes: [S; N], x: &[Var<'_, S>; N]) -> Handle<S> {
        // constant indices, since an array that is indexed otherwise stays in memory
        let active = |i: usize| x[i].tape.is_some();
        if N == 3 && active(0) && active(1) && active(2) {
            self.record_three([slopes[0], slopes[1], slopes[2]], [x[0].handle, x[1].handle, x[2].handle])
        } else if N > 2 {
            // copies, so that those above can stay in registers
            let args = slopes.map(|slope| slope).into_iter().zip(x.map(|x| x)).filter(|(_, x)| x.tape.is_some());
            self.record_all(args.map(|(slope, x)| (slope, x.handle)))
        } else if N == 2 && !active(0) {
            self.record_one(slopes[1], x[1].handle)
        } else if N == 2 && active(1) {
            self.record_two([slopes[0], slopes[1]], [x[0].handle, x[1].handle])
        } else {
            self.record_one(slopes[0], x[0].handle)
        }
    }

    #[inline(always)]
    fn record_one(&self, slope: S, x: Handle<S>) -> Handle<S> {
        let product = slope * x.slope;
        if S::folds(slope, x.slope, product) {
            self.multiple(x.place.slot(), product)
        } else {
            self.record_one_apart(slope, x)
        }
    }

    #[inline(always)]
    fn record_two(&self, slopes: [S; 2], [x, y]: [Handle<S>; 2]) -> Handle<S> {
        let [p, q] = [slopes[0] * x.slope, slopes[1] * y.slope];
        if S::folds(slopes[0], x.slope, p) && S::folds(slopes[1], y.slope, q) {
            if x.place.slot() != y.place.slot() {
                return self.newest(self.push([p, q], [x.place.slot(), y.place.slot()]));
            }
            let (one, sum) = (S::from(1.0), p + q);
            if S::folds(sum, one, sum) {
                return self.multiple(x.place.slot(), sum);
            }
        }
        self.record_two_apart(slopes[0], slopes[1], x, y)
    }

    #[inline(always)]
    fn record_three(&self, slopes: [S; 3], [x, y, z]: [Handle<S>; 3]) -> Handle<S> {
        let [p, q, r] = [slopes[0] * x.slope, slopes[1] * y.slope, slopes[2] * z.slope];
        let all_fold =
            S::folds(slopes[0], x.slope, p) && S::folds(slopes[1], y.slope, q) && S::folds(slopes[2], z.slope, r);
        if all_fold {
            let [x, y, z] = [x.place.slot(), y.place.slot(), z.place.slot()];
            self.push([r, S::from(0.0)], [z | SHARED, z]);
            self.newest(self.push([p, q], [x, y]))
        } else {
            self.record_three_apart(slopes[0], slopes[1], slopes[2], x, y, z)
        }
    }

    /// What is recorded of a result of a function of few arguments, of which at least one is active.
    #[inline(always)]
    pub(super) fn record_few<const N: usize>(&self, slopes: [S; N], x: [Var<'_, S>; N]) -> Handle<S> {
        if N > 8 {
            return self.record_some(slopes, x);
        }
        // Most arguments are slots themselves, with a slope of 1, which no constant has.
        let (mut products, one) = (slopes, S::from(1.0));
        if !(0..N).all(|i| x[i].handle.slope.is(one)) {
            products = from_fn(|i| slopes[i] * x[i].handle.slope);
            if !(0..N).all(|i| x[i].tape.is_some() && S::folds(slopes[i], x[i].handle.slope, products[i])) {
                return self.record_some(slopes, x);
            }
        }
        let slot = |i: usize| x[i].handle.place.slot();
        // two arguments each; if their number is odd, the first stands alone
        let entry = |i: usize| match [(2 * i).saturating_sub(N % 2), 2 * i + 1 - N % 2] {
            [0, 0] => Entry { slope: [products[0], S::from(0.0)], arg: [slot(0), slot(0)] },
            [j, k] => Entry { slope: [products[j], products[k]], arg: [slot(j), slot(k)] },
        };
        let last = match N.div_ceil(2) {
            1 if N == 1 => return self.multiple(slot(0), products[0]),
            1 => self.push_all([entry(0)]),
            2 => self.push_all([entry(0), entry(1)]),
            3 => self.push_all([entry(0), entry(1), entry(2)]),
            _ => self.push_all([entry(0), entry(1), entry(2), entry(3)]),
        };
        self.newest(last)
    }

    /// What is recorded of any result of a function. Slopes of 0 are left out: most results do not depend on all arguments.
    #[inline(never)]
    fn record_some<const N: usize>(&self, slopes: [S; N], x: [Var<'_, S>; N]) -> Handle<S> {
        let active = || slopes.into_iter().zip(&x).filter(|(_, x)| x.tape.is_some());
        if active().all(|(slope, _)| slope.is_zero()) {
            let (slope, x) = active().next().expect("an argument is active");
            return self.multiple(x.handle.place.slot(), slope);
        }
        self.record_all(active().filter(|(slope, _)| !slope.is_zero()).map(|(slope, x)| (slope, x.handle)))
    }

    // What these are given fits into registers, so that the short ways above need no memory.
    #[cold]
    #[inline(never)]
    fn record_one_apart(&self, slope: S, x: Handle<S>) -> Handle<S> {
        self.record_all([(slope, x)].into_iter())
    }
    #[cold]
    #[inline(never)]
    fn record_two_apart(&self, p: S, q: S, x: Handle<S>, y: Handle<S>) -> Handle<S> {
        self.record_all([(p, x), (q, y)].into_iter())
    }
    #[cold]
    #[inline(never)]
    fn record_three_apart(&self, p: S, q: S, r: S, x: Handle<S>, y: Handle<S>, z: Handle<S>) -> Handle<S> {
        self.record_all([(p, x), (q, y), (r, z)].into_iter())
    }

    /// What is recorded of an op of any number of arguments, given the slopes by the active ones and their handles.
    pub(super) fn record_all(&self, args: impl Iterator<Item = (S, Handle<S>)>) -> Handle<S> {
        let mut edges = self.edges.take();
        args.for_each(|(slope, x)| edges.push(self.edge(slope, x)));
        self.record_edges(edges)
    }

    /// What is recorded of lists of variables, given their layouts and the slopes by all, constants included.
    pub(super) fn record_lists<'a>(
        &self,
        lists: impl Iterator<Item = (Option<Layout>, &'a mut [S], &'a [Var<'a, S>])>,
    ) -> Handle<S>
    where
        S: 'a,
    {
        let mut edges = self.edges.take();
        let mut runs = SmallVec::<[([u32; 2], &[S]); 2]>::new();
        for (layout, slopes, x) in lists {
            match layout.and_then(|layout| as_run(layout, slopes, x)) {
                Some(line) => runs.push((line, slopes)),
                None => self.add_edges(&mut edges, slopes, x),
            }
        }
        if runs.is_empty() {
            return self.record_edges(edges);
        }
        let mut writer = Writer::new(self);
        runs.into_iter().for_each(|(line, slopes)| writer.run(line, slopes));
        writer.edges(&edges);
        let handle = self.newest(writer.finish());
        edges.clear();
        self.edges.set(edges);
        handle
    }

    /// What is recorded of slots at equal distances, given the first and the distance, and a slope for each.
    #[inline]
    pub(super) fn record_run(&self, run: [u32; 2], slopes: &[S]) -> Handle<S> {
        let mut writer = Writer::new(self);
        writer.run(run, slopes);
        self.newest(writer.finish())
    }

    /// Adds the edges to the active ones of these variables, given the slopes by all.
    fn add_edges(&self, edges: &mut Edges<S>, slopes: &[S], x: &[Var<'_, S>]) {
        // First as if all were simple, in loops without a branch.
        let start = edges.slots.len();
        let pairs = || slopes.iter().zip(x);
        edges.slots.extend(x.iter().map(|x| x.handle.place.slot()));
        edges.slopes.extend(pairs().map(|(&slope, x)| slope * x.handle.slope));
        let products = edges.slopes[start..].iter();
        let simple = pairs().zip(products).fold(true, |simple, ((&slope, x), &product)| {
            simple & x.tape.is_some() & S::folds(slope, x.handle.slope, product)
        });
        if !simple {
            edges.slots.truncate(start);
            edges.slopes.truncate(start);
            let active = pairs().filter(|(_, x)| x.tape.is_some());
            active.for_each(|(&slope, x)| edges.push(self.edge(slope, x.handle)));
        }
    }

    /// The handle of what depends on these slots; at least one. The memory is kept for the next.
    pub(super) fn record_edges(&self, mut edges: Edges<S>) -> Handle<S> {
        let handle = match *edges.slots {
            [slot] => self.multiple(slot, edges.slopes[0]),
            [first, second] => self.newest(self.push([edges.slopes[0], edges.slopes[1]], [first, second])),
            _ => {
                let mut writer = Writer::new(self);
                writer.edges(&edges);
                self.newest(writer.finish())
            }
        };
        edges.clear();
        self.edges.set(edges);
        handle
    }

    /// The edge from an op to the slot its argument stands on, given the op's slope by the argument. Where the two slopes must be
    /// multiplied to the adjoint one by one, the argument becomes a slot itself.
    fn edge(&self, slope: S, x: Handle<S>) -> (S, u32) {
        let product = slope * x.slope;
        if S::folds(slope, x.slope, product) {
            (product, x.place.slot())
        } else {
            (slope, self.push([x.slope, S::from(0.0)], [x.place.slot(), x.place.slot()]))
        }
    }
}
