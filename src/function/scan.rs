//! Passes over a long state: see [`Apply::scan`](super::Apply::scan).

use std::array::from_fn;

/// The passes are made in pieces of so many places, since what a place of a pass needs are the one before it and the same of the pass
/// before: so all is in the cache.
pub(crate) const PIECE: usize = 32;
/// So many passes go over a piece together.
pub(crate) const TOGETHER: usize = 16;

/// How many places a state has.
///
/// # Panics
/// If the lists differ in length, but for parameters of length 1.
#[track_caller]
pub(crate) fn places<R, const M: usize, const N: usize>(state: &[&mut [R]; M], params: &[&[R]; N]) -> usize {
    const { assert!(M > 0, "a scan without a state has no result") };
    let places = state[0].len();
    let parameters = params.iter().map(|list| list.len()).filter(|&len| len != 1);
    if let Some(other) = state.iter().map(|list| list.len()).chain(parameters).find(|&len| len != places) {
        panic!("the state of a scan has {places} places, and one of its lists has {other}");
    }
    places
}

/// The lists of parameters.
pub(crate) struct Params<'a, R, const N: usize> {
    lists: [&'a [R]; N],
    /// The first of each, as often as a piece has places.
    first: [[R; PIECE]; N],
}

impl<'a, R: Copy, const N: usize> Params<'a, R, N> {
    /// # Panics
    /// If a list is empty.
    pub fn new(lists: [&'a [R]; N]) -> Self {
        Params { lists, first: lists.map(|list| [list[0]; PIECE]) }
    }

    /// Those of a piece of so many places; a list of one is the same at all.
    #[inline(always)]
    pub fn piece(&self, start: usize, len: usize) -> [&[R]; N] {
        from_fn(|n| if let [_] = self.lists[n] { &self.first[n][..len] } else { &self.lists[n][start..start + len] })
    }
}

/// Runs a block in passes over a state. Before some of them go over a piece, `keep` is shown what is carried to it in each and the state
/// there.
#[inline(always)]
pub(crate) fn run_passes<R: Copy, const M: usize, const C: usize, const N: usize, const I: usize, const O: usize>(
    passes: usize,
    state: &mut [&mut [R]; M],
    first: [R; C],
    params: &Params<R, N>,
    block: impl Fn([R; I]) -> [R; O],
    keep: impl Fn(&[[R; C]], &[&mut [R]; M]),
) {
    let places = state[0].len();
    for done in (0..passes).step_by(TOGETHER) {
        let carries = &mut [first; TOGETHER][..TOGETHER.min(passes - done)];
        for start in (0..places).step_by(PIECE) {
            let len = PIECE.min(places - start);
            let mut piece = state.each_mut().map(|list| &mut list[start..start + len]);
            keep(carries, &piece);
            let params = params.piece(start, len);
            for carry in &mut *carries {
                *carry = run_piece(&mut piece, *carry, params, &block);
            }
        }
    }
}

/// Runs a block from place to place; what is carried on is returned.
#[inline(always)]
#[allow(clippy::needless_range_loop)] // with indices, and lists that are known to have one length, the compiler runs several places at once
pub(crate) fn run_piece<R: Copy, const M: usize, const C: usize, const N: usize, const I: usize, const O: usize>(
    state: &mut [&mut [R]; M],
    mut carry: [R; C],
    params: [&[R]; N],
    mut block: impl FnMut([R; I]) -> [R; O],
) -> [R; C] {
    const { assert!(I == M + C + N, "the block of a scan takes the state, what is carried, and the parameters") };
    let len = state[0].len();
    // so that no index has to be tested in the loop
    assert!(state.iter().all(|list| list.len() == len) && params.iter().all(|list| list.len() == len));
    for i in 0..len {
        // loops, since what `map` and `from_fn` of an array call is not always inlined
        let mut x = [state[0][i]; I];
        for m in 1..M {
            x[m] = state[m][i];
        }
        x[M..M + C].copy_from_slice(&carry);
        for n in 0..N {
            x[M + C + n] = params[n][i];
        }
        let y = block(x);
        for m in 0..M {
            state[m][i] = y[m];
        }
        carry.copy_from_slice(&y[M..]);
    }
    carry
}
