//! Bundle adjustment: how far n cameras see m points from where they were observed, p times, and the sparse Jacobian of that.
//!
//! The input has one camera, point, weight and observation, which stand for all.

use super::{Problem, expect_between, expect_len};
use gprime::forward::{Ieee, Tangents};
use gprime::prelude::*;
use gprime::program::Inputs;
use gprime::{Error, Program};
use serde::Deserialize;
use serde::ser::{Serialize, SerializeStruct, Serializer};
use serde_json::{Value, json};
use std::ops::Sub;

#[derive(Clone, Deserialize)]
pub struct Input {
    /// How many cameras, points and observations there are.
    pub n: usize,
    pub m: usize,
    pub p: usize,
    /// A camera: rotation 3, centre 3, focal length, principal point 2, distortion 2.
    pub cam: Vec<f64>,
    pub x: Vec<f64>,
    pub w: f64,
    pub feat: Vec<f64>,
}

impl Problem for Input {
    fn check(&self) -> Result<(), String> {
        for (what, number) in [("n", self.n), ("m", self.m), ("p", self.p)] {
            expect_between(what, number, 1, 10_000_000)?;
        }
        expect_len("the length of cam", self.cam.len(), CAMERA)?;
        expect_len("the length of x", self.x.len(), POINT)?;
        expect_len("the length of feat", self.feat.len(), 2)
    }
}

const CAMERA: usize = 11;
const POINT: usize = 3;
/// What one observation is differentiated by: the camera, the point, the weight.
const ACTIVE: usize = CAMERA + POINT + 1;

/// All cameras, points, weights and observations.
struct Scene {
    cameras: Vec<[f64; CAMERA]>,
    points: Vec<[f64; POINT]>,
    weights: Vec<f64>,
    features: Vec<[f64; 2]>,
}

impl Scene {
    fn new(input: &Input) -> Self {
        fn array<const N: usize>(list: &[f64]) -> [f64; N] {
            std::array::from_fn(|i| list[i])
        }
        Scene {
            cameras: vec![array(&input.cam); input.n],
            points: vec![array(&input.x); input.m],
            weights: vec![input.w; input.p],
            features: vec![array(&input.feat); input.p],
        }
    }

    /// The camera and the point of an observation.
    fn seen(&self, i: usize) -> (usize, usize) {
        (i % self.cameras.len(), i % self.points.len())
    }

    /// The columns of the Jacobian that an observation has entries in: those of its camera, of its point, and of its weight.
    fn columns(&self, i: usize) -> [u32; ACTIVE] {
        let (camera, point) = self.seen(i);
        let first_point = CAMERA * self.cameras.len();
        std::array::from_fn(|j| match j {
            0..CAMERA => CAMERA * camera + j,
            j if j < CAMERA + POINT => first_point + POINT * point + j - CAMERA,
            _ => self.weight_column(i),
        } as u32)
    }

    /// The column of an observation's weight.
    fn weight_column(&self, i: usize) -> usize {
        CAMERA * self.cameras.len() + POINT * self.points.len() + i
    }

    /// What an observation is differentiated by.
    fn active(&self, i: usize) -> [f64; ACTIVE] {
        let (camera, point) = self.seen(i);
        let mut active = [self.weights[i]; ACTIVE];
        active[..CAMERA].copy_from_slice(&self.cameras[camera]);
        active[CAMERA..][..POINT].copy_from_slice(&self.points[point]);
        active
    }
}

/// The weighted distance of where the camera sees the point from where it was observed.
#[inline(always)]
fn reprojection_error<R: Apply + Sub<T, Output = R>, T: Copy>(active: [R; ACTIVE], feature: [T; 2]) -> [R; 2] {
    let [r0, r1, r2, c0, c1, c2, focal, x0, x1, k1, k2, p0, p1, p2, w] = active;
    let [x, y, z] = rotate([r0, r1, r2], [p0 - c0, p1 - c1, p2 - c2]);
    let depth = z.recip();
    let (x, y) = (x * depth, y * depth);
    let square = x * x + y * y;
    let scale = focal * (square * (k1 + square * k2) + 1.0);
    [w * (x * scale + x0 - feature[0]), w * (y * scale + x1 - feature[1])]
}

