//! Hand tracking: how far points were measured from where a posed hand has them, and the Jacobian of that by the pose. A hand is a
//! mesh over a skeleton: each vertex moves with a weighted mean of a few bones.

use super::{Matrix, Problem, expect_between, expect_len};
use gprime::prelude::*;
use serde::Deserialize;

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

fn product<A: Real, R: Real>(a: &Transform<A>, b: &Transform<R>, times: impl Fn(R, A) -> R) -> Transform<R> {
    [0, 1, 2, 3]
        .map(|i| [0, 1, 2, 3].map(|j| (1..4).fold(times(b[0][j], a[i][0]), |sum, k| sum + times(b[k][j], a[i][k]))))
}

/// A bend around x, and then one around z.
fn bend<R: Real>([x, z]: [R; 2]) -> Transform<R> {
    let [zero, one] = [0.0, 1.0].map(R::from);
    let (sx, cx, sz, cz) = (x.sin(), x.cos(), z.sin(), z.cos());
    [[cz, -(sz * cx), sz * sx, zero], [sz, cz * cx, -(cz * sx), zero], [zero, sx, cx, zero], [zero, zero, zero, one]]
}

/// What takes each bone from where it is at rest to where it is in the pose, in the hand's own coordinates.
fn bones<R: Apply>(model: &Model, theta: &[R]) -> Vec<Transform<R>> {
    let mut absolutes: Vec<Transform<R>> = Vec::with_capacity(model.bone_count);
    for (bone, base) in model.base_relatives.iter().enumerate() {
        let zero = R::from(0.0);
        let (finger, joint) = (bone.wrapping_sub(1) / 4, bone.wrapping_sub(1) % 4);
        let angles = match theta.get(6 + 4 * finger.min(FINGERS)..) {
            Some(&[x, z, ..]) if joint == 1 => Some([x, z]),
            Some(&[_, _, x, ..]) if joint == 2 => Some([x, zero]),
            Some(&[_, _, _, x, ..]) if joint == 3 => Some([x, zero]),
            _ => None,
        };
        let relative = match angles {
            Some(angles) => product(base, &bend(angles), |b, a| b * a),
            None => base.map(|row| row.map(R::from)),
        };
        absolutes.push(match model.parents[bone] {
            -1 => relative,
            parent => product(&absolutes[parent as usize], &relative, |b, a| b * a),
        });
    }
    let rested = |(absolute, inverse): (&Transform<R>, &Transform<f64>)| {
        absolute
            .map(|row| [0, 1, 2, 3].map(|j| (1..4).fold(row[0] * inverse[0][j], |sum, k| sum + row[k] * inverse[k][j])))
    };
    absolutes.iter().zip(&model.inverse_base_absolutes).map(rested).collect()
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
    let bones = bones(model, theta);
    let rotation = rotation([theta[0], theta[1], theta[2]]);
    let vertex = |(base, skin): (&[f64; 4], &Vec<(usize, f64)>)| {
        let mut place = [R::from(0.0); 3];
        for &(bone, weight) in skin {
            let base = base.map(|x| weight * x);
            for (place, row) in place.iter_mut().zip(&bones[bone]) {
                *place += row[0] * base[0] + row[1] * base[1] + row[2] * base[2] + row[3] * base[3];
            }
        }
        if model.is_mirrored {
            place[0] = -place[0];
        }
        [0, 1, 2].map(|i| {
            let row = rotation[i];
            row[0] * place[0] + row[1] * place[1] + row[2] * place[2] + theta[3 + i]
        })
    };
    model.base_positions.iter().zip(&model.skin.vertices).map(vertex).collect()
}

/// Hands to `each` how far every point was measured from where the pose has it. `u(i)` says where in its triangle point i is.
fn residuals<R: Apply>(
    data: &Data,
    theta: &[R],
    u: Option<impl Fn(usize) -> [R; 2]>,
    mut each: impl FnMut(usize, [R; 3]),
) {
    let vertices = vertices(&data.model, theta);
    for (i, (&place, point)) in data.correspondences.iter().zip(&data.points).enumerate() {
        let hand = match &u {
            None => vertices[place],
            Some(u) => {
                let [a, b, c] = data.model.triangles[place].map(|corner| vertices[corner]);
                let [u, v] = u(i);
                let w = -u - v + 1.0;
                [0, 1, 2].map(|j| u * a[j] + v * b[j] + w * c[j])
            }
        };
        each(i, [0, 1, 2].map(|j| -hand[j] + point[j]));
    }
}

pub fn objective(input: Input) -> impl FnMut(&mut Vec<f64>) {
    move |out| {
        out.resize(3 * input.data.points.len(), 0.0);
        let u = (!input.us.is_empty()).then_some(|i: usize| input.us[i]);
        residuals(&input.data, &input.theta, u, |i, residual| out[3 * i..][..3].copy_from_slice(&residual));
    }
}

/// How many directions go forward together.
const DIRECTIONS: usize = 14;
type Forward = Dual<Lanes<DIRECTIONS>>;

/// The columns are first by the two numbers of each point's own place in its triangle, if it has them, and then by theta.
pub fn jacobian(input: Input) -> impl FnMut(&mut Matrix) {
    let own = if input.us.is_empty() { 0 } else { 2 };
    move |jacobian| {
        let columns = own + THETA;
        jacobian.reshape(3 * input.data.points.len(), columns);
        for first in (0..columns).step_by(DIRECTIONS) {
            let variable = |x: f64, column: usize| {
                let tangent = std::array::from_fn(|lane| if first + lane == column { 1.0 } else { 0.0 });
                Forward::new(x.into(), Lanes(tangent))
            };
            let theta: Vec<_> = input.theta.iter().enumerate().map(|(i, &x)| variable(x, own + i)).collect();
            let u = (own > 0).then_some(|i: usize| [0, 1].map(|j| variable(input.us[i][j], j)));
            residuals(&input.data, &theta, u, |i, residual| {
                for (j, residual) in residual.iter().enumerate() {
                    let row = &mut jacobian.numbers[(3 * i + j) * columns..][..columns];
                    row[first..].iter_mut().zip(residual.tangent.0).for_each(|(out, tangent)| *out = tangent);
                }
            });
        }
    }
}
