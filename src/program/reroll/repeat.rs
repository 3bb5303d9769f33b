//! Stretches of statements that repeat, as nested loops.

use crate::program::code::{ByHash, Code, Function, Place, Value, mix};
use smallvec::SmallVec;
use std::collections::HashMap;

/// A value by a number that is affine over the repetitions of a loop: that of a node, or −1 − the place of a constant.
pub(crate) type Number = i64;

/// The number of a value.
pub(crate) fn number(value: Value) -> Number {
    match value.place() {
        Place::Node(node) => node as i64,
        Place::Constant(place) => -1 - place as i64,
    }
}

/// The terms of a sum, relative to the first.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Terms {
    /// Each is so much further on than the one before.
    Affine(i64),
    /// How much further on than the first each is.
    List(Vec<i64>),
}

/// A statement or a loop, with the numbers of its operands in the first repetition of all loops around it.
#[derive(Clone, Debug)]
pub(crate) struct Item {
    pub kind: Kind,
    /// The first node.
    pub first: usize,
    /// How many nodes it has.
    pub nodes: usize,
    /// The numbers of the operands; of a loop those of all statements in it, in their first repetition.
    pub operands: SmallVec<[Number; 3]>,
    /// Equal for items that do the same to operands in the same places relative to each other.
    shape: u32,
}

/// What an [`Item`] is.
#[derive(Clone, Debug)]
pub(crate) enum Kind {
    /// A function of the operands, by its place; or a sum, whose one operand is its first term.
    Statement {
        function: u32,
        terms: Option<(usize, std::rc::Rc<Terms>)>,
    },
    Loop(std::rc::Rc<Loop>),
}

/// A loop, as it is in the first repetition of all loops around it.
#[derive(Debug)]
pub(crate) struct Loop {
    /// How often the body is repeated.
    pub count: usize,
    /// How many nodes each repetition has.
    pub stride: usize,
    pub body: Vec<Item>,
    /// How much further on each operand of the body is in the next repetition.
    pub steps: Vec<i64>,
}

/// What makes the shape of an item.
#[derive(PartialEq, Eq, Hash)]
enum Shape {
    /// The function, for each operand whether it is a constant, and the terms of a sum.
    Statement(u32, SmallVec<[bool; 4]>, Option<(usize, std::rc::Rc<Terms>)>),
    /// The count, the shapes of the body, and the steps.
    Loop(usize, Vec<u32>, Vec<i64>),
}

/// The shapes that were met.
#[derive(Default)]
struct Shapes {
    all: HashMap<Shape, u32>,
    /// Those of statements with few operands, by the function and the operands that are constants.
    of_statements: ByHash<u32>,
}

impl Shapes {
    fn id(&mut self, shape: Shape) -> u32 {
        let next = self.all.len() as u32;
        *self.all.entry(shape).or_insert(next)
    }

    /// The shape of a statement.
    fn of_statement(&mut self, function: u32, operands: &[Number], terms: &Option<(usize, std::rc::Rc<Terms>)>) -> u32 {
        let shape = || Shape::Statement(function, operands.iter().map(|&operand| operand < 0).collect(), terms.clone());
        if terms.is_some() || operands.len() > 16 {
            return self.id(shape());
        }
        let constants = operands.iter().fold(1u64, |bits, &operand| bits << 1 | u64::from(operand < 0));
        let key = mix(u64::from(function) << 32 | constants, 0);
        if let Some(&known) = self.of_statements.get(&key) {
            return known;
        }
        let made = self.id(shape());
        self.of_statements.insert(key, made);
        made
    }
}

/// The fewest repetitions that make a loop. Two always repeat, and three may by chance.
const FEWEST: usize = 4;
/// The longest period that is looked for, in items.
const LONGEST: usize = 1 << 16;
/// How many places where an item comes again are tried for the end of a period.
const TRIES: usize = 8;

/// The statements of a program as items, with loops for what repeats.
pub(crate) fn find(code: &Code) -> Vec<Item> {
    let mut shapes = Shapes::default();
    let mut items: Vec<Item> = (code.inputs..code.len()).map(|node| statement(code, node, &mut shapes)).collect();
    let mut longest = 1;
    loop {
        let before = items.len();
        items = roll(items, longest.min(LONGEST), &mut shapes);
        if longest > items.len().min(LONGEST) && items.len() == before {
            return items;
        }
        longest = (longest * 2).min(2 * LONGEST);
    }
}

