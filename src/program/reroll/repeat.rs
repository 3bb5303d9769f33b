//! Stretches of statements that repeat, as nested loops.

use crate::program::code::{Code, Function, Map, Place, Value, mix};
use smallvec::SmallVec;
use std::rc::Rc;

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

/// A statement or a loop of a program.
#[derive(Clone, Debug)]
pub(crate) struct Item {
    /// The first node.
    first: u32,
    /// Equal for items that do the same to operands in the same places relative to each other.
    shape: u32,
    /// The loop, if it is one.
    pub made: Option<Rc<Loop>>,
}

/// A loop, as it is in the first repetition of all loops around it.
#[derive(Debug)]
pub(crate) struct Loop {
    /// How often the body is repeated.
    pub count: usize,
    /// How many nodes each repetition has.
    pub stride: usize,
    pub body: Vec<Item>,
    /// The numbers of the operands of all statements in the body, in their first repetition.
    pub operands: Vec<Number>,
    /// How much further on each operand of the body is in the next repetition.
    pub steps: Vec<i64>,
}

impl Item {
    /// The first node.
    pub fn first(&self) -> usize {
        self.first as usize
    }

    /// How many nodes it has.
    fn nodes(&self) -> usize {
        self.made.as_ref().map_or(1, |made| made.stride * made.count)
    }

    /// The numbers of the operands in the first repetition of all loops around it; of a sum that of its first term, and of a loop those of all
    /// statements in it, in their first repetition.
    #[inline(always)]
    pub fn operands<'a>(&'a self, code: &'a Code) -> Operands<'a> {
        match &self.made {
            Some(made) => Operands::OfLoop(&made.operands),
            None => {
                let (function, args) = self.statement(code);
                Operands::OfStatement(if is_sum(code, function) { &args[..1] } else { args })
            }
        }
    }

    /// The function and the arguments of the item, which is a statement.
    #[inline(always)]
    pub fn statement<'a>(&self, code: &'a Code) -> (u32, &'a [Value]) {
        code.statement(self.first()).expect("the node is no input")
    }

    /// Of a sum, which is a statement, how many terms it has, and where they are.
    pub fn terms(&self, code: &Code) -> Option<(usize, Rc<Terms>)> {
        let (function, args) = self.statement(code);
        is_sum(code, function).then(|| {
            let from_first = |&term: &Value| number(term) - number(args[0]);
            let step = from_first(&args[1]);
            let is_affine = args.windows(2).all(|pair| number(pair[1]) - number(pair[0]) == step);
            let terms =
                if is_affine { Terms::Affine(step) } else { Terms::List(args.iter().map(from_first).collect()) };
            (args.len(), Rc::new(terms))
        })
    }
}

#[inline(always)]
fn is_sum(code: &Code, function: u32) -> bool {
    matches!(code.functions[function as usize], Function::Sum)
}

/// The numbers of the operands of an item.
#[derive(Clone, Copy)]
pub(crate) enum Operands<'a> {
    OfStatement(&'a [Value]),
    OfLoop(&'a [Number]),
}

impl Operands<'_> {
    pub fn len(self) -> usize {
        match self {
            Operands::OfStatement(values) => values.len(),
            Operands::OfLoop(numbers) => numbers.len(),
        }
    }

    #[inline(always)]
    fn get(self, k: usize) -> Number {
        match self {
            Operands::OfStatement(values) => number(values[k]),
            Operands::OfLoop(numbers) => numbers[k],
        }
    }

    /// All numbers, in order.
    pub fn numbers(self) -> impl Iterator<Item = Number> {
        (0..self.len()).map(move |k| self.get(k))
    }
}

/// What makes the shape of an item.
#[derive(PartialEq, Eq, Hash)]
enum Shape {
    /// The function, for each operand whether it is a constant, and the terms of a sum.
    Statement(u32, SmallVec<[bool; 4]>, Option<(usize, Rc<Terms>)>),
    /// The count, the shapes of the body, and the steps.
    Loop(usize, Vec<u32>, Vec<i64>),
}

/// The shapes that were met.
#[derive(Default)]
struct Shapes {
    all: Map<Shape, u32>,
    /// Those of statements with few operands, by the function and the operands that are constants.
    of_statements: Map<u64, u32>,
}

impl Shapes {
    fn id(&mut self, shape: Shape) -> u32 {
        let next = self.all.len() as u32;
        *self.all.entry(shape).or_insert(next)
    }

