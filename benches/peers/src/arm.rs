//! The Jacobian of an arm of seven joints, which is written with nalgebra: where the hand is and how it is turned, by the angles. It is a program
//! for `T: RealField`, so only numbers that are one can run it.

use crate::measure::timing::{Timing, Way, way};
use gprime::border::nalgebra::jacobian;
use nalgebra::{Isometry3, RealField, SMatrix, SVector, Translation3, Unit, UnitQuaternion, Vector3};
use num_dual::DualSVec64;
use std::hint::black_box;

/// Three coordinates, and the four of a unit quaternion.
type Pose<T> = SVector<T, 7>;
type Jacobian = SMatrix<f64, 7, 7>;

/// Joint i turns about z or y, in turn, and moves what comes after it.
fn axis<T: RealField>(joint: usize) -> Unit<Vector3<T>> {
    if joint.is_multiple_of(2) { Vector3::z_axis() } else { Vector3::y_axis() }
}

/// From a joint to the next.
const LINK: [f64; 3] = [0.1, 0.0, 0.3];

fn arm<T: RealField + Copy>(angles: SVector<T, 7>) -> Pose<T> {
    let link = Translation3::from(Vector3::from(LINK).map(nalgebra::convert));
    let mut hand = Isometry3::identity();
    for (joint, &angle) in angles.iter().enumerate() {
        hand = hand * UnitQuaternion::from_axis_angle(&axis(joint), angle) * link;
    }
    pose(&hand)
}

fn pose<T: RealField + Copy>(hand: &Isometry3<T>) -> Pose<T> {
    let (at, turned) = (hand.translation.vector, hand.rotation.coords);
    [at.x, at.y, at.z, turned.x, turned.y, turned.z, turned.w].into()
}

/// By hand: a joint with the axis a at p moves the hand at h by a × (h − p), and turns it by ½ a q.
fn by_hand(angles: &SVector<f64, 7>) -> (Pose<f64>, Jacobian) {
    let link = Translation3::from(Vector3::from(LINK));
    let mut hand = Isometry3::identity();
    let joints: [_; 7] = std::array::from_fn(|joint| {
        let (p, a) = (hand.translation.vector, hand.rotation * axis(joint).into_inner());
        hand = hand * UnitQuaternion::from_axis_angle(&axis(joint), angles[joint]) * link;
        (p, a)
    });
    let mut columns = Jacobian::zeros();
    for (k, (p, a)) in joints.iter().enumerate() {
        let moves = a.cross(&(hand.translation.vector - p));
        let turns = nalgebra::Quaternion::from_imag(a * 0.5) * hand.rotation.into_inner();
        columns.fixed_view_mut::<3, 1>(0, k).copy_from(&moves);
        columns.fixed_view_mut::<4, 1>(3, k).copy_from(&turns.coords);
    }
    (pose(&hand), columns)
}

/// In how many poses it is measured in turn.
const TURNS: usize = 16;

pub fn measure(timing: &mut Timing) {
    let angles: [SVector<f64, 7>; TURNS] =
        std::array::from_fn(|turn| SVector::from_fn(|joint, _| ((turn * 7 + joint) as f64).sin()));
    let ours = |x: &SVector<f64, 7>| jacobian!(arm, x);
    let num_dual = |x: &SVector<f64, 7>| num_dual::jacobian(arm::<DualSVec64<7>>, x);
    for x in &angles {
        let (y, expected) = by_hand(x);
        for (found, j) in [ours(x), num_dual(x)] {
            assert!((found - y).norm() < 1e-12 && (j - expected).norm() < 1e-12, "the Jacobian of the arm is wrong");
        }
    }
    let ways: Vec<Way<'_>> = vec![
        way("plain", TURNS, |turn| arm(*black_box(&angles[turn])).sum()),
        of_jacobian("hand", &angles, by_hand),
        of_jacobian("gprime", &angles, ours),
        of_jacobian("num_dual", &angles, num_dual),
    ];
    // a product of two quaternions, a vector that is turned, and sine and cosine, for each joint
    timing.measure("arm", 7 * (28 + 30 + 2), ways);
}

/// A way to values and Jacobian, which are both used.
fn of_jacobian<'a>(
    name: &'static str,
    angles: &'a [SVector<f64, 7>],
    f: impl Fn(&SVector<f64, 7>) -> (Pose<f64>, Jacobian) + 'a,
) -> Way<'a> {
    way(name, TURNS, move |turn| {
        let (y, j) = black_box(f(black_box(&angles[turn])));
        y[0] + j[(0, 0)]
    })
}
