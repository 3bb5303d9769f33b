//! Hand tracking: how far points were measured from where a posed hand has them, and the Jacobian of that by the pose. A hand is a
//! mesh over a skeleton: each vertex moves with a weighted mean of a few bones.

use super::{Matrix, Problem, expect_between, expect_len};
use gprime::forward::{Ieee, Tangents};
use gprime::prelude::*;
use gprime::program::Inputs;
use gprime::{Error, Program};
use serde::Deserialize;
use std::ops::{Add, Mul};

#[derive(Clone, Deserialize)]
pub struct Input {
    /// The pose: rotation of the hand as axis times angle, its place, and of each finger four angles: the first joint bends and
    /// spreads, the other two bend.
    pub theta: Vec<f64>,
    pub data: Data,
    /// Where in its triangle each measured point is; if there is none, the points are at vertices.
    pub us: Vec<[f64; 2]>,
}

#[derive(Clone, Deserialize)]
pub struct Data {
    pub model: Model,
    /// The triangle, or the vertex, of each measured point.
    pub correspondences: Vec<usize>,
    pub points: Vec<[f64; 3]>,
}

#[derive(Clone, Deserialize)]
pub struct Model {
    pub bone_count: usize,
    /// The bone that each hangs on, which stands before it in the list; −1 for none.
    pub parents: Vec<i64>,
    /// Where each bone is at rest, seen from its parent.
    pub base_relatives: Vec<Transform<f64>>,
    /// What takes the hand at rest to each bone.
    pub inverse_base_absolutes: Vec<Transform<f64>>,
    /// The vertices at rest, in homogeneous coordinates.
    pub base_positions: Vec<[f64; 4]>,
    /// How much each vertex moves with each bone.
    #[serde(rename = "weights")]
    pub skin: Skin,
    pub triangles: Vec<[usize; 3]>,
    pub is_mirrored: bool,
}

/// Homogeneous coordinates to homogeneous coordinates.
type Transform<R> = [[R; 4]; 4];

/// The bones that each vertex moves with, and the weights: nearly all of the matrix is 0.
#[derive(Clone, Deserialize)]
#[serde(try_from = "Matrix")]
pub struct Skin {
    pub bones: usize,
    pub vertices: Vec<Vec<(usize, f64)>>,
}

impl TryFrom<Matrix> for Skin {
    type Error = String;
    fn try_from(weights: Matrix) -> Result<Self, String> {
        let some = |row: &[f64]| row.iter().copied().enumerate().filter(|&(_, weight)| weight != 0.0).collect();
        Ok(Skin { bones: weights.columns, vertices: (0..weights.rows).map(|i| some(weights.row(i))).collect() })
    }
}

const THETA: usize = 26;
const FINGERS: usize = 5;

impl Problem for Input {
    fn check(&self) -> Result<(), String> {
        let Data { model, correspondences, points } = &self.data;
        let (bones, vertices) = (model.bone_count, model.base_positions.len());
        expect_len("the length of theta", self.theta.len(), THETA)?;
        // the last joint that theta bends is that of bone 20
        expect_between("bone_count", bones, 4 * FINGERS + 1, 1_000_000)?;
        expect_len("the number of parents", model.parents.len(), bones)?;
        expect_len("the number of base_relatives", model.base_relatives.len(), bones)?;
        expect_len("the number of inverse_base_absolutes", model.inverse_base_absolutes.len(), bones)?;
        expect_len("the number of rows of weights", model.skin.vertices.len(), vertices)?;
        if vertices > 0 {
            expect_len("the number of columns of weights", model.skin.bones, bones)?;
        }
        for (i, &parent) in model.parents.iter().enumerate() {
            if !(-1..i as i64).contains(&parent) {
                return Err(format!("the parent of bone {i} is {parent}, and must be −1 or a bone before it"));
            }
        }
        if let Some(corner) = model.triangles.iter().flatten().find(|&&corner| corner >= vertices) {
            return Err(format!("a triangle has the vertex {corner}, and there are {vertices}"));
        }
        expect_between("the number of correspondences", correspondences.len(), 0, 10_000_000)?;
        expect_len("the number of points", points.len(), correspondences.len())?;
        let places = if self.us.is_empty() { vertices } else { model.triangles.len() };
        if !self.us.is_empty() {
            expect_len("the number of us", self.us.len(), correspondences.len())?;
        }
        match correspondences.iter().find(|&&place| place >= places) {
            Some(place) => Err(format!("a correspondence is {place}, and must be below {places}")),
            None => Ok(()),
        }
    }
}

/// The first three rows of a transform; the last says nothing about places.
type Affine<R> = [[R; 4]; 3];

/// a · b.
fn product<R: Real>(a: &Affine<R>, b: &Transform<f64>) -> Affine<R> {
    a.map(|row| [0, 1, 2, 3].map(|j| (1..4).fold(row[0] * b[0][j], |sum, k| sum + row[k] * b[k][j])))
}

