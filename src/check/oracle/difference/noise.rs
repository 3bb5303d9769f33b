//! How far the values of a function are off, measured from the values themselves.

/// How many values a measurement takes.
pub(super) const VALUES: i32 = 8;

/// How far the values of a function are off beside x: of its two sides the better, since a jump is no noise.
pub(in crate::check) fn noise(f: &impl Fn(f64) -> f64, x: f64) -> f64 {
    // the round-off of f64 shows at any spacing, that of f32 only if the values are not too close together
    let side = |direction: f64| {
        let size = f64::max(x.abs(), 2f64.powi(-10));
        let spacings = [-40, -30, -20].map(|e| (size * 2f64.powi(e)).min(2f64.powi(-10)));
        spacings.map(|spacing| noise_at(f, x, direction * spacing).unwrap_or(0.0)).into_iter().fold(0.0, f64::max)
    };
    side(1.0).min(side(-1.0))
}

/// The standard deviation of the values beside x, from a table of differences (J. Moré and S. Wild, "Estimating computational
/// noise", 2011). At this spacing the function should be a polynomial of low degree to the last digit; so high differences are noise, and
/// the mean square of those of order k is the variance times (2k)! / (k!)². `None` if a value is not finite.
pub(super) fn noise_at(f: impl Fn(f64) -> f64, x: f64, spacing: f64) -> Option<f64> {
    const ORDER: i32 = 6;
    // on a grid of powers of two round-off may be the same everywhere
    let spacing = 1.371 * spacing;
    let mut table: Vec<f64> = (1..=VALUES).map(|i| f(x + spacing * f64::from(i))).collect();
    let mut scale = 1.0;
    let mut deviations = vec![];
    for order in 1..VALUES {
        table = table.windows(2).map(|pair| pair[1] - pair[0]).collect();
        scale *= f64::from(4 * order - 2) / f64::from(order);
        if order >= ORDER {
            deviations.extend(table.iter().map(|d| d * d / scale));
        }
    }
    let deviation = (deviations.iter().sum::<f64>() / deviations.len() as f64).sqrt();
    Some(deviation).filter(|deviation| deviation.is_finite())
}
