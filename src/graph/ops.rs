//! How an op that was applied before is found again.

use super::statement::RESULT;
use smallvec::SmallVec;
use std::any::TypeId;
use std::collections::HashMap;
use std::sync::Arc;

/// The type of an op, its name, which closures do not have in their type, and bits that tell it from others: those of its parameters, or
/// the address of its closures.
type Key = (TypeId, &'static str, SmallVec<[u64; 2]>);

/// Where the ops stand in the list of those that were applied, equal ones once: ops of one type and name whose parameters have the same bits
/// and that are `==`.
///
/// The list is given to each method. `D` is an op behind a pointer; the table looks at none but by the keys and comparisons that it is given.
#[derive(Default)]
pub(super) struct OpTable {
    /// The ops that have the same key, of which the last [`BUCKET`](OpTable::BUCKET) are compared: they may still differ in what is no
    /// parameter.
    by_key: HashMap<Key, SmallVec<[u32; 2]>>,
    /// Ops without parameters that were looked up lately, each at a place that its name's address gives.
    lately: [Option<(TypeId, &'static str, u32)>; 32],
}

impl OpTable {
    /// How many ops of one key are compared: more would make a field that is no parameter, and always differs, quadratic.
    const BUCKET: usize = 16;

    /// The index of an op with this key that is `same`; it is made if there is none.
    fn index<D: ?Sized>(
        &mut self,
        all: &mut Vec<Arc<D>>,
        key: Key,
        same: impl Fn(&D) -> bool,
        make: impl FnOnce() -> Arc<D>,
    ) -> u32 {
        let bucket = self.by_key.entry(key).or_default();
        let is = |&&id: &&u32| same(&all[id as usize]);
        if let Some(&id) = bucket.iter().rev().take(Self::BUCKET).find(is) {
            return id;
        }
        let id = all.len() as u32;
        assert!(id < RESULT, "the graph is full: it holds {RESULT} ops");
        bucket.push(id);
        all.push(make());
        id
    }

    /// As [`index`](OpTable::index) of an op without parameters, whose type always has this name.
    #[inline]
    fn plain_index<D: ?Sized>(
        &mut self,
        all: &mut Vec<Arc<D>>,
        own: TypeId,
        name: &'static str,
        same: impl Fn(&D) -> bool,
        make: impl FnOnce() -> Arc<D>,
    ) -> u32 {
        let place = name.as_ptr() as usize / 4 % self.lately.len();
        if let Some((_, _, id)) = self.lately[place].filter(|&(lately, of, _)| lately == own && std::ptr::eq(of, name))
            && same(&all[id as usize])
        {
            return id;
        }
        let id = self.index(all, (own, name, SmallVec::new()), same, make);
        self.lately[place] = Some((own, name, id));
        id
    }

    /// The index of an op, given its type, its name, the bits of its parameters, and whether another is `same`; it is made if there is none.
    #[inline]
    pub(super) fn id<D: ?Sized>(
        &mut self,
        all: &mut Vec<Arc<D>>,
        own: TypeId,
        name: &'static str,
        bits: SmallVec<[u64; 2]>,
        same: impl Fn(&D) -> bool,
        make: impl FnOnce() -> Arc<D>,
    ) -> u32 {
        if bits.is_empty() {
            self.plain_index(all, own, name, same, make)
        } else {
            self.index(all, (own, name, bits), same, make)
        }
    }

    /// Forgets the ops if they are many, as those of a parameter that varies are. A few are kept for the next use of the recorder, which finds
    /// them again without allocating.
    pub(super) fn reset<D: ?Sized>(&mut self, all: &mut Vec<Arc<D>>) {
        const FEW: usize = 256;
        if all.len() > FEW {
            all.clear();
            self.by_key.clear();
            self.lately = Default::default();
        }
    }
}
