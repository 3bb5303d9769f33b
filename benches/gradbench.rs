//! What the derivatives of GradBench's evals cost beside their functions, at the sizes that GradBench asks for by default.
//!
//! * `cargo bench --bench gradbench` measures all, `cargo bench --bench gradbench -- gmm` one eval.
//!
//! Of each size: the time of one run of the primal, of the derivative and of its compiled form, the least of several, and the
//! ratios of both to the primal; how long it takes to record and compile that form; and its break-even, the number of runs from which
//! on that takes less time in all than the other form. Of each eval the geometric mean of the ratios, beside that of CoDiPack 3.1,
//! the fastest of the C++ tapes. Since compiling takes time and memory for each operation, sizes are not compiled after one of the
//! eval that took longer than two seconds; a second line has the means of the sizes that were.

#[allow(dead_code)]
#[path = "../examples/gradbench/evals/mod.rs"]
mod evals;

use evals::*;
use std::f64::consts::PI;
use std::hint::black_box;
use std::time::{Duration, Instant};

/// How long the two functions of one size run together, at least.
const SIZE: Duration = Duration::from_millis(600);
/// Sizes after one that took longer to compile are not compiled.
const COMPILING: f64 = 2.0;

/// A reproducible stream of numbers: splitmix64.
struct Random(u64);

impl Random {
    /// In (0, 1).
    fn uniform(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 12) as f64 * 2f64.powi(-52) + 2f64.powi(-53)
    }

    fn uniforms(&mut self, n: usize) -> Vec<f64> {
        (0..n).map(|_| self.uniform()).collect()
    }

    /// From the normal distribution, by the method of Box and Muller.
    fn normals(&mut self, n: usize) -> Vec<f64> {
        (0..n).map(|_| (-2.0 * self.uniform().ln()).sqrt() * (2.0 * PI * self.uniform()).cos()).collect()
    }

    fn below(&mut self, n: usize) -> usize {
        (self.uniform() * n as f64) as usize
    }
}

/// One eval: what was measured of its sizes so far.
struct Eval {
    name: &'static str,
    random: Random,
    /// Whether to measure, or only to run everything once.
    bench: bool,
    ratios: Vec<f64>,
    /// Of the sizes that were compiled, as the ratio of the other form and of the compiled one.
    compiled: Vec<[f64; 2]>,
    /// Whether no more sizes are compiled.
    is_enough: bool,
}

impl Eval {
    /// Measures one size.
    fn size<P: Default, D: Default, C: FnMut(&mut D)>(
        &mut self,
        size: String,
        mut primal: impl FnMut(&mut P),
        mut derivative: impl FnMut(&mut D),
        compile: impl FnOnce() -> Result<C, gprime::Error>,
    ) {
        let (mut p, mut d, mut c) = (P::default(), D::default(), D::default());
        let mut best = [f64::INFINITY; 3];
        let start = Instant::now();
        let compiled = (!self.is_enough).then(|| compile().expect("it is small enough to be compiled"));
        let compiling = start.elapsed().as_secs_f64();
        self.is_enough |= compiling > COMPILING;
        // the first run makes the memory
        let repeat = |run: &mut dyn FnMut()| {
            let (start, mut runs) = (Instant::now(), 0);
            while runs == 0 || self.bench && (runs == 1 || start.elapsed() < SIZE) {
                runs += 1;
                run();
            }
        };
        // the primal is shorter, and several runs of it are as reliable as one of the derivative
        repeat(&mut || {
            for _ in 0..4 {
                best[0] = best[0].min(seconds(|| primal(black_box(&mut p))));
            }
            best[1] = best[1].min(seconds(|| derivative(black_box(&mut d))));
        });
        // apart from the others, which would find their memory out of the cache
        let is_compiled = compiled.is_some();
        if let Some(mut compiled) = compiled {
            repeat(&mut || best[2] = best[2].min(seconds(|| compiled(black_box(&mut c)))));
        }
        let [primal, derivative, replay] = best;
        let ratio = derivative / primal;
        print!("{:8} {size:28} {:>11} {:>11} {ratio:>8.2}", self.name, time(primal), time(derivative));
        self.ratios.push(ratio);
        if is_compiled {
            let ratios = [ratio, replay / primal];
            let even = if replay < derivative {
                (compiling / (derivative - replay)).ceil().to_string()
            } else {
                "never".into()
            };
            print!(" {:>11} {:>8.2} {:>11} {even:>10}", time(replay), ratios[1], time(compiling));
            self.compiled.push(ratios);
        }
        println!();
    }

    fn finish(self, codipack: f64) {
        let all = mean(self.ratios.into_iter());
        let [other, compiled] = [0, 1].map(|form| mean(self.compiled.iter().map(|ratios| ratios[form])));
        println!("{:8} {:28} {:>11} {:>11} {all:>8.2}   CoDiPack {codipack}", self.name, "geometric mean", "", "");
        println!(
            "{:8} {:28} {:>11} {:>11} {other:>8.2} {:>11} {compiled:>8.2}\n",
            self.name, "of what was compiled", "", "", ""
        );
    }
}

