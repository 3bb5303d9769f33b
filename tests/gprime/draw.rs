//! Drawings: that they are the same bytes each time, ask for nothing outside of them, hold any name, and bear any size.

use gprime::draw::{Graph, Page, Plot, Sparsity, card, gallery};
use gprime::export::Formula;
use gprime::graph::DynOp;
use gprime::prelude::*;
use gprime::teach::{Mistake, Style, Trace};
use gprime::{Registry, teach};
use std::sync::Arc;
use std::time::Instant;

fn baydin() -> Trace {
    let tape = Recorder::new();
    let (x1, x2) = (tape.named("x1", tape.var(2.0)), tape.named("x2", tape.var(5.0)));
    tape.trace(x1.ln() + x1 * x2 - x2.sin()).unwrap().without_lines()
}

/// Whether elements are closed in the order in which they were opened, and every text is escaped: enough of XML for what is drawn here.
#[track_caller]
fn well_formed(svg: &str) {
    let (mut open, mut rest) = (vec![], svg);
    while let Some(start) = rest.find('<') {
        assert!(!rest[..start].contains('>'), "a bare > before {}", &rest[start..]);
        let end = start + rest[start..].find('>').expect("every tag ends");
        let tag = &rest[start + 1..end];
        assert!(!tag.contains('<'), "a bare < in {tag}");
        assert_eq!(tag.matches('"').count() % 2, 0, "{tag}");
        match tag.strip_prefix('/') {
            Some(name) => assert_eq!(open.pop(), Some(name), "in {svg}"),
            None if !tag.ends_with('/') => open.push(tag.split(' ').next().unwrap()),
            None => {}
        }
        rest = &rest[end + 1..];
    }
    assert!(open.is_empty(), "{open:?} is left open");
    for entity in svg.split('&').skip(1) {
        assert!(["amp;", "lt;", "gt;", "quot;", "#39;"].iter().any(|known| entity.starts_with(known)), "&{entity:.10}");
    }
}

#[track_caller]
fn asks_for_nothing(text: &str) {
    // the name of SVG, and of the header that a policy is said in, are no addresses
    let text = text.replacen("xmlns=\"http://www.w3.org/2000/svg\"", "", 1).replacen("http-equiv", "", 1);
    for word in ["http", "//www", "src=", "@import", "url(", "href", "<link", "<iframe", "<img", "fetch(", "import("] {
        assert!(!text.contains(word), "{word}");
    }
}

#[test]
fn every_op_has_a_card_and_a_plot() {
    let styles =
        [Style::default(), Style { ascii: true, ..Style::default() }, Style { color: true, ..Style::default() }];
    for op in Registry::new().iter() {
        let edges = op.kinks().into_iter().map(|kink| kink.at).chain(op.jumps());
        let points = op.samples().into_iter().chain(edges).map(|x| x.to_vec());
        for at in points.chain([vec![]]) {
            let svg = Plot::of_op(&**op, &at).unwrap().svg();
            well_formed(&svg);
            asks_for_nothing(&svg);
            assert!(!svg.contains("NaN") || at.iter().any(|x| x.is_nan()), "{} at {at:?}: {svg}", op.name());
            for style in &styles {
                let card = card(&**op, &at, style).unwrap();
                assert!(card.contains(op.name()) && card.contains("check") && card.lines().count() > 15, "{card}");
                assert!(!card.contains("WRONG"), "{card}");
                assert!(!style.ascii || card.is_ascii(), "{card}");
                if !style.color {
                    assert!(card.lines().all(|line| line == line.trim_end()), "{card}");
                }
            }
        }
    }
}