fn statement(code: &Code, node: usize, shapes: &mut Shapes) -> Item {
    let (function, args) = code.statement(node).expect("the node is no input");
    let is_sum = matches!(code.functions[function as usize], Function::Sum);
    let mut operands: SmallVec<[Number; 3]> = args.iter().map(|&arg| number(arg)).collect();
    let terms = is_sum.then(|| {
        let count = operands.len();
        let first = operands[0];
        let step = operands[1] - first;
        let is_affine = operands.windows(2).all(|pair| pair[1] - pair[0] == step);
        let terms = if is_affine {
            Terms::Affine(step)
        } else {
            Terms::List(operands.iter().map(|term| term - first).collect())
        };
        operands.truncate(1);
        (count, std::rc::Rc::new(terms))
    });
    let shape = shapes.of_statement(function, &operands, &terms);
    Item { kind: Kind::Statement { function, terms }, first: node, nodes: 1, operands, shape }
}

/// A stretch of items that repeats.
struct Stretch {
    start: usize,
    period: usize,
    count: usize,
}

/// The items with loops in place of the stretches that repeat with a period of at most `longest` items.
fn roll(items: Vec<Item>, longest: usize, shapes: &mut Shapes) -> Vec<Item> {
    let finder = Finder::new(&items, longest);
    let stretches = finder.stretches();
    if stretches.is_empty() {
        return items;
    }
    let mut rolled = Vec::with_capacity(items.len());
    let mut items = items.into_iter();
    let mut at = 0;
    for Stretch { start, period, count } in stretches {
        rolled.extend(items.by_ref().take(start - at));
        let body: Vec<Item> = items.by_ref().take(period).collect();
        let mut second = vec![];
        for item in items.by_ref().take(period) {
            second.extend(item.operands);
        }
        items.by_ref().take(period * (count - 2)).for_each(drop);
        rolled.push(loop_item(body, &second, count, shapes));
        at = start + period * count;
    }
    rolled.extend(items);
    rolled
}

/// The loop of a body, given the operands in its second repetition.
fn loop_item(body: Vec<Item>, second: &[Number], count: usize, shapes: &mut Shapes) -> Item {
    let operands: SmallVec<[Number; 3]> = body.iter().flat_map(|item| item.operands.iter().copied()).collect();
    let steps: Vec<i64> = operands.iter().zip(second).map(|(first, second)| second - first).collect();
    let shape = shapes.id(Shape::Loop(count, body.iter().map(|item| item.shape).collect(), steps.clone()));
    let stride = body.iter().map(|item| item.nodes).sum();
    let first = body[0].first;
    let made = Loop { count, stride, body, steps };
    Item { kind: Kind::Loop(std::rc::Rc::new(made)), first, nodes: stride * count, operands, shape }
}

/// Looks for stretches that repeat.
struct Finder<'a> {
    items: &'a [Item],
    longest: usize,
    /// For each item the next one of its shape, or the number of items.
    next: Vec<u32>,
    /// Sums over the shapes up to each item, of which a stretch of shapes has a hash: `hashes[end] − hashes[start] · powers[end − start]`.
    hashes: Vec<u64>,
    powers: Vec<u64>,
}

impl<'a> Finder<'a> {
    fn new(items: &'a [Item], longest: usize) -> Self {
        let mut next = vec![items.len() as u32; items.len()];
        let mut last: Vec<u32> = vec![];
        for (at, item) in items.iter().enumerate() {
            let shape = item.shape as usize;
            last.resize(last.len().max(shape + 1), u32::MAX);
            if let Some(before) = next.get_mut(last[shape] as usize) {
                *before = at as u32;
            }
            last[shape] = at as u32;
        }
        let base = 0x9e37_79b9_7f4a_7c15u64;
        let (mut hashes, mut powers) = (vec![0u64], vec![1u64]);
        for item in items {
            let hash = hashes[hashes.len() - 1].wrapping_mul(base).wrapping_add(mix(item.shape.into(), 1));
            hashes.push(hash);
            powers.push(powers[powers.len() - 1].wrapping_mul(base));
        }
        Finder { items, longest, next, hashes, powers }
    }