/// The geometric mean.
fn mean(ratios: impl ExactSizeIterator<Item = f64>) -> f64 {
    let count = ratios.len() as f64;
    (ratios.map(f64::ln).sum::<f64>() / count).exp()
}

fn seconds(run: impl FnOnce()) -> f64 {
    let start = Instant::now();
    run();
    start.elapsed().as_secs_f64()
}

fn time(seconds: f64) -> String {
    match seconds {
        s if s < 1e-3 => format!("{:.2} µs", 1e6 * s),
        s if s < 1.0 => format!("{:.2} ms", 1e3 * s),
        s => format!("{s:.2} s"),
    }
}

fn main() {
    let (flags, filters): (Vec<_>, Vec<_>) = std::env::args().skip(1).partition(|arg| arg.starts_with('-'));
    let bench = flags.iter().any(|flag| flag == "--bench");
    println!(
        "{:8} {:28} {:>11} {:>11} {:>8} {:>11} {:>8} {:>11} {:>10}",
        "eval", "size", "primal", "derivative", "ratio", "compiled", "ratio", "compiling", "break-even"
    );
    macro_rules! measure {
        ($($eval:ident $codipack:literal)*) => { $(
            let name = stringify!($eval);
            if filters.is_empty() || filters.iter().any(|filter| name.contains(&**filter)) {
                let mut eval = Eval { name, random: Random(31337), bench, ratios: vec![], compiled: vec![], is_enough: false };
                $eval(&mut eval);
                eval.finish($codipack);
            }
        )* };
    }
    measure! { det 2.78 llsq 10.70 lse 2.94 ode 10.28 gmm 12.41 lstm 2.84 ba 34.37 ht 51.20 kmeans 27.00 }
}

fn det(eval: &mut Eval) {
    for ell in 5..=11 {
        let input = det::Input { a: eval.random.uniforms(ell * ell), ell };
        eval.size(format!("ell={ell}"), det::primal(input.clone()), det::gradient(input.clone()), || {
            det::compiled(input)
        });
    }
}

fn llsq(eval: &mut Eval) {
    for n in [16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8196, 16392] {
        let input = llsq::Input { x: eval.random.uniforms(128), n };
        eval.size(format!("n={n},m=128"), llsq::primal(input.clone()), llsq::gradient(input.clone()), || {
            llsq::compiled(input)
        });
    }
}

fn lse(eval: &mut Eval) {
    for n in (0..10).map(|i| 2500 << i) {
        let input = lse::Input { x: eval.random.uniforms(n) };
        eval.size(format!("n={n}"), lse::primal(input.clone()), lse::gradient(input.clone()), || lse::compiled(input));
    }
}

fn ode(eval: &mut Eval) {
    for (n, s) in [
        (1000, 1),
        (1000, 10),
        (10_000, 1),
        (1000, 100),
        (10_000, 10),
        (100_000, 1),
        (10_000, 100),
        (100_000, 10),
        (100_000, 100),
    ] {
        let input = ode::Input { x: eval.random.uniforms(n), s };
        eval.size(format!("n={n},s={s}"), ode::primal(input.clone()), ode::gradient(input.clone()), || {
            ode::compiled(input)
        });
    }
}

fn matrix(rows: usize, columns: usize, numbers: Vec<f64>) -> Matrix {
    assert_eq!(numbers.len(), rows * columns);
    Matrix { numbers, rows, columns }
}

fn gmm(eval: &mut Eval) {
    let n = 1000;
    let mut sizes: Vec<_> = [2, 10, 20, 32, 64].iter().flat_map(|&d| [5, 10, 25, 50, 100].map(|k| (d, k))).collect();
    sizes.sort_by_key(|(d, k)| d * k);
    for (d, k) in sizes {
        let random = &mut eval.random;
        let x = matrix(n, d, random.normals(n * d));
        let below = d * (d - 1) / 2;
        let parameters = gmm::Parameters {
            alpha: random.normals(k),
            mu: matrix(k, d, random.uniforms(k * d)),
            q: matrix(k, d, random.normals(k * d)),
            l: matrix(k, below, random.normals(k * below)),
        };
        let input = gmm::Input { d, k, n, x, m: 0, gamma: 1.0, parameters };
        eval.size(format!("{d}_{k}_{n}"), gmm::objective(input.clone()), gmm::jacobian(input.clone()), || {
            gmm::compiled(input)
        });
    }
}

fn lstm(eval: &mut Eval) {
    let b = 14;
    for (l, c) in [(2, 1024), (4, 1024), (6, 1024), (2, 4096), (2, 8192), (4, 4096), (6, 4096), (4, 8192), (6, 8192)] {
        let random = &mut eval.random;
        let mut uniform = |rows, columns| matrix(rows, columns, random.uniforms(rows * columns));
        let [main_params, extra_params, state] = [(2 * l, 4 * b), (3, b), (2 * l, b)].map(|(r, c)| uniform(r, c));
        let mut sequence = uniform(c, b);
        // letters have few of the higher bits
        for (i, bit) in sequence.numbers.iter_mut().enumerate() {
            *bit = f64::from(u8::from(*bit < if i % b < 7 { 0.01 } else { 0.5 }));
        }
        let input = lstm::Input { main_params, extra_params, state, sequence };
        eval.size(format!("l={l},c={c}"), lstm::objective(input.clone()), lstm::jacobian(input.clone()), || {
            lstm::compiled(input)
        });
    }
}

