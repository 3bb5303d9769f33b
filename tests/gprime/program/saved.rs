//! Programs that are written and read: the bits are those of the program, and whatever the bytes are, reading them ends with an error or with a program
//! that runs.

use super::random::{Output, Program, lines, points};
use super::registry::{Applied, Of};
use super::{compiled, evaluated};
use crate::common::same;
use gprime::function::VectorRule;
use gprime::op::{self, ClosureOp, Op, Reduce, Visitor, visit};
use gprime::prelude::*;
use gprime::program::{Inputs, Saved};
use gprime::{Error, Program as Compiled, Registry};
use proptest::prelude::*;

/// The program that is saved, written as bytes, read and loaded.
fn again(program: &Compiled, registry: &Registry) -> Compiled {
    let saved = program.save(registry).unwrap();
    let bytes = saved.to_bytes();
    let read = Saved::from_bytes(&bytes).unwrap();
    assert_eq!(read, saved);
    let loaded = read.load(registry).unwrap();
    assert_eq!(loaded.save(registry).unwrap(), saved, "what is loaded is what was saved");
    assert_eq!((loaded.names(), loaded.variables()), (program.names(), program.variables()));
    loaded
}

/// Holds a program that was loaded to the one that was saved, at some points.
fn hold(program: &Compiled, loaded: &Compiled, points: &[Vec<f64>]) {
    // comparisons of two lines may be one without them
    assert!(loaded.counts().statements <= program.counts().statements);
    let (n, m) = (program.variables(), program.outputs());
    let of = |program: &Compiled, x: &[f64]| {
        let mut y = [vec![0.0; m], vec![0.0; m], vec![0.0; n], vec![0.0; n]];
        let [results, moved, g, product] = &mut y;
        let made = program.jvp(x, &vec![0.75; n], results, moved);
        let made = made.and_then(|()| program.vjp(x, &vec![1.25; m], results, g));
        let made = made.and_then(|()| if m == 1 { program.hvp(x, &vec![0.75; n], product) } else { Ok(()) });
        (made.map_err(|error| error.is_branch()), y.concat())
    };
    for x in points {
        let (made, y) = of(program, x);
        let (again, z) = of(loaded, x);
        assert_eq!(again, made);
        assert!(made.is_err() || y.iter().zip(&z).all(|(&a, &b)| same(a, b)), "{z:?} and not {y:?} of {program}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, ..ProptestConfig::default() })]

    #[test]
    fn random_programs(lines in lines(), points in points(), alone in any::<bool>()) {
        let program = Program(lines);
        let compiled = if alone {
            Compiled::trace(&Output(&program, 2), &points[0]).unwrap()
        } else {
            compiled(&program, &points[0])
        };
        let loaded = again(&compiled, &Registry::new());
        hold(&compiled, &loaded, &points);
        // another point where a comparison flips is told without the line
        for x in &points {
            if let (Err(a), Err(b)) = (evaluated(&compiled, x), evaluated(&loaded, x)) {
                prop_assert!(a.to_string().contains("random.rs") && !b.to_string().contains("random.rs"), "{a} {b}");
            }
        }
    }
}

struct EachOp<'a>(&'a Registry);

impl Visitor for EachOp<'_> {
    fn op<const N: usize, O: Op<N>>(&mut self, op: O) {
        let x: Vec<f64> = op.samples().concat();
        let of = Of::<O, N>(&op);
        let program = compiled(&of, &x);
        hold(&program, &again(&program, self.0), &[x]);
    }
    fn reduce<O: Reduce>(&mut self, op: O) {
        for sample in op.samples() {
            let program = compiled(&Applied(&op), &sample);
            hold(&program, &again(&program, self.0), &[sample.to_vec()]);
        }
    }
}

#[test]
fn every_op() {
    visit(&mut EachOp(&Registry::new()));
}

/// A program that has all that can be saved: comparisons, numbers that were read, a long sum, parameters, data, and constants that are no numbers.
fn everything() -> Compiled {
    let f = routine!(|x| -> [R; 3] {
        let terms = (0..12).map(|k| R::call(&op::LeakyRelu { slope: 0.25 }, [x[k % 4] * (0.5 + k as f64)]).powi(3));
        let sum: R = terms.sum();
        let scaled = if x[0] < x[1] { sum * x[4] } else { sum / x[4] };
        let read = if x[2] == 3.0 { x[2].primal() } else { 1.0 };
        [scaled + read, R::select(x[1].less(x[3]), x[0].max(x[3]), R::from(f64::NAN)), R::from(f64::NEG_INFINITY)]
    });
    let inputs = Inputs::new(&[1.0, 2.0, 3.0, 4.0]).data(&[0.5, 0.25]).named(["a", "b", "γ", "d", "", "data"]);
    Compiled::trace(&f, inputs.unwrap()).unwrap()
}