/// The range on a card holds every value, an end that is open is not reached, and one that is closed is.
#[test]
fn a_card_tells_the_range() {
    let number = |text: &str| text.replace('−', "-").replace('∞', "inf").parse::<f64>().unwrap();
    let mut told = 0;
    for op in Registry::new().iter().filter(|op| op.arity() == Some(1) && !op.needs_params()) {
        let text = card(&**op, &[], &Style::default()).unwrap();
        let Some(range) = text.split_once("range ").map(|it| it.1).filter(|it| it.starts_with(['(', '['])) else {
            continue;
        };
        let (ends, _) = range.split_at(range.find([')', ']']).unwrap() + 1);
        let (low, high) = ends[1..ends.len() - 1].split_once(", ").unwrap();
        let [low, high] = [low, high].map(number);
        let (from, to) = op.domain().bound(0);
        let values = |reach: f64| {
            let x = (-8000..=8000).map(move |i| f64::from(i) / 8000.0 * reach);
            let x = x.chain([from, to]).filter(move |x| (from..=to).contains(x) && x.abs() <= reach);
            x.map(|x| op.evaluate_value(&[x]).unwrap()).filter(|a| !a.is_nan()).collect::<Vec<f64>>()
        };
        let all = values(100.0);
        assert!(all.iter().all(|a| (low - 1e-6..=high + 1e-6).contains(a)), "{}: {ends}", op.name());
        // far out, digits run out before the limit
        for (end, is_open) in [(low, ends.starts_with('(')), (high, ends.ends_with(')'))] {
            let reaches: &[f64] = if is_open { &[4.0] } else { &[4.0, 100.0] };
            let met = reaches
                .iter()
                .flat_map(|&reach| values(reach))
                .any(|a| (a - end).abs() < if is_open { 1e-15 } else { 1e-5 });
            assert_eq!(met, !is_open, "{}: {ends}", op.name());
        }
        told += 1;
    }
    assert!(told > 30, "{told}");
    let several = Registry::new();
    let several = several.iter().filter(|op| op.arity() != Some(1) && !op.needs_params());
    let all = |op: &&std::sync::Arc<dyn gprime::graph::DynOp>| {
        card(&***op, &[], &Style::default()).unwrap().contains("range all reals")
    };
    let names: Vec<&str> = several.filter(all).map(|op| op.name()).collect();
    assert!(["add", "div", "max", "sum", "logsumexp"].iter().all(|name| names.contains(name)), "{names:?}");
    assert!(["hypot", "atan2", "norm", "huber", "less", "pow"].iter().all(|name| !names.contains(name)), "{names:?}");
}

#[test]
fn any_number_can_be_looked_at() {
    for op in Registry::new().iter() {
        let arity = op.arity().unwrap_or(2);
        for x in [0.0, -0.0, 1e-320, 5e-9, 1e3, -1e17, 1e308, f64::MAX, f64::INFINITY, f64::NEG_INFINITY, f64::NAN] {
            let at = vec![x; arity];
            let Ok(plot) = Plot::of_op(&**op, &at) else { continue };
            well_formed(&plot.svg());
            card(&**op, &at, &Style::default()).unwrap();
        }
        assert!(Plot::of_op(&**op, &[0.5; 9]).is_err() || op.arity().is_none());
    }
    let plot = || Plot::of("f", "x", 0.0, |x| [x * 1e300, 1e300]);
    for ends in [0.0..0.0, 1.0..0.0, 0.0..f64::INFINITY, f64::NAN..1.0, 1e300..1e300 * (1.0 + 1e-15)] {
        assert!(plot().between(ends.clone()).is_err(), "{ends:?}");
    }
    well_formed(&plot().between(-1e9..1e9).unwrap().svg());
}

#[test]
fn a_jump_is_not_drawn_as_a_line() {
    // the curve is in two pieces, however steep the pieces are
    let pieces =
        |svg: &str| svg.split("class=\"value\" d=\"").nth(1).unwrap().split('"').next().unwrap().matches('M').count();
    let svg = |f: fn(f64) -> [f64; 2]| Plot::of("f", "x", 1.0, f).svg();
    assert_eq!(pieces(&svg(|x| [x.signum(), 0.0])), 2);
    assert_eq!(pieces(&svg(|x| [1.0 / x, -1.0 / (x * x)])), 2);
    assert_eq!(pieces(&svg(|x| [(1e4 * x).tanh(), 0.0])), 1);
    assert_eq!(pieces(&svg(|x| [if x < 0.5 { f64::NAN } else { x }, 1.0])), 1);
}