/// A point turned around an axis, by an angle of the axis's length: the formula of Rodrigues.
#[inline(always)]
fn rotate<R: Apply>(axis: [R; 3], x: [R; 3]) -> [R; 3] {
    let square = dot(axis, axis);
    let still = square.equal(0.0.into());
    let to_first_order = || add(x, cross(axis, x));
    match R::uniform(still) {
        Some(true) => to_first_order(),
        Some(false) => rotate_by_formula(axis, square, x),
        // it differs between the lanes of a number, or from run to run of a recording
        None => {
            let (near, turned) = (to_first_order(), rotate_by_formula(axis, R::select(still, 1.0.into(), square), x));
            std::array::from_fn(|i| R::select(still, near[i], turned[i]))
        }
    }
}

/// The rotation, where the axis has a length, whose square is given.
#[inline(always)]
fn rotate_by_formula<R: Apply>(axis: [R; 3], square: R, x: [R; 3]) -> [R; 3] {
    let angle = square.sqrt();
    let (sin, cos) = (angle.sin(), angle.cos());
    let inverse = angle.recip();
    let axis = scale(axis, inverse);
    let (turn, along) = (cross(axis, x), dot(axis, x) * (-cos + 1.0));
    add(add(scale(x, cos), scale(turn, sin)), scale(axis, along))
}

// written out, since what `map` of an array calls is not always inlined

#[inline(always)]
fn add<R: Real>(a: [R; 3], b: [R; 3]) -> [R; 3] {
    [a[0] + b[0], a[1] + b[1], a[2] + b[2]]
}

#[inline(always)]
fn scale<R: Real>(a: [R; 3], s: R) -> [R; 3] {
    [a[0] * s, a[1] * s, a[2] * s]
}

#[inline(always)]
fn dot<R: Real>(a: [R; 3], b: [R; 3]) -> R {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

#[inline(always)]
fn cross<R: Real>(a: [R; 3], b: [R; 3]) -> [R; 3] {
    [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
}

/// How far a weight is from 1.
fn weight_error<R: Real>(w: R) -> R {
    -(w * w) + 1.0
}

/// All errors.
#[derive(Default)]
pub struct Errors {
    pub reprojection: Vec<[f64; 2]>,
    pub weight: Vec<f64>,
}

impl Serialize for Errors {
    /// All observations are the same one, and only that is told.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = serializer.serialize_struct("Errors", 2)?;
        let first = self.reprojection.first();
        out.serialize_field("reproj_error", &json!({ "elements": first, "repeated": self.reprojection.len() }))?;
        out.serialize_field("w_err", &json!({ "element": self.weight.first(), "repeated": self.weight.len() }))?;
        out.end()
    }
}

/// A sparse matrix row by row: where each row starts in the lists of the columns and of the numbers that are not 0.
#[derive(Default)]
pub struct Masked {
    pub rows: Vec<usize>,
    pub columns: Vec<u32>,
    pub numbers: Vec<f64>,
}

impl Masked {
    fn clear(&mut self) {
        self.rows.clear();
        self.rows.push(0);
        self.columns.clear();
        self.numbers.clear();
    }

    fn push_row(&mut self, columns: &[u32], numbers: &[f64]) {
        self.columns.extend(columns);
        self.numbers.extend(numbers);
        self.rows.push(self.columns.len());
    }
}

impl Serialize for Masked {
    /// The first 30 of each list, and the last.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        fn ends<T: Copy + serde::Serialize>(list: &[T]) -> Value {
            json!(list.iter().take(30).chain(list.last()).copied().collect::<Vec<T>>())
        }
        let mut out = serializer.serialize_struct("Masked", 3)?;
        out.serialize_field("rows", &ends(&self.rows))?;
        out.serialize_field("cols", &ends(&self.columns))?;
        out.serialize_field("vals", &ends(&self.numbers))?;
        out.end()
    }
}

