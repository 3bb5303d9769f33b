//! Where the nodes of a graph without cycles are drawn: in layers from left to right, without recursion.
//!
//! The steps are those of K. Sugiyama, S. Tagawa, M. Toda, "Methods for visual understanding of hierarchical system structures", 1981:
//! a node's layer is the longest path to it; for an edge over several layers a lane is kept free in each; the order inside of a layer
//! is that of the mean of the neighbours, from both sides in turn, and the best order seen is kept. The places inside of a layer are
//! the nearest to those means that keep the order and the distances: an isotonic regression, by pooling adjacent violators. An edge is
//! straight, or has one bend, wherever that leads past the nodes.

/// What is laid out: the size of every node, and the edges as pairs of a node and a later one, each with the width of its label.
pub(super) struct Task<'a> {
    pub sizes: &'a [[f64; 2]],
    pub edges: &'a [(usize, usize, f64)],
}

/// Where the nodes' middles are, the points that each edge goes through, where its label is, and how large all of it is.
pub(super) struct Layout {
    pub nodes: Vec<[f64; 2]>,
    pub edges: Vec<Vec<[f64; 2]>>,
    pub labels: Vec<[f64; 2]>,
    pub size: [f64; 2],
}

/// How often the order is improved from each side.
const ROUNDS: usize = 12;
/// How many lanes there may be; beyond, long edges have none, and are straight.
const MOST_BENDS: usize = 10_000;
/// How many places are tried for the bend of an edge, before those beside its own lane alone.
const MOST_PLACES: usize = 400;
/// The distance between two nodes of a layer, the height that an edge passes through a layer with, and that between two edges' ends.
const GAP: f64 = 14.0;
const LANE: f64 = 10.0;
const PORT: f64 = 9.0;
/// The distance of two layers, beside the widest label.
const ACROSS: f64 = 36.0;

/// A graph in which every edge goes from one layer to the next.
struct Layers {
    /// For each node, bends included, its layer.
    rank: Vec<usize>,
    height: Vec<f64>,
    /// The neighbours in the layer before and in the one after.
    before: Vec<Vec<usize>>,
    after: Vec<Vec<usize>>,
    layers: Vec<Vec<usize>>,
    /// For each edge its bends.
    bends: Vec<Vec<usize>>,
}

pub(super) fn layout(task: &Task<'_>) -> Layout {
    let mut graph = Layers::new(task);
    graph.order();
    let y = graph.heights(task.sizes.len());
    let columns = graph.columns(task);
    let port = ports(task, &y);
    let middle = |node: usize| [0.5 * columns[graph.rank[node]].iter().sum::<f64>(), y[node]];
    let nodes: Vec<[f64; 2]> = (0..task.sizes.len()).map(middle).collect();
    let paper = Paper { task, graph: &graph, nodes: &nodes, columns: &columns };
    let edges = task.edges.iter().enumerate().map(|(edge, &(from, to, _))| {
        let start = [nodes[from][0] + 0.5 * task.sizes[from][0], y[from]];
        let end = [nodes[to][0] - 0.5 * task.sizes[to][0], y[to] + port[edge]];
        let lanes = graph.bends[edge].iter().map(|&bend| y[bend]).collect();
        paper.route(from, to, [start, end], lanes)
    });
    let edges: Vec<Vec<[f64; 2]>> = edges.collect();
    let labels = task.edges.iter().zip(&edges).map(|(&(_, to, _), route)| paper.label(to, route)).collect();
    let right = columns.last().map_or(0.0, |[_, right]| *right);
    let bottom = (0..y.len()).map(|node| y[node] + 0.5 * graph.height[node]).fold(0.0, f64::max);
    Layout { labels, size: [right, bottom], edges, nodes }
}

/// Where edges are drawn.
struct Paper<'a> {
    task: &'a Task<'a>,
    graph: &'a Layers,
    nodes: &'a [[f64; 2]],
    /// The ends of each layer.
    columns: &'a [[f64; 2]],
}