#[test]
fn drawings_are_whole_and_the_same_each_time() {
    let views = || [baydin().svg(), baydin().page(), baydin().dot(), gallery()];
    assert_eq!(views(), views());
    let [svg, page, dot, gallery] = views();
    for text in [&svg, &page, &dot, &gallery] {
        asks_for_nothing(text);
    }
    well_formed(&svg);
    well_formed(&gallery);
    for op in Registry::activations().iter().filter(|op| op.arity() == Some(1)) {
        assert!(gallery.contains(&format!(">{}</text>", op.name())));
    }
    for text in ["11.652071", "+5.500000", "0.2837"] {
        assert!(svg.contains(text) && dot.contains(text), "{text}");
    }
    // x·x is one edge with a count
    let tape = Recorder::new();
    let x = tape.var(3.0);
    let dot = tape.trace(x * x).unwrap().dot();
    assert!(dot.contains("n1 -> n2 [label=<×2: 3 + 3>]") && dot.matches("->").count() == 1, "{dot}");
}

/// The numbers of an attribute of each element that begins so.
fn numbers(svg: &str, element: &str, attributes: &[&str]) -> Vec<(String, Vec<f64>)> {
    let attribute = |text: &str, name: &str| {
        text.split(&format!(" {name}=\"")).nth(1).map(|it| it.split('"').next().unwrap().to_owned())
    };
    let read = |text: &str| {
        let own = attribute(&format!(" {text}"), "id")?;
        let all = attributes.iter().filter_map(|name| attribute(text, name)).collect::<Vec<_>>().join(" ");
        Some((own, all.split(['M', 'L', ' ']).filter_map(|x| x.parse().ok()).collect()))
    };
    svg.split(element).skip(1).filter_map(read).collect()
}

/// Every edge is straight or has one bend, but where that would lead over a node; and none leads over one.
#[test]
fn edges_are_straight_or_have_one_bend() {
    let (mut edges, mut bent) = (0, 0);
    let mut state = 7u32;
    let mut random = |n: usize| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 16) as usize % n
    };
    let mut traces = vec![baydin()];
    for nodes in [3, 8, 15, 25, 40] {
        let tape = Recorder::new();
        let mut x: Vec<_> = (0..3).map(|i| tape.var(f64::from(i))).collect();
        for _ in 0..nodes {
            // mostly of what is near, as in programs
            let [a, b] = [random(4), random(x.len())].map(|back| x[x.len() - 1 - back.min(x.len() - 1)]);
            x.push(if random(3) == 0 { a.sin() } else { a * b });
        }
        traces.push(tape.trace(x.sum()).unwrap());
    }
    for trace in traces {
        let svg = trace.svg();
        let boxes = numbers(&svg, "<g ", &["x", "y", "width", "height"]);
        for (name, points) in numbers(&svg, "<path ", &["d"]) {
            let points: Vec<[f64; 2]> = points.chunks(2).map(|at| [at[0], at[1]]).collect();
            edges += 1;
            bent += usize::from(points.len() > 3);
            let ends: Vec<String> = name[1..].split('-').map(|id| format!("n{id}")).collect();
            for (id, rect) in
                boxes.iter().filter(|(id, rect)| id.starts_with('n') && rect.len() >= 4 && !ends.contains(id))
            {
                let inside =
                    |[x, y]: [f64; 2]| x > rect[0] && x < rect[0] + rect[2] && y > rect[1] && y < rect[1] + rect[3];
                for line in points.windows(2) {
                    let on = |t: f64| [0, 1].map(|k| line[0][k] + t * (line[1][k] - line[0][k]));
                    assert!(!(0..=400).any(|t| inside(on(f64::from(t) / 400.0))), "{name} leads over {id} in {svg}");
                }
            }
        }
    }
    println!("{bent} of {edges} edges have more bends");
    assert!(edges > 150 && bent * 8 <= edges, "{bent} of {edges} have more bends");
}