    /// The shape of a statement.
    fn of_statement(&mut self, code: &Code, statement: &Item) -> u32 {
        let (function, args) = statement.statement(code);
        let are_constants = || args.iter().map(|arg| matches!(arg.place(), Place::Constant(_)));
        if is_sum(code, function) {
            let shape = Shape::Statement(function, are_constants().take(1).collect(), statement.terms(code));
            return self.id(shape);
        }
        if args.len() > 16 {
            return self.id(Shape::Statement(function, are_constants().collect(), None));
        }
        let bits = are_constants().fold(1u64, |bits, is_constant| bits << 1 | u64::from(is_constant));
        let key = u64::from(function) << 32 | bits;
        if let Some(&known) = self.of_statements.get(&key) {
            return known;
        }
        let made = self.id(Shape::Statement(function, are_constants().collect(), None));
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

/// A program as statements and loops.
pub(crate) struct Items<'a> {
    pub code: &'a Code,
    pub all: Vec<Item>,
}

/// The statements of a program as items, with loops for what repeats.
pub(crate) fn find(code: &Code) -> Items<'_> {
    let mut shapes = Shapes::default();
    let item = |node: usize| {
        let statement = Item { first: node as u32, shape: 0, made: None };
        Item { shape: shapes.of_statement(code, &statement), ..statement }
    };
    let mut items = Items { code, all: (code.inputs..code.len()).map(item).collect() };
    let (mut longest, mut hashes) = (1, Hashes::new(&items.all));
    loop {
        let stretches = Finder::new(&items, &hashes, longest.min(LONGEST)).stretches();
        if !stretches.is_empty() {
            roll(&mut items, stretches, &mut shapes);
            hashes = Hashes::new(&items.all);
        } else if longest > items.all.len().min(LONGEST) {
            return items;
        }
        longest = (longest * 2).min(2 * LONGEST);
    }
}

/// A stretch of items that repeats.
struct Stretch {
    start: usize,
    period: usize,
    count: usize,
}

/// Puts loops in place of the stretches that repeat.
fn roll(items: &mut Items<'_>, stretches: Vec<Stretch>, shapes: &mut Shapes) {
    let Items { code, all } = items;
    // how many items of the result there are, and how many items went into them
    let (mut made, mut used) = (0, 0);
    // the end as a stretch of nothing
    let end = Stretch { start: all.len(), period: 0, count: 0 };
    for Stretch { start, period, count } in stretches.into_iter().chain([end]) {
        for item in used..start {
            all.swap(made, item);
            made += 1;
        }
        if period > 0 {
            let body = all[start..start + period].to_vec();
            all[made] = loop_item(code, body, &all[start + period..start + 2 * period], count, shapes);
            made += 1;
        }
        used = start + period * count;
    }
    all.truncate(made);
    all.shrink_to_fit();
}

/// The loop of a body, given the second repetition.
fn loop_item(code: &Code, body: Vec<Item>, second: &[Item], count: usize, shapes: &mut Shapes) -> Item {
    let operands: Vec<Number> = body.iter().flat_map(|item| item.operands(code).numbers()).collect();
    let next = second.iter().flat_map(|item| item.operands(code).numbers());
    let steps: Vec<i64> = operands.iter().zip(next).map(|(first, second)| second - first).collect();
    let shape = shapes.id(Shape::Loop(count, body.iter().map(|item| item.shape).collect(), steps.clone()));
    let stride = body.iter().map(Item::nodes).sum();
    let first = body[0].first;
    Item { first, shape, made: Some(Rc::new(Loop { count, stride, body, operands, steps })) }
}

/// What tells where items of a list come again.
struct Hashes {
    /// For each item the next one of its shape, or the number of items.
    next: Vec<u32>,
    /// Sums over the shapes up to each item, of which a stretch of shapes has a hash: see [`Finder::hash`].
    sums: Vec<u32>,
}

impl Hashes {
    /// What each sum is multiplied by before the next shape is added.
    const BASE: u32 = 0x9e37_79b9;

    fn new(items: &[Item]) -> Self {
        let mut next = vec![items.len() as u32; items.len()];
        let shapes = items.iter().map(|item| item.shape as usize + 1).max().unwrap_or(0);
        let mut last = vec![u32::MAX; shapes];
        let mut sums = Vec::with_capacity(items.len() + 1);
        let mut sum = 0u32;
        sums.push(sum);
        for (at, item) in items.iter().enumerate() {
            let last = std::mem::replace(&mut last[item.shape as usize], at as u32);
            if let Some(before) = next.get_mut(last as usize) {
                *before = at as u32;
            }
            sum = sum.wrapping_mul(Hashes::BASE).wrapping_add(mix(item.shape.into(), 1) as u32);
            sums.push(sum);
        }
        Hashes { next, sums }
    }
}