#[test]
fn a_program_with_everything() {
    let program = everything();
    let points = [[1.0, 2.0, 3.0, 4.0, 0.5, 7.0], [-1.5, 0.25, 3.0, -0.0, 2.0, 7.0], [5.0; 6], [f64::NAN; 6]];
    for program in [&program, &program.single().unwrap()] {
        hold(program, &again(program, &Registry::new()), &points.map(|x| x.to_vec()));
    }
    let none = Compiled::trace(&routine!(|x| -> Vec<R> { x.to_vec() }), &[]).unwrap();
    assert_eq!(again(&none, &Registry::new()).outputs(), 0);
}

#[cfg(feature = "serde")]
#[test]
fn in_formats_of_serde() {
    let saved = everything().save(&Registry::new()).unwrap();
    let text = serde_json::to_string(&saved).unwrap();
    assert_eq!(serde_json::from_str::<Saved>(&text).unwrap(), saved);
    let bytes = postcard::to_allocvec(&saved).unwrap();
    assert_eq!(postcard::from_bytes::<Saved>(&bytes).unwrap(), saved);
    // whatever is read, it is looked at when it is loaded
    let other = text.replacen("\"version\":1", "\"version\":2", 1);
    let error = serde_json::from_str::<Saved>(&other).unwrap().load(&Registry::new()).unwrap_err();
    assert!(error.is_file() && error.to_string().contains("version 2"), "{error}");
}

/// An op with a field that is no parameter.
#[derive(Clone, PartialEq)]
struct Shift(f64);
impl Op<1> for Shift {
    const NAME: &'static str = "shift";
    fn value<R: Real>(&self, [x]: [R; 1]) -> R {
        x + self.0
    }
    fn slope<R: Real>(&self, _: [R; 1], _: R) -> [R; 1] {
        [R::from(1.0)]
    }
}

#[derive(Clone, PartialEq)]
struct Twice;
impl VectorRule for Twice {
    fn name(&self) -> &'static str {
        "twice"
    }
    fn results(&self, lens: &[usize]) -> Result<usize, Error> {
        Ok(lens[0])
    }
    fn forward(&self, x: &[f64], y: &mut [f64]) -> Result<(), Error> {
        y.iter_mut().zip(x).for_each(|(y, x)| *y = 2.0 * x);
        Ok(())
    }
    fn pull_back<R: Apply>(&self, _: &[R], _: &[R], of_y: &[R], of_x: &mut [R]) -> Result<(), Error> {
        of_x.iter_mut().zip(of_y).for_each(|(of_x, of_y)| *of_x = *of_y * 2.0);
        Ok(())
    }
    fn tangent<R: Apply>(&self, _: &[R], _: &[R], of_x: &[R], of_y: &mut [R]) -> Result<(), Error> {
        of_y.iter_mut().zip(of_x).for_each(|(of_y, of_x)| *of_y = *of_x * 2.0);
        Ok(())
    }
}

/// What cannot be read again is not written.
#[test]
fn ops_that_no_registry_has() {
    let mut registry = Registry::new();
    registry.register(Shift(1.0)).unwrap();
    let trace = |shift: f64| {
        Compiled::trace(&routine!([shift: f64 = shift] |x| R::call(&Shift(shift), [x[0]])), &[1.0]).unwrap()
    };
    let error = trace(1.0).save(&Registry::new()).unwrap_err();
    assert!(error.is_file() && error.to_string().contains("shift"), "{error}");
    let error = trace(2.0).save(&registry).unwrap_err();
    assert!(error.is_file() && error.to_string().contains("fields that are no parameters"), "{error}");
    let program = trace(1.0);
    hold(&program, &again(&program, &registry), &[vec![3.0]]);
    assert!(program.save(&registry).unwrap().load(&Registry::new()).unwrap_err().is_name());

    let rule = routine!(|x| R::vector(&Twice, &[x]).unwrap_or_default()[0]);
    let error = Compiled::trace(&rule, &[1.0]).unwrap().save(&registry).unwrap_err();
    assert!(error.is_file() && error.to_string().contains("twice"), "{error}");

    let closure = ClosureOp::new("cube", |[x]: [f64; 1]| x * x * x, |[x]: [f64; 1]| [3.0 * x * x]);
    let recorder = Recorder::new();
    let x = recorder.var(2.0);
    let program = Compiled::from_recording(&recorder, &[x], &[], &[closure.call([x])]).unwrap();
    let error = program.save(&registry).unwrap_err();
    assert!(error.is_file() && error.to_string().contains("cube"), "{error}");
}

