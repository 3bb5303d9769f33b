//! Steps in the values of a function: the quantum of a staircase that rounding makes, and plateaus.

use super::ladder::Ladder;
use super::reading::Reading;

/// How many levels may be seen of a function whose steps are taken for what they are.
const FEW_LEVELS: usize = 8;
/// How often the widest step is doubled in search of the end of a plateau.
const DOUBLINGS: i32 = 12;
/// A slope below is as good as 0.
pub(super) const TINY: f64 = 1e-290;

/// What the surroundings of a point say of its values.
pub(super) struct Neighbourhood {
    /// The staircase that the values may be.
    pub staircase: Option<Staircase>,
    /// Where the value is constant over small steps: whether it is so because it is made so. Not known if larger steps tell of slopes.
    pub plateau: Option<bool>,
    /// The slope that a constant value may hide, as that of a tail that is rounded off.
    pub tail: f64,
}

/// Steps on the sides of a point.
#[derive(Clone, Copy, Debug)]
pub(super) struct Staircase {
    /// How wide the step is on which the point lies.
    pub width: f64,
    /// The height of the steps beside it.
    pub height: f64,
}

/// Whether steps of a height may be the round-off of intermediate results of about size 1.
pub(super) fn is_round_off(height: f64) -> bool {
    (0.125..=4.0).contains(&(height / f64::EPSILON))
}

/// A place where the value jumps.
#[derive(Clone, Copy, Debug)]
struct Step {
    distance: f64,
    height: f64,
    /// Whether the value goes on beyond steadily, neither constant nor by another step.
    ends_at_slope: bool,
}

impl Neighbourhood {
    pub fn explore(f: &dyn Fn(f64) -> f64, ladder: &Ladder, fine: &Reading) -> Self {
        let nothing = Neighbourhood { staircase: None, plateau: None, tail: 0.0 };
        let search = |side: usize, slope: f64| Search { f, ladder, side, slope };
        if !ladder.here.is_finite() {
            nothing
        } else if ladder.is_level()
            && [fine.left, fine.central, fine.right].iter().any(|d| d.slope.abs() <= 4.0 * d.error)
        {
            Self::of_constant(ladder, [0, 1].map(|side| search(side, 0.0).end()), &|step| step.is_one_of_few(f, ladder))
        } else {
            let steps = [0, 1].map(|side| search(side, 0.0).first_step());
            // a staircase goes on to both sides; one jump is none, unless it is round-off
            let has = |side: usize| ladder.rungs.iter().any(|rung| rung.values[side].is_finite());
            let on_both = (0..2).all(|side| steps[side].is_some() || !has(side));
            let staircase = Staircase::of(&steps).filter(|staircase| on_both || is_round_off(staircase.height));
            Neighbourhood { staircase, ..nothing }
        }
    }

    /// What the ends of a constant stretch say. It is a plateau if it has none, or if the value departs at once, steadily or by a jump
    /// that is one of few; else it is a step of a staircase, or round-off hides a tail.
    fn of_constant(ladder: &Ladder, ends: [End; 2], is_one_of_few: &dyn Fn(&Step) -> bool) -> Self {
        let is_made = |end: &End| match end {
            End::None => true,
            End::Step(Step { distance, height, .. }) | End::Slope { distance, height, .. }
                if height / distance <= TINY =>
            {
                true
            }
            End::Step(step) => !is_round_off(step.height) && (step.ends_at_slope || is_one_of_few(step)),
            End::Slope { at_once, .. } => *at_once,
        };
        let plateau = ends.iter().all(is_made);
        let tail = |end: &End| match *end {
            End::None => 0.0,
            End::Step(Step { distance, height, .. }) | End::Slope { distance, height, .. } => height / distance,
        };
        let widest = ladder.rungs.first().map_or(0.0, |rung| rung.steps[1]);
        let steps = ends.each_ref().map(|end| match end {
            End::Step(step) if step.distance <= widest => Some(*step),
            _ => None,
        });
        let staircase = Staircase::of(&steps).filter(|_| !plateau);
        let is_all_there_is = ladder.range() == 0.0;
        let tail = if plateau || !is_all_there_is { 0.0 } else { ends.iter().map(tail).fold(0.0, f64::max) };
        Neighbourhood { staircase, plateau: Some(plateau).filter(|plateau| *plateau || is_all_there_is), tail }
    }
}

