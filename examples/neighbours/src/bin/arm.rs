//! An arm of seven joints draws a circle with its hand turned down. The kinematics are those of nalgebra, for any number; at each point the angles
//! are found by damped least squares, from those of the point before, with the Jacobian of the kinematics.

use gprime::border::nalgebra::jacobian;
use gprime_neighbours::{Failure, Series, picture};
use nalgebra::{Isometry3, RealField, SMatrix, SVector, Translation3, UnitQuaternion, Vector3};
use std::f64::consts::{FRAC_PI_2, TAU};

const JOINTS: usize = 7;
/// How far along its axis each joint reaches to the next, and by how much the next axis is turned.
const LENGTH: [f64; JOINTS] = [0.34, 0.0, 0.4, 0.0, 0.4, 0.0, 0.126];
const TWIST: [f64; JOINTS] = [-FRAC_PI_2, FRAC_PI_2, FRAC_PI_2, -FRAC_PI_2, -FRAC_PI_2, FRAC_PI_2, 0.0];
const STEPS: usize = 120;

/// Where the hand is and where it points to, given the angles, by Denavit and Hartenberg.
fn hand<T: RealField + Copy>(angles: SVector<T, JOINTS>) -> SVector<T, 6> {
    let mut pose = Isometry3::identity();
    for (i, &angle) in angles.iter().enumerate() {
        let twist = UnitQuaternion::from_axis_angle(&Vector3::x_axis(), TWIST[i]);
        let link = Isometry3::from_parts(Translation3::new(0.0, 0.0, LENGTH[i]), twist);
        pose = pose * UnitQuaternion::from_axis_angle(&Vector3::z_axis(), angle) * link.cast::<T>();
    }
    let (at, along) = (pose.translation.vector, pose * Vector3::z());
    [at.x, at.y, at.z, along.x, along.y, along.z].into()
}

/// A point of the circle, and down.
fn target(step: usize) -> SVector<f64, 6> {
    let (sin, cos) = (TAU * step as f64 / STEPS as f64).sin_cos();
    [0.5 + 0.15 * cos, 0.15 * sin, 0.3, 0.0, 0.0, -1.0].into()
}

fn main() -> Result<(), Failure> {
    let mut angles = SVector::from([0.1, 0.5, 0.1, -1.2, 0.1, 1.2, 0.1]);
    let (mut paths, mut worst, mut evaluations) = (vec![vec![]; JOINTS], 0.0f64, 0);
    for step in 0..=STEPS {
        let goal = target(step);
        let missed = (0..100).find_map(|_| {
            let (at, by_angles) = jacobian!(hand, &angles);
            evaluations += 1;
            let missing = goal - at;
            if missing.norm() < 1e-9 {
                return Some(missing.norm());
            }
            // of all moves that lead there the smallest, and a limited one where the arm is stretched
            let damped = by_angles * by_angles.transpose() + SMatrix::identity() * 1e-5;
            angles += by_angles.transpose() * damped.cholesky()?.solve(&missing);
            None
        });
        worst = worst.max(missed.ok_or("the hand does not reach the circle")?);
        paths.iter_mut().zip(&angles).for_each(|(path, angle)| path.push((step as f64, angle.to_degrees())));
    }
    println!("{} points in {evaluations} evaluations; place and direction are off by {worst:.1e} at most", STEPS + 1);

    // how fast the hand moves with each joint, at the end
    let (_, by_angles) = jacobian!(hand, &angles);
    println!("\n∂(x, y, z)/∂angle, in m/rad{:.3}", by_angles.fixed_rows::<3>(0));
    let names = ["joint 1", "joint 2", "joint 3", "joint 4", "joint 5", "joint 6", "joint 7"];
    let series: Vec<Series> = names.iter().zip(paths).map(|(&name, path)| Series::Line(name, path)).collect();
    picture("arm", "Angles of an arm that draws a circle", ["step", "degrees"], &series)
}