/// Turns what the transform is given from axis i to axis j first.
fn turn<R: Real>(transform: &mut Affine<R>, [i, j]: [usize; 2], angle: R) {
    let (sin, cos) = (angle.sin(), angle.cos());
    for row in transform {
        (row[i], row[j]) = (row[i] * cos + row[j] * sin, row[j] * cos - row[i] * sin);
    }
}

/// What takes each bone from where it is at rest to where it is in the pose, in the hand's own coordinates.
fn bones<R: Apply>(model: &Model, theta: &[R]) -> Vec<Affine<R>> {
    let [x, y, z] = [0, 1, 2];
    let mut absolutes: Vec<Affine<R>> = Vec::with_capacity(model.bone_count);
    for (bone, base) in model.base_relatives.iter().enumerate() {
        let mut absolute = match model.parents[bone] {
            -1 => [0, 1, 2].map(|i| base[i].map(R::from)),
            parent => product(&absolutes[parent as usize], base),
        };
        // the first joint of a finger spreads and bends, the next two bend
        let (finger, joint) = (bone.wrapping_sub(1) / 4, bone.wrapping_sub(1) % 4);
        let angles = theta.get(6 + 4 * finger.min(FINGERS)..).and_then(|rest| rest.first_chunk());
        match (angles, joint) {
            (Some(&[bend, spread, _, _]), 1) => {
                turn(&mut absolute, [x, y], spread);
                turn(&mut absolute, [y, z], bend);
            }
            (Some(&[_, _, bend, _]), 2) | (Some(&[_, _, _, bend]), 3) => turn(&mut absolute, [y, z], bend),
            _ => {}
        }
        absolutes.push(absolute);
    }
    absolutes.iter().zip(&model.inverse_base_absolutes).map(|(absolute, inverse)| product(absolute, inverse)).collect()
}

/// A rotation around an axis, by an angle of its length; none at all if that is tiny.
fn rotation<R: Apply>(axis: [R; 3]) -> [[R; 3]; 3] {
    let angle = (axis[0] * axis[0] + axis[1] * axis[1] + axis[2] * axis[2]).sqrt();
    let tiny = angle.less(1e-4.into());
    let (sin, cos) = (angle.sin(), angle.cos());
    let [x, y, z] = axis.map(|a| a / angle);
    let versine = -cos + 1.0;
    let turn = [
        [x * x * versine + cos, x * y * versine - z * sin, x * z * versine + y * sin],
        [x * y * versine + z * sin, y * y * versine + cos, y * z * versine - x * sin],
        [x * z * versine - y * sin, y * z * versine + x * sin, z * z * versine + cos],
    ];
    [0, 1, 2].map(|i| [0, 1, 2].map(|j| R::select(tiny, R::from(if i == j { 1.0 } else { 0.0 }), turn[i][j])))
}

/// Where the vertices are in the pose.
fn vertices<R: Apply>(model: &Model, theta: &[R]) -> Vec<[R; 3]> {
    // the hand is mirrored, turned and moved as a whole: each bone is, since a vertex is a mean of what its bones make of it
    let mut rotation = rotation([theta[0], theta[1], theta[2]]);
    if model.is_mirrored {
        rotation.iter_mut().for_each(|row| row[0] = -row[0]);
    }
    let turned = |bone: &Affine<R>| {
        [0, 1, 2].map(|i| {
            let row = &rotation[i];
            [0, 1, 2, 3].map(|j| row[0] * bone[0][j] + row[1] * bone[1][j] + row[2] * bone[2][j])
        })
    };
    let bones: Vec<Affine<R>> = bones(model, theta).iter().map(turned).collect();
    let mut vertices = vec![[theta[3], theta[4], theta[5]]; model.base_positions.len()];
    for ((place, base), skin) in vertices.iter_mut().zip(&model.base_positions).zip(&model.skin.vertices) {
        for &(bone, weight) in skin {
            let base = base.map(|x| weight * x);
            for (place, row) in place.iter_mut().zip(&bones[bone]) {
                *place += row[0] * base[0] + row[1] * base[1] + row[2] * base[2] + row[3] * base[3];
            }
        }
    }
    vertices
}

/// How far a point was measured from where it is in a triangle with these corners, along one axis. With other numbers it is
/// differentiated by the corners or by u.
#[inline(always)]
fn residual<A, B, R, P>(corners: [A; 3], [u, v]: [B; 2], point: P) -> R
where
    A: Copy + Mul<B, Output = R>,
    B: Real,
    R: Real + Add<P, Output = R>,
{
    let [a, b, c] = corners;
    -(a * u + b * v + c * (-u - v + 1.0)) + point
}