impl Staircase {
    fn of(steps: &[Option<Step>; 2]) -> Option<Self> {
        let height = steps.iter().flatten().map(|step| step.height).reduce(f64::max)?;
        let width = steps.iter().flatten().map(|step| step.distance).sum();
        Some(Staircase { width, height })
    }
}

impl Step {
    /// Whether there are few levels on the way to a distance of x, or of 1, or of twice the step's: then it is what it is, and no rounding.
    fn is_one_of_few(&self, f: &dyn Fn(f64) -> f64, ladder: &Ladder) -> bool {
        let radius = ladder.x.abs().max(1.0).max(2.0 * self.distance);
        let far = [0.2, 0.45, 0.7, 1.0].into_iter().flat_map(|part| [-part, part]);
        let mut levels: Vec<f64> = far.map(|part| f(ladder.x + part * radius)).chain(ladder.values()).collect();
        levels.retain(|value| value.is_finite());
        levels.sort_by(f64::total_cmp);
        levels.dedup();
        levels.len() <= FEW_LEVELS && levels[levels.len() - 1] - levels[0] <= FEW_LEVELS as f64 * self.height
    }
}

/// How a constant stretch ends on one side.
enum End {
    None,
    Step(Step),
    /// The value departs without a jump; whether it leaves round-off at once.
    Slope {
        at_once: bool,
        distance: f64,
        height: f64,
    },
}

/// A search to one side of a point for a step that a slope does not explain.
struct Search<'a> {
    f: &'a dyn Fn(f64) -> f64,
    ladder: &'a Ladder,
    side: usize,
    slope: f64,
}

/// A value at a distance.
#[derive(Clone, Copy)]
struct Place {
    distance: f64,
    value: f64,
    /// The value less that at the point and what the slope adds.
    rest: f64,
}