#[test]
fn a_graph_shows_a_mistake_or_formulas() {
    let tape = Recorder::new();
    let x = tape.named("x", tape.var(1.0));
    let u = tape.named("u", x * x);
    let trace = tape.trace(u + u.sin()).unwrap();
    for mistake in teach::Mistake::ALL {
        let svg = Graph::new(&trace).mistake(mistake).svg();
        well_formed(&svg);
        let wrong = trace.mistaken(mistake);
        let count = trace.nodes.iter().filter(|node| wrong.is_wrong(node)).count();
        assert!(count > 0 && svg.matches(" ✗</text>").count() == count && svg.contains("(+3.080605)"), "{svg}");
    }
    let [svg, dot] = [Graph::new(&trace).symbols().svg(), Graph::new(&trace).symbols().dot()];
    well_formed(&svg);
    for text in [&svg, &dot] {
        assert!(text.contains("cos(v2)") && !text.contains("1.0") && !text.contains("3.08"), "{text}");
    }
    let ascii = Style { ascii: true, digits: 2, ..Style::default() };
    let text = Graph::new(&trace).style(&ascii).mistake(teach::Mistake::Stale).svg();
    assert!(text.is_ascii() && text.contains("+3.08)"), "{text}");
}

#[test]
fn a_name_cannot_break_a_drawing() {
    let evil = "&<>\"'</script></style></svg><!--]]>\u{0}\u{1b}[2J\n\t\u{202e}\u{fffe}\\";
    let tape = Recorder::new();
    let x = tape.named(evil, tape.var(2.0));
    let y = tape.scope(evil, || tape.named(evil, x.sin()));
    let mut trace = tape.trace(y * x).unwrap();
    for node in &mut trace.nodes {
        node.loc = Some(teach::Line { file: evil.into(), line: 3 });
        node.rule = evil.to_owned();
        node.partials.iter_mut().for_each(|partial| partial.formula = evil.to_owned());
    }
    trace.ops.iter_mut().for_each(|op| op.name = evil.to_owned());
    trace.source = evil.to_owned();
    trace.check = Some(tape.check_gradient(y * x).unwrap());
    well_formed(&trace.svg());
    let harmless =
        |text: &str| !text.chars().any(|c| c.is_control() && c != '\n' || c == '\u{202e}' || c == '\u{fffe}');
    let page = Page::new(&trace).source(evil, format!("a\nb\n{evil}")).html();
    let plain = baydin().page();
    assert!(harmless(&trace.svg()) && harmless(&page) && harmless(&trace.dot()));
    for tag in ["</script", "</style", "<!--", "]]>"] {
        assert_eq!(page.matches(tag).count(), plain.matches(tag).count(), "{tag}");
    }
    assert!(Plot::of(evil, evil, 1.0, |x| [x, 1.0]).svg().contains("&lt;/script&gt;"));
    well_formed(&Plot::of(evil, evil, 1.0, |x| [x, 1.0]).svg());
}

/// A chain with a sum beside it, like a small network's.
fn long(nodes: usize, scopes: usize) -> Trace {
    let tape = Recorder::new();
    let mut x = tape.var(0.5);
    for part in 0..scopes {
        x = tape.scope(format!("part {part}"), || {
            (0..nodes / scopes / 2).fold(x, |x, i| tape.scope(format!("step {i}"), || x.sin() + x))
        });
    }
    tape.trace(x).unwrap()
}