impl Paper<'_> {
    /// The shortest way that is straight or has one bend and meets no node. Where there is none, the one through the lanes that were kept
    /// free for it.
    fn route(&self, from: usize, to: usize, [start, end]: [[f64; 2]; 2], lanes: Vec<f64>) -> Vec<[f64; 2]> {
        let layers = self.graph.rank[from]..=self.graph.rank[to];
        if layers.clone().count() != lanes.len() + 2 {
            return vec![start, end];
        }
        let others = |layer: usize| {
            let nodes = self.graph.layers[layer].iter().copied();
            nodes.filter(move |&node| node < self.nodes.len() && node != from && node != to)
        };
        // a bend is beside a layer: as high as an end, or as a lane, or right above or below a node that is in the way
        let lanes: Vec<f64> = [start[1]].into_iter().chain(lanes).chain([end[1]]).collect();
        let around = layers.clone().flat_map(others).flat_map(|node| {
            let reach = 0.5 * (self.task.sizes[node][1] + LANE);
            [self.nodes[node][1] - reach, self.nodes[node][1] + reach]
        });
        let heights: Vec<f64> = lanes.iter().copied().chain(around).collect();
        let few = lanes.len() * heights.len() <= MOST_PLACES;
        let beside = |layer: usize, y: f64| self.columns[layer].map(|x| [x, y]);
        let inside = |bend: &[f64; 2]| bend[0] > start[0] && bend[0] < end[0];
        let places = layers.clone().zip(&lanes).flat_map(|(layer, lane)| {
            let own = [start[1], *lane, end[1]];
            let tried = if few { heights.clone() } else { own.to_vec() };
            tried.into_iter().map(move |y| (layer, y))
        });
        let bends = places.flat_map(|(layer, y)| beside(layer, y)).filter(inside);
        let ways = [vec![start, end]].into_iter().chain(bends.map(|bend| vec![start, bend, end]));
        let mut ways: Vec<(f64, Vec<[f64; 2]>)> = ways
            .map(|way| (way.windows(2).map(|p| f64::hypot(p[1][0] - p[0][0], p[1][1] - p[0][1])).sum(), way))
            .collect();
        ways.sort_by(|a, b| a.0.total_cmp(&b.0));
        let is_clear = |way: &[[f64; 2]]| {
            let meets = |node: usize| way.windows(2).any(|line| self.meets(line, node));
            !layers.clone().flat_map(others).any(meets)
        };
        let shortest = ways.into_iter().map(|(_, way)| way).find(|way| is_clear(way));
        shortest.unwrap_or_else(|| {
            // level where there are nodes, and up or down between the layers
            let level = layers.clone().zip(&lanes).flat_map(|(layer, &y)| beside(layer, y)).filter(inside);
            [start].into_iter().chain(level).chain([end]).collect()
        })
    }

    /// Whether a line that goes to the right runs over a node or its numbers.
    fn meets(&self, line: &[[f64; 2]], node: usize) -> bool {
        let ([x, y], [width, height]) = (self.nodes[node], self.task.sizes[node]);
        let [left, right] = [(x - 0.5 * width).max(line[0][0]), (x + 0.5 * width).min(line[1][0])];
        let [one, two] = [left, right].map(|x| height_at(line, x));
        left <= right && one.min(two) < y + 0.5 * height && one.max(two) > y - 0.5 * height
    }

    /// The point of an edge before the last layer, which is where there is room for its label.
    fn label(&self, to: usize, route: &[[f64; 2]]) -> [f64; 2] {
        let rank = self.graph.rank[to];
        let gap = 0.5 * (self.columns[rank.saturating_sub(1)][1] + self.columns[rank][0]);
        let line = route.windows(2).find(|line| line[1][0] >= gap).unwrap_or(&route[..2]);
        [gap, height_at(line, gap)]
    }
}

fn height_at(line: &[[f64; 2]], x: f64) -> f64 {
    let [[x1, y1], [x2, y2]] = [line[0], line[1]];
    if x2 > x1 { y1 + (y2 - y1) * (x - x1) / (x2 - x1) } else { y1 }
}

/// How far above or below a node's middle each edge ends, so that edges do not end in one point.
fn ports(task: &Task<'_>, y: &[f64]) -> Vec<f64> {
    let mut into: Vec<Vec<usize>> = vec![vec![]; task.sizes.len()];
    task.edges.iter().enumerate().for_each(|(edge, &(_, to, _))| into[to].push(edge));
    let mut port = vec![0.0; task.edges.len()];
    for (node, mut edges) in into.into_iter().enumerate() {
        edges.sort_by(|&a, &b| y[task.edges[a].0].total_cmp(&y[task.edges[b].0]));
        let step = PORT.min(0.4 * task.sizes[node][1] / edges.len().max(1) as f64);
        let middle = 0.5 * (edges.len() as f64 - 1.0);
        edges.into_iter().enumerate().for_each(|(place, edge)| port[edge] = step * (place as f64 - middle));
    }
    port
}