/// The checksum as the documentation has it.
fn checksum(bytes: &[u8]) -> [u8; 8] {
    let step = |hash: u64, &byte: &u8| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, step).to_le_bytes()
}

/// Any bit that is flipped is told, and any end that is missing.
#[test]
fn damage_is_told() {
    let bytes = everything().save(&Registry::new()).unwrap().to_bytes();
    let body = bytes.len() - 8;
    assert_eq!(bytes[body..], checksum(&bytes[..body]));
    for bit in 0..8 * bytes.len() {
        let mut damaged = bytes.clone();
        damaged[bit / 8] ^= 1 << (bit % 8);
        assert!(Saved::from_bytes(&damaged).unwrap_err().is_file());
    }
    for len in 0..bytes.len() {
        assert!(Saved::from_bytes(&bytes[..len]).unwrap_err().is_file());
    }
}

/// Numbers that follow no pattern, by an xorshift generator.
struct Random(u64);
impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }
    fn below(&mut self, n: usize) -> usize {
        (self.next() >> 11) as usize % n.max(1)
    }
    /// A number of 32 bits that a field may have: a small one, a constant's, or one at an end.
    fn field(&mut self) -> u32 {
        match self.below(8) {
            0 => u32::MAX - self.below(3) as u32,
            1 => 1 << self.below(32),
            2 | 3 => 1 << 31 | self.below(12) as u32,
            _ => self.below(40) as u32,
        }
    }
}

/// A file as its parts: what stands before the statements, and the lists after that.
#[derive(Clone)]
struct Parts {
    head: Vec<u8>,
    statements: Vec<[u32; 2]>,
    args: Vec<u32>,
    outputs: Vec<u32>,
}

impl Parts {
    /// Takes a file apart, which is not damaged.
    fn new(file: &[u8]) -> Self {
        let mut at = 16;
        let number = |at: &mut usize| {
            *at += 4;
            u32::from_le_bytes(file[*at - 4..*at].try_into().unwrap())
        };
        let name = |at: &mut usize| *at += number(at) as usize;
        (0..number(&mut at)).for_each(|_| name(&mut at));
        at += 9 * number(&mut at) as usize;
        for _ in 0..number(&mut at) {
            at += 1;
            match file[at - 1] {
                // a comparison has two bytes more, and rounding none
                1 => {
                    at += 2;
                    continue;
                }
                3 => continue,
                _ => {}
            }
            name(&mut at);
            for _ in 0..number(&mut at) {
                name(&mut at);
                at += 8;
            }
        }
        let head = file[..at].to_vec();
        let statements = (0..number(&mut at)).map(|_| [number(&mut at), number(&mut at)]).collect();
        let [args, outputs] = [0, 1].map(|_| (0..number(&mut at)).map(|_| number(&mut at)).collect());
        assert_eq!(at + 8, file.len());
        Parts { head, statements, args, outputs }
    }

    fn bytes(&self) -> Vec<u8> {
        let mut bytes = self.head.clone();
        let flat = [self.statements.as_flattened(), &self.args, &self.outputs];
        for (list, each) in flat.into_iter().zip([2, 1, 1]) {
            bytes.extend(((list.len() / each) as u32).to_le_bytes());
            list.iter().for_each(|number| bytes.extend(number.to_le_bytes()));
        }
        bytes.extend(checksum(&bytes));
        bytes
    }

    /// Changes what the program does.
    fn mutate(&mut self, random: &mut Random) {
        let [s, a, o] = [self.statements.len(), self.args.len(), self.outputs.len()].map(|len| random.below(len));
        if self.statements.is_empty() || self.args.is_empty() || self.outputs.is_empty() {
            return;
        }
        match random.below(9) {
            0 => self.args[a] = random.field(),
            1 => self.args[a] = self.args[random.below(self.args.len())],
            2 => self.outputs[o] = random.field(),
            3 => self.statements[s][0] = random.below(24) as u32,
            4 => {
                self.statements[s][1] += 1;
                self.args.insert(a, random.field());
            }
            5 => {
                let other = random.below(self.statements.len());
                self.statements.swap(s, other);
            }
            6 => self.statements.truncate(s),
            7 => {
                let [_, count] = self.statements[s];
                let more: Vec<u32> = (0..count).map(|_| random.field()).collect();
                self.statements.push(self.statements[s]);
                self.args.extend(more);
            }
            _ => self.outputs.push(random.field()),
        }
    }
}

