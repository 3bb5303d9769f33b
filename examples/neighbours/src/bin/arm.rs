//! An arm of seven joints draws a circle with its hand turned down: at each point the angles are found by least squares
//! (levenberg-marquardt), from those of the point before, with the Jacobian of the arm's kinematics.

use gprime::border::levenberg_marquardt::Fit;
use gprime::prelude::*;
use gprime_neighbours::{Failure, Series, picture};
use levenberg_marquardt::LevenbergMarquardt;
use std::f64::consts::{FRAC_PI_2, TAU};

const JOINTS: usize = 7;
/// How far along its axis each joint reaches to the next, and by how much the next axis is turned.
const LENGTH: [f64; JOINTS] = [0.34, 0.0, 0.4, 0.0, 0.4, 0.0, 0.126];
const TWIST: [f64; JOINTS] = [-FRAC_PI_2, FRAC_PI_2, FRAC_PI_2, -FRAC_PI_2, -FRAC_PI_2, FRAC_PI_2, 0.0];
const STEPS: usize = 120;

type Pose<R> = [[R; 4]; 4];

fn product<R: Number>(a: &Pose<R>, b: &Pose<R>) -> Pose<R> {
    let entry = |i: usize, j: usize| (0..4).map(|k| a[i][k] * b[k][j]).sum();
    std::array::from_fn(|i| std::array::from_fn(|j| entry(i, j)))
}

/// Where the hand is, given the angles: the product of the joints' poses by Denavit and Hartenberg.
fn hand<R: Number>(angles: &[R]) -> Pose<R> {
    let joint = |i: usize| {
        let (s, c) = (angles[i].sin(), angles[i].cos());
        let (st, ct) = (TWIST[i].sin(), TWIST[i].cos());
        let [zero, one] = [0.0, 1.0].map(R::from);
        [
            [c, s * -ct, s * st, zero],
            [s, c * ct, c * -st, zero],
            [zero, st.into(), ct.into(), LENGTH[i].into()],
            [zero, zero, zero, one],
        ]
    };
    (1..JOINTS).fold(joint(0), |pose, i| product(&pose, &joint(i)))
}

fn target(step: usize) -> [f64; 3] {
    let t = TAU * step as f64 / STEPS as f64;
    [0.5 + 0.15 * t.cos(), 0.15 * t.sin(), 0.3]
}

fn main() -> Result<(), Failure> {
    let position = |pose: &Pose<f64>| [pose[0][3], pose[1][3], pose[2][3]];
    let mut angles = vec![0.1, 0.5, 0.1, -1.2, 0.1, 1.2, 0.1];
    let (mut paths, mut drawn) = (vec![vec![]; JOINTS], vec![]);
    let (mut worst, mut evaluations) = (0.0f64, 0);
    for step in 0..=STEPS {
        let (goal, before) = (target(step), angles.clone());
        let errors = routine!([goal: [f64; 3] = goal, before: &[f64] = &before] |x| -> Vec<R> {
            let pose = hand(x);
            let place = (0..3).map(|i| pose[i][3] - goal[i]);
            let down = (0..3).map(|i| pose[i][2] - [0.0, 0.0, -1.0][i]);
            // of all angles that reach the point those near the ones before
            let moved = x.iter().zip(before).map(|(&x, &before)| (x - before) * 1e-3);
            place.chain(down).chain(moved).collect()
        });
        let (fit, report) = LevenbergMarquardt::new().minimize(Fit::new(errors, &angles));
        if let Some(error) = fit.error() {
            return Err(error.clone().into());
        }
        evaluations += report.number_of_evaluations;
        angles = fit.x().to_vec();
        let at = position(&hand(&angles));
        worst = (0..3).map(|i| (at[i] - goal[i]).abs()).fold(worst, f64::max);
        drawn.push((at[0], at[1]));
        paths.iter_mut().zip(&angles).for_each(|(path, &angle)| path.push((step as f64, angle.to_degrees())));
    }
    println!("{} points in {evaluations} evaluations; the hand is off by {:.1e} m at most", STEPS + 1, worst);
    assert!(worst < 1e-4, "the hand does not reach the circle");

    // how fast the hand moves with each joint, at the end
    let place = routine!(|x| -> [R; 3] {
        let pose = hand(x);
        [pose[0][3], pose[1][3], pose[2][3]]
    });
    println!("\n∂(x, y, z)/∂angle, in m/rad");
    for row in place.jacobian(&angles) {
        println!("{}", row.iter().map(|slope| format!("{slope:8.3}")).collect::<String>());
    }
    let names = ["joint 1", "joint 2", "joint 3", "joint 4", "joint 5", "joint 6", "joint 7"];
    let series: Vec<Series> = names.iter().zip(paths).map(|(&name, path)| Series::Line(name, path)).collect();
    picture("arm", "Angles of an arm that draws a circle", ["step", "degrees"], &series)
}