#[test]
fn a_page_is_small() {
    let shell = Page::new(&long(2, 1)).html().len(); // with a trace of three nodes
    assert!(shell <= 40_000, "the page without a trace has {shell} bytes");
    for nodes in [50, 190, 1999] {
        let tape = Recorder::new();
        let x = tape.named("x", tape.var(0.51234567));
        let y = (0..nodes / 3).fold(x, |y, i| y * (x * f64::from(i)).sin());
        let trace = tape.trace(y).unwrap();
        let per_node = (Page::new(&trace).html().len() - shell) / trace.nodes.len();
        println!("{nodes} nodes: {per_node} bytes each, beside {shell}");
        assert!(per_node <= 1000, "{per_node} bytes a node");
    }
}

#[test]
fn what_is_too_large_is_said_and_what_has_scopes_is_drawn() {
    let start = Instant::now();
    let (flat, scoped) = (long(200_000, 1), long(200_000, 50));
    let tape = Recorder::new();
    let wide: Vec<_> = (0..100_000).map(|i| tape.var(f64::from(i))).collect();
    let wide = tape.trace(wide.sum()).unwrap();
    println!("traced after {:?}", start.elapsed());
    // the one scope of a flat chain makes one node of it
    assert!(flat.svg().contains("part 0: 200000 nodes"), "{:.600}", flat.svg());
    let svg = scoped.svg();
    assert!(svg.contains("part 49: 4000 nodes") && svg.matches("class=\"node").count() == 51, "{:.600}", svg);
    well_formed(&svg);
    for text in [wide.svg(), wide.dot(), wide.page()] {
        assert!(text.contains("100001 nodes are too many to draw"), "{text:.600}");
    }
    for trace in [&flat, &scoped, &wide] {
        let page = trace.page();
        assert!(page.contains("more nodes, which are too many for a page") && !page.contains("id=\"data\""));
        assert!(page.len() < 400_000, "{}", page.len());
        assert!(trace.dot().len() < 20_000);
    }
    println!("drawn after {:?}", start.elapsed());
}

/// A million nodes: the table and the steps are cut, the drawings joined, and nothing overflows or hangs.
#[test]
fn a_million_nodes() {
    let start = Instant::now();
    let took = |what: &str| println!("{what} after {:?}", start.elapsed());
    let trace = long(1_000_000, 50);
    assert_eq!(trace.nodes.len(), 1_000_001);
    took("traced");
    let style = Style::default();
    let table = trace.table(&style);
    assert!(table.contains("more nodes here") && table.lines().count() < 300, "{table:.600}");
    took("table");
    let steps = trace.stepper().show_all(&style);
    assert!(steps.contains("more steps here") && steps.lines().count() < 1000, "{steps:.600}");
    took("steps");
    let last = trace.output;
    for id in [0, last.0 / 2, last.0] {
        let text = trace.explain(teach::Id(id), &style);
        assert!(text.lines().count() < 60, "{text:.600}");
    }
    took("explained");
    for text in [trace.svg(), trace.dot(), trace.page()] {
        assert!(text.contains("part 49: 20000 nodes") && text.len() < 400_000, "{text:.600}");
        took("drawn");
    }
    let wrong = trace.mistaken(teach::Mistake::Order);
    assert!(wrong.stopped && wrong.beside(&trace, &style).lines().count() < 60);
    took("mistaken");
    drop(trace);
    took("dropped");
}

#[test]
fn scopes_are_told_apart_as_deep_as_there_is_room() {
    // 2 × 90 steps of 2 nodes are few enough, 2 × 120 are too many
    let [few, many] = [360, 480].map(|nodes| long(nodes, 2).dot());
    assert!(few.contains("part 0/step 0: 2 nodes") && few.contains("part 1/step 89: 2 nodes"), "{few}");
    assert!(many.contains("part 0: 240 nodes") && many.contains("part 1: 240 nodes"), "{many}");
    // 190 nodes are drawn one by one
    assert_eq!(long(190, 2).dot().matches("[label=<<font").count(), 189);
}