fn ba(eval: &mut Eval) {
    for (i, (n, m, p)) in [
        (49, 7776, 31_843),
        (21, 11_315, 36_455),
        (161, 48_126, 182_072),
        (372, 47_423, 204_472),
        (257, 65_132, 225_911),
        (539, 65_220, 277_273),
        (93, 61_203, 287_451),
        (88, 64_298, 383_937),
        (810, 88_814, 393_775),
        (1197, 126_327, 563_734),
        (1723, 156_502, 678_718),
        (253, 163_691, 899_155),
        (245, 198_739, 1_091_386),
        (356, 226_730, 1_255_268),
    ]
    .into_iter()
    .enumerate()
    {
        let random = &mut eval.random;
        let mut cam = random.normals(11);
        cam[6] = 400.0 + 100.0 * random.uniform();
        let input = ba::Input { n, m, p, cam, x: random.normals(3), w: random.uniform(), feat: random.uniforms(2) };
        eval.size(
            format!("ba{}_n{n}_m{m}_p{p}", i + 1),
            ba::objective(input.clone()),
            ba::jacobian(input.clone()),
            || ba::compiled(input),
        );
    }
}

/// A hand of the suite's shape, though it looks like none: 22 bones, 544 vertices that move with up to four of them, and points
/// somewhere in its triangles.
fn ht(eval: &mut Eval) {
    let (bones, vertices, triangles) = (22, 544, 1084);
    let random = &mut eval.random;
    let mut transforms = |n: usize| -> Vec<[[f64; 4]; 4]> {
        let mut transform = || {
            let mut row = || [(); 4].map(|()| random.uniform() - 0.5);
            [row(), row(), row(), [0.0, 0.0, 0.0, 1.0]]
        };
        (0..n).map(|_| transform()).collect()
    };
    let (base_relatives, inverse_base_absolutes) = (transforms(bones), transforms(bones));
    let parents = (0..bones as i64)
        .map(|i| {
            if i == 0 {
                -1
            } else if (i - 1) % 4 == 0 {
                0
            } else {
                i - 1
            }
        })
        .collect();
    let skin = |random: &mut Random, i: usize| {
        let with = match i % 28 {
            0..11 => 1,
            11..26 => 2,
            26 => 3,
            _ => 4,
        };
        (0..with).map(|j| ((random.below(bones / 4) * 4 + j) % bones, 1.0 / f64::from(with as u32))).collect()
    };
    let skin = ht::Skin { bones, vertices: (0..vertices).map(|i| skin(random, i)).collect() };
    let point = |random: &mut Random| [(); 3].map(|()| random.uniform());
    let base_positions = (0..vertices)
        .map(|_| {
            let [x, y, z] = point(random);
            [x, y, z, 1.0]
        })
        .collect();
    let triangles: Vec<[usize; 3]> = (0..triangles).map(|_| [(); 3].map(|()| random.below(vertices))).collect();
    let model = ht::Model {
        bone_count: bones,
        parents,
        base_relatives,
        inverse_base_absolutes,
        base_positions,
        skin,
        triangles,
        is_mirrored: false,
    };
    for (i, c) in [100, 192, 200, 400, 800, 1600, 3200, 6400, 12_800, 25_600, 51_200].into_iter().enumerate() {
        let random = &mut eval.random;
        let correspondences = (0..c).map(|_| random.below(model.triangles.len())).collect();
        let points = (0..c).map(|_| point(random)).collect();
        let us = (0..c).map(|_| [(); 2].map(|()| random.uniform() / 2.0)).collect();
        let data = ht::Data { model: model.clone(), correspondences, points };
        let input = ht::Input { theta: random.normals(26), data, us };
        eval.size(format!("hand{}_t26_c{c}", i + 1), ht::objective(input.clone()), ht::jacobian(input.clone()), || {
            ht::compiled(input)
        });
    }
}

fn kmeans(eval: &mut Eval) {
    let mut sizes: Vec<_> =
        [10, 100, 1000].iter().flat_map(|&k| [1000, 10_000].map(|n| [8, 16].map(|d| (k, n, d)))).flatten().collect();
    sizes.sort_by_key(|(k, n, d)| k * n * d);
    for (k, n, d) in sizes {
        let points = matrix(n, d, eval.random.uniforms(n * d));
        let centroids = matrix(k, d, points.numbers[(n - k) * d..].to_vec());
        let input = kmeans::Input { points, centroids };
        eval.size(format!("k={k},n={n},d={d}"), kmeans::cost(input.clone()), kmeans::dir(input.clone()), || {
            kmeans::compiled(input)
        });
    }
}