pub fn objective(input: Input) -> impl FnMut(&mut Errors) {
    let scene = Scene::new(&input);
    move |errors| {
        errors.reprojection.clear();
        errors.reprojection.extend((0..input.p).map(|i| reprojection_error(scene.active(i), scene.features[i])));
        errors.weight.clear();
        errors.weight.extend(scene.weights.iter().map(|&w| weight_error(w)));
    }
}

/// The slopes of both coordinates of an observation, in all directions at once.
fn slopes(active: [f64; ACTIVE], feature: [f64; 2]) -> [[f64; ACTIVE]; 2] {
    let fast = reprojection_error(Tangents::<_, ACTIVE, Ieee>::variables(active), feature).map(Tangents::tangents);
    if fast.as_flattened().iter().any(|slope| slope.is_nan()) {
        return reprojection_error(Tangents::<_, ACTIVE>::variables(active), feature).map(Tangents::tangents);
    }
    fast
}

pub fn jacobian(input: Input) -> impl FnMut(&mut Masked) {
    let scene = Scene::new(&input);
    move |jacobian| {
        jacobian.clear();
        for i in 0..input.p {
            let columns = scene.columns(i);
            for slopes in slopes(scene.active(i), scene.features[i]) {
                jacobian.push_row(&columns, &slopes);
            }
        }
        for (i, &w) in scene.weights.iter().enumerate() {
            let error = weight_error(Tangents::<_, 1>::variable(w, 0));
            jacobian.push_row(&[scene.weight_column(i) as u32], &error.tangents());
        }
    }
}

/// How many observations are run together, so that their lists stay in the cache.
const TOGETHER: usize = 64;

/// One program has the slopes of an observation and of its weight's error, and is run on all of them side by side. Where the entries
/// stand is written by the first run and stays.
pub fn compiled(input: Input) -> Result<impl FnMut(&mut Masked), Error> {
    let scene = Scene::new(&input);
    let inputs = Inputs::new(&scene.active(0)).data(&scene.features[0]);
    let observation = routine!(|x| -> [R; 3] {
        let (active, feature) = x.split_first_chunk().expect("variables come first");
        let [a, b] = reprojection_error(*active, [feature[0], feature[1]]);
        [a, b, weight_error(active[ACTIVE - 1])]
    });
    let program = Program::trace(&observation, inputs)?;
    let pattern = program.jacobian_pattern()?.clone();
    // the last entry is that of the weight's error, and the others are entries of two rows
    let places: Vec<usize> = (0..2).flat_map(|row| pattern.row(row).map(move |column| row * ACTIVE + column)).collect();
    program.sparse_jacobian_program()?;
    let (mut points, mut slopes) = (vec![], vec![0.0; TOGETHER * pattern.len()]);
    Ok(move |jacobian: &mut Masked| {
        if jacobian.rows.is_empty() {
            jacobian.clear();
            for i in 0..input.p {
                (0..2).for_each(|_| jacobian.push_row(&scene.columns(i), &[0.0; ACTIVE]));
            }
            (0..input.p).for_each(|i| jacobian.push_row(&[scene.weight_column(i) as u32], &[0.0]));
        }
        let (rows, weights) = jacobian.numbers.split_at_mut(2 * ACTIVE * input.p);
        let all = rows.chunks_mut(2 * ACTIVE * TOGETHER).zip(weights.chunks_mut(TOGETHER));
        for (chunk, (rows, weights)) in all.enumerate() {
            points.clear();
            for i in (chunk * TOGETHER..).take(weights.len()) {
                points.extend(scene.active(i));
                points.extend(scene.features[i]);
            }
            let slopes = &mut slopes[..weights.len() * pattern.len()];
            let entries = program.sparse_jacobian_program().expect("it was made before");
            entries.eval_batch(&points, slopes).expect("no number is compared");
            for ((slopes, rows), weight) in slopes.chunks(pattern.len()).zip(rows.chunks_mut(2 * ACTIVE)).zip(weights) {
                places.iter().zip(slopes).for_each(|(&place, &slope)| rows[place] = slope);
                *weight = slopes[places.len()];
            }
        }
    })
}