#[test]
fn an_op_that_is_not_known_takes_the_sliders_and_a_registry_brings_them_back() {
    #[derive(Clone, PartialEq)]
    struct Swish;
    impl Op<1> for Swish {
        const NAME: &'static str = "swish";
        fn value<R: Real>(&self, [z]: [R; 1]) -> R {
            z / ((-z).exp() + 1.0)
        }
        fn slope<R: Real>(&self, [z]: [R; 1], a: R) -> [R; 1] {
            let s = R::from(1.0) / ((-z).exp() + 1.0);
            [s + a * (-s + 1.0)]
        }
    }
    let tape = Recorder::new();
    let x = tape.var(0.5);
    let trace = tape.trace(x.apply(&Swish) * x).unwrap();
    assert!(trace.page().contains("the rule of swish is not known here"));
    let mut registry = Registry::new();
    registry.register(Swish).unwrap();
    let page = Page::new(&trace).registry(registry).html();
    assert!(!page.contains("is not known here") && page.contains("(x[0]/(F.exp((-x[0]))+1))"), "{page}");
    let closures = x.unary("cube", |x| x * x * x, |x| 3.0 * x * x);
    let page = tape.trace(closures).unwrap().page();
    assert!(page.contains("\nrun(null);"));
}

#[cfg(feature = "png")]
#[test]
fn a_drawing_becomes_pixels() {
    use gprime::draw::png;
    let size = |bytes: &[u8]| [16, 20].map(|at| u32::from_be_bytes(bytes[at..at + 4].try_into().unwrap()));
    // what has no text needs no font
    let square =
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"40\" height=\"20\"><rect width=\"40\" height=\"20\"/></svg>";
    let pixels = png(square, 1.5).unwrap();
    assert!(pixels.starts_with(b"\x89PNG") && size(&pixels) == [60, 30]);
    assert_eq!(pixels, png(square, 1.5).unwrap());
    match png(&gallery(), 1.0) {
        Ok(pixels) => assert!(size(&pixels)[0] == 970 && pixels.len() > 50_000, "{:?}", size(&pixels)),
        Err(fault) => assert!(fault.is_drawing() && fault.to_string().contains("no font"), "{fault}"),
    }
    assert!(png("no drawing", 1.0).unwrap_err().is_drawing());
    assert!(png(square, 1e6).unwrap_err().to_string().contains("too many"));
}

/// An op as it is, and with every kind of number for each of its parameters, as far as it takes them.
fn with_parameters(op: &Arc<dyn DynOp>) -> Vec<Arc<dyn DynOp>> {
    const KINDS: [f64; 12] =
        [0.0, 1.0, 2.0, 7.0, 40.0, 1e9, -1.0, 0.5, 1e308, 1e-320, f64::INFINITY, f64::NEG_INFINITY];
    let mut all = vec![op.clone()];
    for (param, _) in op.params() {
        let changed: Vec<_> = all.iter().flat_map(|op| KINDS.map(|x| op.with_param(param, x).ok())).flatten().collect();
        all.extend(changed);
    }
    all.retain(|op| op.arity().is_none_or(|n| op.validate(n).is_none()));
    all
}

