use super::{acyclic_count, band, bipartite, graph, grid, star_count};
#[test]
fn look() {
    for b in 0..6 {
        let p = band(40, b, b);
        println!("band {b}: col {} star {} acyc {}", p.column_coloring().count(), star_count(&p), acyclic_count(&p));
    }
    for (r, c, nine) in [
        (300, 300, false),
        (2, 2, false),
        (3, 3, false),
        (4, 4, false),
        (10, 10, false),
        (30, 30, false),
        (100, 100, false),
        (30, 30, true),
        (100, 100, true),
    ] {
        let p = grid(r, c, nine);
        let t = std::time::Instant::now();
        println!(
            "grid {r} {c} {nine}: col {} star {} acyc {}",
            p.column_coloring().count(),
            star_count(&p),
            acyclic_count(&p)
        );
        println!("{:?}", t.elapsed());
        for o in gprime::program::sparse::Order::ALL {
            println!(
                "   {o:?} {} {} {}",
                p.column_coloring_in(o).count(),
                p.star_coloring_in(o).unwrap().count(),
                p.acyclic_coloring_in(o).unwrap().count()
            );
        }
    }
    for (l, r) in [(1, 10), (2, 10), (3, 10), (5, 5), (7, 30)] {
        let p = bipartite(l, r);
        println!("K {l} {r}: col {} star {} acyc {}", p.column_coloring().count(), star_count(&p), acyclic_count(&p));
    }
    for n in [3, 4, 5, 6, 7, 8, 9, 10, 11, 50] {
        let p = graph(n, (0..n).map(|i| (i, (i + 1) % n)));
        println!("cycle {n}: col {} star {} acyc {}", p.column_coloring().count(), star_count(&p), acyclic_count(&p));
    }
}