/// Changes bytes, as damage does or somebody who means it.
fn mutate(bytes: &mut Vec<u8>, other: &[u8], random: &mut Random) {
    if bytes.is_empty() {
        return;
    }
    let at = random.below(bytes.len());
    match random.below(7) {
        0 => bytes[at] ^= 1 << random.below(8),
        1 => bytes[at] = random.next() as u8,
        2 => bytes.truncate(at),
        3 => {
            let end = (at + random.below(16)).min(bytes.len());
            bytes.drain(at..end);
        }
        4 => {
            let from = random.below(other.len());
            let end = (from + random.below(64)).min(other.len());
            bytes.splice(at..at, other[from..end].iter().copied());
        }
        5 => {
            let end = (at + 4).min(bytes.len());
            bytes[at..end].copy_from_slice(&random.field().to_le_bytes()[..end - at]);
        }
        _ => {
            let from = random.below(other.len());
            bytes.truncate(at);
            bytes.extend(&other[from..]);
        }
    }
}

/// Reads, loads and runs bytes: `None` if they are refused, else whether the program ran without a comparison that came out otherwise.
fn run(bytes: &[u8], registry: &Registry, with_derivatives: bool) -> Option<bool> {
    let saved = Saved::from_bytes(bytes).ok()?;
    assert_eq!(saved.to_bytes(), bytes, "bytes that are read are those that are written");
    let program = saved.load(registry).ok()?;
    let x: Vec<f64> = (0..program.inputs()).map(|k| [1.5, -0.5, 3.0, 0.25][k % 4]).collect();
    if with_derivatives {
        let (mut y, mut g) = (vec![0.0; program.outputs()], vec![0.0; program.variables()]);
        let _ = program.vjp(&x, &vec![1.0; program.outputs()], &mut y, &mut g);
    }
    match evaluated(&program, &x) {
        Ok(_) => Some(true),
        Err(error) => {
            assert!(error.is_branch(), "{error}");
            Some(false)
        }
    }
}

/// Whatever the bytes are, reading them ends with an error, or with a program that gives what its statements give one by one. `GPRIME_FUZZ` says how many
/// files are tried.
#[test]
fn files_that_were_changed() {
    let count: usize = std::env::var("GPRIME_FUZZ").map_or(100_000, |count| count.parse().unwrap());
    let registry = Registry::new();
    let softmax =
        routine!(|x| -> Vec<R> { vec![R::reduce(&op::LogSumExp, x), R::dot(x, x).sqrt() * x[0].primal().max(1.5)] });
    let loops = routine!(|x| -> Vec<R> {
        let state = (0..6).fold(x[0], |s, k| (s * x[1] + 0.25 * f64::from(k)).tanh());
        vec![if state < x[2] { state } else { state * x[2] }]
    });
    let [softmax, loops] = [compiled(&softmax, &[1.5, -0.5, 3.0]), compiled(&loops, &[1.5, -0.5, 3.0])];
    let programs = [everything(), everything().single().unwrap(), softmax, loops];
    let files: Vec<Vec<u8>> = programs.iter().map(|program| program.save(&registry).unwrap().to_bytes()).collect();
    let parts: Vec<Parts> = files.iter().map(|file| Parts::new(file)).collect();
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let [mut loaded, mut ran] = [0; 2];
    for k in 0..count {
        let (file, other) = (random.below(files.len()), random.below(files.len()));
        let bytes = match k % 4 {
            0 | 1 => {
                let mut bytes = files[file].clone();
                (0..=random.below(3)).for_each(|_| mutate(&mut bytes, &files[other], &mut random));
                if k % 4 == 1 {
                    // the checksum is made to fit
                    bytes.truncate(bytes.len().saturating_sub(8));
                    bytes.extend(checksum(&bytes));
                }
                bytes
            }
            _ => {
                let mut parts = parts[file].clone();
                (0..=random.below(3)).for_each(|_| parts.mutate(&mut random));
                parts.bytes()
            }
        };
        let result = run(&bytes, &registry, k % 16 == 3);
        loaded += usize::from(result.is_some());
        ran += usize::from(result == Some(true));
    }
    println!("of {count} files {loaded} were loaded, and {ran} ran");
    assert!(loaded > count / 20 && ran > count / 50 && loaded < count / 2, "{loaded} and {ran} of {count}");
}