/// No op is without a view: whatever its parameters are, and however many arguments it has. One that needs more arguments than a card or a
/// formula can show says so.
#[test]
fn every_op_with_any_parameters_has_every_view() {
    let (style, mut applied) = (Style::default(), 0);
    let variants = Registry::new().iter().flat_map(with_parameters).collect::<Vec<_>>();
    for op in &variants {
        for found in [Formula::of(&**op).err(), card(&**op, &[], &style).err(), Plot::of_op(&**op, &[]).err()] {
            assert!(found.is_none_or(|fault| fault.is_arity()), "{op:?}");
        }
        let lengths = op.arity().map_or((1..=10).chain([33, 42]).collect(), |n| vec![n]);
        for n in lengths.into_iter().filter(|&n| op.validate(n).is_none()) {
            for (i, start) in [0.3, 0.0, -1.0, 1e300, f64::NAN].into_iter().enumerate() {
                let at: Vec<f64> = (0..n).map(|k| start + 0.1 * k as f64).collect();
                card(&**op, &at, &style).unwrap();
                Plot::of_op(&**op, &at).unwrap().svg();
                let tape = Recorder::new();
                let x: Vec<_> = at.iter().map(|&x| tape.var(x)).collect();
                let y = op.apply(&x).unwrap() * 2.0;
                tape.locate(y).unwrap().text(&style);
                tape.annihilated(y).unwrap();
                tape.annihilated_along(y, &x, &vec![1.0; n]).unwrap();
                for trace in [tape.trace(y).unwrap(), tape.trace_in::<Single>(y).unwrap()] {
                    let quiz = trace.quiz();
                    let answers = (0..quiz.blanks.len()).map(|blank| quiz.answer(blank, &style));
                    let views = [
                        trace.table(&style),
                        trace.forward(trace.nodes[0].id, &style),
                        trace.explain(trace.output, &style),
                        trace.stepper().show_all(&style),
                        trace.first_non_finite(&style).map_or(String::new(), |found| found.to_string()),
                        answers.collect(),
                    ];
                    assert!(views.iter().all(|view| !view.contains('\u{fffd}')), "{op:?}");
                    for mistake in Mistake::ALL {
                        trace.mistaken(mistake).beside(&trace, &style);
                    }
                    if i == 0 {
                        let graph = || Graph::new(&trace);
                        well_formed(&graph().svg());
                        well_formed(&graph().symbols().svg());
                        let _ = (graph().dot(), graph().json(), trace.page());
                    }
                }
                applied += 1;
            }
        }
    }
    let many = |op: &&Arc<dyn DynOp>| op.arity().is_none() && op.validate(10).is_some() && op.validate(2).is_some();
    assert!(applied > 1000 && variants.iter().filter(many).count() >= 2, "the test no longer sees the parameters");
}

/// Every entry of a small pattern is a square, a large pattern is drawn in blocks, and any size, colour and title is borne.
#[test]
fn a_pattern_is_drawn_at_any_size() {
    let squares =
        |svg: &str| svg.matches('z').count() - svg[..svg.find("class=\"paper\"").unwrap()].matches('z').count();
    let entries: Vec<_> = (0..5).flat_map(|i| (0..=i).map(move |j| (i, j, j))).collect();
    let svg = Sparsity::new(5, 5, &entries).unwrap().title("<b> & \"c\"").svg();
    assert_eq!(squares(&svg), 15);
    assert!(svg.contains("5 × 5, 15 entries, 5 colours") && svg.contains("&lt;b&gt; &amp;"));
    let large: Vec<_> = (0..10_000).map(|i| (i, 2 * i, i)).collect();
    let blocks = Sparsity::new(10_000, 20_000, &large).unwrap().svg();
    assert!(blocks.contains("squares of 100 × 100") && blocks.len() < 20_000);
    assert_eq!(squares(&blocks), 200);
    let none = Sparsity::new(0, 0, &[]).unwrap().svg();
    let far = Sparsity::new(usize::MAX, usize::MAX, &[(usize::MAX - 1, 0, usize::MAX)]).unwrap().svg();
    let flat = Sparsity::new(1, 3000, &[(0, 2999, 0)]).unwrap().style(&Style { ascii: true, ..Style::default() }).svg();
    assert!(flat.is_ascii());
    for svg in [&svg, &blocks, &none, &far, &flat] {
        well_formed(svg);
        asks_for_nothing(svg);
    }
    assert_eq!(svg, Sparsity::new(5, 5, &entries).unwrap().title("<b> & \"c\"").svg());
    assert!(Sparsity::new(2, 2, &[(0, 2, 0)]).err().is_some_and(|error| error.is_pattern()));
}