/// Looks for stretches that repeat.
struct Finder<'a> {
    code: &'a Code,
    items: &'a [Item],
    hashes: &'a Hashes,
    /// The longest period that is looked for.
    longest: usize,
    /// The powers of [`Hashes::BASE`] up to the length of a stretch that is compared.
    powers: Vec<u32>,
}

impl<'a> Finder<'a> {
    fn new(items: &'a Items<'_>, hashes: &'a Hashes, longest: usize) -> Self {
        let powers = std::iter::successors(Some(1u32), |power: &u32| Some(power.wrapping_mul(Hashes::BASE)));
        let powers = powers.take((FEWEST - 1) * longest + 1).collect();
        Finder { code: items.code, items: &items.all, hashes, longest, powers }
    }

    /// The hash of the shapes of a stretch. Equal hashes are worth a comparison.
    fn hash(&self, start: usize, end: usize) -> u32 {
        let sums = &self.hashes.sums;
        sums[end].wrapping_sub(sums[start].wrapping_mul(self.powers[end - start]))
    }

    /// The stretches, in order and apart from each other; of two that overlap the first, and of those that start together the one of the shortest
    /// period.
    fn stretches(&self) -> Vec<Stretch> {
        let (mut found, mut start, mut end) = (vec![], 0, 0);
        // for each period the end of the last item that was seen not to fit: no stretch of that period goes over it
        let mut misfits = vec![0; self.longest + 1];
        while start < self.items.len() {
            let mut again = start;
            let mut stretch = None;
            for _ in 0..TRIES {
                again = self.hashes.next[again] as usize;
                let period = again - start;
                if again == self.items.len() || period > self.longest {
                    break;
                }
                if misfits[period] <= start {
                    match self.repetitions(start, period, end) {
                        Ok(made) => {
                            stretch = Some(made);
                            break;
                        }
                        Err(misfit) => misfits[period] = misfit + 1,
                    }
                }
            }
            match stretch {
                Some(stretch) => {
                    end = stretch.start + stretch.period * stretch.count;
                    start = end;
                    found.push(stretch);
                }
                None => start += 1,
            }
        }
        found
    }

    /// The stretch of a period that goes over the items from this start on, and those before it that fit, down to some item.
    ///
    /// # Errors
    /// If there are fewer repetitions than make a loop: an item that no stretch of this period goes over.
    fn repetitions(&self, start: usize, period: usize, least: usize) -> Result<Stretch, usize> {
        let end = start + FEWEST * period;
        // the shapes of all repetitions but the last are those of all but the first
        if end > self.items.len() || self.hash(start, end - period) != self.hash(start + period, end) {
            return Err(start);
        }
        // how many items fit, those of the first two repetitions included, which say how the operands go on
        let mut fit = 2 * period;
        while start + fit < self.items.len() && self.goes_on(start + fit - 2 * period, period) {
            fit += 1;
        }
        let count = fit / period;
        if count < FEWEST {
            // the item that did not fit is in the third repetition of any later start up to its first one
            return Err(start + fit - 2 * period);
        }
        // an item that comes often was not tried at all its distances
        let first = (least..start).rev().take_while(|&item| self.goes_on(item, period)).last().unwrap_or(start);
        Ok(self.best_cut(first, period, fit + start - first))
    }

    /// Whether an item and those one and two periods later are of one shape, with operands that are equally far from each other.
    fn goes_on(&self, item: usize, period: usize) -> bool {
        let three = [0, 1, 2].map(|k| &self.items[item + k * period]);
        let [x, y, z] = three.map(|item| item.operands(self.code));
        three[0].shape == three[1].shape
            && three[1].shape == three[2].shape
            && (0..x.len()).all(|k| z.get(k) - y.get(k) == y.get(k) - x.get(k))
    }

    /// Where the body of a loop is cut out of the repetitions is free, as the start of a circle is: there where the fewest operands go over the cut,
    /// so that as little as possible is carried from one repetition to the next.
    fn best_cut(&self, start: usize, period: usize, fit: usize) -> Stretch {
        let body = &self.items[start..start + period];
        let first = i64::from(body[0].first);
        let stride: i64 = body.iter().map(|item| item.nodes() as i64).sum();
        // by how much a cut before each item changes the number of operands that go over it
        let mut changes = vec![0i64; period + 1];
        let item_of = |offset: i64| body.partition_point(|item| i64::from(item.first) - first <= offset) - 1;
        for (user, (item, next)) in body.iter().zip(&self.items[start + period..]).enumerate() {
            for (operand, next) in item.operands(self.code).numbers().zip(next.operands(self.code).numbers()) {
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
