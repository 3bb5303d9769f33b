//! The table in which a program finds the statement that is equal to a new one.
//!
//! The table holds nodes alone. The statements are the keys, and they are in the program: whoever asks compares. A statement is looked for near
//! the place of its newest argument, in a second, third and fourth place that go along with that, and then wherever its hash says:
//!
//! ```text
//! place in the table   0     2 · newest argument     + ¼      + ½      + ¾      by the hash
//!                      ┌────┬─────────────┬─────────┬───┬────┬───┬────┬───┬────────────────┐
//!                      │    │ near places │         │   │    │   │    │   │   ×       ×    │
//!                      └────┴─────────────┴─────────┴───┴────┴───┴────┴───┴────────────────┘
//! ```
//!
//! Programs use what they just made, or go through their inputs in order, so that statements which are added one after the other are near each
//! other in the table as well. In a table that is ordered by hashes alone each statement waits for memory. The other
//! near places are for inputs, of which most are the newest argument of several statements; and the hash is for an argument of very many.

/// The nodes of a program in open addressing, eight bytes for each if the number of nodes was known.
#[derive(Default)]
pub(super) struct Table {
    /// A node and 1, or 0 at a free place.
    places: Vec<u32>,
    /// How many nodes there is room for.
    room: usize,
}

/// Where a statement is looked for.
#[derive(Clone, Copy)]
pub(super) struct Key {
    /// The hash of the function and the arguments.
    pub hash: u64,
    /// The newest argument that is a node, if there is one.
    pub newest: Option<usize>,
}

/// In how many parts of the table there are near places.
const PARTS: usize = 4;
/// How many places are tried in each of these, one after the other.
const TRIES: usize = 4;
/// How many places the first of them may be.
const STARTS: usize = 8;

impl Table {
    /// An empty table with room for the nodes of a program up to a number.
    pub fn for_nodes(room: usize) -> Self {
        // at least half of the places are free
        Table { places: vec![0; 2 * room + STARTS + TRIES], room }
    }

    /// Whether the table has room for so many nodes.
    pub fn has_room_for(&self, nodes: usize) -> bool {
        nodes <= self.room
    }

    /// The node that is in the table and is the one that is looked for.
    ///
    /// # Errors
    /// If there is none: the place for it.
    #[inline(always)]
    pub fn find(&self, key: Key, is_it: impl Fn(usize) -> bool) -> Result<usize, usize> {
        let look = |place: usize| match self.places[place] {
            0 => Some(Err(place)),
            node if is_it(node as usize - 1) => Some(Ok(node as usize - 1)),
            _ => None,
        };
        if let Some(newest) = key.newest {
            for part in 0..PARTS {
                let near = 2 * newest + part * (2 * self.room / PARTS);
                let start = if near < 2 * self.room { near } else { near - 2 * self.room } + key.hash as usize % STARTS;
                if let Some(found) = (start..start + TRIES).find_map(look) {
                    return found;
                }
            }
        }
        let mut hash = key.hash;
        loop {
            let place = ((u128::from(hash) * self.places.len() as u128) >> 64) as usize;
            if let Some(found) = look(place) {
                return found;
            }
            // the next number of a linear congruential generator
            hash = hash.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(0x1405_7b7e_f767_814f);
        }
    }

    /// Puts a node in the place that was found for it.
    #[inline(always)]
    pub fn put(&mut self, place: usize, node: usize) {
        self.places[place] = node as u32 + 1;
    }
}
