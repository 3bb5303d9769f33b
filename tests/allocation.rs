//! A tape that is used again allocates nothing, nor does a recovery of a sparse matrix. A test of its own, since it counts what the whole process allocates.

use gprime::program::sparse::{Compression, Pattern};
use gprime::program::{Cached, Program};
use gprime::{prelude::*, scoped};
use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

struct Counting;

thread_local! {
    static ALLOCATIONS: Cell<usize> = const { Cell::new(0) };
}

// SAFETY: every call goes to the system's allocator unchanged.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.set(ALLOCATIONS.get() + 1);
        // SAFETY: the caller's promises are the system's.
        unsafe { System.alloc(layout) }
    }
    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        // SAFETY: as above.
        unsafe { System.dealloc(place, layout) }
    }
    unsafe fn realloc(&self, place: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        ALLOCATIONS.set(ALLOCATIONS.get() + 1);
        // SAFETY: as above.
        unsafe { System.realloc(place, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn allocations(f: impl FnOnce()) -> usize {
    let before = ALLOCATIONS.get();
    f();
    ALLOCATIONS.get() - before
}

fn program<R: Apply>(x: &[R]) -> R {
    let mut s = R::from(0.0);
    for w in x.windows(2) {
        s += (w[0] * w[1]).sin() + w[1].sigmoid().hypot(w[0]);
    }
    s
}

struct Product;
impl Function<2, 1> for Product {
    fn run<R: Apply>(&self, [x, y]: [R; 2]) -> [R; 1] {
        [x * y.exp()]
    }
}

/// Whatever makes one entry of many arguments.
fn in_one_entry<R: Apply>(x: &[R]) -> R {
    let weights = [0.5; 1000];
    let sum: R = x.iter().map(|&x| x * 2.0).sum();
    let blocks = R::reduce_each(&Product, [&x[..x.len() - 1], &x[1..]], []);
    sum * x.dot(x) + x.weighted_sum(&weights[..x.len()]) * x.norm() + R::run(&Product, [x[0], sum])[0] + blocks
}

#[test]
fn a_tape_used_again_allocates_nothing() {
    let x: Vec<f64> = (0..1000).map(|i| 0.001 * f64::from(i)).collect();
    let mut g = vec![0.0; x.len()];
    let mut tape = Tape::new();
    let first_use = allocations(|| {
        tape.value_and_gradient(|x| program(x) + in_one_entry(x), &x, &mut g);
    });
    assert!(first_use > 0);
    let first = g.clone();
    let again = allocations(|| {
        for _ in 0..3 {
            tape.value_and_gradient(|x| program(x) + in_one_entry(x), &x, &mut g);
        }
    });
    assert_eq!((again, g), (0, first));
}

/// A mapped block allocates its lists of results, and nothing else.
/// The modes of a routine take the memory that the thread has kept, forwards and in reverse.
#[test]
fn a_routine_differentiated_again_allocates_nothing() {
    let gradient = routine!(|x| program(x));
    let narrow = routine!(|x| -> [R; 40] { std::array::from_fn(|k| program(x) * k as f64) });
    let wide = routine!(|x| -> [R; 2] { [program(x), x[0]] });
    let x: Vec<f64> = (0..100).map(|i| 0.001 * f64::from(i)).collect();
    let (mut g, mut y, mut rows) = (vec![0.0; 100], vec![0.0; 40], vec![0.0; 40 * 16]);
    let mut run = || {
        gradient.value_and_gradient(&x, &mut g);
        narrow.jacobian_into(&x[..16], &mut y, &mut rows).unwrap();
        wide.jacobian_into(&x, &mut y[..2], &mut rows[..200]).unwrap();
    };
    run();
    assert_eq!(allocations(run), 0);
}

/// Runs something where there are no other threads to divide the work with.
fn on_one_thread<A: Send>(f: impl FnOnce() -> A + Send) -> A {
    #[cfg(feature = "parallel")]
    return rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap().install(f);
    #[cfg(not(feature = "parallel"))]
    f()
}

/// A compiled program keeps the memory of its runs, on one point and on many.
#[test]
fn a_compiled_program_run_again_allocates_nothing() {
    let x: Vec<f64> = (0..1000).map(|i| 0.001 * f64::from(i)).collect();
    let gradient = Program::trace(&routine!(|x| program(x) + in_one_entry(x)), &x).unwrap();
    let vector = routine!(|x| -> [R; 4] { std::array::from_fn(|k| program(x) * x[k]) });
    let narrow = Program::trace(&vector, &x[..3 + 1]).unwrap();
    let wide = Program::trace(&vector, &x[..20]).unwrap();
    // all lanes of the first pass, and some of those of a second one
    let count = gradient.width() + 3;
    let points = x.repeat(count);
    let (mut g, mut y, mut rows, mut values) = (vec![0.0; 1000], [0.0; 4], vec![0.0; 80], vec![0.0; count]);
    let (mut gradients, mut many, mut moved) = (points.clone(), vec![0.0; 4 * count], vec![0.0; 4 * count]);
    let small = Program::trace(&routine!(|x| program(x)), &x[..10]).unwrap();
    let mut hessian = vec![0.0; 100];
    let mut cached = Cached::new(routine!(|x| if x[0] < 0.5 { program(x) } else { x[0] }));
    let mut run = || {
        gradient.eval(&x, &mut y[..1]).unwrap();
        gradient.value_and_gradient(&x, &mut g).unwrap();
        gradient.eval_batch(&points, &mut values).unwrap();
        gradient.value_and_gradient_batch(&points, &mut values, &mut gradients).unwrap();
        narrow.jvp_batch(&points[..4 * count], &points[..4 * count], &mut many, &mut moved).unwrap();
        narrow.vjp_batch(&points[..4 * count], &points[..4 * count], &mut many, &mut moved).unwrap();
        narrow.jacobian(&x[..4], &mut y, &mut rows[..16]).unwrap();
        wide.jacobian(&x[..20], &mut y, &mut rows).unwrap();
        small.hessian(&x[..10], &mut hessian).unwrap();
        cached.value_and_gradient(&x, &mut g).unwrap();
        cached.value_and_gradient(&x[900..], &mut g[..100]).unwrap();
    };
    let again = on_one_thread(|| {
        // a program whose way was left is run on its own when it is looked for, and has no memory for that at first
        run();
        run();
        allocations(run)
    });
    assert_eq!(again, 0);
}

/// A scope takes the memory that the thread has kept.
#[test]
fn a_scope_allocates_the_list_of_its_inputs() {
    let x: Vec<f64> = (0..100).map(|i| 0.001 * f64::from(i)).collect();
    let mut g = vec![0.0; x.len()];
    let mut run = || drop(scoped::value_and_gradient(program, &x, &mut g));
    run();
    assert_eq!(allocations(run), 1);
}

#[test]
fn a_mapped_block_allocates_its_results() {
    let x: Vec<f64> = (0..1000).map(|i| 0.001 * f64::from(i)).collect();
    let mut g = vec![0.0; x.len()];
    let mut tape = Tape::new();
    let mut run = || {
        tape.value_and_gradient(|x| Var::map(&Product, [&x[..500], &x[500..]])[0].iter().copied().sum(), &x, &mut g);
    };
    run();
    assert_eq!(allocations(run), 1);
}

#[test]
fn a_recording_tape_used_again_allocates_nothing() {
    let mut tape = Recorder::new();
    let mut gradient = Adjoints::default();
    let mut run = |tape: &mut Recorder, expected: f64| {
        let x = tape.var(0.7);
        let y = tape.var(1.3);
        let z = program(&[x, y, x * y]);
        tape.backward_into(z, &mut gradient);
        let g = gradient[x];
        tape.reset();
        assert!(expected.is_nan() || g == expected);
        g
    };
    let first = run(&mut tape, f64::NAN);
    let again = allocations(|| {
        for _ in 0..3 {
            run(&mut tape, first);
        }
    });
    assert_eq!(again, 0);
}

#[test]
fn a_recovery_allocates_nothing() {
    let pattern = Pattern::from_rows(500, (0..500_usize).map(|i| i.saturating_sub(2)..500.min(i + 3))).unwrap();
    for compression in [Compression::columns, Compression::rows, Compression::star, Compression::acyclic] {
        let compression = compression(&pattern).unwrap();
        let products = vec![1.0; compression.len()];
        let mut values = vec![0.0; pattern.len()];
        assert_eq!(allocations(|| compression.recover(&products, &mut values)), 0);
    }
}