impl Layers {
    fn new(task: &Task<'_>) -> Self {
        let n = task.sizes.len();
        let mut rank = vec![0; n];
        let mut by_end: Vec<_> = task.edges.to_vec();
        by_end.sort_by_key(|edge| edge.1);
        for (from, to, _) in by_end {
            rank[to] = rank[to].max(rank[from] + 1);
        }
        let depth = rank.iter().max().map_or(0, |deepest| deepest + 1);
        let mut graph = Layers {
            height: task.sizes.iter().map(|size| size[1]).collect(),
            before: vec![vec![]; n],
            after: vec![vec![]; n],
            layers: vec![vec![]; depth],
            bends: vec![],
            rank,
        };
        let span = |&(from, to, _): &(usize, usize, f64)| graph.rank[to] - graph.rank[from] - 1;
        let bent = task.edges.iter().map(span).sum::<usize>() <= MOST_BENDS;
        for &(from, to, _) in task.edges {
            let (mut bends, mut last) = (vec![], from);
            if bent {
                for rank in graph.rank[from] + 1..graph.rank[to] {
                    let bend = graph.rank.len();
                    graph.rank.push(rank);
                    graph.height.push(LANE);
                    graph.before.push(vec![last]);
                    graph.after.push(vec![]);
                    graph.after[last].push(bend);
                    bends.push(bend);
                    last = bend;
                }
            }
            if graph.rank[to] == graph.rank[last] + 1 {
                graph.after[last].push(to);
                graph.before[to].push(last);
            }
            graph.bends.push(bends);
        }
        for node in 0..graph.rank.len() {
            graph.layers[graph.rank[node]].push(node);
        }
        graph
    }

    fn places(&self, layers: &[Vec<usize>]) -> Vec<usize> {
        let mut places = vec![0; self.rank.len()];
        for layer in layers {
            layer.iter().enumerate().for_each(|(place, &node)| places[node] = place);
        }
        places
    }

    /// Orders every layer so that few edges cross.
    fn order(&mut self) {
        let mut layers = self.layers.clone();
        let mut fewest = self.crossings(&layers);
        for round in 0..2 * ROUNDS {
            if fewest == 0 {
                return;
            }
            let mut places: Vec<f64> = self.places(&layers).into_iter().map(|place| place as f64).collect();
            let count = layers.len();
            for step in 0..count {
                let (layer, neighbours) =
                    if round % 2 == 0 { (step, &self.before) } else { (count - 1 - step, &self.after) };
                let key =
                    |node: usize| mean(neighbours[node].iter().map(|&other| places[other])).unwrap_or(places[node]);
                let mut keyed: Vec<(f64, usize)> = layers[layer].iter().map(|&node| (key(node), node)).collect();
                keyed.sort_by(|a, b| a.0.total_cmp(&b.0));
                layers[layer] = keyed.into_iter().map(|(_, node)| node).collect();
                layers[layer].iter().enumerate().for_each(|(place, &node)| places[node] = place as f64);
            }
            let crossings = self.crossings(&layers);
            if crossings < fewest {
                fewest = crossings;
                self.layers.clone_from(&layers);
            }
        }
    }

    /// How many pairs of edges cross, counted with a binary indexed tree.
    fn crossings(&self, layers: &[Vec<usize>]) -> usize {
        let places = self.places(layers);
        let mut crossings = 0;
        for pair in layers.windows(2) {
            let mut tree = vec![0; pair[1].len() + 1];
            let mut seen = 0;
            for &node in &pair[0] {
                let mut ends: Vec<usize> = self.after[node].iter().map(|&other| places[other]).collect();
                ends.sort_unstable();
                for &end in &ends {
                    let (mut i, mut not_beyond) = (end + 1, 0);
                    while i > 0 {
                        not_beyond += tree[i];
                        i &= i - 1;
                    }
                    crossings += seen - not_beyond;
                }
                for end in ends {
                    seen += 1;
                    let mut i = end + 1;
                    while i < tree.len() {
                        tree[i] += 1;
                        i += i & i.wrapping_neg();
                    }
                }
            }
        }
        crossings
    }