impl Data {
    /// Where point i is: the corners of its triangle along an axis, or three times its vertex.
    #[inline(always)]
    fn corners<T: Copy>(&self, vertices: &[[T; 3]], i: usize, axis: usize, on_triangles: bool) -> [T; 3] {
        let place = self.correspondences[i];
        let corners = if on_triangles { self.model.triangles[place] } else { [place; 3] };
        corners.map(|corner| vertices[corner][axis])
    }
}

type ByTheta = Tangents<f64, THETA, Ieee>;

/// The vertices and their derivatives by theta, all at once.
fn vertices_by_theta(model: &Model, theta: [f64; THETA]) -> Vec<[ByTheta; 3]> {
    let fast = vertices(model, &ByTheta::variables(theta));
    if fast.as_flattened().iter().any(|x| x.tangents().iter().any(|tangent| tangent.is_nan())) {
        let exact = vertices(model, &Tangents::<f64, THETA>::variables(theta));
        return exact.into_iter().map(|x| x.map(|x| Tangents::new(x.primal, x.tangents()))).collect();
    }
    fast
}

/// Where in its triangle a point is that has no place of its own: at the first corner.
const AT_CORNER: [f64; 2] = [1.0, 0.0];

pub fn objective(Input { theta, data, us }: Input) -> impl FnMut(&mut Vec<f64>) {
    let on_triangles = !us.is_empty();
    move |out| {
        let vertices = vertices(&data.model, &theta);
        out.resize(3 * data.points.len(), 0.0);
        for (row, out) in out.iter_mut().enumerate() {
            let (i, axis) = (row / 3, row % 3);
            let u = us.get(i).copied().unwrap_or(AT_CORNER);
            *out = residual(data.corners(&vertices, i, axis, on_triangles), u, data.points[i][axis]);
        }
    }
}

/// The columns are first by the two numbers of each point's own place in its triangle, if it has them, and then by theta.
pub fn jacobian(Input { theta, data, us }: Input) -> impl FnMut(&mut Matrix) {
    let theta: [f64; THETA] = theta.try_into().expect("the length was checked");
    let on_triangles = !us.is_empty();
    let own = if on_triangles { 2 } else { 0 };
    move |jacobian| {
        let vertices = vertices_by_theta(&data.model, theta);
        jacobian.reshape(3 * data.points.len(), own + THETA);
        for (row, out) in jacobian.numbers.chunks_exact_mut(own + THETA).enumerate() {
            let (i, axis) = (row / 3, row % 3);
            let u = us.get(i).copied().unwrap_or(AT_CORNER);
            let corners = data.corners(&vertices, i, axis, on_triangles);
            let by_theta = residual(corners, u, data.points[i][axis]);
            let by_u = residual(corners.map(|x| x.primal), Tangents::<_, 2>::variables(u), data.points[i][axis]);
            out[..own].copy_from_slice(&by_u.tangents()[..own]);
            out[own..].copy_from_slice(&by_theta.tangents());
        }
    }
}

/// The points' own places and the measured points are data. All places are moved together by the first two variables, which are 0: a row
/// depends on one place alone, so that the columns by these variables are those by each row's own place.
pub fn compiled(Input { theta, data, us }: Input) -> Result<impl FnMut(&mut Matrix), Error> {
    let own = if us.is_empty() { 0 } else { 2 };
    let variables = [&[0.0; 2][..own], &theta].concat();
    let measured = [us.as_flattened(), data.points.as_flattened()].concat();
    let f = routine!([data: &Data = &data, own: usize = own] |x| -> Vec<R> {
        let (shift, x) = x.split_at(own);
        let (theta, x) = x.split_at(THETA);
        let (us, points) = x.split_at(own * data.points.len());
        let vertices = vertices(&data.model, theta);
        let residual = |(row, &point): (usize, &R)| {
            let (i, axis) = (row / 3, row % 3);
            let u = us.as_chunks().0.get(i).map_or(AT_CORNER.map(R::from), |&[u, v]| [u + shift[0], v + shift[1]]);
            residual(data.corners(&vertices, i, axis, own > 0), u, point)
        };
        points.iter().enumerate().map(residual).collect()
    });
    let program = Program::trace(&f, Inputs::new(&variables).data(&measured))?;
    let pattern = program.jacobian_pattern()?.clone();
    program.sparse_jacobian_program()?;
    let (inputs, mut entries) = ([&*variables, &measured].concat(), vec![0.0; pattern.len()]);
    Ok(move |jacobian: &mut Matrix| {
        program.sparse_jacobian(&inputs, &mut entries).expect("no number is compared");
        jacobian.reshape(pattern.rows(), own + THETA);
        jacobian.numbers.fill(0.0);
        let places = (0..pattern.rows()).flat_map(|i| pattern.row(i).map(move |j| (i, j)));
        places.zip(&entries).for_each(|((i, j), &entry)| jacobian.numbers[i * (own + THETA) + j] = entry);
    })
}