    fn hash(&self, start: usize, end: usize) -> u64 {
        self.hashes[end].wrapping_sub(self.hashes[start].wrapping_mul(self.powers[end - start]))
    }

    /// The stretches, in order and apart from each other; of two that overlap the first, and of those that start together the one of the shortest
    /// period.
    fn stretches(&self) -> Vec<Stretch> {
        let (mut found, mut start) = (vec![], 0);
        // for each period the last item that was seen not to fit: no stretch of that period goes over it
        let mut misfits: ByHash<usize> = ByHash::default();
        while start < self.items.len() {
            let mut again = start;
            let mut stretch = None;
            for _ in 0..TRIES {
                again = self.next[again] as usize;
                let period = again - start;
                if again == self.items.len() || period > self.longest {
                    break;
                }
                if misfits.get(&mix(period as u64, 0)).is_none_or(|&misfit| misfit < start) {
                    match self.repetitions(start, period) {
                        Ok(made) => {
                            stretch = Some(made);
                            break;
                        }
                        Err(misfit) => {
                            misfits.insert(mix(period as u64, 0), misfit);
                        }
                    }
                }
            }
            match stretch {
                Some(stretch) => {
                    start = stretch.start + stretch.period * stretch.count;
                    found.push(stretch);
                }
                None => start += 1,
            }
        }
        found
    }

    /// The stretch of a period that starts at an item.
    ///
    /// # Errors
    /// If there are fewer repetitions than make a loop: an item that no stretch of this period goes over.
    fn repetitions(&self, start: usize, period: usize) -> Result<Stretch, usize> {
        let end = start + FEWEST * period;
        // the shapes of all repetitions but the last are those of all but the first
        if end > self.items.len() || self.hash(start, end - period) != self.hash(start + period, end) {
            return Err(start);
        }
        // how many items fit, those of the first two repetitions included, which say how the operands go on
        let mut fit = 2 * period;
        while let Some(item) = self.items.get(start + fit) {
            let [one, two] = [1, 2].map(|back| &self.items[start + fit - back * period]);
            let goes_on = item.shape == one.shape
                && item.operands.iter().zip(&one.operands).zip(&two.operands).all(|((x, y), z)| x - y == y - z);
            if !goes_on {
                break;
            }
            fit += 1;
        }
        let count = fit / period;
        if count < FEWEST {
            // the item that did not fit is in the third repetition of any later start up to its first one
            return Err(start + fit - 2 * period);
        }
        Ok(self.best_cut(start, period, fit))
    }

    /// Where the body of a loop is cut out of the repetitions is free, as the start of a circle is: there where the fewest operands go over the cut,
    /// so that as little as possible is carried from one repetition to the next.
    fn best_cut(&self, start: usize, period: usize, fit: usize) -> Stretch {
        let body = &self.items[start..start + period];
        let first = body[0].first as i64;
        let stride: i64 = body.iter().map(|item| item.nodes as i64).sum();
        // by how much a cut before each item changes the number of operands that go over it
        let mut changes = vec![0i64; period + 1];
        let item_of = |offset: i64| body.partition_point(|item| item.first as i64 - first <= offset) - 1;
        for (user, (item, next)) in body.iter().zip(&self.items[start + period..]).enumerate() {
            for (&operand, &next) in item.operands.iter().zip(&next.operands) {
                if operand < 0 || next - operand != stride {
                    continue;
                }
                let offset = operand - first;
                let maker = item_of(offset.rem_euclid(stride));
                match offset.div_euclid(stride) {
                    // made in this repetition: over a cut between the two
                    0 if maker < user => {
                        changes[maker + 1] += 1;
                        changes[user + 1] -= 1;
                    }
                    // made in the repetition before: over any cut but those between the two
                    -1 if user < maker => {
                        changes[user + 1] -= 1;
                        changes[maker + 1] += 1;
                    }
                    _ => {}
                }
            }
        }
        let mut over = 0;
        let cuts = changes[..period].iter().map(|change| {
            over += change;
            over
        });
        let (cut, over) = cuts.enumerate().min_by_key(|&(cut, over)| (over, cut)).expect("there is an item");
        let rest = (fit - cut) / period;
        if over < 0 && rest >= FEWEST || rest == fit / period {
            Stretch { start: start + cut, period, count: rest }
        } else {
            Stretch { start, period, count: fit / period }
        }
    }
}