    /// The height of every node's middle.
    fn heights(&self, nodes: usize) -> Vec<f64> {
        let mut y = vec![0.0; self.rank.len()];
        let tallest = self.layers.iter().map(|layer| self.extent(layer)).fold(0.0, f64::max);
        for layer in &self.layers {
            let mut top = 0.5 * (tallest - self.extent(layer));
            for &node in layer {
                y[node] = top + 0.5 * self.height[node];
                top += self.height[node] + GAP;
            }
        }
        let count = self.layers.len();
        for round in 0..2 * ROUNDS + 1 {
            for step in 0..count {
                let layer = &self.layers[if round % 2 == 0 { step } else { count - 1 - step }];
                let wish = |&node: &usize| {
                    let (before, after) = (self.before[node].iter(), self.after[node].iter());
                    let one = if round % 2 == 0 { before.clone() } else { after.clone() };
                    // in the end both sides count
                    let both = if round == 2 * ROUNDS { before.chain(after) } else { one.chain([].iter()) };
                    // edges shall be straight where they pass through
                    let weight = if node < nodes { 1.0 } else { 8.0 };
                    mean(both.map(|&other| y[other])).map_or((y[node], 0.1), |wish| (wish, weight))
                };
                let wishes: Vec<(f64, f64)> = layer.iter().map(wish).collect();
                let sizes: Vec<f64> = layer.iter().map(|&node| self.height[node]).collect();
                for (&node, place) in layer.iter().zip(placed(&wishes, &sizes, GAP)) {
                    y[node] = place;
                }
            }
        }
        let top = (0..y.len()).map(|node| y[node] - 0.5 * self.height[node]).fold(f64::INFINITY, f64::min);
        y.iter_mut().for_each(|y| *y -= if top.is_finite() { top } else { 0.0 });
        y
    }

    fn extent(&self, layer: &[usize]) -> f64 {
        layer.iter().map(|&node| self.height[node] + GAP).sum::<f64>() - GAP
    }

    /// The left and the right end of every layer.
    fn columns(&self, task: &Task<'_>) -> Vec<[f64; 2]> {
        let mut widths = vec![0.0; self.layers.len()];
        for (node, size) in task.sizes.iter().enumerate() {
            widths[self.rank[node]] = f64::max(widths[self.rank[node]], size[0]);
        }
        let mut labels = vec![0.0; self.layers.len()];
        for &(_, to, width) in task.edges {
            // a label is before the last layer
            let gap = self.rank[to] - 1;
            labels[gap] = f64::max(labels[gap], width);
        }
        let mut right = 0.0;
        (0..widths.len())
            .map(|layer| {
                let left = right;
                right += widths[layer] + labels[layer] + ACROSS;
                [left, left + widths[layer]]
            })
            .collect()
    }
}

fn mean(numbers: impl Iterator<Item = f64>) -> Option<f64> {
    let (sum, count) = numbers.fold((0.0, 0), |(sum, count), x| (sum + x, count + 1));
    (count > 0).then(|| sum / f64::from(count))
}

/// The places in a row that are nearest to the wished ones, each with its weight, and leave room for everybody.
pub(super) fn placed(wishes: &[(f64, f64)], sizes: &[f64], gap: f64) -> Vec<f64> {
    // where each would be if all stood side by side
    let mut offsets = vec![0.0];
    for pair in sizes.windows(2) {
        offsets.push(offsets[offsets.len() - 1] + 0.5 * (pair[0] + pair[1]) + gap);
    }
    // those that touch share the mean of what they wish
    let mut groups: Vec<(f64, f64, usize)> = vec![];
    for (&(wish, weight), offset) in wishes.iter().zip(&offsets) {
        groups.push((wish - offset, weight, 1));
        while let [.., a, b] = groups[..] {
            if a.0 <= b.0 {
                break;
            }
            let weight = a.1 + b.1;
            groups.truncate(groups.len() - 2);
            groups.push(((a.0 * a.1 + b.0 * b.1) / weight, weight, a.2 + b.2));
        }
    }
    let starts = groups.iter().flat_map(|&(start, _, count)| std::iter::repeat_n(start, count));
    starts.zip(offsets).map(|(start, offset)| start + offset).collect()
}