impl Search<'_> {
    /// The value about a distance away; the place has the distance as it is realised.
    fn place(&self, distance: f64) -> Place {
        let t = self.ladder.x + self.sign() * distance;
        self.with_value((t - self.ladder.x).abs(), (self.f)(t))
    }

    fn with_value(&self, distance: f64, value: f64) -> Place {
        Place { distance, value, rest: value - self.ladder.here - self.slope * self.sign() * distance }
    }

    fn sign(&self) -> f64 {
        if self.side == 0 { -1.0 } else { 1.0 }
    }

    /// The places on the ladder, from the nearest on.
    fn places(&self) -> impl Iterator<Item = Place> {
        let rungs = self.ladder.rungs.iter().rev().filter(|rung| rung.steps[self.side] > 0.0);
        let places = rungs.map(|rung| self.with_value(rung.steps[self.side], rung.values[self.side]));
        places.take_while(|place| place.rest.is_finite())
    }

    fn noise(&self, place: &Place) -> f64 {
        let size = self.ladder.here.abs().max(place.value.abs());
        self.ladder.round_off(size) + 4.0 * self.ladder.least_measured()
    }

    fn start(&self) -> Place {
        Place { distance: 0.0, value: self.ladder.here, rest: 0.0 }
    }

    /// The first step away from the point. From rung to rung the value goes on in a straight line but for a rest, which grows steadily if the
    /// function is smooth, and at a step at once.
    fn first_step(&self) -> Option<Step> {
        const TRIES: usize = 2;
        let mut before = 0.0;
        let suspect = |(inside, outside): (Place, Place)| {
            let straight = Search { slope: self.slope_to(&inside), ..*self };
            let [inside, outside] = [inside, outside].map(|place| straight.with_value(place.distance, place.value));
            let ratio = outside.distance / inside.distance;
            let grows_at_once = outside.rest.abs() > 16.0 * ((0.5 * ratio).powi(3) * before + self.noise(&outside));
            before = outside.rest.abs();
            grows_at_once.then_some((straight, inside, outside))
        };
        let larger = |inside: &Place, middle: &Place, outside: &Place| {
            (middle.rest - inside.rest).abs() >= (outside.rest - middle.rest).abs()
        };
        self.places().zip(self.places().skip(1)).filter_map(suspect).take(TRIES).find_map(
            |(straight, inside, outside)| {
                let (inside, outside) = straight.bisect(inside, outside, larger);
                straight.step_at(inside, outside)
            },
        )
    }

    fn slope_to(&self, place: &Place) -> f64 {
        self.sign() * (place.value - self.ladder.here) / place.distance
    }

    /// The step between two places next to each other, if it stands clear of the noise and of what the function does beside it.
    fn step_at(&self, inside: Place, outside: Place) -> Option<Step> {
        let (distance, height) = (outside.distance, (outside.rest - inside.rest).abs());
        let gap = distance - inside.distance;
        let [within, beyond] = [inside.distance - gap, distance + gap].map(|distance| self.place(distance));
        let jump = outside.rest - inside.rest;
        let goes_on = [inside.rest - within.rest, beyond.rest - outside.rest].iter().any(|step| step / jump > 0.125);
        // the next step cannot be nearer by far
        let variation =
            |times: f64| (self.place(distance * (1.0 + times * 2f64.powi(-10))).value - outside.value).abs();
        let is_step = height > 4.0 * self.noise(&outside) && !goes_on;
        is_step.then(|| {
            let variation = [1.0, 2.0, 3.0].map(variation).into_iter().fold(0.0, f64::max);
            Step { distance, height, ends_at_slope: 0.0 < variation && variation < 0.0625 * height }
        })
    }

    /// Halves the way between two places, and keeps the inner half if `inner` says so, until they are next to each other.
    fn bisect(
        &self,
        mut inside: Place,
        mut outside: Place,
        inner: impl Fn(&Place, &Place, &Place) -> bool,
    ) -> (Place, Place) {
        for _ in 0..64 {
            let middle = self.place(0.5 * (inside.distance + outside.distance));
            let is_between = inside.distance < middle.distance && middle.distance < outside.distance;
            if !is_between || !middle.rest.is_finite() {
                break;
            }
            if inner(&inside, &middle, &outside) { outside = middle } else { inside = middle }
        }
        (inside, outside)
    }

    /// The end of a constant stretch.
    fn end(&self) -> End {
        let Some(widest) = self.places().last() else { return End::None };
        let farther = (1..=DOUBLINGS).map(|i| self.place(widest.distance * 2f64.powi(i)));
        let mut inside = self.start();
        let mut places = self.places().chain(farther).take_while(|place| place.rest.is_finite());
        let departs = |place: &Place| {
            let departs = place.value != self.ladder.here;
            if !departs {
                inside = *place;
            }
            departs
        };
        let Some(outside) = places.find(departs) else { return End::None };
        let (inside, outside) = self.bisect(inside, outside, |_, middle, _| middle.value != self.ladder.here);
        if let Some(step) = self.step_at(inside, outside) {
            return End::Step(step);
        }
        // over as far as the value is constant, and no more, it departs by more than round-off
        let edge = (self.ladder.x + self.sign() * outside.distance).abs();
        let way = (1e-3 * edge.max(1e-3)).max(2f64.powi(-26) * self.ladder.x.abs());
        let beyond = self.place(outside.distance + way.min(outside.distance));
        let departure = beyond.rest.abs();
        let at_once = departure.is_nan()
            || departure > (1024.0 * f64::EPSILON * self.ladder.here.abs()).max(64.0 * outside.rest.abs());
        let height = outside.rest.abs().max(self.ladder.round_off(self.ladder.here.abs()));
        End::Slope { at_once, distance: outside.distance, height }
    }
}
